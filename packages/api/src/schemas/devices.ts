import { type Static, Type } from 'typebox';
import { Closed, Instant, Note, Nullable, PageQuery, Text, Uuid } from './common.ts';

export const USAGE_MODES = ['company-owned', 'personally-owned'] as const;
export type UsageMode = (typeof USAGE_MODES)[number];
/**
 * How much of a device is managed. `device`: as the platform manages any device (Apple, Windows). Android: `fully-managed`
 * (company-owned, work only), `dedicated` (company-owned, for a purpose and no person), `work-profile` (a separate part of a
 * device that is also used privately, whoever owns it).
 */
export const MANAGEMENT_MODES = ['device', 'fully-managed', 'dedicated', 'work-profile'] as const;
export type ManagementMode = (typeof MANAGEMENT_MODES)[number];
export const MANAGEMENT_STATES = ['enrolling', 'managed', 'unmanaged'] as const;
export type ManagementState = (typeof MANAGEMENT_STATES)[number];
export const OS_FAMILIES = ['iOS', 'iPadOS', 'macOS', 'tvOS', 'visionOS', 'watchOS', 'Windows', 'Android'] as const;
export type OsFamily = (typeof OS_FAMILIES)[number];
export const SUPPORT_STATES = ['supported', 'os', 'usage_mode'] as const;
export type SupportState = (typeof SUPPORT_STATES)[number];
export const PLATFORMS = ['apple', 'windows', 'android'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** A row of the device list: everything that people search, filter, sort and export. Times of values are on the device page. */
export const DeviceSummary = Type.Object({
  deviceId: Uuid,
  platform: Type.Enum([...PLATFORMS]),
  usageMode: Type.Enum([...USAGE_MODES]),
  managementMode: Type.Enum([...MANAGEMENT_MODES]),
  managementState: Type.Enum([...MANAGEMENT_STATES]),
  name: Nullable(Type.String()),
  label: Type.String(),
  serialNumber: Nullable(Type.String()),
  model: Nullable(Type.String()),
  modelName: Nullable(Type.String()),
  productName: Nullable(Type.String()),
  osFamily: Nullable(Type.Enum([...OS_FAMILIES])),
  osVersion: Nullable(Type.String()),
  osBuild: Nullable(Type.String()),
  phoneNumber: Nullable(Type.String()),
  person: Nullable(
    Type.Object({ personId: Uuid, name: Type.String(), kana: Type.String(), department: Nullable(Type.String()) }),
  ),
  supervised: Nullable(Type.Boolean()),
  passcodePresent: Nullable(Type.Boolean()),
  policyCompliant: Nullable(Type.Boolean()),
  encrypted: Nullable(Type.Boolean()),
  lostMode: Nullable(Type.Boolean()),
  batteryLevel: Nullable(Type.Number({ minimum: 0, maximum: 1 })),
  capacityBytes: Nullable(Type.Integer()),
  availableBytes: Nullable(Type.Integer()),
  appCount: Nullable(Type.Integer()),
  openActions: Type.Integer(),
  enrolledAt: Nullable(Instant),
  lastContactAt: Nullable(Instant),
  lastObservedAt: Nullable(Instant),
  /** What of it the provider's catalogue does not support; null while its OS is not known. */
  support: Nullable(Type.Enum([...SUPPORT_STATES])),
});
export type DeviceSummary = Static<typeof DeviceSummary>;

/** One fact in the platform's own terms; the console words `group` and `code`, an expert knows `code` from the specification. */
export const DeviceDetail = Type.Object({
  group: Type.String({ description: 'e.g. bitlocker, defender, network, compliance, hardware' }),
  code: Type.String({ description: 'e.g. encryption_status, product_status; several of one code have different `of`' }),
  /** Which of several: a MAC address, a package name, a setting. */
  of: Type.Optional(Type.String()),
  value: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Array(Type.String())]),
  /** What the value means, worded by the console; absent when the value speaks for itself. */
  meaning: Type.Optional(Note),
  at: Nullable(Instant),
});
export type DeviceDetail = Static<typeof DeviceDetail>;

/** One device. `observedAt` gives for each observed field the time at which the device said so. */
export const Device = Type.Object({
  ...DeviceSummary.properties,
  supportSince: Nullable(Instant),
  /** Of a device that is out of support: why, and what the catalogue supports today. */
  supportProblems: Type.Array(Type.Object({ code: Type.String(), supported: Type.String() })),
  hardwareId: Type.String(),
  imei: Nullable(Type.String()),
  meid: Nullable(Type.String()),
  iccid: Nullable(Type.String()),
  carrier: Nullable(Type.String()),
  wifiMac: Nullable(Type.String()),
  bluetoothMac: Nullable(Type.String()),
  ethernetMac: Nullable(Type.String()),
  userApproved: Nullable(Type.Boolean()),
  appleSilicon: Nullable(Type.Boolean()),
  manufacturer: Nullable(Type.String()),
  osEdition: Nullable(Type.String()),
  /** Date of the security patches, as the platform writes it (Android: `2026-11-05`). */
  securityPatchLevel: Nullable(Type.String()),
  apiLevel: Nullable(Type.Integer()),
  secureBoot: Nullable(Type.Boolean()),
  tpmVersion: Nullable(Type.String()),
  antivirusActive: Nullable(Type.Boolean()),
  antivirusCurrent: Nullable(Type.Boolean()),
  domainName: Nullable(Type.String()),
  passcodeCompliant: Nullable(Type.Boolean()),
  firewallEnabled: Nullable(Type.Boolean()),
  activationLock: Nullable(Type.Boolean()),
  location: Nullable(
    Type.Object({
      latitude: Type.Number(),
      longitude: Type.Number(),
      accuracyMeters: Nullable(Type.Number()),
      at: Instant,
    }),
  ),
  observedAt: Type.Record(Type.String(), Instant),
  invitationId: Nullable(Uuid),
  createdAt: Instant,
  unmanagedAt: Nullable(Instant),
  channel: Type.Object({
    /** Whether and when the server can wake the device, and what the channel last saw. */
    canWake: Type.Boolean(),
    whyNot: Nullable(
      Type.String({ description: 'reason name, e.g. no_push_certificate, push_token_dead, not_enrolled' }),
    ),
    lastWakeAt: Nullable(Instant),
    lastWakeAnswer: Nullable(Type.String()),
    nextWakeAt: Nullable(Instant),
    nextObservationAt: Nullable(Instant),
    /** When the device comes by itself at the latest, if it is on and online; null when the platform makes no promise. */
    nextContactAt: Nullable(Instant),
    /** Why then, or why nobody knows: `windows.poll`, `windows.poll_overdue`, `android.reports`, `apple.woken_only`, ... */
    nextContactBasis: Nullable(Note),
    identityNotAfter: Nullable(Instant),
    identitySerial: Nullable(Type.String()),
  }),
  /** Facts in the platform's own terms, by group. */
  details: Type.Array(DeviceDetail),
});
export type Device = Static<typeof Device>;

export const DEVICE_SORTS = [
  'name',
  'serialNumber',
  'person',
  'osVersion',
  'modelName',
  'lastContactAt',
  'enrolledAt',
  'batteryLevel',
  'availableBytes',
] as const;
export const ATTENTION_KINDS = [
  'silent',
  'lost_mode',
  'no_passcode',
  'not_encrypted',
  'push_token_dead',
  'low_storage',
  'never_observed',
  'out_of_support',
  'not_compliant',
  'antivirus_off',
] as const;

const filters = {
  q: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        'Every word must occur in name, label, serial, phone number, IMEI, model, person, kana or department; width, case and kana kind do not matter.',
    }),
  ),
  state: Type.Optional(Type.Array(Type.Enum([...MANAGEMENT_STATES]))),
  platform: Type.Optional(Type.Array(Type.Enum([...PLATFORMS]))),
  managementMode: Type.Optional(Type.Array(Type.Enum([...MANAGEMENT_MODES]))),
  osFamily: Type.Optional(Type.Array(Type.Enum([...OS_FAMILIES]))),
  osVersion: Type.Optional(Type.String({ maxLength: 40, description: 'Exact version, or a prefix ending in `.*`.' })),
  usageMode: Type.Optional(Type.Array(Type.Enum([...USAGE_MODES]))),
  support: Type.Optional(Type.Array(Type.Enum([...SUPPORT_STATES]))),
  supervised: Type.Optional(Type.Boolean()),
  personId: Type.Optional(Uuid),
  groupId: Type.Optional(Uuid),
  attention: Type.Optional(Type.Array(Type.Enum([...ATTENTION_KINDS]))),
  sort: Type.Optional(Type.Enum([...DEVICE_SORTS])),
  order: Type.Optional(Type.Enum(['asc', 'desc'])),
};
/** Unknown query parameters are refused. Array filters repeat the parameter: `?osFamily=iOS&osFamily=macOS`. */
export const DeviceQuery = Type.Object({ ...filters, ...PageQuery }, Closed);
export type DeviceQuery = Static<typeof DeviceQuery>;
export const DeviceExportQuery = Type.Object(
  {
    ...filters,
    columns: Type.Optional(
      Type.String({ maxLength: 1000, description: 'Comma-separated field names of DeviceSummary.' }),
    ),
    language: Type.Optional(Type.Enum(['ja', 'en'])),
  },
  Closed,
);

export const DeviceChange = Type.Object(
  { label: Type.Optional(Text(200, 0)), personId: Type.Optional(Nullable(Uuid)) },
  Closed,
);

export const DeviceApp = Type.Object({
  identifier: Type.String(),
  name: Nullable(Type.String()),
  version: Nullable(Type.String()),
  shortVersion: Nullable(Type.String()),
  bundleBytes: Nullable(Type.Integer()),
  managed: Nullable(Type.Boolean()),
  seenAt: Instant,
});
export const DeviceProfile = Type.Object({
  identifier: Type.String(),
  uuid: Type.String(),
  displayName: Nullable(Type.String()),
  managed: Nullable(Type.Boolean()),
  payloadTypes: Type.Array(Type.String()),
  seenAt: Instant,
});
export const DeviceCertificate = Type.Object({
  sha256: Type.String(),
  commonName: Nullable(Type.String()),
  identity: Nullable(Type.Boolean()),
  subject: Nullable(Type.String()),
  issuer: Nullable(Type.String()),
  notBefore: Nullable(Instant),
  notAfter: Nullable(Instant),
  seenAt: Instant,
});
/** `reportedAt` is null until the device gave such a list. */
export const DeviceApps = Type.Object({ reportedAt: Nullable(Instant), items: Type.Array(DeviceApp) });
export const DeviceProfiles = Type.Object({ reportedAt: Nullable(Instant), items: Type.Array(DeviceProfile) });
export const DeviceCertificates = Type.Object({ reportedAt: Nullable(Instant), items: Type.Array(DeviceCertificate) });

export const DeviceChangeEntry = Type.Object({
  changeId: Uuid,
  at: Instant,
  source: Type.String(),
  field: Type.String(),
  oldValue: Type.Unknown(),
  newValue: Type.Unknown(),
});
export const DeviceReport = Type.Object({ section: Type.String(), reportedAt: Instant, body: Type.Unknown() });

export const EnrollmentInvitation = Type.Object({
  invitationId: Uuid,
  platform: Type.Enum([...PLATFORMS]),
  usageMode: Type.Enum([...USAGE_MODES]),
  managementMode: Type.Enum([...MANAGEMENT_MODES]),
  label: Type.String(),
  person: Nullable(Type.Object({ personId: Uuid, name: Type.String() })),
  url: Nullable(Type.String({ description: 'The link for the device; null for readers without enrollment.write.' })),
  maxUses: Type.Integer(),
  uses: Type.Integer(),
  state: Type.Enum(['open', 'used_up', 'expired', 'revoked']),
  createdBy: Type.String(),
  createdAt: Instant,
  expiresAt: Instant,
  revokedAt: Nullable(Instant),
});
export type EnrollmentInvitation = Static<typeof EnrollmentInvitation>;
export const EnrollmentInvitationRequest = Type.Object(
  {
    platform: Type.Enum([...PLATFORMS]),
    usageMode: Type.Enum([...USAGE_MODES]),
    managementMode: Type.Optional(
      Type.Enum([...MANAGEMENT_MODES], {
        description:
          'Default: the first that the platform has for the usage mode (Android: fully-managed; work-profile).',
      }),
    ),
    personId: Type.Optional(Uuid),
    label: Type.Optional(Text(200, 0)),
    maxUses: Type.Optional(Type.Integer({ minimum: 1, maximum: 100000, default: 1 })),
    expiresIn: Type.Optional(Type.String({ description: 'ISO 8601 duration, PT5M to P366D; default P7D.' })),
  },
  Closed,
);
export type EnrollmentInvitationRequest = Static<typeof EnrollmentInvitationRequest>;

export const ENROLLMENT_METHOD_KINDS = [
  'link', // the page for the person, on the device itself
  'qr_code', // text to render as a QR code and scan with the device being set up
  'deep_link', // opens the device's own enrollment dialog
  'server_address', // to be typed by the person
  'user_name', // to be typed by the person
  'password', // to be typed by the person: the invitation's code
  'token', // to be typed by the person
  'dpc_identifier', // to be typed at the account prompt of the device being set up
  'zero_touch', // JSON for the zero-touch portal's DPC extras
  'provisioning_package', // customizations.xml for the Windows Configuration Designer
] as const;
/** One of the ways in which an invitation is used; what is handed to the device or its person. A secret. */
export const EnrollmentMethod = Type.Object({
  kind: Type.Enum([...ENROLLMENT_METHOD_KINDS]),
  value: Type.String(),
  /** When this way ends, if before the invitation. */
  expiresAt: Nullable(Instant),
  /** What to know before using it. */
  notes: Type.Array(Note),
});
export type EnrollmentMethod = Static<typeof EnrollmentMethod>;
/** Which usage modes and management modes each platform has, and whether it is ready for new devices. */
export const EnrollmentOption = Type.Object({
  platform: Type.Enum([...PLATFORMS]),
  usageMode: Type.Enum([...USAGE_MODES]),
  managementModes: Type.Array(Type.Enum([...MANAGEMENT_MODES])),
  ready: Type.Boolean(),
  /** What is missing (ready = false), e.g. push_certificate.missing, android.not_bound. */
  missing: Nullable(Note),
});
export type EnrollmentOption = Static<typeof EnrollmentOption>;

export const DeviceEvent = Type.Object({
  eventId: Uuid,
  kind: Type.String(),
  severity: Type.Enum(['notice', 'warning', 'alarm']),
  deviceId: Nullable(Uuid),
  firstAt: Instant,
  lastAt: Instant,
  count: Type.Integer(),
  details: Type.Record(Type.String(), Type.Unknown()),
  acknowledgedAt: Nullable(Instant),
  acknowledgedBy: Nullable(Type.String()),
});
export type DeviceEvent = Static<typeof DeviceEvent>;
