import { enrollmentLink } from '@tsukasa/windows-mdm';
import type { Db, Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import {
  type EnrollmentPage,
  type EnrollmentVisit,
  enrollmentDocument,
  escapeHtml,
  helpParagraph,
  htmlList,
  type PageLanguage,
  sendPage,
  type UsableInvitation,
} from '../devices/index.ts';
import { discoveryUrlOf, isTrustworthy, serverAddressOf, userNameOf } from './addresses.ts';
import { HEADINGS, whatTheCompanySees } from './page-texts.ts';

/** What the page shows of a contractor. */
export type PageFacts = { readonly name: string; readonly language: PageLanguage; readonly helpdeskPhone: string };

export type EnrollmentPageDeps = {
  readonly db: Db;
  readonly publicUrl: string;
  readonly contractor: (tx: Tx, contractorId: ContractorId) => Promise<PageFacts>;
};

const WORDS = {
  ja: {
    title: (company: string) => `${company} の PC 登録`,
    intro: 'この PC を会社の管理に登録します。登録すると何が起きるかを、先にお読みください。',
    company: 'この PC は会社のものとして登録されます。',
    personal: 'この PC はあなた個人のものとして登録されます。',
    person: (name: string) => `${name} さんへの案内です。`,
    start: '登録を始める',
    steps: 'ボタンで登録する（Windows 10、11）',
    stepList: [
      '登録する PC で、管理者の権限がある自分のアカウントでサインインし、このページを開いて上のボタンを押します。「開きますか」と聞かれたら開きます。',
      'Windows の「職場または学校アカウントのセットアップ」が開きます。メールアドレスを聞かれたら会社のものを入れ、「次へ」を押します。',
      '「PC の登録」が出たら「登録する」を押します。',
      '「準備が整いました」が出れば終わりです。数分で会社の設定が届きます。',
    ],
    byHand: 'ボタンが使えないとき',
    byHandList: [
      'Windows 11 は「設定」→「アカウント」→「職場または学校にアクセスする」、Windows 10 も同じ場所を開きます。',
      '「デバイス管理にのみ登録する」を押します。',
      'メールアドレスに下のユーザー名を入れます。サーバーの場所を聞かれたら、下のサーバーのアドレスを入れます。',
      '招待コードかパスワードを聞かれたら、下の招待コードを入れます。',
    ],
    server: 'サーバーのアドレス',
    user: 'ユーザー名（会社のメールアドレスでもかまいません）',
    password: '招待コード（パスワード）',
    leave: 'やめるときは、同じ「職場または学校にアクセスする」で会社の名前を選び、「切断」を押します。',
    other: 'ほかの機器で見ているときは、登録する PC でこのページを開いてください。',
  },
  en: {
    title: (company: string) => `Enroll this PC with ${company}`,
    intro: 'This enrolls the PC into management by the company. Please read first what that means.',
    company: 'The PC is enrolled as property of the company.',
    personal: 'The PC is enrolled as your own.',
    person: (name: string) => `This invitation is for ${name}.`,
    start: 'Begin to enroll',
    steps: 'With the button (Windows 10 and 11)',
    stepList: [
      'On the PC, signed in with an account of yours that is an administrator, open this page and press the button above. Allow it to open Windows settings.',
      'Windows shows "Set up a work or school account". If it asks for an e-mail address enter the one of your company and press "Next".',
      'When it says "Enroll this PC" press "Enroll".',
      'When Windows says that everything is ready you are finished. Settings of the company arrive within minutes.',
    ],
    byHand: 'If the button does not work',
    byHandList: [
      'Open Settings, Accounts, Access work or school.',
      'Press "Enroll only in device management".',
      'As e-mail address enter the user name below. When it asks for the server enter the server address below.',
      'When it asks for an invitation code or a password enter the invitation code below.',
    ],
    server: 'Server address',
    user: 'User name (your e-mail address at the company will do)',
    password: 'Invitation code (password)',
    leave: 'To leave, open Access work or school, choose the name of the company and press "Disconnect".',
    other: 'Reading this on another machine? Open this page on the PC that is to be enrolled.',
  },
} as const satisfies Record<PageLanguage, unknown>;

/** `GET /enroll/{code}` for Windows: what the company will see and do, the button, and what to type without it. */
export function createEnrollmentPage({ db, publicUrl, contractor }: EnrollmentPageDeps): EnrollmentPage {
  return {
    serve: async (request, response, visit) => {
      if (!isTrustworthy(publicUrl)) return 'not_ready';
      const facts = await db.asContractor(visit.contractorId, (tx) => contractor(tx, visit.contractorId));
      const language = visit.language ?? facts.language;
      sendPage(request, response, invitationPage(publicUrl, visit, facts, language), language);
      return 'served';
    },
  };
}

export function deepLinkOf(publicUrl: string, { code, usageMode }: UsableInvitation): string {
  return enrollmentLink({
    userName: userNameOf(publicUrl),
    discoveryUrl: discoveryUrlOf(publicUrl, code),
    ownership: usageMode === 'company-owned' ? 'corporate' : 'personal',
  });
}

function invitationPage(
  publicUrl: string,
  { invitation }: EnrollmentVisit,
  { name: company, helpdeskPhone }: PageFacts,
  language: PageLanguage,
): string {
  const { usageMode, personName, code } = invitation;
  const words = WORDS[language];
  const headings = HEADINGS[language];
  const { sees, does, never } = whatTheCompanySees(language, usageMode);
  const title = words.title(company);
  const person = personName === undefined ? '' : `<p>${escapeHtml(words.person(personName))}</p>`;
  return enrollmentDocument(
    title,
    language,
    `<h1>${escapeHtml(title)}</h1>
${person}<p>${escapeHtml(words.intro)}</p>
<p>${escapeHtml(usageMode === 'company-owned' ? words.company : words.personal)}</p>
<section><h2>${escapeHtml(headings.sees)}</h2>${htmlList('ul', sees)}
<h2>${escapeHtml(headings.does)}</h2>${htmlList('ul', does)}
<h2>${escapeHtml(headings.never)}</h2>${htmlList('ul', never)}</section>
<a class="act" href="${escapeHtml(deepLinkOf(publicUrl, invitation))}">${escapeHtml(words.start)}</a>
<h2>${escapeHtml(words.steps)}</h2>${htmlList('ol', words.stepList)}
<h2>${escapeHtml(words.byHand)}</h2>${htmlList('ol', words.byHandList)}
${typed(words.server, serverAddressOf(publicUrl))}
${typed(words.user, userNameOf(publicUrl))}
${typed(words.password, code)}
<p class="soft">${escapeHtml(words.leave)}</p>
<p class="soft">${escapeHtml(words.other)}</p>
${helpParagraph(language, helpdeskPhone)}`,
    'windows',
  );
}

/** A field of its own, so that it is selected whole; there is no script to copy with. */
function typed(label: string, value: string): string {
  return `<p><label>${escapeHtml(label)}<br><input type="text" readonly size="44" value="${escapeHtml(value)}"></label></p>`;
}
