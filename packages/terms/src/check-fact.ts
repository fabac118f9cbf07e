import { changeProblems, MAX_DEVICES, optionProblems, serviceProblems } from './applications.ts';
import { checkAnswer, checkQuote } from './check-application.ts';
import { acceptedRun, applied, type Before, type Checked, MAX_AMOUNT, refuseWith } from './check-common.ts';
import { checkActivated, checkBillingStarted, checkLicence } from './check-provision.ts';
import { compareMonths, isAfter, isBefore, monthOf } from './days.ts';
import { TermsError } from './errors.ts';
import { type EffectiveFact, effectiveFacts } from './history.ts';
import { runOn, targetMonth } from './lives.ts';
import { type Book, type Fact, type History, SERVICE } from './model.ts';
import { identityOn, revisionFor } from './revisions.ts';
import { type Reading, readFacts } from './state.ts';

/** Days set in advance may lie in the future; everything else has happened. */
const MAY_BE_AHEAD: readonly Fact['type'][] = ['activated', 'billing_started'];

/**
 * Throws `TermsError` with the clause or rule that a new fact breaks; the history is taken as it is. `today` is the day of
 * recording in Asia/Tokyo. What concerns several contracts of a contractor (Art. 5) is `admissible`'s to say.
 */
export function checkFact(book: Book, history: History, fact: Fact, today: Temporal.PlainDate): void {
  const last = history.reduce((seq, each) => Math.max(seq, each.seq), 0);
  if (fact.seq !== last + 1) throw new TermsError('history.seq', { seq: fact.seq, next: last + 1 });
  if (fact.type === 'corrected') checkCorrection(book, history, fact, today);
  else checkBody(book, effectiveFacts(history), fact, today);
}

/** Recording a whole history anew: every fact against those before it. */
export function checkHistory(book: Book, history: History, today: Temporal.PlainDate): void {
  const inOrder = [...history].sort((a, b) => a.seq - b.seq);
  for (const [index, fact] of inOrder.entries()) checkFact(book, inOrder.slice(0, index), fact, today);
}

function checkBody(book: Book, facts: readonly EffectiveFact[], fact: EffectiveFact, today: Temporal.PlainDate): void {
  if (isAfter(fact.on, today) && !MAY_BE_AHEAD.includes(fact.type)) throw inFuture(fact, today);
  const before: Before = { book, facts, reading: readFacts(book, facts), today };
  switch (fact.type) {
    case 'applied':
      checkApplied(before, fact);
      break;
    case 'change_applied':
      checkChangeApplied(before, fact);
      break;
    case 'quoted':
      checkQuote(before, fact);
      break;
    case 'accepted':
    case 'refused':
    case 'withdrawn':
      checkAnswer(before, fact);
      break;
    case 'licence_agreed':
      checkLicence(before, fact);
      break;
    case 'activated':
      checkActivated(before, fact);
      break;
    case 'billing_started':
      checkBillingStarted(before, fact);
      break;
    case 'count_asked':
      checkCountAsked(before, fact);
      break;
    case 'count_accepted':
    case 'count_refused':
      checkCountAnswer(before, fact);
      break;
    case 'notice_arrived':
      checkNotice(before, fact);
      break;
    case 'notice_withdrawn':
      checkNoticeWithdrawn(before, fact);
      break;
    case 'one_time_fee':
      checkOneTimeFee(before, fact);
      break;
    case 'ended':
      checkEnded(before, fact);
      break;
  }
}

function inFuture(fact: EffectiveFact, today: Temporal.PlainDate): TermsError {
  const params = { on: String(fact.on), today: String(today) };
  if (fact.type !== 'notice_arrived') return new TermsError('day.in_future', params);
  return new TermsError('notice.arrived_in_future', params, fact.subject === SERVICE ? 'art-10-1' : 'art-8-7');
}

/** What the day of the fact knows, for rules that ask how things stood on that day. */
function readingOn(before: Before, on: Temporal.PlainDate): Reading {
  const reading = readFacts(before.book, before.facts, on);
  if (reading === undefined) throw new TermsError('history.not_applied', { on: String(on) });
  return reading;
}

function checkApplied(before: Before, fact: Checked<'applied'>): void {
  const known = before.facts.some(
    (each) => (each.type === 'applied' || each.type === 'change_applied') && each.application === fact.application,
  );
  if (known) throw new TermsError('application.known', { application: fact.application });
  const withService = fact.requests.some(({ subject }) => subject === SERVICE);
  if (withService) {
    if (before.reading !== undefined) throw new TermsError('history.second_service', {}, 'art-5');
    refuseWith(serviceProblems(before.book, fact, fact.on));
    return;
  }
  if (before.reading === undefined) refuseWith(serviceProblems(before.book, fact, fact.on));
  const reading = readingOn(before, fact.on);
  const { item, kind } = identityOn(reading.course, fact.on);
  if (item !== fact.item || kind !== fact.kind)
    throw new TermsError('application.other_contract', { item, kind: kind ?? '' }, 'art-7');
  refuseWith(optionProblems(reading, fact.requests, fact.on));
}

function checkChangeApplied(before: Before, fact: Checked<'change_applied'>): void {
  const known = before.facts.some((each) => 'application' in each && each.application === fact.application);
  if (known) throw new TermsError('application.known', { application: fact.application });
  refuseWith(changeProblems(readingOn(before, fact.on), fact, fact.on));
}

/** Art. 8-5: by calendar month, never for a month that has begun. */
function checkCountAsked(before: Before, fact: Checked<'count_asked'>): void {
  const { subject, deviceCount, on, from } = fact;
  const reading = applied(before, on);
  const run = acceptedRun(reading, subject, on, { code: 'subject.before_acceptance', clause: 'art-8-5' });
  const { revision } = revisionFor(before.book, reading.course, subject, on);
  if (!revision.rules.countChanges.includes(subject))
    throw new TermsError('count.not_changeable', { subject }, 'art-8-5');
  if (!Number.isInteger(deviceCount) || deviceCount < 1 || deviceCount > MAX_DEVICES)
    throw new TermsError('count.out_of_range', { subject, deviceCount, max: MAX_DEVICES }, 'art-8-5');
  if (from !== undefined && compareMonths(from, monthOf(on)) <= 0)
    throw new TermsError('count.month_begun', { from: String(from), askedOn: String(on) }, 'art-8-5');
  const end = reading.ends.get(run);
  const target = targetMonth({ askedOn: on, ...(from !== undefined && { from }) });
  if (end !== undefined && compareMonths(target, monthOf(end.on)) > 0)
    throw new TermsError('count.after_end', { subject, from: String(target), endsOn: String(end.on) }, 'art-8-5');
}

function checkCountAnswer(before: Before, fact: Checked<'count_accepted' | 'count_refused'>): void {
  const asked = before.facts.find(
    (each): each is Checked<'count_asked'> => each.type === 'count_asked' && each.seq === fact.asked,
  );
  if (asked === undefined) throw new TermsError('count.unknown', { asked: fact.asked }, 'art-8-5');
  const answered = before.facts.some(
    (each) => (each.type === 'count_accepted' || each.type === 'count_refused') && each.asked === fact.asked,
  );
  if (answered) throw new TermsError('count.answered', { asked: fact.asked }, 'art-8-5');
  if (isBefore(fact.on, asked.on))
    throw new TermsError('answer.before_application', { on: String(fact.on), appliedOn: String(asked.on) }, 'art-8-5');
  const target = targetMonth({ askedOn: asked.on, ...(asked.from !== undefined && { from: asked.from }) });
  if (fact.type === 'count_accepted' && compareMonths(monthOf(fact.on), target) >= 0)
    throw new TermsError('count.month_begun', { from: String(target), askedOn: String(asked.on) }, 'art-8-5');
}

/** Art. 8-7, 10-1: a notice is about something accepted, has arrived, and changes when it ends. */
function checkNotice(before: Before, fact: Checked<'notice_arrived'>): void {
  const { subject, on } = fact;
  const clause = subject === SERVICE ? 'art-10-1' : 'art-8-7';
  const reading = applied(before, on);
  const run = acceptedRun(reading, subject, on, { code: 'notice.before_acceptance', clause });
  const end = reading.ends.get(run);
  if (end === undefined) return;
  if (isAfter(on, end.on)) throw new TermsError('notice.already_ended', { subject, endsOn: String(end.on) }, clause);
  const after = readFacts(before.book, [...before.facts, fact]);
  const sooner = after && [...after.ends].find(([life]) => life.seq === run.seq && life.subject === subject)?.[1];
  if (sooner === undefined || !isBefore(sooner.on, end.on))
    throw new TermsError('notice.changes_nothing', { subject, endsOn: String(end.on) }, clause);
}

function checkNoticeWithdrawn(before: Before, fact: Checked<'notice_withdrawn'>): void {
  const reading = applied(before, fact.on);
  const notice = reading.lives.notices.find(({ seq }) => seq === fact.notice);
  if (notice === undefined) throw new TermsError('notice.unknown', { notice: fact.notice }, 'art-10-1');
  const clause = notice.subject === SERVICE ? 'art-10-1' : 'art-8-7';
  if (isBefore(fact.on, notice.arrivedOn))
    throw new TermsError(
      'notice.withdrawn_early',
      { on: String(fact.on), arrivedOn: String(notice.arrivedOn) },
      clause,
    );
  const run = runOn([reading.lives.service, ...reading.lives.options], notice.subject, notice.arrivedOn);
  const end = run && reading.ends.get(run);
  if (end !== undefined && !isBefore(fact.on, end.on))
    throw new TermsError('notice.took_effect', { subject: notice.subject, endsOn: String(end.on) }, clause);
}

/** Art. 11: arises with its cause, in a contract that exists. */
function checkOneTimeFee(before: Before, fact: Checked<'one_time_fee'>): void {
  const { subject, on, amount } = fact;
  acceptedRun(applied(before, on), subject, on, { code: 'subject.before_acceptance', clause: 'art-11' });
  if (!Number.isInteger(amount) || amount < 1 || amount > MAX_AMOUNT)
    throw new TermsError('amount.out_of_range', { amount, min: 1, max: MAX_AMOUNT }, 'art-11');
}

function checkEnded(before: Before, fact: Checked<'ended'>): void {
  const { lives, ends } = applied(before, fact.on);
  if (!isBefore(fact.on, before.today))
    throw new TermsError('ended.not_reached', { on: String(fact.on), today: String(before.today) }, 'art-10-1');
  for (const subject of fact.subjects) {
    const runs = [lives.service, ...lives.options].filter((life) => life.subject === subject);
    if (runs.length === 0) throw new TermsError('subject.unknown', { subject });
    const known = runs.some((life) => ends.get(life)?.on.equals(fact.on) === true);
    if (!known) throw new TermsError('ended.other_day', { subject, on: String(fact.on) }, 'art-10-1');
  }
}

/**
 * A correction names an older entry, keeps its type, and must leave a history whose facts would have been admitted in their
 * order. Facts that would not have been admitted before it either are not held against it.
 */
function checkCorrection(
  book: Book,
  history: History,
  fact: Extract<Fact, { type: 'corrected' }>,
  today: Temporal.PlainDate,
): void {
  if (isAfter(fact.on, today)) throw new TermsError('day.in_future', { on: String(fact.on), today: String(today) });
  const target = rootOf(history, fact.corrects);
  if (target === undefined)
    throw new TermsError('history.corrects_unknown', { seq: fact.seq, corrects: fact.corrects });
  if (fact.by !== undefined && fact.by.type !== target.type)
    throw new TermsError('correction.other_type', { corrects: fact.corrects, type: target.type });
  const before = new Set(refusals(book, effectiveFacts(history), today).map(({ seq }) => seq));
  const broken = refusals(book, effectiveFacts([...history, fact]), today).find(({ seq }) => !before.has(seq));
  if (broken !== undefined) throw broken.error;
}

/** The fact that a correction, or a correction of one, is about. */
function rootOf(history: History, seq: number): Fact | undefined {
  const bySeq = new Map(history.map((each) => [each.seq, each]));
  let found = bySeq.get(seq);
  while (found?.type === 'corrected') found = bySeq.get(found.corrects);
  return found;
}

/** Which facts of a history would be refused, recorded one after the other. What was reached (`ended`) only reports. */
function refusals(
  book: Book,
  facts: readonly EffectiveFact[],
  today: Temporal.PlainDate,
): readonly { readonly seq: number; readonly error: TermsError }[] {
  const inOrder = [...facts].sort((a, b) => a.seq - b.seq);
  return inOrder.flatMap((fact, index) => {
    if (fact.type === 'ended') return [];
    try {
      const earlier = facts.filter((each) => each.seq < (inOrder[index]?.seq ?? 0));
      checkBody(book, earlier, fact, today);
      return [];
    } catch (error) {
      if (error instanceof TermsError) return [{ seq: fact.seq, error }];
      throw error;
    }
  });
}
