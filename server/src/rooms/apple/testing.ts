import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ActionRequest } from '@tsukasa/api';
import type { PlistDict } from '@tsukasa/apple-mdm';
import { buildName, issueCertificate, spkiOf, toPem } from '@tsukasa/cms';
import { Registry } from 'prom-client';
import { fixedClock, type MovableClock } from '../../base/clock.ts';
import { SERVER_LIMITS } from '../../base/http/app.ts';
import type { RequestContext } from '../../base/http/context.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { createSecrets } from '../../base/secrets.ts';
import { TEST_MASTER_KEY, type TestDatabase } from '../../base/testing.ts';
import { type Actions, type ActionsDeps, createActions } from '../actions/index.ts';
import { recordAudit } from '../audit/index.ts';
import { type Certificates, createCertificates } from '../certificates/index.ts';
import { createEnrollmentDoor, deviceHandlers } from '../devices/index.ts';
import { testEntitlement, testSupport } from '../devices/testing.ts';
import { type Apple, type AppleDeps, createApple } from './index.ts';
import { CERT_HEADER, KEY, TestDevice, TOPIC } from './testing-device.ts';

export * from './testing-device.ts';

/** The room with the rooms it lives among, on a test's database, behind a real `node:http` server. */
export type AppleBench = {
  readonly apple: Apple;
  readonly actions: Actions;
  /** What the room of actions stands on. */
  readonly deps: ActionsDeps;
  readonly certificates: Certificates;
  readonly clock: MovableClock;
  readonly url: string;
  readonly database: TestDatabase;
  /** What the contracts allow; `missing` takes it away. What is sent to devices follows `contract_heads.service_days`. */
  readonly entitlement: ReturnType<typeof testEntitlement>;
  /** Versions of an OS that the catalogue does not have, and why. */
  readonly unsupported: ReturnType<typeof testSupport>['unsupported'];
  newContractor(): Promise<ContractorId>;
  /** The link of a new invitation. */
  invite(contractorId: ContractorId, request?: Partial<InviteRequest>): Promise<string>;
  /** Asks, and where a second person is needed lets one agree. */
  ask(contractorId: ContractorId, deviceId: string, request: ActionRequest): Promise<{ readonly actionId: string }>;
  action(contractorId: ContractorId, actionId: string): Promise<ShownAction>;
  cancel(contractorId: ContractorId, actionId: string): Promise<void>;
  /** A device that has enrolled through an invitation of its own. */
  enroll(contractorId: ContractorId, facts?: DeviceFacts): Promise<TestDevice>;
  events(contractorId: ContractorId): Promise<readonly string[]>;
};
type InviteRequest = { readonly usageMode: 'company-owned' | 'personally-owned'; readonly maxUses: number };
type ShownAction = Awaited<ReturnType<Actions['handlers']['getAction']>>;
export type DeviceFacts = PlistDict;

const context = (contractorId: ContractorId, id = 'u1'): RequestContext => ({
  actor: { kind: 'user', id, name: '管理者' },
  behind: id,
  contractorId,
  requestId: 'r1',
  sourceIp: '127.0.0.1',
  language: 'ja',
  can: () => true,
  require: () => undefined,
  requireFresh: () => undefined,
});

export async function appleBench(
  database: TestDatabase,
  options: { readonly trusted?: boolean; readonly clock?: MovableClock } = {},
): Promise<AppleBench> {
  const { db, query } = database;
  const clock = options.clock ?? fixedClock();
  const secrets = createSecrets(TEST_MASTER_KEY, clock);
  const server = createServer(SERVER_LIMITS, (request, response) => {
    if (
      !door(request, response) &&
      !apple.deviceHandler(request, response) &&
      !certificates.scepHandler(request, response)
    ) {
      response.writeHead(418).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config: AppleDeps['config'] = {
    publicUrl: url,
    trustProxy: options.trusted === false ? [] : ['loopback'],
    clientCertHeader: CERT_HEADER,
    profileSigning: undefined,
    apns: { origin: 'https://127.0.0.1:1', caFile: undefined },
  };
  const contractorName = async (_tx: unknown, contractorId: ContractorId) => {
    const text = 'select name from contractors where contractor_id = $1';
    return (await query<{ name: string }>(text, [contractorId]))[0]?.name;
  };
  const entitlement = testEntitlement();
  const support = testSupport();
  const apple = createApple({
    config,
    db,
    clock,
    log: silentLog,
    secrets,
    registry: new Registry(),
    contractor: async (tx, contractorId) => ({
      name: (await contractorName(tx, contractorId)) ?? '',
      observeEvery: Temporal.Duration.from('PT6H'),
      language: 'ja',
      helpdeskPhone: '03-1234-5678',
    }),
    certificates: () => certificates,
    actions: () => actions,
    entitlement,
    support,
  });
  const door = createEnrollmentDoor({
    db,
    clock,
    log: silentLog,
    publicUrl: url,
    pages: new Map([['apple', apple.page]]),
  });
  const { bindings, revocations, topicUse } = apple;
  const shared = { db, clock, secrets, recordAudit };
  const certificates = createCertificates({
    ...shared,
    log: silentLog,
    contractorName,
    bindings,
    revocations,
    topicUse,
  });
  const channels = new Map([['apple' as const, apple.channel]]);
  const dialects = new Map([['apple' as const, apple.dialect]]);
  const actionsDeps: ActionsDeps = { ...shared, entitlement, dialects, channels };
  const actions = createActions(actionsDeps);
  const devices = deviceHandlers({
    ...shared,
    entitlement,
    support,
    publicUrl: url,
    gates: new Map([['apple', apple.gate]]),
    channels,
    openActions: actions,
    contractorSettings: async () => ({ silentAfter: 'P7D' }),
  });
  database.atEnd(async () => {
    server.closeAllConnections();
    server.close();
    await apple.stop();
  });
  const bench: AppleBench = {
    apple,
    actions,
    deps: actionsDeps,
    certificates,
    clock,
    entitlement,
    unsupported: support.unsupported,
    url,
    database,
    newContractor: async () => {
      const id = newId<'Contractor'>();
      const text =
        "insert into contractors (contractor_id, name, created_at, updated_at) values ($1, '株式会社テスト', now(), now())";
      await query(text, [id]);
      await query(SERVED, [id]);
      await uploadPushCertificate(certificates, id, clock);
      return id;
    },
    invite: async (contractorId, request = {}) => {
      const body = { platform: 'apple', usageMode: 'company-owned', maxUses: 1, ...request } as const;
      const input = { params: { contractorId }, query: undefined, body };
      const invitation = await devices.createInvitation(input, context(contractorId));
      assert.ok(invitation.url);
      return invitation.url;
    },
    ask: async (contractorId, deviceId, body) => {
      const input = { params: { contractorId, deviceId }, query: undefined, body };
      const asked = await actions.handlers.askAction(input, context(contractorId));
      if (asked.approval?.state !== 'awaited') return asked;
      const params = { contractorId, actionId: asked.actionId };
      const approval = { params, query: undefined, body: { decision: 'approve' } } as const;
      return actions.handlers.decideAction(approval, context(contractorId, 'u2'));
    },
    action: (contractorId, actionId) =>
      actions.handlers.getAction(
        { params: { contractorId, actionId }, query: undefined, body: undefined },
        context(contractorId),
      ),
    cancel: async (contractorId, actionId) => {
      const input = { params: { contractorId, actionId }, query: undefined, body: {} };
      await actions.handlers.cancelAction(input, context(contractorId));
    },
    enroll: async (contractorId, facts = {}) => {
      const device = new TestDevice(bench, contractorId, facts);
      await device.install(await bench.invite(contractorId));
      await device.enroll();
      return device;
    },
    events: async (contractorId) => {
      await apple.settle();
      const text = 'select kind from device_events where contractor_id = $1 order by event_id';
      return (await query<{ kind: string }>(text, [contractorId])).map(({ kind }) => kind);
    },
  };
  return bench;
}

/** Why a version is not supported. */
export const UNSUPPORTED = { code: 'os.version', what: 'os', supported: 'iOS 16+' } as const;

/** As the room of contracts leaves it for a contractor whose contract is in force. */
const SERVED = `insert into contract_heads (contractor_id, chain_seq, hash, version, service_days)
  values ($1, 0, '\\x00', 0, '{(,)}')`;

async function uploadPushCertificate(certificates: Certificates, contractorId: ContractorId, clock: MovableClock) {
  const now = clock.now().epochMilliseconds;
  const { der } = issueCertificate({
    issuer: 'self',
    issuerKey: KEY,
    subject: buildName([
      ['UID', TOPIC],
      ['CN', 'APSP:1'],
    ]),
    spki: spkiOf(KEY),
    serial: Buffer.from([2]),
    notBefore: now - 86_400_000,
    notAfter: now + 2000 * 86_400_000,
    extendedKeyUsage: ['clientAuth'],
  });
  const privateKey = KEY.export({ format: 'pem', type: 'pkcs8' }).toString();
  const body = { certificate: toPem('CERTIFICATE', der), privateKey };
  await certificates.handlers.putPushCertificate(
    { params: { contractorId }, query: undefined, body },
    context(contractorId),
  );
}
