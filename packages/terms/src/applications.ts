import { qualificationClause } from './cancellation.ts';
import { holdsOn, kindOn, optionOn } from './catalogue-entries.ts';
import { isAfter, isBefore } from './days.ts';
import { effectiveFacts } from './history.ts';
import {
  type Book,
  type History,
  type ItemId,
  type KindId,
  type Reason,
  type RequestedSubject,
  SERVICE,
  type SubjectState,
} from './model.ts';
import { revisionFor, revisionOn } from './revisions.ts';
import { type Reading, readFacts, stateOf } from './state.ts';
import { because } from './words.ts';

/** What a contractor applies for: a service with options, options of a contract, or to go on under a newer item. */
export type Application =
  | {
      readonly type: 'service';
      readonly item: ItemId;
      readonly kind?: KindId;
      readonly requests: readonly RequestedSubject[];
      readonly startOn?: Temporal.PlainDate;
    }
  | {
      readonly type: 'options';
      readonly contractId: string;
      readonly requests: readonly RequestedSubject[];
      readonly startOn?: Temporal.PlainDate;
    }
  | { readonly type: 'change'; readonly contractId: string; readonly item: ItemId; readonly kind: KindId };

export type ContractHistory = { readonly contractId: string; readonly history: History };
export type Admissibility = {
  readonly admissible: boolean;
  /** Every rule that refuses the application, or the rules that it meets. */
  readonly because: readonly Reason[];
};

/** The largest number of devices that a contract may name; our choice. */
export const MAX_DEVICES = 1_000_000;

/**
 * Whether an application that arrives on a day can be accepted, given all contracts of the contractor: one contract for a
 * kind (Art. 5), options for contractors of their item (Art. 7-2, 7-3), together only (Art. 8-4), change applications of a
 * transitional rule (Sup. 2016-04-01 (2)). C8, C9.
 */
export function admissible(
  book: Book,
  contracts: readonly ContractHistory[],
  application: Application,
  day: Temporal.PlainDate,
): Admissibility {
  if (application.type === 'service') {
    const refused = [
      ...serviceProblems(book, application, day),
      ...secondContract(book, contracts, application, application.startOn ?? day, day),
    ];
    return answer(refused, [because('application.one_per_kind', 'art-5', kindParams(application))]);
  }
  const contract = contracts.find(({ contractId }) => contractId === application.contractId);
  const reading = contract && readFacts(book, effectiveFacts(contract.history), day);
  if (contract === undefined || reading === undefined) return answer([because('application.no_contract', 'art-7')], []);
  if (application.type === 'options')
    return answer(
      optionProblems(reading, application.requests, day),
      application.requests.map(({ subject }) =>
        because('application.qualified', qualificationClause(subject), { option: subject }),
      ),
    );
  const others = contracts.filter((each) => each !== contract);
  const refused = [
    ...changeProblems(reading, application, day),
    ...secondContract(book, others, application, day, day),
  ];
  return answer(refused, [because('application.change', heldClause(reading, day), kindParams(application))]);
}

function answer(refused: readonly Reason[], met: readonly Reason[]): Admissibility {
  return refused.length > 0 ? { admissible: false, because: refused } : { admissible: true, because: met };
}

const kindParams = ({ item, kind }: { item: ItemId; kind?: KindId }): Record<string, string> => ({
  item,
  ...(kind !== undefined && { kind }),
});

type Service = { readonly item: ItemId; readonly kind?: KindId; readonly requests: readonly RequestedSubject[] };

/** What refuses an application for a service by itself, whatever else the contractor has (Art. 1, 2, 7, 8). */
export function serviceProblems(book: Book, service: Service, day: Temporal.PlainDate): readonly Reason[] {
  const { catalogue } = book;
  const problems = [...identityProblems(book, service, day)];
  if (!service.requests.some(({ subject }) => subject === SERVICE))
    problems.push(because('application.without_service', 'art-8-1'));
  for (const request of service.requests) {
    problems.push(...countProblems(book, request, day));
    if (request.subject === SERVICE) continue;
    const option = optionOn(catalogue, request.subject, day);
    if (option === undefined || !holdsOn(option, day))
      problems.push(because('option.not_offered', 'art-8-2', { option: request.subject, on: String(day) }));
    else if (option.item !== service.item) problems.push(otherItem(request.subject, option.item, service.item));
  }
  return [...problems, ...repeated(service.requests)];
}

function identityProblems(book: Book, { item, kind }: Service, day: Temporal.PlainDate): readonly Reason[] {
  const { items, kinds } = book.catalogue;
  if (!items.some((each) => each.id === item && holdsOn(each, day)))
    return [because('item.not_offered', 'art-1', { item, on: String(day) })];
  const offered = kinds.filter((each) => each.item === item && holdsOn(each, day));
  if (kind === undefined)
    return offered.length === 0
      ? []
      : [because('kind.missing', 'art-2', { item, kinds: offered.map((each) => each.id).join(', ') })];
  return offered.some((each) => each.id === kind)
    ? []
    : [because('kind.not_offered', 'art-2', { item, kind, on: String(day) })];
}

function countProblems(
  book: Book,
  { subject, deviceCount }: RequestedSubject,
  day: Temporal.PlainDate,
): readonly Reason[] {
  const counted = subject !== SERVICE && optionOn(book.catalogue, subject, day)?.counted === true;
  if (deviceCount === undefined) return counted ? [because('count.missing', 'sch-1-2-2-note-1', { subject })] : [];
  if (!Number.isInteger(deviceCount) || deviceCount < 1 || deviceCount > MAX_DEVICES)
    return [because('count.out_of_range', 'sch-1-2-2-note-1', { subject, deviceCount, max: MAX_DEVICES })];
  return [];
}

function repeated(requests: readonly RequestedSubject[]): readonly Reason[] {
  const seen = new Set<string>();
  return requests.flatMap(({ subject }) => {
    if (!seen.has(subject)) {
      seen.add(subject);
      return [];
    }
    return [because('application.repeated', 'art-8-1', { subject })];
  });
}

const otherItem = (option: string, needed: ItemId, item: ItemId): Reason =>
  because('option.other_item', qualificationClause(option), { option, needed, item });

/** Art. 5. A contract counts while applied for, accepted or in force, unless its known end lies before the new start. */
function secondContract(
  book: Book,
  contracts: readonly ContractHistory[],
  wanted: { readonly item: ItemId; readonly kind?: KindId },
  startOn: Temporal.PlainDate,
  day: Temporal.PlainDate,
): readonly Reason[] {
  if (wanted.kind === undefined || !revisionOn(book, day).rules.oneContractPerKind) return [];
  for (const { history } of contracts) {
    const reading = readFacts(book, effectiveFacts(history), day);
    if (reading === undefined) continue;
    const state = stateOf(reading, day);
    if (state.kind !== wanted.kind || !isOpen(state)) continue;
    if (state.endsOn !== undefined && isAfter(startOn, state.endsOn)) continue;
    const params = { kind: wanted.kind, appliedOn: String(state.appliedOn), phase: state.phase };
    return [because('contract.second_of_kind', 'art-5', params)];
  }
  return [];
}

const CLOSED: readonly SubjectState['phase'][] = ['ended', 'lapsed', 'refused', 'withdrawn'];
const isOpen = ({ phase }: Pick<SubjectState, 'phase'>): boolean => !CLOSED.includes(phase);

/** What refuses options applied for later than their service (Art. 7-2, 7-3, 8-4). */
export function optionProblems(
  reading: Reading,
  requests: readonly RequestedSubject[],
  day: Temporal.PlainDate,
): readonly Reason[] {
  const { book, course } = reading;
  const state = stateOf(reading, day);
  const accepted = state.acceptedOn !== undefined && isOpen(state);
  const { revision } = revisionFor(book, course, SERVICE, day);
  const problems: Reason[] = accepted ? [] : [because('application.not_a_contractor', 'art-7', { phase: state.phase })];
  for (const request of requests) {
    const { subject } = request;
    problems.push(...countProblems(book, request, day));
    const option = subject === SERVICE ? undefined : optionOn(book.catalogue, subject, day);
    if (option === undefined || !holdsOn(option, day)) {
      problems.push(because('option.not_offered', 'art-8-2', { option: subject, on: String(day) }));
      continue;
    }
    if (option.item !== state.item) problems.push(otherItem(subject, option.item, state.item));
    if (revision.rules.onlyTogether.some((pair) => pair.kind === state.kind && pair.option === subject))
      problems.push(because('option.only_together', 'art-8-4', { option: subject, kind: state.kind ?? '' }));
    const running = state.options.find((each) => each.subject === subject && isOpen(each));
    if (running !== undefined && running.endsOn === undefined)
      problems.push(because('option.second', 'art-8-1', { option: subject, phase: running.phase }));
  }
  return [...problems, ...repeated(requests)];
}

const heldService = ({ course, lives }: Reading, day: Temporal.PlainDate) =>
  course.held.find((held) => held.life === lives.service && !isBefore(day, held.from) && !isAfter(day, held.until));
const heldClause = (reading: Reading, day: Temporal.PlainDate): string =>
  heldService(reading, day)?.because.clause ?? 'sup-2016-04-01-2';

/** What refuses a change application (Sup. 2016-04-01 (2)): it must come while previous terms still apply. */
export function changeProblems(
  reading: Reading,
  change: { readonly item: ItemId; readonly kind: KindId },
  day: Temporal.PlainDate,
): readonly Reason[] {
  const held = heldService(reading, day);
  if (held === undefined) return [because('change.no_transition', 'sup-2016-04-01-2', { on: String(day) })];
  const clause = held.because.clause;
  const from = held.until.add({ days: 1 });
  const { catalogue } = reading.book;
  const kind = kindOn(catalogue, change.kind, from);
  const offered = kind !== undefined && kind.item === change.item && holdsOn(kind, from);
  const problems = offered
    ? []
    : [because('kind.not_offered', 'art-2', { item: change.item, kind: change.kind, on: String(from) })];
  const end = reading.ends.get(reading.lives.service);
  if (end !== undefined && (isAfter(day, end.on) || !end.lapsed))
    problems.push(because('change.ending', clause, { endsOn: String(end.on) }));
  if (reading.lives.changes.length > 0) problems.push(because('change.second', clause));
  return problems;
}
