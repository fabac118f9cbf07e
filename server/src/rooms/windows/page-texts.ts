import type { ActionType, UsageMode } from '@tsukasa/api';
import type { Section } from '@tsukasa/windows-mdm';
import type { PageLanguage } from '../devices/index.ts';

export const HEADINGS = {
  ja: { sees: '会社から見えるもの', does: '会社ができること', never: '会社から見えないもの、できないこと' },
  en: { sees: 'What the company sees', does: 'What the company can do', never: 'What the company cannot see or do' },
} as const satisfies Record<PageLanguage, unknown>;

export type Disclosure = {
  readonly sees: readonly string[];
  readonly does: readonly string[];
  readonly never: readonly string[];
};

/** What can be seen. */
export type Sight = 'basics' | 'protection' | 'adapters' | 'software' | 'certificates' | 'place';

/** Under which words the answers of a section stand. */
export const SIGHTS: Readonly<Record<Section, Sight>> = {
  device: 'basics',
  channel: 'basics',
  status: 'protection',
  bitlocker: 'protection',
  defender: 'protection',
  network: 'adapters',
  msi: 'software',
  msix: 'software',
  certificates: 'certificates',
};

/** Everything that `assess` lets somebody do on some PC. */
export type Act = Extract<
  ActionType,
  'refresh' | 'restart' | 'lock' | 'erase' | 'locate' | 'rename' | 'rotate_recovery_key' | 'raw' | 'remove_management'
>;

const ALL_SIGHTS: readonly Sight[] = ['basics', 'protection', 'adapters', 'software', 'certificates', 'place'];
const ALL_ACTS: readonly Act[] = [
  'refresh',
  'restart',
  'lock',
  'erase',
  'locate',
  'rename',
  'rotate_recovery_key',
  'raw',
  'remove_management',
];

/** What an enrollment of each kind opens to the company; a test holds it against what is asked and what `assess` allows. */
export const OPENS: Readonly<Record<UsageMode, { readonly sights: readonly Sight[]; readonly acts: readonly Act[] }>> =
  {
    'company-owned': { sights: ALL_SIGHTS, acts: ALL_ACTS },
    'personally-owned': { sights: ['basics', 'protection'], acts: ['refresh', 'remove_management'] },
  };

/** In plain words, and true: what this server asks a PC and may tell it, and what it does not. */
export function whatTheCompanySees(language: PageLanguage, usageMode: UsageMode): Disclosure {
  const { sights, acts, never, notOnOwn } = WORDS[language];
  const opened = OPENS[usageMode];
  const isOwn = usageMode === 'personally-owned';
  return {
    sees: opened.sights.map((sight) => sights[sight]),
    does: opened.acts.map((act) => acts[act]),
    never: isOwn ? [...never, ...notOnOwn] : never,
  };
}

const WORDS = {
  ja: {
    sights: {
      basics:
        'PC の名前、メーカー、機種、シリアル番号、プロセッサー、メモリ、空き容量、Windows の版、表示言語、無線 LAN の物理アドレスと IP アドレス',
      protection:
        'ディスクの暗号化、ウイルス対策、ファイアウォール、TPM、セキュアブートの状態、参加しているドメインの名前、電池の残り',
      adapters: 'すべてのネットワークアダプターのアドレスと接続の状態',
      software: 'インストールされているアプリの名前とバージョン',
      certificates: 'PC にある証明書',
      place: '管理者が位置を尋ねたときの、PC の位置',
    },
    acts: {
      refresh: '上の情報を、いつでも PC に尋ねる',
      restart: 'PC を再起動する',
      lock: '対応しているエディションで画面をロックする',
      erase: 'PC を初期化する（保存されたデータも消えます）',
      locate: 'PC の位置を尋ねる',
      rename: 'PC の名前を変える',
      rotate_recovery_key: '管理者が用意したときは、BitLocker の回復パスワードを預かり、取り替える',
      raw: 'Windows の設定や証明書を入れる、変える、外す',
      remove_management: 'PC を会社の管理から外す',
    },
    never: [
      'ファイル、写真、メールの中身',
      'Web の閲覧履歴、入力した文字、画面',
      'Windows のサインインのパスワードや PIN',
    ],
    notOnOwn: [
      'インストールされているアプリ、証明書、PC の位置',
      '初期化、再起動、画面のロック、名前や設定の変更、BitLocker の回復パスワードの預かり。このサービスは、個人の PC にはこれらを送らず、受け付けません。',
      'Windows そのものは、個人の PC でも管理に同じ力を与えます。止めているのはこのサービスであって、Windows ではありません。気になるときは登録の前に会社に確かめてください。',
    ],
  },
  en: {
    sights: {
      basics:
        'Name, maker, model, serial number, processor, memory and free space of the PC, version of Windows, its language, hardware and IP address of the wireless network',
      protection:
        'The state of disk encryption, antivirus, firewall, TPM and secure boot, the name of the domain that the PC has joined, the battery level',
      adapters: 'Addresses and connections of all network adapters',
      software: 'Names and versions of installed apps',
      certificates: 'The certificates on the PC',
      place: 'Where the PC is, when an administrator asks for it',
    },
    acts: {
      refresh: 'Ask the PC for the above at any time',
      restart: 'Restart the PC',
      lock: 'Lock the screen on editions that allow it',
      erase: 'Erase the PC, with the data on it',
      locate: 'Ask where the PC is',
      rename: 'Change the name of the PC',
      rotate_recovery_key:
        'Keep the BitLocker recovery passwords and replace them, when an administrator has set that up',
      raw: 'Install, change and remove settings of Windows and certificates',
      remove_management: 'End the management of the PC',
    },
    never: [
      'The content of files, photos and mail',
      'Browsing history, what you type, the screen',
      'Your Windows password or PIN',
    ],
    notOnOwn: [
      'Installed apps, certificates, where the PC is',
      'Erasing, restarting or locking it, changing its name or its settings, keeping its BitLocker recovery passwords: this service does not send that to a personal PC, and does not take it from one.',
      'Windows itself gives management the same powers on a personal PC. It is this service that does not use them, not Windows that forbids them. If that worries you, ask the company before you enroll.',
    ],
  },
} as const satisfies Record<
  PageLanguage,
  {
    readonly sights: Readonly<Record<Sight, string>>;
    readonly acts: Readonly<Record<Act, string>>;
    readonly never: readonly string[];
    readonly notOnOwn: readonly string[];
  }
>;
