import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageLanguage } from './model.ts';

/** Why a link does not work. */
export const LINK_PROBLEMS = ['unknown', 'revoked', 'expired', 'used_up', 'not_ready'] as const;
export type LinkProblem = (typeof LINK_PROBLEMS)[number];
const STATUS = { unknown: 404, revoked: 410, expired: 410, used_up: 410, not_ready: 503 } as const satisfies Record<
  LinkProblem,
  number
>;

const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#4a5360;--ground:#fff;--card:#f3f5f8;--line:#cfd6de;--act:#0b5cad;--on:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebef;--soft:#b4bcc7;--ground:#14171b;--card:#1e2329;--line:#3a424c;--act:#8ac2ff;--on:#10202f}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1.0625rem/1.65 system-ui,-apple-system,"Hiragino Sans","Noto Sans JP",sans-serif;overflow-wrap:anywhere}
main{max-width:40rem;margin:0 auto;padding:1.25rem 1rem 3rem}
header{display:flex;justify-content:space-between;gap:1rem;flex-wrap:wrap;max-width:40rem;margin:0 auto;padding:.75rem 1rem 0;color:var(--soft);font-size:.9375rem}
h1{font-size:1.5rem;line-height:1.35;margin:.25rem 0 .75rem}
h2{font-size:1.125rem;margin:1.75rem 0 .5rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.25rem 1rem 1rem;margin:1rem 0}
section h2{margin-top:1rem}
ul,ol{padding-left:1.4rem;margin:.25rem 0}
li{margin:.3rem 0}
a{color:var(--act)}
.act{display:block;text-align:center;background:var(--act);color:var(--on);text-decoration:none;font-weight:600;padding:.9rem 1rem;border-radius:.75rem;margin:1.5rem 0}
.act:focus-visible,a:focus-visible{outline:3px solid var(--act);outline-offset:3px}
.soft{color:var(--soft)}
`;

/** Nothing but this page's own style: no script, no image, nothing from elsewhere. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const WORDS = {
  ja: {
    switchTo: 'English',
    help: '困ったときの連絡先',
    problems: {
      unknown: ['このリンクは使えません', 'リンクが途中で切れていないか確かめてください。'],
      revoked: ['このリンクは取り消されました', '新しいリンクを管理者に頼んでください。'],
      expired: ['このリンクの期限が切れています', '新しいリンクを管理者に頼んでください。'],
      used_up: [
        'このリンクはもう使われています',
        '登録が済んでいれば、することはありません。別の端末なら、新しいリンクを管理者に頼んでください。',
      ],
      not_ready: ['まだ登録できません', 'サーバーの準備がまだできていません。管理者に知らせてください。'],
    },
  },
  en: {
    switchTo: '日本語',
    help: 'If you need help',
    problems: {
      unknown: ['This link does not work', 'Please check that no part of it is missing.'],
      revoked: ['This link was withdrawn', 'Please ask your administrator for another one.'],
      expired: ['This link has expired', 'Please ask your administrator for another one.'],
      used_up: [
        'This link has been used',
        'If the device is enrolled there is nothing to do. For another device please ask your administrator for another link.',
      ],
      not_ready: [
        'Enrollment is not possible yet',
        'The server is not prepared for it. Please tell your administrator.',
      ],
    },
  },
} as const satisfies Record<PageLanguage, unknown>;

/**
 * A whole page for the person at the device. `main` is HTML. `platform` tells programs which devices the link is for. `kept`
 * are parameters of the address that the page still needs in its other language.
 */
export function enrollmentDocument(
  title: string,
  language: PageLanguage,
  main: string,
  platform?: string,
  kept: Readonly<Record<string, string>> = {},
): string {
  const other = language === 'ja' ? 'en' : 'ja';
  const address = escapeHtml(`?${new URLSearchParams({ lang: other, ...kept })}`);
  const mark = platform === undefined ? '' : `\n<meta name="tsukasa-platform" content="${escapeHtml(platform)}">`;
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">${mark}<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><header><span>Tsukasa</span><a href="${address}" hreflang="${other}" lang="${other}">${WORDS[language].switchTo}</a></header>
<main>${main}</main></body></html>
`;
}

/** The page for a link that does not work. */
export function problemPage(problem: LinkProblem, language: PageLanguage): string {
  const [title, advice] = WORDS[language].problems[problem];
  return enrollmentDocument(title, language, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(advice)}</p>`);
}

/** The same for a client that reads no pages. */
function problemText(problem: LinkProblem, language: PageLanguage): string {
  return WORDS[language].problems[problem].join(language === 'ja' ? '。' : '. ');
}

/** Whom to call; nothing when no number is known. */
export function helpParagraph(language: PageLanguage, phone: string): string {
  if (phone === '') return '';
  const number = phone.replaceAll(/[^0-9+#*]/g, '');
  return `<p>${escapeHtml(WORDS[language].help)}: <a href="tel:${number}">${escapeHtml(phone)}</a></p>`;
}

export function htmlList(tag: 'ul' | 'ol', items: readonly string[]): string {
  return `<${tag}>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</${tag}>`;
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  problem: LinkProblem,
  language: PageLanguage,
  page: boolean,
): void {
  if (page) {
    sendPage(request, response, problemPage(problem, language), language, { status: STATUS[problem] });
    return;
  }
  const body = `${problemText(problem, language)}\n`;
  response
    .writeHead(STATUS[problem], { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    .end(request.method === 'HEAD' ? undefined : body);
}

/** `policy`: the page's content security policy, when it needs another than `PAGE_POLICY`. */
export function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  html: string,
  language: PageLanguage,
  { status = 200, policy = PAGE_POLICY }: { readonly status?: number; readonly policy?: string } = {},
): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(html)),
      'content-language': language,
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      vary: 'accept, accept-language',
    })
    .end(request.method === 'HEAD' ? undefined : html);
}
