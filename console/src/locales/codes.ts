import type { Language } from '../app/language.ts';
import { androidAudit, androidEvents, androidFailures, androidNotes } from './codes-android.ts';
import { contractAudit, contractEvents } from './codes-contracts.ts';
import { detailGroups, details } from './codes-details.ts';
import { safetyAudit, safetyEvents, safetyFailures, safetyNotes } from './codes-safety.ts';
import { windowsEvents, windowsFailures, windowsMeanings, windowsNotes } from './codes-windows.ts';
import { windowsEnrollmentEvents, windowsEnrollmentNotes } from './codes-windows-enrollment.ts';

/**
 * Wordings of the server's own fixed names: notes of actions, why they failed, kinds of events, names of audited acts.
 * They are open sets (a newer server may send more), so an unknown one is shown as it is. Reasons of problems are worded by
 * the server itself; only those that arise here stand below.
 */
type Wording = Readonly<Record<Language, string>>;
export type Wordings = Readonly<Record<string, Wording>>;
const w = (ja: string, en: string): Wording => ({ ja, en });

/** What an action will do, what to know before, and what a step waits for. */
const effect: Wordings = {
  refresh: w(
    '端末の情報・アプリ・プロファイル・証明書を取得し直します。利用者には何も表示されません。',
    'The device is asked again for its state, apps, profiles and certificates. Its user sees nothing.',
  ),
  management_removed: w(
    '会社の管理プロファイルが端末から削除され、以後この端末を操作できなくなります。',
    'The management profile is removed from the device; from then on it cannot be managed.',
  ),
  managed_data_removed: w(
    '会社が配布したアプリ・設定・アカウントが端末から削除されます。個人のデータは残ります。',
    'Apps, settings and accounts that the company put there are removed. Personal data stays.',
  ),
  reenroll_by_hand: w(
    '再び管理するには、端末を手元で登録し直す必要があります。',
    'To manage it again, somebody has to enroll the device by hand.',
  ),
  mac_restarts_locked: w(
    'Mac はすぐに再起動し、PIN を入力するまで使えなくなります。保存していない作業は失われます。',
    'The Mac restarts at once and cannot be used until the PIN is entered. Unsaved work is lost.',
  ),
  pin_unlocks: w(
    '解除には 6 桁の PIN が必要です。PIN は安全に保管され、権限のある人が一度だけ表示できます。',
    'A six-digit PIN unlocks it. It is kept sealed, and those who may can see it once.',
  ),
  keep_the_pin: w(
    'PIN を失うと Mac を使えなくなります。表示したら必ず控えてください。',
    'Without the PIN the Mac stays unusable. Write it down when you see it.',
  ),
  screen_locks: w('画面がすぐにロックされます。', 'The screen locks at once.'),
  passcode_opens: w(
    '利用者は自分のパスコードで、いつでもロックを解除できます。',
    'Its user can open it again with the passcode at any time.',
  ),
  no_passcode_opens_at_once: w(
    'この端末にはパスコードがないため、誰でもすぐに開けます。',
    'The device has no passcode, so anybody can open it right away.',
  ),
  passcode_removed: w('端末のパスコードが取り除かれます。', 'The passcode is taken off the device.'),
  device_opens_without_code: w(
    '新しいパスコードが設定されるまで、誰でも端末を開けます。',
    'Until a new passcode is set, anybody can open the device.',
  ),
  needs_unlock_token: w(
    '登録時に端末が預けたロック解除用のトークンを使います。預けられていない場合は実行できません。',
    'It uses the unlock token that the device left at enrollment; without one it is refused.',
  ),
  wifi_before_first_unlock: w(
    '再起動後に一度も解除されていない端末は Wi-Fi につながらず、届かないことがあります。',
    'A device not unlocked since its restart is not on Wi-Fi and may not be reached.',
  ),
  restarts: w(
    '端末が再起動します。保存していない作業は失われることがあります。',
    'The device restarts. Unsaved work may be lost.',
  ),
  shuts_down: w('端末の電源が切れます。', 'The device switches off.'),
  someone_must_turn_on: w(
    '電源は遠隔では入れられません。誰かが端末で電源を入れる必要があります。',
    'It cannot be switched on from here: somebody must do so at the device.',
  ),
  all_data_erased: w(
    '端末のすべてのデータと設定が消去されます。元に戻せません。',
    'All data and settings on the device are erased. This cannot be undone.',
  ),
  mac_may_need_reinstall: w(
    '機種と OS によっては、macOS の再インストールが必要になります。',
    'Depending on model and OS, macOS may have to be installed again.',
  ),
  leaves_management: w('消去後、端末は管理から外れます。', 'After that the device is no longer managed.'),
  activation_lock_stays: w(
    'アクティベーションロックがオンです。消去後の利用には、元の Apple Account が必要です。',
    'Activation Lock is on: after erasing, the device needs its former Apple Account.',
  ),
  answer_may_not_arrive: w(
    '端末は実行の直前に応答します。応答が届かないまま実行されることがあります。',
    'The device answers just before it acts; it may act without its answer arriving.',
  ),
  locked_until_lost_mode_off: w(
    '紛失モードを終了するまで、利用者を含め誰も端末を使えません。',
    'Nobody, its user included, can use the device until lost mode is turned off.',
  ),
  message_shown: w(
    '入力したメッセージと電話番号がロック画面に表示されます。',
    'Your message and phone number are shown on the locked screen.',
  ),
  location_available: w('紛失モードの間、端末の位置を取得できます。', 'While it is on, the device can be located.'),
  unlocks_from_lost_mode: w(
    '紛失モードが解除され、再び使えるようになります。',
    'Lost mode ends and the device can be used again.',
  ),
  user_told_of_location: w(
    '位置を取得していた場合は、そのことが利用者に知らされます。',
    'If the device was located meanwhile, its user is told so.',
  ),
  location_asked: w('端末の現在の位置を一度だけ取得します。', 'The device is asked once where it is.'),
  sound_plays: w(
    '端末が大きな音を鳴らします。紛失モードを終了するか、端末で操作するまで鳴り続けます。',
    'The device plays a loud sound until lost mode ends or somebody stops it at the device.',
  ),
  lost_mode_on: w(
    '端末がロックされ、入力した連絡先が表示されます。紛失モードを終えるまで使えません。',
    'The device locks and shows whom to call; it cannot be used until lost mode ends.',
  ),
  lost_mode_off: w(
    '紛失モードが終わり、再び使えるようになります。',
    'Lost mode ends and the device can be used again.',
  ),
  name_changes: w('端末に表示される名前が変わります。', 'The name shown on the device changes.'),
  raw_command: w(
    '入力したコマンドをそのまま端末に送ります。何が起こるかはコマンドによります。',
    'The command goes to the device as you wrote it; what happens depends on it.',
  ),
  os_version_unknown: w(
    '端末の OS バージョンがまだ分からないため、実行できるかどうか確かめられません。',
    'The OS version is not known yet, so it is not certain that the device can do it.',
  ),
  supervision_unknown: w(
    '監視対象かどうかがまだ分からないため、端末に断られることがあります。',
    'It is not known yet whether the device is supervised; it may refuse.',
  ),
  device_said_not_now: w(
    '端末が「今はできない」と {count} 回答えました。端末が使える状態になると届きます。',
    'The device said “not now” ({count}×). It is delivered once the device can take it.',
  ),
  push_refused: w('Apple が通知を受け付けませんでした（{reason}）', 'Apple did not accept the notification ({reason})'),
};

/** What is missing before devices can be invited, and when a device comes by itself. */
const channel: Wordings = {
  'push_certificate.missing': w(
    'プッシュ証明書がありません。このサーバーが Apple を通じて端末を呼び出すためのもので、無料で、年に 1 回更新します。',
    'There is no push certificate. It lets this server wake devices through Apple, is free of charge, and renewed once a year.',
  ),
  'push_certificate.expired': w(
    'プッシュ証明書の期限が切れているため、端末を呼び出せません。更新してください。',
    'The push certificate has expired, so devices cannot be woken. Please renew it.',
  ),
  'apple.woken_only': w(
    'Apple の端末は、呼び出されたときに通信します。自分から通信する時刻は決まっていません。',
    'Apple devices come when they are woken; by themselves they come at no fixed time.',
  ),
};

/** Why an action cannot work on a device. */
const refusal: Wordings = {
  'action.device_not_managed': w('この端末は現在管理されていません。', 'The device is not managed now.'),
  'action.not_enrolled': w('この端末は現在登録されていません。', 'The device is not enrolled now.'),
  'action.no_unlock_token': w(
    '端末がロック解除用のトークンを預けていません。再登録すると預けられます。',
    'The device has left no unlock token; it does so when it enrolls again.',
  ),
  'action.queue_full': w('この端末を待つコマンドが多すぎます。', 'Too many commands wait for the device.'),
  'action.not_possible': w('この端末ではできません。', 'The device cannot do it.'),
  'action.not_in_lost_mode': w('端末が紛失モードのときだけできます。', 'Only while the device is in lost mode.'),
  'action.no_passcode': w('端末にパスコードが設定されていません。', 'The device has no passcode.'),
  'action.not_on_this_platform': w('この種類の端末にはない操作です。', 'Devices of this kind do not have it.'),
  'action.reserved_node': w(
    'この項目には専用の操作があるか、サーバーだけが変更します。',
    'There is an action for it, or only the server changes it.',
  ),
  'action.platform': w('この種類の端末にはない操作です。', 'Devices of this kind do not have it.'),
  'action.os_too_old': w(
    'OS {introduced} 以降が必要です（この端末は {version}）。',
    'Needs OS {introduced} or later (this device has {version}).',
  ),
  'action.os_too_new': w(
    'OS {removed} で廃止されました（この端末は {version}）。',
    'Removed in OS {removed} (this device has {version}).',
  ),
  'action.not_supervised': w('監視対象の端末だけでできます。', 'Only on supervised devices.'),
  'action.not_automated': w(
    '自動デバイス登録された端末だけでできます。',
    'Only on devices enrolled by Automated Device Enrollment.',
  ),
  'action.access_rights': w(
    'この端末の登録では、会社にその権限がありません。個人所有の端末では意図してそうしています。',
    'The enrollment does not give the company that right. On personally-owned devices this is on purpose.',
  ),
  'action.channel': w('端末用のコマンドではありません。', 'Not a command for the device itself.'),
  'action.user_enrollment': w('ユーザ登録の端末ではできません。', 'Not on devices with User Enrollment.'),
  'action.user_enrollment_only': w('ユーザ登録の端末だけでできます。', 'Only on devices with User Enrollment.'),
  'action.shared_ipad': w('共有 iPad ではできません。', 'Not on a Shared iPad.'),
  'action.shared_ipad_only': w('共有 iPad だけでできます。', 'Only on a Shared iPad.'),
  'action.apple_silicon_only': w('Apple シリコンの Mac だけでできます。', 'Only on a Mac with Apple silicon.'),
  'action.intel_only': w('Intel の Mac だけでできます。', 'Only on a Mac with an Intel processor.'),
  'platform.missing': w(
    'このサーバーは {platform} の端末を操作できません。',
    'This server cannot act on {platform} devices.',
  ),
};

/** Why the server cannot wake a device right now. */
const wake: Wordings = {
  no_push_certificate: w('プッシュ証明書が登録されていません', 'There is no push certificate'),
  push_certificate_expired: w('プッシュ証明書の期限が切れています', 'The push certificate has expired'),
  push_token_dead: w(
    'Apple がこの端末への通知を受け付けません。端末が次に通信するまで呼び出せません',
    'Apple no longer takes notifications for this device; it can be woken again after its next contact',
  ),
  no_push_token: w('端末がまだ通知の宛先を知らせていません', 'The device has not said yet where it can be reached'),
  not_bound: w('Google にエンタープライズが登録されていません', 'No enterprise is bound at Google'),
  enterprise_lost: w(
    'Google がエンタープライズへのアクセスを拒否しています',
    'Google refuses access to the enterprise',
  ),
  no_channel: w('この種類の端末の通信経路がありません', 'There is no channel for such devices'),
  not_enrolled: w('端末が登録されていません', 'The device is not enrolled'),
};

/** What a push service answered; most of it is in its own words and shown as it is. */
const wakeAnswer: Wordings = {
  accepted: w('受け付けられました', 'Accepted'),
  delivered: w('届きました', 'Delivered'),
  received: w('受け付けられました', 'Accepted'),
};

const failure: Wordings = {
  device_refused: w('端末が実行を断りました', 'The device refused'),
  'cause.unsupported_command': w('端末が対応していない操作です', 'The device does not support it'),
  'cause.invalid_in_lost_mode': w('紛失モード中はできません', 'Not possible in lost mode'),
  'cause.not_awaiting_configuration': w(
    '端末は設定待ちの状態ではありません',
    'The device is not awaiting configuration',
  ),
  'cause.duplicate_install': w('すでにインストールされています', 'It is installed already'),
  'cause.license_not_found': w('ライセンスが見つかりません', 'No licence was found'),
  'cause.profile_refused': w('プロファイルが断られました', 'The profile was refused'),
  'cause.profile_invalid': w('プロファイルに誤りがあります', 'The profile is not valid'),
  format_error: w('端末がコマンドを理解できませんでした', 'The device did not understand the command'),
  outcome_unknown: w('結果が分かりませんでした', 'What became of it is not known'),
  no_answer: w(
    '端末は受け取りましたが、期限までに応答しませんでした',
    'The device fetched it but did not answer in time',
  ),
  unreadable_answer: w('端末の応答を読み取れませんでした', 'The answer of the device could not be read'),
  reenrolled: w(
    '端末が新しく登録し直されたため、無効になりました',
    'The device enrolled anew, so it no longer applies',
  ),
  unenrolled: w(
    '端末の管理が終了したため、無効になりました',
    'Management of the device ended, so it no longer applies',
  ),
  contract_ended: w('契約が終了したため、無効になりました', 'The contract has ended, so it no longer applies'),
};

const event: Wordings = {
  'answer.not_interpreted': w('端末の応答を解釈できませんでした', 'An answer of a device could not be interpreted'),
  'channel.malformed': w('読み取れないメッセージが届きました', 'An unreadable message arrived'),
  'channel.too_large': w('大きすぎるメッセージを拒否しました', 'A message that was too large was refused'),
  'channel.no_identity': w('証明書のない通信を拒否しました', 'A contact without a certificate was refused'),
  'channel.bad_certificate': w('読み取れない証明書を拒否しました', 'An unreadable certificate was refused'),
  'channel.bad_signature': w('署名の合わないメッセージを拒否しました', 'A message with a wrong signature was refused'),
  'channel.identities_differ': w(
    '1 つの通信に異なる証明書が使われました',
    'One contact carried two different certificates',
  ),
  'channel.foreign_certificate': w(
    'この契約者が発行していない証明書を拒否しました',
    'A certificate not issued by this contractor was refused',
  ),
  'channel.unknown_certificate': w('記録にない証明書を拒否しました', 'An unknown certificate was refused'),
  'channel.expired_certificate': w('期限切れの証明書を拒否しました', 'An expired certificate was refused'),
  'channel.renewal_overdue': w(
    '端末の識別証明書の更新が期限を過ぎています',
    'The renewal of an identity certificate is overdue',
  ),
  'channel.revoked_certificate': w('失効した証明書が使われました', 'A revoked certificate was used'),
  'channel.superseded_certificate': w('古い証明書が使われました', 'A superseded certificate was used'),
  'channel.certificate_of_another_device': w(
    '別の端末の証明書が使われました',
    'The certificate of another device was used',
  ),
  'channel.bad_credentials': w('Windows 端末の認証情報が正しくありません', 'A Windows device gave wrong credentials'),
  'channel.unsupported_version': w(
    '対応していない版の管理プロトコルです',
    'A device speaks another version of the management protocol',
  ),
  'channel.unsupported_protocol': w('対応していない管理プロトコルです', 'A device speaks another management protocol'),
  'channel.out_of_order': w('順序の合わない通信を処理しませんでした', 'A message out of order was not processed'),
  'channel.flooded': w(
    '端末の応答が大きすぎるため、通信を打ち切りました',
    'A session was cut off, because its answers were too large',
  ),
  'channel.replayed_certificate': w('使い回された証明書を拒否しました', 'A reused certificate was refused'),
  'channel.hardware_differs': w(
    '証明書とは異なる端末からの通信です',
    'The contact came from other hardware than its certificate belongs to',
  ),
  'channel.unknown_device': w('登録のない端末からの通信を拒否しました', 'A contact from an unknown device was refused'),
  'channel.gone': w('管理を終えた端末が通信しました', 'A device that is no longer managed made contact'),
  'channel.not_supported': w(
    '対象OS・利用態様の範囲外のため、端末の登録を拒否しました',
    'A device was not enrolled, because its OS or usage mode is not supported',
  ),
  'channel.not_entitled': w(
    '有効な契約がないため、端末の登録を拒否しました',
    'A device was not enrolled, because no contract in force allows it',
  ),
  'channel.invitation_not_usable': w(
    '使えない招待による登録を拒否しました',
    'An enrollment with an unusable invitation was refused',
  ),
  'channel.unsupported': w('対応していない機能を端末が求めました', 'A device asked for something unsupported'),
  'channel.user_refused': w('端末の個人ユーザの登録を断りました', 'A user of a device was not enrolled'),
  'channel.unknown_message': w('未知のメッセージが届きました', 'An unknown message arrived'),
  'channel.unknown_token_service': w('未知のトークンが求められました', 'A token of an unknown service was asked for'),
  'channel.unknown_status': w('端末が未知の状態を答えました', 'A device answered with an unknown status'),
  'channel.unknown_result': w(
    '送っていないコマンドへの応答が届きました',
    'An answer to a command that was never sent arrived',
  ),
  'channel.late_result': w('終わった操作への応答が遅れて届きました', 'An answer came after its action had ended'),
  'device.out_of_support': w(
    '端末がサービスの対象外になりました（{osFamily} {osVersion}、対象: {supported}）',
    'A device is out of support ({osFamily} {osVersion}; supported: {supported})',
  ),
  'device.supported_again': w(
    '端末がサービスの対象に戻りました（{osFamily} {osVersion}）',
    'A device is supported again ({osFamily} {osVersion})',
  ),
  'enrollment.replaced': w('端末が登録し直されました', 'A device enrolled again'),
  'identity.renewal_failed': w('識別証明書を更新できません', 'An identity certificate cannot be renewed'),
  'identity.renewal_refused': w(
    '端末が識別証明書の更新を断りました',
    'A device refused to renew its identity certificate',
  ),
  'push.token_dead': w('Apple が端末の宛先を無効と答えました', 'Apple says that a device can no longer be reached'),
  'push.token_refused': w('Apple が端末の宛先を拒否しました', 'Apple refused the address of a device'),
  'push.wrong_certificate': w(
    'プッシュ証明書が端末の登録と合いません',
    'The push certificate does not fit the enrolled devices',
  ),
  'push.certificate_refused': w('Apple がプッシュ証明書を拒否しました', 'Apple refused the push certificate'),
  'push.rejected': w('Apple が通知を拒否しました', 'Apple rejected a notification'),
  'push.unreachable': w('Apple の通知サービスに接続できません', "Apple's push service cannot be reached"),
  'push_certificate.expiring': w(
    'プッシュ証明書の期限が近づいています（残り {daysLeft} 日）',
    'The push certificate expires soon ({daysLeft} days left)',
  ),
  'push_certificate.expired': w('プッシュ証明書の期限が切れました', 'The push certificate has expired'),
  'push_certificate.no_client_auth': w(
    'プッシュ証明書にクライアント認証の用途がありません',
    'The push certificate is not marked for client authentication',
  ),
  'scep.malformed': w('読み取れない証明書要求が届きました', 'An unreadable certificate request arrived'),
  'scep.too_large': w('大きすぎる証明書要求を拒否しました', 'A certificate request that was too large was refused'),
  'scep.bad_signature': w(
    '署名の合わない証明書要求を拒否しました',
    'A certificate request with a wrong signature was refused',
  ),
  'scep.unreadable_request': w('復号できない証明書要求を拒否しました', 'A certificate request could not be decrypted'),
  'scep.unsupported_algorithm': w(
    '対応していない方式の証明書要求を拒否しました',
    'A certificate request with an unsupported algorithm was refused',
  ),
  'scep.weak_key': w('弱い鍵の証明書要求を拒否しました', 'A certificate request with a weak key was refused'),
  'scep.unsupported_operation': w('対応していない証明書操作です', 'An unsupported certificate operation was asked for'),
  'scep.challenge_missing': w(
    '招待のない証明書要求を拒否しました',
    'A certificate request without an invitation was refused',
  ),
  'scep.wrong_challenge': w(
    '招待と合わない証明書要求を拒否しました',
    'A certificate request with a wrong challenge was refused',
  ),
  'scep.challenge_expired': w('期限切れの証明書要求を拒否しました', 'A certificate request came too late'),
  'scep.challenge_reused': w('同じ招待情報が二度使われました', 'A one-time challenge was used twice'),
  'scep.foreign_certificate': w(
    'この契約者のものでない証明書での更新を拒否しました',
    'A renewal with a foreign certificate was refused',
  ),
  'scep.expired_certificate': w(
    '期限切れの証明書での更新を拒否しました',
    'A renewal with an expired certificate was refused',
  ),
  'scep.revoked_certificate': w(
    '失効した証明書での更新を拒否しました',
    'A renewal with a revoked certificate was refused',
  ),
  'scep.unbound_certificate': w(
    '端末に結び付いていない証明書での更新を拒否しました',
    'A renewal with a certificate of no device was refused',
  ),
  'scep.too_many_renewals': w('証明書の更新が多すぎます', 'Too many renewals of a certificate'),
  'scep.unknown_certificate': w('記録にない証明書が求められました', 'An unknown certificate was asked for'),
};

const audit: Wordings = {
  'account.started_over': w('アカウントを再設定', 'Account set up again'),
  'action.asked': w('操作を依頼', 'Action asked'),
  'action.cancelled': w('操作を取りやめ', 'Action cancelled'),
  'action.finished': w('操作が終了', 'Action finished'),
  'action.secret_read': w('PIN を表示', 'PIN shown'),
  'api_token.created': w('API トークンを作成', 'API token created'),
  'api_token.revoked': w('API トークンを失効', 'API token revoked'),
  'certificate.revoked': w('識別証明書を失効', 'Identity certificate revoked'),
  'contractor.created': w('契約者を追加', 'Contractor added'),
  'contractor.renamed': w('契約者名を変更', 'Contractor renamed'),
  'contractor.suspended': w('契約者の利用を停止', 'Contractor suspended'),
  'contractor.resumed': w('契約者の利用を再開', 'Contractor resumed'),
  'contractor.settings_changed': w('設定を変更', 'Settings changed'),
  'device.changed': w('端末のラベル・利用者を変更', 'Label or person of a device changed'),
  'devices.exported': w('端末一覧を出力', 'Device list exported'),
  'event.acknowledged': w('イベントを確認済みに', 'Event marked as seen'),
  'group.created': w('グループを追加', 'Group added'),
  'group.deleted': w('グループを削除', 'Group deleted'),
  'group.renamed': w('グループ名を変更', 'Group renamed'),
  'group.member_added': w('グループに利用者を追加', 'Person put into a group'),
  'group.member_removed': w('グループから利用者を除外', 'Person taken out of a group'),
  'invitation.created': w('端末の招待を作成', 'Invitation created'),
  'invitation.revoked': w('端末の招待を無効化', 'Invitation revoked'),
  'member.invited': w('メンバーを招待', 'Member invited'),
  'member.joined': w('メンバーが参加', 'Member joined'),
  'member.role_changed': w('メンバーの役割を変更', 'Role of a member changed'),
  'member.disabled': w('メンバーを停止', 'Member disabled'),
  'member.enabled': w('メンバーの停止を解除', 'Member enabled'),
  'member.reset_offered': w('再設定リンクを発行', 'Reset link made'),
  'password.changed': w('パスワードを変更', 'Password changed'),
  'person.created': w('利用者を追加', 'Person added'),
  'person.changed': w('利用者を変更', 'Person changed'),
  'person.archived': w('利用者をアーカイブ', 'Person archived'),
  'push_certificate.requested': w('プッシュ証明書の署名要求を作成', 'Push certificate requested'),
  'push_certificate.uploaded': w('プッシュ証明書を登録', 'Push certificate uploaded'),
  'push_certificate.replaced': w('プッシュ証明書を更新', 'Push certificate replaced'),
  'second_factor.added': w('2 段階認証を追加', 'Second step added'),
  'second_factor.removed': w('2 段階認証を削除', 'Second step removed'),
  'second_factor.backup_codes_renewed': w('バックアップコードを再発行', 'Backup codes renewed'),
  'session.reauthentication_failed': w('本人確認に失敗', 'Confirmation of identity failed'),
  'staff.invited': w('スタッフを招待', 'Staff invited'),
  'staff.joined': w('スタッフが参加', 'Staff joined'),
  'staff.reset_offered': w('スタッフの再設定リンクを発行', 'Reset link for staff made'),
  'staff.recovery_offered': w(
    'サーバーから管理者の再設定リンクを発行',
    'Recovery link for an administrator made on the server',
  ),
  'staff.disabled': w('スタッフを停止', 'Staff disabled'),
  'staff.enabled': w('スタッフの停止を解除', 'Staff enabled'),
};

/** Where a value of a device came from, and the parts of what a device reports. */
const source: Wordings = {
  enrollment: w('端末の登録', 'Enrollment'),
  DeviceInformation: w('端末情報', 'Device information'),
  SecurityInfo: w('セキュリティ情報', 'Security'),
  EnableLostMode: w('紛失モードの開始', 'Lost mode turned on'),
  DisableLostMode: w('紛失モードの終了', 'Lost mode turned off'),
  declarative: w('端末からの通知', 'Told by the device'),
  catalogue: w('サービス一覧の確認', 'Check against the catalogue'),
  refresh: w('情報の更新', 'Refresh'),
  status_report: w('Google からの報告', 'Report through Google'),
  reconciliation: w('Google との照合', 'Comparison with Google'),
  DevInfo: w('端末情報', 'Device information'),
  device_reported_deletion: w('端末での管理の終了', 'Management ended on the device'),
  android_deleted_at_google: w('Google での削除', 'Deleted at Google'),
  android_gone: w('Google に記録なし', 'Gone at Google'),
  checked_out: w('端末側での管理の解除', 'Management removed on the device'),
};
const section: Wordings = {
  enrollment: w('登録時の情報', 'Enrollment'),
  device_information: w('端末情報', 'Device information'),
  security_info: w('セキュリティ情報', 'Security'),
  declarative_status: w('端末からの状態通知', 'Status told by the device'),
  lost_mode: w('紛失モード', 'Lost mode'),
  apps: w('アプリ', 'Apps'),
  profiles: w('プロファイル', 'Profiles'),
  certificates: w('証明書', 'Certificates'),
  dev_info: w('端末情報', 'Device information'),
  device: w('端末情報', 'Device information'),
  status: w('状態', 'Status'),
  bitlocker: w('BitLocker', 'BitLocker'),
  defender: w('Microsoft Defender', 'Microsoft Defender'),
  network: w('ネットワーク', 'Network'),
  channel: w('通信経路', 'Channel'),
  msi: w('アプリ（MSI）', 'Apps (MSI)'),
  msix: w('アプリ（MSIX）', 'Apps (MSIX)'),
  status_report: w('Google からの報告', 'Report through Google'),
};

const asMap = (...records: readonly Wordings[]) => new Map(records.flatMap((record) => Object.entries(record)));
export const codes = {
  note: asMap(
    effect,
    refusal,
    wake,
    channel,
    windowsNotes,
    windowsEnrollmentNotes,
    windowsMeanings,
    androidNotes,
    safetyNotes,
  ),
  failure: asMap(
    failure,
    refusal,
    windowsNotes,
    windowsFailures,
    androidNotes,
    androidFailures,
    safetyNotes,
    safetyFailures,
  ),
  wake: asMap(wake, windowsNotes, androidNotes),
  wakeAnswer: asMap(wakeAnswer, windowsNotes, androidNotes),
  detailGroup: asMap(detailGroups),
  detail: asMap(details),
  event: asMap(event, contractEvents, windowsEvents, windowsEnrollmentEvents, androidEvents, safetyEvents),
  audit: asMap(audit, contractAudit, safetyAudit, androidAudit),
  source: asMap(source),
  section: asMap(section),
};
export type CodeKind = keyof typeof codes;
