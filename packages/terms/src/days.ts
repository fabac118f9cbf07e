import { TermsError } from './errors.ts';

const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const MONTH = /^[0-9]{4}-[0-9]{2}$/;
/** Contracts, notices and months are taken within these years; the service exists since 2011. */
export const FIRST_YEAR = 2000;
export const LAST_YEAR = 2199;

/** A day as `2026-04-01`. Throws `day.form`, `day.does_not_exist` or `day.out_of_range`. */
export function parseDay(value: unknown, field = 'on'): Temporal.PlainDate {
  if (typeof value !== 'string' || !DAY.test(value)) throw new TermsError('day.form', { field, value: shown(value) });
  try {
    return withinYears(Temporal.PlainDate.from(value, { overflow: 'reject' }), field);
  } catch (error) {
    if (error instanceof TermsError) throw error;
    throw new TermsError('day.does_not_exist', { field, value });
  }
}

/** A calendar month as `2026-04`. Throws `month.form`, `month.does_not_exist` or `day.out_of_range`. */
export function parseMonth(value: unknown, field = 'month'): Temporal.PlainYearMonth {
  if (typeof value !== 'string' || !MONTH.test(value))
    throw new TermsError('month.form', { field, value: shown(value) });
  try {
    return withinYears(Temporal.PlainYearMonth.from(value, { overflow: 'reject' }), field);
  } catch (error) {
    if (error instanceof TermsError) throw error;
    throw new TermsError('month.does_not_exist', { field, value });
  }
}

function withinYears<T extends { readonly year: number }>(value: T, field: string): T {
  if (value.year < FIRST_YEAR || value.year > LAST_YEAR)
    throw new TermsError('day.out_of_range', { field, value: String(value), first: FIRST_YEAR, last: LAST_YEAR });
  return value;
}

/** A short, harmless picture of a value for an error's words. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ').slice(0, 60);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return Array.isArray(value) ? 'list' : typeof value;
}

export const isBefore = (a: Temporal.PlainDate, b: Temporal.PlainDate): boolean => Temporal.PlainDate.compare(a, b) < 0;
export const isAfter = (a: Temporal.PlainDate, b: Temporal.PlainDate): boolean => Temporal.PlainDate.compare(a, b) > 0;
export const later = (a: Temporal.PlainDate, b: Temporal.PlainDate): Temporal.PlainDate => (isBefore(a, b) ? b : a);
export const earlier = (a: Temporal.PlainDate, b: Temporal.PlainDate): Temporal.PlainDate => (isAfter(a, b) ? b : a);
export const monthOf = (day: Temporal.PlainDate): Temporal.PlainYearMonth => day.toPlainYearMonth();
export const firstDay = (month: Temporal.PlainYearMonth): Temporal.PlainDate => month.toPlainDate({ day: 1 });
export const compareMonths = (a: Temporal.PlainYearMonth, b: Temporal.PlainYearMonth): number =>
  Temporal.PlainYearMonth.compare(a, b);

/** The longest range of months that is computed at once. */
export const MAX_MONTHS = 1200;

/** Every month of a range, both ends included. Throws `range.reversed` or `range.too_long`. */
export function monthsBetween(from: Temporal.PlainYearMonth, to: Temporal.PlainYearMonth): Temporal.PlainYearMonth[] {
  const length = (to.year - from.year) * 12 + to.month - from.month + 1;
  if (length < 1) throw new TermsError('range.reversed', { from: String(from), to: String(to) });
  if (length > MAX_MONTHS) throw new TermsError('range.too_long', { months: MAX_MONTHS });
  return Array.from({ length }, (_, index) => from.add({ months: index }));
}
