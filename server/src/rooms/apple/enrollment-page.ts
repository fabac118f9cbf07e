import type { UsageMode } from '@tsukasa/api';
import { enrollmentDocument, escapeHtml, helpParagraph, htmlList } from '../devices/index.ts';
import { HEADINGS, type Language, whatTheCompanySees } from './texts.ts';

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
    other: 'ほかの機器で見ているときは、登録する端末の Safari でこのページを開いてください。',
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
    other: 'Reading this on another machine? Open this page in Safari on the device that is to be enrolled.',
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
  return enrollmentDocument(
    words.title(company),
    language,
    `<h1>${escapeHtml(words.title(company))}</h1>
${person}<p>${escapeHtml(words.intro)}</p>
<p>${escapeHtml(usageMode === 'company-owned' ? words.company : words.personal)}</p>
<section><h2>${escapeHtml(headings.sees)}</h2>${htmlList('ul', sees)}
<h2>${escapeHtml(headings.does)}</h2>${htmlList('ul', does)}
<h2>${escapeHtml(headings.never)}</h2>${htmlList('ul', never)}</section>
<a class="act" href="${escapeHtml(profilePath)}">${escapeHtml(words.download)}</a>
<h2>${escapeHtml(words.phone)}</h2>${htmlList('ol', words.phoneSteps)}
<h2>${escapeHtml(words.mac)}</h2>${htmlList('ol', words.macSteps)}
<p class="soft">${escapeHtml(words.leave)}</p>
<p class="soft">${escapeHtml(words.other)}</p>
${helpParagraph(language, helpdeskPhone)}`,
    'apple',
  );
}
