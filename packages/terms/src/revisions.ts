import { isAfter, isBefore, later } from './days.ts';
import { TermsError } from './errors.ts';
import type { AcceptedChange, Life, Lives } from './lives.ts';
import { type Book, type ItemId, type KindId, type Reason, type Revision, SERVICE, type Subject } from './model.ts';
import { because } from './words.ts';

/** The newest version of the terms in effect on a day (supplementary provisions). Throws `revision.none` before the first. */
export function revisionOn(book: Book, day: Temporal.PlainDate): Revision {
  const found = book.revisions.findLast((revision) => !isAfter(revision.effectiveOn, day));
  if (found === undefined) throw new TermsError('revision.none', { on: String(day) });
  return found;
}

type Stage = {
  readonly from: Temporal.PlainDate;
  readonly item: ItemId;
  readonly kind?: KindId;
  readonly because: readonly Reason[];
};
/** Previous terms apply to a subject although newer ones are in effect (Sup. 2016-04-01 (2), (3)). */
type Held = {
  readonly life: Life;
  readonly from: Temporal.PlainDate;
  readonly until: Temporal.PlainDate;
  readonly revision: Revision;
  readonly because: Reason;
};
type Lapse = { readonly life: Life; readonly on: Temporal.PlainDate; readonly because: Reason };

/** What transitional rules make of a contract: its item and kind over time, previous terms, and what lapses. */
export type Course = {
  readonly stages: readonly Stage[];
  readonly held: readonly Held[];
  readonly lapses: readonly Lapse[];
};

/**
 * Follows a contract through the transitional rules of every revision that takes effect until `asOf` (all without it):
 * Sup. 2011-10-01 (2), Sup. 2016-04-01 (2) and (3), and those of later revisions in the same forms.
 */
export function courseOf(book: Book, lives: Lives, asOf?: Temporal.PlainDate): Course {
  const made = lives.service.acceptedOn;
  const first: Stage = { ...identity(lives), from: lives.service.appliedOn, because: [] };
  const stages = [first];
  const held: Held[] = [];
  const lapses: Lapse[] = [];
  for (const revision of book.revisions) {
    if (revision.transitions.length === 0) continue;
    if (asOf !== undefined && isAfter(revision.effectiveOn, asOf)) break;
    for (const rule of revision.transitions) {
      const now = stages.at(-1) ?? first;
      if (rule.type === 'renamed') {
        if (made !== undefined && now.item === rule.item && !isAfter(made, rule.madeUntil))
          stages.push(renamed(now, revision, rule));
        continue;
      }
      const change = lives.changes.find(({ acceptedOn }) => !isAfter(acceptedOn, rule.until));
      for (const life of affected(lives, now, rule)) {
        held.push(heldBack(book, life, revision, rule));
        if (change === undefined) lapses.push(lapseOf(life, rule));
      }
      const continues = change !== undefined && 'item' in rule.subject && rule.subject.item === now.item;
      if (continues && made !== undefined && !isAfter(made, rule.madeUntil)) stages.push(continued(change, rule));
    }
  }
  return { stages, held, lapses };
}

type PreviousTerms = Extract<Revision['transitions'][number], { type: 'previous_terms' }>;
type Renamed = Extract<Revision['transitions'][number], { type: 'renamed' }>;

const identity = ({ item, kind }: { item: ItemId; kind?: KindId }) => ({ item, ...(kind !== undefined && { kind }) });

function renamed(now: Stage, revision: Revision, rule: Renamed): Stage {
  const params = { from: rule.item, to: rule.to, effectiveOn: String(revision.effectiveOn) };
  return {
    ...identity({ ...now, item: rule.to }),
    from: later(now.from, revision.effectiveOn),
    because: [because('item.renamed', rule.clause, params)],
  };
}

function continued(change: AcceptedChange, rule: PreviousTerms): Stage {
  const from = rule.until.add({ days: 1 });
  const params = { acceptedOn: String(change.acceptedOn), item: change.item, kind: change.kind, from: String(from) };
  return { ...identity(change), from, because: [because('item.continued', rule.clause, params, change.seq)] };
}

function affected(lives: Lives, now: Stage, rule: PreviousTerms): readonly Life[] {
  const madeInTime = (life: Life) => life.acceptedOn !== undefined && !isAfter(life.acceptedOn, rule.madeUntil);
  const { subject } = rule;
  if ('item' in subject) return subject.item === now.item ? [lives.service].filter(madeInTime) : [];
  return lives.options.filter((life) => life.subject === subject.option).filter(madeInTime);
}

function heldBack(book: Book, life: Life, revision: Revision, rule: PreviousTerms): Held {
  const previous = revisionOn(book, earliestOf(rule.madeUntil, revision.effectiveOn.subtract({ days: 1 })));
  const params = { subject: life.subject, effectiveOn: String(previous.effectiveOn), until: String(rule.until) };
  return {
    life,
    from: revision.effectiveOn,
    until: rule.until,
    revision: previous,
    because: because('revision.previous', rule.clause, params),
  };
}

const earliestOf = (a: Temporal.PlainDate, b: Temporal.PlainDate) => (isBefore(a, b) ? a : b);

function lapseOf(life: Life, rule: PreviousTerms): Lapse {
  const params = { subject: life.subject, until: String(rule.until) };
  return { life, on: rule.until, because: because('ending.previous_terms', rule.clause, params) };
}

/** Item and kind of a contract on a day, with the transitional rules that made them so. */
export function identityOn(course: Course, day: Temporal.PlainDate): Stage {
  const reached = course.stages.filter((stage, index) => index === 0 || !isAfter(stage.from, day));
  const last = reached.at(-1);
  if (last === undefined) throw new RangeError('a course has a first stage');
  return { ...last, because: reached.flatMap((stage) => stage.because) };
}

/** The terms that govern a subject of a contract on a day: the newest, unless a transitional rule keeps the previous ones. */
export function revisionFor(
  book: Book,
  course: Course,
  subject: Subject,
  day: Temporal.PlainDate,
): { readonly revision: Revision; readonly because: readonly Reason[] } {
  const applies = (held: Held) => !isBefore(day, held.from) && !isAfter(day, held.until);
  const held =
    course.held.find((each) => each.life.subject === subject && applies(each)) ??
    course.held.find((each) => each.life.subject === SERVICE && applies(each));
  if (held !== undefined) return { revision: held.revision, because: [held.because] };
  const revision = revisionOn(book, day);
  return {
    revision,
    because: [because('revision.current', undefined, { effectiveOn: String(revision.effectiveOn) })],
  };
}
