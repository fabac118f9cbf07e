import type { actionRoutes } from '@tsukasa/api';
import type { Handlers } from '../../base/http/context.ts';
import type { Messages } from '../../base/http/messages.ts';
import { parseUuid } from '../../base/ids.ts';
import { type AskDeps, ask } from './ask.ts';
import { assessAll, preview, rawCommands } from './assess.ts';
import { cancelAction, getAction, listActions, readSecret } from './follow-up.ts';

const contractor = (params: { readonly contractorId: string }) =>
  parseUuid<'Contractor'>(params.contractorId, 'contractorId');
const device = (params: { readonly deviceId: string }) => parseUuid<'Device'>(params.deviceId, 'deviceId');
const action = (params: { readonly actionId: string }) => parseUuid<'Action'>(params.actionId, 'actionId');

/** Remote actions over HTTP. */
export function actionHandlers(deps: AskDeps): Handlers<typeof actionRoutes> {
  return {
    assessActions: async ({ params }, context) => ({
      items: await assessAll(deps, contractor(params), device(params), context),
    }),
    previewAction: ({ params, body }, context) => preview(deps, contractor(params), device(params), body, context),
    askAction: ({ params, body }, context) => ask(deps, contractor(params), device(params), body, context),
    listDeviceActions: ({ params, query }, context) =>
      listActions(deps, contractor(params), { ...query, deviceId: device(params) }, context),
    getDeviceAction: ({ params }, context) =>
      getAction(deps, contractor(params), action(params), context, device(params)),
    listActions: ({ params, query }, context) => listActions(deps, contractor(params), query, context),
    getAction: ({ params }, context) => getAction(deps, contractor(params), action(params), context),
    cancelAction: ({ params, body }, context) =>
      cancelAction(deps, contractor(params), action(params), body.reason, context),
    readActionSecret: ({ params }, context) =>
      readSecret(deps, contractor(params), action(params), params.kind, context),
    listRawCommands: async ({ params }) => ({ items: await rawCommands(deps, contractor(params), device(params)) }),
  };
}

export const actionMessages: Messages = {
  'action.not_found': { ja: '操作が見つかりません。', en: 'There is no such action.' },
  'action.reason_missing': { ja: 'この操作には理由の入力が必要です。', en: 'This action needs a reason.' },
  'action.too_many_open': {
    ja: 'このデバイスには実行待ちの操作が {most} 件あります。完了するか取り消すまで追加できません。',
    en: 'This device has {most} open actions; wait for some of them or cancel them first.',
  },
  'action.device_not_managed': {
    ja: 'このデバイスは現在管理されていないため、操作を実行できません。',
    en: 'This device is not managed at present, so no action can reach it.',
  },
  'action.already_fetched': {
    ja: 'デバイスがすでに受け取ったため、取り消せません。',
    en: 'The device has fetched it already, so it cannot be cancelled.',
  },
  'action.cancel_requested': {
    ja: '取り消しはすでに依頼済みです。結果を待っています。',
    en: 'It was asked to be cancelled already; the outcome is awaited.',
  },
  'action.already_finished': {
    ja: 'この操作はすでに終了しています。',
    en: 'This action has ended already.',
  },
  'action_secret.not_found': { ja: 'この操作に PIN はありません。', en: 'This action has no such PIN.' },
  'action_secret.already_read': {
    ja: 'この PIN はすでに表示されました。再表示はできません。',
    en: 'This PIN was shown before and is not shown again.',
  },
};
