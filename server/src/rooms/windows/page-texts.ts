import type { UsageMode } from '@tsukasa/api';
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

/** In plain words, and true: what this server asks a PC and can tell it. Windows gives management the same on every PC. */
export function whatTheCompanySees(language: PageLanguage, usageMode: UsageMode): Disclosure {
  const { sees, does, never, personal } = DISCLOSURES[language];
  return usageMode === 'personally-owned' ? { sees, does: [...does, personal], never } : { sees, does, never };
}

const DISCLOSURES = {
  ja: {
    sees: [
      'PC の名前、メーカー、機種、シリアル番号、Windows のエディションとバージョン、空き容量、メモリ、電池の残り',
      'ネットワークアダプターのアドレス',
      'インストールされているアプリの名前とバージョン、証明書',
      'ディスクの暗号化、ウイルス対策、ファイアウォール、TPM、セキュアブートの状態',
      '管理者が位置を尋ねたときの、PC の位置',
    ],
    does: [
      '再起動する、名前を変える、対応しているエディションでは画面をロックする',
      'PC を初期化する（保存されたデータも消えます）',
      '設定や証明書を入れる、外す',
      '管理者が用意したときは、BitLocker の回復パスワードを預かる',
    ],
    never: [
      'ファイル、写真、メールの中身',
      'Web の閲覧履歴、入力した文字、画面',
      'Windows のサインインのパスワードや PIN',
    ],
    personal:
      'Windows は個人の PC でも管理に同じ力を与えます。初期化などを技術的に禁じる仕組みはありません。気になるときは登録の前に会社に確かめてください。',
  },
  en: {
    sees: [
      'Name, maker, model and serial number of the PC, edition and version of Windows, free space, memory, battery level',
      'Addresses of the network adapters',
      'Names and versions of installed apps, certificates',
      'The state of disk encryption, antivirus, firewall, TPM and secure boot',
      'Where the PC is, when an administrator asks for it',
    ],
    does: [
      'Restart the PC, change its name, lock the screen on editions that allow it',
      'Erase the PC, with the data on it',
      'Install and remove settings and certificates',
      'Keep the BitLocker recovery password, when an administrator has set that up',
    ],
    never: [
      'The content of files, photos and mail',
      'Browsing history, what you type, the screen',
      'Your Windows password or PIN',
    ],
    personal:
      'Windows gives management the same powers on a personal PC: nothing technical forbids, for example, erasing it. If that worries you, ask the company before you enroll.',
  },
} as const satisfies Record<PageLanguage, unknown>;
