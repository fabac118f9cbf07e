import type { DeviceDetail } from '@tsukasa/api';
import type { Selectable } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { DeviceId } from '../devices/index.ts';
import type { AndroidTables } from './tables.ts';

export type AndroidDeviceRow = Omit<Selectable<AndroidTables['android_devices']>, 'device_id'> & {
  readonly device_id: DeviceId;
};
const at = (tx: Tx) => tables<AndroidTables>(tx);

/** Google's record of a device, locked. */
export async function lockByName(
  tx: Tx,
  contractorId: ContractorId,
  deviceName: string,
): Promise<AndroidDeviceRow | undefined> {
  const row = await at(tx)
    .selectFrom('android_devices')
    .selectAll()
    .where('contractor_id', '=', contractorId)
    .where('device_name', '=', deviceName)
    .forNoKeyUpdate() // a command that is queued at the same time refers to the row
    .executeTakeFirst();
  return row as AndroidDeviceRow | undefined;
}

/** The record of a device that is not gone, else its newest. */
export async function findOfDevice(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
): Promise<AndroidDeviceRow | undefined> {
  const row = await at(tx)
    .selectFrom('android_devices')
    .selectAll()
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .orderBy((eb) => eb('state', '=', 'gone'))
    .orderBy('enrolled_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row as AndroidDeviceRow | undefined;
}

/** Other records of the same device that are not gone yet: it has enrolled again since. */
export async function liveOthers(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  deviceName: string,
): Promise<readonly string[]> {
  const rows = await at(tx)
    .selectFrom('android_devices')
    .select('device_name')
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .where('device_name', '<>', deviceName)
    .where('state', '<>', 'gone')
    .execute();
  return rows.map((row) => row.device_name);
}

/**
 * The lasting name of the hardware under which an earlier record of the same device is known: by the names that Google
 * lists, else by its id in this enterprise or its serial number.
 */
export async function knownHardware(
  tx: Tx,
  contractorId: ContractorId,
  by: {
    readonly previousNames: readonly string[];
    readonly enterpriseSpecificId: string | undefined;
    readonly serialNumber: string | undefined;
  },
): Promise<string | undefined> {
  const { previousNames, enterpriseSpecificId, serialNumber } = by;
  if (previousNames.length === 0 && enterpriseSpecificId === undefined && serialNumber === undefined) return undefined;
  const row = await at(tx)
    .selectFrom('android_devices')
    .select('hardware_id')
    .where('contractor_id', '=', contractorId)
    .where((eb) =>
      eb.or([
        ...(previousNames.length > 0 ? [eb('device_name', 'in', [...previousNames])] : []),
        ...(enterpriseSpecificId === undefined ? [] : [eb('enterprise_specific_id', '=', enterpriseSpecificId)]),
        ...(serialNumber === undefined ? [] : [eb('serial_number', '=', serialNumber)]),
      ]),
    )
    .orderBy('enrolled_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.hardware_id;
}

export type NewDevice = Pick<
  AndroidDeviceRow,
  | 'device_name'
  | 'device_id'
  | 'hardware_id'
  | 'enterprise_specific_id'
  | 'serial_number'
  | 'applied_state'
  | 'reported_at'
  | 'synced_at'
  | 'look_at'
  | 'enrolled_at'
> & { readonly details: readonly DeviceDetail[] };

export async function insertDevice(tx: Tx, contractorId: ContractorId, device: NewDevice): Promise<void> {
  await at(tx)
    .insertInto('android_devices')
    .values({ ...device, contractor_id: contractorId, state: 'enrolled', details: json(device.details) })
    .execute();
}

export async function updateDevice(
  tx: Tx,
  contractorId: ContractorId,
  deviceName: string,
  set: Partial<Omit<AndroidDeviceRow, 'contractor_id' | 'device_name' | 'device_id' | 'details'>> & {
    readonly details?: readonly DeviceDetail[];
  },
): Promise<void> {
  const { details, ...plain } = set;
  await at(tx)
    .updateTable('android_devices')
    .set({ ...plain, ...(details === undefined ? {} : { details: json(details) }) })
    .where('contractor_id', '=', contractorId)
    .where('device_name', '=', deviceName)
    .execute();
}

/** Devices that are enrolled and whose end nobody has asked of Google. */
export async function countEnrolled(tx: Tx, contractorId: ContractorId): Promise<number> {
  const row = await at(tx)
    .selectFrom('android_devices')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('contractor_id', '=', contractorId)
    .where('state', '=', 'enrolled')
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Names of all records that are not gone, in order, after `after`. */
export async function listLive(
  tx: Tx,
  contractorId: ContractorId,
  after: string,
  limit: number,
): Promise<
  readonly { readonly device_name: string; readonly state: string; readonly enrolled_at: Temporal.Instant }[]
> {
  return at(tx)
    .selectFrom('android_devices')
    .select(['device_name', 'state', 'enrolled_at'])
    .where('contractor_id', '=', contractorId)
    .where('state', '<>', 'gone')
    .where('device_name', '>', after)
    .orderBy('device_name')
    .limit(limit)
    .execute();
}

/** Which of these names are known, and how they stand. */
export async function statesOf(
  tx: Tx,
  contractorId: ContractorId,
  names: readonly string[],
): Promise<ReadonlyMap<string, { readonly state: string; readonly reported_at: Temporal.Instant }>> {
  if (names.length === 0) return new Map();
  const rows = await at(tx)
    .selectFrom('android_devices')
    .select(['device_name', 'state', 'reported_at'])
    .where('contractor_id', '=', contractorId)
    .where('device_name', 'in', [...names])
    .execute();
  return new Map(rows.map((row) => [row.device_name, row]));
}
