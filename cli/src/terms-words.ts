import { type Language, nameOf, PHASES, type Phase } from '@tsukasa/terms';

type Fee = 'initial' | 'monthly' | 'one_time';

/** The words around the answers of the `terms` commands, in one language. */
export type TermsWords = {
  readonly month: string;
  readonly subject: string;
  readonly fee: string;
  readonly quantity: string;
  readonly unit: string;
  readonly amount: string;
  readonly total: string;
  readonly fees: Readonly<Record<Fee, string>>;
  readonly phases: Readonly<Record<Phase, string>>;
  readonly admissible: string;
  readonly refused: string;
  readonly ends: (on: string) => string;
  readonly commands: (names: readonly string[]) => string;
  readonly missing: (flag: string) => string;
  readonly oneOf: (flag: string, accepted: readonly string[], value: string) => string;
  readonly unreadable: (file: string, why: string) => string;
  readonly tooLarge: (file: string) => string;
  readonly notJson: (file: string) => string;
};

const EN: Omit<TermsWords, 'phases'> = {
  month: 'MONTH',
  subject: 'SUBJECT',
  fee: 'FEE',
  quantity: 'QUANTITY',
  unit: 'UNIT',
  amount: 'AMOUNT',
  total: 'Total (yen, without tax)',
  fees: { initial: 'initial', monthly: 'monthly', one_time: 'one-time' },
  admissible: 'The application is admissible.',
  refused: 'The application is refused.',
  ends: (on) => `last day ${on}`,
  commands: (names) => `"tsukasa terms" takes ${names.join(', ')}`,
  missing: (flag) => `${flag} is missing`,
  oneOf: (flag, accepted, value) => `${flag} takes ${accepted.join(', ')}, not ${value}`,
  unreadable: (file, why) => `${file} cannot be read: ${why}`,
  tooLarge: (file) => `${file} is larger than 4 MiB`,
  notJson: (file) => `${file} is not valid JSON`,
};

const JA: Omit<TermsWords, 'phases'> = {
  month: '月',
  subject: '対象',
  fee: '費用',
  quantity: '数量',
  unit: '単価',
  amount: '金額',
  total: '合計（円、税抜）',
  fees: { initial: '初期費用', monthly: '月額費用', one_time: '一時費用' },
  admissible: '申込は承諾できます。',
  refused: '申込は承諾できません。',
  ends: (on) => `最終日 ${on}`,
  commands: (names) => `tsukasa terms に続けて指定できるのは ${names.join('、')} です`,
  missing: (flag) => `${flag} を指定してください`,
  oneOf: (flag, accepted, value) => `${flag} に指定できるのは ${accepted.join('、')} です（指定：${value}）`,
  unreadable: (file, why) => `${file} を読めません：${why}`,
  tooLarge: (file) => `${file} は4 MiBを超えています`,
  notJson: (file) => `${file} は正しいJSONではありません`,
};

export function termsWords(language: Language): TermsWords {
  const phases = Object.fromEntries(PHASES.map((of) => [of, nameOf(of, language)])) as Record<Phase, string>;
  return { ...(language === 'ja' ? JA : EN), phases };
}
