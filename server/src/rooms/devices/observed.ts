import { OS_FAMILIES } from '@tsukasa/api';
import { searchKey } from '../../base/search-key.ts';
import type { ObservedField, ObservedTypes, ObservedValues } from './model.ts';
import type { DevicesTable, ObservedColumns } from './tables.ts';

type Kind = 'text' | 'flag' | 'level' | 'bytes' | 'count' | 'os_family';

/** Every observed field: its column and what may stand in it. */
export const OBSERVED = {
  name: { column: 'name', kind: 'text' },
  serialNumber: { column: 'serial_number', kind: 'text' },
  model: { column: 'model', kind: 'text' },
  modelName: { column: 'model_name', kind: 'text' },
  productName: { column: 'product_name', kind: 'text' },
  osFamily: { column: 'os_family', kind: 'os_family' },
  osVersion: { column: 'os_version', kind: 'text' },
  osBuild: { column: 'os_build', kind: 'text' },
  phoneNumber: { column: 'phone_number', kind: 'text' },
  imei: { column: 'imei', kind: 'text' },
  meid: { column: 'meid', kind: 'text' },
  iccid: { column: 'iccid', kind: 'text' },
  carrier: { column: 'carrier', kind: 'text' },
  wifiMac: { column: 'wifi_mac', kind: 'text' },
  bluetoothMac: { column: 'bluetooth_mac', kind: 'text' },
  ethernetMac: { column: 'ethernet_mac', kind: 'text' },
  supervised: { column: 'supervised', kind: 'flag' },
  userApproved: { column: 'user_approved', kind: 'flag' },
  appleSilicon: { column: 'apple_silicon', kind: 'flag' },
  manufacturer: { column: 'manufacturer', kind: 'text' },
  osEdition: { column: 'os_edition', kind: 'text' },
  securityPatchLevel: { column: 'security_patch_level', kind: 'text' },
  apiLevel: { column: 'api_level', kind: 'count' },
  secureBoot: { column: 'secure_boot', kind: 'flag' },
  tpmVersion: { column: 'tpm_version', kind: 'text' },
  antivirusActive: { column: 'antivirus_active', kind: 'flag' },
  antivirusCurrent: { column: 'antivirus_current', kind: 'flag' },
  policyCompliant: { column: 'policy_compliant', kind: 'flag' },
  domainName: { column: 'domain_name', kind: 'text' },
  passcodePresent: { column: 'passcode_present', kind: 'flag' },
  passcodeCompliant: { column: 'passcode_compliant', kind: 'flag' },
  encrypted: { column: 'encrypted', kind: 'flag' },
  firewallEnabled: { column: 'firewall_enabled', kind: 'flag' },
  activationLock: { column: 'activation_lock', kind: 'flag' },
  lostMode: { column: 'lost_mode', kind: 'flag' },
  batteryLevel: { column: 'battery_level', kind: 'level' },
  capacityBytes: { column: 'capacity_bytes', kind: 'bytes' },
  availableBytes: { column: 'available_bytes', kind: 'bytes' },
} as const satisfies Record<ObservedField, { readonly column: keyof ObservedColumns; readonly kind: Kind }>;

export const OBSERVED_FIELDS = Object.keys(OBSERVED) as readonly ObservedField[];

/** They change at every look: their newest value is kept, their history is not. */
const VOLATILE: ReadonlySet<ObservedField> = new Set(['batteryLevel', 'availableBytes']);

/** Longest observed text, in UTF-16 units. Our choice: ten times a long device name, and it fits into a list's cursor. */
export const LONGEST_TEXT = 255;

/** What a device sent, as text that a column can hold: no control characters, no half characters, not endless. */
export function storableText(text: string, longest = LONGEST_TEXT): string {
  return text
    .replace(/\p{Cc}/gu, '')
    .slice(0, longest)
    .toWellFormed();
}

/**
 * The value for the column; `undefined` for one that cannot be right (an OS that we have no name for, a negative size),
 * which is then treated as not said: the raw report keeps it.
 */
function storable(field: ObservedField, value: unknown): string | number | boolean | null | undefined {
  if (value === null || value === '') return null;
  switch (OBSERVED[field].kind) {
    case 'text':
      return typeof value === 'string' ? storableText(value) : undefined;
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case 'os_family':
      return OS_FAMILIES.find((family) => family === value);
    case 'level':
      // The column keeps four bytes: compare what it will give back.
      return typeof value === 'number' && value >= 0 && value <= 1 ? Math.round(value * 1000) / 1000 : undefined;
    case 'count':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : undefined;
    case 'bytes':
      return typeof value === 'number' && Number.isSafeInteger(Math.round(value)) && value >= 0
        ? Math.round(value)
        : undefined;
  }
}

export type FieldChange = { readonly field: string; readonly oldValue: unknown; readonly newValue: unknown };

/** The observed part of a device, as a merge needs it. */
export type Known = ObservedColumns & Pick<DevicesTable, 'observed_at'>;

export type Merged = {
  /** Columns that get another value. */
  readonly set: Partial<ObservedColumns>;
  readonly observedAt: Record<string, string>;
  /** For the history: what the device had said before and now says differently. */
  readonly changes: readonly FieldChange[];
  /** False when nothing in it was news. */
  readonly news: boolean;
};

/**
 * What one observation changes. Field by field, so that two reports that cross each other end in the same state: a value
 * is taken unless a newer one is stored. A field's first value is no change.
 */
export function merge(known: Known, values: ObservedValues, at: Temporal.Instant): Merged {
  const set: Record<string, unknown> = {};
  const observedAt = { ...known.observed_at };
  const changes: FieldChange[] = [];
  let news = false;
  for (const field of OBSERVED_FIELDS) {
    if (values[field] === undefined) continue;
    const value = storable(field, values[field]);
    if (value === undefined) continue;
    const before = observedAt[field];
    if (before !== undefined && Temporal.Instant.compare(Temporal.Instant.from(before), at) > 0) continue;
    news = true;
    observedAt[field] = at.toString();
    const { column } = OBSERVED[field];
    if (known[column] === value) continue;
    set[column] = value;
    if (before !== undefined && !VOLATILE.has(field)) {
      changes.push({ field, oldValue: known[column], newValue: value });
    }
  }
  return { set: set as Partial<ObservedColumns>, observedAt, changes, news };
}

/** `17.5.1` as numbers, for sorting; null when it does not begin with one. */
export function versionNumbers(version: string | null): number[] | null {
  const numbers = /^\d{1,6}(\.\d{1,6}){0,4}/.exec(version ?? '')?.[0];
  return numbers === undefined ? null : numbers.split('.').map(Number);
}

type Searched = Pick<
  DevicesTable,
  | 'name'
  | 'label'
  | 'serial_number'
  | 'phone_number'
  | 'imei'
  | 'model'
  | 'model_name'
  | 'product_name'
  | 'person_name'
  | 'person_kana'
  | 'person_department'
>;

/** Under what a device is found: what `DeviceQuery.q` promises, nothing else. */
export function deviceSearchKey(device: Searched): string {
  return searchKey(
    device.name,
    device.label,
    device.serial_number,
    device.phone_number,
    nationalNumber(device.phone_number),
    device.imei,
    device.model,
    device.model_name,
    device.product_name,
    device.person_name,
    device.person_kana,
    device.person_department,
  );
}

/** Japanese numbers are reported as +81 90… and typed as 090…. */
function nationalNumber(phone: string | null): string | null {
  const rest = /^\+81[\s-]*(?:\(0\))?(.*)$/.exec(phone ?? '')?.[1];
  return rest === undefined ? null : `0${rest}`;
}

/** Observed values of a row, nulls left out. */
export function observedValues(row: ObservedColumns): { readonly [F in ObservedField]: ObservedTypes[F] | undefined } {
  const entries = OBSERVED_FIELDS.map((field) => [field, row[OBSERVED[field].column] ?? undefined] as const);
  // The table above pairs each field with the column of its type.
  return Object.fromEntries(entries) as { readonly [F in ObservedField]: ObservedTypes[F] | undefined };
}
