import type { Device, DeviceDetail } from '@tsukasa/api';
import { minutesToNextPoll } from '@tsukasa/windows-mdm';
import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type DeviceChannel, type DeviceId, getDevice } from '../devices/index.ts';
import type { ChannelCode } from './codes.ts';
import { findLiveOfDevice, findUpkeep, type Key, listReadings, scheduleOf, type UpkeepRow } from './upkeep-store.ts';
import { isDead, type WakeUps } from './wake/index.ts';

export type ChannelDeps = { readonly clock: Clock; readonly wakeUps: WakeUps };

/** How the device page sees the channel. */
export function createChannel({ clock, wakeUps }: ChannelDeps): DeviceChannel {
  return {
    describe: (tx, contractorId, deviceId) => describe(wakeUps, tx, contractorId, deviceId, clock.now()),
    details,
    deadTokens: async (tx, contractorId) => {
      const { rows } = await sql<{ device_id: DeviceId }>`select e.device_id from windows_upkeep u
        join windows_enrollments e using (contractor_id, enrollment_id)
        where u.contractor_id = ${contractorId} and e.state = 'enrolled' and u.channel_dead_at is not null
          and (u.channel_at is null or u.channel_at <= u.channel_dead_at)`.execute(tx);
      return rows.map((row) => row.device_id);
    },
  };
}

async function describe(
  wakeUps: WakeUps,
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  now: Temporal.Instant,
): Promise<Device['channel']> {
  const enrollment = await findLiveOfDevice(tx, contractorId, deviceId);
  if (enrollment === undefined) return NOT_ENROLLED;
  const row = await findUpkeep(tx, enrollment);
  const whyNot = whyNotWake(row, wakeUps.canPush);
  const identity = await currentIdentity(tx, enrollment);
  const { lastContactAt } = await getDevice(tx, contractorId, deviceId);
  return {
    canWake: whyNot === null,
    whyNot,
    lastWakeAt: row?.last_sent_at?.toString() ?? null,
    lastWakeAnswer: row?.last_reason ?? row?.last_status?.toString() ?? null,
    nextWakeAt: whyNot === null ? (row?.wake_at?.toString() ?? null) : null,
    nextObservationAt: row?.observe_at?.toString() ?? null,
    ...(await nextContact(tx, enrollment, row, { lastContactAt: lastContactAt ?? enrollment.requestedAt, now })),
    identityNotAfter: identity?.not_after.toString() ?? null,
    identitySerial: identity?.serial ?? null,
  };
}

const code = (name: ChannelCode): string => name;

const NOT_ENROLLED: Device['channel'] = {
  canWake: false,
  whyNot: code('not_enrolled'),
  lastWakeAt: null,
  lastWakeAnswer: null,
  nextWakeAt: null,
  nextObservationAt: null,
  nextContactAt: null,
  nextContactBasis: null,
  identityNotAfter: null,
  identitySerial: null,
};

function whyNotWake(row: UpkeepRow | undefined, canPush: boolean): string | null {
  if (!canPush) return code('windows.no_push_identity');
  if (row === undefined || row.channel_uri === null) return code('windows.no_channel');
  return isDeadRow(row) ? code('push_token_dead') : null;
}

/** Whether WNS could wake it: an identity, a channel, and nobody said that it is gone. */
export function isWakeable(row: UpkeepRow | undefined, canPush: boolean): boolean {
  return whyNotWake(row, canPush) === null;
}

function isDeadRow(row: UpkeepRow): boolean {
  return isDead({ channelAt: row.channel_at ?? undefined, channelDeadAt: row.channel_dead_at ?? undefined });
}

/** When the device comes by the schedule that it was given, or that it should have come. */
async function nextContact(
  tx: Tx,
  key: Key,
  row: UpkeepRow | undefined,
  { lastContactAt, now }: { readonly lastContactAt: Temporal.Instant; readonly now: Temporal.Instant },
): Promise<Pick<Device['channel'], 'nextContactAt' | 'nextContactBasis'>> {
  const none = (basis: ChannelCode, params?: Record<string, unknown>) => ({
    nextContactAt: null,
    nextContactBasis: params === undefined ? { code: basis } : { code: basis, params },
  });
  if (row !== undefined && row.wiped_at !== null) return none('windows.wiped', { since: row.wiped_at.toString() });
  const running = await scheduleOf(tx, key);
  if (running === undefined) return none('windows.poll_ended');
  const minutes = (instant: Temporal.Instant) => now.since(instant).total('minutes');
  const idle = Math.max(0, minutes(lastContactAt));
  const left = minutesToNextPoll(running.schedule, { since: Math.max(0, minutes(running.since)), idle });
  if (left === undefined) return none('windows.poll_ended');
  const dueAt = now.add({ seconds: Math.round(left * 60) });
  const everyMinutes = Math.round(left + idle);
  // A session may start a little late: Windows' scheduler counts whole minutes.
  if (left < -OVERDUE_MINUTES) return none('windows.poll_overdue', { since: dueAt.toString(), everyMinutes });
  return {
    nextContactAt: dueAt.toString(),
    nextContactBasis: { code: code('windows.poll'), params: { everyMinutes } },
  };
}

const OVERDUE_MINUTES = 2;

async function currentIdentity(tx: Tx, { contractorId, enrollmentId }: Key) {
  const { rows } = await sql<{ serial: string; not_after: Temporal.Instant }>`select serial, not_after
    from windows_identities where contractor_id = ${contractorId} and enrollment_id = ${enrollmentId}
      and superseded_at is null and revoked_at is null
    order by first_used_at desc nulls last, issued_at desc limit 1`.execute(tx);
  return rows[0];
}

/** What the device said in Windows' own terms, section by section. */
async function details(tx: Tx, contractorId: ContractorId, deviceId: DeviceId): Promise<readonly DeviceDetail[]> {
  const readings = await listReadings(tx, contractorId, deviceId);
  return readings.flatMap(({ section, at, body }) =>
    section.startsWith('apps.') || !Array.isArray(body) ? [] : body.map((detail) => ({ ...detail, at: at.toString() })),
  );
}
