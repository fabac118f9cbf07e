import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { createOTP } from '@better-auth/utils/otp';
import {
  accountRoutes,
  auditRoutes,
  type ContractorRole,
  contractorRoutes,
  type ProviderRole,
  type Route,
} from '@tsukasa/api';
import { hashPassword } from 'better-auth/crypto';
import { fixedClock } from '../../../base/clock.ts';
import { type App, createApp } from '../../../base/http/app.ts';
import type { RequestContext } from '../../../base/http/context.ts';
import { createIdempotency } from '../../../base/http/idempotency.ts';
import type { Messages } from '../../../base/http/messages.ts';
import { createMetrics } from '../../../base/http/metrics.ts';
import { type BindOptions, bindRoutes, type Handler, type RouteTable } from '../../../base/http/routes.ts';
import { type ContractorId, newId } from '../../../base/ids.ts';
import { silentLog } from '../../../base/log.ts';
import { createSecrets } from '../../../base/secrets.ts';
import { TEST_MASTER_KEY, testDatabase } from '../../../base/testing.ts';
import { auditHandlers, recordAudit, verifyChain } from '../../audit/index.ts';
import { insertContractor } from '../contractors-store.ts';
import { accountMessages, createAccounts, idempotencyPrincipal } from '../index.ts';
import { tokenText } from '../model.ts';
import { insertUser, putMember, putStaff } from '../people-store.ts';
import { newToken } from '../tokens.ts';
import { insertProviderToken, insertToken } from '../tokens-store.ts';
import { Browser } from './browser.ts';

export const PUBLIC_URL = 'http://localhost:8420';
export const PASSWORD = 'correct horse battery';

/** The rooms accounts and audit on a database of their own, behind the real HTTP application. */
export async function testAccounts() {
  const database = await testDatabase();
  const { db } = database;
  // The library has a clock of its own, the machine's: ours starts there.
  const clock = fixedClock(Temporal.Now.instant().round({ smallestUnit: 'microsecond', roundingMode: 'floor' }));
  const secrets = createSecrets(TEST_MASTER_KEY, clock);
  const deps = {
    db,
    clock,
    secrets,
    log: silentLog,
    recordAudit,
    publicUrl: PUBLIC_URL,
    sessionLifetime: Temporal.Duration.from('PT12H'),
  };
  const accounts = createAccounts(deps);
  const binding: BindOptions<RequestContext> = {
    authorize: accounts.authorize,
    principalOf: idempotencyPrincipal,
    idempotency: createIdempotency({ db, clock, secrets }),
    checkAnswers: true,
  };
  const bareApp = (messages: Messages): App => {
    const metrics = createMetrics();
    const app = createApp({ publicUrl: PUBLIC_URL, trustProxy: [], log: silentLog, metrics, messages });
    after(() => app.close());
    return app;
  };
  const { getDashboard: _, getProviderStatus: __, ...ownContractorRoutes } = contractorRoutes;
  const table = { ...accountRoutes, ...ownContractorRoutes, ...auditRoutes };
  const app = bareApp(accountMessages);
  app.route(accounts.authRoute);
  bindRoutes(app, table, adapt(table, { ...accounts.handlers, ...auditHandlers({ db }) }), binding);
  return { ...database, clock, deps, accounts, app, bareApp, binding, ...makers(deps, app) };
}

/** Handlers as the rooms write them, in the form that `bindRoutes` takes. */
function adapt<T extends RouteTable>(
  table: T,
  handlers: { readonly [K in keyof T]: unknown },
): { readonly [K in keyof T]: Handler<T[K], RequestContext> } {
  const adapted = Object.keys(table).map((name) => {
    const handler = handlers[name] as (input: object, context: RequestContext) => Promise<unknown>;
    const call: Handler<Route, RequestContext> = ({ params, query, body, caller }) =>
      handler({ params, query, body }, caller) as Promise<never>;
    return [name, call] as const;
  });
  return Object.fromEntries(adapted) as unknown as { readonly [K in keyof T]: Handler<T[K], RequestContext> };
}

type Deps = Parameters<typeof createAccounts>[0];

function makers({ db, clock }: Deps, app: App) {
  const passwordHash = hashPassword(PASSWORD);
  const user = async (name: string) => {
    const email = `person-${randomBytes(6).toString('hex')}@example.jp`;
    const userId = await db.unbound(async (tx) =>
      insertUser(tx, { name, email, passwordHash: await passwordHash, now: clock.now() }),
    );
    return { userId, email, name };
  };
  const contractor = async (name = 'Contractor'): Promise<ContractorId> => {
    const contractorId = newId<'Contractor'>();
    await db.asContractor(contractorId, (tx) =>
      insertContractor(tx, { contractorId, name, nameKana: '', now: clock.now() }),
    );
    return contractorId;
  };
  const join = (contractorId: ContractorId, userId: string, role: ContractorRole) =>
    db.asContractor(contractorId, (tx) => putMember(tx, { contractorId, userId, role, now: clock.now() }));
  const staff = async (name = 'Staff') => {
    const made = await user(name);
    await db.asProvider((tx) => putStaff(tx, made.userId, 'provider_administrator', clock.now()));
    return made;
  };
  const member = async (contractorId: ContractorId, role: ContractorRole, name: string = role) => {
    const made = await user(name);
    await join(contractorId, made.userId, role);
    return made;
  };
  const providerToken = async (role: ProviderRole = 'provider_administrator', days = 30) => {
    const { secret, token } = newToken(
      { name: 'p', role, expiresInDays: days },
      { name: 'test', behind: undefined },
      clock.now(),
    );
    await db.asProvider((tx) => insertProviderToken(tx, token));
    return tokenText(undefined, secret);
  };
  const contractorToken = async (contractorId: ContractorId, role: ContractorRole, days = 30) => {
    const { secret, token } = newToken(
      { name: role, role, expiresInDays: days },
      { name: 'test', behind: undefined },
      clock.now(),
    );
    await db.asContractor(contractorId, (tx) => insertToken(tx, contractorId, token));
    return tokenText(contractorId, secret);
  };
  const browser = (bearer?: string) => new Browser(app, PUBLIC_URL, bearer);
  /** A session of `full` assurance, with an authenticator app enrolled on the way; answers its secret as well. */
  const signedIn = async (email: string) => {
    const page = browser();
    await page.ok('POST', '/api/auth/sign-in/email', { email, password: PASSWORD });
    const totp = await enrol(page);
    return { page, totp };
  };
  const chain = async (contractorId: ContractorId) => {
    assert.equal((await verifyChain(db, contractorId)).ok, true);
  };
  return { user, contractor, join, staff, member, providerToken, contractorToken, browser, signedIn, chain };
}

export type Totp = { readonly code: () => Promise<string>; readonly backupCodes: readonly string[] };

/** Sets up an authenticator app in a session that may do so. */
export async function enrol(page: Browser): Promise<Totp> {
  const { totpURI, backupCodes } = (await page.ok('POST', '/api/auth/two-factor/enable', { password: PASSWORD })) as {
    totpURI: string;
    backupCodes: readonly string[];
  };
  const secret = base32(new URL(totpURI).searchParams.get('secret') ?? '');
  const code = () => createOTP(secret).totp();
  await page.ok('POST', '/api/auth/two-factor/verify-totp', { code: await code() });
  return { code, backupCodes };
}

function base32(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text.replaceAll('=', '')]
    .map((char) => alphabet.indexOf(char).toString(2).padStart(5, '0'))
    .join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))).toString('utf8');
}
