import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language } from '../app/language.ts';

/** Browsers do not all have `Temporal` yet: instants of the API stay strings here and become `Date` only for `Intl`. */
const MINUTE = 60_000;
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', MINUTE],
] as const;

export function formatInstant(instant: string, language: Language): string {
  return new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : navigatorEnglish(), {
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(new Date(instant));
}
export function formatDay(instant: string, language: Language): string {
  return new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : navigatorEnglish(), { dateStyle: 'medium' }).format(
    new Date(instant),
  );
}
/** The exact instant in the person's own zone, to the second, as ISO 8601 with its offset. */
export function formatExact(instant: string): string {
  const date = new Date(instant);
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * MINUTE).toISOString().slice(0, 19);
  const pad = (n: number) => String(n).padStart(2, '0');
  const rest = Math.abs(offset);
  return `${local}${offset < 0 ? '-' : '+'}${pad(Math.floor(rest / 60))}:${pad(rest % 60)}`;
}
export function formatAge(instant: string, now: number, language: Language, justNow: string): string {
  const past = new Date(instant).getTime() - now;
  for (const [unit, size] of UNITS) {
    if (Math.abs(past) >= size) {
      return new Intl.RelativeTimeFormat(language, { numeric: 'always' }).format(Math.trunc(past / size), unit);
    }
  }
  return justNow;
}
export function formatBytes(bytes: number, language: Language): string {
  const [value, unit] =
    bytes >= 1e9
      ? [bytes / 1e9, 'gigabyte']
      : bytes >= 1e6
        ? [bytes / 1e6, 'megabyte']
        : [Math.max(1, bytes / 1e3), 'kilobyte'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(
    value,
  );
}
export function formatPercent(fraction: number, language: Language): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(fraction);
}
export function formatNumber(value: number, language: Language): string {
  return new Intl.NumberFormat(language).format(value);
}

/** The browser's own kind of English (en-GB, en-US), so that dates read as the person expects. */
function navigatorEnglish(): string {
  return navigator.languages.find((tag) => tag.startsWith('en')) ?? 'en';
}

let now = Date.now();
const listeners = new Set<() => void>();
setInterval(() => {
  now = Date.now();
  for (const tell of listeners) tell();
}, 15_000);
function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}
/** Now, in ms, renewed every 15 s for everything that shows an age. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === 'en' ? 'en' : 'ja';
}

/** ISO 8601 durations as the API writes them: one unit of days, hours or minutes. */
export function useDuration(): (duration: string) => string {
  const { t } = useTranslation();
  return (duration) => {
    const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(duration);
    if (match === null) return duration;
    const [days, hours, minutes] = [match[1], match[2], match[3]].map((n) => Number(n ?? 0));
    return [
      days ? t('duration.days', { count: days }) : '',
      hours ? t('duration.hours', { count: hours }) : '',
      minutes ? t('duration.minutes', { count: minutes }) : '',
    ]
      .filter((part) => part !== '')
      .join(' ');
  };
}
