/** The door of the Windows dialect: enrollment, sessions, and what other rooms ask of it. */

import type { windowsRoutes } from '@tsukasa/api';
import type { Registry } from 'prom-client';
import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { Config } from '../../base/config.ts';
import type { Db, Tx } from '../../base/db.ts';
import type { DeviceHandler } from '../../base/http/app.ts';
import type { Handlers, RecordAudit } from '../../base/http/context.ts';
import { proxyTrust } from '../../base/http/proxies.ts';
import type { ContractorId } from '../../base/ids.ts';
import { defineJob, type Jobs } from '../../base/jobs.ts';
import type { Log } from '../../base/log.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Actions, Dialect } from '../actions/index.ts';
import type { Certificates, IdentityBindings, RevocationListener } from '../certificates/index.ts';
import type { DeviceChannel, DeviceSupport, EnrollmentPage, Entitlement, InvitationGate } from '../devices/index.ts';
import { createChannel } from './channel.ts';
import { createDialect } from './dialect.ts';
import { DmAccounts } from './dm-account.ts';
import { EnrollmentEndpoint } from './enrollment-endpoint.ts';
import { createEnrollmentPage, type PageFacts } from './enrollment-page.ts';
import { EscrowEndpoint } from './escrow.ts';
import { tellExpiries } from './expiry.ts';
import { createGate } from './gate.ts';
import { EnrollmentGuard } from './guard.ts';
import { bindings, revocations } from './identity-ports.ts';
import { Meaning } from './interpret.ts';
import type { EnqueueCommands, Interpreter } from './model.ts';
import { type ObservationSettings, Observer } from './observe.ts';
import { recoveryHandlers } from './recovery-routes.ts';
import { createSessions, type SessionChannel } from './sessions.ts';
import { SigninEndpoint } from './signin.ts';
import { forgetTokens, SigninTokens } from './signin-token.ts';
import { createWakeUps, createWnsClient } from './wake/index.ts';

export { windowsMessages } from './messages.ts';
export type { CommandId, EnrollmentId } from './model.ts';

export type WindowsDeps = {
  readonly config: Pick<Config, 'publicUrl' | 'trustProxy' | 'clientCertHeader' | 'wns'>;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly registry: Registry;
  /** What a contractor is called and has decided. */
  readonly contractor: (tx: Tx, contractorId: ContractorId) => Promise<PageFacts & ObservationSettings>;
  readonly recordAudit: RecordAudit;
  /** Asked for when they are needed: those rooms are made with this one's ports. */
  readonly certificates: () => Certificates;
  readonly actions: () => Actions;
  readonly entitlement: Entitlement;
  readonly support: DeviceSupport;
  /** What answers mean, when a test wants to know it instead of this room. */
  readonly interpreter?: Interpreter;
};

export interface Windows {
  /**
   * Plain node:http handler of `/EnrollmentServer/…`, `/enroll/windows/signin` and `/ManagementServer/…`; false, having
   * touched nothing, for any other path. Asked before the enrollment door, which takes everything below `/enroll/`.
   */
  readonly deviceHandler: DeviceHandler;
  readonly handlers: Handlers<typeof windowsRoutes>;
  /** For the actions room. */
  readonly dialect: Dialect;
  /** For the devices room. */
  readonly channel: DeviceChannel;
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

/** Builds the room. */
export function createWindows(deps: WindowsDeps): Windows {
  const { config, db, clock, log, secrets, contractor } = deps;
  const tokens = new SigninTokens(secrets);
  const guard = new EnrollmentGuard(config.trustProxy);
  const sessions = createSessions({ ...deps, interpreter: () => deps.interpreter ?? meaning });
  const { meaning, observer, wakeUps, escrow } = createMeaning(deps, sessions);
  const enrollment = new EnrollmentEndpoint({
    ...deps,
    guard,
    tokens,
    accounts: new DmAccounts(secrets),
    peer: { clientCertHeader: config.clientCertHeader, trusts: proxyTrust(config.trustProxy) },
    begin: async (tx, key, deviceId, now) => {
      if (deps.interpreter === undefined) await observer.begin(tx, key, deviceId, now);
    },
    contractorName: async (tx, contractorId) => (await contractor(tx, contractorId)).name,
  });
  const signin = new SigninEndpoint({ db, clock, log, guard, tokens, contractor });
  return {
    deviceHandler: (request, response) =>
      sessions.deviceHandler(request, response) ||
      escrow.handle(request, response) ||
      enrollment.handle(request, response) ||
      signin.handle(request, response),
    handlers: recoveryHandlers(deps),
    dialect: createDialect({ enqueueCommands: sessions.enqueue, wakeUps }),
    channel: createChannel({ clock, wakeUps }),
    enqueue: sessions.enqueue,
    start: () => {
      sessions.start();
      wakeUps.start();
      observer.start();
    },
    stop: async () => {
      await Promise.all([observer.stop(), wakeUps.stop()]);
      await sessions.stop();
    },
    settle: async () => {
      await observer.observeDue();
      await observer.endSilent();
      await wakeUps.wakeDue();
      await sessions.settle();
    },
    gate: createGate(config.publicUrl),
    page: createEnrollmentPage({ db, publicUrl: config.publicUrl, contractor }),
    bindings,
    revocations,
    registerJobs: (jobs) => {
      jobs.register(watchIdentities, async () => {
        await tellExpiries({ db, clock, enqueue: sessions.enqueue });
        await db.jobs((tx) => forgetTokens(tx, clock.now()));
      });
      jobs.cron('41 * * * *', watchIdentities);
    },
  };
}

/** The half of the room that knows the nodes: what answers mean, when devices are asked, woken and taken at their word. */
function createMeaning(deps: WindowsDeps, sessions: SessionChannel) {
  const { config, db, clock, log, registry, actions, support } = deps;
  const { identity, origin } = config.wns;
  const client = identity === undefined ? undefined : createWnsClient({ wns: { origin, identity }, clock });
  const wakeUps = createWakeUps({ db, clock, log, registry, client });
  const enqueueCommands = sessions.enqueue;
  const observer = new Observer({ ...deps, wakeUps, enqueueCommands });
  const meaning = new Meaning({ actions, support, wakeUps, observer, enqueueCommands });
  const escrow = new EscrowEndpoint({ ...deps, identify: sessions.identify });
  return { wakeUps, observer, meaning, escrow };
}
