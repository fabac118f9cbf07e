import type { Wordings } from './codes.ts';

const w = (ja: string, en: string) => ({ ja, en });

/** What actions do on Android, what to know before, why they are refused there, and what Google demands. */
export const androidNotes: Wordings = {
  'android.reads_last_report': w(
    'Google が最後に受け取った端末の報告を読み直します。',
    'The last report of the device that Google has is read again.',
  ),
  'android.no_way_to_ask_the_device': w(
    'Android には、端末にいま報告させる方法がありません。',
    'Android has no way to make a device report now.',
  ),
  'android.work_profile_locks': w(
    '仕事用プロファイルがロックされます。個人の領域はそのままです。',
    'The work profile locks; the private part stays as it is.',
  ),
  'android.google_delivers': w(
    'Google が端末に届けます。端末がオフラインの場合は、つながるまで待ちます。',
    'Google delivers it; to a device that is offline once it is online again.',
  ),
  'android.profile_may_be_paused': w(
    '利用者が仕事用プロファイルを一時停止している間は届かないことがあります。',
    'It may not arrive while its user has paused the work profile.',
  ),
  'android.device_password_changes': w(
    '端末の画面ロックのパスコードが新しくなります。',
    "The device's passcode changes.",
  ),
  'android.profile_password_changes': w(
    '仕事用プロファイルのパスコードが新しくなります。端末のロックはそのままです。',
    "The work profile's passcode changes; that of the device stays.",
  ),
  'android.reset_token_needed': w(
    '端末で再設定が許可されていない場合は失敗します（一度ロックを解除した後に許可されます）。',
    'It fails unless the device has allowed it, which it does once it has been unlocked.',
  ),
  'android.fully_managed_only': w('完全管理の端末だけでできます。', 'Only on fully managed devices.'),
  'android.company_profile_only': w(
    '会社所有で仕事用プロファイルのある端末だけでできます。',
    'Only on company-owned devices with a work profile.',
  ),
  'android.company_owned_only': w('会社所有の端末だけでできます。', 'Only on company-owned devices.'),
  'android.work_profile_removed': w(
    '仕事用プロファイルと、その中のアプリ・データ・アカウントが削除されます。',
    'The work profile goes, with its apps, data and accounts.',
  ),
  'android.personal_side_stays': w('個人の領域のアプリとデータは残ります。', 'Apps and data in the private part stay.'),
  'android.personal_side_lost_too': w(
    '個人の領域の写真やアプリもすべて消えます。',
    'Photos and apps in the private part are lost as well.',
  ),
  'android.factory_reset': w(
    '端末が初期化され、すべてのデータが消えます。元に戻せません。',
    'The device is reset and all data is lost. This cannot be undone.',
  ),
  'android.person_keeps_device': w(
    '端末は利用者のものになり、会社は管理しなくなります。',
    'The device becomes its user’s own and is no longer managed.',
  ),
  'android.record_deleted': w(
    'Google にある端末の記録がすぐに削除され、以後この端末を操作できません。',
    'The record of the device at Google is deleted at once; it cannot be managed from then on.',
  ),
  'android.delete_is_not_confirmed': w(
    '端末に届いたかどうかは確認できません。オフラインのままなら、データは消えないことがあります。',
    'Nobody learns whether the device heard of it. If it stays offline, its data may stay too.',
  ),
  'android.erase_is_followed': w(
    '確実に消したい場合は、結果を確認できる「端末を消去」を使ってください。',
    'To be sure that it is erased, use “Erase”, whose result is told.',
  ),
  'android.relinquish_keeps_personal_side': w(
    '個人の領域を残すには「所有権の放棄」を使ってください。',
    'To keep the private part, use “Relinquish ownership”.',
  ),
  'android.location_comes_by_itself': w(
    '紛失モードの間、端末は自分から位置を知らせます。',
    'In lost mode the device tells where it is by itself.',
  ),
  'android.already_in_lost_mode': w('すでに紛失モードです。', 'It is in lost mode already.'),
  'android.lost_mode_after_password_change': w(
    'パスコードを変えた直後や、利用者が紛失モードを終えた直後は始められません。',
    'It cannot begin shortly after the passcode was changed or its user left lost mode.',
  ),
  'android.app_data_cleared': w(
    '選んだアプリのデータが端末から消えます。',
    'What the chosen apps have stored is deleted.',
  ),
  'android.some_apps_are_protected': w(
    '一部のアプリ（端末の管理に必要なものなど）のデータは消せません。',
    'The data of some apps is protected, for example of those that manage the device.',
  ),
  'android.handed_to_google': w(
    'Google に渡しました。届ける時は Google が決めます。',
    'Handed to Google, which delivers it.',
  ),
  'android.reports': w(
    '端末は変化があったときと定期的に、Google を通じて報告します。時刻の約束はありません。',
    'The device reports through Google when something changes and from time to time; no time is promised.',
  ),
  'android.security_risk': w('{risk}: {advice}', '{risk}: {advice}'),
  'android.noncompliance.user': w('利用者の操作が必要: {setting} {where}', 'Its user must act: {setting} {where}'),
  'android.noncompliance.wait': w('適用を待っています: {setting} {where}', 'Still being applied: {setting} {where}'),
  'android.noncompliance.administrator': w(
    '設定の見直しが必要: {setting} {where} {specific}',
    'The setting has to be looked at: {setting} {where} {specific}',
  ),
  'android.noncompliance.nobody': w(
    'この端末では適用できません: {setting} {where}',
    'Does not apply to this device: {setting} {where}',
  ),
  'android.not_bound': w(
    'Google にエンタープライズが登録されていません。',
    'No enterprise of this contractor is bound at Google.',
  ),
  'android.no_project': w('Google プロジェクトが登録されていません。', 'There is no Google project.'),
  'android.already_bound': w('すでに登録されています。', 'It is bound already.'),
  'android.public_url_not_https': w(
    'Google は https のアドレスにだけ戻れます。このサーバーの公開アドレスを https にしてください。',
    'Google comes back only to an https address: the public address of this server must be one.',
  ),
  'android.enterprise_lost': w(
    'Google がエンタープライズへのアクセスを拒否しています。',
    'Google refuses access to the enterprise.',
  ),
  'google.unavailable': w(
    'Google に接続できません。しばらくして再試行します。',
    'Google cannot be reached; it is tried again.',
  ),
  'google.quota': w(
    'Google の要求数の上限に達しました。しばらくして再試行します。',
    'The limit of requests to Google is reached; it is tried again.',
  ),
  'google.refused': w('Google が要求を拒否しました。', 'Google refused the request.'),
  'google.key_refused': w(
    'Google がサービスアカウントの鍵を受け付けませんでした。',
    "Google did not accept the service account's key.",
  ),
  'google.key_unusable': w('保管した鍵を使えません。', 'The key that is kept cannot be used.'),
};

export const androidFailures: Wordings = {
  'android.unknown': w('端末が理由を示さずに断りました', 'The device refused without saying why'),
  'android.api_level': w('端末の Android が古すぎます', "The device's Android is too old"),
  'android.management_mode': w('この管理方式ではできません', 'Not in this management mode'),
  'android.invalid_value': w('値が正しくありません', 'A value is not valid'),
  'android.unsupported': w('端末が対応していません', 'The device does not support it'),
  'android.not_fetched_in_time': w('期限までに端末に届きませんでした', 'The device did not fetch it in time'),
  'android.operation_failed': w('Google が操作の失敗を報告しました', 'Google reports that it failed'),
  'android.nothing_cleared': w('どのアプリのデータも消せませんでした', 'The data of no app could be cleared'),
  'android.reset_password_recently': w(
    'パスコードを変えた直後のため、紛失モードにできません',
    'The passcode was changed too recently for lost mode',
  ),
  'android.user_exit_lost_mode_recently': w(
    '利用者が紛失モードを終えた直後のため、できません',
    'Its user left lost mode too recently',
  ),
  'android.already_in_lost_mode': w('すでに紛失モードです', 'It is in lost mode already'),
  'android.not_in_lost_mode': w('紛失モードではありません', 'It is not in lost mode'),
  'android.device_gone': w('端末の記録が Google にありません', 'Google has no record of the device any more'),
};

export const androidEvents: Wordings = {
  'android.enterprise_lost': w(
    'Google のエンタープライズへのアクセスを失いました',
    'Access to the enterprise at Google was lost',
  ),
  'android.enterprise_found_again': w(
    'Google のエンタープライズに再びアクセスできます',
    'The enterprise at Google can be reached again',
  ),
  'android.callback_failed': w('Google での登録を終えられませんでした', 'Signing up at Google could not be finished'),
  'android.token_not_deleted': w(
    '使い終えた登録コードを Google から削除できませんでした',
    'An enrollment code could not be deleted at Google',
  ),
};

export const androidAudit: Wordings = {
  'android.signup_started': w('Android の登録を開始', 'Android sign-up begun'),
  'android.enterprise_bound': w('Android のエンタープライズを登録', 'Android enterprise bound'),
  'android.enterprise_released': w('Android の登録を解除', 'Android enterprise given up'),
  'android.reconciliation_asked': w('Android の照合を開始', 'Comparison with Google asked'),
  'google_project.saved': w('Google プロジェクトを登録', 'Google project saved'),
  'google_project.deleted': w('Google プロジェクトを削除', 'Google project removed'),
};
