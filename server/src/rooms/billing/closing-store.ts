import { type Selectable, sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import { DomainError, errorCode } from '../../base/errors.ts';
import type { Actor } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { searchKey } from '../../base/search-key.ts';
import { type Month, monthColumn, monthOfColumn } from './days.ts';
import type { Row } from './model.ts';
import type { BillingTables } from './tables.ts';

const over = (tx: Tx) => tables<BillingTables>(tx);

/** A month's closing as kept. */
export type ClosingRecord = {
  readonly month: Month;
  readonly state: BillingTables['billing_closings']['state'];
  readonly settingsVersion: number | undefined;
  readonly draftedAt: Temporal.Instant | undefined;
  readonly draftedBy: Actor | undefined;
  readonly approvedAt: Temporal.Instant | undefined;
  readonly approvedBy: Actor | undefined;
  readonly issuedOn: Temporal.PlainDate | undefined;
  readonly fingerprint: string | undefined;
  readonly sums: Sums;
};
export type Sums = {
  readonly contractors: number;
  readonly net: number;
  readonly tax: number;
  readonly total: number;
  readonly previousNet: number;
  readonly problems: number;
};

const COLUMNS = [
  'month',
  'state',
  'settings_version',
  'drafted_at',
  'drafted_by',
  'approved_at',
  'approved_by',
  'issued_on',
  'fingerprint',
  'contractors',
  'net',
  'tax',
  'total',
  'previous_net',
  'problems',
] as const;
function recordOf(row: Selectable<BillingTables['billing_closings']>): ClosingRecord {
  const { contractors, net, tax, total, previous_net: previousNet, problems } = row;
  return {
    month: monthOfColumn(row.month),
    state: row.state,
    settingsVersion: row.settings_version ?? undefined,
    draftedAt: row.drafted_at ?? undefined,
    draftedBy: row.drafted_by ?? undefined,
    approvedAt: row.approved_at ?? undefined,
    approvedBy: row.approved_by ?? undefined,
    issuedOn: row.issued_on ?? undefined,
    fingerprint: row.fingerprint ?? undefined,
    sums: { contractors, net, tax, total, previousNet, problems },
  };
}

const selectClosings = (tx: Tx) => over(tx).selectFrom('billing_closings').select(COLUMNS);

/** Oldest first. */
export async function listClosings(tx: Tx): Promise<ClosingRecord[]> {
  return (await selectClosings(tx).orderBy('month').execute()).map(recordOf);
}

export async function findClosing(tx: Tx, month: Month): Promise<ClosingRecord | undefined> {
  const row = await selectClosings(tx).where('month', '=', monthColumn(month)).executeTakeFirst();
  return row && recordOf(row);
}

/** The closing of a month, locked until the transaction ends. Throws `conflict` (`billing.busy`) instead of waiting. */
export async function lockClosing(tx: Tx, month: Month): Promise<ClosingRecord> {
  await over(tx)
    .insertInto('billing_closings')
    .values({ month: monthColumn(month), state: 'open' } as never)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  try {
    return recordOf(
      await selectClosings(tx).where('month', '=', monthColumn(month)).forUpdate().noWait().executeTakeFirstOrThrow(),
    );
  } catch (error) {
    if (errorCode(error) !== '55P03') throw error;
    throw new DomainError('conflict', 'the closing is being worked on', { reason: 'billing.busy', cause: error });
  }
}

export async function putDraft(
  tx: Tx,
  month: Month,
  draft: { readonly settingsVersion: number; readonly fingerprint: string; readonly sums: Sums },
  by: Actor,
  now: Temporal.Instant,
): Promise<void> {
  const { contractors, net, tax, total, previousNet, problems } = draft.sums;
  await over(tx)
    .updateTable('billing_closings')
    .set({
      state: 'draft',
      settings_version: draft.settingsVersion,
      fingerprint: draft.fingerprint,
      drafted_at: now,
      drafted_by: json(by),
      contractors,
      net,
      tax,
      total,
      previous_net: previousNet,
      problems,
    })
    .where('month', '=', monthColumn(month))
    .execute();
}

export async function startIssuing(
  tx: Tx,
  month: Month,
  issuedOn: Temporal.PlainDate,
  by: Actor,
  now: Temporal.Instant,
): Promise<void> {
  await over(tx)
    .updateTable('billing_closings')
    .set({ state: 'issuing', issued_on: issuedOn, approved_by: json(by), approved_at: now })
    .where('month', '=', monthColumn(month))
    .execute();
}

/** True when every row is issued; then the closing is done. */
export async function finishIssuing(tx: Tx, month: Month): Promise<boolean> {
  const { rows } = await sql<{ left: boolean }>`select exists (select from closing_rows
    where month = ${monthColumn(month)} and issued_at is null) as left`.execute(tx);
  if (rows[0]?.left !== false) return false;
  await over(tx)
    .updateTable('billing_closings')
    .set({ state: 'approved' })
    .where('month', '=', monthColumn(month))
    .where('state', '=', 'issuing')
    .execute();
  return true;
}

export async function deleteRows(tx: Tx, month: Month): Promise<void> {
  await over(tx).deleteFrom('closing_rows').where('month', '=', monthColumn(month)).execute();
}

export type DraftedRow = Row & { readonly fingerprint: Buffer };

export async function insertRows(tx: Tx, month: Month, rows: readonly DraftedRow[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ fingerprint, ...row }) => ({
    contractor_id: row.contractorId,
    content: row,
    contractor_name: row.contractorName,
    search_key: searchKey(row.contractorName, row.recipient.name),
    net: row.net,
    tax: row.tax,
    total: row.total,
    previous_net: row.previousNet,
    documents: documentsOf(row),
    problems: row.problems.length,
    fingerprint: `\\x${fingerprint.toString('hex')}`,
  }));
  await sql`insert into closing_rows (contractor_id, month, content, contractor_name, search_key, net, tax, total,
      previous_net, documents, problems, fingerprint)
    select contractor_id, ${monthColumn(month)}::date, content, contractor_name, search_key, net, tax, total,
      previous_net, documents, problems, fingerprint
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as r(contractor_id uuid, content jsonb, contractor_name text,
      search_key text, net bigint, tax bigint, total bigint, previous_net bigint, documents integer, problems integer,
      fingerprint bytea)`.execute(tx);
}

/** How many documents a row becomes. */
export function documentsOf({ lines, credits }: Pick<Row, 'lines' | 'credits'>): number {
  return (lines.length > 0 ? 1 : 0) + credits.length;
}

export type RowFilter = {
  readonly words: readonly string[];
  readonly after: { readonly name: string; readonly contractorId: string } | undefined;
  readonly limit: number;
};

/** Rows of a closing in the order of names, in the provider's scope. */
export async function listRows(tx: Tx, month: Month, filter: RowFilter): Promise<Row[]> {
  let query = over(tx)
    .selectFrom('closing_rows')
    .select('content')
    .where('month', '=', monthColumn(month))
    .orderBy(sql`contractor_name collate ja`)
    .orderBy('contractor_id')
    .limit(filter.limit);
  for (const word of filter.words) query = query.where(sql<boolean>`strpos(search_key, ${word}) > 0`);
  if (filter.after !== undefined) {
    const { name, contractorId } = filter.after;
    query = query.where(
      sql<boolean>`(contractor_name collate ja, contractor_id) > (${name} collate ja, ${contractorId}::uuid)`,
    );
  }
  return (await query.execute()).map(({ content }) => content as Row); // written by `insertRows` and never changed
}

export type KeptRow = { readonly row: Row; readonly approved: boolean };

/** What a month issued for these contractors, or would issue by its draft. */
export async function rowsOf(
  tx: Tx,
  month: Month,
  contractorIds: readonly ContractorId[],
): Promise<ReadonlyMap<ContractorId, KeptRow>> {
  if (contractorIds.length === 0) return new Map();
  const rows = await over(tx)
    .selectFrom('closing_rows')
    .select(['contractor_id', 'content', (eb) => eb('numbers', 'is not', null).as('approved')])
    .where('month', '=', monthColumn(month))
    .where('contractor_id', 'in', [...contractorIds])
    .execute();
  return new Map(rows.map((row) => [row.contractor_id, { row: row.content as Row, approved: Boolean(row.approved) }]));
}

/** What each row becomes, in the order in which numbers are given: older contractors first. */
export async function rowsToNumber(
  tx: Tx,
  month: Month,
): Promise<{ readonly contractorId: ContractorId; readonly documents: number; readonly invoice: boolean }[]> {
  const { rows } = await sql<{ contractor_id: ContractorId; documents: number; invoice: boolean }>`
    select contractor_id, documents, jsonb_array_length(content -> 'lines') > 0 as invoice
    from closing_rows where month = ${monthColumn(month)} order by contractor_id`.execute(tx);
  return rows.map((row) => ({ contractorId: row.contractor_id, documents: row.documents, invoice: row.invoice }));
}

export async function putNumbers(
  tx: Tx,
  month: Month,
  numbers: readonly { readonly contractorId: ContractorId; readonly numbers: readonly string[] }[],
): Promise<void> {
  const values = numbers.map((each) => ({ contractor_id: each.contractorId, numbers: each.numbers }));
  await sql`update closing_rows r set numbers = n.numbers
    from (select contractor_id, array(select jsonb_array_elements_text(numbers)) as numbers
      from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as v(contractor_id uuid, numbers jsonb)) n
    where r.contractor_id = n.contractor_id and r.month = ${monthColumn(month)}`.execute(tx);
}

/** Takes `count` numbers of a year; returns the one before the first. The row stays locked until the transaction ends. */
export async function takeNumbers(
  tx: Tx,
  kind: 'invoice' | 'credit_note',
  year: number,
  count: number,
): Promise<number> {
  const { rows } = await sql<{ last: number }>`insert into billing_numbers (kind, year, last)
    values (${kind}, ${year}, ${count})
    on conflict (kind, year) do update set last = billing_numbers.last + excluded.last returning last`.execute(tx);
  return (rows[0]?.last ?? count) - count;
}

export type RowToIssue = { readonly row: Row; readonly numbers: readonly string[] };

/** Some rows that are not issued yet, locked; those that another process is issuing are passed over. */
export async function lockUnissued(tx: Tx, month: Month, limit: number): Promise<RowToIssue[]> {
  const rows = await over(tx)
    .selectFrom('closing_rows')
    .select(['content', 'numbers'])
    .where('month', '=', monthColumn(month))
    .where('issued_at', 'is', null)
    .where('numbers', 'is not', null)
    .orderBy('contractor_id')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  return rows.map(({ content, numbers }) => ({ row: content as Row, numbers: numbers ?? [] }));
}

export async function markIssued(
  tx: Tx,
  month: Month,
  contractorIds: readonly ContractorId[],
  now: Temporal.Instant,
): Promise<void> {
  await over(tx)
    .updateTable('closing_rows')
    .set({ issued_at: now })
    .where('month', '=', monthColumn(month))
    .where('contractor_id', 'in', [...contractorIds])
    .execute();
}
