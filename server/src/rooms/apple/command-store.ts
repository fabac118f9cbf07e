import { buildCommand, type PlistDict, stringAt } from '@tsukasa/apple-mdm';
import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { newId } from '../../base/ids.ts';
import type { Purpose, Secrets } from '../../base/secrets.ts';
import type { ActionId, Progress, Withdrawal } from '../actions/index.ts';
import type { CommandId, CommandOutcome, CommandPurpose, EnrollmentId } from './model.ts';
import type { AppleTables } from './tables.ts';

/** Open commands one enrollment may have. More are refused: nobody waits for the thousandth. Our choice. */
export const MOST_OPEN = 200;

export type NewCommand = {
  readonly command: PlistDict;
  readonly purpose: CommandPurpose;
  readonly actionId?: ActionId | undefined;
  /** Holds a secret: sealed until it is delivered. */
  readonly secret: boolean;
  readonly priority: number;
  readonly expiresAt: Temporal.Instant;
};

const at = (tx: Tx) => tables<AppleTables>(tx);

/** What a sealed command is sealed for. */
export function commandPurpose(commandId: CommandId): Purpose {
  return { use: 'apple.command', row: commandId };
}

/** Queues commands in the given order. The caller asks for the wake-up. */
export async function insertCommands(
  tx: Tx,
  secrets: Secrets,
  to: { readonly contractorId: ContractorId; readonly enrollmentId: EnrollmentId },
  commands: readonly NewCommand[],
  now: Temporal.Instant,
): Promise<void> {
  for (const { command, purpose, actionId, secret, priority, expiresAt } of commands) {
    const commandId: CommandId = newId(now.epochMilliseconds);
    const plain = buildCommand({ commandUuid: commandId, command });
    const payload = secret ? await secrets.sealFor(tx, to.contractorId, commandPurpose(commandId), plain) : plain;
    await at(tx)
      .insertInto('apple_commands')
      .values({
        contractor_id: to.contractorId,
        enrollment_id: to.enrollmentId,
        command_id: commandId,
        purpose,
        action_id: actionId ?? null,
        request_type: stringAt(command, 'RequestType'),
        payload,
        sealed: secret,
        priority,
        created_at: now,
        expires_at: expiresAt,
      })
      .execute();
  }
}

/** How many commands wait, and whether one of a purpose does. */
export async function countOpen(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
): Promise<{ readonly all: number; readonly byPurpose: Readonly<Record<CommandPurpose, number>> }> {
  const rows = await at(tx)
    .selectFrom('apple_commands')
    .select(['purpose', (eb) => eb.fn.countAll<number>().as('count')])
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .where('finished_at', 'is', null)
    .groupBy('purpose')
    .execute();
  const byPurpose = { action: 0, raw: 0, observation: 0, renewal: 0, declarative: 0 };
  for (const row of rows) byPurpose[row.purpose] = row.count;
  return { all: rows.reduce((sum, row) => sum + row.count, 0), byPurpose };
}

/** Ends all open commands of an enrollment, or those of one purpose. */
export async function finishOpen(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  outcome: CommandOutcome,
  now: Temporal.Instant,
  purpose?: CommandPurpose,
): Promise<void> {
  let update = at(tx)
    .updateTable('apple_commands')
    .set({ finished_at: now, outcome, payload: null })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .where('finished_at', 'is', null);
  if (purpose !== undefined) update = update.where('purpose', '=', purpose);
  await update.execute();
}

/** Ends the server's own commands whose time is over; those of actions expire with their action. */
export async function expireOwn(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  now: Temporal.Instant,
): Promise<void> {
  await at(tx)
    .updateTable('apple_commands')
    .set({ finished_at: now, outcome: 'expired', payload: null })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .where('finished_at', 'is', null)
    .where('action_id', 'is', null)
    .where('expires_at', '<=', now)
    .execute();
}

/**
 * Takes an action's commands back. One that the device fetched and has neither answered nor deferred is only kept from being
 * delivered again; then `too_late`.
 */
export async function withdraw(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  outcome: Withdrawal,
  now: Temporal.Instant,
): Promise<'stopped' | 'too_late'> {
  const ofAction = at(tx)
    .selectFrom('apple_commands')
    .select(['enrollment_id', 'command_id', 'sent_at', 'not_now_at'])
    .where('contractor_id', '=', contractorId)
    .where('action_id', '=', actionId)
    .where('finished_at', 'is', null)
    .forUpdate();
  const open = await ofAction.execute();
  const fetched = open.filter((row) => isWithDevice(row.sent_at, row.not_now_at)).map((row) => row.command_id);
  const waiting = open.map((row) => row.command_id).filter((id) => !fetched.includes(id));
  const ofCommands = (ids: readonly string[]) =>
    at(tx)
      .updateTable('apple_commands')
      .where('contractor_id', '=', contractorId)
      .where('action_id', '=', actionId)
      .where('command_id', 'in', ids);
  if (waiting.length > 0) await ofCommands(waiting).set({ finished_at: now, outcome, payload: null }).execute();
  if (fetched.length > 0) {
    await ofCommands(fetched)
      .set({ expires_at: sql<Temporal.Instant>`least(expires_at, ${now.toString()}::timestamptz)` })
      .execute();
  }
  return fetched.length > 0 ? 'too_late' : 'stopped';
}

/** Delivered, and no "not now" since. */
function isWithDevice(sentAt: Temporal.Instant | null, notNowAt: Temporal.Instant | null): boolean {
  if (sentAt === null) return false;
  return notNowAt === null || Temporal.Instant.compare(notNowAt, sentAt) < 0;
}

type ProgressRow = {
  readonly action_id: string | null;
  readonly created_at: Temporal.Instant;
  readonly woken_at: Temporal.Instant | null;
  readonly sent_at: Temporal.Instant | null;
  readonly not_now_at: Temporal.Instant | null;
  readonly not_now_count: number;
  readonly finished_at: Temporal.Instant | null;
  readonly outcome: CommandOutcome | null;
  readonly wake_at: Temporal.Instant | null;
  readonly last_sent_at: Temporal.Instant | null;
  readonly last_accepted_at: Temporal.Instant | null;
  readonly last_reason: string | null;
  readonly token_dead_at: Temporal.Instant | null;
};

/** How far each action's commands have come; of several the one that is furthest back. */
export async function progressOf(
  tx: Tx,
  contractorId: ContractorId,
  actionIds: readonly ActionId[],
): Promise<ReadonlyMap<ActionId, Progress>> {
  if (actionIds.length === 0) return new Map();
  const rows = await at(tx)
    .selectFrom('apple_commands as c')
    .leftJoin('apple_wakeups as w', (join) =>
      join.onRef('w.contractor_id', '=', 'c.contractor_id').onRef('w.enrollment_id', '=', 'c.enrollment_id'),
    )
    .select(['c.action_id', 'c.created_at', 'c.woken_at', 'c.sent_at', 'c.not_now_at', 'c.not_now_count'])
    .select(['c.finished_at', 'c.outcome', 'w.wake_at', 'w.last_sent_at', 'w.last_accepted_at', 'w.last_reason'])
    .select('w.token_dead_at')
    .where('c.contractor_id', '=', contractorId)
    .where('c.action_id', 'in', actionIds)
    .orderBy('c.seq')
    .execute();
  const found = new Map<ActionId, Progress>();
  for (const actionId of actionIds) {
    const mine = rows.filter((row) => row.action_id === actionId);
    if (mine.length > 0) found.set(actionId, progressFrom(mine));
  }
  return found;
}

function progressFrom(rows: readonly ProgressRow[]): Progress {
  const [first] = rows;
  const answered = rows.every((row) => row.finished_at !== null);
  // Several commands are one step further when the first of them is; answered when all of them are.
  const wokenAt = earliest(rows.map(wokenOf));
  const fetchedAt = earliest(rows.map((row) => row.sent_at));
  const deferred = rows.filter((row) => row.finished_at === null && isDeferred(row));
  const deferredAt = earliest(deferred.map((row) => row.not_now_at));
  const byDevice = rows.filter((row) => ['acknowledged', 'error', 'format_error'].includes(row.outcome ?? ''));
  const answeredAt = answered && byDevice.length > 0 ? latest(byDevice.map((row) => row.finished_at)) : undefined;
  return {
    queuedAt: first?.created_at,
    wokenAt,
    wakeProblem: wokenAt === undefined && fetchedAt === undefined ? wakeProblem(first) : undefined,
    fetchedAt,
    deferredAt,
    deferredCount: Math.max(...rows.map((row) => row.not_now_count)) || undefined,
    answeredAt,
  };
}

function isDeferred(row: ProgressRow): boolean {
  return row.not_now_at !== null && !isWithDevice(row.sent_at, row.not_now_at);
}

function wokenOf(row: ProgressRow): Temporal.Instant | null {
  if (row.woken_at !== null) return row.woken_at;
  const accepted = row.last_accepted_at;
  return accepted !== null && Temporal.Instant.compare(accepted, row.created_at) >= 0 ? accepted : null;
}

function wakeProblem(row: ProgressRow | undefined): Progress['wakeProblem'] {
  if (row === undefined) return undefined;
  if (row.token_dead_at !== null) return { code: 'push_token_dead' };
  const tried = row.last_sent_at !== null && Temporal.Instant.compare(row.last_sent_at, row.created_at) >= 0;
  if (!tried || row.last_reason === null) return undefined;
  return { code: 'push_refused', params: { reason: row.last_reason } };
}

function earliest(times: readonly (Temporal.Instant | null)[]): Temporal.Instant | undefined {
  return times.filter((time) => time !== null).sort(Temporal.Instant.compare)[0];
}

function latest(times: readonly (Temporal.Instant | null)[]): Temporal.Instant | undefined {
  return times
    .filter((time) => time !== null)
    .sort(Temporal.Instant.compare)
    .at(-1);
}
