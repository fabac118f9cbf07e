import type { Messages } from '../../base/http/messages.ts';

/** Refusals that are not the terms' own; those come with their words. */
export const contractMessages: Messages = {
  'contract.not_found': { ja: '契約が見つかりません。', en: 'There is no such contract.' },
  'contract.no_such_day': { ja: '存在しない日付です。', en: 'There is no such day in the calendar.' },
  'contract.closed': {
    ja: '契約が終了し、データを閲覧できる期間も過ぎました。提供者にお問い合わせください。',
    en: 'The contract has ended, and so has the time for which its data could be read. Please ask the provider.',
  },
  'contract.ended': {
    ja: '契約が終了しているため、データの閲覧だけができます。引き続き利用するには「契約と請求」から申し込んでください。',
    en: 'The contract has ended: data can only be read. To go on, apply anew under “Contract and billing”.',
  },
  'application.not_found': { ja: '申込が見つかりません。', en: 'There is no such application.' },
  'document.not_found': { ja: '文書が見つかりません。', en: 'There is no such document.' },
  'document.too_large': { ja: '文書は {most} MiB までです。', en: 'A document has at most {most} MiB.' },
  'document.type': {
    ja: '文書の内容が、指定された形式（PDF、PNG、JPEG）ではありません。',
    en: 'The document is not of the type that it says (PDF, PNG or JPEG).',
  },
  'customer.corporate_number': {
    ja: '法人番号の検査用数字が合いません。13桁をもう一度確認してください。',
    en: 'The check digit of the corporate number is wrong; please check its 13 digits.',
  },
  'licence.not_needed': {
    ja: 'このライセンス文書への同意が必要な契約はありません。',
    en: 'No contract needs an agreement to this licence document.',
  },
  'licence.other_text': {
    ja: '同意の対象となる文書は {version} 版です。表示し直して、内容を確認のうえ同意してください。',
    en: 'The text to agree to is version {version}. Please load it again, read it, and agree to that.',
  },
  'checklist.not_found': {
    ja: 'この契約にそのような設定項目はありません。',
    en: 'This contract has no such item on its checklist.',
  },
  'checklist.automatic': {
    ja: 'この項目は条件が整うと自動的に完了します。',
    en: 'This item completes itself when its condition is met.',
  },
  'catalogue.changed_meanwhile': {
    ja: '{by} がサービス定義を変更しました（版 {version}）。読み直してからもう一度変更してください。',
    en: '{by} has changed the catalogue meanwhile (version {version}). Load it again and repeat the change.',
  },
  'catalogue.licence_changed': {
    ja: 'ライセンス文書「{document}」{version} 版の文面は変更できません。新しい版を追加してください。',
    en: 'Version {version} of the licence document “{document}” cannot change. Add a new version instead.',
  },
  'revision.not_found': { ja: 'その日付の改定はありません。', en: 'There is no revision of that day.' },
  'revision.published': {
    ja: '{effectiveOn} の改定は公開済みのため変更できません。',
    en: 'The revision of {effectiveOn} is published and cannot be changed.',
  },
  'revision.not_in_future': {
    ja: '改定を公開できるのは、効力発生日が明日以降の場合だけです（本日は {today}）。',
    en: 'A revision can be published only for a day to come (today is {today}).',
  },
};
