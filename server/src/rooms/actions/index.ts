import type { actionRoutes, Platform } from '@tsukasa/api';
import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import type { Handlers, RecordAudit } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Jobs } from '../../base/jobs.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { DeviceId, OpenActions } from '../devices/index.ts';
import type { ActionId, ActionOutcome, Dialect, SupersedeReason } from './model.ts';

export type * from './model.ts';

export type ActionsDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly recordAudit: RecordAudit;
  readonly secrets: Secrets;
  /** Looked at when an action is asked, so a dialect that needs `finish` may be put in after this room was made. */
  readonly dialects: ReadonlyMap<Platform, Dialect>;
};

export interface Actions extends OpenActions {
  readonly handlers: Handlers<typeof actionRoutes>;
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
   * A removal of management that the device had fetched counts as done when the device leaves.
   */
  supersedeAll(
    tx: Tx,
    contractorId: ContractorId,
    deviceId: DeviceId,
    why: SupersedeReason,
    now: Temporal.Instant,
  ): Promise<void>;
  /** Expiry, every minute. */
  registerJobs(jobs: Jobs): void;
}

/** Remote actions: asking, following, cancelling, secrets, expiry. */
export function createActions(_deps: ActionsDeps): Actions {
  throw new Error('being built');
}
