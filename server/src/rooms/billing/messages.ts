import type { Messages } from '../../base/http/messages.ts';

export const billingMessages: Messages = {
  'billing.no_tax_rate': {
    ja: '{day} の消費税率が設定されていません。請求設定で税率を追加してください。',
    en: 'No tax rate is set for {day}. Add one in the billing settings.',
  },
  'billing.settings_repeated': {
    ja: '同じ日から始まる設定が重複しています。',
    en: 'Two entries begin on the same day.',
  },
  'billing.settings_past': {
    ja: '{month}分まで締め済みのため、それ以前の税率・端数処理・開始月は変更できません。',
    en: 'Months up to {month} are closed: their rates, rounding and first month cannot change.',
  },
  'billing.nothing_owed': { ja: '請求の対象となる料金がまだありません。', en: 'Nothing is owed yet.' },
  'billing.out_of_order': {
    ja: '月は順に締めます。次に締めるのは{next}分です（指定は{month}分）。',
    en: 'Months are closed in order: the next one is {next}, not {month}.',
  },
  'billing.month_not_over': {
    ja: '{month}分は、その月が終わってから締めてください。',
    en: '{month} can be closed once it is over.',
  },
  'billing.already_closed': {
    ja: '{month}分は締め済みです。発行した請求書は変更できません。訂正は返還請求書で行います。',
    en: '{month} is closed. Issued invoices never change; corrections are credit notes.',
  },
  'billing.busy': {
    ja: 'ほかの人がこの月の締めを処理しています。しばらくしてからもう一度お試しください。',
    en: 'Somebody else is working on this closing. Please try again in a moment.',
  },
  'billing.no_draft': { ja: '{month}分の下書きがありません。', en: 'There is no draft for {month}.' },
  'billing.draft_outdated': {
    ja: '下書きの後に請求設定が変わりました。{month}分をもう一度下書きしてください。',
    en: 'The billing settings changed after the draft. Draft {month} again.',
  },
  'billing.other_draft': {
    ja: '確認した後に下書きが作り直されました。{month}分をもう一度確認してから承認してください。',
    en: 'The draft was made anew after you looked at it. Look at {month} again before you approve it.',
  },
  'billing.problems': {
    ja: '料金の決まっていないものが{problems}件あるため、{month}分を締められません。料金を提示してください。',
    en: '{month} cannot be closed: {problems} charges have no price. Quote them first.',
  },
  'billing.no_registration_number': {
    ja: '適格請求書を発行するには、請求設定に発行者の名称と登録番号（T＋13桁）が必要です。',
    en: 'Qualified invoices need the issuer’s name and registration number (T and 13 digits) in the billing settings.',
  },
  'billing.issue_day': {
    ja: '{month}分の請求書は {day} 付では発行できません。月末の翌日から今日までの、前回の発行日以降の日にしてください。',
    en: 'Documents for {month} cannot be issued on {day}: choose a day after the month, until today, and not before the last issue.',
  },
  'billing.no_electronic_address': {
    ja: 'JP PINT の出力には、発行者と取引先の電子アドレス（Peppol ID または法人番号）が必要です。',
    en: 'JP PINT needs an electronic address (Peppol ID or corporate number) of issuer and recipient.',
  },
  'billing.invoice_unknown': { ja: '請求書が見つかりません。', en: 'There is no such invoice.' },
  'billing.payment_unknown': { ja: '入金の記録が見つかりません。', en: 'There is no such payment.' },
  'billing.payment_of_credit_note': {
    ja: '返還請求書に入金は記録できません。',
    en: 'A payment cannot be recorded for a credit note.',
  },
  'billing.overpayment': {
    ja: '請求残高（{outstanding}円）を超える入金は記録できません。',
    en: 'More than what is outstanding ({outstanding} yen) cannot be recorded.',
  },
  'billing.payment_in_future': {
    ja: '入金日は今日までの日にしてください。',
    en: 'A payment cannot be dated in the future.',
  },
  'billing.payment_reversed': {
    ja: 'この入金はすでに取り消されています。',
    en: 'This payment was taken back already.',
  },
  'billing.adjustment_unknown': { ja: '調整が見つかりません。', en: 'There is no such adjustment.' },
  'billing.adjustment_zero': { ja: '調整の金額は0円以外にしてください。', en: 'An adjustment is not of zero yen.' },
  'billing.adjustment_far': {
    ja: '調整の対象月は、12か月先までの月にしてください。',
    en: 'An adjustment is for a month at most twelve months ahead.',
  },
  'billing.preview_far': {
    ja: '締めの見通しは、24か月先の月までです。',
    en: 'A closing can be previewed at most 24 months ahead.',
  },
  'billing.adjustment_decided': {
    ja: 'この調整はすでに決定されています。',
    en: 'This adjustment was decided already.',
  },
  'billing.adjustment_second_person': {
    ja: '調整は、依頼した人とは別の人が承認してください。',
    en: 'An adjustment is decided by another person than the one who asked for it.',
  },
  'billing.contract_unknown': { ja: '契約が見つかりません。', en: 'There is no such contract.' },
  'billing.kind_unknown': { ja: '種別「{kind}」はありません。', en: 'There is no kind “{kind}”.' },
};
