import type { Registry } from 'prom-client';
import type { Clock } from '../../../base/clock.ts';
import type { Db, Tx } from '../../../base/db.ts';
import type { ContractorId, Id } from '../../../base/ids.ts';
import type { Log } from '../../../base/log.ts';
import type { PushIdentity } from '../../certificates/index.ts';
import type { ApnsClient } from './apns-client.ts';

export type WakeUpsDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly client: ApnsClient;
  readonly registry: Registry;
  /** `certificates.pushCertificateFor`. */
  readonly pushCertificateFor: (tx: Tx, contractorId: ContractorId, topic: string) => Promise<PushIdentity | undefined>;
};

export interface WakeUps {
  /**
   * Asks in the caller's transaction that an enrollment be woken at `at`. At most one wake-up waits per enrollment: the
   * earliest time wins. A time that has come is acted on within about 50 ms after the commit in this process, within a
   * second by other copies. Begins the back-off anew.
   */
  wantWake(tx: Tx, contractorId: ContractorId, enrollmentId: Id<'Enrollment'>, at: Temporal.Instant): Promise<void>;
  /** A TokenUpdate brought a token: a dead one is forgotten, and what waits is woken at once. */
  tokenUpdated(
    tx: Tx,
    contractorId: ContractorId,
    enrollmentId: Id<'Enrollment'>,
    now: Temporal.Instant,
  ): Promise<void>;
  /** Another push certificate: whatever waited for one is due now. For the port `PushTopicUse.replaced`. */
  pushCertificateReplaced(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<void>;
  /** Looks for due wake-ups now. */
  nudge(): void;
  start(): void;
  /** Takes no more work and waits for what is in flight. */
  stop(): Promise<void>;
}

export function createWakeUps(deps: WakeUpsDeps): WakeUps {
  throw new Error(`being built ${Object.keys(deps).length}`);
}
