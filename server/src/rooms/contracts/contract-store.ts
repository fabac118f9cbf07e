import type { ContractPhase } from '@tsukasa/api';
import { sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import type { ContractId, ProjectedOption, Projection } from './model.ts';
import type { ContractTables } from './tables.ts';

const over = (tx: Tx) => tables<ContractTables>(tx);

/** A new contract without any fact; its columns are filled in when the transaction settles. */
export async function insertContract(
  tx: Tx,
  contractorId: ContractorId,
  now: Temporal.Instant,
): Promise<{ readonly contractId: ContractId; readonly contractNumber: string }> {
  const { rows } = await sql<{ n: number }>`select nextval('contract_numbers') as n`.execute(tx);
  const contractId = newId<'Contract'>(now.epochMilliseconds);
  const contractNumber = `TK-${String(rows[0]?.n ?? 0).padStart(6, '0')}`;
  await over(tx)
    .insertInto('contracts')
    .values({
      contractor_id: contractorId,
      contract_id: contractId,
      contract_number: contractNumber,
      created_at: now,
      item: '',
      kind: null,
      phase: 'applied',
      start_on: null,
      ends_on: null,
      options: json([]),
      as_of_seq: 0,
      as_of_day: now.toZonedDateTimeISO('UTC').toPlainDate(),
    })
    .execute();
  return { contractId, contractNumber };
}

export async function putProjection(
  tx: Tx,
  contractorId: ContractorId,
  contractId: ContractId,
  projection: Projection,
  asOf: { readonly seq: number; readonly day: Temporal.PlainDate },
): Promise<void> {
  await over(tx)
    .updateTable('contracts')
    .set({
      item: projection.item,
      kind: projection.kind ?? null,
      phase: projection.phase,
      start_on: projection.startOn ?? null,
      ends_on: projection.endsOn ?? null,
      options: json(projection.options),
      as_of_seq: asOf.seq,
      as_of_day: asOf.day,
    })
    .where('contractor_id', '=', contractorId)
    .where('contract_id', '=', contractId)
    .execute();
}

export type ProjectionRow = Projection & {
  readonly contractId: ContractId;
  readonly asOfSeq: number;
  readonly asOfDay: Temporal.PlainDate;
};

const PROJECTION = [
  'contract_id',
  'item',
  'kind',
  'phase',
  'start_on',
  'ends_on',
  'options',
  'as_of_seq',
  'as_of_day',
] as const;

export async function projectionsOf(tx: Tx, contractorId: ContractorId): Promise<ProjectionRow[]> {
  const rows = await over(tx)
    .selectFrom('contracts')
    .select(PROJECTION)
    .where('contractor_id', '=', contractorId)
    .execute();
  return rows.map((row) => ({
    contractId: row.contract_id,
    item: row.item,
    kind: row.kind ?? undefined,
    phase: row.phase as ContractPhase,
    startOn: row.start_on ?? undefined,
    endsOn: row.ends_on ?? undefined,
    options: row.options,
    asOfSeq: row.as_of_seq,
    asOfDay: row.as_of_day,
  }));
}

/** Contractors that a new day or a new book may change something for, oldest first. */
export async function contractorsWithContracts(
  tx: Tx,
  after: ContractorId | undefined,
  limit: number,
): Promise<ContractorId[]> {
  let query = over(tx).selectFrom('contract_heads').select('contractor_id').orderBy('contractor_id').limit(limit);
  if (after !== undefined) query = query.where('contractor_id', '>', after);
  return (await query.execute()).map((row) => row.contractor_id);
}

export type BookFilter = {
  readonly words: readonly string[];
  readonly phase: ContractPhase | undefined;
  readonly kind: string | undefined;
  readonly endsUntil: Temporal.PlainDate | undefined;
  readonly today: Temporal.PlainDate;
};

/** A row of the provider's book of contracts. */
export type BookRow = {
  readonly contract_id: ContractId;
  readonly contract_number: string;
  readonly contractor_id: ContractorId;
  readonly name: string;
  readonly name_kana: string;
  readonly item: string;
  readonly kind: string | null;
  readonly phase: ContractPhase;
  readonly start_on: Temporal.PlainDate | null;
  readonly ends_on: Temporal.PlainDate | null;
  readonly options: readonly ProjectedOption[];
};

/**
 * Contracts of all contractors by number, in the provider's scope. Names are the contractors' own and are read where they
 * are kept: a copy of them here would have to follow every change of name.
 */
export async function listBook(
  tx: Tx,
  filter: BookFilter,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<{ readonly rows: readonly BookRow[]; readonly total: number }> {
  const where = bookConditions(filter);
  const counted = await sql<{ total: number }>`select count(*) as total ${FROM} where ${where}`.execute(tx);
  const { rows } = await sql<BookRow>`select k.contract_id, k.contract_number, k.contractor_id, c.name,
      coalesce(nullif(p.kana, ''), c.name_kana) as name_kana, k.item, k.kind, k.phase, k.start_on, k.ends_on, k.options
    ${FROM} where ${where} and k.contract_number > ${page.after ?? ''}
    order by k.contract_number limit ${page.limit}`.execute(tx);
  return { rows, total: counted.rows[0]?.total ?? 0 };
}

const FROM = sql`from contracts k join contractors c using (contractor_id) left join customer_profiles p using (contractor_id)`;

function bookConditions({ words, phase, kind, endsUntil, today }: BookFilter) {
  const conditions = words.map(
    (word) =>
      sql`strpos(c.search_key || ' ' || coalesce(p.search_key, '') || ' ' || lower(replace(k.contract_number, '-', '')), ${word}) > 0`,
  );
  if (phase !== undefined) conditions.push(sql`k.phase = ${phase}`);
  if (kind !== undefined) conditions.push(sql`k.kind = ${kind}`);
  if (endsUntil !== undefined) conditions.push(sql`k.ends_on between ${today}::date and ${endsUntil}::date`);
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

export const noContract = () => new DomainError('not_found', 'no such contract', { reason: 'contract.not_found' });
