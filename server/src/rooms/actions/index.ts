import type { actionRoutes, safetyRoutes } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import type { Handlers } from '../../base/http/context.ts';
import type { Messages } from '../../base/http/messages.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Jobs } from '../../base/jobs.ts';
import type { DeviceId, OpenActions } from '../devices/index.ts';
import type { AskDeps } from './ask.ts';
import { registerBatchJobs } from './batch-job.ts';
import { registerExpiry } from './expiry.ts';
import { endAll, finish, supersedeAll } from './follow-up.ts';
import type { ActionId, ActionOutcome, SupersedeReason } from './model.ts';
import { actionHandlers, actionMessages as ownMessages } from './routes.ts';
import { safetyHandlers, safetyMessages } from './safety-routes.ts';
import { countActions, countOpenByDevice } from './store.ts';

export type * from './model.ts';
export const actionMessages: Messages = { ...ownMessages, ...safetyMessages };

/** `dialects` is looked at whenever an action is asked: a dialect that needs `finish` may be put in after this room was made. */
export type ActionsDeps = AskDeps;

export type ActionCounts = { readonly open: number; readonly failed: number; readonly done: number };

export interface Actions extends OpenActions {
  readonly handlers: Handlers<typeof actionRoutes & typeof safetyRoutes>;
  /**
   * What the device said in the end, recorded once: false, and nothing changed, when the action is final already. An
   * action that expired after the device had fetched it still takes its late answer.
   */
  finish(
    tx: Tx,
    contractorId: ContractorId,
    actionId: ActionId,
    outcome: ActionOutcome,
    now: Temporal.Instant,
  ): Promise<boolean>;
  /**
   * Ends all open actions of a device that enrolls again or leaves; call it before other writes of the same transaction.
   * A removal of management that the device had fetched counts as done when the device leaves, and like an erase when it
   * enrolls anew.
   */
  supersedeAll(
    tx: Tx,
    contractorId: ContractorId,
    deviceId: DeviceId,
    why: SupersedeReason,
    now: Temporal.Instant,
  ): Promise<void>;
  /** Ends all open actions of a contractor, whose service has ended. */
  endAll(tx: Tx, contractorId: ContractorId, why: SupersedeReason, now: Temporal.Instant): Promise<void>;
  /** Open actions, and those that ended since. */
  count(tx: Tx, contractorId: ContractorId, since: Temporal.Instant): Promise<ActionCounts>;
  /** Expiry every minute, and asking the devices of bulk actions. */
  registerJobs(jobs: Jobs): void;
}

/** Remote actions: asking, approving, following, cancelling, secrets, expiry; one by one and for many devices. */
export function createActions(deps: ActionsDeps): Actions {
  return {
    handlers: { ...actionHandlers(deps), ...safetyHandlers(deps) },
    finish: (tx, contractorId, actionId, outcome, now) => finish(deps, tx, contractorId, actionId, outcome, now),
    supersedeAll: (tx, contractorId, deviceId, why, now) => supersedeAll(deps, tx, contractorId, deviceId, why, now),
    endAll: (tx, contractorId, why, now) => endAll(deps, tx, contractorId, why, now),
    count: countActions,
    openByDevice: async (tx, contractorId, deviceIds) => {
      const rows = await countOpenByDevice(tx, contractorId, deviceIds);
      return new Map(rows.map((row) => [row.device_id, row.count]));
    },
    registerJobs: (jobs) => {
      registerExpiry(deps, jobs);
      registerBatchJobs(deps, jobs);
    },
  };
}
