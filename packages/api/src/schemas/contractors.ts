import { type Static, Type } from 'typebox';
import { Closed, Instant, Nullable, Text, Uuid } from './common.ts';
import { ATTENTION_KINDS } from './devices.ts';

export const Contractor = Type.Object({
  contractorId: Uuid,
  name: Type.String(),
  nameKana: Type.String(),
  state: Type.Enum(['active', 'suspended']),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Contractor = Static<typeof Contractor>;
export const ContractorRequest = Type.Object({ name: Text(200), nameKana: Type.Optional(Text(200, 0)) }, Closed);
export const ContractorChange = Type.Object(
  {
    name: Type.Optional(Text(200)),
    nameKana: Type.Optional(Text(200, 0)),
    state: Type.Optional(Type.Enum(['active', 'suspended'])),
  },
  Closed,
);

/** What a contractor decides for itself. */
export const ContractorSettings = Type.Object({
  observeEvery: Type.String({ description: 'ISO 8601 duration between observations, PT15M to P7D.' }),
  silentAfter: Type.String({
    description: 'A device that has not been in contact for this long counts as silent, PT1H to P90D.',
  }),
  language: Type.Enum(['ja', 'en'], { description: 'Language of the enrollment page when the browser names none.' }),
  helpdeskPhone: Type.String({
    maxLength: 40,
    description: 'Shown to the person at enrollment and offered for lost mode.',
  }),
});
export type ContractorSettings = Static<typeof ContractorSettings>;
export const ContractorDetail = Type.Object({ contractor: Contractor, settings: ContractorSettings });
export const ContractorSettingsChange = Type.Partial(ContractorSettings, Closed);

/** Answers "is my fleet all right?": counts, each with the device list's filter that shows the devices behind it. */
export const Dashboard = Type.Object({
  asOf: Instant,
  devices: Type.Object({ managed: Type.Integer(), enrolling: Type.Integer(), unmanaged: Type.Integer() }),
  attention: Type.Array(
    Type.Object({
      kind: Type.Enum([...ATTENTION_KINDS]),
      count: Type.Integer(),
    }),
  ),
  byOs: Type.Array(
    Type.Object({ osFamily: Nullable(Type.String()), osVersion: Nullable(Type.String()), count: Type.Integer() }),
  ),
  byUsageMode: Type.Array(Type.Object({ usageMode: Type.String(), count: Type.Integer() })),
  contacts: Type.Array(
    Type.Object({ within: Type.Enum(['PT1H', 'P1D', 'P7D', 'older', 'never']), count: Type.Integer() }),
  ),
  actions: Type.Object({ open: Type.Integer(), failed24h: Type.Integer(), done24h: Type.Integer() }),
  pushCertificate: Type.Object({
    state: Type.Enum(['missing', 'ok', 'expiring', 'expired']),
    notAfter: Nullable(Instant),
    daysLeft: Nullable(Type.Integer()),
  }),
  openEvents: Type.Object({ alarm: Type.Integer(), warning: Type.Integer() }),
});
export type Dashboard = Static<typeof Dashboard>;

export const ProviderStatus = Type.Object({
  version: Type.String(),
  startedAt: Instant,
  contractors: Type.Array(
    Type.Object({
      contractorId: Uuid,
      name: Type.String(),
      state: Type.String(),
      managedDevices: Type.Integer(),
      silentDevices: Type.Integer(),
      openAlarms: Type.Integer(),
      pushCertificateNotAfter: Nullable(Instant),
    }),
  ),
});
