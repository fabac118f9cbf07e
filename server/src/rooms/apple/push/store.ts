import { sql } from 'kysely';
import { json, type Tx } from '../../../base/db.ts';
import type { ContractorId } from '../../../base/ids.ts';
import type { DeviceId } from '../../devices/index.ts';
import type { EnrollmentId } from '../model.ts';
import { inService } from '../service-days.ts';
import type { Due } from './decide.ts';

/** One wake-up that this process took: nobody else does until `lease`. */
export type Claimed = Due & {
  readonly contractorId: ContractorId;
  readonly enrollmentId: EnrollmentId;
  readonly deviceId: DeviceId;
  readonly topic: string;
  readonly lease: Temporal.Instant;
  readonly claimedAt: Temporal.Instant;
};

type ClaimedRow = {
  contractor_id: ContractorId;
  enrollment_id: EnrollmentId;
  device_id: DeviceId;
  attempts: number;
  token_dead_at: Temporal.Instant | null;
  state: Due['state'];
  push_token: Buffer | null;
  push_magic: string | null;
  topic: string;
  token_updated_at: Temporal.Instant | null;
  open: number;
  ready: number;
  not_now_at: Temporal.Instant | null;
  not_now_count: number | null;
};

/**
 * Takes up to `limit` due wake-ups by moving them to `lease`: a process that dies gives them back then. Over all
 * contractors but the paused ones, as the jobs role. Rows that somebody is writing are left for the next round.
 */
export async function claimDue(
  tx: Tx,
  request: {
    readonly now: Temporal.Instant;
    readonly lease: Temporal.Instant;
    readonly limit: number;
    readonly paused: readonly ContractorId[];
  },
): Promise<readonly Claimed[]> {
  const { now, lease, limit, paused } = request;
  const served = sql.raw(inService('k.contractor_id', `'${now.toString()}'::timestamptz`));
  const { rows } = await sql<ClaimedRow>`
    with due as materialized (
      select contractor_id, enrollment_id from apple_wakeups
      where wake_at <= ${now}::timestamptz and contractor_id <> all(${[...paused]}::uuid[])
      order by wake_at limit ${limit} for update skip locked
    ), claimed as (
      update apple_wakeups w set wake_at = ${lease}::timestamptz from due d
      where w.contractor_id = d.contractor_id and w.enrollment_id = d.enrollment_id
      returning w.contractor_id, w.enrollment_id, w.attempts, w.token_dead_at
    )
    select k.contractor_id, k.enrollment_id, k.attempts, k.token_dead_at, e.device_id, e.state, e.push_token,
      e.push_magic, e.topic, e.token_updated_at, o.open, o.ready, o.not_now_at, o.not_now_count
    from claimed k
    join apple_enrollments e on e.contractor_id = k.contractor_id and e.enrollment_id = k.enrollment_id
    cross join lateral (
      select count(*)::integer as open,
        count(*) filter (where c.not_now_at is null or c.sent_at > c.not_now_at)::integer as ready,
        max(c.not_now_at) as not_now_at, min(c.not_now_count)::integer as not_now_count
      from apple_commands c
      where c.contractor_id = k.contractor_id and c.enrollment_id = k.enrollment_id and c.finished_at is null
        and c.expires_at > ${now}::timestamptz and ${served}
    ) o`.execute(tx);
  return rows.map((row) => ({
    contractorId: row.contractor_id,
    enrollmentId: row.enrollment_id,
    deviceId: row.device_id,
    topic: row.topic,
    lease,
    claimedAt: now,
    state: row.state,
    token: row.push_token ?? undefined,
    pushMagic: row.push_magic ?? undefined,
    tokenUpdatedAt: row.token_updated_at ?? undefined,
    tokenDeadAt: row.token_dead_at ?? undefined,
    attempts: row.attempts,
    open: row.open,
    ready: row.ready,
    notNowAt: row.not_now_at ?? undefined,
    notNowCount: row.not_now_count ?? 0,
  }));
}

/** How a claimed wake-up goes on. */
export type Settlement = {
  readonly claimed: Claimed;
  readonly wakeAt: Temporal.Instant | undefined;
  readonly attempts: number;
  /** APNs was asked: when, and what it said. */
  readonly sentAt: Temporal.Instant | undefined;
  readonly accepted: boolean;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  /** Unless the device brought another token meanwhile. */
  readonly tokenDead: boolean;
};

/**
 * Writes settlements, as the jobs role. A wake-up that was asked for since the claim keeps its time. Rows that somebody
 * is writing are skipped rather than waited for, so that this never is part of a deadlock: returns those left over.
 */
export async function settle(
  tx: Tx,
  settlements: readonly Settlement[],
  now: Temporal.Instant,
): Promise<readonly Settlement[]> {
  const given = settlements.map((each, n) => ({
    n,
    contractor_id: each.claimed.contractorId,
    enrollment_id: each.claimed.enrollmentId,
    lease: each.claimed.lease.toString(),
    wake_at: each.wakeAt?.toString() ?? null,
    attempts: each.attempts,
    sent_at: each.sentAt?.toString() ?? null,
    accepted: each.accepted,
    status: each.status ?? null,
    reason: each.reason ?? null,
    token: each.tokenDead ? (each.claimed.token?.toString('hex') ?? null) : null,
  }));
  const { rows } = await sql<{ n: number }>`
    with given as materialized (
      select * from jsonb_to_recordset(${json(given)}) as g(n integer, contractor_id uuid, enrollment_id uuid,
        lease timestamptz, wake_at timestamptz, attempts integer, sent_at timestamptz, accepted boolean, status integer,
        reason text, token text)
    ), mine as materialized (
      select w.contractor_id, w.enrollment_id from apple_wakeups w
      join given g on g.contractor_id = w.contractor_id and g.enrollment_id = w.enrollment_id
      for update of w skip locked
    )
    update apple_wakeups w set
      wake_at = case when w.wake_at = g.lease then g.wake_at else w.wake_at end,
      attempts = case when w.wake_at = g.lease then g.attempts else w.attempts end,
      last_sent_at = coalesce(g.sent_at, w.last_sent_at),
      last_accepted_at = case when g.accepted then g.sent_at else w.last_accepted_at end,
      last_status = case when g.sent_at is null then w.last_status else g.status end,
      last_reason = case when g.sent_at is null and g.reason is null then w.last_reason else g.reason end,
      token_dead_at = case
        when g.accepted then null
        when g.token is not null and exists (select from apple_enrollments e
          where e.contractor_id = w.contractor_id and e.enrollment_id = w.enrollment_id
            and e.push_token = decode(g.token, 'hex')) then ${now}::timestamptz
        else w.token_dead_at end
    from given g join mine m on m.contractor_id = g.contractor_id and m.enrollment_id = g.enrollment_id
    where w.contractor_id = g.contractor_id and w.enrollment_id = g.enrollment_id
    returning g.n`.execute(tx);
  const done = new Set(rows.map(({ n }) => n));
  await markWoken(
    tx,
    settlements.filter((each, n) => each.accepted && done.has(n)),
  );
  return settlements.filter((_, n) => !done.has(n));
}

/** The commands that waited when the push was decided on. One that the channel is delivering just now is past that. */
async function markWoken(tx: Tx, accepted: readonly Settlement[]): Promise<void> {
  if (accepted.length === 0) return;
  const given = accepted.map(({ claimed, sentAt }) => ({
    contractor_id: claimed.contractorId,
    enrollment_id: claimed.enrollmentId,
    claimed_at: claimed.claimedAt.toString(),
    sent_at: sentAt?.toString() ?? null,
  }));
  await sql`
    with given as materialized (
      select * from jsonb_to_recordset(${json(given)})
        as g(contractor_id uuid, enrollment_id uuid, claimed_at timestamptz, sent_at timestamptz)
    ), woken as materialized (
      select c.contractor_id, c.enrollment_id, c.command_id, g.sent_at from apple_commands c
      join given g on g.contractor_id = c.contractor_id and g.enrollment_id = c.enrollment_id
      where c.finished_at is null and c.woken_at is null and c.created_at <= g.claimed_at
      for update of c skip locked
    )
    update apple_commands c set woken_at = w.sent_at from woken w
    where c.contractor_id = w.contractor_id and c.enrollment_id = w.enrollment_id and c.command_id = w.command_id`.execute(
    tx,
  );
}

/** The earliest time wins, and the back-off begins anew. */
export async function upsertWake(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  at: Temporal.Instant,
): Promise<void> {
  await sql`
    insert into apple_wakeups (contractor_id, enrollment_id, wake_at)
    values (${contractorId}, ${enrollmentId}, ${at}::timestamptz)
    on conflict (contractor_id, enrollment_id) do update set
      wake_at = least(apple_wakeups.wake_at, excluded.wake_at), attempts = 0`.execute(tx);
}

/** Forgets that the token was dead, and wakes at `now` if work waits. */
export async function reviveToken(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  now: Temporal.Instant,
): Promise<void> {
  await sql`
    insert into apple_wakeups (contractor_id, enrollment_id, wake_at)
    values (${contractorId}, ${enrollmentId}, ${now}::timestamptz)
    on conflict (contractor_id, enrollment_id) do update set
      wake_at = excluded.wake_at, attempts = 0, token_dead_at = null, last_reason = null`.execute(tx);
}

/** What waits because of a problem is due at once. */
export async function retryProblems(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<void> {
  await sql`
    update apple_wakeups set wake_at = ${now}::timestamptz, attempts = 0
    where contractor_id = ${contractorId} and wake_at > ${now}::timestamptz and last_reason is not null`.execute(tx);
}
