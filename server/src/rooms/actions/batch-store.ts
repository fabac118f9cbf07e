import { type ActionType, type BatchDevice, type BatchState, type Note, OPEN_ACTION_STATES } from '@tsukasa/api';
import { sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { Actor } from '../../base/http/context.ts';
import type { ContractorId, Id } from '../../base/ids.ts';
import type { DeviceId } from '../devices/index.ts';
import type { ActionId, ActionParams } from './model.ts';

export type BatchId = Id<'ActionBatch'>;
/** What is stored; that a running one has finished follows from its actions. */
export type StoredBatchState = Exclude<BatchState, 'finished'>;
export type MemberState = 'skipped' | 'waiting' | 'asked' | 'cancelled' | 'rejected';

type BatchesTable = {
  contractor_id: string;
  batch_id: string;
  type: string;
  params: ActionParams;
  sealed_params: Buffer | null;
  priority: number;
  state: StoredBatchState;
  reason: string | null;
  asked_by_kind: Actor['kind'];
  asked_by: string;
  asked_by_name: string;
  asked_at: Temporal.Instant;
  expires_in: string;
  decide_by: Temporal.Instant | null;
  total: number;
  destructive: number;
  let_go_at: Temporal.Instant | null;
  ended_at: Temporal.Instant | null;
  cancelled_by: Actor | null;
  cancel_reason: string | null;
  asking: boolean;
  withdrawing: boolean;
};
type MembersTable = {
  contractor_id: string;
  batch_id: string;
  device_id: string;
  state: MemberState;
  refusal: Note | null;
  action_id: string | null;
  destructive: boolean;
};
type BatchTables = { action_batches: BatchesTable; action_batch_devices: MembersTable };

export type BatchRow = Omit<BatchesTable, 'contractor_id' | 'batch_id' | 'type'> & {
  batch_id: BatchId;
  type: ActionType;
};
export type MemberRow = Omit<MembersTable, 'contractor_id' | 'batch_id' | 'device_id' | 'action_id'> & {
  device_id: DeviceId;
  action_id: ActionId | null;
};

const COLUMNS = [
  'batch_id',
  'type',
  'params',
  'sealed_params',
  'priority',
  'state',
  'reason',
  'asked_by_kind',
  'asked_by',
  'asked_by_name',
  'asked_at',
  'expires_in',
  'decide_by',
  'total',
  'destructive',
  'let_go_at',
  'ended_at',
  'cancelled_by',
  'cancel_reason',
  'asking',
  'withdrawing',
] as const;

const over = (tx: Tx) => tables<BatchTables>(tx);

export async function insertBatch(tx: Tx, contractorId: ContractorId, row: BatchRow): Promise<void> {
  await over(tx)
    .insertInto('action_batches')
    .values({ contractor_id: contractorId, ...row, params: json(row.params), cancelled_by: null })
    .execute();
}

export type NewMember = {
  readonly deviceId: DeviceId;
  readonly refusal: Note | null;
  readonly destructive: boolean;
};

/** All devices of a bulk action, in one statement. Those with a refusal are skipped, the others wait. */
export async function insertMembers(
  tx: Tx,
  contractorId: ContractorId,
  batchId: BatchId,
  members: readonly NewMember[],
): Promise<void> {
  const rows = members.map(({ deviceId, refusal, destructive }) => ({ device_id: deviceId, refusal, destructive }));
  await sql`insert into action_batch_devices (contractor_id, batch_id, device_id, state, refusal, destructive)
    select ${contractorId}, ${batchId}, device_id,
      case when refusal is null then 'waiting' else 'skipped' end, refusal, destructive
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as m(device_id uuid, refusal jsonb, destructive boolean)`.execute(
    tx,
  );
}

export async function selectBatch(
  tx: Tx,
  contractorId: ContractorId,
  batchId: string,
  lock?: 'for update' | 'for share',
): Promise<BatchRow | undefined> {
  let query = over(tx)
    .selectFrom('action_batches')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('batch_id', '=', batchId);
  if (lock === 'for update') query = query.forUpdate();
  if (lock === 'for share') query = query.forShare();
  return (await query.executeTakeFirst()) as BatchRow | undefined;
}

export async function selectBatchesById(
  tx: Tx,
  contractorId: ContractorId,
  batchIds: readonly string[],
): Promise<BatchRow[]> {
  if (batchIds.length === 0) return [];
  const rows = await over(tx)
    .selectFrom('action_batches')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('batch_id', 'in', [...batchIds])
    .execute();
  return rows as BatchRow[];
}

/** True for one that still has a device to ask, or an action that is open. */
const UNFINISHED = sql<boolean>`(exists (select from action_batch_devices m where m.contractor_id = b.contractor_id
    and m.batch_id = b.batch_id and m.state = 'waiting')
  or exists (select from action_batch_devices m join actions a on a.contractor_id = m.contractor_id
    and a.action_id = m.action_id and a.finished_at is null
    where m.contractor_id = b.contractor_id and m.batch_id = b.batch_id and m.state = 'asked'))`;

/** Newest first. */
export async function selectBatches(
  tx: Tx,
  contractorId: ContractorId,
  filter: { readonly states?: readonly BatchState[] | undefined; readonly types?: readonly ActionType[] | undefined },
  page: { readonly after: { readonly at: Temporal.Instant; readonly id: string } | undefined; readonly limit: number },
): Promise<BatchRow[]> {
  const { states = [], types = [] } = filter;
  let query = over(tx)
    .selectFrom('action_batches as b')
    .select(COLUMNS.map((column) => `b.${column}` as const))
    .where('b.contractor_id', '=', contractorId)
    .orderBy('b.asked_at', 'desc')
    .orderBy('b.batch_id', 'desc')
    .limit(page.limit);
  if (types.length > 0) query = query.where('b.type', 'in', [...types]);
  if (states.length > 0) {
    const conditions = states.map((state) => {
      if (state === 'running') return sql<boolean>`(b.state = 'running' and ${UNFINISHED})`;
      if (state === 'finished') return sql<boolean>`(b.state = 'running' and not ${UNFINISHED})`;
      return sql<boolean>`b.state = ${state}`;
    });
    query = query.where(sql<boolean>`(${sql.join(conditions, sql` or `)})`);
  }
  if (page.after !== undefined) {
    const { at, id } = page.after;
    query = query.where(sql<boolean>`(b.asked_at, b.batch_id) < (${at}::timestamptz, ${id}::uuid)`);
  }
  return (await query.execute()) as BatchRow[];
}

export type BatchCounts = {
  readonly skipped: number;
  readonly waiting: number;
  readonly open: number;
  readonly done: number;
  readonly failed: number;
  readonly ended: number;
  readonly lastAt: Temporal.Instant | null;
};
export const NO_COUNTS: BatchCounts = { skipped: 0, waiting: 0, open: 0, done: 0, failed: 0, ended: 0, lastAt: null };

/** What became of every device, counted over the actions themselves. */
export async function countMembers(
  tx: Tx,
  contractorId: ContractorId,
  batchIds: readonly string[],
): Promise<ReadonlyMap<string, BatchCounts>> {
  if (batchIds.length === 0) return new Map();
  const { rows } = await sql<BatchCounts & { batch_id: string }>`select m.batch_id,
      count(*) filter (where m.state = 'skipped') as skipped,
      count(*) filter (where m.state = 'waiting') as waiting,
      count(*) filter (where m.state = 'asked' and a.finished_at is null) as open,
      count(*) filter (where a.finished_at is not null and a.state = 'done') as done,
      count(*) filter (where a.finished_at is not null and a.state = 'failed') as failed,
      count(*) filter (where m.state in ('cancelled', 'rejected')
        or (a.finished_at is not null and a.state not in ('done', 'failed'))) as ended,
      max(a.finished_at) as "lastAt"
    from action_batch_devices m
    left join actions a on a.contractor_id = m.contractor_id and a.action_id = m.action_id
    where m.contractor_id = ${contractorId} and m.batch_id = any(${[...batchIds]}::uuid[])
    group by m.batch_id`.execute(tx);
  return new Map(rows.map(({ batch_id, ...counts }) => [batch_id, counts]));
}

export async function updateBatch(
  tx: Tx,
  contractorId: ContractorId,
  batchId: BatchId,
  set: Partial<
    Pick<
      BatchRow,
      'state' | 'decide_by' | 'let_go_at' | 'ended_at' | 'cancel_reason' | 'asking' | 'withdrawing' | 'destructive'
    >
  > & { readonly cancelled_by?: Actor },
): Promise<BatchRow> {
  const { cancelled_by, ...rest } = set;
  const row = await over(tx)
    .updateTable('action_batches')
    .set({ ...rest, ...(cancelled_by === undefined ? {} : { cancelled_by: json(cancelled_by) }) })
    .where('contractor_id', '=', contractorId)
    .where('batch_id', '=', batchId)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return row as BatchRow;
}

/** How many of those that wait would destroy something. */
export async function countDestructive(tx: Tx, contractorId: ContractorId, batchId: BatchId): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from action_batch_devices
    where contractor_id = ${contractorId} and batch_id = ${batchId} and state = 'waiting' and destructive`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** Those that wait are not asked any more. */
export async function endWaiting(
  tx: Tx,
  contractorId: ContractorId,
  batchId: BatchId,
  state: 'cancelled' | 'rejected',
): Promise<void> {
  await over(tx)
    .updateTable('action_batch_devices')
    .set({ state })
    .where('contractor_id', '=', contractorId)
    .where('batch_id', '=', batchId)
    .where('state', '=', 'waiting')
    .execute();
}

/** All bulk actions of a contractor end, whose service has ended: nobody is asked any more. */
export async function endBatches(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<string[]> {
  const { rows } = await sql<{ batch_id: string }>`with ended as (
      update action_batches set state = 'cancelled', ended_at = ${now}, asking = false, sealed_params = null
      where contractor_id = ${contractorId} and (asking or state in ('awaiting_approval', 'held')) returning batch_id
    ), members as (
      update action_batch_devices m set state = 'cancelled' from ended
      where m.contractor_id = ${contractorId} and m.batch_id = ended.batch_id and m.state = 'waiting'
    ) select batch_id from ended`.execute(tx);
  return rows.map((row) => row.batch_id);
}

/** The bulk action whose devices are to be asked next: urgent ones first, then the oldest. `tx` is the jobs role's. */
export async function nextAsking(
  tx: Tx,
  not: readonly string[],
): Promise<{ contractor_id: ContractorId; batch_id: BatchId } | undefined> {
  const { rows } = await sql<{ contractor_id: ContractorId; batch_id: BatchId }>`
    select contractor_id, batch_id from action_batches
    where asking and batch_id <> all(${[...not]}::uuid[])
    order by priority desc, let_go_at, batch_id limit 1`.execute(tx);
  return rows[0];
}

/** Devices to ask now; those that another copy has in hand are left to it. */
export async function takeWaiting(
  tx: Tx,
  contractorId: ContractorId,
  batchId: BatchId,
  limit: number,
): Promise<MemberRow[]> {
  const rows = await over(tx)
    .selectFrom('action_batch_devices')
    .select(['device_id', 'state', 'refusal', 'action_id', 'destructive'])
    .where('contractor_id', '=', contractorId)
    .where('batch_id', '=', batchId)
    .where('state', '=', 'waiting')
    .orderBy('device_id')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  return rows as MemberRow[];
}

export type MemberOutcome = {
  readonly deviceId: DeviceId;
  readonly state: 'asked' | 'skipped';
  readonly refusal: Note | null;
  readonly actionId: ActionId | null;
};

export async function putOutcomes(
  tx: Tx,
  contractorId: ContractorId,
  batchId: BatchId,
  outcomes: readonly MemberOutcome[],
): Promise<void> {
  const rows = outcomes.map(({ deviceId, state, refusal, actionId }) => ({
    device_id: deviceId,
    state,
    refusal,
    action_id: actionId,
  }));
  await sql`update action_batch_devices m set state = o.state, refusal = o.refusal, action_id = o.action_id
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as o(device_id uuid, state text, refusal jsonb, action_id uuid)
    where m.contractor_id = ${contractorId} and m.batch_id = ${batchId} and m.device_id = o.device_id`.execute(tx);
}

/** Marks a bulk action whose devices have all been asked; what it kept sealed is not needed any more. */
export async function askedAll(tx: Tx, contractorId: ContractorId, batchId: BatchId): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`update action_batches b set asking = false, sealed_params = null
    where contractor_id = ${contractorId} and batch_id = ${batchId} and asking
      and not exists (select from action_batch_devices m where m.contractor_id = b.contractor_id
        and m.batch_id = b.batch_id and m.state = 'waiting')`.execute(tx);
  return numAffectedRows > 0n;
}

/** Bulk actions that were cancelled and whose actions are to be taken back. `tx` is the jobs role's. */
export async function selectWithdrawing(tx: Tx): Promise<{ contractor_id: ContractorId; batch_id: BatchId }[]> {
  const { rows } = await sql<{ contractor_id: ContractorId; batch_id: BatchId }>`
    select contractor_id, batch_id from action_batches where withdrawing order by asked_at limit 100`.execute(tx);
  return rows;
}

export async function openActionsOf(
  tx: Tx,
  contractorId: ContractorId,
  batchId: BatchId,
  after: string,
  limit: number,
): Promise<ActionId[]> {
  const { rows } = await sql<{ action_id: ActionId }>`select action_id from actions
    where contractor_id = ${contractorId} and batch_id = ${batchId} and finished_at is null
      and cancel_requested_at is null and action_id > ${after}::uuid
    order by action_id limit ${limit}`.execute(tx);
  return rows.map((row) => row.action_id);
}

/** Bulk actions that nobody decided about in time, of all contractors. `tx` is the jobs role's. */
export async function selectUndecided(
  tx: Tx,
  now: Temporal.Instant,
): Promise<{ contractor_id: ContractorId; batch_id: BatchId }[]> {
  const { rows } = await sql<{ contractor_id: ContractorId; batch_id: BatchId }>`
    select contractor_id, batch_id from action_batches
    where decide_by <= ${now} and state in ('awaiting_approval', 'held') order by decide_by limit 500`.execute(tx);
  return rows;
}

type MemberFilter = readonly BatchDevice['state'][] | undefined;

/** By device id. What is stored of the state is filtered here; how far an open action is, its channel knows. */
export async function selectMembers(
  tx: Tx,
  contractorId: ContractorId,
  batchId: BatchId,
  states: MemberFilter,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<MemberRow[]> {
  const wanted = states ?? [];
  const open = wanted.some((state) => OPEN_ACTION_STATES.some((each) => each === state));
  const condition =
    wanted.length === 0
      ? sql`true`
      : sql`(m.state = any(${[...wanted]}::text[]) or (m.state = 'asked' and a.finished_at is null and ${open})
          or (m.state = 'asked' and a.finished_at is not null and a.state = any(${[...wanted]}::text[])))`;
  const behind = page.after === undefined ? sql`true` : sql`m.device_id > ${page.after}::uuid`;
  const { rows } = await sql<MemberRow>`select m.device_id, m.state, m.refusal, m.action_id, m.destructive
    from action_batch_devices m
    left join actions a on a.contractor_id = m.contractor_id and a.action_id = m.action_id
    where m.contractor_id = ${contractorId} and m.batch_id = ${batchId} and ${condition} and ${behind}
    order by m.device_id limit ${page.limit}`.execute(tx);
  return rows;
}
