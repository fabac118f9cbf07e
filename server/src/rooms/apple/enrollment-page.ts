import { hash } from 'node:crypto';
import type { UsageMode } from '@tsukasa/api';
import { HEADINGS, type Language, whatTheCompanySees } from './texts.ts';

/** Why a link does not work. */
export const LINK_PROBLEMS = ['unknown', 'revoked', 'expired', 'used_up', 'not_ready'] as const;
export type LinkProblem = (typeof LINK_PROBLEMS)[number];

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
    title: (company: string) => `${company} のデバイス登録`,
    intro: 'この端末を会社の管理に登録します。登録すると何が起きるかを、先にお読みください。',
    company: 'この端末は会社のものとして登録されます。',
    personal: 'この端末はあなた個人のものとして登録されます。会社ができることは、仕事に必要なものに限られます。',
    person: (name: string) => `${name} さんへの案内です。`,
    download: 'プロファイルをダウンロード',
    phone: 'iPhone、iPad での手順',
    mac: 'Mac での手順',
    phoneSteps: [
      '上のボタンを Safari で押し、「許可」を選びます。',
      '「設定」を開き、上のほうの「プロファイルがダウンロードされました」を押します。見えないときは「一般」→「VPN とデバイス管理」にあります。',
      '「インストール」を押し、端末のパスコードを入れ、画面の案内に従います。',
      '「完了」が出れば終わりです。数分で会社の設定が届きます。',
    ],
    macSteps: [
      '上のボタンを押すと、プロファイルが「ダウンロード」に入ります。',
      '「システム設定」→「一般」→「デバイス管理」を開き、プロファイルをダブルクリックします。',
      '「インストール」を押し、Mac のパスワードを入れます。',
      '一覧に会社のプロファイルが出れば終わりです。',
    ],
    leave: 'やめるときは、同じ画面でプロファイルを削除します。会社が入れた設定やアプリも一緒に消えます。',
    help: '困ったときの連絡先',
    other: 'ほかの機器で見ているときは、登録する端末の Safari でこのページを開いてください。',
    switchTo: 'English',
    problems: {
      unknown: ['このリンクは使えません', 'リンクが途中で切れていないか確かめてください。'],
      revoked: ['このリンクは取り消されました', '新しいリンクを管理者に頼んでください。'],
      expired: ['このリンクの期限が切れています', '新しいリンクを管理者に頼んでください。'],
      used_up: [
        'このリンクはもう使われています',
        '登録が済んでいれば、することはありません。別の端末なら、新しいリンクを管理者に頼んでください。',
      ],
      not_ready: ['まだ登録できません', 'サーバーに Apple のプッシュ証明書がありません。管理者に知らせてください。'],
    },
  },
  en: {
    title: (company: string) => `Enroll this device with ${company}`,
    intro: 'This enrolls the device into management by the company. Please read first what that means.',
    company: 'The device is enrolled as property of the company.',
    personal: 'The device is enrolled as your own. The company can do only what work needs.',
    person: (name: string) => `This invitation is for ${name}.`,
    download: 'Download the profile',
    phone: 'On an iPhone or iPad',
    mac: 'On a Mac',
    phoneSteps: [
      'Press the button above in Safari and choose "Allow".',
      'Open Settings and press "Profile Downloaded" near the top. If it is not there: General, then VPN & Device Management.',
      'Press "Install", enter the passcode of the device and follow the screen.',
      'When it says "Done" you are finished. Settings of the company arrive within minutes.',
    ],
    macSteps: [
      'Press the button above: the profile goes to Downloads.',
      'Open System Settings, General, Device Management, and double-click the profile.',
      'Press "Install" and enter the password of the Mac.',
      'When the list shows the profile of the company you are finished.',
    ],
    leave: 'To leave, remove the profile in the same place. Settings and apps that the company installed go with it.',
    help: 'If you need help',
    other: 'Reading this on another machine? Open this page in Safari on the device that is to be enrolled.',
    switchTo: '日本語',
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
        'The server has no Apple push certificate. Please tell your administrator.',
      ],
    },
  },
} as const satisfies Record<Language, unknown>;

export type Invitation = {
  readonly company: string;
  readonly usageMode: UsageMode;
  readonly personName: string | undefined;
  readonly helpdeskPhone: string;
  /** Path of the profile. */
  readonly profilePath: string;
};

/** The page for the device's user: what the company will see and do, how to install, and the button. */
export function invitationPage(invitation: Invitation, language: Language): string {
  const { company, usageMode, personName, helpdeskPhone, profilePath } = invitation;
  const words = WORDS[language];
  const { sees, does, never } = whatTheCompanySees(language, usageMode, company);
  const headings = HEADINGS[language];
  const person = personName === undefined ? '' : `<p>${escapeHtml(words.person(personName))}</p>`;
  return document(
    words.title(company),
    language,
    `<h1>${escapeHtml(words.title(company))}</h1>
${person}<p>${escapeHtml(words.intro)}</p>
<p>${escapeHtml(usageMode === 'company-owned' ? words.company : words.personal)}</p>
<section><h2>${escapeHtml(headings.sees)}</h2>${list('ul', sees)}
<h2>${escapeHtml(headings.does)}</h2>${list('ul', does)}
<h2>${escapeHtml(headings.never)}</h2>${list('ul', never)}</section>
<a class="act" href="${escapeHtml(profilePath)}">${escapeHtml(words.download)}</a>
<h2>${escapeHtml(words.phone)}</h2>${list('ol', words.phoneSteps)}
<h2>${escapeHtml(words.mac)}</h2>${list('ol', words.macSteps)}
<p class="soft">${escapeHtml(words.leave)}</p>
<p class="soft">${escapeHtml(words.other)}</p>
${help(words.help, helpdeskPhone)}`,
  );
}

/** The page for a link that does not work. */
export function problemPage(problem: LinkProblem, language: Language): string {
  const [title, advice] = WORDS[language].problems[problem];
  return document(title, language, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(advice)}</p>`);
}

/** The same for a client that reads no pages. */
export function problemText(problem: LinkProblem, language: Language): string {
  return WORDS[language].problems[problem].join(language === 'ja' ? '。' : '. ');
}

function help(heading: string, phone: string): string {
  if (phone === '') return '';
  const number = phone.replaceAll(/[^0-9+#*]/g, '');
  return `<p>${escapeHtml(heading)}: <a href="tel:${number}">${escapeHtml(phone)}</a></p>`;
}

function list(tag: 'ul' | 'ol', items: readonly string[]): string {
  return `<${tag}>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</${tag}>`;
}

function document(title: string, language: Language, main: string): string {
  const other = language === 'ja' ? 'en' : 'ja';
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><header><span>Tsukasa</span><a href="?lang=${other}" hreflang="${other}" lang="${other}">${WORDS[language].switchTo}</a></header>
<main>${main}</main></body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
