import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContractorId } from '../../base/ids.ts';
import { requestBy } from '../directory/testing.ts';
import { type DeviceId, markManaged, markUnmanaged, observe, registerDevice, reviewSupport } from './index.ts';
import type { SupportProblem } from './model.ts';
import { devicesGround } from './testing.ts';

const ground = await devicesGround();
const { db, clock, handlers, support } = ground;
const OLD: SupportProblem = { code: 'os.version', what: 'os', supported: 'iOS 18+' };

async function managed(osVersion = '18.1') {
  const contractorId = await ground.newContractor();
  return { ...(await another(contractorId, osVersion)), contractorId };
}

async function another(contractorId: ContractorId, osVersion: string) {
  const deviceId = await ground.newDevice(contractorId, { osFamily: 'iOS', osVersion });
  await db.asContractor(contractorId, (tx) => markManaged(tx, contractorId, deviceId, clock.now()));
  return { deviceId, ...seen(contractorId, deviceId) };
}

/** A device as administrators see it. */
function seen(contractorId: ContractorId, deviceId: DeviceId) {
  const context = requestBy('contractor_administrator', contractorId);
  const params = { contractorId, deviceId };
  const ask = { params, body: undefined } as const;
  return {
    say: (osVersion: string) =>
      db.jobsFor(contractorId, (tx) => {
        const values = { osVersion };
        const said = { section: 'device_information', source: 'DeviceInformation', at: clock.now(), values };
        return observe(tx, contractorId, deviceId, said, { support, now: clock.now() });
      }),
    show: () => handlers.getDevice({ ...ask, query: undefined }, context),
    history: async () => {
      const { items } = await handlers.listDeviceChanges({ ...ask, query: {} }, context);
      return items.filter(({ field }) => field === 'support').map((c) => [c.source, c.oldValue, c.newValue]);
    },
    events: async () => {
      const { items } = await handlers.listEvents({ ...ask, query: { deviceId } }, context);
      return items.filter(({ kind }) => kind.startsWith('device.'));
    },
  };
}

const kinds = (events: readonly { kind: string; acknowledgedBy: string | null }[]) =>
  events.map(({ kind, acknowledgedBy }) => `${kind} ${acknowledgedBy ?? 'open'}`);
const review = () => reviewSupport({ db, clock, support });

test('a device that says another version falls out of support and comes back, and is never dropped', async () => {
  support.unsupported.set('17.0', OLD);
  const device = await managed();
  const enrolled = await device.show();
  assert.deepEqual([enrolled.support, enrolled.supportProblems], ['supported', []]);
  assert.deepEqual(await device.history(), []);
  clock.advance('PT2H');
  await device.say('17.0');
  const out = await device.show();
  assert.deepEqual([out.support, out.managementState, out.supportSince], ['os', 'managed', clock.now().toString()]);
  assert.deepEqual(out.supportProblems, [{ code: 'os.version', supported: 'iOS 18+' }]);
  const [event] = await device.events();
  assert.deepEqual([event?.kind, event?.severity], ['device.out_of_support', 'warning']);
  assert.deepEqual(event?.details, {
    reason: 'os',
    osFamily: 'iOS',
    osVersion: '17.0',
    usageMode: 'company-owned',
    supported: 'iOS 18+',
    problems: [OLD],
  });
  clock.advance('PT2H');
  await device.say('17.0');
  assert.equal((await device.events()).length, 1);
  await device.say('18.2');
  const back = await device.show();
  assert.deepEqual([back.support, back.managementState, back.supportProblems], ['supported', 'managed', []]);
  assert.deepEqual(await device.history(), [
    ['DeviceInformation', 'os', 'supported'],
    ['DeviceInformation', 'supported', 'os'],
  ]);
  assert.deepEqual(kinds(await device.events()), ['device.supported_again open', 'device.out_of_support Tsukasa']);
});

test('who goes to and fro within an hour has one event, and it is open while it holds', async () => {
  support.unsupported.set('17.0', OLD);
  const device = await managed();
  for (const version of ['17.0', '18.1', '17.0']) {
    clock.advance('PT1M');
    await device.say(version);
  }
  const flags = (await device.events()).filter(({ kind }) => kind === 'device.out_of_support');
  assert.deepEqual(
    flags.map(({ count, acknowledgedAt }) => [count, acknowledgedAt]),
    [[2, null]],
  );
});

test('an enrollment in another usage mode is judged, also when the device says nothing new', async () => {
  const { contractorId, deviceId, show, events } = await managed('18.3');
  support.unsupported.set('18.3', { code: 'usage_mode.not_supported', what: 'usage_mode', supported: 'company-owned' });
  const { hardwareId } = await show();
  const registration = { contractorId, platform: 'apple', hardwareId, usageMode: 'personally-owned' } as const;
  const again = await db.asContractor(contractorId, (tx) =>
    registerDevice(tx, { ...registration, values: {}, now: clock.now() }, support),
  );
  assert.equal(again.deviceId, deviceId);
  assert.equal((await show()).support, 'usage_mode');
  assert.deepEqual(kinds(await events()), ['device.out_of_support open']);
});

test('the review judges every device of every contractor once, and leaves alone what is not managed', async () => {
  const one = await managed('16.1');
  const two = await managed('16.1');
  const fine = await another(two.contractorId, '18.1');
  const gone = await another(two.contractorId, '16.1');
  await db.asContractor(two.contractorId, (tx) =>
    markUnmanaged(tx, two.contractorId, gone.deviceId, 'checked_out', clock.now()),
  );
  support.unsupported.set('16.1', OLD);
  // As a release that did not know of support left them.
  await ground.query('update devices set support = null, support_since = null where device_id = any($1)', [
    [one.deviceId, two.deviceId, fine.deviceId],
  ]);
  await review();
  const states = async () =>
    (await Promise.all([one, two, fine, gone].map((each) => each.show()))).map((device) => device.support);
  assert.deepEqual(await states(), ['os', 'os', 'supported', 'supported']);
  clock.advance('PT2H');
  await review();
  assert.equal((await one.events()).length, 1);
  assert.deepEqual(await one.history(), [['catalogue', null, 'os']]);
  support.unsupported.delete('16.1');
  await review();
  assert.deepEqual(await states(), ['supported', 'supported', 'supported', 'supported']);
  assert.deepEqual(kinds(await two.events()), ['device.supported_again open', 'device.out_of_support Tsukasa']);
});

test('more devices than one batch are all judged', async () => {
  const contractorId = await ground.newContractor();
  const ids = await Promise.all(
    Array.from({ length: 205 }, () => ground.newDevice(contractorId, { osFamily: 'iOS', osVersion: '15.9' })),
  );
  support.unsupported.set('15.9', OLD);
  await review();
  const rows = await ground.query<{ support: string; n: number }>(
    'select support, count(*) as n from devices where contractor_id = $1 group by support',
    [contractorId],
  );
  assert.deepEqual(
    rows.map(({ support: state, n }) => [state, Number(n)]),
    [['os', ids.length]],
  );
});

test('a device that has not said what it is is not judged', async () => {
  const contractorId = await ground.newContractor();
  const device = seen(contractorId, await ground.newDevice(contractorId));
  await review();
  assert.equal((await device.show()).support, null);
});

test('the list, its filters and the export show devices that are out of support', async () => {
  const { contractorId, deviceId } = await managed('14.1');
  await another(contractorId, '18.1');
  support.unsupported.set('14.1', OLD);
  await review();
  const context = requestBy('contractor_administrator', contractorId);
  const list = async (query: { support?: ('supported' | 'os')[]; attention?: 'out_of_support'[] }) =>
    (await handlers.listDevices({ params: { contractorId }, query, body: undefined }, context)).items.map(
      (device) => device.deviceId,
    );
  assert.deepEqual(await list({ attention: ['out_of_support'] }), [deviceId]);
  assert.deepEqual(await list({ support: ['os'] }), [deviceId]);
  assert.equal((await list({ support: ['supported', 'os'] })).length, 2);
  const csv = await handlers.exportDevices(
    { params: { contractorId }, query: { columns: 'osVersion,support', language: 'en' }, body: undefined },
    context,
  );
  assert.deepEqual(csv.slice(1).trim().split('\r\n').sort(), ['14.1,os', '18.1,supported', 'OS version,Support']);
});
