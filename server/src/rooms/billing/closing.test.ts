import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewClosing } from './closing.ts';
import type { Document } from './model.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { count, type Entry, month, proxyContract, testBilling } from './testing.ts';

type Issued = { number: string; kind: string; content: Document };

/** One contractor with the desk's option, closed month by month with the clock on the day after. */
async function stage(from = '2025-04') {
  const t = await testBilling(`${month(from).add({ months: 1 })}-01T03:00:00Z`);
  await t.settings();
  const contractorId = await t.contractor();
  const documents = (text: string, of?: string) =>
    t.query<Issued>(
      'select number, kind, content from invoices where month = $1 and ($2::uuid is null or contractor_id = $2) order by number',
      [`${text}-01`, of],
    );
  const closeMonth = async (text: string) => {
    t.clock.set(`${month(text).add({ months: 1 })}-01T03:00:00Z`);
    return t.close(text);
  };
  /** Amounts of the desk's option on the documents of a month. */
  const proxy = async (text: string, of: string | undefined) =>
    (await documents(text, of)).flatMap(({ content }) =>
      content.lines.filter(({ subject }) => subject === 'operation-proxy').map(({ fee, amount }) => `${fee} ${amount}`),
    );
  return { ...t, contractorId, documents, closeMonth, proxy };
}

test('F1 to F5 through real closings', async () => {
  const t = await stage();
  const ids = Object.fromEntries(
    await Promise.all(['F1', 'F2', 'F3', 'F4', 'F5'].map(async (name) => [name, await t.contractor(name)] as const)),
  );
  const contracts = new Map<string, string>();
  for (const [name, id] of Object.entries(ids)) {
    const over = name === 'F5' ? { billed: '2025-04-30' } : {};
    contracts.set(name, await t.contract(id, ...proxyContract(over)));
  }
  const record = (name: string, ...entries: readonly Entry[]) => {
    const [id, contract] = [ids[name], contracts.get(name)];
    assert.ok(id && contract);
    return t.record(id, contract, ...entries);
  };
  const first = await t.closeMonth('2025-04');
  assert.equal(first.sums.contractors, 5);
  await record('F2', ...count('2025-05-20', 55, 6));
  await record('F3', ...count('2025-05-20', 55, 6), ...count('2025-05-28', 30, 8));
  await t.closeMonth('2025-05');
  await record('F4', ['2025-06-10', { type: 'notice_arrived', subject: 'operation-proxy' }]);
  for (const each of ['2025-06', '2025-07', '2025-08']) await t.closeMonth(each);
  const owed = async (name: string) => {
    const months = ['2025-04', '2025-05', '2025-06', '2025-07', '2025-08'];
    return Promise.all(months.map((each) => t.proxy(each, ids[name])));
  };
  const six = ['monthly 6000'];
  const start = ['monthly 6000', 'initial 20000'];
  assert.deepEqual(await owed('F1'), [start, six, six, six, six]);
  assert.deepEqual(await owed('F2'), [start, six, ['monthly 8250'], ['monthly 8250'], ['monthly 8250']]);
  assert.deepEqual(await owed('F3'), [start, six, ['monthly 4500'], ['monthly 4500'], ['monthly 4500']]);
  assert.deepEqual(await owed('F4'), [start, six, six, six, []]);
  assert.deepEqual(await owed('F5'), [start, six, six, six, six]);
  const [invoice] = await t.documents('2025-04');
  assert.equal(invoice?.number, 'INV-2025-000001');
  const { net, tax, total, dueOn, issuedOn } = invoice.content;
  assert.deepEqual([net, tax, total, issuedOn, dueOn], [106_000, 10_600, 116_600, '2025-05-01', '2025-06-30']);
});

test('late facts and corrections become a credit note that names the invoice, and new lines', async () => {
  const t = await stage();
  const contract = await t.contract(t.contractorId, ...proxyContract());
  await t.closeMonth('2025-04');
  await t.closeMonth('2025-05');
  // The number of devices was 30 all along, and the billing of the service began a month later.
  const [, , , , billed] = proxyContract();
  assert.ok(billed);
  await t.correct(t.contractorId, contract, '2025-06-20', 1, proxyContract({ devices: 30 })[0]);
  await t.correct(t.contractorId, contract, '2025-06-20', 5, [
    '2025-05-01',
    { type: 'billing_started', subjects: ['service', 'operation-proxy'] },
  ]);
  const closed = await t.closeMonth('2025-06');
  const documents = await t.documents('2025-06');
  assert.deepEqual(
    documents.map(({ number }) => number),
    ['CN-2025-000001', 'CN-2025-000002', 'INV-2025-000003'],
  );
  const [april, may, invoice] = documents.map(({ content }) => content);
  assert.equal(april?.credits?.number, 'INV-2025-000001');
  assert.deepEqual(
    april.lines.map(({ fee, amount }) => [fee, amount]),
    [
      ['monthly', -30_000],
      ['monthly', -6000],
    ],
  );
  assert.deepEqual([april.net, april.tax, april.dueOn], [-36_000, -3600, null]);
  assert.equal(may?.credits?.number, 'INV-2025-000002');
  assert.deepEqual(
    may.lines.map(({ amount }) => amount),
    [-6000],
  );
  assert.deepEqual(
    invoice?.lines.map(({ month, amount }) => `${month} ${amount}`),
    ['2025-05 4500', '2025-06 30000', '2025-06 4500'],
  );
  assert.equal(closed.sums.net, 39_000 - 36_000 - 6000);
  await t.closeMonth('2025-07');
  assert.deepEqual(
    (await t.documents('2025-07')).map(({ kind }) => kind),
    ['invoice'],
    'reconciled once and for all',
  );
});

test('each refusal names its rule and changes nothing', async () => {
  const t = await stage('2025-05');
  await t.contract(t.contractorId, ...proxyContract());
  const refused = (run: Promise<unknown>, reason: string) => assert.rejects(run, { reason });
  await refused(t.draft('2025-05'), 'billing.out_of_order');
  const draft = await t.draft('2025-04');
  await refused(t.approve({ ...draft, fingerprint: '0'.repeat(64) }, '2025-04'), 'billing.other_draft');
  await t.settings({ dueMonths: 2 }, 2);
  await refused(t.approve(draft, '2025-04'), 'billing.draft_outdated');
  await t.settings({ issuer: DEFAULT_SETTINGS.issuer }, 3);
  await refused(t.close('2025-04'), 'billing.no_registration_number');
  await t.settings({}, 4);
  assert.equal((await t.close('2025-04')).state, 'approved');
  await refused(t.draft('2025-04'), 'billing.already_closed');
  await refused(t.approve(draft, '2025-04'), 'billing.already_closed');
  await t.close('2025-05');
  await refused(t.draft('2025-06'), 'billing.month_not_over');
  t.clock.set('2025-06-30T14:59:59Z'); // 23:59:59 in Tokyo
  await refused(t.draft('2025-06'), 'billing.month_not_over');
  t.clock.set('2025-06-30T15:00:00Z');
  await t.close('2025-06');
});

test('a charge without a price holds up the closing and is told', async () => {
  const t = await stage();
  await t.contract(t.contractorId, ...proxyContract().filter(([, { type }]) => type !== 'quoted'));
  const draft = await t.draft('2025-04');
  assert.ok(draft.sums.problems > 0);
  await assert.rejects(t.approve(draft, '2025-04'), { reason: 'billing.problems' });
  assert.equal((await t.documents('2025-04')).length, 0);
});

test('two approvals at once: one closes the month, the other is refused, nothing is doubled', async () => {
  const t = await stage();
  for (let each = 0; each < 30; each += 1) await t.contract(await t.contractor(`社${each}`), ...proxyContract());
  const draft = await t.draft('2025-04');
  const both = await Promise.allSettled([t.approve(draft, '2025-04'), t.approve(draft, '2025-04')]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const numbers = (await t.documents('2025-04')).map(({ number }) => number);
  assert.deepEqual(
    numbers,
    Array.from({ length: 30 }, (_, at) => `INV-2025-${String(at + 1).padStart(6, '0')}`),
  );
});

test('rates: 5 % until March 2014, 8 % from April, 10 % from October 2019, late lines keep theirs', async () => {
  const t = await stage('2014-03');
  const contract = await t.contract(t.contractorId, ...proxyContract({ accepted: '2014-03-10', billed: '2014-03-15' }));
  await t.closeMonth('2014-03');
  await t.closeMonth('2014-04');
  const rates = async (text: string) =>
    (await t.documents(text)).flatMap(({ content }) =>
      content.taxTotals.map(({ taxRate, taxable, tax }) => [taxRate, taxable, tax]),
    );
  assert.deepEqual(await rates('2014-03'), [['5', 106_000, 5300]]);
  assert.deepEqual(await rates('2014-04'), [['8', 36_000, 2880]]);
  await t.correct(t.contractorId, contract, '2014-05-10', 1, proxyContract({ accepted: '2014-03-10', devices: 50 })[0]);
  await t.closeMonth('2014-05');
  assert.deepEqual(await rates('2014-05'), [
    ['5', -6000, -300],
    ['8', -6000, -480],
    ['8', 45_000, 3600],
    ['5', 7500, 375],
  ]);
});

test('the history from 2011 to today, billed again for any month, gives the same', async () => {
  const t = await stage('2019-06');
  const old = await t.contract(t.contractorId, ...proxyContract({ accepted: '2019-06-10', billed: '2019-06-15' }));
  const other = await t.contractor('もう一社');
  await t.contract(other, ...proxyContract({ accepted: '2019-09-01', billed: '2019-09-01', devices: 7 }));
  const months = Array.from({ length: 12 }, (_, at) => month('2019-06').add({ months: at }).toString());
  for (const each of months) {
    if (each === '2019-08') await t.record(t.contractorId, old, ...count('2019-07-20', 55, 6));
    if (each === '2020-01')
      await t.record(t.contractorId, old, ['2020-01-10', { type: 'notice_arrived', subject: 'operation-proxy' }]);
    await t.closeMonth(each);
  }
  for (const each of months) {
    const issued = await t.query<{ net: number; tax: number }>(
      'select net, tax from closing_rows where month = $1 order by contractor_id',
      [`${each}-01`],
    );
    for (const _ of [1, 2]) {
      const { rows } = await previewClosing(t.deps, month(each), { after: undefined, limit: 100 });
      assert.deepEqual(
        rows.map(({ net, tax }) => ({ net: String(net), tax: String(tax) })),
        issued,
        each,
      );
    }
  }
});
