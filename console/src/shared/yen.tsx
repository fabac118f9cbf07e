import type { Language } from '../app/language.ts';
import { useLanguage } from './format.ts';

/** Whole yen with their sign: `¥20,000`. */
export function formatYen(amount: number, language: Language): string {
  return new Intl.NumberFormat(language === 'ja' ? 'ja-JP' : 'en-GB', {
    style: 'currency',
    currency: 'JPY',
    currencyDisplay: 'narrowSymbol',
  }).format(amount);
}

/** An amount; what stands for it when it is not known. */
export function Yen({ amount, unknown = '–' }: { amount: number | null; unknown?: string }) {
  const language = useLanguage();
  return <span className="tabular nowrap">{amount === null ? unknown : formatYen(amount, language)}</span>;
}
