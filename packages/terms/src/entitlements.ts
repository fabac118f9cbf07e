import type { ContractHistory } from './applications.ts';
import { functionsOn } from './catalogue-entries.ts';
import { providedFrom } from './counts.ts';
import { isAfter, isBefore, later } from './days.ts';
import { effectiveFacts } from './history.ts';
import type { Book, ClauseId, ContractState, EntitledFunction, Reason } from './model.ts';
import { identityOn } from './revisions.ts';
import { activatedOn, type Reading, readFacts, stateOf } from './state.ts';
import { because } from './words.ts';

export type Period = { readonly from: Temporal.PlainDate; readonly until?: Temporal.PlainDate };
export type Entitlements = {
  /** `none`: never had a contract; `readable`: ended, data can be read until `readableUntil`; `closed`: after that. */
  readonly state: 'none' | 'waiting' | 'in_force' | 'readable' | 'closed';
  readonly functions: ReadonlySet<EntitledFunction>;
  /** The number of devices for which the desk may act (Art. 8-2 (2)). */
  readonly deskDevices?: number;
  /** The last day of the last contract in force, when every one of them has a known end; or the day on which the last ended. */
  readonly endsOn?: Temporal.PlainDate;
  readonly readableUntil?: Temporal.PlainDate;
  readonly because: readonly Reason[];
  /** Days on which a contract that lets devices be managed is in force, as the whole histories tell, past and future. */
  readonly servicePeriods: readonly Period[];
};

type Contract = { readonly reading: Reading; readonly state: ContractState };

/** What a contractor's contracts entitle to on a day (Art. 2, 7, 8-2). Derived only from histories and terms. */
export function entitlements(
  book: Book,
  contracts: readonly ContractHistory[],
  day: Temporal.PlainDate,
  { retentionDays }: { readonly retentionDays: number },
): Entitlements {
  const known = contracts.flatMap(({ history }): Contract[] => {
    const reading = readFacts(book, effectiveFacts(history), day);
    return reading === undefined ? [] : [{ reading, state: stateOf(reading, day) }];
  });
  const states = known.map(({ state }) => state);
  const servicePeriods = contracts.flatMap(({ history }) => {
    const reading = readFacts(book, effectiveFacts(history));
    return reading === undefined ? [] : servicePeriodsOf(reading);
  });
  const functions = new Set(states.flatMap((state) => functionsOf(book, state, day)));
  const deskDevices = deskDevicesOf(book, states, day);
  const end = lastEnd(states);
  const readableUntil = end?.add({ days: retentionDays });
  const state = stateName(states, readableUntil, day);
  return {
    state,
    functions,
    ...(deskDevices !== undefined && { deskDevices }),
    ...(end !== undefined && { endsOn: end }),
    ...(readableUntil !== undefined && { readableUntil }),
    because: reasonsOf(state, states, readableUntil),
    servicePeriods,
  };
}

/**
 * The last day of the unbroken time, around the given day, on which devices may be managed. Absent when they may not be on
 * that day, or when no end is known.
 */
export function serviceEnd(periods: readonly Period[], day: Temporal.PlainDate): Temporal.PlainDate | undefined {
  let last = day.subtract({ days: 1 });
  const inOrder = [...periods].sort((a, b) => Temporal.PlainDate.compare(a.from, b.from));
  for (const { from, until } of inOrder) {
    if (isAfter(from, last.add({ days: 1 }))) break;
    if (until === undefined) return undefined;
    last = later(last, until);
  }
  return isBefore(last, day) ? undefined : last;
}

function functionsOf(book: Book, state: ContractState, day: Temporal.PlainDate): readonly EntitledFunction[] {
  if (!state.inForce) return [];
  const own = state.kind === undefined ? [] : functionsOn(book.catalogue.kinds, state.kind, day);
  const options = state.options.filter((option) => option.inForce);
  return [...own, ...options.flatMap(({ subject }) => functionsOn(book.catalogue.options, subject, day))];
}

function deskDevicesOf(book: Book, states: readonly ContractState[], day: Temporal.PlainDate): number | undefined {
  const counts = states
    .filter((state) => state.inForce)
    .flatMap((state) => state.options.filter((option) => option.inForce))
    .filter(({ subject }) => functionsOn(book.catalogue.options, subject, day).includes('desk'))
    .map((option) => option.deviceCount ?? 0);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** Absent while a contract in force has no known end; otherwise the last end of what was ever in force. */
function lastEnd(states: readonly ContractState[]): Temporal.PlainDate | undefined {
  const running = states.filter((state) => state.inForce);
  const relevant = running.length > 0 ? running : states.filter(wasInForce);
  if (relevant.some((state) => state.endsOn === undefined)) return undefined;
  return relevant
    .flatMap(({ endsOn }) => (endsOn === undefined ? [] : [endsOn]))
    .reduce<Temporal.PlainDate | undefined>((a, b) => (a === undefined ? b : later(a, b)), undefined);
}

function wasInForce({ phase, startOn, activatedOn: active, endsOn }: ContractState): boolean {
  if (phase !== 'ended' && phase !== 'lapsed') return false;
  return (
    startOn !== undefined && active !== undefined && endsOn !== undefined && !isAfter(later(startOn, active), endsOn)
  );
}

function stateName(
  states: readonly ContractState[],
  readableUntil: Temporal.PlainDate | undefined,
  day: Temporal.PlainDate,
): Entitlements['state'] {
  if (states.some((state) => state.inForce)) return 'in_force';
  if (readableUntil !== undefined && !isBefore(readableUntil, day)) return 'readable';
  if (states.some(({ phase }) => phase === 'applied' || phase === 'quoted' || phase === 'accepted')) return 'waiting';
  return readableUntil === undefined ? 'none' : 'closed';
}

function reasonsOf(
  state: Entitlements['state'],
  states: readonly ContractState[],
  readableUntil: Temporal.PlainDate | undefined,
): readonly Reason[] {
  const until = { until: String(readableUntil ?? '') };
  switch (state) {
    case 'none':
      return [because('entitlement.none', 'art-2')];
    case 'waiting':
      return states.flatMap(({ waitingFor, startOn }) =>
        waitingFor.map((what) => waitingReason(what, startOn === undefined ? '' : String(startOn))),
      );
    case 'readable':
      return [...states.flatMap((each) => each.endBecause), because('entitlement.readable', 'art-10-1', until)];
    case 'closed':
      return [because('entitlement.closed', 'art-10-1', until)];
    case 'in_force':
      return states.filter((each) => each.inForce).flatMap(inForceReasons);
  }
}

function waitingReason(what: ContractState['waitingFor'][number], startOn: string): Reason {
  switch (what) {
    case 'answer':
      return because('entitlement.waiting_answer', 'art-2');
    case 'start':
      return because('entitlement.waiting_start', 'art-2', { startOn });
    case 'licence':
      return because('entitlement.waiting_licence', 'art-7-1');
    case 'activation':
      return because('entitlement.waiting_activation', 'art-7-1');
  }
}

function inForceReasons({ item, kind, endsOn }: ContractState): readonly Reason[] {
  const what = { item, kind: kind ?? '' };
  const reason =
    kind === undefined
      ? because('entitlement.historical', 'art-1', { item })
      : because('entitlement.kind', 'art-2', what);
  return endsOn === undefined
    ? [reason]
    : [reason, because('entitlement.ends', 'art-10-1', { endsOn: String(endsOn) })];
}

/** The days on which this contract lets devices be managed: in force, under a kind that enrolls. */
function servicePeriodsOf(reading: Reading): readonly Period[] {
  const { book, lives, course, ends } = reading;
  const from = providedFrom(lives.service, activatedOn(book, lives.service, lives.kind));
  if (from === undefined) return [];
  const end = ends.get(lives.service)?.on;
  const starts = [
    from,
    ...course.stages
      .slice(1)
      .map((stage) => stage.from)
      .filter((day) => isAfter(day, from)),
  ];
  return starts.flatMap((start, index) => {
    const next = starts[index + 1]?.subtract({ days: 1 });
    const until = next === undefined || (end !== undefined && isAfter(next, end)) ? end : next;
    const { kind } = identityOn(course, start);
    const manages = kind !== undefined && functionsOn(book.catalogue.kinds, kind, start).includes('enroll');
    if (!manages || (until !== undefined && isAfter(start, until))) return [];
    return [{ from: start, ...(until !== undefined && { until }) }];
  });
}

const FUNCTION_CLAUSES: Readonly<Record<EntitledFunction, ClauseId>> = {
  enroll: 'art-2',
  control: 'art-2',
  configure: 'art-2',
  observe: 'art-2',
  distribute_apps: 'art-2',
  container: 'art-8-2-1',
  desk: 'art-8-2-2',
};

/** Why a function is not available, worded for the person who asked for it, with what to do; absent when it is available. */
export function entitlementRefusal(known: Entitlements, wanted: EntitledFunction): Reason | undefined {
  if (known.functions.has(wanted)) return undefined;
  return because(`entitlement.${wanted}`, FUNCTION_CLAUSES[wanted]);
}
