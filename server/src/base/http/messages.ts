import type { ErrorCode } from '../errors.ts';

export const LANGUAGES = ['ja', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** One text in both languages; `{name}` stands for a parameter of the error. */
export type Wording = Readonly<Record<Language, string>>;

/** Wording by `reason`. Each room brings its own; base has those below. */
export type Messages = Readonly<Record<string, Wording>>;

/** The title of every kind of error. */
export const TITLES: Readonly<Record<ErrorCode | 'internal' | 'method_not_allowed', Wording>> = {
  not_found: { ja: '見つかりません', en: 'Not found' },
  conflict: { ja: '現在の状態と矛盾しています', en: 'Conflicts with the current state' },
  invalid: { ja: '入力内容に誤りがあります', en: 'The request is not valid' },
  forbidden: { ja: '許可されていません', en: 'Not allowed' },
  unauthenticated: { ja: 'サインインが必要です', en: 'Sign-in required' },
  reauthentication_required: { ja: '再認証が必要です', en: 'Please confirm that it is you' },
  gone: { ja: 'すでに存在しません', en: 'No longer there' },
  too_many: { ja: '回数が多すぎます', en: 'Too many requests' },
  unavailable: { ja: '一時的に利用できません', en: 'Temporarily unavailable' },
  precondition_failed: { ja: '前提となる条件が整っていません', en: 'A condition for this is not met' },
  too_large: { ja: '大きすぎます', en: 'Too large' },
  unsupported: { ja: '対応していない形式です', en: 'Unsupported format' },
  internal: { ja: 'サーバーで問題が発生しました', en: 'Something went wrong on the server' },
  method_not_allowed: { ja: 'このメソッドは使えません', en: 'Method not allowed' },
};

export const BASE_MESSAGES: Messages = {
  uuid: { ja: '{what} の形式が正しくありません。', en: '{what} is not a valid identifier.' },
  database: {
    ja: 'データベースに接続できません。しばらくしてからもう一度お試しください。',
    en: 'The database cannot be reached. Please try again in a moment.',
  },
  'request.malformed': { ja: '本文を JSON として読み取れません。', en: 'The body cannot be read as JSON.' },
  'request.utf8': { ja: '本文は UTF-8 で送ってください。', en: 'Send the body in UTF-8.' },
  'request.address': {
    ja: 'アドレスを UTF-8 のパーセント符号化として読み取れません。',
    en: 'The address cannot be read as percent-encoded UTF-8.',
  },
  'request.text': {
    ja: '使えない文字（U+0000 または対になっていないサロゲート）が含まれています。',
    en: 'The request holds characters that cannot be kept: U+0000, or half of a surrogate pair.',
  },
  'request.too_deep': {
    ja: '本文の入れ子は {most} 段までです。',
    en: 'The body may be nested {most} levels deep at most.',
  },
  'request.media_type': { ja: '本文は application/json で送ってください。', en: 'Send the body as application/json.' },
  'request.validation': { ja: '誤りのある項目を確認してください。', en: 'Please check the fields listed.' },
  'request.body_too_large': { ja: '本文が大きすぎます。', en: 'The body is too large.' },
  'request.cursor': {
    ja: 'ページの位置が無効です。一覧の先頭から読み直してください。',
    en: 'The position in the list is not valid; start again from the beginning.',
  },
  'request.cross_site': {
    ja: '別のサイトからの要求のため拒否しました。',
    en: 'Refused, because the request came from another site.',
  },
  'idempotency.reused': {
    ja: 'この Idempotency-Key は別の内容の要求で使用済みです。',
    en: 'This Idempotency-Key was used for a different request.',
  },
  'idempotency.in_progress': {
    ja: '同じ Idempotency-Key の要求を処理中です。',
    en: 'A request with this Idempotency-Key is still being processed.',
  },
  'idempotency.malformed': {
    ja: 'Idempotency-Key は 1〜200 文字の ASCII 文字にしてください。',
    en: 'An Idempotency-Key has 1 to 200 printable ASCII characters.',
  },
};

/** Japanese unless English is preferred: `Accept-Language` (RFC 9110 §12.5.4) with its weights. */
export function languageOf(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined) return 'ja';
  let best: { readonly language: Language; readonly weight: number } = { language: 'ja', weight: 0 };
  for (const part of acceptLanguage.slice(0, 200).split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = LANGUAGES.find((candidate) => tag === candidate || tag.startsWith(`${candidate}-`));
    const q = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]).find(Boolean);
    const weight = q === undefined ? 1 : Number(q);
    if (language !== undefined && weight > best.weight) best = { language, weight };
  }
  return best.language;
}

/** The text for one reader. */
export function word(wording: Wording, language: Language, params: Readonly<Record<string, unknown>>): string {
  return wording[language].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}
