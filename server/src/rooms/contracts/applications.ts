import type * as api from '@tsukasa/api';
import { type Application, admissible, type Book, licencesNeeded, SERVICE } from '@tsukasa/terms';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import { type ContractorId, newId, parseUuid } from '../../base/ids.ts';
import * as store from './application-store.ts';
import { requireDocument } from './documents.ts';
import { type Ledger, type LedgerDeps, type NewFact, writingIn } from './ledger.ts';
import type { ApplicationId, ContractId, ContractRecord } from './model.ts';
import { presentReasons } from './present.ts';
import { presentApplication } from './present-application.ts';
import { pricesOf } from './prices.ts';
import { contractIn, parseDay, type Read, readIn, reading, requireCustomer } from './reading.ts';
import { refusalOf } from './refusals.ts';

/** How an application came in. */
export type Arrival = {
  readonly channel: 'console' | 'provider';
  /** Absent: today. */
  readonly arrivedOn?: string | undefined;
  readonly documentId?: string | undefined;
  readonly note?: string | undefined;
};

type Asked = Extract<NewFact, { type: 'applied' | 'change_applied' }>;

/** The fact that an application is, for the contract that it is about; without one for a new service. */
function askedBy(
  book: Book,
  contracts: readonly ContractRecord[],
  content: api.ApplicationContent,
  application: string,
  on: Temporal.PlainDate,
): { readonly contractId: ContractId | undefined; readonly fact: Asked } {
  if (content.type === 'change') {
    const { item, kind } = content;
    const fact: Asked = { type: 'change_applied', on, application, item, kind };
    return { contractId: ofContract(contracts, content.contractId), fact };
  }
  const startOn = content.startOn === undefined ? {} : { startOn: parseDay(content.startOn, '/content/startOn') };
  if (content.type === 'service') {
    const { kind, deviceCount, options } = content;
    const service = { subject: SERVICE, ...(deviceCount === undefined ? {} : { deviceCount }) };
    // An unknown kind is refused as a kind of what is offered (Art. 2).
    const { kinds } = book.catalogue;
    const item = (kinds.findLast(({ id }) => id === kind) ?? kinds.at(-1))?.item ?? '';
    const fact: Asked = { type: 'applied', on, application, item, kind, requests: [service, ...options], ...startOn };
    return { contractId: undefined, fact };
  }
  const contractId = ofContract(contracts, content.contractId);
  const first = contractIn(contracts, contractId).history.find((fact) => fact.type === 'applied');
  const kind = first?.type === 'applied' ? first.kind : undefined;
  const item = first?.type === 'applied' ? first.item : '';
  const fact: Asked = {
    type: 'applied',
    on,
    application,
    item,
    ...(kind === undefined ? {} : { kind }),
    requests: content.options,
    ...startOn,
  };
  return { contractId, fact };
}

function ofContract(contracts: readonly ContractRecord[], id: string): ContractId {
  return contractIn(contracts, parseUuid<'Contract'>(id, 'contractId')).contractId;
}

/** Whether an application of today would be admissible (Art. 5, 7, 8-4), what it would cost and which licences it needs. */
export function assess(
  deps: LedgerDeps,
  contractorId: ContractorId,
  content: api.ApplicationContent,
  context: RequestContext,
): Promise<api.ApplicationAssessment> {
  return reading(deps, contractorId, context.language, ({ book, contracts, today, language }) => {
    const application = newId<'Application'>();
    const { contractId, fact } = askedBy(book, contracts, content, application, today);
    const answer = admissible(book, contracts, applicationOf(contractId, fact), today);
    const before = contractId === undefined ? [] : contractIn(contracts, contractId).history;
    const history = [...before, { ...fact, seq: before.length + 1 }];
    const price = answer.admissible ? pricesOf(book, history, application, today, language) : [];
    return {
      admissible: answer.admissible,
      because: presentReasons(answer.because, language),
      price,
      licences: licencesFor(book, fact, today),
    };
  });
}

/** The same as the rules ask about it. */
function applicationOf(contractId: ContractId | undefined, fact: Asked): Application {
  if (fact.type === 'change_applied') {
    return { type: 'change', contractId: contractId ?? '', item: fact.item, kind: fact.kind };
  }
  const { item, kind, requests, startOn } = fact;
  const asked = { requests, ...(startOn === undefined ? {} : { startOn }) };
  if (contractId !== undefined) return { type: 'options', contractId, ...asked };
  return { type: 'service', item, ...(kind === undefined ? {} : { kind }), ...asked };
}

function licencesFor(book: Book, fact: Asked, day: Temporal.PlainDate) {
  const { kind } = fact;
  const options =
    fact.type === 'applied' ? fact.requests.flatMap(({ subject }) => (subject === SERVICE ? [] : [subject])) : [];
  const needed = licencesNeeded(book.catalogue, { ...(kind === undefined ? {} : { kind }), options }, day);
  return needed.map(({ document, version, title }) => ({ document, version, title: { ...title } }));
}

/** Throws `conflict` with the clause that refuses it, `invalid` for a day or a form that is wrong. */
export function apply(
  deps: LedgerDeps,
  contractorId: ContractorId,
  content: api.ApplicationContent,
  arrival: Arrival,
  context: RequestContext,
): Promise<api.Application> {
  return writingOne(deps, contractorId, context, async (ledger, tx) => {
    const arrivedOn = arrival.arrivedOn === undefined ? ledger.today : parseDay(arrival.arrivedOn, '/arrivedOn');
    const documentId = await requireDocument(tx, contractorId, arrival.documentId);
    const applicationId = newId<'Application'>(ledger.now.epochMilliseconds);
    const { contractId, fact } = askedBy(ledger.book, ledger.contracts, content, applicationId, arrivedOn);
    requireAdmissible(ledger, contractId, fact);
    const target = contractId ?? (await ledger.newContract());
    await ledger.record(target, fact, { documentId, note: arrival.note, refusal: 'invalid' });
    await store.insertApplication(tx, {
      contractorId,
      applicationId,
      contractId: target,
      content,
      channel: arrival.channel,
      arrivedOn,
      documentId,
      note: arrival.note ?? '',
      recordedAt: ledger.now,
      actor: context.actor,
      state: 'applied',
    });
    return applicationId;
  });
}

/** Art. 5, 7 and 8-4 as of the day on which the application arrived. Throws `conflict`. */
export function requireAdmissible(ledger: Ledger, contractId: ContractId | undefined, fact: Asked): void {
  const answer = admissible(ledger.book, ledger.contracts, applicationOf(contractId, fact), fact.on);
  const [why] = answer.because;
  if (!answer.admissible && why !== undefined) throw refusalOf('conflict', why);
}

/** Runs a use case about one application, and shows it as it is afterwards. */
function writingOne(
  deps: LedgerDeps,
  contractorId: ContractorId,
  context: RequestContext,
  fn: (ledger: Ledger, tx: Tx) => Promise<ApplicationId>,
): Promise<api.Application> {
  return deps.db.asContractor(contractorId, async (tx) => {
    await requireCustomer(deps, tx, contractorId);
    const applicationId = await writingIn(deps, tx, contractorId, context, (ledger) => fn(ledger, tx));
    const read = await readIn(deps, tx, contractorId, context.language);
    return presentApplication(read, await existing(tx, contractorId, applicationId));
  });
}

async function existing(tx: Tx, contractorId: ContractorId, applicationId: ApplicationId) {
  const found = await store.findApplication(tx, contractorId, applicationId);
  if (found !== undefined) return found;
  throw new DomainError('not_found', 'no such application', { reason: 'application.not_found' });
}

/** Newest first. */
export function listApplications(
  deps: LedgerDeps,
  contractorId: ContractorId,
  context: RequestContext,
): Promise<api.Application[]> {
  return reading(deps, contractorId, context.language, (read) => applicationsIn(read, contractorId));
}

export async function applicationsIn(read: Read, contractorId: ContractorId): Promise<api.Application[]> {
  const records = await store.applicationsOf(read.tx, contractorId);
  return records.map((record) => presentApplication(read, record));
}

type Answered = {
  readonly applicationId: ApplicationId;
  /** The fact that answers the application, given the one that asked. */
  readonly fact: (ledger: Ledger) => NewFact;
};

function answering(
  deps: LedgerDeps,
  contractorId: ContractorId,
  context: RequestContext,
  { applicationId, fact }: Answered,
  then?: (ledger: Ledger, contractId: ContractId) => Promise<void>,
): Promise<api.Application> {
  return writingOne(deps, contractorId, context, async (ledger, tx) => {
    const { contractId } = await existing(tx, contractorId, applicationId);
    await ledger.record(contractId, fact(ledger));
    await then?.(ledger, contractId);
    return applicationId;
  });
}

/** Takes back what has not been answered. Throws `conflict` when it has been. */
export function withdraw(
  deps: LedgerDeps,
  contractorId: ContractorId,
  applicationId: ApplicationId,
  { reason }: { readonly reason?: string },
  context: RequestContext,
): Promise<api.Application> {
  const fact = (ledger: Ledger): NewFact => ({
    type: 'withdrawn',
    on: ledger.today,
    application: applicationId,
    ...(reason === undefined || reason === '' ? {} : { reason }),
  });
  return answering(deps, contractorId, context, { applicationId, fact });
}

/** Shows the contractor its prices (Sch. 1, "別途契約者に示す金額"). */
export function quote(
  deps: LedgerDeps,
  contractorId: ContractorId,
  applicationId: ApplicationId,
  request: { readonly lines: readonly api.QuoteLine[]; readonly validUntil?: string },
  context: RequestContext,
): Promise<api.Application> {
  const { lines } = request;
  const validUntil =
    request.validUntil === undefined ? {} : { validUntil: parseDay(request.validUntil, '/validUntil') };
  const fact = (ledger: Ledger): NewFact => ({
    type: 'quoted',
    on: ledger.today,
    application: applicationId,
    lines,
    ...validUntil,
  });
  return answering(deps, contractorId, context, { applicationId, fact });
}

/** Refuses an application, with a reason for the contractor. */
export function refuse(
  deps: LedgerDeps,
  contractorId: ContractorId,
  applicationId: ApplicationId,
  request: { readonly reason: string; readonly clause?: string; readonly on?: string },
  context: RequestContext,
): Promise<api.Application> {
  const { reason, clause } = request;
  const fact = (ledger: Ledger): NewFact => ({
    type: 'refused',
    on: request.on === undefined ? ledger.today : parseDay(request.on, '/on'),
    application: applicationId,
    reason,
    ...(clause === undefined ? {} : { clause }),
  });
  return answering(deps, contractorId, context, { applicationId, fact });
}

export type Acceptance = { readonly acceptedOn?: string; readonly startOn?: string; readonly billingStartOn?: string };

/**
 * The provider's consent (承諾). It begins on the day named, else on the day asked for, else on the day of acceptance, never
 * before it. Throws `conflict` with the clause: what was applied for meanwhile may stand in the way.
 */
export function accept(
  deps: LedgerDeps,
  contractorId: ContractorId,
  applicationId: ApplicationId,
  request: Acceptance,
  context: RequestContext,
): Promise<api.Application> {
  return writingOne(deps, contractorId, context, async (ledger, tx) => {
    const { contractId } = await existing(tx, contractorId, applicationId);
    const asked = askedIn(ledger.contract(contractId), applicationId);
    const on = request.acceptedOn === undefined ? ledger.today : parseDay(request.acceptedOn, '/acceptedOn');
    const wished = request.startOn === undefined ? undefined : parseDay(request.startOn, '/startOn');
    const startOn = wished ?? laterOf(on, asked?.type === 'applied' ? asked.startOn : undefined);
    await ledger.record(contractId, { type: 'accepted', on, application: applicationId, startOn });
    if (request.billingStartOn !== undefined && asked?.type === 'applied') {
      const billingOn = parseDay(request.billingStartOn, '/billingStartOn');
      const subjects = asked.requests.map(({ subject }) => subject);
      await ledger.record(contractId, { type: 'billing_started', on: billingOn, subjects });
    }
    return applicationId;
  });
}

function askedIn(contract: ContractRecord, application: string) {
  return contract.history.find(
    (fact) => (fact.type === 'applied' || fact.type === 'change_applied') && fact.application === application,
  );
}

function laterOf(a: Temporal.PlainDate, b: Temporal.PlainDate | undefined): Temporal.PlainDate {
  return b !== undefined && Temporal.PlainDate.compare(a, b) < 0 ? b : a;
}
