import type { Messages } from '../../base/http/messages.ts';

/** Wording of every `reason` this room's errors carry. */
export const windowsMessages: Messages = {
  'windows.https_needed': {
    ja: 'Windows は https のサーバーにだけ登録できます。このサーバーのアドレスは {publicUrl} です（TSUKASA_PUBLIC_URL）。',
    en: 'Windows enrolls only with servers on https. The address of this server is {publicUrl} (TSUKASA_PUBLIC_URL).',
  },
  'windows.no_remote_lock': {
    ja: 'Windows PC には遠隔ロックの機能がありません。再起動するとサインイン画面に戻ります。紛失した場合は、BitLocker の暗号化を確認したうえで初期化を検討してください。',
    en: 'Windows PCs have no remote lock. A restart leads back to the sign-in screen. If the PC is lost, make sure that BitLocker is on and consider a wipe.',
  },
  'windows.personally_owned': {
    ja: '個人所有の PC では、会社は端末の安全性の確認と管理の終了だけができます。',
    en: 'On a personally-owned PC the company can only see whether it is safe, and end management.',
  },
  'windows.no_bitlocker': {
    ja: 'このエディションの Windows では BitLocker を管理できません。',
    en: 'BitLocker cannot be managed in this edition of Windows.',
  },
  'windows.rotation_not_possible': {
    ja: 'この PC は回復キーをまだ預けていません。回復キー用のスクリプトを配布して実行してください。',
    en: 'This PC has left no recovery key with the server. Distribute and run the recovery key script first.',
  },
  'windows.build_too_old': {
    ja: 'Windows のビルド {needs} 以降が必要です。この PC は {build} です。',
    en: 'This needs Windows build {needs} or later; the PC has {build}.',
  },
  'windows.not_in_edition': {
    ja: 'この PC の Windows のエディションではできません。',
    en: 'The edition of Windows on this PC does not have it.',
  },
  'windows.queue_full': {
    ja: 'この PC を待っているコマンドが多すぎます（上限 {most}）。PC が接続するのを待つか、不要なものを取り消してください。',
    en: 'Too many commands wait for this PC (at most {most}). Wait until it connects, or cancel some.',
  },
  'windows.command_too_large': {
    ja: 'コマンドが大きすぎます（上限 {most} バイト）。',
    en: 'The command is too large (at most {most} bytes).',
  },
  'recovery_key.not_found': {
    ja: 'この端末にその回復キーはありません。',
    en: 'This device has no such recovery key.',
  },
};
