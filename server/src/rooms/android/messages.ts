import type { Messages } from '../../base/http/messages.ts';

/** Wording of every `reason` this room's errors carry, and of why an action cannot work on an Android device. */
export const androidMessages: Messages = {
  'android.no_project': {
    ja: 'Google Cloud のプロジェクトがまだ登録されていません。先にサービスアカウントの鍵を登録してください。',
    en: 'There is no Google Cloud project yet. Save the key of a service account first.',
  },
  'android.not_bound': {
    ja: 'Android の組織（エンタープライズ）がまだ登録されていません。',
    en: 'No Android enterprise is bound yet.',
  },
  'android.already_bound': {
    ja: 'Android の組織はすでに登録されています。',
    en: 'An Android enterprise is bound already.',
  },
  'android.enterprise_lost': {
    ja: 'Android の組織が Google の側で見つかりません。削除されたか、権限が失われています。',
    en: 'Google no longer knows the Android enterprise: it was deleted, or the rights to it are lost.',
  },
  'android.public_url_not_https': {
    ja: 'Google は https のアドレスにだけ戻ります。公開アドレスは {publicUrl} です。',
    en: 'Google comes back to an https address only; the public address is {publicUrl}.',
  },
  'android.project_in_use': {
    ja: 'プロジェクト {projectId} で登録した Android の組織があるため、変更も削除もできません。',
    en: 'Project {projectId} cannot be changed or removed while an Android enterprise belongs to it.',
  },
  'android.devices_left': {
    ja: '端末が {devices} 台登録されています。削除すると初期化されるため、先に「管理の解除」を依頼してください（承認が必要です）。',
    en: '{devices} devices are enrolled, and deleting the enterprise would reset them. Ask to remove their management first, which another person approves.',
  },
  'google.key_unusable': {
    ja: 'サービスアカウントの鍵ファイル（JSON）として読み取れません。',
    en: 'This is not the key file (JSON) of a service account.',
  },
  'google.key_refused': {
    ja: 'Google はこの鍵を受け付けません: {message}',
    en: 'Google does not accept the key: {message}',
  },
  'google.refused': { ja: 'Google が拒否しました: {message}', en: 'Google refused: {message}' },
  'google.quota': {
    ja: 'Google への要求の数が上限に達しています。しばらくしてからお試しください。',
    en: 'The request quota at Google is used up. Please try again later.',
  },
  'google.unavailable': {
    ja: 'Google から返事がありません。しばらくしてからお試しください。',
    en: 'Google does not answer. Please try again in a moment.',
  },
  'android.fully_managed_only': {
    ja: '全体を管理している端末だけでできます。',
    en: 'This works on fully managed devices only.',
  },
  'android.company_profile_only': {
    ja: '仕事用プロファイルのある会社の端末だけでできます。',
    en: 'This works only on company-owned devices with a work profile.',
  },
  'android.company_owned_only': {
    ja: '会社の端末だけでできます。',
    en: 'This works on company-owned devices only.',
  },
  'android.already_in_lost_mode': {
    ja: '端末はすでに紛失モードです。',
    en: 'The device is in lost mode already.',
  },
  'android.location_comes_by_itself': {
    ja: '紛失モードの間、位置は端末が自分で送ってきます。求めることはできません。',
    en: 'In lost mode the device sends its location by itself; it cannot be asked for it.',
  },
};
