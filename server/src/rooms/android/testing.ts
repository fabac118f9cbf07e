import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { type ActionRequest, androidRoutes, type EnrollmentInvitationRequest } from '@tsukasa/api';
import {
  AndroidManagementControl,
  type EnrollChoice,
  FakeAndroidManagement,
  type ServiceAccountKey,
  type SimulatedDevice,
} from '@tsukasa/fakes';
import { fixedClock, type MovableClock } from '../../base/clock.ts';
import { SERVER_LIMITS } from '../../base/http/app.ts';
import type { RequestContext } from '../../base/http/context.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { createSecrets } from '../../base/secrets.ts';
import { TEST_MASTER_KEY, type TestDatabase } from '../../base/testing.ts';
import { type Actions, type ActionsDeps, createActions } from '../actions/index.ts';
import { recordAudit } from '../audit/index.ts';
import { createEnrollmentDoor, type DeviceId, deviceHandlers } from '../devices/index.ts';
import { testEntitlement, testSupport } from '../devices/testing.ts';
import { checkingAnswers, requestBy } from '../directory/testing.ts';
import { type Android, type AndroidDeps, createAndroid } from './index.ts';

export const PUBLIC_URL = 'https://mdm.example.jp';
export const PROJECT_ID = 'tsukasa-test';
export const TOPIC = `projects/${PROJECT_ID}/topics/android`;
export const SENDER = `push@${PROJECT_ID}.iam.gserviceaccount.com`;

/** What each test room is built anew over: the process may die, the cloud and the database stay. */
type Ground = {
  readonly standIn: FakeAndroidManagement;
  readonly control: AndroidManagementControl;
  readonly key: ServiceAccountKey;
  /** Where the server under test listens; what answers there changes with a restart. */
  readonly url: string;
  handler: (request: IncomingMessage, response: ServerResponse) => void;
};

/** The room with the rooms it lives among, on a test's database and a stand-in of Google, over real HTTP on both sides. */
export type AndroidBench = {
  readonly android: Android;
  readonly actions: Actions;
  readonly deps: ActionsDeps;
  readonly handlers: Android['handlers'];
  readonly clock: MovableClock;
  readonly ground: Ground;
  readonly control: AndroidManagementControl;
  readonly url: string;
  readonly database: TestDatabase;
  readonly entitlement: ReturnType<typeof testEntitlement>;
  readonly devices: ReturnType<typeof deviceHandlers>;
  admin(contractorId: ContractorId): RequestContext;
  /** A contractor with nothing. */
  emptyContractor(): Promise<ContractorId>;
  /** A contractor with an enterprise, through the installation's project. */
  newContractor(): Promise<ContractorId>;
  /** Goes through the sign-up as an administrator does, and comes back with the browser. */
  bind(contractorId: ContractorId): Promise<Response>;
  /** Opens an address of the server under test, whatever host it names. */
  visit(address: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  invite(
    contractorId: ContractorId,
    request?: Partial<EnrollmentInvitationRequest>,
  ): Promise<{ readonly invitationId: string; readonly url: string }>;
  /** A device that has enrolled through an invitation and reported. */
  enroll(
    contractorId: ContractorId,
    request?: Partial<EnrollmentInvitationRequest>,
    choice?: Partial<EnrollChoice>,
  ): Promise<BenchDevice>;
  /** A device of the stand-in comes in with the content of an invitation's link. */
  scan(url: string, choice?: Partial<EnrollChoice>): Promise<SimulatedDevice>;
  /** Everything that is on its way arrives, on both sides. */
  settle(what?: 'notifications'): Promise<void>;
  ask(device: BenchDevice, request: ActionRequest): Promise<string>;
  action(contractorId: ContractorId, actionId: string): Promise<ShownAction>;
  deviceIdOf(name: string): Promise<DeviceId>;
  device(contractorId: ContractorId, deviceId: DeviceId): Promise<ShownDevice>;
  events(contractorId: ContractorId): Promise<readonly string[]>;
};
export type BenchDevice = {
  readonly contractorId: ContractorId;
  readonly deviceId: DeviceId;
  readonly name: string;
};
type ShownAction = Awaited<ReturnType<Actions['handlers']['getAction']>>;
type ShownDevice = Awaited<ReturnType<ReturnType<typeof deviceHandlers>['getDevice']>>;

/** The stand-in, a project with a topic and a push subscription, and the port of the server under test. */
async function makeGround(clock: MovableClock): Promise<Ground> {
  const standIn = await FakeAndroidManagement.start({ now: () => clock.now().epochMilliseconds });
  const control = new AndroidManagementControl(standIn.origin);
  const key = await control.createProject(PROJECT_ID, { requestsPerMinute: 100_000, deviceQuota: 10_000 });
  const server = createServer(SERVER_LIMITS, (request, response) => ground.handler(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await control.createTopic(TOPIC);
  await control.subscribe({
    topic: TOPIC,
    pushEndpoint: `${url}/android/pubsub/installation`,
    audience: `${PUBLIC_URL}/android/pubsub/installation`,
    serviceAccountEmail: SENDER,
  });
  const ground: Ground = { standIn, control, key, url, handler: (_, response) => response.writeHead(503).end() };
  after(async () => {
    const violations = await control.violations();
    server.closeAllConnections();
    server.close();
    await standIn.close();
    assert.deepEqual(
      violations.map(({ path, violations: wrong }) => ({ path, wrong })),
      [],
      'every request is one that Google would take',
    );
  });
  return ground;
}

export async function androidBench(
  database: TestDatabase,
  options: { readonly over?: AndroidBench } = {},
): Promise<AndroidBench> {
  const { db, query } = database;
  const { over } = options;
  const start = Temporal.Now.instant().round({ smallestUnit: 'second', roundingMode: 'floor' });
  const clock = over?.clock ?? fixedClock(start);
  const ground = over?.ground ?? (await makeGround(clock));
  const { control, standIn } = ground;
  const secrets = createSecrets(TEST_MASTER_KEY, clock);
  const entitlement = testEntitlement();
  const support = testSupport();
  const config: AndroidDeps['config'] = {
    publicUrl: PUBLIC_URL,
    google: { amapiOrigin: standIn.origin, tokenOrigin: standIn.origin, certsOrigin: standIn.origin },
  };
  const shared = { db, clock, secrets, recordAudit };
  const android = createAndroid({
    ...shared,
    config,
    log: silentLog,
    contractor: async (_tx, contractorId) => {
      const text = 'select name from contractors where contractor_id = $1';
      const [row] = await query<{ name: string }>(text, [contractorId]);
      return { name: row?.name ?? '', language: 'ja', helpdeskPhone: '03-1234-5678' };
    },
    actions: () => actions,
    entitlement,
    support,
  });
  const channels = new Map([['android' as const, android.channel]]);
  const deps: ActionsDeps = { ...shared, entitlement, channels, dialects: new Map([['android', android.dialect]]) };
  const actions = createActions(deps);
  const devices = deviceHandlers({
    ...shared,
    entitlement,
    support,
    publicUrl: PUBLIC_URL,
    gates: new Map([['android', android.gate]]),
    channels: new Map([['android', android.channel]]),
    openActions: actions,
    contractorSettings: async () => ({ silentAfter: 'P7D' }),
  });
  const pages = new Map([['android', android.page] as const]);
  const door = createEnrollmentDoor({ db, clock, log: silentLog, publicUrl: PUBLIC_URL, pages });
  ground.handler = (request, response) => {
    if (!door(request, response) && !android.deviceHandler(request, response)) response.writeHead(418).end();
  };
  database.atEnd(() => android.stop());
  const admin = (contractorId: ContractorId) => requestBy('contractor_administrator', contractorId);
  const handlers = checkingAnswers(androidRoutes, android.handlers);
  const none = { query: undefined, body: undefined } as const;
  const bench: AndroidBench = {
    android,
    actions,
    deps,
    handlers,
    clock,
    ground,
    control,
    url: ground.url,
    database,
    entitlement,
    devices,
    admin,
    emptyContractor: async () => {
      const id = newId<'Contractor'>();
      const text =
        "insert into contractors (contractor_id, name, created_at, updated_at) values ($1, '株式会社テスト', now(), now())";
      await query(text, [id]);
      return id;
    },
    newContractor: async () => {
      const contractorId = await bench.emptyContractor();
      if ((await query('select 1 from google_installation_project')).length === 0) {
        const body = {
          serviceAccountKey: JSON.stringify(ground.key),
          pubsubTopic: TOPIC,
          pushServiceAccount: SENDER,
          requestsPerMinute: 100_000,
        };
        await handlers.putProviderGoogleProject({ params: undefined, query: undefined, body }, admin(contractorId));
      }
      const page = await bench.bind(contractorId);
      assert.equal(page.status, 200, await page.text());
      return contractorId;
    },
    bind: async (contractorId) => {
      const input = { params: { contractorId }, query: undefined, body: {} };
      const { signup } = await handlers.startAndroidSignup(input, admin(contractorId));
      assert.ok(signup);
      return bench.visit(await control.completeSignup(signup.url));
    },
    visit: (address, headers = {}) => {
      const { pathname, search } = new URL(address, ground.url);
      return fetch(`${ground.url}${pathname}${search}`, { headers });
    },
    invite: async (contractorId, request = {}) => {
      const body = { platform: 'android', usageMode: 'company-owned', maxUses: 1, ...request } as const;
      const input = { params: { contractorId }, query: undefined, body };
      const { invitationId, url } = await devices.createInvitation(input, admin(contractorId));
      assert.ok(url);
      return { invitationId, url };
    },
    scan: async (url, choice = {}) => {
      const response = await bench.visit(url);
      const content = await response.text();
      assert.equal(response.status, 200, content);
      const shown = content.startsWith('{') ? { qrCode: content } : { link: content.trim() };
      return control.enroll({ ...shown, ...choice });
    },
    enroll: async (contractorId, request = {}, choice = {}) => {
      const { url } = await bench.invite(contractorId, request);
      const { name } = await bench.scan(url, { seed: newId(), ...choice });
      await bench.settle('notifications');
      return { contractorId, name, deviceId: await bench.deviceIdOf(name) };
    },
    settle: async (what) => {
      for (let round = 0; round < 3; round += 1) {
        await control.settle();
        await android.settle(what);
      }
    },
    ask: async ({ contractorId, deviceId }, body) => {
      const input = { params: { contractorId, deviceId }, query: undefined, body };
      const { actionId, approval } = await actions.handlers.askAction(input, admin(contractorId));
      if (approval?.state === 'awaited') {
        const second = requestBy('contractor_administrator', contractorId, { id: 'second' });
        const about = { params: { contractorId, actionId }, query: undefined, body: { decision: 'approve' } } as const;
        await actions.handlers.decideAction(about, second);
      }
      return actionId;
    },
    action: (contractorId, actionId) =>
      actions.handlers.getAction({ ...none, params: { contractorId, actionId } }, admin(contractorId)),
    deviceIdOf: async (name) => {
      const text = 'select device_id from android_devices where device_name = $1';
      const [row] = await query<{ device_id: DeviceId }>(text, [name]);
      assert.ok(row, `${name} is not known`);
      return row.device_id;
    },
    device: (contractorId, deviceId) =>
      devices.getDevice({ ...none, params: { contractorId, deviceId } }, admin(contractorId)),
    events: async (contractorId) => {
      const text = 'select kind from device_events where contractor_id = $1 order by event_id';
      return (await query<{ kind: string }>(text, [contractorId])).map(({ kind }) => kind);
    },
  };
  return bench;
}
