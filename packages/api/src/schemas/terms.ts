import { type Static, Type } from 'typebox';
import { Closed, Instant, Nullable, Text, Uuid } from './common.ts';

/** A day in Asia/Tokyo, ISO 8601, of the years 2000 to 2199: the days that the terms reckon with. */
export const Day = Type.String({
  format: 'date',
  pattern: '^2[01][0-9]{2}-',
  description: 'A day in Asia/Tokyo, of the years 2000 to 2199: 2026-04-01.',
});
/** A calendar month in Asia/Tokyo, of the same years. */
export const Month = Type.String({
  pattern: '^2[01][0-9]{2}-(0[1-9]|1[0-2])$',
  description: 'A calendar month, of the years 2000 to 2199: 2026-04.',
});
export const Yen = Type.Integer({ description: 'Whole yen, excluding consumption tax unless said otherwise.' });
export const DeviceCount = Type.Integer({ minimum: 1, maximum: 1_000_000 });
export const Words = Type.Object(
  { ja: Type.String({ maxLength: 20_000 }), en: Type.String({ maxLength: 20_000 }) },
  Closed,
);

/** One step of an explanation. `text` words it in the language of the request; `clause` leads to the terms' own wording. */
export const Reason = Type.Object({
  code: Type.String(),
  clause: Nullable(Type.String()),
  params: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
  seq: Nullable(Type.Integer()),
  text: Type.String(),
});
export type Reason = Static<typeof Reason>;

/** A clause of the terms in its original wording, with our translation. */
export const Clause = Type.Object({
  clause: Type.String(),
  heading: Words,
  text: Words,
});
export type Clause = Static<typeof Clause>;

const Dated = { from: Day, until: Type.Optional(Day) };
const Id = Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\u0000-\\u0020\\u007f]+$' });
export const EntitledFunction = Type.Enum([
  'enroll',
  'control',
  'configure',
  'observe',
  'distribute_apps',
  'container',
  'desk',
]);
export type EntitledFunction = Static<typeof EntitledFunction>;

/** What the provider specifies (Art. 1 to 3, 6 to 9), each entry with the days on which it holds. */
export const CatalogueContent = Type.Object(
  {
    items: Type.Array(Type.Object({ id: Id, name: Words, description: Type.Optional(Words), ...Dated }, Closed), {
      maxItems: 50,
    }),
    kinds: Type.Array(
      Type.Object(
        {
          id: Id,
          item: Id,
          name: Words,
          description: Type.Optional(Words),
          functions: Type.Array(EntitledFunction, { maxItems: 7 }),
          ...Dated,
        },
        Closed,
      ),
      { maxItems: 50 },
    ),
    options: Type.Array(
      Type.Object(
        {
          id: Id,
          item: Id,
          name: Words,
          description: Type.Optional(Words),
          functions: Type.Array(EntitledFunction, { maxItems: 7 }),
          counted: Type.Boolean(),
          ...Dated,
        },
        Closed,
      ),
      { maxItems: 50 },
    ),
    supportedOs: Type.Array(
      Type.Object({ family: Text(32), atLeast: Text(32), below: Type.Optional(Text(32)), ...Dated }, Closed),
      { maxItems: 200 },
    ),
    usageModes: Type.Array(Type.Object({ id: Id, name: Words, ...Dated }, Closed), { maxItems: 20 }),
    licences: Type.Array(
      Type.Object(
        {
          document: Id,
          version: Text(32),
          title: Words,
          text: Words,
          kinds: Type.Optional(Type.Array(Id, { maxItems: 50 })),
          options: Type.Optional(Type.Array(Id, { maxItems: 50 })),
          ...Dated,
        },
        Closed,
      ),
      { maxItems: 100 },
    ),
    checklist: Type.Array(
      Type.Object(
        {
          id: Id,
          title: Words,
          paragraph: Type.Integer({ minimum: 1, maximum: 4 }),
          kinds: Type.Optional(Type.Array(Id, { maxItems: 50 })),
          probe: Type.Optional(Type.Enum(['push_certificate', 'first_device', 'first_member'])),
          ...Dated,
        },
        Closed,
      ),
      { maxItems: 100 },
    ),
  },
  Closed,
);
export type CatalogueContent = Static<typeof CatalogueContent>;

/** `version` counts the changes; a change names the version that it started from, so that two editors do not overwrite each other. */
export const Catalogue = Type.Object({
  version: Type.Integer(),
  changedAt: Instant,
  changedBy: Type.String(),
  content: CatalogueContent,
});
export type Catalogue = Static<typeof Catalogue>;
export const CatalogueChange = Type.Object(
  { version: Type.Integer({ minimum: 0 }), content: CatalogueContent },
  Closed,
);

const Price = Type.Union([
  Type.Object(
    {
      type: Type.Literal('fixed'),
      amount: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
      per: Type.Enum(['contract', 'device']),
    },
    Closed,
  ),
  Type.Object({ type: Type.Literal('quoted') }, Closed),
]);
const Pair = Type.Object({ kind: Id, option: Id }, Closed);
export const TermsRules = Type.Object(
  {
    noticeDays: Type.Integer({ minimum: 0, maximum: 365 }),
    oneContractPerKind: Type.Boolean(),
    onlyTogether: Type.Array(Pair, { maxItems: 50 }),
    linkedEndings: Type.Array(Pair, { maxItems: 50 }),
    countChanges: Type.Array(Id, { maxItems: 50 }),
    fees: Type.Array(Type.Object({ subject: Id, kind: Type.Optional(Id), initial: Price, monthly: Price }, Closed), {
      maxItems: 100,
    }),
  },
  Closed,
);
export const TermsTransition = Type.Union([
  Type.Object({ type: Type.Literal('renamed'), item: Id, madeUntil: Day, to: Id, clause: Id }, Closed),
  Type.Object(
    {
      type: Type.Literal('previous_terms'),
      subject: Type.Union([Type.Object({ item: Id }, Closed), Type.Object({ option: Id }, Closed)]),
      madeUntil: Day,
      until: Day,
      clause: Id,
    },
    Closed,
  ),
]);
export const TermsRevisionContent = Type.Object(
  { title: Words, rules: TermsRules, transitions: Type.Array(TermsTransition, { maxItems: 50 }) },
  Closed,
);
export type TermsRevisionContent = Static<typeof TermsRevisionContent>;

/** A version of the terms. A draft changes nothing until it is published; what is published never changes. */
export const TermsRevision = Type.Object({
  effectiveOn: Day,
  state: Type.Enum(['draft', 'published']),
  ...TermsRevisionContent.properties,
  changedAt: Nullable(Instant),
  changedBy: Nullable(Type.String()),
});
export type TermsRevision = Static<typeof TermsRevision>;

/** What a drafted revision would change for one contract. */
export const TrialRow = Type.Object({
  contractorId: Uuid,
  contractorName: Type.String(),
  contractId: Uuid,
  contractNumber: Type.String(),
  changes: Type.Array(
    Type.Object({
      what: Type.Enum(['item', 'in_force', 'ends_on', 'monthly_amount', 'option_ends_on', 'revision']),
      subject: Type.String(),
      before: Nullable(Type.String()),
      after: Nullable(Type.String()),
      because: Type.Array(Reason),
    }),
  ),
});
export type TrialRow = Static<typeof TrialRow>;
export const Trial = Type.Object({
  /** The day for which contracts are compared. */
  on: Day,
  contracts: Type.Integer(),
  changed: Type.Integer(),
  /** Sum of monthly fees of the month of `on`, before and after. */
  monthlyBefore: Yen,
  monthlyAfter: Yen,
  rows: Type.Array(TrialRow),
});
export type Trial = Static<typeof Trial>;
