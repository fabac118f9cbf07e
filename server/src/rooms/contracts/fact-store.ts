import { type Fact, factFromJson } from '@tsukasa/terms';
import { type Selectable, sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { Actor } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type ContractId, type ContractRecord, type FactJson, GENESIS, type Link, type StoredFact } from './model.ts';
import type { ContractTables } from './tables.ts';

const over = (tx: Tx) => tables<ContractTables>(tx);

export type Head = {
  readonly chainSeq: number;
  readonly hash: Buffer;
  readonly version: number;
  /** With which version of the book the rest was derived; undefined when that is not known. */
  readonly bookVersion: number | undefined;
};
const HEAD = ['chain_seq', 'hash', 'version', 'book_version'] as const;

function headOf(row: Pick<ContractTables['contract_heads'], (typeof HEAD)[number]>): Head {
  const { chain_seq: chainSeq, hash, version, book_version } = row;
  return { chainSeq, hash, version, bookVersion: book_version ?? undefined };
}

const FACT = [
  'contractor_id',
  'chain_seq',
  'contract_id',
  'seq',
  'type',
  'on_day',
  'body',
  'document_id',
  'note',
  'actor_kind',
  'actor_id',
  'actor_name',
  'recorded_at',
  'previous_hash',
  'hash',
] as const;

/** The end of a contractor's chain, locked: whoever writes next waits here. Made at the first write. */
export async function lockHead(tx: Tx, contractorId: ContractorId): Promise<Head> {
  await over(tx)
    .insertInto('contract_heads')
    .values({
      contractor_id: contractorId,
      chain_seq: 0,
      hash: GENESIS,
      version: 0,
      service_days: '{}',
      book_version: null,
    })
    .onConflict((conflict) => conflict.column('contractor_id').doNothing())
    .execute();
  const row = await over(tx)
    .selectFrom('contract_heads')
    .select(HEAD)
    .where('contractor_id', '=', contractorId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return headOf(row);
}

export async function findHead(tx: Tx, contractorId: ContractorId): Promise<Head | undefined> {
  const row = await over(tx)
    .selectFrom('contract_heads')
    .select(HEAD)
    .where('contractor_id', '=', contractorId)
    .executeTakeFirst();
  return row && headOf(row);
}

export async function moveHead(tx: Tx, contractorId: ContractorId, head: Head): Promise<void> {
  await over(tx)
    .updateTable('contract_heads')
    .set({ chain_seq: head.chainSeq, hash: head.hash, version: head.version })
    .where('contractor_id', '=', contractorId)
    .execute();
}

/** `until` is inclusive; open where the end is not known. */
export type Period = { readonly from: Temporal.PlainDate; readonly until?: Temporal.PlainDate | undefined };

/** The days of service, and with which version of the book all that is derived was derived. */
export async function putServiceDays(
  tx: Tx,
  contractorId: ContractorId,
  periods: readonly Period[],
  bookVersion: number,
): Promise<void> {
  await sql`update contract_heads
    set service_days = ${multirange(periods)}::datemultirange, book_version = ${bookVersion}
    where contractor_id = ${contractorId}`.execute(tx);
}

/** Whether the days of service that the device channel reads are these. */
export async function sameServiceDays(
  tx: Tx,
  contractorId: ContractorId,
  periods: readonly Period[],
): Promise<boolean> {
  const { rows } = await sql<{ same: boolean }>`select service_days = ${multirange(periods)}::datemultirange as same
    from contract_heads where contractor_id = ${contractorId}`.execute(tx);
  return rows[0]?.same ?? false;
}

function multirange(periods: readonly Period[]): string {
  const ranges = periods.map(
    ({ from, until }) => `[${from.toString()},${until === undefined ? ')' : `${until.toString()}]`}`,
  );
  return `{${ranges.join(',')}}`;
}

export async function insertFact(tx: Tx, { fact, previousHash, hash }: Link): Promise<void> {
  await over(tx)
    .insertInto('contract_facts')
    .values({
      contractor_id: fact.contractorId,
      chain_seq: fact.chainSeq,
      contract_id: fact.contractId,
      seq: fact.seq,
      type: fact.body.type,
      on_day: fact.on,
      body: json(fact.body),
      document_id: fact.documentId ?? null,
      note: fact.note,
      actor_kind: fact.actor.kind,
      actor_id: fact.actor.id,
      actor_name: fact.actor.name,
      recorded_at: fact.recordedAt,
      previous_hash: previousHash,
      hash,
    })
    .execute();
}

/** The facts of one contractor in the order of the chain. */
export async function selectFacts(tx: Tx, contractorId: ContractorId): Promise<Link[]> {
  const rows = await over(tx)
    .selectFrom('contract_facts')
    .select(FACT)
    .where('contractor_id', '=', contractorId)
    .orderBy('chain_seq')
    .execute();
  return rows.map(linkOf);
}

/** Contracts with their histories, oldest first, of every contractor named; in the provider's scope or bound to the one. */
export async function selectContracts(
  tx: Tx,
  contractorIds: readonly ContractorId[],
): Promise<ReadonlyMap<ContractorId, readonly ContractRecord[]>> {
  if (contractorIds.length === 0) return new Map();
  const contracts = await over(tx)
    .selectFrom('contracts')
    .select(['contractor_id', 'contract_id', 'contract_number', 'created_at'])
    .where('contractor_id', 'in', [...contractorIds])
    .orderBy('contract_number')
    .execute();
  const facts = await over(tx)
    .selectFrom('contract_facts')
    .select(FACT)
    .where('contractor_id', 'in', [...contractorIds])
    .orderBy('contractor_id')
    .orderBy('contract_id')
    .orderBy('seq')
    .execute();
  const links = Map.groupBy(facts.map(linkOf), ({ fact }) => fact.contractId);
  const records = contracts.map((row) => ({
    contractorId: row.contractor_id,
    record: recordOf(row.contract_id, row.contract_number, row.created_at, links.get(row.contract_id) ?? []),
  }));
  const grouped = Map.groupBy(records, ({ contractorId }) => contractorId);
  return new Map(contractorIds.map((id) => [id, (grouped.get(id) ?? []).map(({ record }) => record)]));
}

/** All contracts of one contractor. */
export async function contractsOf(tx: Tx, contractorId: ContractorId): Promise<readonly ContractRecord[]> {
  return (await selectContracts(tx, [contractorId])).get(contractorId) ?? [];
}

function recordOf(
  contractId: ContractId,
  contractNumber: string,
  createdAt: Temporal.Instant,
  links: readonly Link[],
): ContractRecord {
  return { contractId, contractNumber, createdAt, links, history: historyOf(links) };
}

/** The facts of one contract as the terms read them. Throws `TermsError` where the database was changed into nonsense. */
export function historyOf(links: readonly Link[]): readonly Fact[] {
  const ordered = links.toSorted((a, b) => a.fact.seq - b.fact.seq);
  return ordered.map(({ fact }) => factFromJson({ ...fact.body, seq: fact.seq, on: fact.on.toString() }));
}

function linkOf(row: Selectable<Pick<ContractTables['contract_facts'], (typeof FACT)[number]>>): Link {
  const fact: StoredFact = {
    contractorId: row.contractor_id,
    chainSeq: row.chain_seq,
    contractId: row.contract_id,
    seq: row.seq,
    on: row.on_day,
    body: bodyOf(row.body, row.type),
    documentId: row.document_id ?? undefined,
    note: row.note,
    actor: { kind: row.actor_kind as Actor['kind'], id: row.actor_id, name: row.actor_name },
    recordedAt: row.recorded_at,
  };
  return { fact, previousHash: row.previous_hash, hash: row.hash };
}

/** The type stands in a column too: what the column says counts, so that a changed one is a changed fact. */
function bodyOf(stored: unknown, type: string): FactJson {
  return { ...(typeof stored === 'object' && stored !== null ? stored : {}), type };
}
