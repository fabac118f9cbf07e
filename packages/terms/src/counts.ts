import { compareMonths, later, monthOf, monthsBetween } from './days.ts';
import { effectiveFacts } from './history.ts';
import { type CountChange, type Life, type Lives, livesOf, runOn } from './lives.ts';
import type { Book, History, Reason, Subject } from './model.ts';
import { because } from './words.ts';

export type MonthCount = {
  readonly month: Temporal.PlainYearMonth;
  readonly deviceCount: number;
  readonly because: readonly Reason[];
};

/** The month for which a change counts (Art. 8-5): the one after the request, or a later one that it names. */
export function targetMonth(change: Pick<CountChange, 'askedOn' | 'from'>): Temporal.PlainYearMonth {
  const next = monthOf(change.askedOn).add({ months: 1 });
  return change.from !== undefined && compareMonths(change.from, next) > 0 ? change.from : next;
}

/** The changes of one run in the order of their months; of several for one month, the one asked last. */
export function countChangesOf(
  lives: Lives,
  life: Life,
): readonly (CountChange & { month: Temporal.PlainYearMonth })[] {
  const byMonth = new Map<string, CountChange & { month: Temporal.PlainYearMonth }>();
  const runs = [lives.service, ...lives.options];
  for (const change of lives.counts) {
    if (change.subject !== life.subject || runOn(runs, change.subject, change.askedOn) !== life) continue;
    const month = targetMonth(change);
    byMonth.set(String(month), { ...change, month });
  }
  return [...byMonth.values()].sort((a, b) => compareMonths(a.month, b.month));
}

/** The count on the first day of a month; in the first month, the count applied for (Art. 8-5; F2, F3). */
export function countIn(lives: Lives, life: Life, month: Temporal.PlainYearMonth): MonthCount | undefined {
  let count: MonthCount | undefined;
  if (life.deviceCount !== undefined) {
    const params = { subject: life.subject, deviceCount: life.deviceCount, appliedOn: String(life.appliedOn) };
    count = {
      month,
      deviceCount: life.deviceCount,
      because: [because('count.applied', 'sch-1-2-2-note-1', params, life.seq)],
    };
  }
  for (const change of countChangesOf(lives, life)) {
    if (compareMonths(change.month, month) > 0) break;
    const { subject, deviceCount, askedOn } = change;
    const params = { subject, deviceCount, askedOn: String(askedOn), from: String(change.month) };
    count = { month, deviceCount, because: [because('count.changed', 'art-8-5', params, change.seq)] };
  }
  return count;
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
