import { useTranslation } from 'react-i18next';
import { formatAge, formatDay, formatExact, formatInstant, useLanguage, useNow } from './format.ts';

/** An instant as its age ("3 minutes ago"); the exact time on hover and for assistive technology. */
export function TimeAgo({ at, never }: { at: string | null; never?: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow();
  if (at === null) return <span>{never ?? t('common.never')}</span>;
  return (
    <time dateTime={at} title={`${formatInstant(at, language)}\n${formatExact(at)}`}>
      {formatAge(at, now, language, t('common.justNow'))}
    </time>
  );
}

/** When something is due ("in 3 minutes"); what should have begun already is about to. */
export function TimeUntil({ at }: { at: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow();
  const due = new Date(at).getTime() <= now;
  return (
    <time dateTime={at} title={`${formatInstant(at, language)}\n${formatExact(at)}`}>
      {due ? t('common.soon') : formatAge(at, now, language, t('common.soon'))}
    </time>
  );
}

/** An instant as date and time in the person's zone; exact on hover. */
export function Time({ at, day = false }: { at: string; day?: boolean }) {
  const language = useLanguage();
  return (
    <time dateTime={at} title={formatExact(at)}>
      {day ? formatDay(at, language) : formatInstant(at, language)}
    </time>
  );
}
