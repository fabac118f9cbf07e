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
  'android.quota': w(
    'Google の要求数の上限に達しました。しばらくして再試行します。',
    'The limit of requests to Google is reached; it is tried again.',
  ),
  'android.google_unreachable': w(
    'Google に接続できません。しばらくして再試行します。',
    'Google cannot be reached; it is tried again.',
  ),
  'android.access_refused': w('Google がアクセスを拒否しました（{message}）', 'Google refused access ({message})'),
  'android.refused': w('Google が操作を受け付けませんでした（{message}）', 'Google did not take it ({message})'),
  'android.reconciliation_aborted': w(
    '照合を終えられませんでした（{message}）',
    'The comparison was cut short ({message})',
  ),
  'android.devices_left': w(
    '端末が {devices} 台登録されています。削除すると初期化されるため、先に「管理の解除」を依頼してください（承認が必要です）。',
    '{devices} devices are enrolled, and deleting the enterprise would reset them. Ask to remove their management first, which another person approves.',
  ),
  'android.project_in_use': w(
    'このプロジェクトで登録されたエンタープライズがあるため、削除できません。',
    'An enterprise depends on this project.',
  ),
  'android.scan_at_first_screen': w(
    '初期化した端末の最初の画面でだけ読み取れます。',
    'It is read only on the first screen of a device that has been reset.',
  ),
  'android.factory_new_only': w(
    '新品または初期化した端末だけで使えます。',
    'Only for devices that are new or have been reset.',
  ),
  'android.then_enter_token': w('続けて登録コードを入力します。', 'The enrollment code is typed in after it.'),
  'android.token_is_secret': w(
    '登録コードを知っている人は端末を登録できます。渡す相手に注意してください。',
    'Whoever knows the code can enroll a device: mind whom you give it.',
  ),
  'android.open_on_the_device': w('登録する端末で開いてください。', 'Open it on the device itself.'),
  'android.zero_touch_portal': w(
    'ゼロタッチ登録ポータルの「DPC エクストラ」に貼り付けます。',
    'It goes into “DPC extras” of the zero-touch portal.',
  ),
  'android.zero_touch_ends_with_invitation': w(
    'この招待が終わると登録できなくなります。長く使う場合は有効期間を長くしてください。',
    'It stops with this invitation: for lasting use give the invitation a long life.',
  ),
  'android.gate.permitted_use': w(
    'Google は、他社に提供する管理サービスでの利用だけを認めています。自社だけで使う仕組み、割賦の担保としてのロック、本人に隠した監視には使えません。',
    'Google permits services that manage devices for others. In-house use alone, locking for device finance and covert monitoring are refused.',
  ),
  'android.gate.device_quota': w(
    '新しいプロジェクトで管理できる端末は 0 台から始まります。Google に申請すると 500 台まで認められ、それ以上は Android Enterprise の検証が必要です。',
    'A new project begins with 0 devices. Google grants up to 500 on application, and more only after Android Enterprise validation.',
  ),
  'android.gate.project': w(
    'Android Management API を有効にした Google プロジェクト',
    'A Google project with the Android Management API enabled',
  ),
  'android.gate.public_url_https': w(
    'このサーバーの公開アドレスが https であること（{publicUrl}）。Google の登録画面は https にだけ戻れます。',
    'A public address of this server with https ({publicUrl}): Google comes back to nothing else.',
  ),
  'android.gate.pubsub_topic': w(
    '通知を受け取る Pub/Sub のトピック。ない場合は 1 日 1 回の照合だけになります。',
    'A Pub/Sub topic for notifications. Without it only the daily comparison tells what has changed.',
  ),
  'android.gate.push_sender': w(
    'プッシュ購読に使うサービスアカウント。ない場合、届いた通知を確かめられないため受け付けません。',
    'The service account of the push subscription. Without it no message can be verified, so none is taken.',
  ),
  'android.gate.notifications_arrive': w('Google からの通知が届いていること', 'Messages from Google arrive'),
  'android.gate.enterprise': w('Google に登録したエンタープライズ', 'An enterprise bound at Google'),
  'android.gate.setup': w(
    'エンタープライズの設定に失敗しました: {message}',
    'Setting up the enterprise failed: {message}',
  ),
  'android.gate.request_quota': w(
    '要求は 1 分に {perMinute} 件まで。プロジェクトのすべての契約者で分け合います。',
    '{perMinute} requests a minute, shared by all contractors of the project.',
  ),
  'android.gate.reset_protection': w(
    'Google の検証を受けていないプロジェクトでは、初期化の禁止とリセット保護の設定を使えません。',
    'Projects that Google has not validated can neither forbid resets nor set reset protection.',
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
  'android.message_not_interpreted': w(
    'Google の通知を解釈できませんでした',
    'A message of Google could not be interpreted',
  ),
  'android.message_unreadable': w('読み取れない通知が届きました', 'An unreadable message arrived'),
  'android.message_of_unknown_type': w('未知の種類の通知が届きました', 'A message of an unknown kind arrived'),
  'android.message_given_up': w('通知の処理をあきらめました', 'A message was given up on'),
  'android.message_after_end': w(
    '管理を終えた端末の通知が届きました',
    'A message of a device that is no longer managed arrived',
  ),
  'android.operation_of_nobody': w(
    '依頼していない操作の結果が届きました',
    'The result of an operation arrived that nobody asked for',
  ),
  'android.without_invitation': w(
    '招待のない端末が Google で登録されました',
    'A device was enrolled at Google without an invitation',
  ),
  'android.invitation_not_usable': w(
    '使えない招待による端末の登録を断りました',
    'A device was not taken in, because its invitation is not usable',
  ),
  'android.not_entitled': w(
    '有効な契約がないため、端末の登録を断りました',
    'A device was not taken in, because no contract in force allows it',
  ),
  'android.not_supported': w(
    '対象OS・利用態様の範囲外のため、端末の登録を断りました',
    'A device was not taken in, because its OS or usage mode is not supported',
  ),
  'android.deleted_at_google': w(
    '端末の記録が Google から削除されました',
    'The record of a device was deleted at Google',
  ),
  'android.device_gone': w('端末の記録が Google になくなりました', 'Google has no record of a device any more'),
  'android.device_found_again': w('なくなったはずの端末が見つかりました', 'A device that had gone was found again'),
  'android.push_no_token': w('署名のない通知を拒否しました', 'A message without its token was refused'),
  'android.push_bad_token': w('署名の正しくない通知を拒否しました', 'A message with a bad token was refused'),
  'android.push_not_set_up': w('通知の受け取りが設定されていません', 'Taking messages is not set up'),
  'android.lost_mode_outgoing_phone_call': w(
    '紛失モードの端末から電話がかけられました',
    'A call was made from a device in lost mode',
  ),
  'android.stop_lost_mode_user_attempt': w(
    '利用者が紛失モードを終えようとしました',
    'The user of a device tried to leave lost mode',
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
  'android.project_saved': w('Google プロジェクトを登録', 'Google project saved'),
  'android.project_removed': w('Google プロジェクトを削除', 'Google project removed'),
};
