import { type Ends, endsOf } from './cancellation.ts';
import { countIn, providedFrom } from './counts.ts';
import { compareMonths, isAfter, isBefore, monthOf } from './days.ts';
import { TermsError } from './errors.ts';
import { type EffectiveFact, effectiveFacts, knownOn } from './history.ts';
import { licencesNeeded } from './licences.ts';
import { type Life, type Lives, livesOf } from './lives.ts';
import { type Book, type ContractState, type History, type KindId, SERVICE, type SubjectState } from './model.ts';
import { type Course, courseOf, identityOn, revisionFor } from './revisions.ts';

/** A history read together with the terms: everything that answers are derived from. */
export type Reading = {
  readonly book: Book;
  readonly lives: Lives;
  readonly course: Course;
  readonly ends: Ends;
};

/** Reads facts with the terms; what takes effect after `asOf` is left out. Absent when nothing was applied for. */
export function readFacts(book: Book, facts: readonly EffectiveFact[], asOf?: Temporal.PlainDate): Reading | undefined {
  const lives = livesOf(asOf === undefined ? facts : knownOn(facts, asOf));
  if (lives === undefined) return undefined;
  const course = courseOf(book, lives, asOf);
  return { book, lives, course, ends: endsOf(book, lives, course) };
}

/**
 * A contract on one day, as far as that day knows it (Art. 5, 7, 8, 10; Sup.): corrections applied, ends known by then.
 * Throws `history.not_applied` for a day before the application.
 */
export function stateOn(book: Book, history: History, day: Temporal.PlainDate): ContractState {
  const reading = readFacts(book, effectiveFacts(history), day);
  if (reading === undefined) throw new TermsError('history.not_applied', { on: String(day) });
  return stateOf(reading, day);
}

/** The same from facts already read. */
export function stateOf(reading: Reading, day: Temporal.PlainDate): ContractState {
  const { book, lives, course } = reading;
  const { item, kind, because: identity } = identityOn(course, day);
  const { revision, because: terms } = revisionFor(book, course, SERVICE, day);
  const service = subjectState(reading, lives.service, day);
  const options = lives.options.map((option) => withinService(subjectState(reading, option, day), service));
  return {
    ...service,
    on: day,
    item,
    ...(kind !== undefined && { kind }),
    revision: revision.effectiveOn,
    options,
    because: [...identity, ...terms, ...service.endBecause],
  };
}

/** When a run was activated: as recorded, or with its start where no licence had to be agreed to (Art. 7). */
export function activatedOn(book: Book, life: Life, kind: KindId | undefined): Temporal.PlainDate | undefined {
  if (life.activatedOn !== undefined || life.acceptedOn === undefined) return life.activatedOn;
  const options = life.subject === SERVICE ? [] : [life.subject];
  const needed = licencesNeeded(book.catalogue, { ...(kind !== undefined && { kind }), options }, life.acceptedOn);
  return needed.length === 0 ? life.startOn : undefined;
}

function subjectState(reading: Reading, life: Life, day: Temporal.PlainDate): SubjectState {
  const { lives, book } = reading;
  const end = reading.ends.get(life);
  const active = activatedOn(book, life, lives.kind);
  const phase = phaseOf(reading, life, active, day);
  const inForce = phase.phase === 'in_force' || phase.phase === 'ending';
  const count = inForce ? countIn(lives, life, monthOf(day)) : undefined;
  return {
    subject: life.subject,
    ...phase,
    inForce,
    application: life.application,
    appliedOn: life.appliedOn,
    ...(life.acceptedOn && { acceptedOn: life.acceptedOn }),
    ...(life.startOn && { startOn: life.startOn }),
    ...(active && { activatedOn: active }),
    ...(life.billingStartOn && { billingStartOn: life.billingStartOn }),
    ...(end && { endsOn: end.on }),
    endBecause: end?.because ?? [],
    ...(count && { deviceCount: count.deviceCount }),
    comingCounts: comingCounts(lives, life, end?.on, day),
  };
}

type PhaseAnswer = Pick<SubjectState, 'phase' | 'waitingFor'>;

function phaseOf(
  reading: Reading,
  life: Life,
  active: Temporal.PlainDate | undefined,
  day: Temporal.PlainDate,
): PhaseAnswer {
  if (life.acceptedOn === undefined) return unanswered(life);
  const end = reading.ends.get(life);
  if (end !== undefined && isAfter(day, end.on)) return { phase: end.lapsed ? 'lapsed' : 'ended', waitingFor: [] };
  const from = providedFrom(life, active);
  if (from !== undefined && !isBefore(day, from))
    return { phase: end === undefined ? 'in_force' : 'ending', waitingFor: [] };
  return { phase: 'accepted', waitingFor: waitingFor(reading, life, active, day) };
}

function unanswered(life: Life): PhaseAnswer {
  if (life.refusedOn !== undefined) return { phase: 'refused', waitingFor: [] };
  if (life.withdrawnOn !== undefined) return { phase: 'withdrawn', waitingFor: [] };
  return { phase: life.quotedOn === undefined ? 'applied' : 'quoted', waitingFor: ['answer'] };
}

function waitingFor(
  { book, lives }: Reading,
  life: Life,
  active: Temporal.PlainDate | undefined,
  day: Temporal.PlainDate,
): SubjectState['waitingFor'] {
  const waiting: SubjectState['waitingFor'][number][] = [];
  if (life.startOn !== undefined && isAfter(life.startOn, day)) waiting.push('start');
  if (active !== undefined) return waiting.length > 0 ? waiting : ['activation'];
  const options = life.subject === SERVICE ? [] : [life.subject];
  const needed = licencesNeeded(
    book.catalogue,
    { ...(lives.kind !== undefined && { kind: lives.kind }), options },
    day,
  );
  const agreed = (document: string, version: string) =>
    lives.agreed.some((each) => each.document === document && each.version === version);
  const open = needed.some(({ document, version }) => !agreed(document, version));
  return [...waiting, open ? 'licence' : 'activation'];
}

/** Art. 7-2, 7-3: an option without the service in force is not in force either. */
function withinService(option: SubjectState, service: SubjectState): SubjectState {
  if (!option.inForce || service.inForce) return option;
  const { deviceCount: _, ...rest } = option;
  return { ...rest, phase: 'accepted', inForce: false, waitingFor: service.waitingFor };
}

function comingCounts(
  lives: Lives,
  life: Life,
  end: Temporal.PlainDate | undefined,
  day: Temporal.PlainDate,
): SubjectState['comingCounts'] {
  return (lives.counts.get(life) ?? [])
    .filter(({ month }) => compareMonths(month, monthOf(day)) > 0)
    .filter(({ month }) => end === undefined || compareMonths(month, monthOf(end)) <= 0)
    .map(({ month, deviceCount }) => ({ from: month, deviceCount }));
}
