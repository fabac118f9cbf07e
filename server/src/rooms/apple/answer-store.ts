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

/** Contractors with answers that can be interpreted now; each is found by one look into the index. */
export async function findWaiting(tx: Tx, now: Temporal.Instant): Promise<readonly ContractorId[]> {
  const { rows } = await sql<{ contractor_id: ContractorId }>`
    with recursive each as (
      (select contractor_id from apple_answers order by contractor_id limit 1)
      union all
      select (select a.contractor_id from apple_answers a where a.contractor_id > each.contractor_id order by a.contractor_id limit 1)
      from each where each.contractor_id is not null
    )
    select contractor_id from each where exists (
      select from apple_answers a where a.contractor_id = each.contractor_id and a.problem is null
        and (a.retry_at is null or a.retry_at <= ${now.toString()}::timestamptz))`.execute(tx);
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

/** Answers that are looked through for those that may be taken. */
const WINDOW = 512;

/**
 * Takes up to `limit` of a contractor's answers out of the queue, for as long as the transaction lasts: its end by rollback
 * puts them back. Of each enrollment the oldest only, so that one that another worker holds keeps the younger ones waiting.
 */
export async function takeAnswers(
  tx: Tx,
  contractorId: ContractorId,
  limit: number,
  now: Temporal.Instant,
): Promise<readonly AnswerRow[]> {
  const { rows } = await sql<ClaimedRow>`
    with due as materialized (${due(contractorId, now)} limit ${WINDOW}),
    mine as materialized (
      select a.seq from apple_answers a
      where a.contractor_id = ${contractorId}::uuid and a.seq in (select min(seq) from due group by enrollment_id)
      order by a.seq limit ${limit} for update skip locked
    ),
    taken as (
      delete from apple_answers a using mine where a.contractor_id = ${contractorId}::uuid and a.seq = mine.seq returning a.*
    )
    select ${COLUMNS} from taken a ${COMMAND} order by a.seq`.execute(tx);
  return rows.map((row) => answerOf(contractorId, row));
}

/** One answer, locked; undefined when another worker has it, or had it. */
export async function lockAnswer(tx: Tx, contractorId: ContractorId, seq: number): Promise<AnswerRow | undefined> {
  const { rows } = await sql<ClaimedRow>`
    select ${COLUMNS} from apple_answers a ${COMMAND}
    where a.contractor_id = ${contractorId}::uuid and a.seq = ${seq} and a.problem is null
    for update of a skip locked`.execute(tx);
  const [row] = rows;
  return row && answerOf(contractorId, row);
}

function due(contractorId: ContractorId, now: Temporal.Instant) {
  return sql`select seq, enrollment_id from apple_answers
    where contractor_id = ${contractorId}::uuid and problem is null
      and (retry_at is null or retry_at <= ${now.toString()}::timestamptz) order by seq`;
}

const COLUMNS = sql`a.enrollment_id, e.device_id, a.command_id, a.seq, a.status, a.body, a.received_at, a.attempts,
  c.request_type, c.purpose, c.action_id, c.not_now_count, e.state = 'gone' as gone`;
const COMMAND = sql`join apple_commands c using (contractor_id, enrollment_id, command_id)
  join apple_enrollments e using (contractor_id, enrollment_id)`;

function answerOf(contractorId: ContractorId, row: ClaimedRow): AnswerRow {
  return {
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
  };
}

export async function deleteAnswer(tx: Tx, { contractorId, seq }: AnswerRow): Promise<void> {
  await at(tx).deleteFrom('apple_answers').where('contractor_id', '=', contractorId).where('seq', '=', seq).execute();
}

/** Keeps an answer for another try, or for ever with its problem. */
export async function postponeAnswer(
  tx: Tx,
  { contractorId, seq, attempts }: AnswerRow,
  next: { readonly retryAt: Temporal.Instant } | { readonly problem: string },
): Promise<void> {
  await at(tx)
    .updateTable('apple_answers')
    .set({ attempts: attempts + 1, ...('retryAt' in next ? { retry_at: next.retryAt } : { problem: next.problem }) })
    .where('contractor_id', '=', contractorId)
    .where('seq', '=', seq)
    .execute();
}

export type CommandOfAction = {
  readonly requestType: string;
  readonly outcome: CommandOutcome | undefined;
  readonly finishedAt: Temporal.Instant | undefined;
};

/** The commands of an action in order, and how each ended. */
export async function commandsOfAction(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
): Promise<readonly CommandOfAction[]> {
  const rows = await at(tx)
    .selectFrom('apple_commands')
    .select(['request_type', 'outcome', 'finished_at'])
    .where('contractor_id', '=', contractorId)
    .where('action_id', '=', actionId)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({
    requestType: row.request_type,
    outcome: row.outcome ?? undefined,
    finishedAt: row.finished_at ?? undefined,
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
