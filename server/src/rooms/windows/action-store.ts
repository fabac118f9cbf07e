import { sql } from 'kysely';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { ActionId, Progress, Withdrawal } from '../actions/index.ts';
import { type CommandProgress, progressOf as commandProgress, withdrawCommands } from './command-store.ts';
import type { CommandEnd, CommandId, EnrollmentId } from './model.ts';

/**
 * Takes an action's commands and its rotation back. What the device has been given is only kept from being given again;
 * then `too_late`.
 */
export async function withdraw(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  outcome: Withdrawal,
  now: Temporal.Instant,
): Promise<'stopped' | 'too_late'> {
  const commands = await withdrawCommands(tx, contractorId, actionId, outcome, now);
  const rotation = await withdrawRotation(tx, contractorId, actionId, now);
  return commands === 'too_late' || rotation === 'too_late' ? 'too_late' : 'stopped';
}

async function withdrawRotation(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  now: Temporal.Instant,
): Promise<'stopped' | 'too_late'> {
  const { rows } = await sql<{ told: boolean }>`
    update windows_rotations set withdrawn = true,
      finished_at = case when told_at is null then ${now}::timestamptz else finished_at end
    where contractor_id = ${contractorId} and action_id = ${actionId} and finished_at is null
    returning told_at is not null as told`.execute(tx);
  return rows.some(({ told }) => told) ? 'too_late' : 'stopped';
}

/** How far each action has come: of several commands the first that is further, and answered when all of them are. */
export async function progressOf(
  tx: Tx,
  contractorId: ContractorId,
  actionIds: readonly ActionId[],
): Promise<ReadonlyMap<ActionId, Progress>> {
  if (actionIds.length === 0) return new Map();
  const commands = await commandProgress(tx, contractorId, actionIds);
  const wakes = await wakesOf(tx, contractorId, [...new Set(commands.map(({ enrollmentId }) => enrollmentId))]);
  const found = new Map<ActionId, Progress>(await rotationProgress(tx, contractorId, actionIds));
  for (const [actionId, mine] of Map.groupBy(commands, (command) => command.actionId)) {
    const wake = mine[0] && wakes.get(mine[0].enrollmentId);
    found.set(actionId, progressFrom(mine, wake));
  }
  return found;
}

function progressFrom(commands: readonly CommandProgress[], wake: Wake | undefined): Progress {
  const queuedAt = commands[0]?.createdAt;
  const accepted = wake?.last_accepted_at ?? undefined;
  const late = accepted !== undefined && queuedAt !== undefined && Temporal.Instant.compare(accepted, queuedAt) >= 0;
  const wokenAt = earliest(commands.map(({ wokenAt: at }) => at ?? (late ? accepted : undefined)));
  const fetchedAt = earliest(commands.map(({ sentAt }) => sentAt));
  const over = commands.every(({ finishedAt }) => finishedAt !== undefined);
  const byDevice = commands.filter(({ end }) => end === 'answered' || end === 'quarantined');
  return {
    queuedAt,
    wokenAt,
    wakeProblem: wokenAt === undefined && fetchedAt === undefined ? wakeProblem(wake, queuedAt) : undefined,
    fetchedAt,
    answeredAt: over ? latest(byDevice) : undefined,
  };
}

function earliest(times: readonly (Temporal.Instant | undefined)[]): Temporal.Instant | undefined {
  return times.filter((time) => time !== undefined).sort(Temporal.Instant.compare)[0];
}

function latest(commands: readonly CommandProgress[]): Temporal.Instant | undefined {
  return commands
    .map(({ finishedAt }) => finishedAt)
    .filter((time) => time !== undefined)
    .sort(Temporal.Instant.compare)
    .at(-1);
}

type Wake = {
  readonly enrollment_id: EnrollmentId;
  readonly last_sent_at: Temporal.Instant | null;
  readonly last_accepted_at: Temporal.Instant | null;
  readonly last_reason: string | null;
  readonly dead: boolean;
};

async function wakesOf(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentIds: readonly EnrollmentId[],
): Promise<ReadonlyMap<EnrollmentId, Wake>> {
  const { rows } = await sql<Wake>`select enrollment_id, last_sent_at, last_accepted_at, last_reason,
      channel_dead_at is not null and (channel_at is null or channel_at <= channel_dead_at) as dead
    from windows_upkeep where contractor_id = ${contractorId} and enrollment_id = any(${[...enrollmentIds]}::uuid[])`.execute(
    tx,
  );
  return new Map(rows.map((row) => [row.enrollment_id, row]));
}

function wakeProblem(wake: Wake | undefined, queuedAt: Temporal.Instant | undefined): Progress['wakeProblem'] {
  if (wake === undefined) return undefined;
  const { dead, last_reason: reason, last_sent_at: sentAt } = wake;
  if (dead) return { code: 'push_token_dead' };
  if (reason === null) return undefined;
  if (reason.startsWith('windows.')) return { code: reason };
  const tried = sentAt !== null && queuedAt !== undefined && Temporal.Instant.compare(sentAt, queuedAt) >= 0;
  return tried ? { code: 'push_refused', params: { reason } } : undefined;
}

type RotationRow = {
  readonly action_id: ActionId;
  readonly asked_at: Temporal.Instant;
  readonly told_at: Temporal.Instant | null;
  readonly finished_at: Temporal.Instant | null;
  readonly withdrawn: boolean;
};

async function rotationProgress(
  tx: Tx,
  contractorId: ContractorId,
  actionIds: readonly ActionId[],
): Promise<readonly (readonly [ActionId, Progress])[]> {
  const { rows } = await sql<RotationRow>`select action_id, asked_at, told_at, finished_at, withdrawn
    from windows_rotations
    where contractor_id = ${contractorId} and action_id = any(${[...actionIds]}::uuid[])`.execute(tx);
  return rows.map((row) => [
    row.action_id,
    {
      queuedAt: row.asked_at,
      fetchedAt: row.told_at ?? undefined,
      answeredAt: row.withdrawn ? undefined : (row.finished_at ?? undefined),
    },
  ]);
}

/** How the commands of an action ended, in order; `pending` of those whose answer is not here or not read yet. */
export async function commandsOfAction(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  but: CommandId,
): Promise<readonly { readonly note: Readonly<Record<string, unknown>>; readonly end: CommandEnd | 'pending' }[]> {
  const { rows } = await sql<{ note: Readonly<Record<string, unknown>>; ended: CommandEnd | null; waits: boolean }>`
    select c.note, c.ended, c.command_id <> ${but} and exists (select from windows_answers a
        where a.contractor_id = c.contractor_id and a.enrollment_id = c.enrollment_id and a.command_id = c.command_id
          and a.problem is null) as waits
    from windows_commands c where c.contractor_id = ${contractorId} and c.action_id = ${actionId}
    order by c.seq`.execute(tx);
  return rows.map(({ note, ended, waits }) => ({ note, end: ended === null || waits ? 'pending' : ended }));
}
