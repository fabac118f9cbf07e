import type { Ending } from './cancellation.ts';
import { lastChargedMonth } from './charges.ts';
import { isBefore } from './days.ts';
import { TermsError } from './errors.ts';
import { effectiveFacts } from './history.ts';
import type { Life } from './lives.ts';
import { type Book, type History, SERVICE, type Subject } from './model.ts';
import { readFacts } from './state.ts';

export type NoticePreview = {
  readonly arrivedOn: Temporal.PlainDate;
  /** What the notice would end, or end earlier: its own subject first. */
  readonly endings: readonly Ending[];
  /** The last month that is charged in full for its subject; absent when billing never starts. */
  readonly lastChargedMonth?: Temporal.PlainYearMonth;
};

/**
 * What a notice arriving on a day would end, when and why, with everything that ends with it (Art. 8-7, 10). Nothing is
 * checked; see `checkFact` for whether it may be recorded. Throws `history.not_applied`, `subject.unknown`.
 */
export function noticePreview(
  book: Book,
  history: History,
  notice: {
    readonly subject: Subject;
    readonly arrivedOn: Temporal.PlainDate;
    readonly designatedOn?: Temporal.PlainDate;
  },
): NoticePreview {
  const facts = effectiveFacts(history);
  const { subject, arrivedOn, designatedOn } = notice;
  const seq = history.reduce((last, each) => Math.max(last, each.seq), 0) + 1;
  const told = {
    seq,
    on: arrivedOn,
    type: 'notice_arrived' as const,
    subject,
    ...(designatedOn !== undefined && { designatedOn }),
  };
  const [before, after] = [readFacts(book, facts), readFacts(book, [...facts, told])];
  if (before === undefined || after === undefined)
    throw new TermsError('history.not_applied', { on: String(arrivedOn) });
  const keyOf = (life: Life) => `${life.application} ${life.subject}`;
  const ended = new Map([...before.ends].map(([life, end]) => [keyOf(life), end.on]));
  const endings: Ending[] = [];
  let lastMonth: Temporal.PlainYearMonth | undefined;
  for (const [life, end] of after.ends) {
    const known = ended.get(keyOf(life));
    if (known !== undefined && !isBefore(end.on, known)) continue;
    endings.push({ subject: life.subject, effectiveOn: end.on, because: end.because });
    if (life.subject === subject) lastMonth = lastChargedMonth(life.billingStartOn, end.on);
  }
  if (![SERVICE, ...after.lives.options.map((life) => life.subject)].includes(subject))
    throw new TermsError('subject.unknown', { subject });
  endings.sort((a, b) => Number(b.subject === subject) - Number(a.subject === subject));
  return { arrivedOn, endings, ...(lastMonth !== undefined && { lastChargedMonth: lastMonth }) };
}
