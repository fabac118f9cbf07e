import type * as api from '@tsukasa/api';
import {
  type Book,
  type Charge,
  type ContractState,
  charges,
  type Entitlements,
  explain,
  type History,
  type Reason,
  SERVICE,
  type SubjectState,
  serviceEnd,
  stateOn,
} from '@tsukasa/terms';
import type { RequestContext } from '../../base/http/context.ts';
import type { Customer } from './deps.ts';
import type { ContractRecord, Link } from './model.ts';

export type Language = RequestContext['language'];

/** An explanation in one language. */
export function presentReasons(reasons: readonly Reason[], language: Language): api.Reason[] {
  return reasons.map((reason) => ({
    code: reason.code,
    clause: reason.clause ?? null,
    params: { ...reason.params },
    seq: reason.seq ?? null,
    text: explain(reason, language),
  }));
}

const text = (value: { toString(): string } | undefined): string | null => value?.toString() ?? null;

/** The name of the service (its kind, or a historical item) or of an option. */
export function nameOf(
  { catalogue }: Book,
  subject: string,
  identity: { readonly item: string; readonly kind?: string | undefined },
): { ja: string; en: string } {
  const last = <T extends { readonly id: string; readonly name: { ja: string; en: string } }>(
    entries: readonly T[],
    id: string | undefined,
  ) => entries.findLast((entry) => entry.id === id)?.name;
  const found =
    subject === SERVICE
      ? (last(catalogue.kinds, identity.kind) ?? last(catalogue.items, identity.item))
      : last(catalogue.options, subject);
  const plain = subject === SERVICE ? (identity.kind ?? identity.item) : subject;
  return { ...(found ?? { ja: plain, en: plain }) };
}

/** Sum of the monthly fees of one month; null where a price is not known. */
export function monthlyAmount(book: Book, history: History, month: Temporal.PlainYearMonth): number | null {
  const { charges: due, problems } = charges(book, history, { from: month, to: month });
  if (problems.length > 0) return null;
  return due.filter(({ fee }) => fee === 'monthly').reduce((sum, { amount }) => sum + amount, 0);
}

export type Shown = {
  readonly book: Book;
  readonly customer: Customer;
  readonly language: Language;
};

/** A contract on one day. */
export function presentContract(shown: Shown, contract: ContractRecord, day: Temporal.PlainDate): api.Contract {
  const { book, customer, language } = shown;
  const state = stateOn(book, contract.history, day);
  return {
    contractId: contract.contractId,
    contractNumber: contract.contractNumber,
    contractorId: customer.contractorId,
    contractorName: customer.name,
    on: day.toString(),
    item: state.item,
    kind: state.kind ?? null,
    ...presentSubject(book, state, state, language),
    revision: state.revision.toString(),
    options: state.options.map((option) => presentSubject(book, state, option, language)),
    because: presentReasons(state.because, language),
    monthlyAmount: monthlyAmount(book, contract.history, day.toPlainYearMonth()),
  };
}

function presentSubject(
  book: Book,
  contract: ContractState,
  state: SubjectState,
  language: Language,
): api.SubjectState {
  return {
    subject: state.subject,
    name: nameOf(book, state.subject, contract),
    phase: state.phase,
    inForce: state.inForce,
    waitingFor: [...state.waitingFor],
    applicationId: state.application,
    appliedOn: state.appliedOn.toString(),
    acceptedOn: text(state.acceptedOn),
    startOn: text(state.startOn),
    activatedOn: text(state.activatedOn),
    billingStartOn: text(state.billingStartOn),
    endsOn: text(state.endsOn),
    endBecause: presentReasons(state.endBecause, language),
    deviceCount: state.deviceCount ?? null,
    comingCounts: state.comingCounts.map(({ from, deviceCount }) => ({ from: from.toString(), deviceCount })),
  };
}

/** The history as recorded. */
export function presentFacts(links: readonly Link[]): api.ContractFact[] {
  const corrected = new Set(
    links.flatMap(({ fact }) => (fact.body.type === 'corrected' ? [Number(fact.body['corrects'])] : [])),
  );
  return links.map(({ fact, hash }) => ({
    seq: fact.seq,
    type: fact.body.type,
    on: fact.on.toString(),
    body: fact.body,
    documentId: fact.documentId ?? null,
    note: fact.note,
    corrected: corrected.has(fact.seq),
    recordedAt: fact.recordedAt.toString(),
    recordedBy: fact.actor,
    hash: hash.toString('hex'),
  }));
}

/** A contract with its history. */
export function presentDetail(shown: Shown, contract: ContractRecord, day: Temporal.PlainDate): api.ContractDetail {
  return { contract: presentContract(shown, contract, day), facts: presentFacts(contract.links) };
}

export function presentCharge(
  book: Book,
  identity: { readonly item: string; readonly kind?: string | undefined },
  charge: Charge,
  language: Language,
): api.ContractCharge {
  return {
    key: charge.key,
    month: charge.month.toString(),
    subject: charge.subject,
    name: nameOf(book, charge.subject, identity),
    fee: charge.fee,
    os: charge.os ?? null,
    quantity: charge.quantity,
    unitAmount: charge.unitAmount,
    amount: charge.amount,
    dueOn: charge.dueOn.toString(),
    because: presentReasons(charge.because, language),
  };
}

export function presentEntitlements(
  answer: Entitlements,
  day: Temporal.PlainDate,
  language: Language,
): api.Entitlements {
  return {
    on: day.toString(),
    state: answer.state,
    functions: [...answer.functions],
    deskDevices: answer.deskDevices ?? null,
    endsOn: text(answer.endsOn),
    devicesUntil: text(serviceEnd(answer.servicePeriods, day)),
    readableUntil: text(answer.readableUntil),
    because: presentReasons(answer.because, language),
  };
}
