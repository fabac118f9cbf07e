import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EnrollmentMethod, Platform } from '@tsukasa/api';
import { Registry } from 'prom-client';
import { fixedClock, type MovableClock } from '../../base/clock.ts';
import { SERVER_LIMITS } from '../../base/http/app.ts';
import type { RequestContext } from '../../base/http/context.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { createSecrets, type Secrets } from '../../base/secrets.ts';
import { TEST_MASTER_KEY, type TestDatabase } from '../../base/testing.ts';
import { type Actions, type ActionsDeps, createActions } from '../actions/index.ts';
import { recordAudit } from '../audit/index.ts';
import { type Certificates, createCertificates } from '../certificates/index.ts';
import { createEnrollmentDoor, deviceHandlers, type InvitationGate } from '../devices/index.ts';
import { testEntitlement, testSupport } from '../devices/testing.ts';
import { createWindows, type Windows, type WindowsDeps } from './index.ts';
import type { Interpreter } from './model.ts';

export * from './testing-pc.ts';

export type Invited = { readonly invitationId: string; readonly code: string; readonly url: string };
export type InviteRequest = {
  readonly usageMode: 'company-owned' | 'personally-owned';
  readonly maxUses: number;
  readonly platform: Platform;
};

/** The room with the rooms it lives among, on a test's database, behind a real `node:http` server. */
export type EnrollmentBench = {
  readonly windows: Windows;
  readonly actions: Actions;
  /** What the room of actions was made of. */
  readonly deps: ActionsDeps;
  readonly certificates: Certificates;
  readonly secrets: Secrets;
  readonly clock: MovableClock;
  readonly url: string;
  readonly database: TestDatabase;
  readonly entitlement: ReturnType<typeof testEntitlement>;
  readonly unsupported: ReturnType<typeof testSupport>['unsupported'];
  newContractor(): Promise<ContractorId>;
  invite(contractorId: ContractorId, request?: Partial<InviteRequest>): Promise<Invited>;
  revokeInvitation(contractorId: ContractorId, invited: Invited): Promise<void>;
  methods(contractorId: ContractorId, invited: Invited): Promise<readonly EnrollmentMethod[]>;
  uses(invited: Invited): Promise<number>;
  events(contractorId: ContractorId): Promise<readonly string[]>;
};

/** Header in which a trusted proxy hands over the certificate. */
export const CERT_HEADER = 'client-cert';

const context = (contractorId: ContractorId): RequestContext => ({
  actor: { kind: 'user', id: 'u1', name: '管理者' },
  behind: 'u1',
  contractorId,
  requestId: 'r1',
  sourceIp: '127.0.0.1',
  language: 'ja',
  can: () => true,
  require: () => undefined,
  requireFresh: () => undefined,
});

/** Everything ends with the test file. */
export async function enrollmentBench(
  database: TestDatabase,
  options: {
    readonly interpreter?: Interpreter;
    readonly trusted?: boolean;
    /** Of a bench before this one on the same database, as after a restart. */
    readonly clock?: MovableClock;
    readonly wns?: WindowsDeps['config']['wns'];
  } = {},
): Promise<EnrollmentBench> {
  const { db, query } = database;
  const clock = options.clock ?? fixedClock();
  const secrets = createSecrets(TEST_MASTER_KEY, clock);
  const server = createServer(SERVER_LIMITS, (request, response) => {
    if (!windows.deviceHandler(request, response) && !door(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nameOf = async (contractorId: ContractorId) => {
    const text = 'select name from contractors where contractor_id = $1';
    return (await query<{ name: string }>(text, [contractorId]))[0]?.name;
  };
  const entitlement = testEntitlement();
  const support = testSupport();
  const windows = createWindows({
    config: {
      publicUrl: url,
      trustProxy: options.trusted === true ? ['loopback'] : [],
      clientCertHeader: CERT_HEADER,
      wns: options.wns ?? { origin: 'https://127.0.0.1:1', identity: undefined },
    },
    db,
    clock,
    log: silentLog,
    secrets,
    contractor: async (_tx, contractorId) => ({
      name: (await nameOf(contractorId)) ?? '',
      language: 'ja',
      helpdeskPhone: '03-1234-5678',
      observeEvery: Temporal.Duration.from('PT6H'),
    }),
    certificates: () => certificates,
    actions: () => actions,
    entitlement,
    support,
    registry: new Registry(),
    recordAudit,
    ...(options.interpreter === undefined ? {} : { interpreter: options.interpreter }),
  });
  const pages = new Map<Platform, Windows['page']>([['windows', windows.page]]);
  const door = createEnrollmentDoor({ db, clock, log: silentLog, publicUrl: url, pages });
  const shared = { db, clock, secrets, recordAudit };
  const certificates = createCertificates({
    ...shared,
    log: silentLog,
    contractorName: (_tx, contractorId) => nameOf(contractorId),
    bindings: windows.bindings,
    revocations: windows.revocations,
    topicUse: { count: async () => 0, replaced: async () => undefined },
  });
  const channels = new Map([['windows' as const, windows.channel]]);
  const deps: ActionsDeps = { ...shared, entitlement, channels, dialects: new Map([['windows', windows.dialect]]) };
  const actions = createActions(deps);
  const gates = new Map<Platform, InvitationGate>([
    ['windows', windows.gate],
    ['apple', { ...windows.gate, check: async () => undefined }],
  ]);
  const devices = deviceHandlers({
    ...shared,
    entitlement,
    support,
    publicUrl: url,
    gates,
    channels: new Map(),
    openActions: actions,
    contractorSettings: async () => ({ silentAfter: 'P7D' }),
  });
  database.atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    windows,
    actions,
    deps,
    certificates,
    secrets,
    clock,
    url,
    database,
    entitlement,
    unsupported: support.unsupported,
    newContractor: async () => {
      const id = newId<'Contractor'>();
      const text =
        "insert into contractors (contractor_id, name, created_at, updated_at) values ($1, '株式会社 <テスト> & Co', now(), now())";
      await query(text, [id]);
      return id;
    },
    invite: async (contractorId, request = {}) => {
      const body = { platform: 'windows', usageMode: 'company-owned', maxUses: 1, ...request } as const;
      const input = { params: { contractorId }, query: undefined, body };
      const { url: link, invitationId } = await devices.createInvitation(input, context(contractorId));
      assert.ok(link);
      return { invitationId, url: link, code: link.slice(link.lastIndexOf('/') + 1) };
    },
    revokeInvitation: async (contractorId, { invitationId }) => {
      const input = { params: { contractorId, invitationId }, query: undefined, body: undefined };
      await devices.revokeInvitation(input, context(contractorId));
    },
    methods: async (contractorId, { invitationId }) => {
      const input = { params: { contractorId, invitationId }, query: undefined, body: undefined };
      return (await devices.listEnrollmentMethods(input, context(contractorId))).items;
    },
    uses: async ({ invitationId }) => {
      const text = 'select uses from enrollment_invitations where invitation_id = $1';
      return (await query<{ uses: number }>(text, [invitationId]))[0]?.uses ?? -1;
    },
    events: async (contractorId) => {
      const text = 'select kind from device_events where contractor_id = $1 order by event_id';
      return (await query<{ kind: string }>(text, [contractorId])).map(({ kind }) => kind);
    },
  };
}
