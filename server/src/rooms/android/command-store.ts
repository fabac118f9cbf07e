import { type Selectable, sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { ActionId, Progress } from '../actions/index.ts';
import type { DeviceId } from '../devices/index.ts';
import type { AndroidCommandId } from './model.ts';
import type { AndroidTables } from './tables.ts';

type Row = Selectable<AndroidTables['android_commands']>;
export type CommandRow = Omit<Row, 'contractor_id' | 'command_id' | 'device_id' | 'action_id'> & {
  readonly contractor_id: ContractorId;
  readonly command_id: AndroidCommandId;
  readonly device_id: DeviceId;
  readonly action_id: ActionId | null;
};
export type Step = 'send' | 'resolve' | 'check' | 'cancel';
const at = (tx: Tx) => tables<AndroidTables>(tx);

/** What the sealed body of a request is bound to. */
export const commandPurpose = (commandId: AndroidCommandId) => ({ use: 'android.command', row: commandId });

export type NewCommand = Pick<
  Row,
  'device_name' | 'kind' | 'command_type' | 'sealed_payload' | 'lane' | 'created_at' | 'expires_at'
> & { readonly command_id: AndroidCommandId; readonly device_id: DeviceId; readonly action_id: ActionId | null };

/** Queues a request, which goes out by the budget. */
export async function insertCommand(tx: Tx, contractorId: ContractorId, command: NewCommand): Promise<void> {
  await at(tx)
    .insertInto('android_commands')
    .values({ ...command, contractor_id: contractorId, step: 'send', due_at: command.created_at })
    .execute();
}

/** The command that an operation of Google's belongs to. */
export async function findByOperation(
  tx: Tx,
  contractorId: ContractorId,
  operationName: string,
): Promise<CommandRow | undefined> {
  const row = await at(tx)
    .selectFrom('android_commands')
    .selectAll()
    .where('contractor_id', '=', contractorId)
    .where('operation_name', '=', operationName)
    .executeTakeFirst();
  return row as CommandRow | undefined;
}

/** The command of an action, locked. The action's row is locked before it, never after. */
export async function lockOfAction(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
): Promise<CommandRow | undefined> {
  const row = await at(tx)
    .selectFrom('android_commands')
    .selectAll()
    .where('contractor_id', '=', contractorId)
    .where('action_id', '=', actionId)
    .forUpdate()
    .executeTakeFirst();
  return row as CommandRow | undefined;
}

/** A command of the device is with Google, or may be, and its operation is not known yet. */
export async function hasUnresolved(tx: Tx, contractorId: ContractorId, deviceName: string): Promise<boolean> {
  const row = await at(tx)
    .selectFrom('android_commands')
    .select('command_id')
    .where('contractor_id', '=', contractorId)
    .where('device_name', '=', deviceName)
    .where('kind', '=', 'issue')
    .where('finished_at', 'is', null)
    .where('sent_at', 'is not', null)
    .where('operation_name', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export type OpenCommand = {
  readonly actionId: ActionId | undefined;
  /** Google's word, or `DELETE` for a deletion. */
  readonly type: string;
  readonly sentAt: Temporal.Instant | undefined;
  /** Google answered that it has it. */
  readonly handedAt: Temporal.Instant | undefined;
};

/** Commands that the device's record does not outlive. */
export const ENDS_WITH_DEVICE: readonly string[] = ['WIPE', 'RELINQUISH_OWNERSHIP', 'DELETE'];

export async function openCommandsOf(
  tx: Tx,
  contractorId: ContractorId,
  deviceName: string,
): Promise<readonly OpenCommand[]> {
  const rows = await at(tx)
    .selectFrom('android_commands')
    .select(['action_id', 'kind', 'command_type', 'handed_at', 'sent_at'])
    .where('contractor_id', '=', contractorId)
    .where('device_name', '=', deviceName)
    .where('finished_at', 'is', null)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({
    actionId: (row.action_id ?? undefined) as ActionId | undefined,
    type: row.kind === 'delete' ? 'DELETE' : (row.command_type ?? ''),
    sentAt: row.sent_at ?? undefined,
    handedAt: row.handed_at ?? undefined,
  }));
}

/** Operations of the device that belong to commands of ours. */
export async function knownOperations(
  tx: Tx,
  contractorId: ContractorId,
  deviceName: string,
): Promise<ReadonlySet<string>> {
  const rows = await at(tx)
    .selectFrom('android_commands')
    .select('operation_name')
    .where('contractor_id', '=', contractorId)
    .where('device_name', '=', deviceName)
    .where('operation_name', 'is not', null)
    .execute();
  return new Set(rows.flatMap((row) => row.operation_name ?? []));
}

export async function updateCommand(
  tx: Tx,
  { contractor_id, command_id }: Pick<CommandRow, 'contractor_id' | 'command_id'>,
  set: Partial<Omit<Row, 'contractor_id' | 'command_id' | 'seq' | 'problem'>> & {
    readonly problem?: Readonly<Record<string, unknown>> | null;
  },
): Promise<void> {
  const { problem, ...plain } = set;
  await at(tx)
    .updateTable('android_commands')
    .set({ ...plain, ...(problem === undefined ? {} : { problem: problem === null ? null : json(problem) }) })
    .where('contractor_id', '=', contractor_id)
    .where('command_id', '=', command_id)
    .where('finished_at', 'is', null)
    .execute();
}

/** Somebody wanted it back before Google's name for it was known: now it can be taken back. */
export async function markCancelDue(
  tx: Tx,
  { contractor_id, command_id }: Pick<CommandRow, 'contractor_id' | 'command_id'>,
  now: Temporal.Instant,
): Promise<void> {
  await at(tx)
    .updateTable('android_commands')
    .set({ step: 'cancel', due_at: now })
    .where('contractor_id', '=', contractor_id)
    .where('command_id', '=', command_id)
    .where('cancel_wanted', '=', true)
    .where('finished_at', 'is', null)
    .execute();
}

/** The end of a command; its body is emptied. */
export function finishCommand(
  tx: Tx,
  command: Pick<CommandRow, 'contractor_id' | 'command_id'>,
  outcome: string,
  now: Temporal.Instant,
): Promise<void> {
  return updateCommand(tx, command, { step: null, due_at: null, sealed_payload: null, finished_at: now, outcome });
}

/** Ends all open commands of a device that is gone. */
export async function settleCommandsOf(
  tx: Tx,
  contractorId: ContractorId,
  deviceName: string,
  outcome: string,
  now: Temporal.Instant,
): Promise<void> {
  await at(tx)
    .updateTable('android_commands')
    .set({ step: null, due_at: null, sealed_payload: null, finished_at: now, outcome })
    .where('contractor_id', '=', contractorId)
    .where('device_name', '=', deviceName)
    .where('finished_at', 'is', null)
    .execute();
}

export type DueScope = {
  readonly scope: string;
  readonly urgent: number;
  readonly action: number;
  readonly background: number;
};

/** Projects with requests that are due, and how many of each lane: at most `most` are counted. As the jobs role. */
export async function dueScopes(tx: Tx, now: Temporal.Instant, most: number): Promise<readonly DueScope[]> {
  const { rows } = await sql<DueScope>`
    with due as (
      select contractor_id, ${LANE} as lane from android_commands c where due_at <= ${now} and ${IN_TURN} limit ${most}
    )
    select ${SCOPE} as scope, count(*) filter (where lane = 0)::integer as urgent,
      count(*) filter (where lane = 1)::integer as action, count(*) filter (where lane = 2)::integer as background
    from due join android_enterprises e using (contractor_id) where e.state = 'bound' group by 1`.execute(tx);
  return rows;
}

/** What is asked of one device is asked in its order, except that what is more urgent waits for nothing that is less so. */
const IN_TURN = sql<boolean>`(c.handed_at is not null or not exists (
  select from android_commands before where before.contractor_id = c.contractor_id and before.device_name = c.device_name
    and before.finished_at is null and before.handed_at is null and before.lane <= c.lane and before.seq < c.seq))`;
const SCOPE = sql`case e.project_scope when 'installation' then 'installation' else e.contractor_id::text end`;
/** Looking after a command that nobody waits for gives way to all others; taking one back does not. */
const LANE = sql<number>`case c.step when 'check' then 2 else c.lane end`;

/**
 * Takes up to `limit` due requests of a project: by lane, and within it in turns of one per contractor, so that ten
 * thousand of one do not keep another waiting. Each comes again at `until` unless it is settled; one that was to be sent
 * comes again as one of which nobody knows whether it was sent.
 */
export async function claimDue(
  tx: Tx,
  scope: string,
  claim: {
    readonly lanes: readonly number[];
    readonly limit: number;
    readonly now: Temporal.Instant;
    readonly until: Temporal.Instant;
  },
): Promise<readonly CommandRow[]> {
  const { lanes, limit, now, until } = claim;
  const { rows } = await sql<CommandRow & { readonly claimed_step: Step }>`
    with queue as (
      select c.contractor_id, c.command_id, c.step, ${LANE} as lane, c.seq,
        row_number() over (partition by c.contractor_id, ${LANE} order by c.seq) as turn
      from android_commands c join android_enterprises e using (contractor_id)
      where c.due_at <= ${now} and ${IN_TURN} and e.state = 'bound' and ${SCOPE} = ${scope}
    ), chosen as (
      select q.contractor_id, q.command_id, q.step from queue q where q.lane = any(${[...lanes]}::integer[])
      order by q.lane, q.turn, q.seq limit ${limit}
    ), locked as (
      select c.contractor_id, c.command_id, c.step as claimed_step from android_commands c join chosen using (contractor_id, command_id)
      where c.due_at <= ${now} for update of c skip locked
    )
    update android_commands c set due_at = ${until}, attempts = c.attempts + 1,
      step = case when c.step = 'send' and c.kind = 'issue' then 'resolve' else c.step end,
      sent_at = case when c.step = 'send' then ${now} else c.sent_at end
    from locked l where c.contractor_id = l.contractor_id and c.command_id = l.command_id
    returning c.*, l.claimed_step`.execute(tx);
  return rows.map(({ claimed_step, ...row }) => ({ ...row, step: claimed_step }));
}

/** Progress of actions, as the actions room shows it. */
export async function progressOf(
  tx: Tx,
  contractorId: ContractorId,
  actionIds: readonly ActionId[],
): Promise<ReadonlyMap<ActionId, Progress>> {
  if (actionIds.length === 0) return new Map();
  const rows = await at(tx)
    .selectFrom('android_commands')
    .select(['action_id', 'created_at', 'handed_at', 'finished_at', 'outcome', 'problem', 'kind'])
    .where('contractor_id', '=', contractorId)
    .where('action_id', 'in', [...actionIds])
    .execute();
  return new Map(
    rows.map((row): [ActionId, Progress] => [
      row.action_id as ActionId,
      {
        queuedAt: row.created_at,
        wokenAt: row.handed_at ?? undefined,
        wokenNote: row.handed_at === null ? undefined : { code: handedNote(row.kind) },
        wakeProblem: row.handed_at === null ? noteOf(row.problem) : undefined,
        answeredAt: row.outcome === 'answered' ? (row.finished_at ?? undefined) : undefined,
      },
    ]),
  );
}

const handedNote = (kind: Row['kind']) =>
  kind === 'delete' ? 'android.deleted_at_google' : 'android.handed_to_google';

function noteOf(problem: unknown): Progress['wakeProblem'] {
  if (typeof problem !== 'object' || problem === null || !('code' in problem)) return undefined;
  return typeof problem.code === 'string' ? { ...problem, code: problem.code } : undefined;
}

/** Commands that wait to go out. */
export async function countWaiting(tx: Tx, contractorId: ContractorId): Promise<number> {
  const row = await at(tx)
    .selectFrom('android_commands')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('contractor_id', '=', contractorId)
    .where('finished_at', 'is', null)
    .where('handed_at', 'is', null)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}
