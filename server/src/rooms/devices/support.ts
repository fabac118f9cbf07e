import { sql } from 'kysely';
import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import { type Db, type Tx, tables } from '../../base/db.ts';
import { SYSTEM } from '../../base/http/context.ts';
import { type ContractorId, PROVIDER_ID } from '../../base/ids.ts';
import { addJob, defineJob, type Jobs } from '../../base/jobs.ts';
import { recordEvent } from './events.ts';
import type { DeviceId, DeviceSupport, Judging, SupportProblem } from './model.ts';
import { insertChanges, updateDevice } from './store.ts';
import type { DevicesTable, DeviceTables } from './tables.ts';

const JUDGED = [
  'device_id',
  'management_state',
  'usage_mode',
  'os_family',
  'os_version',
  'support',
] as const satisfies readonly (keyof DevicesTable)[];
type Judged = Pick<DevicesTable, (typeof JUDGED)[number]>;

const FLAGGED = 'device.out_of_support';

/**
 * Brings the support of a device up to what the catalogue says today (terms, Art. 1 and 3): the row, its history, and an
 * event for each change. The row must be locked, so that the catalogue is read after whoever judged before has committed.
 * A device that falls out of support is flagged and stays managed; one that has not said its OS is not judged.
 */
export async function judgeSupport(
  tx: Tx,
  contractorId: ContractorId,
  device: Judged,
  { support, now }: Judging,
  source: string,
): Promise<void> {
  if (device.management_state === 'unmanaged') return;
  const problems = await problemsOf(tx, device, { support, now });
  if (problems === undefined) return;
  const state = problems[0]?.what ?? 'supported';
  if (state === device.support) return;
  const deviceId = device.device_id as DeviceId;
  await updateDevice(tx, contractorId, deviceId, { support: state, support_since: now, updated_at: now });
  if (device.support === null && state === 'supported') return;
  const change = { field: 'support', oldValue: device.support, newValue: state };
  await insertChanges(tx, contractorId, deviceId, [change], { source, at: now });
  await clearFlags(tx, contractorId, deviceId, now);
  if (state === 'supported') await tellSupported(tx, contractorId, device, now);
  else await flag(tx, contractorId, device, problems, now);
}

/** What of a device is out of support today; undefined while it has not said what OS it runs. */
export async function problemsOf(
  tx: Tx,
  { os_family: osFamily, os_version, usage_mode: usageMode }: Pick<Judged, 'os_family' | 'os_version' | 'usage_mode'>,
  { support, now }: Judging,
): Promise<readonly SupportProblem[] | undefined> {
  if (osFamily === null) return undefined;
  return support.check(tx, { osFamily, osVersion: os_version ?? undefined, usageMode }, now);
}

const factsOf = ({ os_family, os_version, usage_mode }: Judged) => ({
  osFamily: os_family,
  osVersion: os_version,
  usageMode: usage_mode,
});

/** One event for each device and reason; the same again within the hour counts up, and is open again. */
async function flag(
  tx: Tx,
  contractorId: ContractorId,
  device: Judged,
  problems: readonly SupportProblem[],
  now: Temporal.Instant,
): Promise<void> {
  const deviceId = device.device_id as DeviceId;
  const reason = problems[0]?.what ?? 'os';
  const supported = problems[0]?.supported ?? '';
  const details = { reason, ...factsOf(device), supported, problems };
  const dedupe = `${deviceId} ${reason}`;
  await recordEvent(tx, contractorId, { kind: FLAGGED, severity: 'warning', deviceId, dedupe, details, now });
  await tables<DeviceTables>(tx)
    .updateTable('device_events')
    .set({ acknowledged_at: null, acknowledged_by: null })
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .where('kind', '=', FLAGGED)
    .where('last_at', '>=', now.round({ smallestUnit: 'microsecond', roundingMode: 'floor' }))
    .execute();
}

async function tellSupported(tx: Tx, contractorId: ContractorId, device: Judged, now: Temporal.Instant): Promise<void> {
  const deviceId = device.device_id as DeviceId;
  const event = { kind: 'device.supported_again', severity: 'notice', deviceId, dedupe: deviceId, now } as const;
  await recordEvent(tx, contractorId, { ...event, details: factsOf(device) });
}

/** What was said of the device does not hold any more: nobody needs to look at it. */
async function clearFlags(tx: Tx, contractorId: ContractorId, deviceId: DeviceId, now: Temporal.Instant) {
  await tables<DeviceTables>(tx)
    .updateTable('device_events')
    .set({ acknowledged_at: now, acknowledged_by: SYSTEM.name })
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .where('kind', '=', FLAGGED)
    .where('acknowledged_at', 'is', null)
    .execute();
}

const REVIEW = defineJob('devices.review_support', Type.Object({}));
/** Devices judged in one transaction: few enough that what a device says does not wait for it. */
const BATCH = 200;

export type SupportReviewDeps = { readonly db: Db; readonly clock: Clock; readonly support: DeviceSupport };

/** Every day at 00:10 in Japan, since entries of the catalogue begin and end on a day. Before the jobs start. */
export function registerSupportReview(deps: SupportReviewDeps, jobs: Jobs): void {
  jobs.register(REVIEW, (_, { signal }) => reviewSupport(deps, signal));
  jobs.cron('10 15 * * *', REVIEW);
}

/** Has all devices judged anew once `tx` has committed: after a change of the catalogue, and at start. */
export function reviewSupportSoon(tx: Tx): Promise<void> {
  return addJob(tx, REVIEW, {}, { key: REVIEW.name });
}

/** Judges the devices of all contractors, in batches; idempotent, so that what was interrupted is simply done again. */
export async function reviewSupport({ db, clock, support }: SupportReviewDeps, signal?: AbortSignal): Promise<void> {
  const now = clock.now();
  let after: Key | undefined;
  while (signal?.aborted !== true) {
    const from = after;
    const batch = await db.jobs((tx) => reviewSome(tx, from, { support: remembering(support), now }));
    after = batch.at(-1);
    if (batch.length < BATCH) return;
  }
}

type Key = { readonly contractor_id: ContractorId; readonly device_id: string };

/** Locked before it is judged: an observation that still read the catalogue of before is waited for. */
async function reviewSome(tx: Tx, after: Key | undefined, judging: Judging): Promise<readonly Key[]> {
  const { contractor_id, device_id } = after ?? { contractor_id: PROVIDER_ID, device_id: PROVIDER_ID };
  const rows = await tables<DeviceTables>(tx)
    .selectFrom('devices')
    .select(JUDGED)
    .select('contractor_id')
    .where(sql<boolean>`(contractor_id, device_id) > (${contractor_id}::uuid, ${device_id}::uuid)`)
    .where('management_state', '<>', 'unmanaged')
    .orderBy('contractor_id')
    .orderBy('device_id')
    .limit(BATCH)
    .forNoKeyUpdate()
    .execute();
  const devices = rows.map((row) => ({ ...row, contractor_id: row.contractor_id as ContractorId }));
  for (const device of devices) await judgeSupport(tx, device.contractor_id, device, judging, 'catalogue');
  return devices;
}

/** Asks once for all devices of one OS, version and usage mode; for one transaction. */
function remembering(support: DeviceSupport): DeviceSupport {
  const known = new Map<string, ReturnType<DeviceSupport['check']>>();
  return {
    check: (tx, device, now) => {
      const key = JSON.stringify([device.osFamily, device.osVersion, device.usageMode]);
      const answer = known.get(key) ?? support.check(tx, device, now);
      known.set(key, answer);
      return answer;
    },
  };
}
