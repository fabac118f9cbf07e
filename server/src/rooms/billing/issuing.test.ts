import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import type { ContractorId } from '../../base/ids.ts';
import { beginIssuing, issueAll } from './approve.ts';
import { finishIssuing } from './closing-store.ts';
import { issueBatch } from './issue.ts';
import { APPROVER, month, proxyContract, testBilling } from './testing.ts';
import { verifyInvoices } from './verify.ts';

const OCTOBER = month('2026-10');
const start = proxyContract({ accepted: '2026-10-05', billed: '2026-10-05' });

async function stage(contractors: number) {
  const t = await testBilling('2026-11-02T00:00:00Z');
  await t.settings();
  const ids: ContractorId[] = [];
  for (let each = 0; each < contractors; each += 1) {
    const id = await t.contractor(`社${each}`);
    await t.contract(id, ...start);
    ids.push(id);
  }
  const approve = async () => {
    const { fingerprint = '' } = await t.draft('2026-10');
    await beginIssuing(t.deps, OCTOBER, { fingerprint, issuedOn: undefined }, APPROVER);
  };
  const numbers = async () =>
    (await t.query<{ number: string }>('select number from invoices order by number')).map(({ number }) => number);
  const state = async () => (await t.query<{ state: string }>('select state from billing_closings'))[0]?.state;
  const verify = (id: (typeof ids)[number]) => t.db.asContractor(id, (tx) => verifyInvoices(tx, id));
  return { ...t, ids, approve, numbers, state, verify };
}

const expected = (count: number) =>
  Array.from({ length: count }, (_, at) => `INV-2026-${String(at + 1).padStart(6, '0')}`);

test('a process that dies between two batches loses nothing and doubles nothing', async () => {
  const t = await stage(12);
  await t.approve();
  assert.equal(await issueBatch(t.deps, OCTOBER, 5), 5);
  assert.deepEqual([await t.state(), (await t.numbers()).length], ['issuing', 5]);
  await assert.rejects(t.draft('2026-10'), { reason: 'billing.already_closed' });
  await assert.rejects(t.draft('2026-11'), { reason: 'billing.month_not_over' });
  assert.equal(await t.db.jobs((tx) => finishIssuing(tx, OCTOBER)), false);
  // What the queue does when the server is there again.
  const [job] = await t.query<{ payload: { month: string } }>(
    "select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'billing.issue'",
  );
  assert.deepEqual(job?.payload, { month: '2026-10' });
  assert.equal((await issueAll(t.deps, OCTOBER)).state, 'approved');
  assert.deepEqual(await t.numbers(), expected(12));
  assert.equal((await issueAll(t.deps, OCTOBER)).state, 'approved', 'and again, as a job may');
  assert.deepEqual(await t.numbers(), expected(12));
});

test('a batch that fails in the middle leaves nothing of it', async () => {
  const t = await stage(4);
  await t.approve();
  let left = 2;
  const failing: typeof t.deps = {
    ...t.deps,
    recordAudit: (tx, id, entry) => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error('the power went')) : t.deps.recordAudit(tx, id, entry);
    },
  };
  await assert.rejects(issueBatch(failing, OCTOBER), /power/);
  assert.deepEqual(await t.numbers(), []);
  assert.equal((await t.query('select 1 from billed_charges')).length, 0);
  await issueAll(t.deps, OCTOBER);
  assert.deepEqual(await t.numbers(), expected(4));
});

test('several that issue at once share the work', async () => {
  const t = await stage(20);
  await t.approve();
  await Promise.all([issueAll(t.deps, OCTOBER), issueAll(t.deps, OCTOBER), issueBatch(t.deps, OCTOBER, 3)]);
  assert.deepEqual(await t.numbers(), expected(20));
  for (const id of t.ids.slice(0, 3)) assert.deepEqual(await t.verify(id), { invoices: 1, problems: [] });
});

test('numbers go on without a gap from month to month and begin anew with the year of issue', async () => {
  const t = await stage(2);
  await t.close('2026-10');
  t.clock.set('2026-12-01T03:00:00Z');
  await t.close('2026-11');
  t.clock.set('2027-01-04T03:00:00Z');
  await t.close('2026-12');
  assert.deepEqual(await t.numbers(), [...expected(4), 'INV-2027-000001', 'INV-2027-000002']);
});

test('nobody changes what was issued, not even the owner of the tables', async () => {
  const t = await stage(1);
  await t.close('2026-10');
  for (const statement of [
    'update invoices set content = content || \'{"total": 1}\'',
    'delete from invoices',
    'truncate invoices cascade',
    'update billed_charges set quantity = 1',
    'truncate billed_charges cascade',
    "update billing_closings set state = 'draft'",
    'delete from billing_closings',
    "update closing_rows set content = '{}'",
    'delete from closing_rows',
  ]) {
    await assert.rejects(t.query(statement), { code: '23001' }, statement);
  }
  const [id] = t.ids;
  assert.ok(id);
  for (const statement of ['update invoices set number = number', 'delete from payments', 'delete from billed_charges'])
    await assert.rejects(
      t.db.asContractor(id, (tx) => sql.raw(statement).execute(tx)),
      { code: '42501' },
      statement,
    );
});

test('what is changed past the triggers is found', async () => {
  const changes = [
    ["update invoices set content = jsonb_set(content, '{total}', '1')", 'invoice_changed'],
    ["update invoices set hash = '\\x00'", 'invoice_changed'],
    ['delete from invoices', 'invoice_missing'],
    ['update billed_charges set unit_amount = 1', 'state_differs'],
    ['delete from billed_charges', 'state_differs'],
    ['update invoice_balances set paid = 1', 'state_differs'],
    ["update invoice_heads set hash = '\\x00'", 'head_changed'],
    ["update audit_entries set details = '{}' where action = 'invoice.issued'", 'unaudited'],
    ["update invoices set month = '2026-09-01'", 'state_differs'],
    ["update invoices set number = 'INV-2020-000001'", 'state_differs'],
    ["update invoice_balances set due_on = '2030-01-01'", 'state_differs'],
    ["update billed_charges set closed_month = '2026-09-01'", 'state_differs'],
    [
      `insert into billed_charges select contractor_id, charge, times + 1, invoice_id, place, closed_month, quantity,
       unit_amount, tax_rate, tax_category from billed_charges`,
      'state_differs',
    ],
    [
      `insert into payments select contractor_id, gen_random_uuid(), invoice_id, issued_on, 1, '', null, recorded_at, '{}'
       from invoices`,
      'unaudited',
    ],
    [
      `insert into adjustments select contractor_id, gen_random_uuid(), month, 'x', -1, 'x', recorded_at, '{}'
       from invoices`,
      'unaudited',
    ],
  ] as const;
  const t = await stage(changes.length);
  await t.close('2026-10');
  for (const [at, [statement, kind]] of changes.entries()) {
    const id = t.ids[at];
    assert.ok(id);
    assert.deepEqual((await t.verify(id)).problems, []);
    // `replica` is what a superuser can do: no trigger and no foreign key stands in the way.
    const where = statement.includes(' where ') ? ' and' : ' where';
    await t.query(
      `do $$ begin set local session_replication_role = replica; ${statement}${where} contractor_id = '${id}'; end $$`,
    );
    const { problems } = await t.verify(id);
    assert.ok(
      problems.some((problem) => problem.kind === kind),
      `${statement}: ${JSON.stringify(problems)}`,
    );
  }
});
