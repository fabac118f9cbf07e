import { createHash } from 'node:crypto';
import type { TaxTotal } from '@tsukasa/api';
import type { Reason, Words } from '@tsukasa/terms';
import type { ContractorId, Id } from '../../base/ids.ts';
import type { Rounding, TaxCategory } from './money.ts';

export type InvoiceId = Id<'Invoice'>;
export type PaymentId = Id<'Payment'>;
export type AdjustmentId = Id<'Adjustment'>;

/** A reason as it is kept: without its wording, which is made for each reader. */
export type KeptReason = {
  readonly code: string;
  readonly clause: string | null;
  readonly params: Readonly<Record<string, string | number>>;
  readonly seq: number | null;
};

export function keptReason({ code, clause, params, seq }: Reason): KeptReason {
  return { code, clause: clause ?? null, params: params ?? {}, seq: seq ?? null };
}

export type Fee = 'initial' | 'monthly' | 'one_time' | 'adjustment';

/** A charge as a line of an invoice, in values that JSON keeps: months and days as ISO texts, whole yen. */
export type Line = {
  /** Identifies the charge within its contractor for ever: contract and key, or the adjustment. */
  readonly charge: string;
  readonly contractId: string | null;
  readonly contractNumber: string | null;
  readonly key: string;
  readonly month: string;
  readonly subject: string;
  readonly fee: Fee;
  readonly os: string | null;
  readonly description: Words;
  /** Negative where something is given back; then the amount is, too. */
  readonly quantity: number;
  readonly unitAmount: number;
  readonly amount: number;
  /** The day on which the duty to pay arose (Art. 11). */
  readonly dueOn: string;
  readonly taxRate: string;
  readonly taxCategory: TaxCategory;
  readonly because: readonly KeptReason[];
};

export type Party = {
  readonly name: string;
  readonly department: string;
  readonly postalCode: string;
  readonly address: string;
  readonly registrationNumber: string;
  readonly corporateNumber: string;
  readonly phone: string;
  readonly email: string;
  readonly peppolId: string;
};

/** The invoice that a credit note takes back. */
export type Credited = {
  readonly invoiceId: string;
  readonly number: string;
  readonly month: string;
  readonly issuedOn: string;
};

/** A qualified invoice (適格請求書) or credit note (適格返還請求書) as it is issued and kept for ever. */
export type Document = {
  readonly kind: 'invoice' | 'credit_note';
  readonly number: string;
  readonly month: string;
  readonly issuedOn: string;
  readonly dueOn: string | null;
  readonly issuer: Party;
  readonly recipient: Party;
  readonly bankAccount: string;
  readonly rounding: Rounding;
  readonly lines: readonly Line[];
  readonly taxTotals: readonly TaxTotal[];
  readonly net: number;
  readonly tax: number;
  readonly total: number;
  readonly credits: Credited | null;
  readonly reasons: readonly KeptReason[];
};

/** What is credited of one invoice: its lines as they were billed, and the totals of the credit note (negative). */
export type Credit = Credited & {
  readonly lines: readonly Line[];
  readonly taxTotals: readonly TaxTotal[];
  readonly rounding: Rounding;
  readonly reasons: readonly KeptReason[];
};

export const DIFFERENCES = [
  'new',
  'ended',
  'count',
  'price',
  'initial',
  'one_time',
  'adjustment',
  'correction',
] as const;
export type Difference = {
  readonly subject: string;
  readonly what: (typeof DIFFERENCES)[number];
  readonly amount: number;
  readonly because: readonly KeptReason[];
};

/**
 * What a row was computed from: as long as it is the same, nothing of the months until then has changed. Histories are only
 * ever added to, so the number of facts tells one from another.
 */
export type Basis = { readonly facts: number; readonly book: number };

/** What closing a month issues for one contractor. `net`, `tax` and `total` are of the invoice and the credit notes together. */
export type Row = {
  readonly contractorId: ContractorId;
  readonly contractorName: string;
  readonly basis: Basis;
  readonly recipient: Party;
  readonly rounding: Rounding;
  readonly lines: readonly Line[];
  readonly taxTotals: readonly TaxTotal[];
  readonly credits: readonly Credit[];
  readonly net: number;
  readonly tax: number;
  readonly total: number;
  readonly previousNet: number;
  readonly differences: readonly Difference[];
  readonly problems: readonly KeptReason[];
};

/** A line as a credit note shows it. */
export function negated(line: Line): Line {
  return { ...line, quantity: 0 - line.quantity, amount: 0 - line.amount };
}

/** What stands before the first document of every chain. */
export const GENESIS: Buffer = Buffer.alloc(32);
const FORMAT = 'tsukasa-invoice-1';

/**
 * SHA-256 over a document and the hash before it: one JSON array in UTF-8 of format name, hash before (hex), contractor,
 * place in the chain, id and content. `canonical` puts the keys of the content in order.
 */
export function documentHash(
  place: { readonly contractorId: string; readonly chainSeq: number; readonly invoiceId: string },
  content: Document,
  previous: Uint8Array,
  canonical: (content: Document) => unknown,
): Buffer {
  const { contractorId, chainSeq, invoiceId } = place;
  const previousHash = Buffer.from(previous).toString('hex');
  const text = JSON.stringify([FORMAT, previousHash, contractorId, chainSeq, invoiceId, canonical(content)]);
  return createHash('sha256').update(text).digest();
}
