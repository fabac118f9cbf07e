import type { Insertable, Selectable } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type Details, type Entry, GENESIS } from './model.ts';

type AuditTables = {
  audit_entries: {
    contractor_id: ContractorId;
    seq: number;
    at: Temporal.Instant;
    actor_kind: string;
    actor_id: string;
    actor_name: string;
    action: string;
    target_kind: string;
    target_id: string;
    target_name: string;
    reason: string | null;
    details: Details;
    request_id: string | null;
    source_ip: string | null;
    previous_hash: Buffer;
    hash: Buffer;
  };
  audit_heads: { contractor_id: ContractorId; seq: number; hash: Buffer };
};

export type Head = { readonly seq: number; readonly hash: Buffer };
export type Link = { readonly entry: Entry; readonly previousHash: Buffer; readonly hash: Buffer };

const COLUMNS = [
  'contractor_id',
  'seq',
  'at',
  'actor_kind',
  'actor_id',
  'actor_name',
  'action',
  'target_kind',
  'target_id',
  'target_name',
  'reason',
  'details',
  'request_id',
  'source_ip',
  'previous_hash',
  'hash',
] as const;

/** The end of the chain, locked until the transaction ends: whoever appends next waits here. */
export async function lockHead(tx: Tx, contractorId: ContractorId): Promise<Head> {
  const db = tables<AuditTables>(tx);
  const head = () =>
    db
      .selectFrom('audit_heads')
      .select(['seq', 'hash'])
      .where('contractor_id', '=', contractorId)
      .forUpdate()
      .executeTakeFirst();
  const found = await head();
  if (found) return found;
  await db
    .insertInto('audit_heads')
    .values({ contractor_id: contractorId, seq: 0, hash: GENESIS })
    .onConflict((conflict) => conflict.column('contractor_id').doNothing())
    .execute();
  const made = await head();
  if (!made) throw new Error('the head of an audit chain cannot be read back');
  return made;
}

export async function append(tx: Tx, { entry, previousHash, hash }: Link): Promise<void> {
  const db = tables<AuditTables>(tx);
  const row: Omit<Insertable<AuditTables['audit_entries']>, 'details'> = {
    contractor_id: entry.contractorId,
    seq: entry.seq,
    at: entry.at,
    actor_kind: entry.actorKind,
    actor_id: entry.actorId,
    actor_name: entry.actorName,
    action: entry.action,
    target_kind: entry.targetKind,
    target_id: entry.targetId,
    target_name: entry.targetName,
    reason: entry.reason,
    request_id: entry.requestId,
    source_ip: entry.sourceIp,
    previous_hash: previousHash,
    hash,
  };
  await db
    .insertInto('audit_entries')
    .values({ ...row, details: json(entry.details) })
    .execute();
  await db
    .updateTable('audit_heads')
    .set({ seq: entry.seq, hash })
    .where('contractor_id', '=', entry.contractorId)
    .execute();
}

/** Entries after number `after`, oldest first. */
export async function entriesAfter(tx: Tx, contractorId: ContractorId, after: number, limit: number): Promise<Link[]> {
  const rows = await tables<AuditTables>(tx)
    .selectFrom('audit_entries')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(linkOf);
}

export type Filter = {
  readonly targetKind?: string | undefined;
  readonly targetId?: string | undefined;
  readonly action?: string | undefined;
  readonly actorId?: string | undefined;
};

/** Entries before number `before`, newest first. */
export async function entriesBefore(
  tx: Tx,
  contractorId: ContractorId,
  filter: Filter,
  before: number | undefined,
  limit: number,
): Promise<Link[]> {
  let query = tables<AuditTables>(tx)
    .selectFrom('audit_entries')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .orderBy('seq', 'desc')
    .limit(limit);
  if (before !== undefined) query = query.where('seq', '<', before);
  if (filter.targetKind !== undefined) query = query.where('target_kind', '=', filter.targetKind);
  if (filter.targetId !== undefined) query = query.where('target_id', '=', filter.targetId);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.actorId !== undefined) query = query.where('actor_id', '=', filter.actorId);
  return (await query.execute()).map(linkOf);
}

/** What was recorded of things of one kind, oldest first: for a room that finds its own facts again in the trail. */
export async function listDetails(
  tx: Tx,
  contractorId: ContractorId,
  targetKind: string,
): Promise<{ readonly action: string; readonly targetId: string; readonly details: Details }[]> {
  const rows = await tables<AuditTables>(tx)
    .selectFrom('audit_entries')
    .select(['action', 'target_id', 'details'])
    .where('contractor_id', '=', contractorId)
    .where('target_kind', '=', targetKind)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({ action: row.action, targetId: row.target_id, details: row.details }));
}

/** The number of an entry with this hash other than `except`, if there is one. Reads the whole chain. */
export async function findByHash(
  tx: Tx,
  contractorId: ContractorId,
  hash: Buffer,
  except: number,
): Promise<number | undefined> {
  const row = await tables<AuditTables>(tx)
    .selectFrom('audit_entries')
    .select('seq')
    .where('contractor_id', '=', contractorId)
    .where('hash', '=', hash)
    .where('seq', '!=', except)
    .limit(1)
    .executeTakeFirst();
  return row?.seq;
}

/** The head and the highest number as one statement sees them, so that writers at work do not look like a break. */
export async function headAndLast(
  tx: Tx,
  contractorId: ContractorId,
): Promise<{ readonly head: Head | undefined; readonly last: number }> {
  const row = await tables<AuditTables>(tx)
    .selectNoFrom((eb) => [
      eb.selectFrom('audit_heads').select('seq').where('contractor_id', '=', contractorId).as('seq'),
      eb.selectFrom('audit_heads').select('hash').where('contractor_id', '=', contractorId).as('hash'),
      eb
        .selectFrom('audit_entries')
        .select((inner) => inner.fn.max('seq').as('last'))
        .where('contractor_id', '=', contractorId)
        .as('last'),
    ])
    .executeTakeFirstOrThrow();
  const head = row.seq === null || row.hash === null ? undefined : { seq: row.seq, hash: row.hash };
  return { head, last: row.last ?? 0 };
}

function linkOf(row: Selectable<AuditTables['audit_entries']>): Link {
  return {
    previousHash: row.previous_hash,
    hash: row.hash,
    entry: {
      contractorId: row.contractor_id,
      seq: row.seq,
      at: row.at,
      actorKind: row.actor_kind,
      actorId: row.actor_id,
      actorName: row.actor_name,
      action: row.action,
      targetKind: row.target_kind,
      targetId: row.target_id,
      targetName: row.target_name,
      reason: row.reason,
      details: row.details,
      requestId: row.request_id,
      sourceIp: row.source_ip,
    },
  };
}
