/** The door of the Android dialect: Google's project and enterprise, enrollment, notifications, actions. */
import type { androidRoutes } from '@tsukasa/api';
import type { DeviceHandler } from '../../base/http/app.ts';
import type { Handlers } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Jobs } from '../../base/jobs.ts';
import type { Dialect } from '../actions/index.ts';
import type { DeviceChannel, EnrollmentPage, InvitationGate } from '../devices/index.ts';
import { createCallback } from './callback.ts';
import type { AndroidDeps, Parts } from './deps.ts';
import { createDialect } from './dialect.ts';
import { Dispatcher } from './dispatcher.ts';
import { GoogleClient } from './google/client.ts';
import { Google } from './google/index.ts';
import { registerAndroidJobs } from './jobs.ts';
import { lookAfter } from './look-after.ts';
import { createEnrollmentPage } from './page.ts';
import { createChannel, createGate } from './ports.ts';
import { PushService } from './push/index.ts';
import { reconcile, reconcileDue } from './reconcile.ts';
import { androidHandlers } from './routes.ts';
import { MessageWorker } from './worker.ts';

export type { AndroidDeps } from './deps.ts';
export { androidMessages } from './messages.ts';

export interface Android {
  /** Plain node:http handler of `/android/…`; false, having touched nothing, for any other path. */
  readonly deviceHandler: DeviceHandler;
  readonly handlers: Handlers<typeof androidRoutes>;
  /** For the actions room. */
  readonly dialect: Dialect;
  /** For the devices room. */
  readonly channel: DeviceChannel;
  readonly gate: InvitationGate;
  readonly page: EnrollmentPage;
  registerJobs(jobs: Jobs): void;
  /** Begins to send commands and to work on notifications. */
  start(): void;
  /** Takes no more work and waits for what runs; the database must still be there. */
  stop(): Promise<void>;
  /** Everything that is due now, at once and to its end: for tests and demonstrations. `notifications`: what came in only. */
  settle(what?: 'notifications'): Promise<void>;
  /** Compares with Google's list now: one contractor's, or all that are due. */
  reconcile(contractorId?: ContractorId): Promise<void>;
}

/** Builds the room. */
export function createAndroid(deps: AndroidDeps): Android {
  const { config, db, clock } = deps;
  const { amapiOrigin, tokenOrigin } = config.google;
  const google = new Google({ db, clock, client: new GoogleClient({ amapiOrigin, tokenOrigin, clock }) });
  const parts: Parts = { ...deps, google };
  const dispatcher = new Dispatcher(parts);
  const worker = new MessageWorker(parts);
  const push = new PushService(deps, () => worker.nudge());
  const callback = createCallback(parts);
  return {
    deviceHandler: (request, response) => push.handle(request, response) || callback(request, response),
    handlers: androidHandlers(parts),
    dialect: createDialect(parts, () => dispatcher.nudge()),
    channel: createChannel(),
    gate: createGate(parts),
    page: createEnrollmentPage(parts),
    registerJobs: (jobs) => registerAndroidJobs(parts, jobs),
    start: () => {
      dispatcher.start();
      worker.start();
      push.start();
    },
    stop: async () => {
      await Promise.all([dispatcher.stop(), worker.stop()]);
      await push.stop();
    },
    settle: async (what) => {
      await worker.drain();
      if (what === undefined) {
        await dispatcher.drain();
        await lookAfter(parts);
      }
      await worker.drain();
      await push.flush();
    },
    reconcile: (contractorId) => (contractorId === undefined ? reconcileDue(parts) : reconcile(parts, contractorId)),
  };
}
