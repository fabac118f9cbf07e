import type { InvoiceSummary } from '@tsukasa/api';
import { oneOf, present, textOf } from '../../app/search.ts';
import { monthOf } from '../contracts/search.ts';

export const INVOICE_STATES = [
  'open',
  'overdue',
  'paid',
  'credited',
  'credit_note',
] as const satisfies readonly InvoiceSummary['state'][];

export type InvoiceSearch = { q?: string; month?: string; state?: InvoiceSummary['state'] };
export function readInvoiceSearch(search: Record<string, unknown>): InvoiceSearch {
  return present({
    q: textOf(search['q']),
    month: monthOf(search['month']),
    state: oneOf(search['state'], INVOICE_STATES),
  });
}
