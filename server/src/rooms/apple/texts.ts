import type { UsageMode } from '@tsukasa/api';

export type Language = 'ja' | 'en';

/** Name and description of a profile in the device's settings; Apple has one text for all languages there. */
export function profileTexts(contractorName: string): { readonly displayName: string; readonly description: string } {
  return {
    displayName: `${contractorName} デバイス管理 / Device Management`,
    description: `${contractorName} がこの端末を管理するためのプロファイルです。This profile lets ${contractorName} manage this device.`,
  };
}

/** What the person agrees to, shown by the device before it installs the profile. */
export function consentText(
  contractorName: string,
  usageMode: UsageMode,
): { readonly default: string; readonly ja: string; readonly en: string } {
  const text = (language: Language) => {
    const { sees, does, never } = whatTheCompanySees(language, usageMode, contractorName);
    const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');
    const heading = HEADINGS[language];
    const parts = [
      `${heading.sees}\n${list(sees)}`,
      `${heading.does}\n${list(does)}`,
      `${heading.never}\n${list(never)}`,
    ];
    return parts.join('\n\n');
  };
  const en = text('en');
  return { default: en, ja: text('ja'), en };
}

export const HEADINGS = {
  ja: { sees: '会社から見えるもの', does: '会社ができること', never: '会社から見えないもの、できないこと' },
  en: { sees: 'What the company sees', does: 'What the company can do', never: 'What the company cannot see or do' },
} as const satisfies Record<Language, unknown>;

export type Disclosure = {
  readonly sees: readonly string[];
  readonly does: readonly string[];
  readonly never: readonly string[];
};

/** In plain words, and true: it follows the access rights of the profile (`accessRightsFor`) and what the server asks. */
export function whatTheCompanySees(language: Language, usageMode: UsageMode, company: string): Disclosure {
  return DISCLOSURES[language][usageMode](company);
}

const DISCLOSURES: Readonly<Record<Language, Readonly<Record<UsageMode, (company: string) => Disclosure>>>> = {
  ja: {
    'company-owned': (company) => ({
      sees: [
        '端末の名前、機種、シリアル番号、OS のバージョン、電話番号、通信会社、空き容量、電池の残り',
        'インストールされているアプリの名前とバージョン、構成プロファイル、証明書',
        'パスコードが設定されているか、暗号化されているかなどの安全の状態',
        '紛失モードのときだけ、端末の位置',
      ],
      does: [
        '画面をロックする、パスコードを消す、端末を初期化する',
        '設定やアプリを入れる、外す、端末の名前を変える',
        '監視対象の端末では、再起動、電源を切る、紛失モードにする',
      ],
      never: [
        'メール、メッセージ、写真、通話の内容や履歴、閲覧したページは見えません',
        `紛失モードでないときの位置は ${company} にも分かりません`,
      ],
    }),
    'personally-owned': (company) => ({
      sees: [
        '端末の名前、機種、シリアル番号、OS のバージョン、空き容量、電池の残り',
        '会社が入れたプロファイルと証明書',
        'パスコードが設定されているか、暗号化されているかなどの安全の状態',
      ],
      does: ['仕事に必要な設定とアプリを入れる、外す'],
      never: [
        'メール、メッセージ、写真、通話の内容や履歴、閲覧したページは見えません',
        '自分で入れたアプリの一覧、電話番号、位置は見えません',
        `${company} は端末をロックしたり、初期化したり、パスコードを消したりできません`,
      ],
    }),
  },
  en: {
    'company-owned': (company) => ({
      sees: [
        'Name, model, serial number, OS version, phone number, carrier, free storage and battery of the device',
        'Names and versions of installed apps, configuration profiles and certificates',
        'Whether it is safe: whether a passcode is set and the storage is encrypted',
        'Where the device is, but only while it is in Lost Mode',
      ],
      does: [
        'Lock the screen, remove the passcode, erase the device',
        'Install and remove settings and apps, rename the device',
        'On supervised devices: restart, shut down, turn on Lost Mode',
      ],
      never: [
        'Mail, messages, photos, calls and visited pages cannot be seen',
        `Outside Lost Mode not even ${company} knows where the device is`,
      ],
    }),
    'personally-owned': (company) => ({
      sees: [
        'Name, model, serial number, OS version, free storage and battery of the device',
        'Profiles and certificates that the company installed',
        'Whether it is safe: whether a passcode is set and the storage is encrypted',
      ],
      does: ['Install and remove the settings and apps that work needs'],
      never: [
        'Mail, messages, photos, calls and visited pages cannot be seen',
        'The list of your own apps, your phone number and your location cannot be seen',
        `${company} cannot lock or erase your device, nor remove its passcode`,
      ],
    }),
  },
};
