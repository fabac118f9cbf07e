import { sql } from 'kysely';
import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import { type Db, json, type Tx } from '../../base/db.ts';
import { type ContractorId, PROVIDER_ID } from '../../base/ids.ts';
import { defineJob, type Jobs } from '../../base/jobs.ts';
import type { DeviceId } from './model.ts';

/** Rows deleted in one transaction: few enough that nobody waits for it. */
const BATCH = 2_000;
const DEVICES_AT_ONCE = 1_000;

/** How long what happened is kept; counted from the change, and from the last time of an event. */
export type Retention = { readonly changes: Temporal.Duration; readonly events: Temporal.Duration };

export type RetentionDeps = { readonly db: Db; readonly clock: Clock; readonly retention: Retention };

const FORGET = defineJob('devices.forget_old', Type.Object({}));

/** Daily deletion of old changes and events. Before the jobs start. */
export function registerRetention(deps: RetentionDeps, jobs: Jobs): void {
  jobs.register(FORGET, (_, { signal }) => forgetOld(deps, signal));
  jobs.cron('11 4 * * *', FORGET);
}

/**
 * Deletes over all contractors what is older than its retention, in batches; what `signal` leaves over goes the next day.
 * An alarm stays until somebody has acknowledged it, however old it is.
 */
export async function forgetOld({ db, clock, retention }: RetentionDeps, signal?: AbortSignal): Promise<void> {
  const now = clock.now();
  const hours = (duration: Temporal.Duration) => ({ hours: Math.ceil(duration.total('hours')) });
  await forgetChanges(db, now.subtract(hours(retention.changes)), signal);
  const before = now.subtract(hours(retention.events));
  await untilFew(signal, () => db.jobs((tx) => deleteEvents(tx, before)));
}

async function untilFew(signal: AbortSignal | undefined, deleteSome: () => Promise<number>): Promise<void> {
  while (signal?.aborted !== true && (await deleteSome()) === BATCH);
}

type Key = { readonly contractor_id: ContractorId; readonly device_id: DeviceId };

/** Device by device, since that is how the changes are indexed. */
async function forgetChanges(db: Db, before: Temporal.Instant, signal: AbortSignal | undefined): Promise<void> {
  let after: Key | undefined;
  while (signal?.aborted !== true) {
    const from = after;
    const devices = await db.jobs((tx) => devicesAfter(tx, from));
    await untilFew(signal, () => db.jobs((tx) => deleteChanges(tx, devices, before)));
    after = devices.at(-1);
    if (devices.length < DEVICES_AT_ONCE) return;
  }
}

async function devicesAfter(tx: Tx, after: Key | undefined): Promise<readonly Key[]> {
  const { contractor_id: contractorId, device_id: deviceId } = after ?? {
    contractor_id: PROVIDER_ID,
    device_id: PROVIDER_ID,
  };
  const { rows } = await sql<Key>`
    select contractor_id, device_id from devices
    where (contractor_id, device_id) > (${contractorId}::uuid, ${deviceId}::uuid)
    order by contractor_id, device_id limit ${DEVICES_AT_ONCE}`.execute(tx);
  return rows;
}

async function deleteChanges(tx: Tx, devices: readonly Key[], before: Temporal.Instant): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from device_changes c using (
      select old.* from jsonb_to_recordset(${json(devices)}) as d(contractor_id uuid, device_id uuid)
      cross join lateral (
        select contractor_id, device_id, change_id from device_changes
        where contractor_id = d.contractor_id and device_id = d.device_id and at < ${before}::timestamptz
        order by at limit ${BATCH}
      ) old limit ${BATCH}
    ) old
    where c.contractor_id = old.contractor_id and c.device_id = old.device_id and c.change_id = old.change_id`.execute(
    tx,
  );
  return Number(numAffectedRows);
}

async function deleteEvents(tx: Tx, before: Temporal.Instant): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from device_events e using (
      select contractor_id, event_id from device_events
      where last_at < ${before}::timestamptz and (severity <> 'alarm' or acknowledged_at is not null)
      limit ${BATCH}
    ) old
    where e.contractor_id = old.contractor_id and e.event_id = old.event_id`.execute(tx);
  return Number(numAffectedRows);
}
