import type { Messages } from '../../base/http/messages.ts';

/** Wording of every `reason` this room's errors carry, and of why an action cannot work on a device. */
export const appleMessages: Messages = {
  'push_certificate.missing': {
    ja: 'Apple のプッシュ証明書がまだありません。先に登録してください。',
    en: 'There is no Apple push certificate yet. Upload one first.',
  },
  'action.not_enrolled': {
    ja: 'この端末は現在登録されていません。',
    en: 'This device is not enrolled at present.',
  },
  'action.no_unlock_token': {
    ja: 'この端末はロック解除用のトークンをサーバーに預けていません。再登録すると預けられます。',
    en: 'This device has left no unlock token with the server. It does so when it enrolls again.',
  },
  'action.queue_full': {
    ja: 'この端末を待っているコマンドが多すぎます。端末が接続するのを待つか、不要なものを取り消してください。',
    en: 'Too many commands wait for this device. Wait until it connects, or cancel some.',
  },
  'action.not_possible': { ja: 'この端末ではできません。', en: 'This device cannot do it.' },
  'action.not_in_lost_mode': {
    ja: '端末が紛失モードのときだけできます。',
    en: 'This works only while the device is in Lost Mode.',
  },
  'action.no_passcode': { ja: '端末にパスコードが設定されていません。', en: 'The device has no passcode.' },
  'action.platform': { ja: 'この種類の端末ではできません。', en: 'Devices of this kind cannot do it.' },
  'action.os_too_old': {
    ja: 'OS {introduced} 以降が必要です。この端末は {version} です。',
    en: 'This needs OS {introduced} or later; the device has {version}.',
  },
  'action.os_too_new': {
    ja: 'OS {removed} で廃止されました。この端末は {version} です。',
    en: 'This was removed in OS {removed}; the device has {version}.',
  },
  'action.not_supervised': {
    ja: '監視対象の端末だけでできます。',
    en: 'This works on supervised devices only.',
  },
  'action.not_automated': {
    ja: '自動デバイス登録された端末だけでできます。',
    en: 'This works only on devices enrolled by Automated Device Enrollment.',
  },
  'action.access_rights': {
    ja: 'この端末の登録はその権限を会社に与えていません。個人所有の端末では意図してそうしています。',
    en: 'The enrollment of this device does not give the company that right. On personally-owned devices this is on purpose.',
  },
  'action.channel': { ja: 'このコマンドは端末用ではありません。', en: 'This command is not for the device channel.' },
  'action.user_enrollment': {
    ja: 'ユーザ登録の端末ではできません。',
    en: 'This does not work on devices with User Enrollment.',
  },
  'action.user_enrollment_only': {
    ja: 'ユーザ登録の端末だけでできます。',
    en: 'This works only on devices with User Enrollment.',
  },
  'action.shared_ipad': { ja: '共有 iPad ではできません。', en: 'This does not work on a Shared iPad.' },
  'action.shared_ipad_only': { ja: '共有 iPad だけでできます。', en: 'This works on a Shared iPad only.' },
  'action.apple_silicon_only': { ja: 'Apple シリコンの Mac だけでできます。', en: 'This works only on Apple silicon.' },
  'action.intel_only': { ja: 'Intel の Mac だけでできます。', en: 'This works only on a Mac with an Intel processor.' },
};
