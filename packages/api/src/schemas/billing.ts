import { type Static, Type } from 'typebox';
import { Actor, Closed, Instant, Nullable, Text, Uuid } from './common.ts';
import { Day, Month, Reason, Words, Yen } from './terms.ts';

/** A line of a charge: derived from the contract's history, or a marked adjustment. */
export const ChargeLine = Type.Object({
  contractId: Nullable(Uuid),
  contractNumber: Nullable(Type.String()),
  /** Identifies the charge for ever; the same key is never billed twice. */
  key: Type.String(),
  month: Month,
  subject: Type.String(),
  fee: Type.Enum(['initial', 'monthly', 'one_time', 'adjustment']),
  description: Words,
  quantity: Type.Integer(),
  unitAmount: Yen,
  amount: Yen,
  /** In percent: `10`, `8`. */
  taxRate: Type.String(),
  taxCategory: Type.Enum(['standard', 'reduced']),
  because: Type.Array(Reason),
});
export type ChargeLine = Static<typeof ChargeLine>;
/** One rounding for each rate of one invoice. */
export const TaxTotal = Type.Object({
  taxRate: Type.String(),
  taxCategory: Type.Enum(['standard', 'reduced']),
  taxable: Yen,
  tax: Yen,
});
export type TaxTotal = Static<typeof TaxTotal>;

export const INVOICE_KINDS = ['invoice', 'credit_note'] as const;
export const InvoiceSummary = Type.Object({
  invoiceId: Uuid,
  contractorId: Uuid,
  contractorName: Type.String(),
  number: Type.String(),
  kind: Type.Enum([...INVOICE_KINDS]),
  month: Month,
  issuedOn: Day,
  dueOn: Nullable(Day),
  net: Yen,
  tax: Yen,
  total: Yen,
  paid: Yen,
  /** Credited by credit notes that name this invoice. */
  credited: Yen,
  state: Type.Enum(['open', 'overdue', 'paid', 'credited', 'credit_note']),
});
export type InvoiceSummary = Static<typeof InvoiceSummary>;
const InvoiceParty = Type.Object({
  name: Type.String(),
  department: Type.String(),
  postalCode: Type.String(),
  address: Type.String(),
  registrationNumber: Type.String(),
  phone: Type.String(),
  email: Type.String(),
});
/** A qualified invoice (適格請求書) or credit note (適格返還請求書) as it was issued; it never changes. */
export const Invoice = Type.Object({
  ...InvoiceSummary.properties,
  issuer: InvoiceParty,
  recipient: InvoiceParty,
  bankAccount: Type.String(),
  lines: Type.Array(ChargeLine),
  taxTotals: Type.Array(TaxTotal),
  credits: Nullable(Type.Object({ invoiceId: Uuid, number: Type.String() })),
  reason: Type.String(),
  /** `reverses` names the payment that an entry takes back. */
  payments: Type.Array(
    Type.Object({ paymentId: Uuid, on: Day, amount: Yen, note: Type.String(), reverses: Nullable(Uuid) }),
  ),
  hash: Type.String(),
});
export type Invoice = Static<typeof Invoice>;

export const Payment = Type.Object({
  paymentId: Uuid,
  contractorId: Uuid,
  invoiceId: Uuid,
  number: Type.String(),
  on: Day,
  amount: Yen,
  note: Type.String(),
  /** The payment that this one takes back. */
  reverses: Nullable(Uuid),
  recordedAt: Instant,
  recordedBy: Actor,
});
export type Payment = Static<typeof Payment>;
export const PaymentRequest = Type.Object(
  {
    invoiceId: Uuid,
    on: Day,
    amount: Type.Integer({ minimum: 1, maximum: 100_000_000_000 }),
    note: Type.Optional(Text(500, 0)),
  },
  Closed,
);
export const PaymentReversal = Type.Object({ reason: Text(500) }, Closed);

export const ADJUSTMENT_STATES = ['asked', 'approved', 'refused', 'billed'] as const;
/** Typed in by hand, so marked as such: with a reason, and counted only when a second person approved it. */
export const Adjustment = Type.Object({
  adjustmentId: Uuid,
  contractorId: Uuid,
  contractorName: Type.String(),
  month: Month,
  description: Type.String(),
  /** Negative for a reduction. */
  amount: Yen,
  reason: Type.String(),
  state: Type.Enum([...ADJUSTMENT_STATES]),
  askedBy: Actor,
  askedAt: Instant,
  decidedBy: Nullable(Actor),
  decidedAt: Nullable(Instant),
});
export type Adjustment = Static<typeof Adjustment>;
export const AdjustmentRequest = Type.Object(
  {
    contractorId: Uuid,
    month: Month,
    description: Text(200),
    amount: Type.Integer({ minimum: -1_000_000_000, maximum: 1_000_000_000 }),
    reason: Text(1000),
  },
  Closed,
);
export const AdjustmentDecision = Type.Object({ approve: Type.Boolean(), note: Type.Optional(Text(1000, 0)) }, Closed);

/** What closing a month would issue for one contractor, and how it differs from the month before. */
export const ClosingRow = Type.Object({
  contractorId: Uuid,
  contractorName: Type.String(),
  lines: Type.Array(ChargeLine),
  credits: Type.Array(
    Type.Object({ invoiceId: Uuid, number: Type.String(), lines: Type.Array(ChargeLine), reason: Type.Array(Reason) }),
  ),
  net: Yen,
  tax: Yen,
  total: Yen,
  previousNet: Yen,
  differences: Type.Array(
    Type.Object({
      subject: Type.String(),
      what: Type.Enum(['new', 'ended', 'count', 'price', 'initial', 'one_time', 'adjustment', 'correction']),
      amount: Yen,
      because: Type.Array(Reason),
    }),
  ),
  /** Charges whose price is not known: they hold up the closing. */
  problems: Type.Array(Reason),
});
export type ClosingRow = Static<typeof ClosingRow>;
export const Closing = Type.Object({
  month: Month,
  /** `issuing`: approved and numbered; the documents are being written. */
  state: Type.Enum(['open', 'draft', 'issuing', 'approved']),
  draftedAt: Nullable(Instant),
  draftedBy: Nullable(Actor),
  approvedAt: Nullable(Instant),
  approvedBy: Nullable(Actor),
  /** Over the draft's content: an approval names it, so that what is issued is what was looked at. */
  fingerprint: Nullable(Type.String()),
  contractors: Type.Integer(),
  net: Yen,
  tax: Yen,
  total: Yen,
  previousNet: Yen,
  problems: Type.Integer(),
});
export type Closing = Static<typeof Closing>;
export const ClosingDetail = Type.Object({
  closing: Closing,
  rows: Type.Array(ClosingRow),
  nextCursor: Nullable(Type.String()),
});
export const ClosingApproval = Type.Object(
  { fingerprint: Type.String({ pattern: '^[0-9a-f]{64}$' }), issuedOn: Type.Optional(Day) },
  Closed,
);

/** A day from which a rate or a rounding holds: consumption tax is older than the service. */
const DayOfLaw = Type.String({
  format: 'date',
  pattern: '^(19|2[01])[0-9]{2}-',
  description: 'A day in Asia/Tokyo, of the years 1900 to 2199: 2019-10-01.',
});
/** Who bills, and how. Rates and rounding hold from a day on; the past keeps its own. */
export const BillingSettings = Type.Object(
  {
    issuer: Type.Object(
      {
        name: Text(200, 0),
        postalCode: Text(10, 0),
        address: Text(400, 0),
        phone: Text(40, 0),
        email: Text(254, 0),
        /** 適格請求書発行事業者登録番号: T and 13 digits; empty until it is set, and closing is refused until then. */
        registrationNumber: Type.String({ pattern: '^(T[0-9]{13})?$' }),
        /** Printed as it is; one line for each account. */
        bankAccount: Text(400, 0),
        peppolId: Type.String({ pattern: '^([0-9]{4}:[A-Za-z0-9._~-]{1,60})?$' }),
      },
      Closed,
    ),
    numberPrefix: Type.String({ pattern: '^[A-Z0-9-]{0,10}$' }),
    /**
     * The first month that is closed here; what was due before counts as billed elsewhere. Absent: the month of the oldest
     * charge. Cannot change once a month is closed.
     */
    firstMonth: Type.Optional(Month),
    /** Payment is due on the last day of the month that is this many months after the issue. */
    dueMonths: Type.Integer({ minimum: 0, maximum: 6 }),
    taxRates: Type.Array(
      Type.Object(
        {
          from: DayOfLaw,
          category: Type.Enum(['standard', 'reduced']),
          rate: Type.String({ pattern: '^[0-9]{1,2}(\\.[0-9]{1,2})?$' }),
        },
        Closed,
      ),
      { minItems: 1, maxItems: 50 },
    ),
    rounding: Type.Array(Type.Object({ from: DayOfLaw, mode: Type.Enum(['down', 'half_up', 'up']) }, Closed), {
      minItems: 1,
      maxItems: 50,
    }),
  },
  Closed,
);
export type BillingSettings = Static<typeof BillingSettings>;

/** Invoices, credit notes and payments in order, with the balance after each. */
export const Statement = Type.Object({
  contractorId: Uuid,
  contractorName: Type.String(),
  entries: Type.Array(
    Type.Object({
      on: Day,
      kind: Type.Enum(['invoice', 'credit_note', 'payment', 'reversal']),
      number: Type.String(),
      description: Type.String(),
      amount: Yen,
      balance: Yen,
    }),
  ),
  balance: Yen,
  overdue: Yen,
});
export type Statement = Static<typeof Statement>;

export const Forecast = Type.Object({
  months: Type.Array(Type.Object({ month: Month, net: Yen, initial: Yen, monthly: Yen, contractors: Type.Integer() })),
  rows: Type.Array(
    Type.Object({
      contractorId: Uuid,
      contractorName: Type.String(),
      amounts: Type.Array(Yen),
      unknown: Type.Integer(),
    }),
  ),
});
export type Forecast = Static<typeof Forecast>;
/** "What if this contract had another number of devices or another kind from that month on?" Nothing is recorded. */
export const WhatIfRequest = Type.Object(
  {
    contractId: Uuid,
    from: Month,
    months: Type.Integer({ minimum: 1, maximum: 24 }),
    counts: Type.Optional(
      Type.Array(
        Type.Object(
          { subject: Type.String({ maxLength: 64 }), deviceCount: Type.Integer({ minimum: 1, maximum: 1_000_000 }) },
          Closed,
        ),
        { maxItems: 20 },
      ),
    ),
    kind: Type.Optional(Type.String({ maxLength: 64 })),
  },
  Closed,
);
export type WhatIfRequest = Static<typeof WhatIfRequest>;
export const WhatIf = Type.Object({
  months: Type.Array(Type.Object({ month: Month, before: Yen, after: Yen })),
  because: Type.Array(Reason),
});
export type WhatIf = Static<typeof WhatIf>;
