import { type Static, Type } from 'typebox';
import { Actor, Closed, Instant, Nullable, Text, Uuid } from './common.ts';
import { Day, DeviceCount, EntitledFunction, Month, Reason, Words, Yen } from './terms.ts';

const Id = Type.String({ minLength: 1, maxLength: 64 });
export const PHASES = [
  'applied',
  'quoted',
  'accepted',
  'in_force',
  'ending',
  'ended',
  'lapsed',
  'refused',
  'withdrawn',
] as const;
export type ContractPhase = (typeof PHASES)[number];

// ---- The contractor as a customer ---------------------------------------------------------------------------------------

export const Address = Type.Object(
  {
    postalCode: Type.String({ pattern: '^([0-9]{3}-?[0-9]{4})?$' }),
    prefecture: Text(20, 0),
    city: Text(100, 0),
    street: Text(200, 0),
    building: Text(200, 0),
  },
  Closed,
);
export const Contact = Type.Object(
  {
    name: Text(200),
    kana: Text(200, 0),
    department: Text(200, 0),
    email: Text(254, 0),
    phone: Text(40, 0),
    role: Type.Enum(['main', 'technical', 'billing', 'emergency', 'other']),
  },
  Closed,
);
const profileFields = {
  legalName: Text(200),
  legalNameKana: Text(200, 0),
  /** 法人番号: 13 digits, the first a check digit; empty when there is none. */
  corporateNumber: Type.String({ pattern: '^([0-9]{13})?$' }),
  address: Address,
  contacts: Type.Array(Contact, { maxItems: 20 }),
  /** Where invoices go; its address when it differs from the contractor's. */
  billing: Type.Object(
    {
      addressee: Text(200, 0),
      department: Text(200, 0),
      email: Text(254, 0),
      address: Nullable(Address),
      peppolId: Type.String({ pattern: '^([0-9]{4}:[A-Za-z0-9._~-]{1,60})?$' }),
    },
    Closed,
  ),
  note: Text(4000, 0),
};
export const CustomerProfile = Type.Object({ contractorId: Uuid, ...profileFields, updatedAt: Nullable(Instant) });
export type CustomerProfile = Static<typeof CustomerProfile>;
export const CustomerProfileRequest = Type.Object(profileFields, Closed);

// ---- Applications ---------------------------------------------------------------------------------------------------------

export const RequestedSubject = Type.Object({ subject: Id, deviceCount: Type.Optional(DeviceCount) }, Closed);
/** For a service with options, for options of a running contract (`contractId`), or a change application of a transitional rule. */
export const ApplicationContent = Type.Union([
  Type.Object(
    {
      type: Type.Literal('service'),
      kind: Id,
      deviceCount: Type.Optional(DeviceCount),
      options: Type.Array(RequestedSubject, { maxItems: 20 }),
      startOn: Type.Optional(Day),
    },
    Closed,
  ),
  Type.Object(
    {
      type: Type.Literal('options'),
      contractId: Uuid,
      options: Type.Array(RequestedSubject, { minItems: 1, maxItems: 20 }),
      startOn: Type.Optional(Day),
    },
    Closed,
  ),
  Type.Object({ type: Type.Literal('change'), contractId: Uuid, item: Id, kind: Id }, Closed),
]);
export type ApplicationContent = Static<typeof ApplicationContent>;
/** `arrivedOn` is the provider's to say (a form that came on paper); a contractor's application arrives today. */
export const ApplicationOnBehalf = Type.Object(
  { content: ApplicationContent, arrivedOn: Day, documentId: Type.Optional(Uuid), note: Type.Optional(Text(2000, 0)) },
  Closed,
);
export const APPLICATION_STATES = ['applied', 'quoted', 'accepted', 'refused', 'withdrawn'] as const;

export const QuoteLine = Type.Object(
  {
    subject: Id,
    fee: Type.Enum(['initial', 'monthly']),
    amount: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
    per: Type.Enum(['contract', 'device']),
    os: Type.Optional(Text(40)),
    deviceCount: Type.Optional(DeviceCount),
  },
  Closed,
);
export type QuoteLine = Static<typeof QuoteLine>;
/** A price as far as it is known: fixed by Schedule 1, quoted, or still to be quoted (`amount` is null). */
export const PriceLine = Type.Object({
  subject: Type.String(),
  fee: Type.Enum(['initial', 'monthly']),
  os: Nullable(Type.String()),
  unitAmount: Nullable(Yen),
  per: Type.Enum(['contract', 'device']),
  quantity: Type.Integer(),
  amount: Nullable(Yen),
  because: Type.Array(Reason),
});
export type PriceLine = Static<typeof PriceLine>;

export const Application = Type.Object({
  applicationId: Uuid,
  contractorId: Uuid,
  contractorName: Type.String(),
  contractId: Uuid,
  contractNumber: Type.String(),
  state: Type.Enum([...APPLICATION_STATES]),
  content: ApplicationContent,
  channel: Type.Enum(['console', 'provider']),
  arrivedOn: Day,
  documentId: Nullable(Uuid),
  note: Type.String(),
  price: Type.Array(PriceLine),
  quoteValidUntil: Nullable(Day),
  refusal: Nullable(Type.Object({ reason: Type.String(), clause: Nullable(Type.String()) })),
  acceptedOn: Nullable(Day),
  startOn: Nullable(Day),
  recordedAt: Instant,
  recordedBy: Actor,
});
export type Application = Static<typeof Application>;
/** What would become of an application: whether it is admissible today, and its price as far as known. */
export const ApplicationAssessment = Type.Object({
  admissible: Type.Boolean(),
  because: Type.Array(Reason),
  price: Type.Array(PriceLine),
  licences: Type.Array(Type.Object({ document: Type.String(), version: Type.String(), title: Words })),
});
export type ApplicationAssessment = Static<typeof ApplicationAssessment>;
export const QuoteRequest = Type.Object(
  { lines: Type.Array(QuoteLine, { minItems: 1, maxItems: 60 }), validUntil: Type.Optional(Day) },
  Closed,
);
export const AcceptanceRequest = Type.Object(
  { acceptedOn: Type.Optional(Day), startOn: Type.Optional(Day), billingStartOn: Type.Optional(Day) },
  Closed,
);
export const RefusalRequest = Type.Object(
  { reason: Text(2000), clause: Type.Optional(Id), on: Type.Optional(Day) },
  Closed,
);
export const WithdrawalRequest = Type.Object({ reason: Type.Optional(Text(2000, 0)) }, Closed);

// ---- Contracts -------------------------------------------------------------------------------------------------------------

const subjectFields = {
  subject: Type.String(),
  name: Words,
  phase: Type.Enum([...PHASES]),
  inForce: Type.Boolean(),
  waitingFor: Type.Array(Type.Enum(['answer', 'start', 'licence', 'activation'])),
  applicationId: Type.String(),
  appliedOn: Day,
  acceptedOn: Nullable(Day),
  startOn: Nullable(Day),
  activatedOn: Nullable(Day),
  billingStartOn: Nullable(Day),
  endsOn: Nullable(Day),
  endBecause: Type.Array(Reason),
  deviceCount: Nullable(Type.Integer()),
  comingCounts: Type.Array(Type.Object({ from: Month, deviceCount: Type.Integer() })),
};
export const SubjectState = Type.Object(subjectFields);
export type SubjectState = Static<typeof SubjectState>;
/** A contract on one day. */
export const Contract = Type.Object({
  contractId: Uuid,
  contractNumber: Type.String(),
  contractorId: Uuid,
  contractorName: Type.String(),
  on: Day,
  item: Type.String(),
  kind: Nullable(Type.String()),
  ...subjectFields,
  revision: Day,
  options: Type.Array(SubjectState),
  because: Type.Array(Reason),
  /** Monthly fees of the month of `on`; null where a price is not known. */
  monthlyAmount: Nullable(Yen),
});
export type Contract = Static<typeof Contract>;
/** An entry of the history. `body` is the fact as recorded; `corrected` says that a later entry replaced it. */
export const ContractFact = Type.Object({
  seq: Type.Integer(),
  type: Type.String(),
  on: Day,
  body: Type.Record(Type.String(), Type.Unknown()),
  documentId: Nullable(Uuid),
  note: Type.String(),
  corrected: Type.Boolean(),
  recordedAt: Instant,
  recordedBy: Actor,
  hash: Type.String(),
});
export type ContractFact = Static<typeof ContractFact>;
export const ContractDetail = Type.Object({ contract: Contract, facts: Type.Array(ContractFact) });
export type ContractDetail = Static<typeof ContractDetail>;

/** A row of the provider's book of contracts. */
export const ContractSummary = Type.Object({
  contractId: Uuid,
  contractNumber: Type.String(),
  contractorId: Uuid,
  contractorName: Type.String(),
  contractorNameKana: Type.String(),
  item: Type.String(),
  kind: Nullable(Type.String()),
  phase: Type.Enum([...PHASES]),
  startOn: Nullable(Day),
  endsOn: Nullable(Day),
  options: Type.Array(
    Type.Object({
      subject: Type.String(),
      phase: Type.Enum([...PHASES]),
      deviceCount: Nullable(Type.Integer()),
      endsOn: Nullable(Day),
    }),
  ),
});
export type ContractSummary = Static<typeof ContractSummary>;

/** A charge as the history gives it, before tax. */
export const ContractCharge = Type.Object({
  /** Identifies the charge within its contract for ever. */
  key: Type.String(),
  month: Month,
  subject: Type.String(),
  name: Words,
  fee: Type.Enum(['initial', 'monthly', 'one_time']),
  os: Nullable(Type.String()),
  quantity: Type.Integer(),
  unitAmount: Yen,
  amount: Yen,
  /** The day on which the duty to pay arose (Art. 11). */
  dueOn: Day,
  because: Type.Array(Reason),
});
export type ContractCharge = Static<typeof ContractCharge>;

/** What will end, when and why, with everything that ends with it (Art. 8-7, 10). */
export const EndingPreview = Type.Object({
  arrivedOn: Day,
  endings: Type.Array(
    Type.Object({ subject: Type.String(), name: Words, effectiveOn: Day, because: Type.Array(Reason) }),
  ),
  /** The last month that is charged in full. */
  lastChargedMonth: Nullable(Month),
});
export type EndingPreview = Static<typeof EndingPreview>;
export const NoticeRequest = Type.Object({ subject: Id, designatedOn: Type.Optional(Day) }, Closed);
export const NoticeOnBehalf = Type.Object(
  {
    subject: Id,
    arrivedOn: Day,
    designatedOn: Type.Optional(Day),
    documentId: Type.Optional(Uuid),
    note: Type.Optional(Text(2000, 0)),
  },
  Closed,
);
/** The same before it is recorded: nothing is kept with it yet. */
export const NoticeOnBehalfPreview = Type.Omit(NoticeOnBehalf, ['documentId', 'note'], Closed);
const countChange = { subject: Id, deviceCount: DeviceCount, from: Type.Optional(Month) };
export const CountChangeRequest = Type.Object(countChange, Closed);
/** A change of the number of devices that came on paper; by default it counts from the month after its arrival. */
export const CountChangeOnBehalf = Type.Object(
  { ...countChange, arrivedOn: Day, documentId: Type.Optional(Uuid), note: Type.Optional(Text(2000, 0)) },
  Closed,
);
export const CountChangeOnBehalfPreview = Type.Object({ ...countChange, arrivedOn: Day }, Closed);
export const CountChangePreview = Type.Object({
  from: Month,
  deviceCount: Type.Integer(),
  monthlyBefore: Nullable(Yen),
  monthlyAfter: Nullable(Yen),
  because: Type.Array(Reason),
});
export type CountChangePreview = Static<typeof CountChangePreview>;
/** `by: null` takes the fact out of the history's meaning; otherwise the fact is to be read as this body on this day. */
export const CorrectionRequest = Type.Object(
  {
    corrects: Type.Integer({ minimum: 1 }),
    by: Nullable(Type.Object({ on: Day, body: Type.Record(Type.String(), Type.Unknown()) }, Closed)),
    reason: Text(2000),
  },
  Closed,
);
/** A contract of the past, recorded with the terms of its day. Bodies as in `ContractFact`. */
export const HistoricalContract = Type.Object(
  {
    facts: Type.Array(Type.Object({ on: Day, body: Type.Record(Type.String(), Type.Unknown()) }, Closed), {
      minItems: 1,
      maxItems: 1000,
    }),
    documentId: Type.Optional(Uuid),
    note: Type.Optional(Text(2000, 0)),
  },
  Closed,
);
export const OneTimeFeeRequest = Type.Object(
  { subject: Id, amount: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }), on: Day, cause: Text(500) },
  Closed,
);
/** A scanned form. `content` is base64 of at most 8 MiB; PDF, PNG or JPEG. */
export const DocumentRequest = Type.Object(
  {
    name: Text(200),
    mediaType: Type.Enum(['application/pdf', 'image/png', 'image/jpeg']),
    content: Type.String({ minLength: 4, maxLength: 11_200_000, pattern: '^[A-Za-z0-9+/]+={0,2}$' }),
  },
  Closed,
);
export const StoredDocument = Type.Object({
  documentId: Uuid,
  name: Type.String(),
  mediaType: Type.String(),
  size: Type.Integer(),
  sha256: Type.String(),
  recordedAt: Instant,
});
export type StoredDocument = Static<typeof StoredDocument>;

// ---- What a contractor may do, and what is to do ---------------------------------------------------------------------------

export const Entitlements = Type.Object({
  on: Day,
  /** `none`: never had a contract; `readable`: ended, data can still be read until `readableUntil`. */
  state: Type.Enum(['none', 'waiting', 'in_force', 'readable', 'closed']),
  functions: Type.Array(EntitledFunction),
  /** Number of devices of the desk's option today. */
  deskDevices: Nullable(Type.Integer()),
  /** The last day of the last contract in force, when it is known. */
  endsOn: Nullable(Day),
  /** The last day on which devices can be operated, also to remove their management, when they can be and it is known. */
  devicesUntil: Nullable(Day),
  readableUntil: Nullable(Day),
  because: Type.Array(Reason),
});
export type Entitlements = Static<typeof Entitlements>;

export const LicenceToAgree = Type.Object({
  document: Type.String(),
  version: Type.String(),
  title: Words,
  text: Words,
  sha256: Type.String(),
  neededFor: Type.Array(Type.Object({ contractId: Uuid, contractNumber: Type.String(), subject: Type.String() })),
  agreedOn: Nullable(Day),
  agreedBy: Nullable(Type.String()),
});
export type LicenceToAgree = Static<typeof LicenceToAgree>;
/** Names what was read: a hash that differs is refused. */
export const LicenceAgreement = Type.Object(
  { version: Text(32), sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) },
  Closed,
);

export const ChecklistEntry = Type.Object({
  contractId: Uuid,
  item: Type.String(),
  title: Words,
  paragraph: Type.Integer(),
  /** Completes itself; cannot be ticked. */
  automatic: Type.Boolean(),
  done: Type.Boolean(),
  doneAt: Nullable(Instant),
  doneBy: Nullable(Type.String()),
});
export type ChecklistEntry = Static<typeof ChecklistEntry>;

/** "What do I have, what does it cost, when does it end, what must I do?" */
export const ContractOverview = Type.Object({
  entitlements: Entitlements,
  contracts: Type.Array(Contract),
  applications: Type.Array(Application),
  licences: Type.Array(LicenceToAgree),
  checklist: Type.Array(ChecklistEntry),
  /** Endings within 60 days and notices given. */
  endings: Type.Array(
    Type.Object({
      contractId: Uuid,
      contractNumber: Type.String(),
      subject: Type.String(),
      name: Words,
      endsOn: Day,
      daysLeft: Type.Integer(),
    }),
  ),
});
export type ContractOverview = Static<typeof ContractOverview>;

/** Whether the recorded history, what was derived from it and the invoices are as the program left them. */
export const ContractVerification = Type.Object({
  ok: Type.Boolean(),
  facts: Type.Integer(),
  invoices: Type.Integer(),
  head: Nullable(Type.Object({ seq: Type.Integer(), hash: Type.String() })),
  problems: Type.Array(
    Type.Object({
      kind: Type.Enum([
        'fact_changed',
        'fact_missing',
        'fact_reordered',
        'head_changed',
        'unaudited',
        'state_differs',
        'document_changed',
        'invoice_changed',
        'invoice_missing',
      ]),
      what: Type.String(),
      seq: Nullable(Type.Integer()),
    }),
  ),
});
export type ContractVerification = Static<typeof ContractVerification>;
