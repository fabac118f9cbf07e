import { type Command, commandBytes, commandProblem, isUserScoped, type SimpleCommand } from '@tsukasa/windows-mdm';
import { json, type Tx, tables } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import type { Purpose, Secrets } from '../../base/secrets.ts';
import type { ActionId, Withdrawal } from '../actions/index.ts';
import type { CommandEnd, CommandId, CommandPurpose, EnqueueCommands, EnrollmentId, NewCommand } from './model.ts';
import type { WindowsSessionTables } from './session-tables.ts';

/** Open commands one enrollment may have. More are refused: nobody waits for the thousandth. Our choice. */
export const MOST_OPEN = 300;
/** Largest command, in bytes of SyncML: half of what Windows takes in one message. Larger things go by URL. */
export const LARGEST_COMMAND = 256 * 1024;

const at = (tx: Tx) => tables<WindowsSessionTables>(tx);

/** What a sealed command is sealed for. */
export function commandPurpose(commandId: CommandId): Purpose {
  return { use: 'windows.command', row: commandId };
}

/** See `EnqueueCommands`. */
export function commandQueue(secrets: Secrets): EnqueueCommands {
  return async (tx, to, commands, now) => {
    const { all } = await countOpen(tx, to.contractorId, to.enrollmentId);
    if (all + commands.length > MOST_OPEN) {
      const params = { most: MOST_OPEN };
      throw new DomainError('conflict', 'too many commands wait', { reason: 'windows.queue_full', params });
    }
    const ids: CommandId[] = [];
    for (const command of commands) ids.push(await insertCommand(tx, secrets, to, command, now));
    return ids;
  };
}

async function insertCommand(
  tx: Tx,
  secrets: Secrets,
  { contractorId, enrollmentId }: { readonly contractorId: ContractorId; readonly enrollmentId: EnrollmentId },
  { command, purpose, actionId, secret = false, priority = 0, expiresAt, delivery = 'again', note = {} }: NewCommand,
  now: Temporal.Instant,
): Promise<CommandId> {
  const size = sizeOf(command);
  const commandId: CommandId = newId(now.epochMilliseconds);
  const plain = Buffer.from(JSON.stringify(command), 'utf8');
  const payload = secret ? await secrets.sealFor(tx, contractorId, commandPurpose(commandId), plain) : plain;
  await at(tx)
    .insertInto('windows_commands')
    .values({
      contractor_id: contractorId,
      enrollment_id: enrollmentId,
      command_id: commandId,
      purpose,
      action_id: actionId ?? null,
      verb: command.verb,
      request: json(withoutData(command)),
      note: json(note),
      payload,
      sealed: secret,
      size,
      user_scope: isUserScoped(command),
      once: delivery === 'once',
      priority,
      created_at: now,
      expires_at: expiresAt,
    })
    .execute();
  return commandId;
}

/** A command of a wrong form is a bug of whoever made it; one that is too large may be a person's. */
function sizeOf(command: Command): number {
  const problem = commandProblem(command);
  if (problem !== undefined) throw new Error(`a command that no device would take: ${problem.code}`);
  const size = commandBytes(command);
  if (size > LARGEST_COMMAND) {
    const params = { most: LARGEST_COMMAND };
    throw new DomainError('invalid', 'the command is too large', { reason: 'windows.command_too_large', params });
  }
  return size;
}

function withoutData(command: Command): Command {
  const bare = ({ verb, items }: SimpleCommand): SimpleCommand => ({
    verb,
    items: items.map(({ data: _, ...item }) => item),
  });
  return command.verb === 'Atomic' ? { verb: 'Atomic', commands: command.commands.map(bare) } : bare(command);
}

/** How many commands wait, and of what purpose. */
export async function countOpen(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
): Promise<{ readonly all: number; readonly byPurpose: Readonly<Record<CommandPurpose, number>> }> {
  const rows = await at(tx)
    .selectFrom('windows_commands')
    .select(['purpose', (eb) => eb.fn.countAll<number>().as('count')])
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .where('finished_at', 'is', null)
    .groupBy('purpose')
    .execute();
  const byPurpose = { action: 0, raw: 0, observation: 0, upkeep: 0 };
  for (const row of rows) byPurpose[row.purpose] = row.count;
  return { all: rows.reduce((sum, row) => sum + row.count, 0), byPurpose };
}

/** Ends all open commands of an enrollment, or those of one purpose. Nobody is told. */
export async function finishOpen(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  end: Exclude<CommandEnd, 'answered'>,
  now: Temporal.Instant,
  purpose?: CommandPurpose,
): Promise<void> {
  let update = at(tx)
    .updateTable('windows_commands')
    .set({ finished_at: now, ended: end, payload: null })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .where('finished_at', 'is', null);
  if (purpose !== undefined) update = update.where('purpose', '=', purpose);
  await update.execute();
}

/**
 * Takes an action's commands back. One that was sent and has no status is only kept from being sent again; then `too_late`.
 * Nobody is told.
 */
export async function withdrawCommands(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  why: Withdrawal,
  now: Temporal.Instant,
): Promise<'stopped' | 'too_late'> {
  const open = await at(tx)
    .selectFrom('windows_commands')
    .select(['command_id', 'sent_at', 'sent_msg'])
    .where('contractor_id', '=', contractorId)
    .where('action_id', '=', actionId)
    .where('finished_at', 'is', null)
    .orderBy('seq')
    .forUpdate()
    .execute();
  const isSent = (row: { readonly sent_at: unknown; readonly sent_msg: number | null }) =>
    row.sent_at !== null && row.sent_msg !== 0;
  const ofCommands = (ids: readonly string[]) =>
    at(tx)
      .updateTable('windows_commands')
      .where('contractor_id', '=', contractorId)
      .where('action_id', '=', actionId)
      .where('command_id', 'in', ids);
  const sent = open.filter(isSent).map((row) => row.command_id);
  const waiting = open.filter((row) => !isSent(row)).map((row) => row.command_id);
  if (waiting.length > 0) await ofCommands(waiting).set({ finished_at: now, ended: why, payload: null }).execute();
  if (sent.length > 0) await ofCommands(sent).set({ withdrawn: true }).execute();
  return sent.length > 0 ? 'too_late' : 'stopped';
}

/** A command of an action, for `Dialect.progress`. */
export type CommandProgress = {
  readonly actionId: ActionId;
  readonly enrollmentId: EnrollmentId;
  readonly commandId: CommandId;
  readonly createdAt: Temporal.Instant;
  readonly wokenAt: Temporal.Instant | undefined;
  readonly sentAt: Temporal.Instant | undefined;
  readonly finishedAt: Temporal.Instant | undefined;
  readonly end: CommandEnd | undefined;
};

/** Every command of these actions, in the order in which they were queued. */
export async function progressOf(
  tx: Tx,
  contractorId: ContractorId,
  actionIds: readonly ActionId[],
): Promise<readonly CommandProgress[]> {
  if (actionIds.length === 0) return [];
  const rows = await at(tx)
    .selectFrom('windows_commands')
    .select(['action_id', 'enrollment_id', 'command_id', 'created_at', 'woken_at', 'sent_at', 'finished_at', 'ended'])
    .where('contractor_id', '=', contractorId)
    .where('action_id', 'in', actionIds)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({
    actionId: row.action_id as ActionId,
    enrollmentId: row.enrollment_id as EnrollmentId,
    commandId: row.command_id as CommandId,
    createdAt: row.created_at,
    wokenAt: row.woken_at ?? undefined,
    sentAt: row.sent_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    end: row.ended ?? undefined,
  }));
}
