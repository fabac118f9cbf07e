import type { Command } from '@tsukasa/windows-mdm';
import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { ActionId } from '../actions/index.ts';
import type { DeviceId } from '../devices/index.ts';
import type { CommandEnd, CommandId, CommandPurpose, EnrollmentId } from './model.ts';
import type { WindowsSessionTables } from './session-tables.ts';

export type CommandFacts = {
  readonly commandId: CommandId;
  readonly purpose: CommandPurpose;
  readonly actionId: ActionId | undefined;
  readonly request: Command;
  readonly note: Readonly<Record<string, unknown>>;
  readonly end: CommandEnd;
  readonly sentAt: Temporal.Instant | undefined;
  readonly finishedAt: Temporal.Instant;
};

/** What one device said: to one command, with all pieces, or by itself. */
export type AnswerRow = {
  readonly contractorId: ContractorId;
  readonly enrollmentId: EnrollmentId;
  readonly deviceId: DeviceId;
  /** Of the first piece. */
  readonly seq: number;
  /** JSON, in order of arrival; one for what was said by itself. */
  readonly pieces: readonly string[];
  readonly receivedAt: Temporal.Instant;
  readonly attempts: number;
  readonly command: CommandFacts | undefined;
  readonly gone: boolean;
  readonly enrolledAt: Temporal.Instant | undefined;
};

const at = (tx: Tx) => tables<WindowsSessionTables>(tx);

/** Contractors with answers that can be interpreted now; each is found by one look into the index. */
export async function findWaiting(tx: Tx, now: Temporal.Instant): Promise<readonly ContractorId[]> {
  const { rows } = await sql<{ contractor_id: ContractorId }>`
    with recursive each as (
      (select contractor_id from windows_answers order by contractor_id limit 1)
      union all
      select (select a.contractor_id from windows_answers a where a.contractor_id > each.contractor_id order by a.contractor_id limit 1)
      from each where each.contractor_id is not null
    )
    select contractor_id from each where exists (
      select from windows_answers a where a.contractor_id = each.contractor_id and a.ready and a.problem is null
        and (a.retry_at is null or a.retry_at <= ${now.toString()}::timestamptz))`.execute(tx);
  return rows.map((row) => row.contractor_id);
}

type Row = {
  readonly seq: number;
  readonly enrollment_id: EnrollmentId;
  readonly device_id: DeviceId;
  readonly body: string;
  readonly received_at: Temporal.Instant;
  readonly attempts: number;
  readonly command_id: CommandId | null;
  readonly purpose: CommandPurpose | null;
  readonly action_id: ActionId | null;
  readonly request: Command | null;
  readonly note: Record<string, unknown> | null;
  readonly ended: CommandEnd | null;
  readonly sent_at: Temporal.Instant | null;
  readonly finished_at: Temporal.Instant | null;
  readonly gone: boolean;
  readonly enrolled_at: Temporal.Instant | null;
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
  const { rows } = await sql<Row>`
    with due as materialized (
      select seq, enrollment_id from windows_answers
      where contractor_id = ${contractorId}::uuid and ready and problem is null
        and (retry_at is null or retry_at <= ${now.toString()}::timestamptz) order by seq limit ${WINDOW}
    ),
    mine as materialized (
      select a.seq, a.enrollment_id, a.command_id from windows_answers a
      where a.contractor_id = ${contractorId}::uuid and a.seq in (select min(seq) from due group by enrollment_id)
      order by a.seq limit ${limit} for update skip locked
    ),
    taken as (
      delete from windows_answers a using mine where a.contractor_id = ${contractorId}::uuid and a.ready
        and a.enrollment_id = mine.enrollment_id and (a.seq = mine.seq or a.command_id = mine.command_id)
      returning a.*
    )
    select ${COLUMNS} from taken a ${JOINED} order by a.seq`.execute(tx);
  return grouped(contractorId, rows);
}

/** One answer, locked; undefined when another worker has it, or had it. */
export async function lockAnswer(
  tx: Tx,
  { contractorId, seq }: Pick<AnswerRow, 'contractorId' | 'seq'>,
): Promise<AnswerRow | undefined> {
  const { rows } = await sql<Row>`
    with mine as materialized (
      select a.seq, a.enrollment_id, a.command_id from windows_answers a
      where a.contractor_id = ${contractorId}::uuid and a.seq = ${seq} and a.problem is null for update skip locked
    )
    select ${COLUMNS} from windows_answers a join mine on a.enrollment_id = mine.enrollment_id
      and (a.seq = mine.seq or a.command_id = mine.command_id) ${JOINED}
    where a.contractor_id = ${contractorId}::uuid and a.ready order by a.seq`.execute(tx);
  return grouped(contractorId, rows)[0];
}

const COLUMNS = sql`a.seq, a.enrollment_id, e.device_id, a.body, a.received_at, a.attempts, a.command_id, c.purpose,
  c.action_id, c.request, c.note, c.ended, c.sent_at, c.finished_at, e.state = 'gone' as gone, e.enrolled_at`;
const JOINED = sql`
  join windows_enrollments e on e.contractor_id = a.contractor_id and e.enrollment_id = a.enrollment_id
  left join windows_commands c on c.contractor_id = a.contractor_id and c.enrollment_id = a.enrollment_id
    and c.command_id = a.command_id`;

function grouped(contractorId: ContractorId, rows: readonly Row[]): readonly AnswerRow[] {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const key = row.command_id === null ? String(row.seq) : `${row.enrollment_id} ${row.command_id}`;
    const group = found.get(key);
    if (group === undefined) found.set(key, [row]);
    else group.push(row);
  }
  return [...found.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [answerOf(contractorId, first, [first, ...more])],
  );
}

function answerOf(contractorId: ContractorId, first: Row, rows: readonly Row[]): AnswerRow {
  return {
    contractorId,
    enrollmentId: first.enrollment_id,
    deviceId: first.device_id,
    seq: first.seq,
    pieces: rows.map(({ body }) => body),
    receivedAt: rows.at(-1)?.received_at ?? first.received_at,
    attempts: first.attempts,
    command: factsOf(first),
    gone: first.gone,
    enrolledAt: first.enrolled_at ?? undefined,
  };
}

function factsOf(
  row: Omit<Row, 'seq' | 'body' | 'received_at' | 'attempts' | 'enrolled_at'>,
): CommandFacts | undefined {
  const { command_id: commandId, purpose, request, ended, finished_at: finishedAt } = row;
  if (commandId === null || purpose === null || request === null || ended === null || finishedAt === null) {
    return undefined;
  }
  const facts = { commandId, purpose, actionId: row.action_id ?? undefined, request, note: row.note ?? {} };
  return { ...facts, end: ended, sentAt: row.sent_at ?? undefined, finishedAt };
}

export async function deleteAnswer(tx: Tx, answer: AnswerRow): Promise<void> {
  await ofAnswer(tx, answer).execute();
}

function ofAnswer(tx: Tx, { contractorId, enrollmentId, command, seq }: AnswerRow) {
  const from = at(tx)
    .deleteFrom('windows_answers')
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId);
  return command === undefined ? from.where('seq', '=', seq) : from.where('command_id', '=', command.commandId);
}

/** Keeps an answer for another try, or for ever with its problem. */
export async function postponeAnswer(
  tx: Tx,
  { contractorId, enrollmentId, command, seq, attempts }: AnswerRow,
  next: { readonly retryAt: Temporal.Instant } | { readonly problem: string },
): Promise<void> {
  const update = at(tx)
    .updateTable('windows_answers')
    .set({ attempts: attempts + 1, ...('retryAt' in next ? { retry_at: next.retryAt } : { problem: next.problem }) })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId);
  const mine =
    command === undefined ? update.where('seq', '=', seq) : update.where('command_id', '=', command.commandId);
  await mine.execute();
}

/** Commands whose time is over, those that are larger than any message their device takes, and those of `UNANSWERABLE`. */
export type GivenUp = CommandFacts & {
  readonly contractorId: ContractorId;
  readonly enrollmentId: EnrollmentId;
  readonly deviceId: DeviceId;
  readonly gone: boolean;
};

/**
 * What must not be sent twice and can have no answer any more: the device came again, and long enough afterwards for a wipe to
 * have begun or for the alert of an unenrollment to have arrived. Without this it would seem to be on its way until it expires.
 */
const UNANSWERABLE = sql<boolean>`(c.once and c.sent_msg > 0 and c.sent_token <> s.token
  and s.opened_at >= c.sent_at + interval '1 hour' and e.state <> 'gone')`;

/** Contractors with commands to give up, each once. */
export async function findOverdue(tx: Tx, now: Temporal.Instant): Promise<readonly ContractorId[]> {
  const { rows } = await sql<{ contractor_id: ContractorId }>`
    select distinct contractor_id from (
      (select contractor_id from windows_commands where finished_at is null and expires_at <= ${now.toString()}::timestamptz limit 1000)
      union all
      (select c.contractor_id from windows_commands c join windows_sessions s using (contractor_id, enrollment_id)
        where c.finished_at is null and c.size > 8192 and c.size > least(s.max_msg_size, 524288) - 2048 limit 1000)
      union all
      (select c.contractor_id from windows_commands c join windows_sessions s using (contractor_id, enrollment_id)
        join windows_enrollments e using (contractor_id, enrollment_id)
        where c.finished_at is null and ${UNANSWERABLE} limit 1000)
    ) o`.execute(tx);
  return rows.map((row) => row.contractor_id);
}

/**
 * Gives up to `limit` of them up, and says which. Not while their session runs: the same message again must still get the
 * same answer.
 */
export async function giveUp(
  tx: Tx,
  contractorId: ContractorId,
  limit: number,
  now: Temporal.Instant,
): Promise<readonly GivenUp[]> {
  const moment = sql`${now.toString()}::timestamptz`;
  const { rows } = await sql<Omit<Row, 'seq' | 'body' | 'received_at' | 'attempts' | 'enrolled_at'>>`
    with over as materialized (
      select c.enrollment_id, c.command_id, c.expires_at <= ${moment} as late from windows_commands c
      join windows_enrollments e on e.contractor_id = c.contractor_id and e.enrollment_id = c.enrollment_id
      left join windows_sessions s on s.contractor_id = c.contractor_id and s.enrollment_id = c.enrollment_id
      where c.contractor_id = ${contractorId}::uuid and c.finished_at is null
        and (c.expires_at <= ${moment} or c.size > least(s.max_msg_size, 524288) - 2048 or ${UNANSWERABLE})
        and not (c.sent_token is not distinct from s.token and not s.closed and s.last_at > ${moment} - interval '2 hours'
          and c.sent_token is not null)
      order by c.seq limit ${limit} for update of c skip locked
    ),
    ended as (
      update windows_commands c set finished_at = ${moment}, payload = null,
        ended = case when c.sent_at is not null and c.sent_msg is distinct from 0 then 'unknown'
          when over.late then 'expired' else 'quarantined' end
      from over where c.contractor_id = ${contractorId}::uuid and c.enrollment_id = over.enrollment_id
        and c.command_id = over.command_id
      returning c.*
    )
    select c.*, e.device_id, e.state = 'gone' as gone from ended c
    join windows_enrollments e on e.contractor_id = c.contractor_id and e.enrollment_id = c.enrollment_id
    order by c.seq`.execute(tx);
  return rows.flatMap((row) => {
    const facts = factsOf(row);
    const { enrollment_id: enrollmentId, device_id: deviceId, gone } = row;
    return facts === undefined ? [] : [{ ...facts, contractorId, enrollmentId, deviceId, gone }];
  });
}

/** Serial numbers of an enrollment's certificates that are not revoked. */
export async function serialsInForce(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
): Promise<readonly string[]> {
  const { rows } = await sql<{ serial: string }>`
    select serial from windows_identities where contractor_id = ${contractorId}::uuid
      and enrollment_id = ${enrollmentId}::uuid and revoked_at is null order by serial`.execute(tx);
  return rows.map(({ serial }) => serial);
}
