import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Actor } from '../../base/http/context.ts';
import { verifyChain } from '../audit/index.ts';
import { billingHandlers } from './routes.ts';
import { BILLER, count, proxyContract, testBilling } from './testing.ts';
import { verifyInvoices } from './verify.ts';

/** The handlers as HTTP calls them, after October 2026 was closed for one contractor. */
async function stage() {
  const t = await testBilling('2026-11-02T00:00:00Z');
  await t.settings();
  const contractorId = await t.contractor('株式会社髙﨑');
  const contract = await t.contract(contractorId, ...proxyContract({ accepted: '2026-10-05', billed: '2026-10-05' }));
  const handlers = billingHandlers(t.deps);
  const as = (id: string): Parameters<typeof handlers.getInvoice>[1] => ({
    ...BILLER,
    actor: { kind: 'user', id, name: id } satisfies Actor,
    behind: id,
    contractorId,
    language: 'ja',
    can: () => true,
    require: () => undefined,
    requireFresh: () => undefined,
  });
  const own = { params: { contractorId }, query: undefined, body: undefined };
  const none = { params: undefined, query: undefined, body: undefined };
  const issued = async () => {
    await t.close('2026-10');
    const { items } = await handlers.listInvoices({ ...own, query: {} }, as('a'));
    const [invoice] = items;
    assert.ok(invoice);
    return invoice;
  };
  const pay = (invoiceId: string, amount: number, on = '2026-11-02') =>
    handlers.recordPayment({ ...own, body: { invoiceId, on, amount } }, as('b'));
  const states = async () =>
    (await handlers.listAllInvoices({ ...none, query: {} }, as('b'))).items.map(({ state }) => state);
  const verified = async () =>
    (await t.db.asContractor(contractorId, (tx) => verifyInvoices(tx, contractorId))).problems;
  return { ...t, contractorId, contract, handlers, as, own, none, issued, pay, states, verified };
}

test('payments: in parts, not more than is outstanding, taken back once, on the statement', async () => {
  const t = await stage();
  const invoice = await t.issued();
  assert.deepEqual([invoice.total, invoice.state, invoice.dueOn], [116_600, 'open', '2026-12-31']);
  const refused = (run: Promise<unknown>, reason: string) => assert.rejects(run, { reason });
  await refused(t.pay(invoice.invoiceId, 116_601), 'billing.overpayment');
  await refused(t.pay(invoice.invoiceId, 1, '2026-11-03'), 'billing.payment_in_future');
  await refused(t.pay(t.contract, 1), 'billing.invoice_unknown');
  const part = await t.pay(invoice.invoiceId, 16_600);
  await refused(t.pay(invoice.invoiceId, 100_001), 'billing.overpayment');
  const rest = await t.pay(invoice.invoiceId, 100_000);
  assert.deepEqual(await t.states(), ['paid']);
  const back = (paymentId: string) =>
    t.handlers.reversePayment(
      { ...t.own, params: { contractorId: t.contractorId, paymentId }, body: { reason: '別の請求書' } },
      t.as('b'),
    );
  const reversal = await back(rest.paymentId);
  assert.deepEqual([reversal.amount, reversal.reverses], [-100_000, rest.paymentId]);
  await refused(back(rest.paymentId), 'billing.payment_reversed');
  await refused(back(reversal.paymentId), 'billing.payment_reversed');
  await refused(back(t.contract), 'billing.payment_unknown');
  t.clock.set('2026-12-31T14:59:59Z');
  assert.deepEqual(await t.states(), ['open']);
  t.clock.set('2026-12-31T15:00:00Z');
  assert.deepEqual(await t.states(), ['overdue']);
  const { entries, balance, overdue } = await t.handlers.getStatement(t.own, t.as('a'));
  assert.deepEqual(
    entries.map(({ kind, amount, balance: after }) => [kind, amount, after]),
    [
      ['invoice', 116_600, 116_600],
      ['payment', -16_600, 100_000],
      ['payment', -100_000, 0],
      ['reversal', 100_000, 100_000],
    ],
  );
  assert.deepEqual([balance, overdue], [100_000, 100_000]);
  assert.deepEqual(await t.verified(), []);
  assert.equal((await verifyChain(t.db, t.contractorId)).ok, true);
  assert.equal(part.number, invoice.number);
});

test('two who record the whole payment at once: one is refused', async () => {
  const t = await stage();
  const { invoiceId, total } = await t.issued();
  const both = await Promise.allSettled([t.pay(invoiceId, total), t.pay(invoiceId, total)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

test('a credited invoice is so in lists, and what was paid stays to the contractor’s credit', async () => {
  const t = await stage();
  const invoice = await t.issued();
  await t.pay(invoice.invoiceId, invoice.total);
  await t.correct(t.contractorId, t.contract, '2026-11-10', 1);
  t.clock.set('2026-12-01T03:00:00Z');
  await t.close('2026-11');
  assert.deepEqual((await t.states()).sort(), ['credit_note', 'credited']);
  const { balance } = await t.handlers.getStatement(t.own, t.as('a'));
  assert.equal(balance, -invoice.total);
  const { items } = await t.handlers.listInvoices({ ...t.own, query: {} }, t.as('a'));
  const note = items.find(({ kind }) => kind === 'credit_note');
  assert.ok(note);
  const params = { contractorId: t.contractorId, invoiceId: note.invoiceId };
  const shown = await t.handlers.getInvoice({ ...t.own, params }, t.as('a'));
  assert.equal(shown.credits?.number, invoice.number);
  assert.match(shown.reason, /2026-10分の30,000円は、契約の履歴の訂正により発生しなくなりました。/);
  await assert.rejects(t.pay(note.invoiceId, 1), { reason: 'billing.payment_of_credit_note' });
  assert.deepEqual(await t.verified(), []);
});

test('an adjustment needs another person, is decided once and billed once', async () => {
  const t = await stage();
  const ask = (amount: number, text = '2026-10') =>
    t.handlers.askAdjustment(
      {
        ...t.none,
        body: {
          contractorId: t.contractorId,
          month: text,
          description: '障害による減額',
          amount,
          reason: '9時間の停止',
        },
      },
      t.as('asker'),
    );
  const decide = (adjustmentId: string, who: string, approve = true) =>
    t.handlers.decideAdjustment(
      { ...t.own, params: { contractorId: t.contractorId, adjustmentId }, body: { approve } },
      t.as(who),
    );
  await assert.rejects(ask(0), { reason: 'billing.adjustment_zero' });
  await assert.rejects(ask(1, '2027-12'), { reason: 'billing.adjustment_far' });
  const [down, up, no, open] = [await ask(-6000), await ask(500), await ask(9), await ask(7)];
  await assert.rejects(decide(down.adjustmentId, 'asker'), { reason: 'billing.adjustment_second_person' });
  assert.equal((await decide(down.adjustmentId, 'other')).state, 'approved');
  await decide(up.adjustmentId, 'other');
  assert.equal((await decide(no.adjustmentId, 'other', false)).state, 'refused');
  await assert.rejects(decide(down.adjustmentId, 'third', false), { reason: 'billing.adjustment_decided' });
  const invoice = await t.issued();
  assert.equal(invoice.net, 106_000 - 6000 + 500);
  const states = async () =>
    Object.fromEntries(
      (await t.handlers.listAdjustments({ ...t.none, query: {} }, t.as('b'))).items.map((each) => [
        each.adjustmentId,
        each.state,
      ]),
    );
  assert.deepEqual(await states(), {
    [down.adjustmentId]: 'billed',
    [up.adjustmentId]: 'billed',
    [no.adjustmentId]: 'refused',
    [open.adjustmentId]: 'asked',
  });
  t.clock.set('2026-12-01T03:00:00Z');
  const { sums } = await t.close('2026-11');
  assert.equal(sums.net, 36_000, 'not billed again');
  assert.deepEqual(await t.verified(), []);
  for (const statement of [
    'update adjustments set amount = amount - 1',
    'update adjustment_decisions set approved = not approved',
  ]) {
    await t.query(`do $$ begin set local session_replication_role = replica; ${statement}; end $$`);
    assert.ok(
      (await t.verified()).some(({ kind }) => kind === 'unaudited'),
      statement,
    );
  }
});

test('a draft explains itself: sums, rows, differences that add up', async () => {
  const t = await stage();
  await t.issued();
  await t.record(t.contractorId, t.contract, ...count('2026-10-20', 55, 6));
  t.clock.set('2026-12-01T03:00:00Z');
  const at = { ...t.none, params: { month: '2026-11' } };
  const draft = await t.handlers.draftClosing(at, t.as('b'));
  assert.deepEqual([draft.state, draft.net, draft.previousNet, draft.problems], ['draft', 38_250, 106_000, 0]);
  const { rows, nextCursor } = await t.handlers.getClosing({ ...at, query: { q: 'たかさき' } }, t.as('b'));
  assert.deepEqual([rows.length, nextCursor], [0, null]);
  const [row] = (await t.handlers.getClosing({ ...at, query: { q: '高崎' } }, t.as('b'))).rows;
  assert.ok(row);
  assert.equal(
    row.differences.reduce((sum, { amount }) => sum + amount, 0),
    row.net - row.previousNet,
  );
  const changed = row.differences.find(({ what }) => what === 'count');
  assert.deepEqual([changed?.amount, changed?.because[0]?.text], [2250, '台数が40台から55台に変わりました。']);
  const preview = await t.handlers.previewClosing({ ...at, query: {} }, t.as('b'));
  assert.deepEqual(preview.rows, [row]);
  const far = { ...t.none, params: { month: '2199-12' }, query: {} };
  await assert.rejects(t.handlers.previewClosing(far, t.as('b')), { reason: 'billing.preview_far' });
  const { next, items } = await t.handlers.listClosings(t.none, t.as('b'));
  assert.deepEqual(
    [next, items.map((each) => `${each.month} ${each.state}`)],
    ['2026-11', ['2026-11 draft', '2026-10 approved']],
  );
});

test('forecast and what-if record nothing and follow the rule of calendar months', async () => {
  const t = await stage();
  const { months, rows } = await t.handlers.getForecast({ ...t.none, query: { months: 3 } }, t.as('b'));
  assert.deepEqual(
    months.map(({ month: at, net }) => `${at} ${net}`),
    ['2026-11 36000', '2026-12 36000', '2027-01 36000'],
  );
  assert.deepEqual(
    rows.map(({ amounts }) => amounts),
    [[36_000, 36_000, 36_000]],
  );
  const whatIf = (from: string) =>
    t.handlers.whatIf(
      {
        ...t.own,
        body: { contractId: t.contract, from, months: 2, counts: [{ subject: 'operation-proxy', deviceCount: 100 }] },
      },
      t.as('a'),
    );
  const answer = await whatIf('2026-12');
  assert.deepEqual(answer.months, [
    { month: '2026-12', before: 36_000, after: 45_000 },
    { month: '2027-01', before: 36_000, after: 45_000 },
  ]);
  await assert.rejects(whatIf('2026-11'), { code: 'conflict', clause: 'art-8-5' });
  const facts = await t.query('select 1 from contract_facts');
  assert.equal(facts.length, 5);
});

test('settings keep their history; closed months keep their rates', async () => {
  const t = await stage();
  const settings = await t.handlers.getBillingSettings(t.none, t.as('b'));
  await t.issued();
  const wanted = {
    ...settings,
    dueMonths: 2,
    taxRates: [...settings.taxRates, { from: '2027-04-01', category: 'standard' as const, rate: '12' }],
  };
  await t.handlers.putBillingSettings({ ...t.none, body: wanted }, t.as('b'));
  assert.deepEqual(await t.handlers.getBillingSettings(t.none, t.as('b')), wanted);
  await assert.rejects(
    t.handlers.putBillingSettings({ ...t.none, body: { ...wanted, firstMonth: '2026-01' } }, t.as('b')),
    {
      reason: 'billing.settings_past',
    },
  );
  const versions = await t.query<{ version: number }>('select version from billing_settings order by 1');
  assert.deepEqual(
    versions.map(({ version }) => version),
    [1, 2],
  );
});

test('documents in their forms: PDF, CSV, JP PINT; another contractor’s are not found', async () => {
  const t = await stage();
  const { invoiceId } = await t.issued();
  const at = { ...t.own, params: { contractorId: t.contractorId, invoiceId } };
  const pdf = await t.handlers.getInvoicePdf(at, t.as('a'));
  assert.equal(Buffer.from(pdf).subarray(0, 5).toString(), '%PDF-');
  assert.match(
    String(await t.handlers.getInvoiceCsv(at, t.as('a'))),
    /オペレーション代行オプション 月額費用（2026年10月分）,40,150,6000,10,標準税率/,
  );
  await assert.rejects(t.handlers.getInvoiceXml(at, t.as('a')), { reason: 'billing.no_electronic_address' });
  const other = await t.contractor('他社');
  const foreign = { ...at, params: { contractorId: other, invoiceId } };
  await assert.rejects(t.handlers.getInvoice(foreign, t.as('a')), { reason: 'billing.invoice_unknown' });
});
