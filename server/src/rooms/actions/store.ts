import { type ActionSecretKind, type ActionState, type ActionType, type Note, OPEN_ACTION_STATES } from '@tsukasa/api';
import { sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { Actor } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type DeviceId, reportBody } from '../devices/index.ts';
import type { ActionId, ActionParams, Failure } from './model.ts';
import { NO_ANSWER } from './rules.ts';

type ActionsTable = {
  contractor_id: string;
  action_id: string;
  device_id: string;
  type: string;
  params: ActionParams;
  priority: number;
  state: ActionState;
  reason: string | null;
  effects: Note[];
  asked_by_kind: Actor['kind'];
  asked_by: string;
  asked_by_name: string;
  asked_at: Temporal.Instant;
  queued_at: Temporal.Instant | null;
  expires_at: Temporal.Instant;
  finished_at: Temporal.Instant | null;
  result: Record<string, unknown> | null;
  failure: Failure | null;
  cancel_requested_at: Temporal.Instant | null;
  batch_id: string | null;
  expires_in: string | null;
  destructive: boolean;
  let_go_at: Temporal.Instant | null;
  sealed_params: Buffer | null;
};
type SecretsTable = {
  contractor_id: string;
  action_id: string;
  kind: SecretKind;
  sealed: Buffer;
  created_at: Temporal.Instant;
  read_at: Temporal.Instant | null;
  read_by: string | null;
};
type ActionTables = { actions: ActionsTable; action_secrets: SecretsTable };

export type SecretKind = ActionSecretKind;

/** An action as stored; its ids and type are ours. */
export type ActionRow = Omit<ActionsTable, 'contractor_id' | 'action_id' | 'device_id' | 'type'> & {
  action_id: ActionId;
  device_id: DeviceId;
  type: ActionType;
};

const COLUMNS = [
  'action_id',
  'device_id',
  'type',
  'params',
  'priority',
  'state',
  'reason',
  'effects',
  'asked_by_kind',
  'asked_by',
  'asked_by_name',
  'asked_at',
  'queued_at',
  'expires_at',
  'finished_at',
  'result',
  'failure',
  'cancel_requested_at',
  'batch_id',
  'expires_in',
  'destructive',
  'let_go_at',
  'sealed_params',
] as const;

/** Asking, superseding and counting for one device happen one after another, until the transaction ends. */
export async function lockQueueOf(tx: Tx, contractorId: ContractorId, deviceId: DeviceId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`actions ${contractorId} ${deviceId}`}, 0))`.execute(tx);
}

/** The same for several devices, always in one order. */
export async function lockQueuesOf(tx: Tx, contractorId: ContractorId, deviceIds: readonly DeviceId[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('actions ' || ${contractorId} || ' ' || device_id, 0))
    from (select device_id from unnest(${[...deviceIds].sort()}::text[]) with ordinality as d(device_id, n) order by n) d`.execute(
    tx,
  );
}

export async function insertAction(tx: Tx, contractorId: ContractorId, row: ActionRow): Promise<void> {
  await tables<ActionTables>(tx)
    .insertInto('actions')
    .values({
      ...row,
      contractor_id: contractorId,
      params: json(row.params),
      effects: json(row.effects),
      result: null,
      failure: null,
    })
    .execute();
}

/** Changes an action that is open. */
export async function updateAction(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  set: Partial<Pick<ActionRow, 'state' | 'queued_at' | 'expires_at' | 'sealed_params' | 'let_go_at'>>,
): Promise<ActionRow> {
  const row = await tables<ActionTables>(tx)
    .updateTable('actions')
    .set(set)
    .where('contractor_id', '=', contractorId)
    .where('action_id', '=', actionId)
    .where('finished_at', 'is', null)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return row as ActionRow;
}

/** Several actions, in no order. */
export async function selectActionsById(
  tx: Tx,
  contractorId: ContractorId,
  ids: readonly string[],
): Promise<ActionRow[]> {
  if (ids.length === 0) return [];
  const rows = await tables<ActionTables>(tx)
    .selectFrom('actions')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('action_id', 'in', [...ids])
    .execute();
  return rows as ActionRow[];
}

export async function selectAction(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  lock?: 'for update' | 'skip locked',
): Promise<ActionRow | undefined> {
  let query = tables<ActionTables>(tx)
    .selectFrom('actions')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('action_id', '=', actionId);
  if (lock !== undefined) query = query.forUpdate();
  if (lock === 'skip locked') query = query.skipLocked();
  return (await query.executeTakeFirst()) as ActionRow | undefined;
}

/** Open actions of a device, oldest first, locked. */
export async function lockOpenActions(tx: Tx, contractorId: ContractorId, deviceId: DeviceId): Promise<ActionRow[]> {
  const rows = await tables<ActionTables>(tx)
    .selectFrom('actions')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .where('finished_at', 'is', null)
    .orderBy('asked_at')
    .orderBy('action_id')
    .forUpdate()
    .execute();
  return rows as ActionRow[];
}

/** Devices that have something open. */
export async function devicesWithOpen(tx: Tx, contractorId: ContractorId): Promise<DeviceId[]> {
  const rows = await tables<ActionTables>(tx)
    .selectFrom('actions')
    .select('device_id')
    .distinct()
    .where('contractor_id', '=', contractorId)
    .where('finished_at', 'is', null)
    .orderBy('device_id')
    .execute();
  return rows.map((row) => row.device_id as DeviceId);
}

export async function countOpenByDevice(tx: Tx, contractorId: ContractorId, deviceIds: readonly DeviceId[]) {
  const { rows } = await sql<{ device_id: DeviceId; count: number }>`select device_id, count(*) as count from actions
    where contractor_id = ${contractorId} and device_id = any(${[...deviceIds]}::uuid[]) and finished_at is null
    group by device_id`.execute(tx);
  return rows;
}

export async function findOpen(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  type: ActionType,
): Promise<ActionRow | undefined> {
  const row = await tables<ActionTables>(tx)
    .selectFrom('actions')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .where('finished_at', 'is', null)
    .where('type', '=', type)
    .orderBy('asked_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row as ActionRow | undefined;
}

export type Ending = {
  readonly state: Exclude<ActionState, (typeof OPEN_ACTION_STATES)[number]>;
  readonly result?: Readonly<Record<string, unknown>> | undefined;
  readonly failure?: Failure | undefined;
};

/**
 * Ends an open action, or one that expired after it was fetched; undefined, and nothing changed, when it is final. What
 * devices said may hold anything, so it goes through the same cleaning as their reports.
 */
export async function endAction(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  { state, result, failure }: Ending,
  now: Temporal.Instant,
): Promise<ActionRow | undefined> {
  const stored = (value: object | undefined) =>
    value === undefined ? sql<null>`null` : sql<never>`${reportBody(value)}::jsonb`;
  const row = await tables<ActionTables>(tx)
    .updateTable('actions')
    .set({ state, result: stored(result), failure: stored(failure), finished_at: now, sealed_params: null })
    .where('contractor_id', '=', contractorId)
    .where('action_id', '=', actionId)
    .where(sql<boolean>`(finished_at is null or (state = 'expired' and failure ->> 'code' = ${NO_ANSWER}))`)
    .returning(COLUMNS)
    .executeTakeFirst();
  return row as ActionRow | undefined;
}

/** Somebody asked to cancel what the platform has: it tells the end later. */
export async function markCancelRequested(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  now: Temporal.Instant,
): Promise<ActionRow | undefined> {
  const row = await tables<ActionTables>(tx)
    .updateTable('actions')
    .set({ cancel_requested_at: now })
    .where('contractor_id', '=', contractorId)
    .where('action_id', '=', actionId)
    .where('finished_at', 'is', null)
    .returning(COLUMNS)
    .executeTakeFirst();
  return row as ActionRow | undefined;
}

export type ActionFilter = {
  readonly deviceId?: DeviceId | undefined;
  /** As shown: an action whose channel must be asked is found with all that it may be. */
  readonly states?: readonly ActionState[] | undefined;
  readonly types?: readonly ActionType[] | undefined;
};

const isOpen = (state: ActionState) => OPEN_ACTION_STATES.some((open) => open === state);
/** An action that its channel has is stored as `queued`, however far it has come. */
const storedState = (state: ActionState): ActionState => (state === 'sent' || state === 'deferred' ? 'queued' : state);

/** Newest first. */
export async function selectActions(
  tx: Tx,
  contractorId: ContractorId,
  { deviceId, states, types }: ActionFilter,
  page: { readonly after: { readonly at: Temporal.Instant; readonly id: string } | undefined; readonly limit: number },
): Promise<ActionRow[]> {
  let query = tables<ActionTables>(tx)
    .selectFrom('actions')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .orderBy('asked_at', 'desc')
    .orderBy('action_id', 'desc')
    .limit(page.limit);
  if (deviceId !== undefined) query = query.where('device_id', '=', deviceId);
  if (types !== undefined && types.length > 0) query = query.where('type', 'in', [...types]);
  if (states !== undefined && states.length > 0) {
    const stored = [...new Set(states.map(storedState))];
    query = query.where((eb) =>
      eb.or(
        stored.map((state) =>
          eb.and([eb('state', '=', state), eb('finished_at', isOpen(state) ? 'is' : 'is not', null)]),
        ),
      ),
    );
  }
  if (page.after !== undefined) {
    query = query.where(sql<boolean>`(asked_at, action_id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`);
  }
  return (await query.execute()) as ActionRow[];
}

/** Open actions whose time is over, of all contractors; `tx` is the jobs role's, bound to nobody. */
export async function selectDue(
  tx: Tx,
  now: Temporal.Instant,
  after: string,
  limit: number,
): Promise<{ contractor_id: ContractorId; action_id: ActionId }[]> {
  const { rows } = await sql<{ contractor_id: ContractorId; action_id: ActionId }>`
    select contractor_id, action_id from actions
    where finished_at is null and expires_at <= ${now} and action_id > ${after}::uuid
    order by action_id limit ${limit}`.execute(tx);
  return rows;
}

export async function insertSecret(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  secret: { readonly kind: SecretKind; readonly sealed: Buffer },
  now: Temporal.Instant,
): Promise<void> {
  await tables<ActionTables>(tx)
    .insertInto('action_secrets')
    .values({
      contractor_id: contractorId,
      action_id: actionId,
      kind: secret.kind,
      sealed: secret.sealed,
      created_at: now,
      read_at: null,
      read_by: null,
    })
    .execute();
}

/** Marks a secret as read and gives it; undefined when it was read before, or is not there. */
export async function takeSecret(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  kind: SecretKind,
  by: string,
  now: Temporal.Instant,
): Promise<Buffer | undefined> {
  const row = await tables<ActionTables>(tx)
    .updateTable('action_secrets')
    .set({ read_at: now, read_by: by })
    .where('contractor_id', '=', contractorId)
    .where('action_id', '=', actionId)
    .where('kind', '=', kind)
    .where('read_at', 'is', null)
    .returning('sealed')
    .executeTakeFirst();
  return row?.sealed;
}

/** A secret as it is kept, read or not. */
export async function selectSealed(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  kind: SecretKind,
): Promise<Buffer | undefined> {
  const row = await tables<ActionTables>(tx)
    .selectFrom('action_secrets')
    .select('sealed')
    .where('contractor_id', '=', contractorId)
    .where('action_id', '=', actionId)
    .where('kind', '=', kind)
    .executeTakeFirst();
  return row?.sealed;
}

export async function selectSecrets(tx: Tx, contractorId: ContractorId, actionIds: readonly ActionId[]) {
  if (actionIds.length === 0) return [];
  return tables<ActionTables>(tx)
    .selectFrom('action_secrets')
    .select(['action_id', 'kind', 'read_at', 'read_by'])
    .where('contractor_id', '=', contractorId)
    .where('action_id', 'in', [...actionIds])
    .orderBy('kind')
    .execute();
}

/** Counted over the indexes of open and of recently finished actions. */
export async function countActions(tx: Tx, contractorId: ContractorId, since: Temporal.Instant) {
  const { rows } = await sql<{ open: number; failed: number; done: number }>`select
      (select count(*) from actions where contractor_id = ${contractorId} and finished_at is null) as open,
      count(*) filter (where state = 'failed') as failed, count(*) filter (where state = 'done') as done
    from actions where contractor_id = ${contractorId} and finished_at >= ${since}`.execute(tx);
  return { open: rows[0]?.open ?? 0, failed: rows[0]?.failed ?? 0, done: rows[0]?.done ?? 0 };
}
