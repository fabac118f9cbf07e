import type * as api from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import type { Language } from '../../base/http/messages.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type Balance, findBalance, listBalances, listPayments } from './balance-store.ts';
import { dayOf, monthOfColumn } from './days.ts';
import type { BillingDeps } from './deps.ts';
import { findInvoice, type InvoiceRecord } from './invoice-store.ts';
import type { InvoiceId, Line, Party } from './model.ts';
import { noInvoice } from './payments.ts';
import { presentReasons } from './words.ts';

export function presentBalance(balance: Balance): api.InvoiceSummary {
  const { kind, number, net, tax, total, paid, credited, state } = balance;
  return {
    invoiceId: balance.invoice_id,
    contractorId: balance.contractor_id,
    contractorName: balance.contractor_name,
    number,
    kind,
    month: monthOfColumn(balance.month).toString(),
    issuedOn: balance.issued_on.toString(),
    dueOn: balance.due_on?.toString() ?? null,
    net,
    tax,
    total,
    paid,
    credited,
    state,
  };
}

/** A document as it was issued. Throws `not_found`. */
export function getDocument(
  deps: BillingDeps,
  contractorId: ContractorId,
  invoiceId: InvoiceId,
): Promise<InvoiceRecord> {
  return deps.db.asContractor(contractorId, (tx) => existing(tx, contractorId, invoiceId));
}

async function existing(tx: Tx, contractorId: ContractorId, invoiceId: InvoiceId): Promise<InvoiceRecord> {
  const found = await findInvoice(tx, contractorId, invoiceId);
  if (found === undefined) throw noInvoice();
  return found;
}

/** The same with its balance and payments. Throws `not_found`. */
export function getInvoice(
  deps: BillingDeps,
  contractorId: ContractorId,
  invoiceId: InvoiceId,
  language: Language,
): Promise<api.Invoice> {
  return deps.db.asContractor(contractorId, async (tx) => {
    const { content, hash } = await existing(tx, contractorId, invoiceId);
    const balance = await findBalance(tx, contractorId, invoiceId, dayOf(deps.clock.now()));
    if (balance === undefined) throw noInvoice();
    const payments = await listPayments(tx, contractorId, invoiceId);
    const { credits } = content;
    return {
      ...presentBalance(balance),
      issuer: presentParty(content.issuer),
      recipient: presentParty(content.recipient),
      bankAccount: content.bankAccount,
      lines: content.lines.map((line) => presentLine(line, language)),
      taxTotals: [...content.taxTotals],
      credits: credits === null ? null : { invoiceId: credits.invoiceId, number: credits.number },
      reason: presentReasons(content.reasons, language)
        .map(({ text }) => text)
        .join('\n'),
      payments: payments.map(({ paymentId, on, amount, note, reverses = null }) => ({
        paymentId,
        on: on.toString(),
        amount,
        note,
        reverses,
      })),
      hash: hash.toString('hex'),
    };
  });
}

function presentParty(party: Party): api.Invoice['issuer'] {
  const { name, department, postalCode, address, registrationNumber, phone, email } = party;
  return { name, department, postalCode, address, registrationNumber, phone, email };
}

export function presentLine(line: Line, language: Language): api.ChargeLine {
  const { contractId, contractNumber, key, month, subject, fee, description, quantity, unitAmount, amount } = line;
  const { taxRate, taxCategory, because } = line;
  return {
    contractId,
    contractNumber,
    key,
    month,
    subject,
    fee,
    description: { ...description },
    quantity,
    unitAmount,
    amount,
    taxRate,
    taxCategory,
    because: presentReasons(because, language),
  };
}

/** Invoices, credit notes and payments in the order of their days, with the balance after each (Japanese, as on paper). */
export function statement(
  deps: BillingDeps,
  contractorId: ContractorId,
  contractorName: string,
  language: Language,
): Promise<api.Statement> {
  const today = dayOf(deps.clock.now());
  return deps.db.asContractor(contractorId, async (tx) => {
    const documents = await listBalances(tx, { contractorId, limit: 100_000, today });
    const payments = await listPayments(tx, contractorId);
    const words = ENTRY_WORDS[language];
    const moves = [
      ...documents.map((each) => ({
        on: each.issued_on.toString(),
        order: 0,
        kind: each.kind,
        number: each.number,
        description: words[each.kind].replace('{month}', monthOfColumn(each.month).toString()),
        amount: each.total,
      })),
      ...payments.map((each) => ({
        on: each.on.toString(),
        order: 1,
        kind: each.reverses === undefined ? ('payment' as const) : ('reversal' as const),
        number: each.number,
        description: each.note || words[each.reverses === undefined ? 'payment' : 'reversal'],
        amount: 0 - each.amount,
      })),
    ].sort((a, b) => compare(a.on, b.on) || a.order - b.order || compare(a.number, b.number));
    let balance = 0;
    const entries = moves.map(({ order: _, ...move }) => {
      balance += move.amount;
      return { ...move, balance };
    });
    const late = documents.filter(({ state }) => state === 'overdue');
    const overdue = late.reduce((sum, { total, paid, credited }) => sum + total - paid - credited, 0);
    return { contractorId, contractorName, entries, balance, overdue };
  });
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const ENTRY_WORDS = {
  ja: { invoice: '請求（{month}分）', credit_note: '返還（{month}分の締め）', payment: '入金', reversal: '入金の取消' },
  en: {
    invoice: 'Invoice for {month}',
    credit_note: 'Credit note ({month})',
    payment: 'Payment',
    reversal: 'Payment taken back',
  },
} as const;
