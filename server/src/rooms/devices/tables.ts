import type { ManagementMode, ManagementState, OsFamily, Platform, SupportState, UsageMode } from '@tsukasa/api';

/** Columns of what a device says about itself. */
export type ObservedColumns = {
  name: string | null;
  serial_number: string | null;
  model: string | null;
  model_name: string | null;
  product_name: string | null;
  os_family: OsFamily | null;
  os_version: string | null;
  os_build: string | null;
  phone_number: string | null;
  imei: string | null;
  meid: string | null;
  iccid: string | null;
  carrier: string | null;
  wifi_mac: string | null;
  bluetooth_mac: string | null;
  ethernet_mac: string | null;
  supervised: boolean | null;
  user_approved: boolean | null;
  apple_silicon: boolean | null;
  manufacturer: string | null;
  os_edition: string | null;
  security_patch_level: string | null;
  api_level: number | null;
  secure_boot: boolean | null;
  tpm_version: string | null;
  antivirus_active: boolean | null;
  antivirus_current: boolean | null;
  policy_compliant: boolean | null;
  domain_name: string | null;
  passcode_present: boolean | null;
  passcode_compliant: boolean | null;
  encrypted: boolean | null;
  firewall_enabled: boolean | null;
  activation_lock: boolean | null;
  lost_mode: boolean | null;
  battery_level: number | null;
  capacity_bytes: number | null;
  available_bytes: number | null;
};

export type DevicesTable = ObservedColumns & {
  contractor_id: string;
  device_id: string;
  platform: Platform;
  usage_mode: UsageMode;
  management_mode: ManagementMode;
  management_state: ManagementState;
  invitation_id: string | null;
  person_id: string | null;
  person_name: string | null;
  person_kana: string | null;
  person_department: string | null;
  label: string;
  hardware_id: string;
  os_version_sort: number[] | null;
  app_count: number | null;
  latitude: number | null;
  longitude: number | null;
  location_accuracy: number | null;
  location_at: Temporal.Instant | null;
  /** ISO instants by field of `ObservedTypes`. */
  observed_at: Record<string, string>;
  last_observed_at: Temporal.Instant | null;
  support: SupportState | null;
  support_since: Temporal.Instant | null;
  search_key: string;
  created_at: Temporal.Instant;
  enrolled_at: Temporal.Instant | null;
  unmanaged_at: Temporal.Instant | null;
  updated_at: Temporal.Instant;
};

type OfDevice = { contractor_id: string; device_id: string };

export type DeviceTables = {
  devices: DevicesTable;
  device_contacts: OfDevice & { last_contact_at: Temporal.Instant };
  device_reports: OfDevice & { section: string; reported_at: Temporal.Instant; body: unknown };
  device_changes: OfDevice & {
    change_id: string;
    at: Temporal.Instant;
    source: string;
    field: string;
    old_value: unknown;
    new_value: unknown;
  };
  device_apps: OfDevice & {
    identifier: string;
    name: string | null;
    version: string | null;
    short_version: string | null;
    bundle_bytes: number | null;
    managed: boolean | null;
    details: unknown;
    changed_at: Temporal.Instant;
  };
  device_profiles: OfDevice & {
    identifier: string;
    uuid: string;
    display_name: string | null;
    managed: boolean | null;
    payload_types: string[];
    details: unknown;
    changed_at: Temporal.Instant;
  };
  device_certificates: OfDevice & {
    sha256: Buffer;
    common_name: string | null;
    identity: boolean | null;
    subject: string | null;
    issuer: string | null;
    not_before: Temporal.Instant | null;
    not_after: Temporal.Instant | null;
    changed_at: Temporal.Instant;
  };
  device_events: {
    contractor_id: string;
    event_id: string;
    kind: string;
    severity: 'notice' | 'warning' | 'alarm';
    device_id: string | null;
    dedupe_key: string;
    first_at: Temporal.Instant;
    last_at: Temporal.Instant;
    count: number;
    details: Record<string, unknown>;
    acknowledged_at: Temporal.Instant | null;
    acknowledged_by: string | null;
  };
  enrollment_invitations: {
    contractor_id: string;
    invitation_id: string;
    platform: Platform;
    usage_mode: UsageMode;
    management_mode: ManagementMode;
    person_id: string | null;
    label: string;
    code_hash: Buffer;
    sealed_code: Buffer;
    max_uses: number;
    uses: number;
    created_by: string;
    created_at: Temporal.Instant;
    expires_at: Temporal.Instant;
    revoked_at: Temporal.Instant | null;
  };
};
