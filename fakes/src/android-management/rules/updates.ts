import type { FieldViolation } from '../errors.ts';
import { isObject, type Message } from '../validate.ts';
import { listOf, messageOf, rule } from './words.ts';

const DAY_MINUTES = 1440;
const MAX_FREEZE_DAYS = 90;
const MIN_GAP_DAYS = 60;
/** A year without a 29th of February, which freeze periods do not count. */
const YEAR = 2025;

/** System updates: the window, and the periods in which nothing is installed. */
export function checkUpdates(policy: Message): readonly FieldViolation[] {
  const update = messageOf(policy, 'systemUpdate');
  if (update === undefined) return [];
  return [...minutes(update), ...freezes(update)];
}

function minutes(update: Message): readonly FieldViolation[] {
  const start = Number(update['startMinutes'] ?? 0);
  const end = Number(update['endMinutes'] ?? 0);
  const inDay = (value: number) => value >= 0 && value < DAY_MINUTES;
  const length = end > start ? end - start : end + DAY_MINUTES - start;
  return [
    ...rule(inDay(start), 'systemUpdate.startMinutes', 'must be 0 to 1439'),
    ...rule(inDay(end), 'systemUpdate.endMinutes', 'must be 0 to 1439'),
    ...rule(update['type'] !== 'WINDOWED' || length >= 30, 'systemUpdate', 'has a window shorter than 30 minutes'),
  ];
}

type Period = { readonly start: number; readonly days: number };

function freezes(update: Message): readonly FieldViolation[] {
  const field = 'systemUpdate.freezePeriods';
  const list = listOf(update, 'freezePeriods');
  if (list.length === 0) return [];
  const periods = list.map(periodOf);
  if (periods.includes(undefined)) return rule(false, field, 'has a date that does not exist');
  const sorted = periods.filter((one) => one !== undefined).sort((a, b) => a.start - b.start);
  const type = String(update['type'] ?? 'SYSTEM_UPDATE_TYPE_UNSPECIFIED');
  return [
    ...rule(!type.endsWith('UNSPECIFIED'), field, 'needs a type of update'),
    ...rule(
      sorted.every(({ days }) => days <= MAX_FREEZE_DAYS),
      field,
      'has a period of more than 90 days',
    ),
    ...rule(
      sorted.length < 2 || sorted.every((one, index) => gap(one, sorted[(index + 1) % sorted.length]) >= MIN_GAP_DAYS),
      field,
      'has periods less than 60 days apart',
    ),
  ];
}

function gap(one: Period, next: Period | undefined): number {
  const from = one.start + one.days;
  const to = next === undefined ? from : next.start;
  return (((to - from) % 365) + 365) % 365;
}

/** Days of the year; a period may run over New Year. */
function periodOf(period: Message): Period | undefined {
  const start = dayOf(period['startDate']);
  const end = dayOf(period['endDate']);
  if (start === undefined || end === undefined) return undefined;
  return { start, days: ((end - start + 365) % 365) + 1 };
}

function dayOf(date: unknown): number | undefined {
  if (!isObject(date)) return undefined;
  try {
    const { month, day } = date;
    return Temporal.PlainDate.from({ year: YEAR, month: Number(month), day: Number(day) }, { overflow: 'reject' })
      .dayOfYear;
  } catch {
    return undefined; // the 31st of April
  }
}
