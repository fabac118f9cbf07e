import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type Month, monthColumn } from './days.ts';
import { type Document, GENESIS, type InvoiceId } from './model.ts';
import type { Billed } from './reconcile.ts';
import type { BillingTables } from './tables.ts';

const over = (tx: Tx) => tables<BillingTables>(tx);

/** A document with its place in the contractor's chain. */
export type InvoiceRecord = {
  readonly contractorId: ContractorId;
  readonly invoiceId: InvoiceId;
  readonly chainSeq: number;
  readonly content: Document;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
};
const COLUMNS = ['contractor_id', 'invoice_id', 'chain_seq', 'content', 'previous_hash', 'hash'] as const;

type Columns = Pick<BillingTables['invoices'], Exclude<(typeof COLUMNS)[number], 'content'>> & { content: Document };
function recordOf(row: Columns): InvoiceRecord {
  return {
    contractorId: row.contractor_id,
    invoiceId: row.invoice_id,
    chainSeq: row.chain_seq,
    content: row.content,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}

export type Head = { readonly chainSeq: number; readonly hash: Buffer };

/** The ends of these contractors' chains, locked in the order of their ids. */
export async function lockHeads(
  tx: Tx,
  contractorIds: readonly ContractorId[],
): Promise<ReadonlyMap<ContractorId, Head>> {
  const ids = [...contractorIds].sort();
  if (ids.length === 0) return new Map();
  await over(tx)
    .insertInto('invoice_heads')
    .values(ids.map((id) => ({ contractor_id: id, chain_seq: 0, hash: GENESIS })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const rows = await over(tx)
    .selectFrom('invoice_heads')
    .select(['contractor_id', 'chain_seq', 'hash'])
    .where('contractor_id', 'in', ids)
    .orderBy('contractor_id')
    .forUpdate()
    .execute();
  return new Map(rows.map((row) => [row.contractor_id, { chainSeq: row.chain_seq, hash: row.hash }]));
}

export async function findHead(tx: Tx, contractorId: ContractorId): Promise<Head | undefined> {
  const row = await over(tx)
    .selectFrom('invoice_heads')
    .select(['chain_seq', 'hash'])
    .where('contractor_id', '=', contractorId)
    .executeTakeFirst();
  return row && { chainSeq: row.chain_seq, hash: row.hash };
}

/** What a new document is known by in lists. */
export type Listed = { readonly name: string; readonly searchKey: string };

const hex = (bytes: Buffer) => `\\x${bytes.toString('hex')}`;

/** Adds documents to their chains, in the order given, and moves the heads. */
export async function insertInvoices(
  tx: Tx,
  invoices: readonly (InvoiceRecord & Listed)[],
  now: Temporal.Instant,
): Promise<void> {
  if (invoices.length === 0) return;
  const values = invoices.map(
    ({ contractorId, invoiceId, chainSeq, content, previousHash, hash, name, searchKey }) => ({
      contractor_id: contractorId,
      invoice_id: invoiceId,
      chain_seq: chainSeq,
      kind: content.kind,
      number: content.number,
      month: `${content.month}-01`,
      issued_on: content.issuedOn,
      due_on: content.dueOn,
      credits: content.credits?.invoiceId ?? null,
      content,
      previous_hash: hex(previousHash),
      hash: hex(hash),
      name,
      search_key: searchKey,
      net: content.net,
      tax: content.tax,
      total: content.total,
    }),
  );
  const given = sql`jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as v(contractor_id uuid, invoice_id uuid,
    chain_seq bigint, kind text, number text, month date, issued_on date, due_on date, credits uuid, content jsonb,
    previous_hash bytea, hash bytea, name text, search_key text, net bigint, tax bigint, total bigint)`;
  await sql`insert into invoices (contractor_id, invoice_id, chain_seq, kind, number, month, issued_on, credits, content,
      recorded_at, previous_hash, hash)
    select contractor_id, invoice_id, chain_seq, kind, number, month, issued_on, credits, content, ${now}::timestamptz,
      previous_hash, hash from ${given}`.execute(tx);
  await sql`insert into invoice_balances (contractor_id, invoice_id, kind, number, month, issued_on, due_on, contractor_name,
      search_key, net, tax, total)
    select contractor_id, invoice_id, kind, number, month, issued_on, due_on, name, search_key, net, tax, total
    from ${given}`.execute(tx);
  await sql`update invoice_balances b set credited = b.credited - v.total from (select contractor_id, credits,
      sum(total) as total from ${given} where credits is not null group by contractor_id, credits) v
    where b.contractor_id = v.contractor_id and b.invoice_id = v.credits`.execute(tx);
  await sql`update invoice_heads h set chain_seq = v.chain_seq, hash = v.hash from (select distinct on (contractor_id)
      contractor_id, chain_seq, hash from ${given} order by contractor_id, chain_seq desc) v
    where h.contractor_id = v.contractor_id`.execute(tx);
}

export type NewBilled = Omit<Billed, 'times' | 'taxCategory' | 'invoiceId'> & {
  readonly contractorId: ContractorId;
  readonly invoiceId: InvoiceId;
  readonly taxCategory: string;
};

/** Records lines as billed, each once more than before. The key refuses a charge that is billed already. */
export async function insertBilled(tx: Tx, month: Month, billed: readonly NewBilled[]): Promise<void> {
  if (billed.length === 0) return;
  const values = billed.map((each) => ({
    contractor_id: each.contractorId,
    charge: each.charge,
    invoice_id: each.invoiceId,
    place: each.place,
    quantity: each.quantity,
    unit_amount: each.unitAmount,
    tax_rate: each.taxRate,
    tax_category: each.taxCategory,
  }));
  // `times` counts what was credited: one that is billed and not credited would get the same number again, and be refused.
  await sql`insert into billed_charges (contractor_id, charge, times, invoice_id, place, closed_month, quantity, unit_amount,
      tax_rate, tax_category)
    select v.contractor_id, v.charge, (select count(*) from credited_charges c where c.contractor_id = v.contractor_id
      and c.charge = v.charge), v.invoice_id, v.place, ${monthColumn(month)}::date, v.quantity, v.unit_amount, v.tax_rate,
      v.tax_category
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as v(contractor_id uuid, charge text, invoice_id uuid,
      place integer, quantity bigint, unit_amount bigint, tax_rate text, tax_category text)`.execute(tx);
}

export type NewCredited = {
  readonly contractorId: ContractorId;
  readonly charge: string;
  readonly creditNoteId: InvoiceId;
  readonly invoiceId: string;
};

/** Records lines of an invoice as taken back: the open one of each charge, once. Throws when one is not open. */
export async function insertCredited(tx: Tx, month: Month, credited: readonly NewCredited[]): Promise<void> {
  if (credited.length === 0) return;
  const values = credited.map((each) => ({
    contractor_id: each.contractorId,
    charge: each.charge,
    credit_note_id: each.creditNoteId,
    invoice_id: each.invoiceId,
  }));
  const { numAffectedRows } =
    await sql`insert into credited_charges (contractor_id, charge, times, credit_note_id, closed_month)
    select b.contractor_id, b.charge, b.times, v.credit_note_id, ${monthColumn(month)}::date
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as v(contractor_id uuid, charge text, credit_note_id uuid,
      invoice_id uuid)
    join billed_charges b using (contractor_id, charge, invoice_id)`.execute(tx);
  if (Number(numAffectedRows ?? 0) !== credited.length)
    throw new Error('a credit note names a line that is not billed');
}

/** Lines billed before a month and not credited before it, by contractor; of `settled` contractors adjustments only. */
export async function openBefore(
  tx: Tx,
  month: Month,
  contractorIds: readonly ContractorId[],
  settled: ReadonlySet<ContractorId>,
): Promise<ReadonlyMap<ContractorId, readonly Billed[]>> {
  if (contractorIds.length === 0) return new Map();
  const { rows } = await sql<
    BillingTables['billed_charges']
  >`select b.contractor_id, b.charge, b.times, b.invoice_id, b.place,
      b.quantity, b.unit_amount, b.tax_rate, b.tax_category
    from billed_charges b
    left join credited_charges c on c.contractor_id = b.contractor_id and c.charge = b.charge and c.times = b.times
      and c.closed_month < ${monthColumn(month)}
    where b.contractor_id = any(${[...contractorIds]}::uuid[]) and b.closed_month < ${monthColumn(month)}
      and c.charge is null
      and (not (b.contractor_id = any(${[...settled]}::uuid[])) or b.charge like 'adjustment/%')`.execute(tx);
  const billed = rows.map((row) => ({
    contractorId: row.contractor_id,
    charge: row.charge,
    times: row.times,
    invoiceId: row.invoice_id,
    place: row.place,
    quantity: row.quantity,
    unitAmount: row.unit_amount,
    taxRate: row.tax_rate,
    taxCategory: row.tax_category,
  }));
  return Map.groupBy(billed, ({ contractorId }) => contractorId);
}

/** Invoices by id, and the credit notes that named them before a month. */
export async function invoicesWithCredits(
  tx: Tx,
  month: Month,
  invoiceIds: readonly string[],
): Promise<readonly InvoiceRecord[]> {
  if (invoiceIds.length === 0) return [];
  const rows = await over(tx)
    .selectFrom('invoices')
    .select(COLUMNS)
    .$narrowType<{ content: Document }>()
    .where((eb) =>
      eb.or([
        eb('invoice_id', 'in', [...invoiceIds] as InvoiceId[]),
        eb.and([eb('credits', 'in', [...invoiceIds] as InvoiceId[]), eb('month', '<', monthColumn(month))]),
      ]),
    )
    .orderBy('chain_seq')
    .execute();
  return rows.map(recordOf);
}

export async function findInvoice(
  tx: Tx,
  contractorId: ContractorId,
  invoiceId: InvoiceId,
): Promise<InvoiceRecord | undefined> {
  const row = await over(tx)
    .selectFrom('invoices')
    .select(COLUMNS)
    .$narrowType<{ content: Document }>()
    .where('contractor_id', '=', contractorId)
    .where('invoice_id', '=', invoiceId)
    .executeTakeFirst();
  return row && recordOf(row);
}

/** A contractor's documents in the order of the chain. */
export async function chainOf(tx: Tx, contractorId: ContractorId): Promise<InvoiceRecord[]> {
  const rows = await over(tx)
    .selectFrom('invoices')
    .select(COLUMNS)
    .$narrowType<{ content: Document }>()
    .where('contractor_id', '=', contractorId)
    .orderBy('chain_seq')
    .execute();
  return rows.map(recordOf);
}
