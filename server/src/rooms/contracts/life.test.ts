import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BookKeeper } from './book.ts';
import { forEveryContractor } from './daily.ts';
import type { LedgerDeps } from './ledger.ts';
import { contractsGround } from './testing.ts';

/** The life of a contract, on two copies of the server on one database. */
const ground = await contractsGround('2026-04-10T01:00:00Z');
const { provider, second, clock, query } = ground;
const on = (day: string) => clock.set(`${day}T01:00:00Z`);
const invitation = { platform: 'apple', usageMode: 'company-owned' } as const;

const stateOf = async (contractorId: string, caller = provider) =>
  (await caller.ok('getEntitlements', { params: { contractorId } })).state;

test('without a contract no invitation; after acceptance and agreement there is one; after the last day none, on both copies', async () => {
  on('2026-04-10');
  const contractorId = await ground.newContractor();
  const params = { contractorId };
  for (const caller of [provider, second]) {
    const problem = await caller.refused('createInvitation', { params, body: invitation });
    assert.deepEqual([problem.status, problem.reason, problem.clause], [409, 'entitlement.enroll', 'art-2']);
    assert.match(problem.detail ?? '', /Apply.*Art\. 2/);
  }
  const placed = await ground.contract(contractorId, { agree: false });
  assert.equal(await stateOf(contractorId, second), 'waiting');
  assert.equal((await second.refused('createInvitation', { params, body: invitation })).reason, 'entitlement.enroll');
  await ground.agree(contractorId);
  // Only the push certificate is missing now, which is what the platform says.
  for (const caller of [provider, second]) {
    const problem = await caller.refused('createInvitation', { params, body: invitation });
    assert.equal(problem.reason, 'push_certificate.missing');
  }
  await provider.ok('giveNotice', {
    params: { contractorId, contractId: placed.contractId },
    body: { subject: 'service' },
  });
  assert.equal((await second.ok('getContract', { params: { ...placed } })).contract.endsOn, '2026-05-10');
  clock.set('2026-05-10T14:59:59Z'); // one second before midnight in Japan
  assert.equal(
    (await second.refused('createInvitation', { params, body: invitation })).reason,
    'push_certificate.missing',
  );
  clock.set('2026-05-10T15:00:00Z');
  for (const caller of [second, provider]) {
    assert.equal((await caller.refused('createInvitation', { params, body: invitation })).reason, 'entitlement.enroll');
    assert.equal(await stateOf(contractorId, caller), 'readable');
  }
  on('2026-08-09');
  assert.equal(await stateOf(contractorId), 'closed');
});

test('after the end data is read only, after the retention time not at all; contracts stay, and a new one opens it again', async () => {
  on('2026-04-10');
  const contractorId = await ground.newContractor();
  const params = { contractorId };
  await provider.ok('createPerson', { params, body: { name: '契約前の登録' } });
  const { contractId } = await ground.contract(contractorId);
  await provider.ok('giveNotice', { params: { contractorId, contractId }, body: { subject: 'service' } });
  on('2026-05-11');
  assert.equal((await provider.ok('listPersons', { params })).items.length, 1);
  await second.ok('listDevices', { params });
  const write = await second.refused('createPerson', { params, body: { name: '契約後' } });
  assert.deepEqual([write.status, write.reason], [409, 'contract.ended']);
  on('2026-08-08'); // the ninetieth day
  await provider.ok('listDevices', { params });
  on('2026-08-09');
  for (const caller of [provider, second]) {
    assert.equal((await caller.refused('listDevices', { params })).reason, 'contract.closed');
    assert.equal((await caller.refused('listPersons', { params })).reason, 'contract.closed');
  }
  await provider.ok('getContractOverview', { params });
  await provider.ok('listAudit', { params });
  await ground.contract(contractorId);
  assert.equal((await second.ok('listPersons', { params })).items.length, 1);
});

test('activation is the system’s, at the last agreement; who agreed stands in history and trail', async () => {
  on('2026-04-10');
  const contractorId = await ground.newContractor();
  const placed = await ground.contract(contractorId, { agree: false, startOn: '2026-04-20' });
  const before = await provider.ok('getContract', { params: { ...placed } });
  assert.deepEqual([before.contract.phase, before.contract.waitingFor.includes('licence')], ['accepted', true]);
  await ground.agree(contractorId);
  const after = await provider.ok('getContract', { params: { ...placed } });
  const activated = after.facts.find(({ type }) => type === 'activated');
  assert.deepEqual([activated?.on, activated?.recordedBy.kind], ['2026-04-20', 'system']);
  assert.deepEqual([after.contract.phase, after.contract.inForce], ['accepted', false]);
  const later = await provider.ok('getContract', { params: { ...placed }, query: { on: '2026-04-20' } });
  assert.equal(later.contract.inForce, true);
  const [agreed] = (await provider.ok('listLicences', { params: { contractorId } })).items;
  assert.deepEqual([agreed?.agreedOn, agreed?.agreedBy], ['2026-04-10', 'provider_administrator']);
  const audit = await provider.ok('listAudit', {
    params: { contractorId },
    query: { action: 'contract.licence_agreed' },
  });
  assert.equal(audit.items[0]?.actor.name, 'provider_administrator');
  await ground.agree(contractorId);
  assert.equal(await ground.facts(contractorId), after.facts.length, 'agreeing again changes nothing');
});

test('app-only lets nobody enroll', async () => {
  on('2026-04-10');
  const contractorId = await ground.newContractor();
  await ground.contract(contractorId, { kind: 'app-only' });
  const { functions } = await provider.ok('getEntitlements', { params: { contractorId } });
  assert.deepEqual(functions, ['distribute_apps']);
  const problem = await provider.refused('createInvitation', { params: { contractorId }, body: invitation });
  assert.equal(problem.reason, 'entitlement.enroll');
});

test('both sides see an end coming 60, 30 and 7 days before it, once each, and it is written down when it came', async () => {
  on('2026-04-10');
  const contractorId = await ground.newContractor();
  const { contractId } = await ground.contract(contractorId);
  const params = { contractorId, contractId };
  await provider.ok('giveNotice', { params, body: { subject: 'service', designatedOn: '2026-07-31' } });
  const told: string[] = [];
  const ended: string[] = [];
  const deps: LedgerDeps = {
    ...(await dailyDeps()),
    surroundings: {
      probe: async () => ({ done: false }),
      tell: async (_tx, id, notice) => {
        if (id === contractorId)
          told.push(`${notice.kind} ${notice.severity} ${notice.details['daysLeft'] ?? ''}`.trim());
      },
      serviceEnded: async (_tx, id) => {
        if (id === contractorId) ended.push(id);
      },
      catalogueChanged: async () => undefined,
    },
  };
  for (const day of [
    '2026-05-31',
    '2026-06-01',
    '2026-06-02',
    '2026-07-01',
    '2026-07-24',
    '2026-07-25',
    '2026-07-31',
  ]) {
    on(day);
    await forEveryContractor(deps);
    await forEveryContractor(deps);
  }
  assert.deepEqual(told, ['contract.ending notice 60', 'contract.ending warning 30', 'contract.ending alarm 7']);
  assert.deepEqual(ended, []);
  on('2026-08-01');
  await forEveryContractor(deps);
  await forEveryContractor(deps);
  assert.deepEqual(ended, [contractorId]);
  assert.equal(told.at(-1), 'contract.ended alarm');
  const { facts, contract } = await provider.ok('getContract', { params });
  assert.deepEqual(
    facts.filter(({ type }) => type === 'ended').map((fact) => fact.on),
    ['2026-07-31'],
  );
  assert.equal(contract.phase, 'ended');
  const [row] = await query<{ phase: string }>('select phase from contracts where contract_id = $1', [contractId]);
  assert.equal(row?.phase, 'ended');
  assert.deepEqual((await provider.ok('verifyContracts', { params: { contractorId } })).problems, []);
});

async function dailyDeps(): Promise<Omit<LedgerDeps, 'surroundings'>> {
  const { recordAudit } = await import('../audit/index.ts');
  return {
    db: ground.db,
    clock,
    recordAudit,
    books: new BookKeeper(() => clock.now()),
    findCustomer: async () => undefined,
    keepAfterContract: Temporal.Duration.from('P90D'),
  };
}

test('a wrong fact is corrected by a new one, and stays to be read', async () => {
  on('2026-04-10');
  const contractorId = await ground.newContractor();
  const { contractId } = await ground.contract(contractorId, { billingStartOn: '2026-04-15' });
  const params = { contractorId, contractId };
  const { facts } = await provider.ok('getContract', { params });
  const wrong = facts.find(({ type }) => type === 'billing_started');
  assert.ok(wrong);
  const { contract, facts: after } = await provider.ok('correctFact', {
    params,
    body: {
      corrects: wrong.seq,
      by: { on: '2026-05-01', body: { type: 'billing_started', subjects: ['service'] } },
      reason: '請求開始日の誤記',
    },
  });
  assert.equal(contract.billingStartOn, '2026-05-01');
  assert.deepEqual(
    after.filter(({ corrected }) => corrected).map(({ seq }) => seq),
    [wrong.seq],
  );
  const nonsense = { corrects: wrong.seq, by: { on: '2026-05-01', body: { type: 'ended' } }, reason: 'x' };
  assert.equal((await provider.refused('correctFact', { params, body: nonsense })).status, 422);
});

test('a notice taken back in time changes the end; one that took effect cannot be', async () => {
  on('2026-04-10');
  const contractorId = await ground.newContractor();
  const { contractId } = await ground.contract(contractorId);
  const params = { contractorId, contractId };
  const { facts } = await provider.ok('giveNotice', { params, body: { subject: 'service' } });
  const seq = facts.find(({ type }) => type === 'notice_arrived')?.seq ?? 0;
  on('2026-05-11');
  await provider.refused('withdrawNotice', { params: { ...params, seq }, body: { reason: '遅い' } });
  on('2026-05-01');
  const { contract } = await provider.ok('withdrawNotice', { params: { ...params, seq }, body: { reason: '継続' } });
  assert.deepEqual([contract.phase, contract.endsOn], ['in_force', null]);
});

test('the book of contracts and the inbox are found by kana, number and phase, in pages', async () => {
  on('2026-04-10');
  const { contractorId } = await provider.ok('createContractor', {
    body: { name: '株式会社白樺運送', nameKana: 'シラカバウンソウ' },
  });
  await provider.ok('putCustomerProfile', { params: { contractorId }, body: PROFILE });
  const placed = await ground.contract(contractorId);
  for (const q of ['しらかば', '白樺 運送', '7000012050002', 'ｼﾗｶﾊﾞ']) {
    const { items, total } = await provider.ok('listContractBook', { query: { q } });
    assert.deepEqual([items.map(({ contractId }) => contractId), total], [[placed.contractId], 1], q);
    assert.equal((await provider.ok('listApplicationInbox', { query: { q } })).items[0]?.state, 'accepted');
  }
  const [own] = (await provider.ok('listContractBook', { query: { q: 'しらかば', phase: 'in_force' } })).items;
  const byNumber = await provider.ok('listContractBook', { query: { q: own?.contractNumber ?? '' } });
  assert.deepEqual(
    byNumber.items.map(({ contractId }) => contractId),
    [placed.contractId],
  );
  const first = await provider.ok('listContractBook', { query: { limit: 2 } });
  const next = await provider.ok('listContractBook', { query: { limit: 2, cursor: first.nextCursor ?? '' } });
  const numbers = [...first.items, ...next.items].map(({ contractNumber }) => contractNumber);
  assert.deepEqual(numbers, [...new Set(numbers)].sort());
  const inbox = await provider.ok('listApplicationInbox', { query: { limit: 1 } });
  assert.equal(
    (await provider.ok('listApplicationInbox', { query: { limit: 1, cursor: inbox.nextCursor ?? '' } })).items.length,
    1,
  );
});

const PROFILE = {
  legalName: '株式会社白樺運送',
  legalNameKana: 'シラカバウンソウ',
  corporateNumber: '7000012050002',
  address: { postalCode: '100-0001', prefecture: '東京都', city: '千代田区', street: '千代田1-1', building: '' },
  contacts: [
    {
      name: '白樺 花',
      kana: 'シラカバ ハナ',
      department: '総務部',
      email: 'h@example.jp',
      phone: '03-0000-0000',
      role: 'main' as const,
    },
  ],
  billing: { addressee: '経理部 御中', department: '', email: '', address: null, peppolId: '' },
  note: '',
};

test('a customer is kept as written, and a corporate number with a wrong check digit is refused', async () => {
  const contractorId = await ground.newContractor('控え');
  const params = { contractorId };
  assert.equal((await provider.ok('getCustomerProfile', { params })).legalName, '控え');
  const kept = await provider.ok('putCustomerProfile', { params, body: PROFILE });
  assert.deepEqual(await provider.ok('getCustomerProfile', { params }), kept);
  const wrong = { ...PROFILE, corporateNumber: '8000012050002' };
  const problem = await provider.refused('putCustomerProfile', { params, body: wrong });
  assert.equal(problem.reason, 'customer.corporate_number');
});

test('the setup checklist is ticked by people and completes itself where it can', async () => {
  on('2026-04-10');
  const contractorId = await ground.newContractor();
  const { contractId } = await ground.contract(contractorId);
  const { checklist } = await provider.ok('getContractOverview', { params: { contractorId } });
  const manual = checklist.find(({ automatic }) => !automatic);
  const automatic = checklist.find((entry) => entry.automatic);
  assert.ok(manual && automatic);
  const params = { contractorId, contractId, item: manual.item };
  const ticked = await provider.ok('tickChecklist', { params, body: { done: true } });
  assert.deepEqual([ticked.done, ticked.doneBy], [true, 'provider_administrator']);
  assert.equal((await provider.ok('tickChecklist', { params, body: { done: false } })).done, false);
  const problem = await provider.refused('tickChecklist', {
    params: { ...params, item: automatic.item },
    body: { done: true },
  });
  assert.equal(problem.reason, 'checklist.automatic');
});

test('sales keep contracts, billing and the desk read them; none of them acts for the contractor', async () => {
  on('2026-04-10');
  const contractorId = await ground.newContractor();
  const { contractId } = await ground.contract(contractorId);
  const params = { contractorId, contractId };
  const [sales, billing, desk] = [
    await ground.as('provider_sales'),
    await ground.as('provider_billing'),
    await ground.as('provider_desk'),
  ];
  const body = { subject: 'service', arrivedOn: '2026-04-10', designatedOn: '2026-12-31' };
  assert.equal((await billing.refused('recordNotice', { params, body })).reason, 'permission.missing');
  assert.equal((await desk.refused('recordNotice', { params, body })).reason, 'permission.missing');
  assert.equal(
    (await sales.refused('giveNotice', { params, body: { subject: 'service' } })).reason,
    'permission.missing',
  );
  assert.equal((await sales.ok('recordNotice', { params, body })).contract.endsOn, '2026-12-31');
  for (const reader of [billing, desk]) await reader.ok('getContract', { params });
});

test('a form on paper is foreseen and recorded as of the day it arrived', async () => {
  on('2026-05-02');
  const contractorId = await ground.newContractor('書面');
  const options = [{ subject: 'operation-proxy', deviceCount: 10 }];
  const { contractId } = await ground.contract(contractorId, {
    options,
    arrivedOn: '2026-03-01',
    acceptedOn: '2026-03-01',
    startOn: '2026-03-01',
    billingStartOn: '2026-03-01',
  });
  const params = { contractorId, contractId };
  const late = { subject: 'operation-proxy', deviceCount: 30, arrivedOn: '2026-04-30' };
  const { from, monthlyBefore, monthlyAfter } = await provider.ok('previewCountChangeOnBehalf', { params, body: late });
  assert.deepEqual([from, (monthlyAfter ?? 0) - (monthlyBefore ?? 0)], ['2026-05', 20 * 150]);
  const after = await provider.ok('recordCountChange', { params, body: { ...late, note: '郵送' } });
  assert.equal(
    after.contract.options[0]?.deviceCount,
    30,
    'it counts from the month after its arrival, which has begun',
  );
  assert.deepEqual(
    after.facts.slice(-2).map(({ type, on: day, note }) => [type, day, note]),
    [
      ['count_asked', '2026-04-30', '郵送'],
      ['count_accepted', '2026-04-30', ''],
    ],
  );
  const begun = { ...late, arrivedOn: '2026-05-01', from: '2026-05' };
  assert.equal(
    (await provider.refused('recordCountChange', { params, body: begun })).reason,
    'terms.count.month_begun',
  );
  const ahead = { ...late, arrivedOn: '2026-05-03' };
  assert.equal((await provider.refused('recordCountChange', { params, body: ahead })).reason, 'terms.day.in_future');

  const notice = { subject: 'service', arrivedOn: '2026-04-20' };
  const preview = await provider.ok('previewNoticeOnBehalf', { params, body: notice });
  assert.deepEqual(preview.endings.map(({ subject, effectiveOn }) => [subject, effectiveOn]).sort(), [
    ['operation-proxy', '2026-05-20'],
    ['service', '2026-05-20'],
  ]);
  assert.equal((await provider.ok('getContract', { params })).contract.endsOn, null, 'foreseeing it ends nothing');
  assert.equal((await provider.ok('recordNotice', { params, body: notice })).contract.endsOn, '2026-05-20');
});

test('a drafted revision is tried on the whole book, published for a day to come, and never changes again', async () => {
  on('2026-04-10');
  const contractorId = await ground.newContractor('試算');
  const options = [{ subject: 'operation-proxy', deviceCount: 10 }];
  const { contractId } = await ground.contract(contractorId, { options, billingStartOn: '2026-04-10' });
  const current = (await provider.ok('listRevisions')).items.at(-1);
  assert.ok(current);
  const fees = current.rules.fees.map((fee) =>
    fee.subject === 'operation-proxy'
      ? { ...fee, monthly: { type: 'fixed' as const, amount: 200, per: 'device' as const } }
      : fee,
  );
  const body = { title: { ja: '改定案', en: 'Draft' }, rules: { ...current.rules, fees }, transitions: [] };
  const params = { effectiveOn: '2026-07-01' };
  assert.equal((await provider.ok('putRevisionDraft', { params, body })).state, 'draft');
  const trial = await provider.ok('tryRevision', { params });
  const row = trial.rows.find((each) => each.contractId === contractId);
  const change = row?.changes.find(({ what }) => what === 'monthly_amount');
  assert.deepEqual([change?.before, change?.after], ['31500', '32000']);
  assert.ok(trial.monthlyAfter - trial.monthlyBefore >= 500);
  const monthly = async (caller = provider) => {
    const { contract } = await caller.ok('getContract', {
      params: { contractorId, contractId },
      query: { on: '2026-07-15' },
    });
    return contract.monthlyAmount;
  };
  assert.equal(await monthly(), 31_500, 'a draft changes nothing');
  await provider.ok('publishRevision', { params });
  assert.equal(await monthly(), 32_000);
  assert.equal(await monthly(second), 32_000, 'at once on the other copy');
  assert.equal((await provider.refused('putRevisionDraft', { params, body })).reason, 'revision.published');
  assert.equal((await provider.refused('deleteRevisionDraft', { params })).reason, 'revision.published');
  const today = { effectiveOn: '2026-04-10' };
  await provider.ok('putRevisionDraft', { params: today, body });
  assert.equal((await provider.refused('publishRevision', { params: today })).reason, 'revision.not_in_future');
  await provider.ok('deleteRevisionDraft', { params: today });
});

test('the catalogue: two editors do not overwrite each other, and a licence’s words stay', async () => {
  const { version, content } = await provider.ok('getCatalogue');
  const renamed = {
    ...content,
    usageModes: content.usageModes.map((mode) => ({ ...mode, name: { ja: '新', en: 'New' } })),
  };
  const changed = await provider.ok('changeCatalogue', { body: { version, content: renamed } });
  assert.deepEqual([changed.version, changed.content.usageModes[0]?.name.ja], [version + 1, '新']);
  assert.deepEqual(await second.ok('getCatalogue'), changed);
  const late = await provider.refused('changeCatalogue', { body: { version, content } });
  assert.equal(late.reason, 'catalogue.changed_meanwhile');
  const [first, ...rest] = renamed.licences;
  assert.ok(first);
  const rewritten = { ...renamed, licences: [{ ...first, text: { ja: '別', en: 'Other' } }, ...rest] };
  const problem = await provider.refused('changeCatalogue', { body: { version: version + 1, content: rewritten } });
  assert.deepEqual([problem.reason, problem.clause], ['catalogue.licence_changed', 'art-9-2']);
  const broken = { ...renamed, kinds: renamed.kinds.map((kind) => ({ ...kind, item: 'nothing' })) };
  assert.equal(
    (await provider.refused('changeCatalogue', { body: { version: version + 1, content: broken } })).status,
    422,
  );
  assert.ok((await provider.ok('listClauses')).items.some(({ clause }) => clause === 'art-10-1'));
});
