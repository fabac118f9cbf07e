import { MAX_DEVICES } from './applications.ts';
import { applied, type Before, type Checked, MAX_AMOUNT, MAX_LINE } from './check-common.ts';
import { compareMonths, isAfter, isBefore, monthOf } from './days.ts';
import { TermsError } from './errors.ts';
import type { QuoteLine } from './model.ts';
import { feeClause, feeRule } from './prices.ts';
import { identityOn, revisionFor } from './revisions.ts';

type Answer = Checked<'accepted' | 'refused' | 'withdrawn'>;
type Asked = Checked<'applied' | 'change_applied'>;

/** An application that was made and has no answer yet. Throws `application.unknown`, `application.answered`. */
function openApplication(before: Before, application: string): Asked {
  const asked = before.facts.find(
    (fact): fact is Asked =>
      (fact.type === 'applied' || fact.type === 'change_applied') && fact.application === application,
  );
  if (asked === undefined) throw new TermsError('application.unknown', { application });
  const answer = before.facts.find(
    (fact): fact is Answer =>
      (fact.type === 'accepted' || fact.type === 'refused' || fact.type === 'withdrawn') &&
      fact.application === application,
  );
  if (answer !== undefined)
    throw new TermsError('application.answered', { application, answer: answer.type, on: String(answer.on) });
  return asked;
}

/** Acceptance, refusal or withdrawal: once, not before the application; acceptance with a price that still holds (Art. 11). */
export function checkAnswer(before: Before, fact: Answer): void {
  const asked = openApplication(before, fact.application);
  if (isBefore(fact.on, asked.on))
    throw new TermsError('answer.before_application', { on: String(fact.on), appliedOn: String(asked.on) });
  if (fact.type !== 'accepted') return;
  if (isBefore(fact.startOn, fact.on))
    throw new TermsError('start.before_acceptance', { startOn: String(fact.startOn), acceptedOn: String(fact.on) });
  if (asked.type === 'change_applied') {
    checkChangeInTime(before, fact);
    return;
  }
  const quote = before.facts.findLast((each) => each.type === 'quoted' && each.application === fact.application);
  if (quote?.type === 'quoted' && quote.validUntil !== undefined && isAfter(fact.on, quote.validUntil))
    throw new TermsError('quote.expired', { validUntil: String(quote.validUntil), on: String(fact.on) }, 'sch-1-1-1');
}

/** Sup. 2016-04-01 (2): in time means while the previous terms apply. */
function checkChangeInTime(before: Before, fact: Checked<'accepted'>): void {
  const { course, lives } = applied(before, fact.on);
  const held = course.held.find(({ life }) => life === lives.service);
  if (held !== undefined && isAfter(fact.on, held.until))
    throw new TermsError('change.too_late', { until: String(held.until), on: String(fact.on) }, held.because.clause);
}

/** Prices shown for an open application, or new ones of a running contract from a month that has not passed (Sch. 1). */
export function checkQuote(before: Before, fact: Checked<'quoted'>): void {
  const { course, lives } = applied(before, fact.on);
  if ((fact.application === undefined) === (fact.from === undefined)) throw new TermsError('quote.what_for');
  const subjects = new Set<string>();
  if (fact.application !== undefined) {
    const asked = openApplication(before, fact.application);
    if (isBefore(fact.on, asked.on))
      throw new TermsError('answer.before_application', { on: String(fact.on), appliedOn: String(asked.on) });
    if (asked.type === 'applied') for (const { subject } of asked.requests) subjects.add(subject);
  } else {
    if (lives.service.acceptedOn === undefined)
      throw new TermsError('subject.not_accepted', { subject: 'service', on: String(fact.on) }, 'sch-1-2-1');
    for (const life of [lives.service, ...lives.options]) if (life.acceptedOn !== undefined) subjects.add(life.subject);
  }
  if (fact.from !== undefined && compareMonths(fact.from, monthOf(fact.on)) < 0)
    throw new TermsError('quote.month_passed', { from: String(fact.from), on: String(fact.on) }, 'sch-1-2-1');
  if (fact.validUntil !== undefined && isBefore(fact.validUntil, fact.on))
    throw new TermsError('quote.expired', { validUntil: String(fact.validUntil), on: String(fact.on) });
  const { kind } = identityOn(course, fact.on);
  const seen = new Set<string>();
  for (const line of fact.lines) {
    checkLine(fact, line, subjects, seen);
    const { revision } = revisionFor(before.book, course, line.subject, fact.on);
    if (feeRule(revision.rules.fees, line.subject, kind)?.[line.fee].type === 'fixed')
      throw new TermsError(
        'quote.fixed_price',
        { subject: line.subject, fee: line.fee },
        feeClause(line.fee, line.subject),
      );
  }
}

function checkLine(fact: Checked<'quoted'>, line: QuoteLine, subjects: ReadonlySet<string>, seen: Set<string>): void {
  const { subject, fee, amount, os, deviceCount } = line;
  if (!subjects.has(subject)) throw new TermsError('quote.other_subject', { subject });
  if (!Number.isInteger(amount) || amount < 0 || amount > MAX_AMOUNT)
    throw new TermsError('amount.out_of_range', { amount, min: 0, max: MAX_AMOUNT }, feeClause(fee, subject));
  if (deviceCount !== undefined && (!Number.isInteger(deviceCount) || deviceCount < 1 || deviceCount > MAX_DEVICES))
    throw new TermsError('count.out_of_range', { subject, deviceCount, max: MAX_DEVICES }, feeClause(fee, subject));
  const quantity = line.per === 'contract' ? 1 : (deviceCount ?? MAX_DEVICES);
  if (quantity * amount > MAX_LINE)
    throw new TermsError('amount.too_large', { subject, quantity, unitAmount: amount }, feeClause(fee, subject));
  if (fact.from !== undefined && fee === 'initial')
    throw new TermsError('quote.initial_later', { subject }, feeClause(fee, subject));
  if (os !== undefined && !(subject === 'service' && fee === 'monthly'))
    throw new TermsError('quote.os_elsewhere', { subject, fee, os }, 'sch-1-2-1');
  const name = `${subject} ${fee} ${os ?? ''}`;
  if (seen.has(name)) throw new TermsError('quote.repeated', { subject, fee });
  seen.add(name);
}
