/** Closings, qualified invoices and credit notes, payments, adjustments, forecasts: what the histories of contracts owe. */
export type { BillingDeps } from './deps.ts';
export { billingMessages } from './messages.ts';
export { type Billing, createBilling } from './room.ts';
export { verifyInvoices } from './verify.ts';
