import type { ManagementMode, UsageMode } from '@tsukasa/api';
import type { PageLanguage } from '../devices/index.ts';

export type PageMode = 'fully-managed' | 'dedicated' | 'company-profile' | 'personal-profile';

export function pageModeOf(usageMode: UsageMode, managementMode: ManagementMode): PageMode {
  if (usageMode === 'personally-owned') return 'personal-profile';
  if (managementMode === 'work-profile') return 'company-profile';
  return managementMode === 'dedicated' ? 'dedicated' : 'fully-managed';
}

export type Disclosure = {
  readonly sees: readonly string[];
  readonly does: readonly string[];
  readonly never: readonly string[];
};

export const HEADINGS = {
  ja: { sees: '会社から見えるもの', does: '会社ができること', never: '会社から見えないもの、できないこと' },
  en: { sees: 'What the company sees', does: 'What the company can do', never: 'What the company cannot see or do' },
} as const satisfies Record<PageLanguage, unknown>;

/** In plain words, and true: it follows what the policy reports, and what the actions do in each mode (fact sheet 4). */
export function whatTheCompanySees(language: PageLanguage, mode: PageMode): Disclosure {
  return DISCLOSURES[language][mode === 'dedicated' ? 'fully-managed' : mode];
}

const DISCLOSURES: Readonly<Record<PageLanguage, Readonly<Record<Exclude<PageMode, 'dedicated'>, Disclosure>>>> = {
  ja: {
    'fully-managed': {
      sees: [
        '機種、シリアル番号、IMEI、Android のバージョン、電話番号、通信会社、空き容量、電池の残り',
        'インストールされているアプリの名前とバージョン',
        '画面ロックや暗号化などの安全の状態',
        '紛失モードのときだけ、端末の位置',
      ],
      does: [
        '画面をロックする、画面ロックのパスワードを変える、再起動する、端末を初期化する',
        '紛失モードにする、アプリのデータを消す',
      ],
      never: [
        'メール、メッセージ、写真、通話の内容、閲覧したページは見えません',
        '紛失モードでないときの位置は分かりません',
      ],
    },
    'company-profile': {
      sees: [
        '機種、シリアル番号、IMEI、Android のバージョン、空き容量、電池の残り',
        '仕事用プロファイルのアプリの名前とバージョン',
        '画面ロックや暗号化などの安全の状態',
        '紛失モードのときだけ、端末の位置',
      ],
      does: [
        '仕事用プロファイルをロックする、そのパスワードを変える、仕事用アプリのデータを消す',
        '紛失モードにする、端末全体を初期化する（個人のデータも消えます）',
        '会社の管理から外して端末を渡す（仕事用プロファイルだけが消えます）',
      ],
      never: [
        '個人用の側のアプリ、写真、メッセージ、通話、閲覧したページは見えません',
        '紛失モードでないときの位置は分かりません',
      ],
    },
    'personal-profile': {
      sees: [
        '機種、Android のバージョン、空き容量、画面ロックや暗号化などの安全の状態',
        '仕事用プロファイルのアプリの名前とバージョン',
      ],
      does: [
        '仕事用プロファイルをロックする、そのパスワードを変える、仕事用アプリのデータを消す',
        '仕事用プロファイルを削除する（個人のものは残ります）',
      ],
      never: [
        '個人用のアプリ、写真、メッセージ、通話、閲覧したページは見えません',
        '位置、電話番号は分かりません。端末全体を初期化することもできません',
      ],
    },
  },
  en: {
    'fully-managed': {
      sees: [
        'Model, serial number, IMEI, Android version, phone number, carrier, free storage and battery',
        'Names and versions of the installed apps',
        'Whether it is safe: screen lock, encryption and the like',
        'Where the device is, but only while it is in lost mode',
      ],
      does: [
        'Lock the screen, change the password of the screen lock, restart the device, erase it',
        'Turn on lost mode, clear the data of apps',
      ],
      never: [
        'Mail, messages, photos, calls and visited pages cannot be seen',
        'Outside lost mode nobody knows where the device is',
      ],
    },
    'company-profile': {
      sees: [
        'Model, serial number, IMEI, Android version, free storage and battery',
        'Names and versions of the apps in the work profile',
        'Whether it is safe: screen lock, encryption and the like',
        'Where the device is, but only while it is in lost mode',
      ],
      does: [
        'Lock the work profile, change its password, clear the data of work apps',
        'Turn on lost mode, erase the whole device (your own data too)',
        'Give up the device: only the work profile is removed then',
      ],
      never: [
        'Apps, photos, messages, calls and visited pages of your private side cannot be seen',
        'Outside lost mode nobody knows where the device is',
      ],
    },
    'personal-profile': {
      sees: [
        'Model, Android version, free storage, and whether it is safe: screen lock, encryption and the like',
        'Names and versions of the apps in the work profile',
      ],
      does: [
        'Lock the work profile, change its password, clear the data of work apps',
        'Remove the work profile (what is yours stays)',
      ],
      never: [
        'Your own apps, photos, messages, calls and visited pages cannot be seen',
        'Your location and phone number are not known, and the device as a whole cannot be erased',
      ],
    },
  },
};

export const WORDS = {
  ja: {
    title: (company: string) => `${company} にこの端末を登録`,
    person: (name: string) => `${name} さんへの案内です。`,
    intro: '会社の管理に Android 端末を登録します。はじめに、登録するとどうなるかをお読みください。',
    kind: {
      'fully-managed': '会社の端末として、端末全体が会社の管理に入ります。私用には使えません。',
      dedicated: '決まった用途のための会社の端末として、端末全体が会社の管理に入ります。',
      'company-profile': '会社の端末として登録します。仕事用プロファイルと個人用の側に分かれ、私用にも使えます。',
      'personal-profile': '個人のものとして登録します。仕事用プロファイルだけが会社の管理に入ります。',
    },
    enroll: 'この端末を登録',
    personal: 'Android の端末での手順',
    personalSteps: [
      '登録する端末でこのページを開き、上のボタンを押します。',
      '画面の案内に従い、仕事用プロファイルの作成に同意します。',
      '「仕事用」のタブやかばんの印が付いたアプリが現れれば終わりです。',
    ],
    company: '新しい端末、または初期化した端末での手順',
    companySteps: [
      'このページを、登録する端末とは別の画面（パソコンなど）で開いておきます。',
      '端末の電源を入れ、最初の「ようこそ」の画面の同じ場所を 6 回押します。',
      'カメラが開いたら、下の QR コードを読み取ります。カメラが開かないときは Wi-Fi につなぐと始まります。',
      '画面の案内に従います。数分で会社の設定が届きます。',
    ],
    already: '使い始めた端末は、先に初期化が必要です。初期化すると端末の中のものは消えます。',
    token: 'QR コードを読み取れないとき',
    tokenSteps: [
      '端末の設定を進め、Google アカウントを尋ねられたら afw#setup と入れます。',
      '「コードを入力」を選び、次の文字を入れます。',
    ],
    other: 'ほかの機器で見ているときは、次の QR コードを登録する端末のカメラで読み取ってください。',
    qr: '登録のための QR コード',
    secret: 'この QR コードと文字は、この端末の登録だけに使い、人に渡さないでください。',
    leave: 'やめるときは、「設定」→「アカウント」または「パスワードとアカウント」から仕事用プロファイルを削除します。',
  },
  en: {
    title: (company: string) => `Enroll this device with ${company}`,
    person: (name: string) => `This invitation is for ${name}.`,
    intro: 'This enrolls an Android device into management by the company. Please read first what that means.',
    kind: {
      'fully-managed': 'The device belongs to the company and is managed as a whole. It is not for private use.',
      dedicated: 'The device belongs to the company, serves one purpose, and is managed as a whole.',
      'company-profile':
        'The device belongs to the company. It has a work profile and a private side, and may be used privately.',
      'personal-profile': 'The device is your own. Only its work profile is managed by the company.',
    },
    enroll: 'Enroll this device',
    personal: 'On your Android device',
    personalSteps: [
      'Open this page on the device that is to be enrolled, and press the button above.',
      'Follow the screen and agree to the work profile.',
      'When a tab "Work", or apps with a briefcase, appear, you are finished.',
    ],
    company: 'On a new device, or one that was erased',
    companySteps: [
      'Keep this page open on another screen, not on the device that is to be enrolled.',
      'Turn the device on and tap the first screen ("Welcome") six times in the same place.',
      'When the camera opens, scan the QR code below. If it does not open, connect to Wi-Fi first.',
      'Follow the screen. Settings of the company arrive within minutes.',
    ],
    already: 'A device that is in use must be erased first. Everything on it is lost then.',
    token: 'If the QR code cannot be scanned',
    tokenSteps: [
      'Go on with the setup of the device, and enter afw#setup when it asks for a Google account.',
      'Choose to enter a code, and enter these characters.',
    ],
    other: 'Reading this on another machine? Scan this QR code with the camera of the device that is to be enrolled.',
    qr: 'QR code for the enrollment',
    secret: 'The QR code and the characters are for this enrollment only. Do not pass them on.',
    leave: 'To leave, remove the work profile in Settings, under "Accounts" or "Passwords & accounts".',
  },
} as const satisfies Record<PageLanguage, unknown>;
