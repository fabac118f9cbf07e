import { sql } from 'kysely';
import { json, type Tx } from '../../../base/db.ts';
import type { ContractorId } from '../../../base/ids.ts';
import type { DeviceId } from '../../devices/index.ts';
import type { EnrollmentId } from '../model.ts';
import type { Due } from './decide.ts';

/** One wake-up that this process took: nobody else does until `lease`. */
export type Claimed = Due & {
  readonly contractorId: ContractorId;
  readonly enrollmentId: EnrollmentId;
  readonly deviceId: DeviceId;
  readonly lease: Temporal.Instant;
  readonly claimedAt: Temporal.Instant;
};

type Row = {
  readonly contractor_id: ContractorId;
  readonly enrollment_id: EnrollmentId;
  readonly device_id: DeviceId;
  readonly attempts: number;
  readonly gone: boolean;
  readonly channel_uri: string | null;
  readonly channel_at: Temporal.Instant | null;
  readonly channel_dead_at: Temporal.Instant | null;
  readonly open: number;
};

/** Takes up to `limit` due wake-ups by moving them to `lease`; over all contractors, as the jobs role. */
export async function claimDue(
  tx: Tx,
  { now, lease, limit }: { readonly now: Temporal.Instant; readonly lease: Temporal.Instant; readonly limit: number },
): Promise<readonly Claimed[]> {
  const { rows } = await sql<Row>`
    with due as materialized (
      select contractor_id, enrollment_id from windows_upkeep
      where wake_at <= ${now}::timestamptz order by wake_at limit ${limit} for update skip locked
    ), claimed as (
      update windows_upkeep u set wake_at = ${lease}::timestamptz from due d
      where u.contractor_id = d.contractor_id and u.enrollment_id = d.enrollment_id
      returning u.contractor_id, u.enrollment_id, u.attempts, u.channel_uri, u.channel_at, u.channel_dead_at
    )
    select k.*, e.device_id, e.state = 'gone' as gone, (
      select count(*)::integer from windows_commands c
      where c.contractor_id = k.contractor_id and c.enrollment_id = k.enrollment_id and c.finished_at is null
        and c.expires_at > ${now}::timestamptz) as open
    from claimed k join windows_enrollments e using (contractor_id, enrollment_id)`.execute(tx);
  return rows.map((row) => ({
    contractorId: row.contractor_id,
    enrollmentId: row.enrollment_id,
    deviceId: row.device_id,
    lease,
    claimedAt: now,
    gone: row.gone,
    channelUri: row.channel_uri ?? undefined,
    channelAt: row.channel_at ?? undefined,
    channelDeadAt: row.channel_dead_at ?? undefined,
    attempts: row.attempts,
    open: row.open,
  }));
}

/** How a claimed wake-up goes on. */
export type Settlement = {
  readonly claimed: Claimed;
  readonly wakeAt: Temporal.Instant | undefined;
  readonly attempts: number;
  /** WNS was asked: when, and what it said. */
  readonly sentAt: Temporal.Instant | undefined;
  readonly accepted: boolean;
  readonly status: number | null;
  readonly reason: string | null;
  /** Unless the device has brought another channel meanwhile. */
  readonly channelDead: boolean;
};

/** Writes settlements, as the jobs role. A wake-up that was asked for since the claim keeps its time. */
export async function settle(tx: Tx, settlements: readonly Settlement[], now: Temporal.Instant): Promise<void> {
  const given = settlements.map(({ claimed, ...each }) => ({
    contractor_id: claimed.contractorId,
    enrollment_id: claimed.enrollmentId,
    lease: claimed.lease.toString(),
    claimed_at: claimed.claimedAt.toString(),
    wake_at: each.wakeAt?.toString() ?? null,
    attempts: each.attempts,
    sent_at: each.sentAt?.toString() ?? null,
    accepted: each.accepted,
    status: each.status,
    reason: each.reason,
    dead_uri: each.channelDead ? (claimed.channelUri ?? null) : null,
  }));
  const rows = sql`jsonb_to_recordset(${json(given)}) as g(contractor_id uuid, enrollment_id uuid, lease timestamptz,
    claimed_at timestamptz, wake_at timestamptz, attempts integer, sent_at timestamptz, accepted boolean, status integer,
    reason text, dead_uri text)`;
  await sql`update windows_upkeep u set
      wake_at = case when u.wake_at = g.lease then g.wake_at else u.wake_at end,
      attempts = case when u.wake_at = g.lease then g.attempts else u.attempts end,
      last_sent_at = coalesce(g.sent_at, u.last_sent_at),
      last_accepted_at = case when g.accepted then g.sent_at else u.last_accepted_at end,
      last_status = case when g.sent_at is null then u.last_status else g.status end,
      last_reason = g.reason,
      channel_dead_at = case when g.accepted then null when g.dead_uri = u.channel_uri then ${now}::timestamptz
        else u.channel_dead_at end
    from ${rows} where u.contractor_id = g.contractor_id and u.enrollment_id = g.enrollment_id`.execute(tx);
  await sql`update windows_commands c set woken_at = g.sent_at from ${rows}
    where g.accepted and c.contractor_id = g.contractor_id and c.enrollment_id = g.enrollment_id
      and c.finished_at is null and c.woken_at is null and c.sent_at is null and c.created_at <= g.claimed_at`.execute(
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
  await sql`insert into windows_upkeep (contractor_id, enrollment_id, wake_at)
    values (${contractorId}, ${enrollmentId}, ${at}::timestamptz)
    on conflict (contractor_id, enrollment_id) do update set
      wake_at = least(windows_upkeep.wake_at, excluded.wake_at), attempts = 0`.execute(tx);
}
