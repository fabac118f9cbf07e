/** The door of the Windows dialect: enrollment, sessions, and what other rooms ask of it. */
import type { Registry } from 'prom-client';
import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { Config } from '../../base/config.ts';
import type { Db, Tx } from '../../base/db.ts';
import type { DeviceHandler } from '../../base/http/app.ts';
import type { ContractorId } from '../../base/ids.ts';
import { defineJob, type Jobs } from '../../base/jobs.ts';
import type { Log } from '../../base/log.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Actions } from '../actions/index.ts';
import type { Certificates, IdentityBindings, RevocationListener } from '../certificates/index.ts';
import type { DeviceSupport, EnrollmentPage, Entitlement, InvitationGate } from '../devices/index.ts';
import { DmAccounts } from './dm-account.ts';
import { EnrollmentEndpoint } from './enrollment-endpoint.ts';
import { createEnrollmentPage, type PageFacts } from './enrollment-page.ts';
import { tellExpiries } from './expiry.ts';
import { createGate } from './gate.ts';
import { EnrollmentGuard } from './guard.ts';
import { bindings, revocations } from './identity-ports.ts';
import { createSessions } from './sessions.ts';
import { SigninEndpoint } from './signin.ts';
import { forgetTokens, SigninTokens } from './signin-token.ts';

export { windowsMessages } from './messages.ts';
export type { CommandId, EnrollmentId } from './model.ts';

import type { EnqueueCommands, Interpreter } from './model.ts';

export type WindowsDeps = {
  readonly config: Pick<Config, 'publicUrl' | 'trustProxy' | 'clientCertHeader' | 'wns'>;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly registry: Registry;
  /** What a contractor is called and has decided. */
  readonly contractor: (tx: Tx, contractorId: ContractorId) => Promise<PageFacts>;
  /** Asked for when they are needed: those rooms are made with this one's ports. */
  readonly certificates: () => Certificates;
  readonly actions: () => Actions;
  readonly entitlement: Entitlement;
  readonly support: DeviceSupport;
  /** What answers mean. */
  readonly interpreter?: Interpreter;
};

export interface Windows {
  /**
   * Plain node:http handler of `/EnrollmentServer/…`, `/enroll/windows/signin` and `/ManagementServer/…`; false, having
   * touched nothing, for any other path. Asked before the enrollment door, which takes everything below `/enroll/`.
   */
  readonly deviceHandler: DeviceHandler;
  /** For the devices room. */
  readonly gate: InvitationGate;
  readonly page: EnrollmentPage;
  /** For the certificates room. */
  readonly bindings: IdentityBindings;
  readonly revocations: RevocationListener;
  registerJobs(jobs: Jobs): void;
  /** Queues commands for an enrollment. */
  readonly enqueue: EnqueueCommands;
  /** Begins to interpret answers. */
  start(): void;
  /** Takes no more work and waits for what runs; the database must still be there. */
  stop(): Promise<void>;
  /** Everything that is due now, at once and to its end: for tests and demonstrations. */
  settle(): Promise<void>;
}

const watchIdentities = defineJob('windows.watch_identities', Type.Object({}));
/** Until somebody says what answers mean, nothing follows from them. */
const NO_MEANING: Interpreter = {
  finished: async () => undefined,
  reported: async () => undefined,
  unenrolled: async () => undefined,
};

/** Builds the room. */
export function createWindows(deps: WindowsDeps): Windows {
  const { config, db, clock, log, secrets, contractor } = deps;
  const tokens = new SigninTokens(secrets);
  const guard = new EnrollmentGuard(config.trustProxy);
  const enrollment = new EnrollmentEndpoint({
    ...deps,
    guard,
    tokens,
    accounts: new DmAccounts(secrets),
    contractorName: async (tx, contractorId) => (await contractor(tx, contractorId)).name,
  });
  const sessions = createSessions({ ...deps, interpreter: () => deps.interpreter ?? NO_MEANING });
  const signin = new SigninEndpoint({ db, clock, log, guard, tokens, contractor });
  return {
    deviceHandler: (request, response) =>
      sessions.deviceHandler(request, response) ||
      enrollment.handle(request, response) ||
      signin.handle(request, response),
    enqueue: sessions.enqueue,
    start: sessions.start,
    stop: sessions.stop,
    settle: sessions.settle,
    gate: createGate(config.publicUrl),
    page: createEnrollmentPage({ db, publicUrl: config.publicUrl, contractor }),
    bindings,
    revocations,
    registerJobs: (jobs) => {
      jobs.register(watchIdentities, async () => {
        await tellExpiries({ db, clock });
        await db.jobs((tx) => forgetTokens(tx, clock.now()));
      });
      jobs.cron('41 * * * *', watchIdentities);
    },
  };
}
