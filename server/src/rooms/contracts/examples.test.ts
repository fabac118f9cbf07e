import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractsGround } from './testing.ts';

/** The worked examples of the terms through the interface, with real applications, acceptances and notices. */
const ground = await contractsGround();
const { provider, clock } = ground;

type Placed = { readonly contractorId: string; readonly contractId: string };

const on = (day: string) => clock.set(`${day}T01:00:00Z`);
const detail = ({ contractorId, contractId }: Placed, day?: string) =>
  provider.ok('getContract', {
    params: { contractorId, contractId },
    ...(day === undefined ? {} : { query: { on: day } }),
  });

async function charged({ contractorId, contractId }: Placed, from: string, to = from) {
  const { items, problems } = await provider.ok('listContractCharges', {
    params: { contractorId, contractId },
    query: { from, to },
  });
  assert.deepEqual(problems, []);
  return items
    .filter(({ subject }) => subject === 'operation-proxy')
    .map(({ month, fee, quantity, amount }) => ({ month, fee, quantity, amount }));
}

for (const { example, arrived, designated, effective } of [
  { example: 'C1', arrived: '2025-04-01', effective: '2025-05-01' },
  { example: 'C2', arrived: '2025-04-01', designated: '2025-04-15', effective: '2025-05-01' },
  { example: 'C3', arrived: '2025-04-01', designated: '2025-06-30', effective: '2025-06-30' },
  { example: 'C4', arrived: '2024-01-31', effective: '2024-03-01' },
  { example: 'C5', arrived: '2025-12-15', designated: '2026-01-14', effective: '2026-01-14' },
]) {
  test(`${example}: a notice of ${arrived} for ${designated ?? 'no day'} takes effect on ${effective}`, async () => {
    on('2024-01-10');
    const placed = await ground.contract(await ground.newContractor(example));
    on(arrived);
    const notice = { subject: 'service', ...(designated === undefined ? {} : { designatedOn: designated }) };
    const params = { contractorId: placed.contractorId, contractId: placed.contractId };
    const preview = await provider.ok('previewNotice', { params, body: notice });
    assert.deepEqual(
      preview.endings.map(({ subject, effectiveOn }) => [subject, effectiveOn]),
      [['service', effective]],
    );
    assert.ok(preview.endings[0]?.because.some(({ clause }) => clause === 'art-10-1'));
    const { contract } = await provider.ok('giveNotice', { params, body: notice });
    assert.deepEqual([contract.phase, contract.endsOn], ['ending', effective]);
    assert.equal((await detail(placed, effective)).contract.inForce, true);
    const after = Temporal.PlainDate.from(effective).add({ days: 1 }).toString();
    assert.deepEqual((await detail(placed, after)).contract.phase, 'ended');
  });
}

test('C6: under app-only the end of the container option ends the service the same day', async () => {
  on('2025-03-01');
  const options = [{ subject: 'secure-app-connect' }];
  const placed = await ground.contract(await ground.newContractor('C6'), { kind: 'app-only', options });
  on('2025-04-01');
  const params = { contractorId: placed.contractorId, contractId: placed.contractId };
  const { endings } = await provider.ok('previewNotice', { params, body: { subject: 'secure-app-connect' } });
  assert.deepEqual(endings.map(({ subject, effectiveOn }) => `${subject} ${effectiveOn}`).sort(), [
    'secure-app-connect 2025-05-01',
    'service 2025-05-01',
  ]);
  assert.ok(endings.some(({ because }) => because.some(({ clause }) => clause === 'art-10-2')));
  const { contract } = await provider.ok('recordNotice', {
    params,
    body: { subject: 'secure-app-connect', arrivedOn: '2025-04-01' },
  });
  assert.deepEqual([contract.endsOn, contract.options[0]?.endsOn], ['2025-05-01', '2025-05-01']);
});

test('C7: under device-and-app the service goes on without the option', async () => {
  on('2025-03-01');
  const options = [{ subject: 'secure-app-connect' }];
  const placed = await ground.contract(await ground.newContractor('C7'), { options });
  on('2025-04-01');
  const params = { contractorId: placed.contractorId, contractId: placed.contractId };
  const { contract } = await provider.ok('giveNotice', { params, body: { subject: 'secure-app-connect' } });
  assert.deepEqual([contract.endsOn, contract.options[0]?.endsOn], [null, '2025-05-01']);
  assert.equal((await detail(placed, '2025-05-02')).contract.inForce, true);
});

test('C8: the container option cannot be applied for after an app-only contract', async () => {
  on('2025-04-01');
  const { contractorId, contractId } = await ground.contract(await ground.newContractor('C8'), { kind: 'app-only' });
  on('2025-04-08');
  const before = await ground.facts(contractorId);
  const content = { type: 'options' as const, contractId, options: [{ subject: 'secure-app-connect' }] };
  const assessment = await provider.ok('assessApplication', { params: { contractorId }, body: content });
  assert.equal(assessment.admissible, false);
  const problem = await provider.refused('createApplication', { params: { contractorId }, body: content });
  assert.equal(problem.clause, 'art-8-4');
  assert.equal(await ground.facts(contractorId), before);
});

test('C9: a second contract of a kind is refused', async () => {
  on('2025-04-01');
  const contractorId = await ground.newContractor('C9');
  const content = { type: 'service' as const, kind: 'app-only', options: [] };
  await provider.ok('createApplication', { params: { contractorId }, body: content });
  const problem = await provider.refused('createApplication', { params: { contractorId }, body: content });
  assert.equal(problem.clause, 'art-5');
  assert.equal(await ground.facts(contractorId), 1);
});

/** Operation-proxy accepted 2025-04-10, billed from 2025-04-15, 40 devices. */
async function desk(name: string, billingStartOn = '2025-04-15') {
  on('2025-04-10');
  const options = [{ subject: 'operation-proxy', deviceCount: 40 }];
  return ground.contract(await ground.newContractor(name), { options, billingStartOn });
}

test('F1: 20,000 once and 150 for each of 40 devices', async () => {
  assert.deepEqual(await charged(await desk('F1'), '2025-04'), [
    { month: '2025-04', fee: 'initial', quantity: 1, amount: 20_000 },
    { month: '2025-04', fee: 'monthly', quantity: 40, amount: 6_000 },
  ]);
});

async function ask(placed: Placed, day: string, deviceCount: number) {
  on(day);
  const { contractorId, contractId } = placed;
  const body = { subject: 'operation-proxy', deviceCount };
  const preview = await provider.ok('previewCountChange', { params: { contractorId, contractId }, body });
  assert.deepEqual([preview.from, preview.deviceCount], ['2025-06', deviceCount]);
  await provider.ok('requestCountChange', { params: { contractorId, contractId }, body });
}

test('F2: 55 devices asked for in May count from June', async () => {
  const placed = await desk('F2');
  await ask(placed, '2025-05-20', 55);
  assert.deepEqual(
    (await charged(placed, '2025-05', '2025-06')).map(({ amount }) => amount),
    [6_000, 8_250],
  );
});

test('F3: of two requests for one month the last counts', async () => {
  const placed = await desk('F3');
  await ask(placed, '2025-05-20', 55);
  await ask(placed, '2025-05-28', 30);
  assert.deepEqual(
    (await charged(placed, '2025-06')).map(({ amount }) => amount),
    [4_500],
  );
  const { contract } = await detail(placed);
  assert.deepEqual(contract.options[0]?.comingCounts, [{ from: '2025-06', deviceCount: 30 }]);
});

test('F4: the month of the effective date is charged in full, the next is not', async () => {
  const placed = await desk('F4');
  on('2025-06-10');
  const params = { contractorId: placed.contractorId, contractId: placed.contractId };
  const body = { subject: 'operation-proxy' };
  const preview = await provider.ok('previewNotice', { params, body });
  assert.deepEqual([preview.endings[0]?.effectiveOn, preview.lastChargedMonth], ['2025-07-10', '2025-07']);
  await provider.ok('giveNotice', { params, body });
  assert.deepEqual(
    (await charged(placed, '2025-06', '2025-08')).map(({ month, amount }) => [month, amount]),
    [
      ['2025-06', 6_000],
      ['2025-07', 6_000],
    ],
  );
});

test('F5: a billing start on the last day of a month charges that month in full', async () => {
  const placed = await desk('F5', '2025-04-30');
  assert.deepEqual(
    (await charged(placed, '2025-04')).filter(({ fee }) => fee === 'monthly').map(({ amount }) => amount),
    [6_000],
  );
});

/** A contract of the past, with the terms of its day. */
async function historical(name: string, item: string, madeOn: string) {
  on('2026-11-26');
  const contractorId = await ground.newContractor(name);
  const application = 'paper-1';
  const requests = [{ subject: 'service' }];
  const { contract } = await provider.ok('recordHistoricalContract', {
    params: { contractorId },
    body: {
      note: '紙の契約書より',
      facts: [
        { on: madeOn, body: { type: 'applied', application, item, requests } },
        { on: madeOn, body: { type: 'accepted', application, startOn: madeOn } },
      ],
    },
  });
  return { contractorId, contractId: contract.contractId };
}

test('H1: an iPad contract becomes one of device management on 2011-10-01', async () => {
  const placed = await historical('H1', 'iPad', '2011-06-01');
  const [before, after] = [await detail(placed, '2011-09-30'), await detail(placed, '2011-10-01')];
  assert.deepEqual([before.contract.item, before.contract.inForce], ['iPad', true]);
  assert.deepEqual([after.contract.item, after.contract.inForce], ['デバイス管理', true]);
});

test('H2: without a change application it is in force until 2017-06-30 under the previous terms', async () => {
  const placed = await historical('H2', 'デバイス管理', '2015-02-01');
  const [last, after] = [await detail(placed, '2017-06-30'), await detail(placed, '2017-07-01')];
  assert.equal(last.contract.inForce, true);
  assert.ok(last.contract.revision < '2016-04-01', last.contract.revision);
  assert.deepEqual([after.contract.inForce, after.contract.phase], [false, 'lapsed']);
});

test('H3: with a change application accepted in time it goes on as MaaS360', async () => {
  on('2026-11-26');
  const contractorId = await ground.newContractor('H3');
  const requests = [{ subject: 'service' }];
  const { contract } = await provider.ok('recordHistoricalContract', {
    params: { contractorId },
    body: {
      facts: [
        { on: '2015-02-01', body: { type: 'applied', application: 'p1', item: 'デバイス管理', requests } },
        { on: '2015-02-01', body: { type: 'accepted', application: 'p1', startOn: '2015-02-01' } },
        {
          on: '2017-04-20',
          body: { type: 'change_applied', application: 'p2', item: 'MaaS360', kind: 'device-and-app' },
        },
        { on: '2017-05-01', body: { type: 'accepted', application: 'p2', startOn: '2017-07-01' } },
      ],
    },
  });
  const after = await detail({ contractorId, contractId: contract.contractId }, '2017-07-01');
  assert.deepEqual(
    [after.contract.item, after.contract.kind, after.contract.inForce],
    ['MaaS360', 'device-and-app', true],
  );
});
