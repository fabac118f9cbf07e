import type { ColumnType } from 'kysely';
import type { Actor } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { AdjustmentId, Document, InvoiceId, PaymentId } from './model.ts';
import type { BillingSettings } from './settings.ts';

type Instant = Temporal.Instant;
type Day = Temporal.PlainDate;
type Json<T> = ColumnType<T, unknown, unknown>;

/** The room's tables as their columns come out of the database. */
export type BillingTables = {
  billing_settings: { version: number; content: Json<BillingSettings>; changed_at: Instant; changed_by: Json<Actor> };
  billing_closings: {
    month: Day;
    state: 'open' | 'draft' | 'issuing' | 'approved';
    settings_version: number | null;
    drafted_at: Instant | null;
    drafted_by: Json<Actor | null>;
    approved_at: Instant | null;
    approved_by: Json<Actor | null>;
    issued_on: Day | null;
    fingerprint: string | null;
    contractors: number;
    net: number;
    tax: number;
    total: number;
    previous_net: number;
    problems: number;
  };
  billing_numbers: { kind: 'invoice' | 'credit_note'; year: number; last: number };
  closing_rows: {
    contractor_id: ContractorId;
    month: Day;
    content: Json<unknown>;
    contractor_name: string;
    search_key: string;
    net: number;
    tax: number;
    total: number;
    previous_net: number;
    documents: number;
    problems: number;
    fingerprint: Buffer;
    numbers: string[] | null;
    issued_at: Instant | null;
  };
  invoice_heads: { contractor_id: ContractorId; chain_seq: number; hash: Buffer };
  invoices: {
    contractor_id: ContractorId;
    invoice_id: InvoiceId;
    chain_seq: number;
    kind: 'invoice' | 'credit_note';
    number: string;
    month: Day;
    issued_on: Day;
    credits: InvoiceId | null;
    content: Json<Document>;
    recorded_at: Instant;
    previous_hash: Buffer;
    hash: Buffer;
  };
  billed_charges: {
    contractor_id: ContractorId;
    charge: string;
    times: number;
    invoice_id: InvoiceId;
    place: number;
    closed_month: Day;
    quantity: number;
    unit_amount: number;
    tax_rate: string;
    tax_category: string;
  };
  credited_charges: {
    contractor_id: ContractorId;
    charge: string;
    times: number;
    credit_note_id: InvoiceId;
    closed_month: Day;
  };
  payments: {
    contractor_id: ContractorId;
    payment_id: PaymentId;
    invoice_id: InvoiceId;
    on_day: Day;
    amount: number;
    note: string;
    reverses: PaymentId | null;
    recorded_at: Instant;
    recorded_by: Json<Actor>;
  };
  invoice_balances: {
    contractor_id: ContractorId;
    invoice_id: InvoiceId;
    kind: 'invoice' | 'credit_note';
    number: string;
    month: Day;
    issued_on: Day;
    due_on: Day | null;
    contractor_name: string;
    search_key: string;
    net: number;
    tax: number;
    total: number;
    paid: number;
    credited: number;
  };
  adjustments: {
    contractor_id: ContractorId;
    adjustment_id: AdjustmentId;
    month: Day;
    description: string;
    amount: number;
    reason: string;
    asked_at: Instant;
    asked_by: Json<Actor>;
  };
  adjustment_decisions: {
    contractor_id: ContractorId;
    adjustment_id: AdjustmentId;
    approved: boolean;
    note: string;
    decided_at: Instant;
    decided_by: Json<Actor>;
  };
};
