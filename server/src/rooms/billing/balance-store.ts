import { type RawBuilder, sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { Actor } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type Day, type Month, monthColumn } from './days.ts';
import type { InvoiceId, PaymentId } from './model.ts';
import type { BillingTables } from './tables.ts';

const over = (tx: Tx) => tables<BillingTables>(tx);

export type BalanceState = 'open' | 'overdue' | 'paid' | 'credited' | 'credit_note';
/** A document as lists show it, with what was paid and credited so far. */
export type Balance = Omit<BillingTables['invoice_balances'], 'search_key'> & { readonly state: BalanceState };

const COLUMNS = sql`contractor_id, invoice_id, kind, number, month, issued_on, due_on, contractor_name, net, tax, total,
  paid, credited`;
const LEFT = sql`total - paid - credited`;

/** A document is overdue from the day after its due day on. */
function stateOn(today: Day): RawBuilder<BalanceState> {
  return sql`case when kind = 'credit_note' then 'credit_note' when credited > 0 and credited >= total then 'credited'
    when ${LEFT} <= 0 then 'paid' when due_on < ${today}::date then 'overdue' else 'open' end`;
}

export type BalanceFilter = {
  readonly contractorId?: ContractorId;
  readonly words?: readonly string[];
  readonly month?: Month | undefined;
  readonly state?: BalanceState | undefined;
  readonly after?: { readonly issuedOn: string; readonly number: string } | undefined;
  readonly limit: number;
  readonly today: Day;
};

/** Newest first. In the provider's scope over all contractors, otherwise of the one that `tx` is bound to. */
export async function listBalances(tx: Tx, filter: BalanceFilter): Promise<Balance[]> {
  const { contractorId, words = [], month, state, after, limit, today } = filter;
  const conditions = [
    sql`true`,
    ...(contractorId === undefined ? [] : [sql`contractor_id = ${contractorId}`]),
    ...words.map((each) => sql`strpos(search_key, ${each}) > 0`),
    ...(month === undefined ? [] : [sql`month = ${monthColumn(month)}::date`]),
    // The index of what is due has these very conditions.
    ...(state === 'overdue' ? [sql`kind = 'invoice' and ${LEFT} > 0 and due_on < ${today}::date`] : []),
    ...(state === undefined || state === 'overdue' ? [] : [sql`${stateOn(today)} = ${state}`]),
    ...(after === undefined ? [] : [sql`(issued_on, number) < (${after.issuedOn}::date, ${after.number})`]),
  ];
  const { rows } = await sql<Balance>`select ${COLUMNS}, ${stateOn(today)} as state from invoice_balances
    where ${sql.join(conditions, sql` and `)} order by issued_on desc, number desc limit ${limit}`.execute(tx);
  return rows;
}

export async function findBalance(
  tx: Tx,
  contractorId: ContractorId,
  invoiceId: InvoiceId,
  today: Day,
): Promise<Balance | undefined> {
  const { rows } = await sql<Balance>`select ${COLUMNS}, ${stateOn(today)} as state from invoice_balances
    where contractor_id = ${contractorId} and invoice_id = ${invoiceId}`.execute(tx);
  return rows[0];
}

export type PaymentRecord = {
  readonly contractorId: ContractorId;
  readonly paymentId: PaymentId;
  readonly invoiceId: InvoiceId;
  readonly number: string;
  readonly on: Day;
  /** Negative for one that takes another back. */
  readonly amount: number;
  readonly note: string;
  readonly reverses: PaymentId | undefined;
  readonly recordedAt: Temporal.Instant;
  readonly recordedBy: Actor;
};

/** Adds a payment and moves the balance of its invoice. */
export async function insertPayment(tx: Tx, payment: PaymentRecord): Promise<void> {
  const { contractorId, invoiceId, amount } = payment;
  await over(tx)
    .insertInto('payments')
    .values({
      contractor_id: contractorId,
      payment_id: payment.paymentId,
      invoice_id: invoiceId,
      on_day: payment.on,
      amount,
      note: payment.note,
      reverses: payment.reverses ?? null,
      recorded_at: payment.recordedAt,
      recorded_by: json(payment.recordedBy),
    })
    .execute();
  await over(tx)
    .updateTable('invoice_balances')
    .set((eb) => ({ paid: eb('paid', '+', amount) }))
    .where('contractor_id', '=', contractorId)
    .where('invoice_id', '=', invoiceId)
    .execute();
}

/** Payments of a contractor, of one invoice if it is named, in the order in which they were recorded. */
export async function listPayments(
  tx: Tx,
  contractorId: ContractorId,
  invoiceId?: InvoiceId,
): Promise<PaymentRecord[]> {
  let query = over(tx)
    .selectFrom('payments as p')
    .innerJoin('invoice_balances as b', (join) =>
      join.onRef('b.contractor_id', '=', 'p.contractor_id').onRef('b.invoice_id', '=', 'p.invoice_id'),
    )
    .select([
      'p.payment_id',
      'p.invoice_id',
      'b.number',
      'p.on_day',
      'p.amount',
      'p.note',
      'p.reverses',
      'p.recorded_at',
      'p.recorded_by',
    ])
    .where('p.contractor_id', '=', contractorId)
    .orderBy('p.recorded_at')
    .orderBy('p.payment_id');
  if (invoiceId !== undefined) query = query.where('p.invoice_id', '=', invoiceId);
  return (await query.execute()).map((row) => ({
    contractorId,
    paymentId: row.payment_id,
    invoiceId: row.invoice_id,
    number: row.number,
    on: row.on_day,
    amount: row.amount,
    note: row.note,
    reverses: row.reverses ?? undefined,
    recordedAt: row.recorded_at,
    recordedBy: row.recorded_by,
  }));
}
