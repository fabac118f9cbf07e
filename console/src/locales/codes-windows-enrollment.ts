import type { Wordings } from './codes.ts';

const w = (ja: string, en: string) => ({ ja, en });

/** What happens when PCs enroll and renew, as events. */
export const windowsEnrollmentEvents: Wordings = {
  'enrollment.unsupported_sign_in': w(
    '対応していない方法の登録を拒否しました',
    'An enrollment by a kind of sign-in that is not supported was refused',
  ),
  'enrollment.wrong_code': w(
    '正しくない招待コードによる登録を拒否しました',
    'An enrollment with a wrong invitation code was refused',
  ),
  'enrollment.bad_token': w(
    '無効または期限切れのサインインによる登録を拒否しました',
    'An enrollment with an invalid or expired sign-in was refused',
  ),
  'enrollment.token_reused': w(
    '一度使われたサインインが別の PC で使われました',
    'A sign-in that had been used was presented by another PC',
  ),
  'enrollment.too_many_tries': w(
    '登録の失敗が続いたため、しばらく受け付けません',
    'Enrollments failed too often and are not taken for a while',
  ),
  'enrollment.other_platform': w(
    '別の種類の端末への招待による登録を拒否しました',
    'An enrollment with an invitation for other devices was refused',
  ),
  'enrollment.invitation_not_usable': w(
    '使えない招待による登録を拒否しました',
    'An enrollment with an unusable invitation was refused',
  ),
  'enrollment.invitation_used_up': w(
    '使い切られた招待による登録を拒否しました',
    'An enrollment with a used-up invitation was refused',
  ),
  'enrollment.not_entitled': w(
    '有効な契約がないため、端末の登録を拒否しました',
    'A device was not enrolled, because no contract in force allows it',
  ),
  'enrollment.not_supported': w(
    '対象OS・利用態様の範囲外のため、端末の登録を拒否しました',
    'A device was not enrolled, because its OS or usage mode is not supported',
  ),
  'enrollment.hardware_differs': w(
    '登録中の端末の ID を別の機器が名乗りました',
    'Other hardware claimed the id of a device that is enrolled',
  ),
  'enrollment.no_device_id': w('端末の ID がない登録を拒否しました', 'An enrollment without a device id was refused'),
  'enrollment.bad_request': w(
    '署名の合わない証明書要求を拒否しました',
    'A certificate request that its key did not sign was refused',
  ),
  'enrollment.weak_key': w(
    '短すぎる鍵による登録を拒否しました',
    'An enrollment with a key that is too short was refused',
  ),
  'enrollment.key_reused': w('使い回された鍵を拒否しました', 'A key that had been certified before was refused'),
  'renewal.bad_signature': w(
    '署名の正しくない証明書更新を拒否しました',
    'The renewal of a certificate with a wrong signature was refused',
  ),
  'renewal.unknown_certificate': w(
    '記録にない証明書の更新を拒否しました',
    'The renewal of an unknown certificate was refused',
  ),
  'renewal.not_valid': w(
    '失効または交代した証明書の更新を拒否しました',
    'The renewal of a revoked or replaced certificate was refused',
  ),
  'renewal.gone': w(
    '管理を終えた端末の証明書更新を断りました',
    'A device that is no longer managed asked for a renewal',
  ),
  'renewal.not_due': w(
    '時期でない証明書の更新を断りました',
    'A certificate was not renewed, because it was not the time for it',
  ),
  'renewal.too_many': w('証明書の更新が多すぎます', 'A device renewed its certificate too often'),
  'identity.expiring': w(
    '端末の識別証明書の期限が近づいています（残り {daysLeft} 日）',
    'The identity certificate of a device expires soon ({daysLeft} days left)',
  ),
  'identity.expired': w(
    '端末の識別証明書の期限が切れました。登録し直すまで管理できません',
    'The identity certificate of a device has expired; enroll it again',
  ),
};

/** What to know before a way of enrolling is used. */
export const windowsEnrollmentNotes: Wordings = {
  'windows.administrator_needed': w(
    'PC の管理者権限を持つアカウントで開いてください。',
    'Open it with an account that is an administrator of the PC.',
  ),
  'windows.any_user_name': w(
    '会社のメールアドレスなど、ほかの名前でもかまいません。',
    'Any other name will do, such as an e-mail address at the company.',
  ),
  'windows.password_is_code': w(
    'Windows か登録の画面で、招待コードまたはパスワードとして入れます。',
    'To be entered as the invitation code or the password, whichever is asked for.',
  ),
  'windows.package_designer': w(
    'Windows 構成デザイナーで customizations.xml として開き、プロビジョニング パッケージを作ってください。',
    'Open it as customizations.xml in the Windows Configuration Designer, which makes a provisioning package of it.',
  ),
  'windows.package_secret': w(
    '招待コードが含まれています。適用した PC はすべて登録されるので、利用回数を端末の数に合わせてください。',
    'It holds the invitation code. Every PC it is applied to enrolls: give the invitation as many uses as there are PCs.',
  ),
};
