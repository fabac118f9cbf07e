import type { Reason } from '@tsukasa/api';
import { explain } from '@tsukasa/terms';
import { type Language, type Messages, word } from '../../base/http/messages.ts';
import type { KeptReason } from './model.ts';

/** Reasons that are this room's own; the others are the terms'. */
const WORDS: Messages = {
  'billing.no_longer_due': { ja: '{month}分からは料金が発生しません。', en: 'No longer due from {month}.' },
  'billing.count_changed': {
    ja: '台数が{before}台から{after}台に変わりました。',
    en: 'The number changed from {before} to {after}.',
  },
  'billing.price_changed': {
    ja: '単価が{before}円から{after}円に変わりました。',
    en: 'The price changed from {before} to {after} yen.',
  },
  'billing.late': {
    ja: '{chargedMonth}分です。後から記録された事実により、{month}分の締めで請求します。',
    en: 'For {chargedMonth}: billed with {month} because of what was recorded later.',
  },
  'billing.credited': {
    ja: '{chargedMonth}分として請求済みの額を返還します。',
    en: 'What was billed for {chargedMonth} is given back.',
  },
  'billing.billed_once': {
    ja: '前月だけの請求（{month}分）です。',
    en: 'Was billed the month before only (for {month}).',
  },
  'billing.charge_gone': {
    ja: '{chargedMonth}分の{before}円は、契約の履歴の訂正により発生しなくなりました。',
    en: 'The {before} yen for {chargedMonth} are no longer due after a correction of the history.',
  },
  'billing.charge_changed': {
    ja: '{chargedMonth}分の{before}円は、契約の履歴の訂正により{after}円になりました。',
    en: 'The {before} yen for {chargedMonth} became {after} yen after a correction of the history.',
  },
  'billing.adjusted': {
    ja: '手作業の調整：{reason}（依頼 {askedBy}、承認 {decidedBy}）',
    en: 'An adjustment by hand: {reason} (asked by {askedBy}, approved by {decidedBy})',
  },
  'billing.kind_price': {
    ja: '種別を変えた場合の個別料金は、現在の提示額で計算しています。実際の額は見積りによります。',
    en: 'With another kind, individually quoted prices are taken as they are now; the real ones depend on a quote.',
  },
};

const NUMBER = new Intl.NumberFormat('en');

/** A reason with its words for one reader. */
export function presentReason({ code, clause, params, seq }: KeptReason, language: Language): Reason {
  const own = WORDS[code];
  const shown = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === 'number' ? NUMBER.format(value) : value,
  ]);
  const text = own === undefined ? explain({ code, params }, language) : word(own, language, Object.fromEntries(shown));
  return { code, clause, params: { ...params }, seq, text };
}

export function presentReasons(reasons: readonly KeptReason[], language: Language): Reason[] {
  return reasons.map((reason) => presentReason(reason, language));
}
