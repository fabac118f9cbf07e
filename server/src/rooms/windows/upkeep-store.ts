import type { PollSchedule } from '@tsukasa/windows-mdm';
import { sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { DeviceId } from '../devices/index.ts';
import type { EnrollmentId } from './model.ts';
import type { UpkeepTables } from './upkeep-tables.ts';

export type Key = { readonly contractorId: ContractorId; readonly enrollmentId: EnrollmentId };

export type LiveEnrollment = Key & {
  readonly deviceId: DeviceId;
  readonly devId: string;
  readonly state: 'pending' | 'enrolled';
  readonly requestedAt: Temporal.Instant;
};

const at = (tx: Tx) => tables<UpkeepTables>(tx);

type LiveRow = {
  readonly enrollment_id: EnrollmentId;
  readonly device_id: DeviceId;
  readonly dev_id: string;
  readonly state: 'pending' | 'enrolled';
  readonly requested_at: Temporal.Instant;
};

/** The enrollment of a device that is not over. */
export async function findLiveOfDevice(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
): Promise<LiveEnrollment | undefined> {
  const { rows } = await sql<LiveRow>`select enrollment_id, device_id, dev_id, state, requested_at
    from windows_enrollments where contractor_id = ${contractorId} and device_id = ${deviceId} and state <> 'gone'
    order by requested_at desc limit 1`.execute(tx);
  return rows[0] && liveOf(contractorId, rows[0]);
}

/** Undefined for one that is over. */
export async function findLive(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
): Promise<LiveEnrollment | undefined> {
  const { rows } = await sql<LiveRow>`select enrollment_id, device_id, dev_id, state, requested_at
    from windows_enrollments
    where contractor_id = ${contractorId} and enrollment_id = ${enrollmentId} and state <> 'gone'`.execute(tx);
  return rows[0] && liveOf(contractorId, rows[0]);
}

function liveOf(contractorId: ContractorId, row: LiveRow): LiveEnrollment {
  return {
    contractorId,
    enrollmentId: row.enrollment_id,
    deviceId: row.device_id,
    devId: row.dev_id,
    state: row.state,
    requestedAt: row.requested_at,
  };
}

export type Upkeep = UpkeepTables['windows_upkeep'];

export async function findUpkeep(tx: Tx, { contractorId, enrollmentId }: Key): Promise<UpkeepRow | undefined> {
  return at(tx)
    .selectFrom('windows_upkeep')
    .selectAll()
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .executeTakeFirst();
}
export type UpkeepRow = Omit<Upkeep, 'attempts'> & { readonly attempts: number };

/** The row, locked; made when the enrollment has none yet. */
export async function lockUpkeep(tx: Tx, key: Key): Promise<UpkeepRow> {
  const { contractorId, enrollmentId } = key;
  await at(tx)
    .insertInto('windows_upkeep')
    .values({ contractor_id: contractorId, enrollment_id: enrollmentId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return at(tx)
    .selectFrom('windows_upkeep')
    .selectAll()
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

export type UpkeepChange = Partial<Omit<UpkeepRow, 'contractor_id' | 'enrollment_id' | 'poll' | 'poll_asked'>> & {
  readonly poll?: PollSchedule | null;
  readonly poll_asked?: PollSchedule | null;
};

export async function updateUpkeep(tx: Tx, { contractorId, enrollmentId }: Key, change: UpkeepChange): Promise<void> {
  const { poll, poll_asked: asked, ...plain } = change;
  await at(tx)
    .updateTable('windows_upkeep')
    .set({
      ...plain,
      ...(poll === undefined ? {} : { poll: poll === null ? null : json(poll) }),
      ...(asked === undefined ? {} : { poll_asked: asked === null ? null : json(asked) }),
    })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .execute();
}

/** The schedule that the device runs, as it was told, and since when. */
export async function scheduleOf(
  tx: Tx,
  { contractorId, enrollmentId }: Key,
): Promise<{ readonly schedule: PollSchedule; readonly since: Temporal.Instant } | undefined> {
  const { rows } = await sql<{ poll: PollSchedule; since: Temporal.Instant }>`
    select coalesce(u.poll, e.poll) as poll, coalesce(u.poll_since, e.requested_at) as since
    from windows_enrollments e left join windows_upkeep u using (contractor_id, enrollment_id)
    where e.contractor_id = ${contractorId} and e.enrollment_id = ${enrollmentId}`.execute(tx);
  return rows[0] && { schedule: rows[0].poll, since: rows[0].since };
}

/** The next observation is due no later than `when`. */
export async function observeSoon(tx: Tx, key: Key, when: Temporal.Instant): Promise<void> {
  const { contractorId, enrollmentId } = key;
  await sql`insert into windows_upkeep (contractor_id, enrollment_id, observe_at)
    values (${contractorId}, ${enrollmentId}, ${when}::timestamptz)
    on conflict (contractor_id, enrollment_id) do update
      set observe_at = least(windows_upkeep.observe_at, excluded.observe_at)`.execute(tx);
}

/** Replaces what is known of a section, unless something newer is. */
export async function saveReading(
  tx: Tx,
  reading: {
    readonly contractorId: ContractorId;
    readonly deviceId: DeviceId;
    readonly section: string;
    readonly at: Temporal.Instant;
    readonly body: string;
  },
): Promise<void> {
  await sql`insert into windows_readings (contractor_id, device_id, section, reported_at, body)
    values (${reading.contractorId}, ${reading.deviceId}, ${reading.section}, ${reading.at}::timestamptz,
      ${reading.body}::jsonb)
    on conflict (contractor_id, device_id, section) do update
      set reported_at = excluded.reported_at, body = excluded.body
      where windows_readings.reported_at <= excluded.reported_at`.execute(tx);
}

export async function listReadings(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
): Promise<readonly { readonly section: string; readonly at: Temporal.Instant; readonly body: unknown }[]> {
  const rows = await at(tx)
    .selectFrom('windows_readings')
    .select(['section', 'reported_at', 'body'])
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .orderBy('section')
    .execute();
  return rows.map(({ section, reported_at, body }) => ({ section, at: reported_at, body }));
}

/** Adds one part of a list; all its items once every part is here, then they are forgotten. */
export async function gather(
  tx: Tx,
  key: Key,
  part: {
    readonly section: string;
    readonly round: string;
    readonly part: number;
    readonly parts: number;
    readonly items: string;
  },
): Promise<readonly unknown[] | undefined> {
  const { contractorId, enrollmentId } = key;
  const { section, round } = part;
  await sql`delete from windows_gatherings where contractor_id = ${contractorId} and enrollment_id = ${enrollmentId}
    and section = ${section} and (round <> ${round} or part >= ${part.parts})`.execute(tx);
  await sql`insert into windows_gatherings (contractor_id, enrollment_id, section, round, part, items)
    values (${contractorId}, ${enrollmentId}, ${section}, ${round}, ${part.part}, ${part.items}::jsonb)
    on conflict (contractor_id, enrollment_id, section, part) do update set items = excluded.items`.execute(tx);
  const rows = await at(tx)
    .selectFrom('windows_gatherings')
    .select('items')
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .where('section', '=', section)
    .orderBy('part')
    .execute();
  if (rows.length < part.parts) return undefined;
  await sql`delete from windows_gatherings where contractor_id = ${contractorId}
    and enrollment_id = ${enrollmentId} and section = ${section}`.execute(tx);
  return rows.flatMap(({ items }) => (Array.isArray(items) ? items : []));
}
