import type { Platform } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { findPerson, type PersonFacts, type PersonId } from '../directory/index.ts';
import type {
  DeviceBrief,
  DeviceFacts,
  DeviceId,
  DeviceSupport,
  InvitationId,
  Judging,
  Observation,
  ObservedField,
  ObservedLocation,
  Registration,
} from './model.ts';
import { deviceSearchKey, type FieldChange, merge, observedValues, versionNumbers } from './observed.ts';
import { reportBody } from './raw-report.ts';
import * as store from './store.ts';
import { judgeSupport } from './support.ts';

/**
 * Takes a device in, or finds the one with the same hardware, as `enrolling`. A known device keeps its history, and its
 * person and label unless others are given. Whether it is supported is looked at as in `observe`.
 */
export async function registerDevice(
  tx: Tx,
  registration: Registration,
  support: DeviceSupport,
): Promise<{ readonly deviceId: DeviceId; readonly isNew: boolean }> {
  const { contractorId, platform, hardwareId, usageMode, managementMode = 'device', now } = registration;
  const fresh = newId<'Device'>(now.epochMilliseconds);
  const row = {
    device_id: fresh,
    platform,
    usage_mode: usageMode,
    management_mode: managementMode,
    hardware_id: hardwareId,
  };
  const isNew = await store.insertDevice(tx, contractorId, row, now);
  const known = isNew ? undefined : await store.selectByHardware(tx, contractorId, platform, hardwareId);
  const deviceId = known === undefined ? fresh : (known.device_id as DeviceId);
  await takeIn(tx, registration, deviceId, isNew);
  const { values, saidAt = now } = registration;
  const said = { section: 'enrollment', source: 'enrollment', at: saidAt, values };
  await observe(tx, contractorId, deviceId, said, { support, now });
  return { deviceId, isNew };
}

async function takeIn(tx: Tx, registration: Registration, deviceId: DeviceId, isNew: boolean): Promise<void> {
  const { contractorId, usageMode, managementMode = 'device', invitationId, personId, label, now } = registration;
  const before = await store.lockDevice(tx, contractorId, deviceId);
  const person = personId === undefined ? undefined : await findPerson(tx, contractorId, personId);
  const after = {
    ...before,
    usage_mode: usageMode,
    management_mode: managementMode,
    management_state: 'enrolling' as const,
    invitation_id: invitationId ?? before.invitation_id,
    label: label === undefined || label === '' ? before.label : label,
    ...(person === undefined ? {} : personColumns(person)),
  };
  await store.updateDevice(tx, contractorId, deviceId, {
    usage_mode: after.usage_mode,
    management_mode: after.management_mode,
    management_state: after.management_state,
    invitation_id: after.invitation_id,
    label: after.label,
    person_id: after.person_id,
    person_name: after.person_name,
    person_kana: after.person_kana,
    person_department: after.person_department,
    search_key: deviceSearchKey(after),
    updated_at: now,
  });
  const changes: FieldChange[] = [];
  const note = (field: string, oldValue: unknown, newValue: unknown) => {
    if (!isNew && oldValue !== newValue) changes.push({ field, oldValue, newValue });
  };
  note('managementState', before.management_state, after.management_state);
  note('usageMode', before.usage_mode, after.usage_mode);
  note('managementMode', before.management_mode, after.management_mode);
  note('person', before.person_name, after.person_name);
  await store.insertChanges(tx, contractorId, deviceId, changes, { source: 'enrollment', at: now });
}

/** The person's words as a device's row keeps them; all null for nobody. */
export function personColumns(person: PersonFacts | undefined) {
  return {
    person_id: person?.personId ?? null,
    person_name: person?.name ?? null,
    person_kana: person?.kana ?? null,
    person_department: person?.department ?? null,
  };
}

/** To `managed`; false, and nothing changed, when it is so already. Throws `not_found`. */
export async function markManaged(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  now: Temporal.Instant,
): Promise<boolean> {
  const before = await store.lockDevice(tx, contractorId, deviceId);
  if (before.management_state === 'managed') return false;
  await store.updateDevice(tx, contractorId, deviceId, {
    management_state: 'managed',
    enrolled_at: now,
    unmanaged_at: null,
    updated_at: now,
  });
  const change = { field: 'managementState', oldValue: before.management_state, newValue: 'managed' };
  await store.insertChanges(tx, contractorId, deviceId, [change], { source: 'enrollment', at: now });
  return true;
}

/**
 * To `unmanaged`, with `why` (`checked_out`, `removed`) as the source in the history; false, and nothing changed, when it
 * is so already. Throws `not_found`.
 */
export async function markUnmanaged(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  why: string,
  now: Temporal.Instant,
): Promise<boolean> {
  const before = await store.lockDevice(tx, contractorId, deviceId);
  if (before.management_state === 'unmanaged') return false;
  await store.updateDevice(tx, contractorId, deviceId, {
    management_state: 'unmanaged',
    unmanaged_at: now,
    updated_at: now,
  });
  const change = { field: 'managementState', oldValue: before.management_state, newValue: 'unmanaged' };
  await store.insertChanges(tx, contractorId, deviceId, [change], { source: why, at: now });
  return true;
}

/**
 * Takes in what a device said about itself: columns, the time of each, the history of what changed, and the raw answer
 * (at most 1 MiB of it). Whatever is older than what is stored is ignored, value by value. A device that says another OS or
 * version is judged anew by the catalogue. Throws `not_found`.
 */
export async function observe(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  { section, at, source, values, body }: Observation,
  judging: Judging,
): Promise<void> {
  const known = await store.lockDevice(tx, contractorId, deviceId);
  const { set, observedAt, changes, news } = merge(known, values, at);
  if (news) {
    const after = { ...known, ...set };
    const versions = set.os_version === undefined ? {} : { os_version_sort: versionNumbers(set.os_version) };
    const columns = { ...set, ...versions, search_key: deviceSearchKey(after), ...lastObserved(known, section, at) };
    await store.updateDevice(tx, contractorId, deviceId, columns, observedAt);
    await store.insertChanges(tx, contractorId, deviceId, changes, { source, at });
  }
  const other = set.os_family !== undefined || set.os_version !== undefined || known.support === null;
  // An enrollment may also have changed the usage mode, before the row was read.
  if (other || section === 'enrollment') {
    await judgeSupport(tx, contractorId, { ...known, ...set }, judging, source);
  }
  if (body !== undefined) await store.upsertReport(tx, contractorId, deviceId, { section, at, body: reportBody(body) });
}

/** Enrollment is no observation: a device that only enrolled was never looked at. */
function lastObserved(known: store.DeviceRow, section: string, at: Temporal.Instant) {
  if (section === 'enrollment') return { updated_at: at };
  const before = known.last_observed_at;
  const newest = before !== null && Temporal.Instant.compare(before, at) > 0 ? before : at;
  return { last_observed_at: newest, updated_at: at };
}

/** Where the device said that it is; only the newest place is kept. Throws `not_found`. */
export async function observeLocation(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  { latitude, longitude, accuracyMeters, at }: ObservedLocation,
): Promise<void> {
  const known = await store.lockDevice(tx, contractorId, deviceId);
  if (!(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) return;
  if (known.location_at !== null && Temporal.Instant.compare(known.location_at, at) > 0) return;
  await store.updateDevice(tx, contractorId, deviceId, {
    latitude,
    longitude,
    location_accuracy: accuracyMeters ?? null,
    location_at: at,
    updated_at: at,
  });
}

/** Throws `not_found`. */
export async function getDevice(tx: Tx, contractorId: ContractorId, deviceId: DeviceId): Promise<DeviceFacts> {
  const row = await store.selectDevice(tx, contractorId, deviceId);
  if (row === undefined) throw store.noDevice();
  return deviceFacts(contractorId, row);
}

/** The device with this hardware, whatever its state. */
export async function findDeviceByHardware(
  tx: Tx,
  contractorId: ContractorId,
  platform: Platform,
  hardwareId: string,
): Promise<DeviceFacts | undefined> {
  const row = await store.selectByHardware(tx, contractorId, platform, hardwareId);
  return row === undefined ? undefined : deviceFacts(contractorId, row);
}

/** What other rooms show of a device: its name and its platform. Devices that do not exist are left out. */
export async function briefDevices(
  tx: Tx,
  contractorId: ContractorId,
  deviceIds: readonly DeviceId[],
): Promise<ReadonlyMap<DeviceId, DeviceBrief>> {
  const rows = await store.selectNames(tx, contractorId, deviceIds);
  return new Map(
    rows.map((row) => [row.device_id as DeviceId, { displayName: displayName(row), platform: row.platform }]),
  );
}

type Named = Pick<store.DeviceRow, 'label' | 'name' | 'serial_number' | 'hardware_id'>;
export const displayName = (row: Named): string => row.label || row.name || row.serial_number || row.hardware_id;

/** A row as dialects see it. */
export function deviceFacts(contractorId: ContractorId, row: store.DeviceWithContact): DeviceFacts {
  const times = Object.entries(row.observed_at).map(([field, at]) => [field, Temporal.Instant.from(at)]);
  return {
    ...observedValues(row),
    contractorId,
    deviceId: row.device_id as DeviceId,
    platform: row.platform,
    usageMode: row.usage_mode,
    managementMode: row.management_mode,
    managementState: row.management_state,
    hardwareId: row.hardware_id,
    label: row.label,
    displayName: displayName(row),
    personId: (row.person_id ?? undefined) as PersonId | undefined,
    invitationId: (row.invitation_id ?? undefined) as InvitationId | undefined,
    enrolledAt: row.enrolled_at ?? undefined,
    lastContactAt: row.last_contact_at ?? undefined,
    observedAt: Object.fromEntries(times) as Partial<Record<ObservedField, Temporal.Instant>>,
  };
}

/** The directory's port: how many devices a person has, and new words of a person for all of them. */
export const personDevices = {
  countByPerson: async (tx: Tx, contractorId: ContractorId, personIds: readonly PersonId[]) => {
    const rows = await store.countDevicesByPerson(tx, contractorId, personIds);
    return new Map(rows.map((row) => [row.person_id as PersonId, row.count]));
  },
  personChanged: async (tx: Tx, contractorId: ContractorId, person: PersonFacts) => {
    const columns = personColumns(person);
    for (const device of await store.lockDevicesOfPerson(tx, contractorId, person.personId)) {
      const search_key = deviceSearchKey({ ...device, ...columns });
      await store.updateDevice(tx, contractorId, device.device_id as DeviceId, { ...columns, search_key });
    }
  },
};

/** When the first device of a contractor enrolled; undefined while there is none. */
export async function firstEnrollment(tx: Tx, contractorId: ContractorId): Promise<Temporal.Instant | undefined> {
  return store.firstEnrolledAt(tx, contractorId);
}
