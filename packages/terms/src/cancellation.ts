import { isAfter, later } from './days.ts';
import { type Life, type Lives, type Notice, runOn } from './lives.ts';
import {
  type Book,
  type ClauseId,
  type KindId,
  type OptionId,
  type Reason,
  type Revision,
  type Rules,
  SERVICE,
  type Subject,
} from './model.ts';
import { type Course, identityOn, revisionFor, revisionOn } from './revisions.ts';
import { because } from './words.ts';

export type Ending = {
  readonly subject: Subject;
  readonly effectiveOn: Temporal.PlainDate;
  readonly because: readonly Reason[];
};
export type Cancellation = {
  /** The last day on which the subject of the notice is in force. */
  readonly effectiveOn: Temporal.PlainDate;
  /** Everything that ends through this notice, its own subject first. */
  readonly endings: readonly Ending[];
  readonly because: readonly Reason[];
};

/** Art. 7-2, 7-3: an option is for contractors of the item's contract. */
export function qualificationClause(option: OptionId): ClauseId {
  if (option === 'secure-app-connect') return 'art-7-2';
  return option === 'operation-proxy' ? 'art-7-3' : 'art-7';
}

/**
 * When a notice takes effect, and what ends with it (Art. 8-7, 10; C1 to C7): the later of arrival + `noticeDays` and the
 * designated day. `kind` decides about linked endings (Art. 10-2); `options` are those that end with the service (Art. 7-2,
 * 7-3). The rules are those of `revision`, by default of the terms in effect on the day of arrival.
 */
export function cancellation(notice: {
  readonly book: Book;
  readonly arrivedOn: Temporal.PlainDate;
  readonly designatedOn?: Temporal.PlainDate;
  readonly subject: Subject;
  readonly kind?: KindId;
  readonly options?: readonly OptionId[];
  readonly revision?: Revision;
}): Cancellation {
  const { subject, kind } = notice;
  const { rules } = notice.revision ?? revisionOn(notice.book, notice.arrivedOn);
  const own: Ending = { subject, ...noticeEffect(rules, notice) };
  const endings = [own];
  const linked = subject !== SERVICE && isLinked(rules, kind, subject);
  if (linked) endings.push({ subject: SERVICE, ...linkedEnd(own, kind ?? '') });
  if (subject === SERVICE || linked)
    for (const option of notice.options ?? [])
      if (option !== subject) endings.push({ subject: option, ...endWithService(option, own) });
  return { effectiveOn: own.effectiveOn, endings, because: own.because };
}

type Effect = Omit<Ending, 'subject'>;

/** Art. 8-7, 10-1. The day of arrival is not counted (Civil Code, Art. 140). */
function noticeEffect(
  rules: Rules,
  notice: {
    readonly subject: Subject;
    readonly arrivedOn: Temporal.PlainDate;
    readonly designatedOn?: Temporal.PlainDate;
    readonly seq?: number;
  },
): Effect {
  const { subject, arrivedOn, designatedOn, seq } = notice;
  const clause = subject === SERVICE ? 'art-10-1' : 'art-8-7';
  const earliestOn = arrivedOn.add({ days: rules.noticeDays });
  const effectiveOn = designatedOn === undefined ? earliestOn : later(earliestOn, designatedOn);
  const days = { arrivedOn: String(arrivedOn), noticeDays: rules.noticeDays, earliestOn: String(earliestOn) };
  const steps = [
    because('notice.arrived', clause, { subject, arrivedOn: String(arrivedOn) }, seq),
    because('notice.first_day_not_counted', 'civil-140', { arrivedOn: String(arrivedOn) }),
    because('notice.earliest', clause, days),
  ];
  if (designatedOn !== undefined)
    steps.push(because('notice.designated', clause, { designatedOn: String(designatedOn) }, seq));
  steps.push(because('notice.effective', clause, { subject, effectiveOn: String(effectiveOn) }));
  return { effectiveOn, because: steps };
}

function isLinked(rules: Rules, kind: KindId | undefined, option: OptionId): boolean {
  return kind !== undefined && rules.linkedEndings.some((link) => link.kind === kind && link.option === option);
}

/** Art. 10-2. */
function linkedEnd(option: Ending, kind: KindId): Effect {
  const params = { option: option.subject, kind, effectiveOn: String(option.effectiveOn) };
  return {
    effectiveOn: option.effectiveOn,
    because: [...option.because, because('ending.linked', 'art-10-2', params)],
  };
}

/** Art. 7-2, 7-3: without the contract there is no option. */
function endWithService(option: OptionId, service: Effect): Effect {
  const params = { option, effectiveOn: String(service.effectiveOn) };
  return {
    effectiveOn: service.effectiveOn,
    because: [...service.because, because('ending.with_service', qualificationClause(option), params)],
  };
}

/**
 * The last day of a run and why; `lapsed` when a transitional rule ends it rather than a notice. The terms of the day
 * `decidedOn` (arrival of the notice, or the last day) say what ends with it.
 */
export type End = {
  readonly on: Temporal.PlainDate;
  readonly because: readonly Reason[];
  readonly lapsed: boolean;
  readonly decidedOn: Temporal.PlainDate;
};
/** Ends by run, of the service first. A run without an entry has no known end. */
export type Ends = ReadonlyMap<Life, End>;

/** All ends that follow from the notices and transitional rules of a history (Art. 7-2, 7-3, 8-7, 10; Sup. 2016-04-01). */
export function endsOf(book: Book, lives: Lives, course: Course): Ends {
  const ends = new Map<Life, End>();
  const sooner = (life: Life, end: End) => {
    const known = ends.get(life);
    if (known === undefined || isAfter(known.on, end.on)) ends.set(life, end);
  };
  for (const { life, on, because: reason } of course.lapses)
    sooner(life, { on, because: [reason], lapsed: true, decidedOn: on });
  for (const notice of lives.notices) {
    const life = runOn([lives.service, ...lives.options], notice.subject, notice.arrivedOn);
    if (life !== undefined) sooner(life, endByNotice(book, course, notice));
  }
  for (const option of lives.options) {
    const end = ends.get(option);
    if (end !== undefined)
      for (const linked of linkedServiceEnd(book, course, option, end)) sooner(lives.service, linked);
  }
  const service = ends.get(lives.service);
  if (service !== undefined)
    for (const option of lives.options) if (option.acceptedOn !== undefined) sooner(option, endAlong(option, service));
  return ends;
}

function endByNotice(book: Book, course: Course, notice: Notice): End {
  const { revision } = revisionFor(book, course, notice.subject, notice.arrivedOn);
  const effect = noticeEffect(revision.rules, notice);
  return { on: effect.effectiveOn, because: effect.because, lapsed: false, decidedOn: notice.arrivedOn };
}

function linkedServiceEnd(book: Book, course: Course, option: Life, end: End): readonly End[] {
  const { kind } = identityOn(course, end.decidedOn);
  const { revision } = revisionFor(book, course, SERVICE, end.decidedOn);
  if (!isLinked(revision.rules, kind, option.subject)) return [];
  const linked = linkedEnd({ subject: option.subject, effectiveOn: end.on, because: end.because }, kind ?? '');
  return [{ ...end, on: linked.effectiveOn, because: linked.because }];
}

function endAlong(option: Life, service: End): End {
  const along = endWithService(option.subject, { effectiveOn: service.on, because: service.because });
  return { ...service, on: along.effectiveOn, because: along.because };
}
