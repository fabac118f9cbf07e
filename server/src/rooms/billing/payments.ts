import type { Payment } from '@tsukasa/api';
import { isUniqueViolation, type Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { type Balance, findBalance, insertPayment, listPayments, type PaymentRecord } from './balance-store.ts';
import type { Author } from './closing.ts';
import { type Day, dayOf } from './days.ts';
import type { BillingDeps } from './deps.ts';
import { lockHeads } from './invoice-store.ts';
import type { InvoiceId, PaymentId } from './model.ts';

export type PaymentRequest = {
  readonly invoiceId: InvoiceId;
  readonly on: Day;
  readonly amount: number;
  readonly note: string;
};

/** Records a payment of an invoice. Throws `not_found`, `conflict` for more than is outstanding, `invalid` for a day to come. */
export async function recordPayment(
  deps: BillingDeps,
  contractorId: ContractorId,
  request: PaymentRequest,
  author: Author,
): Promise<Payment> {
  const now = deps.clock.now();
  if (Temporal.PlainDate.compare(request.on, dayOf(now)) > 0)
    throw new DomainError('invalid', 'a payment is not dated in the future', {
      reason: 'billing.payment_in_future',
      errors: [{ pointer: '/on', detail: 'must not be later than today' }],
    });
  return deps.db.asContractor(contractorId, async (tx) => {
    await lockHeads(tx, [contractorId]);
    const invoice = await payable(tx, contractorId, request.invoiceId, dayOf(now));
    const outstanding = invoice.total - invoice.paid - invoice.credited;
    if (request.amount > outstanding)
      throw new DomainError('conflict', 'more is paid than is outstanding', {
        reason: 'billing.overpayment',
        params: { outstanding: Math.max(0, outstanding), number: invoice.number },
      });
    const common = { contractorId, number: invoice.number, recordedAt: now, recordedBy: author.actor };
    const payment = { ...common, ...request, paymentId: newId<'Payment'>(), reverses: undefined };
    await insertPayment(tx, payment);
    await recordIt(deps, tx, 'payment.recorded', payment, author);
    return presentPayment(payment);
  });
}

async function payable(tx: Tx, contractorId: ContractorId, invoiceId: InvoiceId, today: Day): Promise<Balance> {
  const invoice = await findBalance(tx, contractorId, invoiceId, today);
  if (invoice === undefined) throw noInvoice();
  if (invoice.kind === 'invoice') return invoice;
  throw new DomainError('conflict', 'a credit note is not paid', { reason: 'billing.payment_of_credit_note' });
}

export function noInvoice(): DomainError {
  return new DomainError('not_found', 'there is no such invoice', { reason: 'billing.invoice_unknown' });
}

/** Takes back a payment that was recorded by mistake, once. Throws `not_found`, `conflict`. */
export async function reversePayment(
  deps: BillingDeps,
  contractorId: ContractorId,
  paymentId: PaymentId,
  reason: string,
  author: Author,
): Promise<Payment> {
  const now = deps.clock.now();
  const again = (cause?: unknown) =>
    new DomainError('conflict', 'the payment was taken back', { reason: 'billing.payment_reversed', cause });
  try {
    return await deps.db.asContractor(contractorId, async (tx) => {
      await lockHeads(tx, [contractorId]);
      const original = (await listPayments(tx, contractorId)).find((each) => each.paymentId === paymentId);
      if (original === undefined)
        throw new DomainError('not_found', 'there is no such payment', { reason: 'billing.payment_unknown' });
      if (original.reverses !== undefined) throw again();
      const reversal: PaymentRecord = {
        ...original,
        paymentId: newId<'Payment'>(),
        on: dayOf(now),
        amount: 0 - original.amount,
        note: reason,
        reverses: paymentId,
        recordedAt: now,
        recordedBy: author.actor,
      };
      await insertPayment(tx, reversal);
      await recordIt(deps, tx, 'payment.reversed', reversal, author, reason);
      return presentPayment(reversal);
    });
  } catch (error) {
    if (isUniqueViolation(error, 'payments_reversed_once')) throw again(error);
    throw error;
  }
}

async function recordIt(
  deps: BillingDeps,
  tx: Tx,
  action: string,
  payment: PaymentRecord,
  author: Author,
  reason?: string,
): Promise<void> {
  const { contractorId, paymentId, number, amount, on, reverses, note } = payment;
  await deps.recordAudit(tx, contractorId, {
    at: payment.recordedAt,
    ...author,
    action,
    target: { kind: 'invoice', id: payment.invoiceId, name: number },
    details: { paymentId, amount, on: on.toString(), ...(reverses && { reverses }), ...(note !== '' && { note }) },
    ...(reason !== undefined && { reason }),
  });
}

export function presentPayment(payment: PaymentRecord): Payment {
  const { contractorId, paymentId, invoiceId, number, on, amount, note, reverses, recordedAt, recordedBy } = payment;
  return {
    paymentId,
    contractorId,
    invoiceId,
    number,
    on: on.toString(),
    amount,
    note,
    reverses: reverses ?? null,
    recordedAt: recordedAt.toString(),
    recordedBy,
  };
}
