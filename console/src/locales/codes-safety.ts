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
  'approval.nobody_else': w(
    '承認できる人がほかにいません。管理者をもう 1 人招待するか、サービス運営に承認を依頼してください。',
    'There is nobody else who may approve: invite another administrator, or ask the service provider.',
  ),
  'approval.let_in_by_asker': w(
    '依頼した人とあなたのアカウントの一方が他方に、または両方が同じ人に、招待または再設定された直後は、承認できません。別の管理者に依頼してください。',
    'One of the two accounts, yours and that of the one who asked, was lately let in or reset by the other, or both by the same person. Another administrator must decide.',
  ),
  'bulk.param_not_taken': w(
    '入力した「{param}」は、この端末では使われません。',
    'What was given as “{param}” is not used on these devices.',
  ),
  'bulk.params_do_not_fit': w(
    '入力した内容がこの端末に合いません（{pointer}: {detail}）。',
    'What was given does not fit these devices ({pointer}: {detail}).',
  ),
  'device.not_found': w('端末の記録がなくなりました。', 'There is no record of the device any more.'),
  'bulk.failed': w('この端末への依頼を作成できませんでした。', 'The device could not be asked.'),
  'bulk.assessment_changed': w(
    '確認した後に端末の状態が変わり、元に戻せない操作になるため、対象から外しました。',
    'The device has changed since: it would do now what cannot be undone, so it was left out.',
  ),
};

export const safetyAudit: Wordings = {
  'action.approved': w('操作を承認', 'Action approved'),
  'action.rejected': w('操作を却下', 'Action rejected'),
  'action.released': w('操作の保留を解除', 'Action released'),
  'action.held': w('操作を一時保留', 'Action held'),
  'action.cancel_requested': w('操作の取りやめを要求', 'Cancellation asked for'),
  'action.lapsed': w('操作が期限までに承認されず', 'Action not approved in time'),
  'batch.asked': w('一括操作を依頼', 'Bulk action asked'),
  'batch.approved': w('一括操作を承認', 'Bulk action approved'),
  'batch.rejected': w('一括操作を却下', 'Bulk action rejected'),
  'batch.released': w('一括操作の保留を解除', 'Bulk action released'),
  'batch.cancelled': w('一括操作を取りやめ', 'Bulk action cancelled'),
  'batch.lapsed': w('一括操作が期限までに承認されず', 'Bulk action not approved in time'),
  'batch.finished': w('一括操作が終了', 'Bulk action finished'),
  'safety.tightened': w('安全設定を厳しく変更', 'Safety settings tightened'),
  'safety.loosening_asked': w('安全設定を緩める変更を依頼', 'Loosening of the safety settings asked'),
  'safety.loosening_approved': w('安全設定を緩める変更を承認', 'Safety settings loosened'),
  'safety.loosening_rejected': w('安全設定を緩める変更を却下', 'Loosening of the safety settings rejected'),
  'recovery_key.read': w('回復キーを表示', 'Recovery key shown'),
  'recovery_key.escrowed': w('回復キーを預かった', 'Recovery key taken into custody'),
};

export const safetyFailures: Wordings = {
  approval_lapsed: w('期限までに承認されませんでした', 'Nobody approved in time'),
  hold_lapsed: w('期限までに保留が解除されませんでした', 'Nobody released it in time'),
};

export const safetyEvents: Wordings = {
  'breaker.held': w(
    '元に戻せない操作が多いため、安全装置が保留しました',
    'The breaker holds what cannot be undone, because there is much of it',
  ),
};
