import type { Wordings } from './codes.ts';

const w = (ja: string, en: string) => ({ ja, en });

/** What happens to contracts, as events. */
export const contractEvents: Wordings = {
  'contract.ending': w(
    '契約 {contractNumber} のサービスまたはオプションが、あと {daysLeft} 日で終了します',
    'The service or an option of contract {contractNumber} ends in {daysLeft} days',
  ),
  'contract.ended': w('契約が終了しました', 'The contracts have ended'),
};

/** What is done with contracts, with the terms and in billing, as audited acts. */
export const contractAudit: Wordings = {
  'contract.applied': w('契約を申込', 'Contract applied for'),
  'contract.change_applied': w('契約の変更を申込', 'Change of a contract applied for'),
  'contract.quoted': w('料金を提示', 'Prices shown'),
  'contract.accepted': w('申込を承諾', 'Application accepted'),
  'contract.refused': w('申込を不承諾', 'Application refused'),
  'contract.withdrawn': w('申込を取下げ', 'Application withdrawn'),
  'contract.licence_agreed': w('使用許諾に同意', 'Licence agreed to'),
  'contract.activated': w('契約の利用開始', 'Contract activated'),
  'contract.billing_started': w('課金を開始', 'Billing started'),
  'contract.count_asked': w('台数の変更を請求', 'Change of the count asked'),
  'contract.count_accepted': w('台数の変更を承諾', 'Change of the count accepted'),
  'contract.count_refused': w('台数の変更を不承諾', 'Change of the count refused'),
  'contract.notice_arrived': w('解約・廃止の通知が到達', 'Notice arrived'),
  'contract.notice_withdrawn': w('通知を取消し', 'Notice taken back'),
  'contract.one_time_fee': w('一時費用を記録', 'One-time fee recorded'),
  'contract.ended': w('契約が終了', 'Contract ended'),
  'contract.corrected': w('契約の記録を訂正', 'Entry of a contract corrected'),
  'contract_document.added': w('書面を保存', 'Scanned form kept'),
  'customer.changed': w('契約者情報を変更', 'Customer details changed'),
  'checklist.ticked': w('準備事項を完了', 'Checklist item done'),
  'checklist.unticked': w('準備事項の完了を取消し', 'Checklist item no longer done'),
  'catalogue.changed': w('サービス一覧を変更', 'Catalogue changed'),
  'terms.drafted': w('約款の草案を保存', 'Draft of the terms kept'),
  'terms.draft_dropped': w('約款の草案を破棄', 'Draft of the terms dropped'),
  'terms.published': w('約款を公表', 'Terms published'),
  'billing_settings.changed': w('請求の設定を変更', 'Billing settings changed'),
  'closing.drafted': w('月次の締めを下書き', 'Closing drafted'),
  'closing.approved': w('月次の締めを承認', 'Closing approved'),
  'invoice.issued': w('請求書を発行', 'Invoice issued'),
  'credit_note.issued': w('返還請求書を発行', 'Credit note issued'),
  'payment.recorded': w('入金を記録', 'Payment recorded'),
  'payment.reversed': w('入金を取消し', 'Payment taken back'),
  'adjustment.asked': w('調整を依頼', 'Adjustment asked'),
  'adjustment.approved': w('調整を承認', 'Adjustment approved'),
  'adjustment.refused': w('調整を却下', 'Adjustment refused'),
};
