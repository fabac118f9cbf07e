import type { Messages } from '../../base/http/messages.ts';

/** Wording of every reason that this room's errors carry. */
export const accountMessages: Messages = {
  // Reasons in capitals are better-auth's; those of our own pages that a person meets have wording here.
  INVALID_EMAIL_OR_PASSWORD: {
    ja: 'メールアドレスまたはパスワードが正しくありません。',
    en: 'The e-mail address or the password is not right.',
  },
  INVALID_PASSWORD: { ja: 'パスワードが正しくありません。', en: 'The password is not right.' },
  INVALID_CODE: { ja: '認証コードが正しくありません。', en: 'The code is not right.' },
  INVALID_BACKUP_CODE: { ja: 'バックアップコードが正しくありません。', en: 'The backup code is not right.' },
  PASSWORD_TOO_SHORT: { ja: 'パスワードが短すぎます。', en: 'The password is too short.' },
  PASSWORD_TOO_LONG: { ja: 'パスワードが長すぎます。', en: 'The password is too long.' },
  'session.missing': { ja: 'サインインしてください。', en: 'Please sign in.' },
  'session.exists': {
    ja: 'すでにサインインしています。いったんサインアウトしてください。',
    en: 'You are signed in already; sign out first.',
  },
  'session.second_factor_required': {
    ja: '二要素認証を完了してください。',
    en: 'Please complete the second factor first.',
  },
  'session.reauthentication_required': {
    ja: 'この操作の前に、パスワードまたは認証コードをもう一度入力してください。',
    en: 'Enter your password or a code from your authenticator app again before doing this.',
  },
  'permission.missing': {
    ja: 'この操作を行う権限がありません。',
    en: 'Your role does not include this.',
  },
  'reauthentication.failed': {
    ja: 'パスワードまたは認証コードが正しくありません。',
    en: 'The password or code is not right.',
  },
  'reauthentication.one_proof': {
    ja: 'パスワードか認証コードのどちらか一方を入力してください。',
    en: 'Give either the password or a code.',
  },
  'reauthentication.token': { ja: 'API トークンは再認証できません。', en: 'An API token cannot re-authenticate.' },
  'accounts.too_many_guesses': {
    ja: '試行回数が多すぎます。しばらくしてからもう一度お試しください。',
    en: 'Too many attempts; please wait before trying again.',
  },
  'account_link.unknown': { ja: 'このリンクは無効です。', en: 'This link is not valid.' },
  'account_link.used': { ja: 'このリンクはすでに使用されています。', en: 'This link was used already.' },
  'account_link.expired': {
    ja: 'このリンクは期限切れです。新しいリンクを依頼してください。',
    en: 'This link has expired; ask for a new one.',
  },
  'account_link.wrong_password': {
    ja: 'このメールアドレスのアカウントはすでにあります。そのパスワードを入力してください。',
    en: 'An account with this address exists; enter its password.',
  },
  'account.exists': {
    ja: 'このメールアドレスのアカウントはすでにあります。',
    en: 'An account with this address exists already.',
  },
  'bootstrap.done': {
    ja: 'プロバイダー管理者はすでに登録されています。',
    en: 'A provider administrator exists already.',
  },
  'account.email': {
    ja: 'このメールアドレスではサインインできません。name@example.jp の形式で入力してください。',
    en: 'Nobody can sign in with this e-mail address; use one such as name@example.jp.',
  },
  'bootstrap.password': {
    ja: 'パスワードは {least}〜{most} 文字にしてください。',
    en: 'The password must have {least} to {most} characters.',
  },
  'recovery.unknown': {
    ja: 'このメールアドレスのプロバイダー管理者はいません。',
    en: 'No provider administrator has this address.',
  },
  'recovery.disabled': {
    ja: 'このプロバイダー管理者は停止されています。別の管理者が停止を解除できます。',
    en: 'This provider administrator is disabled; another one can enable the account.',
  },
  'member.unknown': { ja: 'このメンバーは見つかりません。', en: 'There is no such member.' },
  'member.exists': { ja: 'この人はすでにメンバーです。', en: 'This person is a member already.' },
  'member.last_administrator': {
    ja: '最後の管理者は無効にしたり、役割を変えたりできません。先に別の管理者を追加してください。',
    en: 'The last administrator cannot be disabled or given another role; add another one first.',
  },
  'member.shared_account': {
    ja: 'このアカウントは他の組織でも使われているため、リセットはプロバイダーに依頼してください。',
    en: 'This account is used elsewhere too; ask the provider to reset it.',
  },
  'token.unknown': { ja: 'この API トークンは見つかりません。', en: 'There is no such API token.' },
  'contractor.unknown': { ja: 'この契約者は見つかりません。', en: 'There is no such contractor.' },
  'contractor.suspended': {
    ja: 'この契約者の利用は停止されています。',
    en: 'This contractor is suspended.',
  },
  'settings.duration': {
    ja: '期間は ISO 8601 形式で、定められた範囲内にしてください。',
    en: 'Give durations in ISO 8601, within their ranges.',
  },
};
