import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { type Problem, type ProviderRole, type Route, type RouteName, routes } from '@tsukasa/api';
import type { Static, TSchema } from 'typebox';
import { fixedClock } from '../../base/clock.ts';
import { readConfig } from '../../base/config.ts';
import { createApp } from '../../base/http/app.ts';
import { createIdempotency } from '../../base/http/idempotency.ts';
import { createMetrics } from '../../base/http/metrics.ts';
import { answerChecker } from '../../base/http/validation.ts';
import { newId } from '../../base/ids.ts';
import { createJobs } from '../../base/jobs.ts';
import { silentLog } from '../../base/log.ts';
import { createSecrets } from '../../base/secrets.ts';
import { TEST_MASTER_KEY, type TestDatabase, testDatabase } from '../../base/testing.ts';
import { compose } from '../../compose.ts';

type Routes = typeof routes;
type Part<R, K extends string> = K extends keyof R ? (R[K] extends TSchema ? Static<R[K]> : undefined) : undefined;
/** By name, so that the compiler reads the one that a call asks for, not the union of all. */
type Answers = {
  readonly [N in RouteName]: Routes[N]['response'] extends TSchema ? Static<Routes[N]['response']> : undefined;
};
export type Call<N extends RouteName> = {
  readonly params?: Part<Routes[N], 'params'>;
  readonly query?: Part<Routes[N], 'query'>;
  readonly body?: Part<Routes[N], 'body'>;
  readonly language?: 'ja' | 'en';
};

/** Somebody with a token at one copy of the server. */
export class Caller {
  readonly #app: ReturnType<typeof createApp>;
  readonly #token: string;

  constructor(app: ReturnType<typeof createApp>, token: string) {
    this.#app = app;
    this.#token = token;
  }

  async send<N extends RouteName>(name: N, call: Call<N> = {}) {
    const route: Route = routes[name];
    const params = new Map(Object.entries(call.params ?? {}));
    const path = route.path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(String(params.get(key))));
    const query = Object.entries(call.query ?? {}).map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`);
    const answer = await this.#app.inject({
      method: route.method,
      url: query.length === 0 ? path : `${path}?${query.join('&')}`,
      headers: { authorization: `Bearer ${this.#token}`, 'accept-language': call.language ?? 'en' },
      ...(call.body === undefined ? {} : { payload: call.body as object }),
    });
    return { status: answer.statusCode, route, answer };
  }

  /** The answer of a call that goes well, checked against its schema. */
  async ok<N extends RouteName>(name: N, call: Call<N> = {}): Promise<Answers[N]> {
    const { status, route, answer } = await this.send(name, call);
    assert.equal(status, route.status, `${name}: ${answer.body}`);
    if (route.response === null || route.contentType !== undefined) return answer.rawPayload as never;
    const body: unknown = answer.json();
    answerChecker(route.response, name)(body);
    return body as Answers[N];
  }

  /** The problem of a call that is refused. */
  async refused<N extends RouteName>(name: N, call: Call<N> = {}): Promise<Problem> {
    const { status, answer } = await this.send(name, call);
    assert.ok(status >= 400 && status < 500, `${name} was not refused: ${status} ${answer.body}`);
    return answer.json<Problem>();
  }
}

/** A copy of the whole server on a database: its rooms as they are really joined, behind the real HTTP application. */
async function copyOn(database: TestDatabase, clock: ReturnType<typeof fixedClock>) {
  const { db } = database;
  const config = readConfig({ TSUKASA_PUBLIC_URL: 'http://localhost:8420' });
  const secrets = createSecrets(TEST_MASTER_KEY, clock);
  const metrics = createMetrics();
  const jobs = createJobs({ db, log: silentLog, concurrency: 1, alone: false });
  const idempotency = createIdempotency({ db, clock, secrets });
  const close = () => Promise.resolve();
  const shared = { config, clock, log: silentLog, db, masterKey: TEST_MASTER_KEY, secrets, jobs, metrics, idempotency };
  const rooms = await compose({ ...shared, close });
  const { publicUrl } = config;
  const app = createApp({ publicUrl, trustProxy: [], log: silentLog, metrics, messages: rooms.messages });
  await rooms.bind(app);
  database.atEnd(() => rooms.stop?.());
  database.atEnd(() => app.close());
  return app;
}

export type Wanted = {
  readonly kind?: 'device-and-app' | 'app-only';
  readonly options?: readonly { readonly subject: string; readonly deviceCount?: number }[];
  readonly arrivedOn?: string;
  readonly acceptedOn?: string;
  readonly startOn?: string;
  readonly billingStartOn?: string;
  /** False leaves the licences to be agreed to. */
  readonly agree?: boolean;
};

/** Two copies of the server on one database and one clock, with the provider's administrator at each. */
export async function contractsGround(start = '2025-04-01T01:00:00Z') {
  const database = await testDatabase();
  const clock = fixedClock(start);
  const first = await copyOn(database, clock);
  const second = await copyOn(database, clock);
  const tokenOf = async (role: ProviderRole) => {
    const secret = randomBytes(32).toString('base64url');
    await database.query(
      `insert into provider_api_tokens (token_id, name, role, secret_hash, created_by, created_at, expires_at)
       values ($1, $2, $2, $3, 'test', $4, $4::timestamptz + interval '100 years')`,
      [newId(), role, createHash('sha256').update(secret).digest(), clock.now().toString()],
    );
    return `tsp_${secret}`;
  };
  const token = await tokenOf('provider_administrator');
  const provider = new Caller(first, token);
  const newContractor = async (name = 'テスト株式会社') =>
    (await provider.ok('createContractor', { body: { name } })).contractorId;
  /** Agrees to everything that the contractor's contracts need. */
  const agree = async (contractorId: string) => {
    const { items } = await provider.ok('listLicences', { params: { contractorId } });
    for (const { document, version, sha256, agreedOn } of items) {
      if (agreedOn !== null) continue;
      await provider.ok('agreeToLicence', { params: { contractorId, document }, body: { version, sha256 } });
    }
  };
  /** Applied for, quoted, accepted and agreed to, each step through the API. */
  const contract = async (contractorId: string, wanted: Wanted = {}) => {
    const today = clock.now().toZonedDateTimeISO('Asia/Tokyo').toPlainDate().toString();
    const { kind = 'device-and-app', options = [], acceptedOn = today, arrivedOn = acceptedOn } = wanted;
    const content = { type: 'service' as const, kind, options: [...options] };
    const application = await provider.ok('createApplicationOnBehalf', {
      params: { contractorId },
      body: { content, arrivedOn },
    });
    const { applicationId, contractId } = application;
    const params = { contractorId, applicationId };
    const lines = application.price
      .filter(({ unitAmount }) => unitAmount === null)
      .map(({ subject, fee }) => ({
        subject,
        fee,
        amount: fee === 'initial' ? 50_000 : 30_000,
        per: 'contract' as const,
      }));
    if (lines.length > 0) await provider.ok('quoteApplication', { params, body: { lines } });
    const { startOn, billingStartOn } = wanted;
    await provider.ok('acceptApplication', {
      params,
      body: {
        acceptedOn,
        ...(startOn === undefined ? {} : { startOn }),
        ...(billingStartOn === undefined ? {} : { billingStartOn }),
      },
    });
    if (wanted.agree !== false) await agree(contractorId);
    return { contractorId, contractId, applicationId };
  };
  /** How many facts a contractor's histories have: for showing that a refusal has changed nothing. */
  const facts = async (contractorId: string) => {
    const [row] = await database.query<{ n: string }>(
      'select count(*) as n from contract_facts where contractor_id = $1',
      [contractorId],
    );
    return Number(row?.n);
  };
  return {
    ...database,
    clock,
    provider,
    second: new Caller(second, token),
    as: async (role: ProviderRole) => new Caller(first, await tokenOf(role)),
    with: (bearer: string) => new Caller(first, bearer),
    newContractor,
    contract,
    agree,
    facts,
  };
}
