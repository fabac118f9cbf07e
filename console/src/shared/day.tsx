import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Language } from '../app/language.ts';
import { useLanguage } from './format.ts';

/**
 * Days and months of the API are calendar days in Japan, written `2026-04-01` and `2026-04`. They stay strings and are never
 * shifted into the person's own zone.
 */
const locale = (language: Language) => (language === 'ja' ? 'ja-JP' : 'en-GB');

export function formatPlainDay(day: string, language: Language): string {
  return format(`${day}T00:00:00Z`, language, {
    year: 'numeric',
    month: language === 'ja' ? 'long' : 'short',
    day: 'numeric',
  });
}
export function formatMonth(month: string, language: Language): string {
  return format(`${month}-01T00:00:00Z`, language, { year: 'numeric', month: language === 'ja' ? 'long' : 'short' });
}
function format(text: string, language: Language, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  return new Intl.DateTimeFormat(locale(language), { ...options, timeZone: 'UTC' }).format(date);
}

/** A calendar day; a dash where there is none. */
export function Day({ on }: { on: string | null }) {
  const language = useLanguage();
  if (on === null) return <span>–</span>;
  return (
    <time dateTime={on} className="day">
      {formatPlainDay(on, language)}
    </time>
  );
}
/** A calendar month; a dash where there is none. */
export function Month({ of }: { of: string | null }) {
  const language = useLanguage();
  if (of === null) return <span>–</span>;
  return (
    <time dateTime={of} className="day">
      {formatMonth(of, language)}
    </time>
  );
}

/** The day in Japan by the clock of this computer: a start for date fields, never what decides. */
export function todayInJapan(): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(new Date());
}
export function addMonths(month: string, count: number): string {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7);
}

type Props = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly description?: string | undefined;
  readonly required?: boolean;
  readonly min?: string;
  readonly max?: string;
  readonly w?: number | string;
  readonly maw?: number;
  readonly disabled?: boolean;
};
/** Chooses a day; empty when none is chosen. */
export function DayInput({ onChange, ...props }: Props) {
  return <TextInput type="date" {...props} onChange={(event) => onChange(event.currentTarget.value)} />;
}
/** Chooses a month; browsers without a picker take it as `2026-04`. */
export function MonthInput({ onChange, ...props }: Props) {
  const { t } = useTranslation();
  return (
    <TextInput
      type="month"
      placeholder="2026-04"
      pattern="[0-9]{4}-(0[1-9]|1[0-2])"
      title={t('contracts.monthFormat')}
      {...props}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
