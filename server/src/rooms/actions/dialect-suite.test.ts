import { type ActionRequest, type ActionType, actionRoutes, safetyRoutes } from '@tsukasa/api';
import type { ContractorId } from '../../base/ids.ts';
import { markManaged, markUnmanaged } from '../devices/index.ts';
import { checkingAnswers } from '../directory/testing.ts';
import { type ActionId, type ActionOutcome, createActions, type SupersedeReason } from './index.ts';
import { actionsGround, type DialectStage, dialectSuite, type StageDevice } from './testing.ts';
import type { TableOptions } from './testing-table.ts';

const REQUESTS: Partial<Record<ActionType, ActionRequest['params']>> = {
  rename: { name: 'renamed' },
  clear_app_data: { packageNames: ['jp.example.app'] },
  raw: { plist: 'x' },
};
const request = (type: ActionType): ActionRequest => ({ type, params: REQUESTS[type] ?? {}, reason: 'test' });

/** The suite itself is right when a platform as simple as this passes it. */
async function tableStage(options: TableOptions): Promise<DialectStage> {
  const ground = await actionsGround(options);
  const { clock, db, deps } = ground;
  const build = () => {
    const room = createActions(deps);
    return { ...room, handlers: checkingAnswers({ ...actionRoutes, ...safetyRoutes }, room.handlers) };
  };
  let actions = build();
  const ended = async ({ contractorId, deviceId }: StageDevice, why: SupersedeReason) =>
    db.jobsFor(contractorId, async (tx) => {
      await actions.supersedeAll(tx, contractorId, deviceId, why, clock.now());
      if (why === 'unenrolled') await markUnmanaged(tx, contractorId, deviceId, 'removed', clock.now());
      else await markManaged(tx, contractorId, deviceId, clock.now());
    });
  return {
    platform: ground.dialect.platform,
    clock,
    query: ground.query,
    deps,
    get actions() {
      return actions;
    },
    dialect: ground.dialect,
    simple: 'restart',
    afterTaking: options.afterTaking ?? 'too_late',
    request,
    rawWith: (text) => ({ ...request('raw'), params: { plist: text } }),
    newContractor: ground.newContractor,
    newDevice: async (contractorId: ContractorId, { takesSecrets = false } = {}) => {
      const deviceId = await ground.newDevice(contractorId, { osFamily: takesSecrets ? 'macOS' : 'iOS' });
      return { contractorId, deviceId };
    },
    take: ({ deviceId }) => ground.takeNext(deviceId, clock.now()),
    answer: async ({ contractorId }, actionId, how) => {
      await ground.sayEnd(actionId, how, clock.now());
      const outcome: ActionOutcome =
        how === 'failed' ? { state: how, failure: { code: 'device_refused' } } : { state: how };
      await db.jobsFor(contractorId, (tx) =>
        actions.finish(tx, contractorId, actionId as ActionId, outcome, clock.now()),
      );
    },
    leave: (device) => ended(device, 'unenrolled'),
    enrollAgain: (device) => ended(device, 'reenrolled'),
    restart: async () => {
      actions = build();
    },
  };
}

dialectSuite(await tableStage({}));
dialectSuite(await tableStage({ platform: 'android', reportsFetch: false, afterTaking: 'requested' }));
