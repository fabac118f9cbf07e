import type { Wordings } from './codes.ts';

const w = (ja: string, en: string) => ({ ja, en });

/** Bulk actions, the second person and the breaker. */
export const safetyNotes: Wordings = {
  'approval.own_request': w(
    '自分で依頼したものは承認できません。別の管理者に頼んでください。',
    'Nobody decides on their own request: ask another administrator.',
  ),
  'approval.needs_person': w('承認は人だけができます。', 'Only a person can decide.'),
  'approval.not_permitted': w('承認する権限がありません。', 'You may not decide on this.'),
  'approval.awaited': w('別の人の承認を待っています。', 'Waits for somebody else to approve.'),
  'approval.lapsed': w('期限までに承認されませんでした。', 'Nobody approved in time.'),
  'hold.own_request': w(
    '自分で依頼したものの保留は解除できません。別の管理者に頼んでください。',
    'Nobody releases their own request: ask another administrator.',
  ),
  'hold.needs_person': w('保留の解除は人だけができます。', 'Only a person can release it.'),
  'hold.not_permitted': w('保留を解除する権限がありません。', 'You may not release it.'),
  'hold.installation': w(
    'サービス全体の安全装置です。サービス運営だけが解除できます。',
    'This is the breaker of the whole installation: only the service provider can release it.',
  ),
  'bulk.param_not_taken': w(
    '入力した「{name}」は、この端末では使われません。',
    'What was given as “{name}” is not used on these devices.',
  ),
  'bulk.params_not_taken': w('この端末では使われない入力: {names}', 'Not used on these devices: {names}'),
};

export const safetyAudit: Wordings = {
  'action.approved': w('操作を承認', 'Action approved'),
  'action.rejected': w('操作を却下', 'Action rejected'),
  'action.released': w('操作の保留を解除', 'Action released'),
  'action.held': w('操作を一時保留', 'Action held'),
  'action.cancel_requested': w('操作の取りやめを要求', 'Cancellation asked for'),
  'batch.asked': w('一括操作を依頼', 'Bulk action asked'),
  'batch.approved': w('一括操作を承認', 'Bulk action approved'),
  'batch.rejected': w('一括操作を却下', 'Bulk action rejected'),
  'batch.released': w('一括操作の保留を解除', 'Bulk action released'),
  'batch.held': w('一括操作を一時保留', 'Bulk action held'),
  'batch.cancelled': w('一括操作を取りやめ', 'Bulk action cancelled'),
  'batch.finished': w('一括操作が終了', 'Bulk action finished'),
  'safety.changed': w('安全設定を変更', 'Safety settings changed'),
  'safety.change_asked': w('安全設定を緩める変更を依頼', 'Loosening of the safety settings asked'),
  'safety.change_approved': w('安全設定の変更を承認', 'Change of the safety settings approved'),
  'safety.change_rejected': w('安全設定の変更を却下', 'Change of the safety settings rejected'),
  'recovery_key.read': w('回復キーを表示', 'Recovery key shown'),
  'recovery_key.escrowed': w('回復キーを預かった', 'Recovery key taken into custody'),
};
