import type { ContractorId } from '../../base/ids.ts';

/** Where the provider's days begin and end. */
const TIME_ZONE = 'Asia/Tokyo';

export type Day = Temporal.PlainDate;
export type Month = Temporal.PlainYearMonth;

/** The day in Asia/Tokyo. */
export function dayOf(at: Temporal.Instant): Day {
  return at.toZonedDateTimeISO(TIME_ZONE).toPlainDate();
}

export function firstDay(month: Month): Day {
  return month.toPlainDate({ day: 1 });
}

export function lastDay(month: Month): Day {
  return month.toPlainDate({ day: month.daysInMonth });
}

export function compareMonths(a: Month, b: Month): number {
  return Temporal.PlainYearMonth.compare(a, b);
}

/** A month is over once its last day has passed. */
export function isOver(month: Month, today: Day): boolean {
  return Temporal.PlainDate.compare(lastDay(month), today) < 0;
}

/** Payment is due on the last day of the month that is `dueMonths` after the issue. */
export function dueDay(issuedOn: Day, dueMonths: number): Day {
  return lastDay(issuedOn.toPlainYearMonth().add({ months: dueMonths }));
}

/** `2026-04` as PostgreSQL keeps it: the first day. */
export function monthColumn(month: Month): Day {
  return firstDay(month);
}

export function monthOfColumn(day: Day): Month {
  return day.toPlainYearMonth();
}

/** A contractor by its id, in the order in which numbers are given: older contractors first. */
export function byContractor(a: { readonly contractorId: ContractorId }, b: { readonly contractorId: ContractorId }) {
  return a.contractorId < b.contractorId ? -1 : a.contractorId > b.contractorId ? 1 : 0;
}
