import type { ContractVerification } from '@tsukasa/api';
import { sql } from 'kysely';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { listDetails } from '../audit/index.ts';
import type { InvoiceRecord } from './invoice-store.ts';

type Problem = ContractVerification['problems'][number];
type Rows = { readonly row: string };

/** What stands in one of two lists more often than in the other, each once. */
export function differing(said: readonly string[], kept: readonly string[]): readonly string[] {
  const count = new Map<string, number>();
  for (const row of said) count.set(row, (count.get(row) ?? 0) + 1);
  for (const row of kept) count.set(row, (count.get(row) ?? 0) - 1);
  return [...count].flatMap(([row, left]) => (left === 0 ? [] : [row]));
}

/** A row as text in which no two rows are alike; the database makes the same of its columns. */
const rowOf = (...values: readonly (string | number | null | undefined)[]): string =>
  JSON.stringify(values.map((each) => (each === null || each === undefined ? null : String(each))));

/** The columns by which documents and their balances are found say what the documents say. */
export async function columnProblems(
  tx: Tx,
  contractorId: ContractorId,
  chain: readonly InvoiceRecord[],
): Promise<Problem[]> {
  const found = await sql<Rows>`select array_to_json(array[invoice_id::text, kind, number, to_char(month, 'YYYY-MM'),
      issued_on::text, credits::text])::text as row from invoices where contractor_id = ${contractorId}
    union all select array_to_json(array['balance', invoice_id::text, kind, number, to_char(month, 'YYYY-MM'),
      issued_on::text, due_on::text, net::text, tax::text, total::text])::text
    from invoice_balances where contractor_id = ${contractorId}`.execute(tx);
  const said = chain.flatMap(
    ({ invoiceId, content: { kind, number, month, issuedOn, credits, dueOn, net, tax, total } }) => [
      rowOf(invoiceId, kind, number, month, issuedOn, credits?.invoiceId),
      rowOf('balance', invoiceId, kind, number, month, issuedOn, dueOn, net, tax, total),
    ],
  );
  const kept = found.rows.map(({ row }) => row);
  return differing(said, kept).map((what) => ({ kind: 'state_differs', what, seq: null }));
}

/** Every payment stands in the audit trail as it is, and the other way round. */
export async function paymentProblems(tx: Tx, contractorId: ContractorId): Promise<Problem[]> {
  const found = await sql<Rows>`select array_to_json(array[payment_id::text, invoice_id::text, on_day::text,
      amount::text, note, reverses::text])::text as row from payments where contractor_id = ${contractorId}`.execute(
    tx,
  );
  const entries = await listDetails(tx, contractorId, 'invoice');
  const said = entries
    .filter(({ action }) => action.startsWith('payment.'))
    .map(({ targetId, details: { paymentId, amount, on, note = '', reverses } }) =>
      rowOf(text(paymentId), targetId, text(on), text(amount), text(note), text(reverses)),
    );
  return unaudited('payment', said, found.rows);
}

/** The same of adjustments and of what was decided about them. */
export async function adjustmentProblems(tx: Tx, contractorId: ContractorId): Promise<Problem[]> {
  const found = await sql<Rows>`select array_to_json(array[adjustment_id::text, 'asked', to_char(month, 'YYYY-MM'),
      amount::text, description, reason])::text as row from adjustments where contractor_id = ${contractorId}
    union all select array_to_json(array[adjustment_id::text, case when approved then 'approved' else 'refused' end])::text
    from adjustment_decisions where contractor_id = ${contractorId}`.execute(tx);
  const entries = await listDetails(tx, contractorId, 'adjustment');
  const said = entries.map(({ action, targetId, details: { month, amount, description, reason } }) =>
    action === 'adjustment.asked'
      ? rowOf(targetId, 'asked', text(month), text(amount), text(description), text(reason))
      : rowOf(targetId, action.replace('adjustment.', '')),
  );
  return unaudited('adjustment', said, found.rows);
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

function unaudited(name: string, said: readonly string[], found: readonly Rows[]): Problem[] {
  const kept = found.map(({ row }) => row);
  return differing(said, kept).map((row) => ({ kind: 'unaudited', what: `${name} ${row}`, seq: null }));
}
