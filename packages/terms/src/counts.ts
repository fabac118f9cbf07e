import { compareMonths, later, monthsBetween } from './days.ts';
import { effectiveFacts } from './history.ts';
import { type Life, type Lives, livesOf, runOn } from './lives.ts';
import type { Book, History, Reason, Subject } from './model.ts';
import { because } from './words.ts';

export type MonthCount = {
  readonly month: Temporal.PlainYearMonth;
  readonly deviceCount: number;
  readonly because: readonly Reason[];
};

/** The count on the first day of a month; in the first month, the count applied for (Art. 8-5; F2, F3). */
export function countIn(lives: Lives, life: Life, month: Temporal.PlainYearMonth): MonthCount | undefined {
  const change = lives.counts.get(life)?.findLast((each) => compareMonths(each.month, month) <= 0);
  if (change !== undefined) {
    const { subject, deviceCount, askedOn, seq } = change;
    const params = { subject, deviceCount, askedOn: String(askedOn), from: String(change.month) };
    return { month, deviceCount, because: [because('count.changed', 'art-8-5', params, seq)] };
  }
  const { subject, deviceCount, appliedOn, seq } = life;
  if (deviceCount === undefined) return undefined;
  const params = { subject, deviceCount, appliedOn: String(appliedOn) };
  return { month, deviceCount, because: [because('count.applied', 'sch-1-2-2-note-1', params, seq)] };
}

/** Numbers of devices by calendar month (Art. 8-5) from when the subject was accepted; months without a count are left out. */
export function countsByMonth(
  _book: Book,
  history: History,
  subject: Subject,
  from: Temporal.PlainYearMonth,
  to: Temporal.PlainYearMonth,
): readonly MonthCount[] {
  const months = monthsBetween(from, to);
  const lives = livesOf(effectiveFacts(history));
  if (lives === undefined) return [];
  const runs = [lives.service, ...lives.options];
  return months.flatMap((month) => {
    const life = runOn(runs, subject, month.toPlainDate({ day: month.daysInMonth }));
    const count = life === undefined ? undefined : countIn(lives, life, month);
    return count === undefined ? [] : [count];
  });
}

/** The day from which a run is provided: its start, at the earliest when it was activated. */
export function providedFrom(life: Life, activatedOn: Temporal.PlainDate | undefined): Temporal.PlainDate | undefined {
  if (life.startOn === undefined || activatedOn === undefined) return undefined;
  return later(life.startOn, activatedOn);
}
