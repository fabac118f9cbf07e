import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { ActionId } from '../actions/index.ts';
import type { DeviceId } from '../devices/index.ts';
import type { AnswerStatus } from './channel-store.ts';
import type { CommandId, CommandOutcome, CommandPurpose, EnrollmentId } from './model.ts';
import type { AppleTables } from './tables.ts';

/** A stored answer with the command it belongs to. */
export type AnswerRow = {
  readonly contractorId: ContractorId;
  readonly enrollmentId: EnrollmentId;
  readonly deviceId: DeviceId;
  readonly commandId: CommandId;
  readonly seq: number;
  readonly status: AnswerStatus;
  readonly body: Buffer;
  readonly receivedAt: Temporal.Instant;
  readonly attempts: number;
  readonly requestType: string;
  readonly purpose: CommandPurpose;
  readonly actionId: ActionId | undefined;
  readonly notNowCount: number;
  /** The enrollment is gone: nothing is asked of it any more. */
  readonly gone: boolean;
};

const at = (tx: Tx) => tables<AppleTables>(tx);

/** Contractors with answers that can be interpreted now, the longest waiting first. */
export async function findWaiting(tx: Tx, now: Temporal.Instant): Promise<readonly ContractorId[]> {
  const { rows } = await sql<{ contractor_id: ContractorId }>`
    select contractor_id from (
      select contractor_id, seq from apple_answers
      where problem is null and (retry_at is null or retry_at <= ${now.toString()}::timestamptz) order by seq limit 500
    ) waiting group by contractor_id order by min(seq)`.execute(tx);
  return rows.map((row) => row.contractor_id);
}

type ClaimedRow = {
  readonly enrollment_id: EnrollmentId;
  readonly device_id: DeviceId;
  readonly command_id: CommandId;
  readonly seq: number;
  readonly status: AnswerStatus;
  readonly body: Buffer;
  readonly received_at: Temporal.Instant;
  readonly attempts: number;
  readonly request_type: string;
  readonly purpose: CommandPurpose;
  readonly action_id: ActionId | null;
  readonly not_now_count: number;
  readonly gone: boolean;
};

/**
 * Takes some of a contractor's answers until the transaction ends: of each enrollment the oldest only, so that one that
 * another worker holds keeps the younger ones waiting. The bodies together stay below about 16 MiB.
 */
export async function claimAnswers(
  tx: Tx,
  contractorId: ContractorId,
  limit: number,
  now: Temporal.Instant,
): Promise<readonly AnswerRow[]> {
  const time = now.toString();
  const { rows } = await sql<ClaimedRow>`
    select a.enrollment_id, e.device_id, a.command_id, a.seq, a.status, a.body, a.received_at, a.attempts,
      c.request_type, c.purpose, c.action_id, c.not_now_count, e.state = 'gone' as gone
    from apple_answers a
    join apple_commands c using (contractor_id, enrollment_id, command_id)
    join apple_enrollments e using (contractor_id, enrollment_id)
    where a.contractor_id = ${contractorId}::uuid and a.problem is null
      and (a.retry_at is null or a.retry_at <= ${time}::timestamptz)
      and not exists (
        select from apple_answers b
        where b.contractor_id = a.contractor_id and b.enrollment_id = a.enrollment_id and b.seq < a.seq
          and b.problem is null and (b.retry_at is null or b.retry_at <= ${time}::timestamptz))
    order by a.seq limit ${limit}
    for update of a skip locked`.execute(tx);
  return rows.map((row) => ({
    contractorId,
    enrollmentId: row.enrollment_id,
    deviceId: row.device_id,
    commandId: row.command_id,
    seq: row.seq,
    status: row.status,
    body: row.body,
    receivedAt: row.received_at,
    attempts: row.attempts,
    requestType: row.request_type,
    purpose: row.purpose,
    actionId: row.action_id ?? undefined,
    notNowCount: row.not_now_count,
    gone: row.gone,
  }));
}

export async function deleteAnswer(tx: Tx, { contractorId, enrollmentId, commandId, seq }: AnswerRow): Promise<void> {
  await at(tx)
    .deleteFrom('apple_answers')
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .where('command_id', '=', commandId)
    .where('seq', '=', seq)
    .execute();
}

/** Keeps an answer for another try, or for ever with its problem. */
export async function postponeAnswer(
  tx: Tx,
  { contractorId, enrollmentId, commandId, seq, attempts }: AnswerRow,
  next: { readonly retryAt: Temporal.Instant } | { readonly problem: string },
): Promise<void> {
  await at(tx)
    .updateTable('apple_answers')
    .set({ attempts: attempts + 1, ...('retryAt' in next ? { retry_at: next.retryAt } : { problem: next.problem }) })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .where('command_id', '=', commandId)
    .where('seq', '=', seq)
    .execute();
}

/** The commands of an action and how each ended; `waiting` counts its answers that are still to be interpreted. */
export async function commandsOfAction(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
): Promise<
  readonly { readonly requestType: string; readonly outcome: CommandOutcome | undefined; readonly waiting: boolean }[]
> {
  const rows = await at(tx)
    .selectFrom('apple_commands as c')
    .select((eb) => [
      'c.request_type',
      'c.outcome',
      eb
        .exists(
          eb
            .selectFrom('apple_answers as a')
            .select('a.seq')
            .whereRef('a.contractor_id', '=', 'c.contractor_id')
            .whereRef('a.enrollment_id', '=', 'c.enrollment_id')
            .whereRef('a.command_id', '=', 'c.command_id')
            .where('a.problem', 'is', null)
            .where('a.status', '<>', 'NotNow'),
        )
        .as('waiting'),
    ])
    .where('c.contractor_id', '=', contractorId)
    .where('c.action_id', '=', actionId)
    .orderBy('c.seq')
    .execute();
  return rows.map((row) => ({
    requestType: row.request_type,
    outcome: row.outcome ?? undefined,
    waiting: row.waiting === true,
  }));
}

/** The enrollment's next observation is due now. */
export async function observeSoon(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  now: Temporal.Instant,
): Promise<void> {
  await at(tx)
    .updateTable('apple_wakeups')
    .set({ observe_at: now })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .execute();
}

/** Answers that nobody could interpret are kept this long. */
export const PROBLEM_DAYS = 90;

export async function forgetOldProblems(tx: Tx, now: Temporal.Instant): Promise<void> {
  await at(tx)
    .deleteFrom('apple_answers')
    .where('problem', 'is not', null)
    .where('received_at', '<', now.subtract({ hours: 24 * PROBLEM_DAYS }))
    .execute();
}
