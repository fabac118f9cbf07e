import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Config } from '../../base/config.ts';
import type { Db } from '../../base/db.ts';
import { tables } from '../../base/db.ts';
import type { DeviceHandler } from '../../base/http/app.ts';
import { BodyReader } from '../../base/http/bodies.ts';
import { proxyTrust } from '../../base/http/proxies.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Actions } from '../actions/index.ts';
import { type Certificates, Identifier, IdentityCache } from '../certificates/index.ts';
import { type DeviceId, Ledger } from '../devices/index.ts';
import { AnswerWorker } from './answers.ts';
import { type Binding, ChannelStore } from './channel-store.ts';
import { commandPurpose, commandQueue } from './command-store.ts';
import { md5Purpose } from './dm-account.ts';
import type { WindowsEnrollmentTables } from './enrollment-tables.ts';
import type { EnqueueCommands, EnrollmentId, Interpreter } from './model.ts';
import { type DigestFacts, Sessions } from './session.ts';
import { BODIES, managementPath, SessionEndpoint } from './session-endpoint.ts';
import { createSessionMetrics, type SessionMetrics } from './session-metrics.ts';

/** Certificates that are kept in memory; about 1 KB each. Those beyond it cost a look-up and a signature check. */
const CACHED_CERTIFICATES = 100_000;
/** Some texts call the header of a signed message otherwise (fact sheet 4.8). */
const SIGNATURE_HEADERS = ['mdm-signature', 'ms-signature'];

export type SessionsDeps = {
  readonly config: Pick<Config, 'publicUrl' | 'trustProxy' | 'clientCertHeader'>;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly registry: Registry;
  readonly certificates: () => Certificates;
  readonly actions: () => Actions;
  /** What answers mean; asked for when there is one. */
  readonly interpreter: () => Interpreter;
};

/** The half of the room that speaks OMA DM. */
export interface SessionChannel {
  /** Plain node:http handler of `/ManagementServer/{contractorId}/MDM.svc`; false for any other path. */
  readonly deviceHandler: DeviceHandler;
  readonly enqueue: EnqueueCommands;
  /** Whose certificate a request came with, by connection or signature. Throws `IdentityRefusal`. */
  readonly identify: Identifier<Binding>['identify'];
  /** Begins to interpret answers and to give up commands. */
  start(): void;
  stop(): Promise<void>;
  /** Everything that is due now, at once and to its end: for tests and demonstrations. */
  settle(): Promise<void>;
}

/** Builds the half of the room that speaks OMA DM. */
export function createSessions(deps: SessionsDeps): SessionChannel {
  const { config, db, clock, log, secrets, registry, certificates } = deps;
  const bodies = new BodyReader(BODIES);
  const cache = new IdentityCache<Binding>(CACHED_CERTIFICATES);
  const ledger = new Ledger(db, log);
  const store: ChannelStore = new ChannelStore({
    pool: db.device,
    clock,
    observeBatch: (size) => metrics.observeBatch(size),
  });
  const gauges = { waiting: () => store.waiting, cached: () => cache.size, receiving: () => bodies.held };
  const metrics: SessionMetrics = createSessionMetrics(registry, gauges);
  const identifier = new Identifier<Binding>({
    cache,
    signatureHeaders: SIGNATURE_HEADERS,
    clientCertHeader: config.clientCertHeader,
    trusts: proxyTrust(config.trustProxy),
    authorities: (contractorId) =>
      db.jobsFor(contractorId, (tx) => certificates().authorityCertificates(tx, contractorId)),
    findBinding: (contractorId, hash) => store.findBinding(contractorId, hash),
  });
  const answers = new AnswerWorker({ ...deps, metrics });
  const sessions = new Sessions({
    clock,
    log,
    store,
    identifier,
    ledger,
    metrics,
    digestFacts: (contractorId, devId) => digestFacts(deps, contractorId, devId),
    open: (contractorId, commandId, sealed) =>
      db.jobsFor(contractorId, (tx) => secrets.openFor(tx, contractorId, commandPurpose(commandId), sealed)),
    decoyKey: secrets.derive('windows.decoy-nonces'),
    serverUri: (contractorId) => `${config.publicUrl}${managementPath(contractorId)}`,
    answered: () => answers.nudge(),
    isBehind: () => answers.isBehind,
  });
  const endpoint = new SessionEndpoint({ log, metrics, bodies, sessions });
  return {
    deviceHandler: (request, response) => endpoint.handle(request, response),
    enqueue: commandQueue(secrets),
    identify: (request, body, contractorId) => identifier.identify(request, body, contractorId),
    start: () => answers.start(),
    stop: async () => {
      await answers.stop();
      await ledger.flush();
    },
    settle: async () => {
      await answers.drain();
      await ledger.flush();
    },
  };
}

async function digestFacts(
  { db, secrets }: SessionsDeps,
  contractorId: ContractorId,
  devId: string,
): Promise<DigestFacts | undefined> {
  return db.jobsFor(contractorId, async (tx) => {
    const row = await tables<WindowsEnrollmentTables>(tx)
      .selectFrom('windows_enrollments')
      .select(['enrollment_id', 'device_id', 'sealed_md5', 'md5_nonce'])
      .where('contractor_id', '=', contractorId)
      .where('dev_id', '=', devId)
      .where('state', '<>', 'gone')
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const purpose = md5Purpose(row.enrollment_id as EnrollmentId);
    const hash = await secrets.openFor(tx, contractorId, purpose, row.sealed_md5);
    return { deviceId: row.device_id as DeviceId, hash, nonce: row.md5_nonce };
  });
}
