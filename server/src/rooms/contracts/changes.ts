import type * as api from '@tsukasa/api';
import {
  type Book,
  charges,
  checkFact,
  type Fact,
  type FactBody,
  type History,
  noticePreview,
  parseFactBody,
  stateOn,
} from '@tsukasa/terms';
import type { RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { requireAdmissible } from './applications.ts';
import { requireDocument } from './documents.ts';
import { BY_ITSELF, type Ledger, type LedgerDeps, type NewFact, type Recording, writingIn } from './ledger.ts';
import type { ContractId } from './model.ts';
import { monthlyAmount, nameOf, presentDetail, presentReasons } from './present.ts';
import { contractIn, parseDay, parseMonth, readIn, reading, requireCustomer } from './reading.ts';
import { underTerms } from './refusals.ts';

/** Which contract a change is about. */
export type Place = { readonly contractorId: ContractorId; readonly contractId: ContractId };

/** Adds to one contract's history, and shows the contract as it is afterwards. */
function changing(
  deps: LedgerDeps,
  { contractorId, contractId }: Place,
  context: RequestContext,
  fn: (ledger: Ledger, add: (fact: NewFact, more?: Recording) => Promise<Fact>) => Promise<unknown>,
  attachment: { readonly documentId?: string | undefined; readonly note?: string | undefined } = {},
): Promise<api.ContractDetail> {
  return deps.db.asContractor(contractorId, async (tx) => {
    await requireCustomer(deps, tx, contractorId);
    const documentId = await requireDocument(tx, contractorId, attachment.documentId);
    const shared = { documentId, note: attachment.note };
    await writingIn(deps, tx, contractorId, context, (ledger) =>
      fn(ledger, (fact, more = {}) => ledger.record(contractId, fact, { ...shared, ...more })),
    );
    const read = await readIn(deps, tx, contractorId, context.language);
    return presentDetail(read, contractIn(read.contracts, contractId), read.today);
  });
}

// ---- Notices (Art. 8-7, 10) -----------------------------------------------------------------------------------------------

export type NoticeRequest = {
  readonly subject: string;
  /** Absent: today. */
  readonly arrivedOn?: string | undefined;
  readonly designatedOn?: string | undefined;
  readonly documentId?: string | undefined;
  readonly note?: string | undefined;
};

function noticeOf(request: NoticeRequest, today: Temporal.PlainDate): Extract<NewFact, { type: 'notice_arrived' }> {
  const { subject, designatedOn } = request;
  return {
    type: 'notice_arrived',
    on: request.arrivedOn === undefined ? today : parseDay(request.arrivedOn, '/arrivedOn'),
    subject,
    ...(designatedOn === undefined ? {} : { designatedOn: parseDay(designatedOn, '/designatedOn') }),
  };
}

/** Records the arrival of a notice. Throws `conflict` with the clause. */
export function giveNotice(
  deps: LedgerDeps,
  place: Place,
  request: NoticeRequest,
  context: RequestContext,
): Promise<api.ContractDetail> {
  return changing(deps, place, context, (ledger, add) => add(noticeOf(request, ledger.today)), request);
}

/** What a notice would end, with everything that ends with it. Changes nothing. */
export function previewNotice(
  deps: LedgerDeps,
  { contractorId, contractId }: Place,
  request: NoticeRequest,
  context: RequestContext,
): Promise<api.EndingPreview> {
  return reading(deps, contractorId, context.language, ({ book, contracts, today, language }) => {
    const { history } = contractIn(contracts, contractId);
    const { on: arrivedOn, ...notice } = noticeOf(request, today);
    assuming(book, history, [{ on: arrivedOn, ...notice }], today);
    const preview = noticePreview(book, history, { ...notice, arrivedOn });
    const state = stateOn(book, history, today);
    return {
      arrivedOn: arrivedOn.toString(),
      endings: preview.endings.map(({ subject, effectiveOn, because }) => ({
        subject,
        name: nameOf(book, subject, state),
        effectiveOn: effectiveOn.toString(),
        because: presentReasons(because, language),
      })),
      lastChargedMonth: preview.lastChargedMonth?.toString() ?? null,
    };
  });
}

/** The history with facts that have not happened, if the terms would let them. Throws as recording them would. */
function assuming(book: Book, history: History, added: readonly NewFact[], today: Temporal.PlainDate): History {
  const assumed: Fact[] = [...history];
  for (const body of added) {
    const fact = { ...body, seq: assumed.length + 1 } as Fact;
    underTerms('conflict', () => checkFact(book, assumed, fact, today));
    assumed.push(fact);
  }
  return assumed;
}

/** The provider consents to taking a notice back before it takes effect. */
export function withdrawNotice(
  deps: LedgerDeps,
  place: Place,
  request: { readonly seq: number; readonly reason: string },
  context: RequestContext,
): Promise<api.ContractDetail> {
  const { seq: notice, reason } = request;
  return changing(deps, place, context, (ledger, add) =>
    add({ type: 'notice_withdrawn', on: ledger.today, notice, reason }),
  );
}

// ---- Number of devices (Art. 8-5) -------------------------------------------------------------------------------------------

type CountRequest = {
  readonly subject: string;
  readonly deviceCount: number;
  readonly from?: string;
  /** Absent: today. */
  readonly arrivedOn?: string;
  readonly documentId?: string;
  readonly note?: string;
};

function countOf({ subject, deviceCount, ...request }: CountRequest, today: Temporal.PlainDate): NewFact {
  const on = request.arrivedOn === undefined ? today : parseDay(request.arrivedOn, '/arrivedOn');
  const named = request.from === undefined ? {} : { from: parseMonth(request.from, '/from') };
  return { type: 'count_asked', on, subject, deviceCount, ...named };
}

/**
 * Asks for another number of devices, which the system accepts on the day it arrived: the terms leave the provider no say
 * in it, and a form that is recorded late counts from the same month.
 */
export function changeCount(
  deps: LedgerDeps,
  place: Place,
  request: CountRequest,
  context: RequestContext,
): Promise<api.ContractDetail> {
  return changing(
    deps,
    place,
    context,
    async (ledger, add) => {
      const { seq, on } = await add(countOf(request, ledger.today));
      await ledger.record(place.contractId, { type: 'count_accepted', on, asked: seq }, { author: BY_ITSELF });
    },
    request,
  );
}

/** From which month the number would count, and the monthly fees of that month without and with it. Changes nothing. */
export function previewCount(
  deps: LedgerDeps,
  { contractorId, contractId }: Place,
  request: CountRequest,
  context: RequestContext,
): Promise<api.CountChangePreview> {
  return reading(deps, contractorId, context.language, ({ book, contracts, today, language }) => {
    const { history } = contractIn(contracts, contractId);
    const asked = countOf(request, today);
    const accepted: NewFact = { type: 'count_accepted', on: asked.on, asked: history.length + 1 };
    const assumed = assuming(book, history, [asked, accepted], today);
    const from = request.from === undefined ? nextMonth(asked.on) : parseMonth(request.from, '/from');
    const due = charges(book, assumed, { from, to: from }).charges;
    const own = due.find(({ subject, fee }) => subject === request.subject && fee === 'monthly');
    return {
      from: from.toString(),
      deviceCount: request.deviceCount,
      monthlyBefore: monthlyAmount(book, history, from),
      monthlyAfter: monthlyAmount(book, assumed, from),
      because: presentReasons(own?.because ?? [], language),
    };
  });
}

const nextMonth = (day: Temporal.PlainDate) => day.toPlainYearMonth().add({ months: 1 });

// ---- Billing start, prices, fees, corrections -------------------------------------------------------------------------------

/** 課金開始日 (Art. 11) of subjects whose acceptance left it open. */
export function startBilling(
  deps: LedgerDeps,
  place: Place,
  request: { readonly subjects: readonly string[]; readonly on: string },
  context: RequestContext,
): Promise<api.ContractDetail> {
  const on = parseDay(request.on, '/on');
  return changing(deps, place, context, (_, add) => add({ type: 'billing_started', on, subjects: request.subjects }));
}

/** New prices of a running contract, from a month on (Sch. 1). */
export function changePrices(
  deps: LedgerDeps,
  place: Place,
  request: { readonly from: string; readonly lines: readonly api.QuoteLine[] },
  context: RequestContext,
): Promise<api.ContractDetail> {
  const from = parseMonth(request.from, '/from');
  return changing(deps, place, context, (ledger, add) =>
    add({ type: 'quoted', on: ledger.today, from, lines: request.lines }),
  );
}

/** A fee whose cause is a fact (Art. 11, 一時費用). */
export function addOneTimeFee(
  deps: LedgerDeps,
  place: Place,
  request: { readonly subject: string; readonly amount: number; readonly on: string; readonly cause: string },
  context: RequestContext,
): Promise<api.ContractDetail> {
  const { subject, amount, cause } = request;
  const on = parseDay(request.on, '/on');
  return changing(deps, place, context, (_, add) => add({ type: 'one_time_fee', on, subject, amount, cause }));
}

type WrittenFact = { readonly on: string; readonly body: Readonly<Record<string, unknown>> };

/** A fact as somebody wrote it down. Throws `invalid`. */
function written({ on, body }: WrittenFact, pointer: string): { readonly on: Temporal.PlainDate } & FactBody {
  return { ...underTerms('invalid', () => parseFactBody(body)), on: parseDay(on, pointer) };
}

/** Corrects an entry by a new one that names it; the old one stays in the history. */
export function correctFact(
  deps: LedgerDeps,
  place: Place,
  request: { readonly corrects: number; readonly by: WrittenFact | null; readonly reason: string },
  context: RequestContext,
): Promise<api.ContractDetail> {
  const { corrects, reason } = request;
  const by = request.by === null ? {} : { by: written(request.by, '/by/on') };
  return changing(deps, place, context, (ledger, add) =>
    add({ type: 'corrected', on: ledger.today, corrects, reason, ...by }),
  );
}

/** Records a contract of the past with its history, each fact checked as of its own day. */
export function recordHistorical(
  deps: LedgerDeps,
  contractorId: ContractorId,
  request: { readonly facts: readonly WrittenFact[]; readonly documentId?: string; readonly note?: string },
  context: RequestContext,
): Promise<api.ContractDetail> {
  const facts = request.facts.map((fact, at) => written(fact, `/facts/${at}/on`));
  return deps.db.asContractor(contractorId, async (tx) => {
    await requireCustomer(deps, tx, contractorId);
    const documentId = await requireDocument(tx, contractorId, request.documentId);
    const contractId = await writingIn(
      deps,
      tx,
      contractorId,
      context,
      async (ledger) => {
        const made = await ledger.newContract();
        for (const [at, fact] of facts.entries()) {
          if (fact.type === 'applied' || fact.type === 'change_applied') {
            requireAdmissible(ledger, at === 0 ? undefined : made, fact);
          }
          await ledger.record(made, fact, { documentId, note: request.note });
        }
        return made;
      },
      { historical: true },
    );
    const read = await readIn(deps, tx, contractorId, context.language);
    return presentDetail(read, contractIn(read.contracts, contractId), read.today);
  });
}
