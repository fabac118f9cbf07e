import { hash } from 'node:crypto';
import { enrollmentDocument, escapeHtml, helpParagraph, PAGE_POLICY, type PageLanguage } from '../devices/index.ts';

const WORDS = {
  ja: {
    title: 'PC の登録',
    enter: '会社から受け取った招待コードを入れてください。',
    label: '招待コード',
    next: '次へ',
    ready: (company: string) => `この PC を ${company} の管理に登録します。`,
    agree: '登録すると会社から見えるもの、できることは、招待のページに書いてあります。',
    proceed: '登録する',
    passing: 'Windows に戻ります。',
    problems: {
      wrong: 'このコードは使えません。写し間違いがないか確かめてください。',
      revoked: 'この招待は取り消されました。新しい招待を管理者に頼んでください。',
      expired: 'この招待の期限が切れています。新しい招待を管理者に頼んでください。',
      not_windows: 'この招待は Windows 用ではありません。',
      too_many: '失敗が続いたため、しばらく受け付けません。数分待ってからやり直してください。',
      outside:
        'このページは Windows の「職場または学校にアクセスする」から開きます。招待のページの手順に従ってください。',
    },
  },
  en: {
    title: 'Enroll this PC',
    enter: 'Enter the invitation code that you got from the company.',
    label: 'Invitation code',
    next: 'Next',
    ready: (company: string) => `This enrolls the PC into management by ${company}.`,
    agree: 'What the company can then see and do is written on the page of the invitation.',
    proceed: 'Enroll',
    passing: 'Going back to Windows.',
    problems: {
      wrong: 'This code does not work. Please check that it was copied whole.',
      revoked: 'This invitation was withdrawn. Please ask your administrator for another one.',
      expired: 'This invitation has expired. Please ask your administrator for another one.',
      not_windows: 'This invitation is not for Windows.',
      too_many: 'Too many tries have failed. Please wait a few minutes.',
      outside:
        'This page is opened by Windows ("Access work or school"). Follow the steps on the page of the invitation.',
    },
  },
} as const satisfies Record<PageLanguage, unknown>;
export type SigninProblem = keyof (typeof WORDS)['en']['problems'];

/** What goes on from page to page: where Windows waits for the token. */
export type SigninState = { readonly appru: string; readonly path: string; readonly language: PageLanguage };

/** A form may be sent, to us. */
export const FORM_POLICY = PAGE_POLICY.replace("form-action 'none'", "form-action 'self'");

const SUBMIT = 'document.forms[0].submit();';
/**
 * One script, and a form that leaves for Windows. `form-action` is left out: the address is checked by us, the page holds
 * nothing of anybody else's, and what the engines inside Windows make of a scheme of their own there is not documented.
 */
export const PASS_POLICY = PAGE_POLICY.replace(
  "form-action 'none'",
  `script-src 'sha256-${hash('sha256', SUBMIT, 'base64')}'`,
);

const input = (type: string, name: string, value: string, more = ''): string =>
  `<input type="${type}" name="${name}" value="${escapeHtml(value)}"${more}>`;

/** A page that keeps its query when the language is changed. */
function page({ appru, language }: SigninState, main: string): string {
  const { title } = WORDS[language];
  return enrollmentDocument(title, language, main, undefined, { appru });
}

/** Asks for the invitation code. */
export function codePage(state: SigninState, problem?: SigninProblem): string {
  const words = WORDS[state.language];
  const said =
    problem === undefined ? '' : `<p role="alert"><strong>${escapeHtml(words.problems[problem])}</strong></p>`;
  return page(
    state,
    `<h1>${escapeHtml(words.title)}</h1>${said}<p>${escapeHtml(words.enter)}</p>
<form method="post" action="${escapeHtml(state.path)}">${input('hidden', 'appru', state.appru)}${input('hidden', 'lang', state.language)}
<p><label>${escapeHtml(words.label)}<br>${input('text', 'code', '', ' required autofocus autocomplete="off" autocapitalize="off" spellcheck="false" size="44" maxlength="60"')}</label></p>
<p><button class="act" type="submit">${escapeHtml(words.next)}</button></p></form>`,
  );
}

/** The link has named the invitation: one press, nothing to type. */
export function proceedPage(
  state: SigninState,
  { code, company, phone }: { readonly code: string; readonly company: string; readonly phone: string },
): string {
  const words = WORDS[state.language];
  return page(
    state,
    `<h1>${escapeHtml(words.title)}</h1><p>${escapeHtml(words.ready(company))}</p><p>${escapeHtml(words.agree)}</p>
<form method="post" action="${escapeHtml(state.path)}">${input('hidden', 'appru', state.appru)}${input('hidden', 'lang', state.language)}${input('hidden', 'code', code)}
<p><button class="act" type="submit">${escapeHtml(words.proceed)}</button></p></form>
${helpParagraph(state.language, phone)}`,
  );
}

/** Nothing can be done here. */
export function signinProblemPage(problem: SigninProblem, language: PageLanguage): string {
  const words = WORDS[language];
  return enrollmentDocument(
    words.title,
    language,
    `<h1>${escapeHtml(words.title)}</h1><p>${escapeHtml(words.problems[problem])}</p>`,
  );
}

/** Hands the token to Windows: a form that sends itself to `appru`, where the client takes it (fact sheet 1.5). */
export function passPage({ appru, language }: SigninState, token: string): string {
  const words = WORDS[language];
  return enrollmentDocument(
    words.title,
    language,
    `<h1>${escapeHtml(words.title)}</h1><p>${escapeHtml(words.passing)}</p>
<form method="post" action="${escapeHtml(appru)}">${input('hidden', 'wresult', token)}
<p><button class="act" type="submit">${escapeHtml(words.next)}</button></p></form><script>${SUBMIT}</script>`,
  );
}
