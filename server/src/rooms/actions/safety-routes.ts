import type { safetyRoutes } from '@tsukasa/api';
import type { Handlers } from '../../base/http/context.ts';
import type { Messages } from '../../base/http/messages.ts';
import { PROVIDER_ID, parseUuid } from '../../base/ids.ts';
import type { AskDeps } from './ask.ts';
import { cancelBatch, decideBatch, getBatch, listBatchDevices, listBatches, releaseBatch } from './batch-follow-up.ts';
import { askBatch, previewBatch } from './batches.ts';
import { decideAction, releaseAction } from './decide.ts';
import { listPending } from './pending.ts';
import { changeSafety, decideSafetyChange, getSafety } from './safety.ts';

const contractor = (params: { readonly contractorId: string }) =>
  parseUuid<'Contractor'>(params.contractorId, 'contractorId');
const action = (params: { readonly actionId: string }) => parseUuid<'Action'>(params.actionId, 'actionId');
const batch = (params: { readonly batchId: string }) => parseUuid<'ActionBatch'>(params.batchId, 'batchId');
const change = (params: { readonly changeId: string }) => parseUuid<'SafetyChange'>(params.changeId, 'changeId');

/** Bulk actions, the second person and the breaker over HTTP. */
export function safetyHandlers(deps: AskDeps): Handlers<typeof safetyRoutes> {
  return {
    previewBatch: ({ params, body }, context) => previewBatch(deps, contractor(params), body, context),
    askBatch: ({ params, body }, context) => askBatch(deps, contractor(params), body, context),
    listBatches: ({ params, query }, context) => listBatches(deps, contractor(params), query, context),
    getBatch: ({ params }, context) => getBatch(deps, contractor(params), batch(params), context),
    listBatchDevices: ({ params, query }, context) =>
      listBatchDevices(deps, contractor(params), batch(params), query, context),
    cancelBatch: ({ params, body }, context) =>
      cancelBatch(deps, contractor(params), batch(params), body.reason, context),
    decideBatch: ({ params, body }, context) => decideBatch(deps, contractor(params), batch(params), body, context),
    releaseBatch: ({ params, body }, context) =>
      releaseBatch(deps, contractor(params), batch(params), body.reason, context),
    decideAction: ({ params, body }, context) => decideAction(deps, contractor(params), action(params), body, context),
    releaseAction: ({ params, body }, context) =>
      releaseAction(deps, contractor(params), action(params), body.reason, context),
    listPending: ({ params, query }, context) => listPending(deps, contractor(params), query, context),
    getSafety: ({ params }, context) => getSafety(deps, contractor(params), context),
    changeSafety: ({ params, body }, context) => changeSafety(deps, contractor(params), body, context),
    decideSafetyChange: ({ params, body }, context) =>
      decideSafetyChange(deps, contractor(params), change(params), body, context),
    getProviderSafety: (_, context) => getSafety(deps, PROVIDER_ID, context),
    changeProviderSafety: ({ body }, context) => changeSafety(deps, PROVIDER_ID, body, context),
    decideProviderSafetyChange: ({ params, body }, context) =>
      decideSafetyChange(deps, PROVIDER_ID, change(params), body, context),
  };
}

export const safetyMessages: Messages = {
  'approval.needs_person': {
    ja: '承認や保留の解除は、サインインした人だけが行えます（API トークンではできません）。',
    en: 'Only a person who has signed in can decide this, not an API token.',
  },
  'approval.own_request': {
    ja: '自分で依頼した操作（または自分が発行したトークンによる操作）は、自分では承認できません。',
    en: 'Nobody decides on their own request, nor on that of a token they made.',
  },
  'approval.not_permitted': {
    ja: 'この承認に必要な権限がありません。',
    en: 'You do not hold the permission that this decision needs.',
  },
  'approval.let_in_by_asker': {
    ja: '依頼した人のアカウントとあなたのアカウントの一方が他方に、または両方が同じ人に、最近招待または再設定されたため、承認できません。別の管理者に依頼してください。',
    en: 'Lately one of the two accounts, yours and that of the one who asked, was let in or reset by the other, or both by the same person. Another administrator must decide.',
  },
  'approval.not_awaited': {
    ja: '承認待ちではありません（現在の状態: {state}）。',
    en: 'Nothing waits for a decision here any more (state: {state}).',
  },
  'hold.not_held': {
    ja: '保留中ではありません（現在の状態: {state}）。',
    en: 'Nothing is held here any more (state: {state}).',
  },
  'batch.not_found': { ja: '一括操作が見つかりません。', en: 'There is no such bulk action.' },
  'batch.already_finished': {
    ja: 'この一括操作はすでに終了しています。',
    en: 'This bulk action has ended already.',
  },
  'bulk.selection_changed': {
    ja: '確認後に対象が変わりました（確認時 {expected} 台、現在 {possible} 台）。もう一度確認してください。',
    en: 'The selection has changed since the preview ({expected} devices then, {possible} now). Look at it again.',
  },
  'bulk.nothing_possible': {
    ja: '選択したデバイスのうち、この操作を実行できるものがありません。',
    en: 'None of the chosen devices can do this.',
  },
  'safety_change.not_found': { ja: '設定の変更が見つかりません。', en: 'There is no such change.' },
};
