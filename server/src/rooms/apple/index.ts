/** The door of the Apple dialect: enrollment, check-in, connect, observation, and what other rooms ask of it. */
import { readFileSync } from 'node:fs';
import { parsePemCertificates, parsePrivateKey } from '@tsukasa/cms';
import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Config } from '../../base/config.ts';
import type { Db, Tx } from '../../base/db.ts';
import type { DeviceHandler } from '../../base/http/app.ts';
import { BodyReader } from '../../base/http/bodies.ts';
import { proxyTrust } from '../../base/http/proxies.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Actions, Dialect } from '../actions/index.ts';
import {
  type Certificates,
  Identifier,
  type IdentityBindings,
  IdentityCache,
  type PushTopicUse,
  type RevocationListener,
} from '../certificates/index.ts';
import type { DeviceChannel, DeviceSupport, EnrollmentPage, Entitlement, InvitationGate } from '../devices/index.ts';
import { Ledger } from '../devices/index.ts';
import { AnswerWorker } from './answers.ts';
import { ChannelStore } from './channel-store.ts';
import { CheckIn } from './check-in.ts';
import { commandPurpose } from './command-store.ts';
import { Connect } from './connect.ts';
import { createDialect } from './dialect.ts';
import { DeviceEndpoint } from './endpoint.ts';
import { createEnrollmentPage, type PageFacts } from './enrollment.ts';
import { type AppleMetrics, createAppleMetrics } from './metrics.ts';
import type { Binding } from './model.ts';
import { type ContractorFacts, Observer } from './observe.ts';
import { bindings, createChannel, createGate, createTopicUse, revocations } from './ports.ts';
import { ProfileMaker, type ProfileSigner } from './profile-maker.ts';
import { createApnsClient, createWakeUps, type WakeUps } from './push/index.ts';

export { appleMessages } from './messages.ts';
export type { CommandId, EnrollmentId } from './model.ts';

/** Certificates that are kept in memory; about 1 KB each. Those beyond it cost a look-up and a signature check. */
const CACHED_CERTIFICATES = 100_000;
/** Largest body of a device: answers with application lists reach megabytes (fact sheet 3.2, rule 10). */
const BODY_LIMIT = 16 * 1024 * 1024;
const BODY_BUDGET = 192 * 1024 * 1024;

export type AppleDeps = {
  readonly config: Pick<Config, 'publicUrl' | 'trustProxy' | 'clientCertHeader' | 'profileSigning' | 'apns'>;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly registry: Registry;
  /** What a contractor is called and has decided. */
  readonly contractor: (tx: Tx, contractorId: ContractorId) => Promise<ContractorFacts & PageFacts>;
  /** Asked for when they are needed: those rooms are made with this one's ports. */
  readonly certificates: () => Certificates;
  readonly actions: () => Actions;
  readonly entitlement: Entitlement;
  readonly support: DeviceSupport;
};

export interface Apple {
  /** Plain node:http handler of `/mdm/apple/…`; false, having touched nothing, for any other path. */
  readonly deviceHandler: DeviceHandler;
  /** For the actions room. */
  readonly dialect: Dialect;
  /** For the devices room. */
  readonly channel: DeviceChannel;
  readonly gate: InvitationGate;
  readonly page: EnrollmentPage;
  /** For the certificates room. */
  readonly bindings: IdentityBindings;
  readonly revocations: RevocationListener;
  readonly topicUse: PushTopicUse;
  /** Begins to wake devices, to interpret answers and to observe. */
  start(): void;
  /** Takes no more work and waits for what runs; the database must still be there. */
  stop(): Promise<void>;
  /** Everything that is due now, at once and to its end: for tests and demonstrations. */
  settle(): Promise<void>;
}

/** Builds the room. Throws when the signing certificate cannot be read. */
export function createApple(deps: AppleDeps): Apple {
  const { config, db, clock, log, secrets, registry, certificates, actions, contractor, entitlement, support } = deps;
  const client = createApnsClient({ origin: config.apns.origin, caFile: config.apns.caFile });
  const pushCertificateFor: Certificates['pushCertificateFor'] = (tx, contractorId, topic) =>
    certificates().pushCertificateFor(tx, contractorId, topic);
  const wakeUps = createWakeUps({ db, clock, log, client, registry, pushCertificateFor });
  const profiles = new ProfileMaker({ publicUrl: config.publicUrl, signer: signerOf(config), certificates });
  const observer = new Observer({ db, clock, log, secrets, wakeUps, profiles, contractor });
  const ledger = new Ledger(db, log);
  const channel = deviceChannel(deps, wakeUps, ledger);
  const checkIn = new CheckIn({
    db,
    clock,
    secrets,
    ledger,
    metrics: channel.metrics,
    certificates,
    actions,
    wakeUps,
    observer,
    profiles,
    entitlement,
    support,
  });
  const endpoint = new DeviceEndpoint({ clock, log, ledger, ...channel, checkIn });
  const { answers } = channel;
  return {
    deviceHandler: (request, response) => endpoint.handle(request, response),
    dialect: createDialect({ secrets, wakeUps: () => wakeUps }),
    channel: createChannel(certificates),
    gate: createGate(certificates),
    page: createEnrollmentPage({ db, clock, certificates, profiles, contractor }),
    bindings,
    revocations,
    topicUse: createTopicUse(() => wakeUps),
    start: () => {
      wakeUps.start();
      answers.start();
      observer.start();
    },
    stop: async () => {
      await Promise.all([answers.stop(), observer.stop(), wakeUps.stop()]);
      await client.close();
      await ledger.flush();
    },
    settle: async () => {
      await observer.observeDue();
      await observer.renewDue();
      await answers.drain();
      await ledger.flush();
    },
  };
}

type Channel = {
  readonly metrics: AppleMetrics;
  readonly bodies: BodyReader;
  readonly identifier: Identifier<Binding>;
  readonly connect: Connect;
  readonly answers: AnswerWorker;
};

function deviceChannel(deps: AppleDeps, wakeUps: WakeUps, ledger: Ledger): Channel {
  const { config, db, clock, log, secrets, registry, certificates, actions, support } = deps;
  const bodies = new BodyReader({ limit: BODY_LIMIT, budget: BODY_BUDGET });
  const cache = new IdentityCache<Binding>(CACHED_CERTIFICATES);
  const store: ChannelStore = new ChannelStore({
    pool: db.device,
    clock,
    observeBatch: (kind, size) => metrics.observeBatch(kind, size),
  });
  const gauges = { waiting: () => store.waiting, cached: () => cache.size, receiving: () => bodies.held };
  const metrics = createAppleMetrics(registry, gauges);
  const answers = new AnswerWorker({ db, clock, log, metrics, actions, wakeUps, support });
  const identifier = new Identifier<Binding>({
    cache,
    clientCertHeader: config.clientCertHeader,
    trusts: proxyTrust(config.trustProxy),
    authorities: (contractorId) =>
      db.jobsFor(contractorId, (tx) => certificates().authorityCertificates(tx, contractorId)),
    findBinding: (contractorId, hash) => store.findBinding(contractorId, hash),
  });
  const connect = new Connect({
    clock,
    store,
    ledger,
    metrics,
    open: (contractorId, commandId, sealed) =>
      db.jobsFor(contractorId, (tx) => secrets.openFor(tx, contractorId, commandPurpose(commandId), sealed)),
    answered: () => answers.nudge(),
  });
  return { metrics, bodies, identifier, connect, answers };
}

function signerOf({ profileSigning }: AppleDeps['config']): ProfileSigner | undefined {
  if (profileSigning === undefined) return undefined;
  const [certificate, ...chain] = parsePemCertificates(readFileSync(profileSigning.certFile, 'utf8'));
  if (certificate === undefined) throw new Error(`${profileSigning.certFile} holds no certificate`);
  return { certificate, chain, privateKey: parsePrivateKey(readFileSync(profileSigning.keyFile, 'utf8')) };
}
