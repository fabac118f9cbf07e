import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Problem, type Route, type RouteName, routes } from '@tsukasa/api';
import fc from 'fast-check';
import { readConfig } from '../../base/config.ts';
import { createMetrics } from '../../base/http/metrics.ts';
import { answerChecker } from '../../base/http/validation.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { createJobs } from '../../base/jobs.ts';
import { silentLog } from '../../base/log.ts';
import { TEST_MASTER_KEY } from '../../base/testing.ts';
// The whole server, as in the walk over the permissions.
import { compose } from '../../compose.ts';
import { markManaged, registerDevice } from '../devices/index.ts';
import { testSupport } from '../devices/testing.ts';
import { PUBLIC_URL, testAccounts } from './testing/app.ts';
import { type Known, type WildRequest, wildRequests } from './testing/requests.ts';

/**
 * Every route gets requests that are right, nearly right and wrong, made from its own schemas. Whatever comes: no answer
 * is a 5xx, a success fits its schema, a refusal is a problem document, and a refused request has written nothing.
 * The seed is fixed, so that a failure comes again; TSUKASA_FUZZ_SEED and TSUKASA_FUZZ_RUNS look elsewhere, and longer.
 */
const SEED = Number(process.env['TSUKASA_FUZZ_SEED'] ?? 20_261_126);
const RUNS = Number(process.env['TSUKASA_FUZZ_RUNS'] ?? 14);

const t = await testAccounts();
const own = await t.contractor('Own');
const other = await t.contractor('Other');

const rooms = await compose({
  ...t.deps,
  config: readConfig({ TSUKASA_PUBLIC_URL: PUBLIC_URL }),
  masterKey: TEST_MASTER_KEY,
  jobs: createJobs({ db: t.db, log: silentLog, concurrency: 1, alone: false }),
  metrics: createMetrics(),
  idempotency: t.binding.idempotency,
  close: () => Promise.resolve(),
});
after(() => rooms.stop?.());
const app = t.bareApp(rooms.messages);
await rooms.bind(app);

const provider = await t.providerToken();
const administrator = await t.contractorToken(own, 'contractor_administrator');
const CALLERS = [provider, provider, provider, administrator, administrator, administrator, undefined] as const;

type Made = Readonly<Record<string, unknown>>;
const make = (path: string, body: unknown) => send('POST', `/api/v1/contractors/${own}${path}`, body);
const provide = (path: string, body: unknown) => send('POST', `/api/v1/provider/contractors/${own}${path}`, body);

async function send(method: 'GET' | 'POST', url: string, body?: unknown): Promise<Made> {
  const answer = await app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${provider}`, 'content-type': 'application/json' },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  });
  assert.ok(answer.statusCode < 300, answer.body);
  return answer.json();
}

/** A contract in force, which devices need, and the ids that its routes take. */
async function newContract(): Promise<Known> {
  const arrivedOn = t.clock.now().toZonedDateTimeISO('Asia/Tokyo').toPlainDate().toString();
  const options = [{ subject: 'operation-proxy', deviceCount: 40 }];
  const content = { type: 'service', kind: 'device-and-app', options };
  const { applicationId, contractId } = await provide('/applications', { content, arrivedOn });
  const lines = ['initial', 'monthly'].map((fee) => ({ subject: 'service', fee, amount: 1000, per: 'contract' }));
  await provide(`/applications/${applicationId}/quote`, { lines });
  await provide(`/applications/${applicationId}/acceptance`, { billingStartOn: arrivedOn });
  const { items } = (await send('GET', `/api/v1/contractors/${own}/licences`)) as { items: Licence[] };
  for (const { document, version, sha256 } of items) await make(`/licences/${document}/agreement`, { version, sha256 });
  return {
    contractId: [String(contractId)],
    applicationId: [String(applicationId)],
    document: items.map((each) => each.document),
  };
}
type Licence = { readonly document: string; readonly version: string; readonly sha256: string };

/** A device that takes actions: it enrolled, and has been silent ever since. */
async function newDevice(contractorId: ContractorId): Promise<string> {
  const now = t.clock.now();
  const values = { name: 'Device', osFamily: 'iOS', osVersion: '18.5', supervised: true } as const;
  const about = { contractorId, platform: 'apple', hardwareId: newId(), usageMode: 'company-owned', values } as const;
  const deviceId = await t.db.asContractor(contractorId, async (tx) => {
    const taken = await registerDevice(tx, { ...about, now }, testSupport());
    await markManaged(tx, contractorId, taken.deviceId, now);
    return taken.deviceId;
  });
  await t.query(
    `insert into apple_enrollments (contractor_id, enrollment_id, device_id, udid, kind, state, access_rights, topic,
       push_token, push_magic, authenticated_at, enrolled_at)
     values ($1, $2, $3, $4, 'device', 'enrolled', 8191, 'com.apple.mgmt.test', '\\x00', 'magic', $5, $5)`,
    [contractorId, newId(), deviceId, newId(), now.toString()],
  );
  return deviceId;
}

async function knownThings(): Promise<Known> {
  const contract = await newContract();
  const deviceId = await newDevice(own);
  const foreign = await newDevice(other);
  const person = await make('/persons', { name: 'Person' });
  const group = await make('/groups', { name: 'Group' });
  const token = await make('/api-tokens', { name: 'Spare', role: 'auditor', expiresInDays: 1 });
  const action = await make(`/devices/${deviceId}/actions`, { type: 'refresh' });
  const { userId } = await t.member(own, 'helpdesk');
  return {
    ...contract,
    contractorId: [own],
    deviceId: [deviceId, deviceId, foreign],
    personId: [String(person['personId'])],
    groupId: [String(group['groupId'])],
    tokenId: [String((token['apiToken'] as { tokenId: string }).tokenId)],
    actionId: [String(action['actionId'])],
    userId: [userId],
    invitationId: [newId()],
    eventId: [newId()],
    serial: ['00'],
    kind: ['lock_pin'],
  };
}

const known = await knownThings();
/** Suspending the contractor that all others are about would only test that it is suspended. */
const KNOWN_ELSEWHERE: Partial<Record<RouteName, Known>> = { changeContractor: { ...known, contractorId: [other] } };

/** Counts of guesses and of requests: what a refusal may and must write. */
const MAY_CHANGE = ['auth.attempts', 'auth."rateLimit"'];

const tables = (
  await t.query<{ name: string }>(
    `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  )
)
  .map(({ name }) => name)
  .filter((name) => !MAY_CHANGE.includes(name));
const CONTENT = tables
  .map(
    (name) =>
      `select '${name}' as name, count(*) || ':' || coalesce(sum(hashtext(t::text)), 0) as content from ${name} t`,
  )
  .join(' union all ');

async function contentOfDatabase(): Promise<Readonly<Record<string, string>>> {
  const rows = await t.query<{ name: string; content: string }>(CONTENT);
  return Object.fromEntries(rows.map(({ name, content }) => [name, content]));
}

const checkProblem = answerChecker(Problem, 'a refusal');

/** Sends one request and checks what must hold of any. Returns the status. */
async function attack(name: RouteName, request: WildRequest, token: string | undefined): Promise<number> {
  const route: Route = routes[name];
  const { payload, headers, url } = request;
  const answer = await app.inject({
    method: route.method,
    url,
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(payload === undefined ? {} : { payload }),
  });
  const { statusCode, body } = answer;
  const type = String(answer.headers['content-type']);
  assert.ok(statusCode < 500, `${statusCode}: ${body}`);
  if (statusCode >= 400) {
    assert.equal(type, 'application/problem+json; charset=utf-8');
    const problem = answer.json();
    checkProblem(problem);
    assert.equal(problem.status, statusCode);
    assert.match(problem.type, /^urn:tsukasa:problem:[a-z_]+$/);
    return statusCode;
  }
  // `..` in a path leads elsewhere, where the answer has another schema.
  if (/\/\.\.?(\/|\?|$)/.test(url)) return statusCode;
  assert.equal(statusCode, route.status);
  if (route.response !== null && route.contentType === undefined) answerChecker(route.response, name)(answer.json());
  return statusCode;
}

const seen = new Map<number, number>();
let content = await contentOfDatabase();

for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
  test(`${name} stands whatever is sent to it`, async (context) => {
    context.diagnostic(`seed ${SEED}`);
    const requests = wildRequests(route, KNOWN_ELSEWHERE[name] ?? known);
    const property = fc.asyncProperty(requests, fc.constantFrom(...CALLERS), async (request, token) => {
      const status = await attack(name, request, token);
      seen.set(status, (seen.get(status) ?? 0) + 1);
      const now = await contentOfDatabase();
      const before = content;
      content = now;
      if (status >= 400) assert.deepEqual(now, before, `answered ${status}, yet something was written`);
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS });
  });
}

test('the requests were of all kinds', (context) => {
  const counts = [...seen].sort(([a], [b]) => a - b);
  context.diagnostic(counts.map(([status, count]) => `${status}: ${count}`).join(', '));
  for (const status of [200, 201, 400, 401, 404, 413, 415, 422])
    assert.ok(seen.has(status), `none was answered ${status}`);
});
