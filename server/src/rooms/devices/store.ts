import type { Platform } from '@tsukasa/api';
import { type RawBuilder, sql, type Updateable } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import type { Moment } from './cursors.ts';
import type { DeviceId } from './model.ts';
import type { FieldChange } from './observed.ts';
import type { DevicesTable, DeviceTables } from './tables.ts';

/** A device's row, all columns but the tenant's. */
export type DeviceRow = Omit<DevicesTable, 'contractor_id'>;

const COLUMNS = [
  'device_id',
  'platform',
  'usage_mode',
  'management_mode',
  'management_state',
  'invitation_id',
  'person_id',
  'person_name',
  'person_kana',
  'person_department',
  'label',
  'hardware_id',
  'serial_number',
  'name',
  'model',
  'model_name',
  'product_name',
  'os_family',
  'os_version',
  'os_version_sort',
  'os_build',
  'phone_number',
  'imei',
  'meid',
  'iccid',
  'carrier',
  'wifi_mac',
  'bluetooth_mac',
  'ethernet_mac',
  'supervised',
  'user_approved',
  'apple_silicon',
  'manufacturer',
  'os_edition',
  'security_patch_level',
  'api_level',
  'secure_boot',
  'tpm_version',
  'antivirus_active',
  'antivirus_current',
  'policy_compliant',
  'domain_name',
  'passcode_present',
  'passcode_compliant',
  'encrypted',
  'firewall_enabled',
  'activation_lock',
  'lost_mode',
  'battery_level',
  'capacity_bytes',
  'available_bytes',
  'app_count',
  'latitude',
  'longitude',
  'location_accuracy',
  'location_at',
  'observed_at',
  'last_observed_at',
  'support',
  'support_since',
  'search_key',
  'created_at',
  'enrolled_at',
  'unmanaged_at',
  'updated_at',
] as const satisfies readonly (keyof DeviceRow)[];

export const noDevice = () => new DomainError('not_found', 'no such device', { reason: 'device.not_found' });

/** Reads and locks; throws `not_found`. */
export async function lockDevice(tx: Tx, contractorId: ContractorId, deviceId: DeviceId): Promise<DeviceRow> {
  const row = await tables<DeviceTables>(tx)
    .selectFrom('devices')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) throw noDevice();
  return row;
}

export type DeviceWithContact = DeviceRow & { readonly last_contact_at: Temporal.Instant | null };

function withContact(tx: Tx, contractorId: ContractorId) {
  return tables<DeviceTables>(tx)
    .selectFrom('devices')
    .leftJoin('device_contacts', (join) =>
      join
        .onRef('device_contacts.contractor_id', '=', 'devices.contractor_id')
        .onRef('device_contacts.device_id', '=', 'devices.device_id'),
    )
    .select(COLUMNS.map((column) => `devices.${column}` as const))
    .select('device_contacts.last_contact_at')
    .where('devices.contractor_id', '=', contractorId);
}

export function selectDevice(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
): Promise<DeviceWithContact | undefined> {
  return withContact(tx, contractorId).where('devices.device_id', '=', deviceId).executeTakeFirst();
}

/** By id, at most `limit`. The condition is over `devices`. */
export function selectWhere(
  tx: Tx,
  contractorId: ContractorId,
  condition: RawBuilder<boolean>,
  limit: number,
): Promise<DeviceWithContact[]> {
  return withContact(tx, contractorId).where(condition).orderBy('devices.device_id').limit(limit).execute();
}

export function selectByHardware(
  tx: Tx,
  contractorId: ContractorId,
  platform: Platform,
  hardwareId: string,
): Promise<DeviceWithContact | undefined> {
  return withContact(tx, contractorId)
    .where('devices.platform', '=', platform)
    .where('devices.hardware_id', '=', hardwareId)
    .executeTakeFirst();
}

/** False when the hardware is known; the row that was first has committed by then. */
export async function insertDevice(
  tx: Tx,
  contractorId: ContractorId,
  device: Pick<DevicesTable, 'device_id' | 'platform' | 'usage_mode' | 'management_mode' | 'hardware_id'>,
  now: Temporal.Instant,
): Promise<boolean> {
  const result = await sql`insert into devices
      (contractor_id, device_id, platform, usage_mode, management_mode, management_state, hardware_id, created_at, updated_at)
    values (${contractorId}, ${device.device_id}, ${device.platform}, ${device.usage_mode}, ${device.management_mode},
      'enrolling', ${device.hardware_id}, ${now}, ${now})
    on conflict (contractor_id, platform, hardware_id) do nothing`.execute(tx);
  return (result.numAffectedRows ?? 0n) > 0n;
}

export async function updateDevice(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  set: Omit<Updateable<DevicesTable>, 'observed_at' | 'contractor_id' | 'device_id'>,
  observedAt?: Readonly<Record<string, string>>,
): Promise<void> {
  await tables<DeviceTables>(tx)
    .updateTable('devices')
    .set({ ...set, ...(observedAt === undefined ? {} : { observed_at: json(observedAt) }) })
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .execute();
}

export async function insertChanges(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  changes: readonly FieldChange[],
  { source, at }: { readonly source: string; readonly at: Temporal.Instant },
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map((change) => ({
    id: newId(at.epochMilliseconds),
    field: change.field,
    old: change.oldValue ?? null,
    new: change.newValue ?? null,
  }));
  await sql`insert into device_changes (contractor_id, device_id, change_id, at, source, field, old_value, new_value)
    select ${contractorId}::uuid, ${deviceId}::uuid, r.id, ${at}::timestamptz, ${source}, r.field, r.old, r.new
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id uuid, field text, old jsonb, new jsonb)`.execute(
    tx,
  );
}

/** False when a newer one is kept. */
export async function upsertReport(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  report: { readonly section: string; readonly at: Temporal.Instant; readonly body: string },
): Promise<boolean> {
  const result = await sql`insert into device_reports (contractor_id, device_id, section, reported_at, body)
    values (${contractorId}, ${deviceId}, ${report.section}, ${report.at}, ${report.body}::jsonb)
    on conflict (contractor_id, device_id, section) do update set reported_at = excluded.reported_at, body = excluded.body
    where device_reports.reported_at <= excluded.reported_at`.execute(tx);
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** When the device last gave this section. */
export async function selectReportedAt(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  section: string,
): Promise<Temporal.Instant | undefined> {
  const row = await tables<DeviceTables>(tx)
    .selectFrom('device_reports')
    .select('reported_at')
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .where('section', '=', section)
    .executeTakeFirst();
  return row?.reported_at;
}

export function selectReports(tx: Tx, contractorId: ContractorId, deviceId: DeviceId) {
  return tables<DeviceTables>(tx)
    .selectFrom('device_reports')
    .select(['section', 'reported_at', 'body'])
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .orderBy('section')
    .execute();
}

export async function selectChanges(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  page: { readonly after: Moment | undefined; readonly limit: number },
) {
  let query = tables<DeviceTables>(tx)
    .selectFrom('device_changes')
    .select(['change_id', 'at', 'source', 'field', 'old_value', 'new_value'])
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .orderBy('at', 'desc')
    .orderBy('change_id', 'desc')
    .limit(page.limit);
  if (page.after !== undefined) {
    query = query.where(sql<boolean>`(at, change_id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`);
  }
  return query.execute();
}

/** Devices assigned to each person and not unmanaged. */
export async function countDevicesByPerson(
  tx: Tx,
  contractorId: ContractorId,
  personIds: readonly string[],
): Promise<{ person_id: string; count: number }[]> {
  if (personIds.length === 0) return [];
  const { rows } = await sql<{ person_id: string; count: number }>`select person_id, count(*) from devices
    where contractor_id = ${contractorId} and person_id = any(${[...personIds]}::uuid[]) and management_state <> 'unmanaged'
    group by person_id`.execute(tx);
  return rows;
}

export function lockDevicesOfPerson(tx: Tx, contractorId: ContractorId, personId: string): Promise<DeviceRow[]> {
  return tables<DeviceTables>(tx)
    .selectFrom('devices')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('person_id', '=', personId)
    .orderBy('device_id')
    .forNoKeyUpdate()
    .execute();
}

/** What other rooms call a device, by id. */
export async function selectNames(tx: Tx, contractorId: ContractorId, deviceIds: readonly string[]) {
  if (deviceIds.length === 0) return [];
  return tables<DeviceTables>(tx)
    .selectFrom('devices')
    .select(['device_id', 'platform', 'label', 'name', 'serial_number', 'hardware_id'])
    .where('contractor_id', '=', contractorId)
    .where('device_id', 'in', [...new Set(deviceIds)])
    .execute();
}

export async function firstEnrolledAt(tx: Tx, contractorId: ContractorId): Promise<Temporal.Instant | undefined> {
  const row = await tables<DeviceTables>(tx)
    .selectFrom('devices')
    .select((eb) => eb.fn.min('enrolled_at').as('at'))
    .where('contractor_id', '=', contractorId)
    .executeTakeFirst();
  return row?.at ?? undefined;
}
