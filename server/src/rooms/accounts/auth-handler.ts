import { createHash } from 'node:crypto';
import type { Problem } from '@tsukasa/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, unreachable } from '../../base/errors.ts';
import { languageOf, TITLES, word } from '../../base/http/messages.ts';
import { PROBLEM_TYPE } from '../../base/http/problem.ts';
import { type Allowance, countGuess, forgetGuesses } from './attempts.ts';
import { AUTH_PATH, type Auth, SOURCE_IP_HEADER } from './auth.ts';
import type { AccountsDeps } from './deps.ts';
import { accountMessages } from './messages.ts';
import { isFresh, normaliseEmail, type Person } from './model.ts';
import { reauthenticationRequired, secondFactorRequired, unauthenticated } from './refusals.ts';
import {
  endSession,
  endUnprovenSessions,
  findSession,
  forgetSecondFactors,
  markReauthenticated,
  markSecondFactor,
  markSignedIn,
} from './sessions-store.ts';
import type { Author, Fact } from './trail.ts';
import { recordOfPerson } from './trail.ts';

/**
 * What the session must have proven before better-auth sees the request. `no_session`: the second step of a sign-in, never
 * a guess from inside a session. `enrolment`: a full session, freshly re-authenticated, or one of a person that has no
 * second factor at all yet; so a stolen password cannot add a factor of the thief's own.
 */
type Needs = 'nothing' | 'no_session' | 'enrolment' | 'enrolment_step' | 'full' | 'fresh';
type Rule = {
  readonly method: 'GET' | 'POST';
  readonly needs: Needs;
  /** What of the body is passed on; the rest (trust this device, keep me signed in, …) is dropped. */
  readonly fields?: readonly string[];
  readonly also?: Readonly<Record<string, unknown>>;
};

const AUTHENTICATION_OPTIONS = '/passkey/generate-authenticate-options';
const PASSKEY_PROOF = '/passkey/verify-authentication';

/** Everything of better-auth that is reachable. What is not listed does not exist. */
const RULES: Readonly<Record<string, Rule>> = {
  '/sign-in/email': { method: 'POST', needs: 'nothing', fields: ['email', 'password'] },
  '/sign-out': { method: 'POST', needs: 'nothing' },
  '/revoke-other-sessions': { method: 'POST', needs: 'full' },
  '/change-password': {
    method: 'POST',
    needs: 'fresh',
    fields: ['currentPassword', 'newPassword'],
    also: { revokeOtherSessions: true },
  },
  '/two-factor/enable': { method: 'POST', needs: 'enrolment', fields: ['password'] },
  '/two-factor/verify-totp': { method: 'POST', needs: 'enrolment_step', fields: ['code'] },
  '/two-factor/verify-backup-code': { method: 'POST', needs: 'no_session', fields: ['code'] },
  '/two-factor/generate-backup-codes': { method: 'POST', needs: 'fresh', fields: ['password'] },
  '/two-factor/disable': { method: 'POST', needs: 'fresh', fields: ['password'] },
  [AUTHENTICATION_OPTIONS]: { method: 'GET', needs: 'nothing' },
  [PASSKEY_PROOF]: { method: 'POST', needs: 'nothing', fields: ['response'] },
  '/passkey/generate-register-options': { method: 'GET', needs: 'enrolment' },
  '/passkey/verify-registration': { method: 'POST', needs: 'enrolment', fields: ['response', 'name'] },
  '/passkey/list-user-passkeys': { method: 'GET', needs: 'full' },
  '/passkey/delete-passkey': { method: 'POST', needs: 'fresh', fields: ['id'] },
};

/** Per account and quarter of an hour, from wherever. Signing in by passkey stays possible meanwhile. */
const SIGN_IN: Allowance = { limit: 50, minutes: 15 };

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** The handler of `GET` and `POST` on `/api/auth/*`. */
export function createAuthHandler(deps: AccountsDeps, auth: Auth): Handler {
  return async (request, reply) => {
    const url = new URL(request.url, deps.publicUrl);
    const path = url.pathname.slice(AUTH_PATH.length);
    const rule = Object.hasOwn(RULES, path) ? RULES[path] : undefined;
    if (!rule || rule.method !== request.method) {
      throw new DomainError('not_found', 'there is nothing at this address');
    }
    requireOwnOrigin(request, deps.publicUrl);
    const before = await currentPerson(deps, auth, request);
    check(deps, rule.needs, before);
    const body = bodyOf(rule, request.body);
    const guess = path === '/sign-in/email' ? guessKey(body) : undefined;
    if (guess !== undefined) await countGuess(deps.db, guess, SIGN_IN, deps.clock.now());
    const answer = await auth.handle(forward(request, url, body, deps.publicUrl));
    if (answer.ok && path === PASSKEY_PROOF && before?.assurance === 'full') {
      await proveAgain(deps, auth, before, answer, request);
      return reply.code(200).send({});
    }
    if (answer.ok) {
      if (guess !== undefined) await forgetGuesses(deps.db, guess);
      await settle(deps, auth, path, before, answer, request);
    }
    if (answer.status >= 400) return refuse(answer, request, reply, deps.log);
    return pass(answer, reply, path === AUTHENTICATION_OPTIONS);
  };
}

async function currentPerson(deps: AccountsDeps, auth: Auth, request: FastifyRequest): Promise<Person | undefined> {
  const token = await auth.sessionToken(request.headers.cookie);
  return token === undefined ? undefined : personOf(deps, token);
}

function personOf(deps: AccountsDeps, token: string): Promise<Person | undefined> {
  const now = deps.clock.now();
  return deps.db.unbound((tx) => findSession(tx, token, now, now.subtract(deps.sessionLifetime)));
}

function check(deps: AccountsDeps, needs: Needs, person: Person | undefined): void {
  switch (needs) {
    case 'nothing':
      break;
    case 'no_session':
      if (person) throw sessionExists();
      break;
    case 'enrolment_step':
      // Without a session this is the second step of a sign-in.
      if (person?.factors.includes('totp')) throw sessionExists();
      if (person) requireProven(person, true);
      break;
    case 'enrolment':
      if (person && person.factors.length > 0) requireFresh(deps, person);
      else requireProven(person, true);
      break;
    case 'full':
      requireProven(person, false);
      break;
    case 'fresh':
      requireFresh(deps, person);
      break;
    default:
      unreachable(needs);
  }
}

function sessionExists(): DomainError {
  return new DomainError('conflict', 'there is a session already', { reason: 'session.exists' });
}

function requireProven(person: Person | undefined, firstFactor: boolean): asserts person is Person {
  if (!person) throw unauthenticated();
  if (person.assurance === 'full' || (firstFactor && person.factors.length === 0)) return;
  throw secondFactorRequired();
}

function requireFresh(deps: AccountsDeps, person: Person | undefined): void {
  requireProven(person, false);
  if (!isFresh(person, deps.clock.now())) throw reauthenticationRequired();
}

/** Also without cookies: nobody shall sign a browser in to an account of their own from another site. */
function requireOwnOrigin(request: FastifyRequest, publicUrl: string): void {
  const { origin, host } = request.headers;
  if (origin === undefined || origin === publicUrl) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new DomainError('forbidden', 'a sign-in came from another site', { reason: 'request.cross_site' });
}

function bodyOf(rule: Rule, body: unknown): Readonly<Record<string, unknown>> {
  const given = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  const kept = given.filter(([name]) => rule.fields?.includes(name));
  return { ...Object.fromEntries(kept), ...rule.also };
}

function guessKey(body: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof body.email !== 'string') return undefined;
  return `sign-in:${createHash('sha256').update(normaliseEmail(body.email)).digest('base64url')}`;
}

function forward(request: FastifyRequest, url: URL, body: object, publicUrl: string): Request {
  const headers = new Headers({ [SOURCE_IP_HEADER]: request.ip, origin: publicUrl });
  for (const name of ['cookie', 'user-agent', 'accept-language'] as const) {
    const value = request.headers[name];
    if (value !== undefined) headers.set(name, value);
  }
  const target = new URL(`${url.pathname}${url.search}`, publicUrl);
  if (request.method === 'GET') return new Request(target, { headers });
  headers.set('content-type', 'application/json');
  return new Request(target, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** The library's refusal in the form of all others; its `code` becomes the `reason`. */
async function refuse(
  answer: Response,
  request: FastifyRequest,
  reply: FastifyReply,
  log: AccountsDeps['log'],
): Promise<FastifyReply> {
  const { status } = answer;
  if (status >= 500) log.error('accounts.library_failed', { requestId: request.id, status });
  copyHeaders(answer, reply);
  const seconds = answer.headers.get('x-retry-after');
  if (seconds !== null) reply.header('retry-after', seconds);
  const problem = refusalProblem(status, await answer.text(), request);
  return reply.header('content-type', PROBLEM_TYPE).send(JSON.stringify(problem));
}

function refusalProblem(status: number, text: string, request: FastifyRequest): Problem {
  const type = KINDS[status] ?? (status >= 500 ? 'internal' : 'invalid');
  const language = languageOf(request.headers['accept-language']);
  const about = { type: `urn:tsukasa:problem:${type}`, title: TITLES[type][language], status, instance: request.id };
  const { code, message } = status >= 500 ? {} : said(text);
  if (code === undefined) return about;
  const wording = accountMessages[code];
  const detail = wording ? word(wording, language, {}) : language === 'en' ? message : undefined;
  return { ...about, reason: code, ...(detail === undefined ? {} : { detail }) };
}

const KINDS: Readonly<Record<number, keyof typeof TITLES>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  415: 'unsupported',
  429: 'too_many',
};

/** Not all refusals of the library have a body. */
function said(text: string): { readonly code?: string; readonly message?: string } {
  try {
    const { code, message } = JSON.parse(text) as { readonly code?: unknown; readonly message?: unknown };
    if (typeof code !== 'string') return {};
    return typeof message === 'string' ? { code, message } : { code };
  } catch {
    return {};
  }
}

function copyHeaders(answer: Response, reply: FastifyReply): void {
  reply.code(answer.status);
  for (const [name, value] of answer.headers) {
    if (name !== 'set-cookie' && name !== 'content-length') reply.header(name, value);
  }
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
}

async function pass(answer: Response, reply: FastifyReply, verifyUser: boolean): Promise<FastifyReply> {
  copyHeaders(answer, reply);
  const text = await answer.text();
  return reply.send(verifyUser && answer.ok ? demandUserVerification(text) : text);
}

/** The library offers no option for it; we refuse an answer without it, so the browser should ask for it. */
function demandUserVerification(text: string): string {
  const options: unknown = JSON.parse(text);
  return JSON.stringify({ ...(typeof options === 'object' ? options : {}), userVerification: 'required' });
}

/** Which factor a sign-in was completed with, by the endpoint that completed it. */
const COMPLETES: Readonly<Record<string, string>> = {
  '/two-factor/verify-totp': 'totp',
  '/two-factor/verify-backup-code': 'backup_code',
  [PASSKEY_PROOF]: 'passkey',
};

/**
 * A passkey inside a session that has proven everything: its person proves themselves again, and the session goes on. The
 * session that the library began for it ends at once, and its cookie is not handed out. Throws `forbidden` for a passkey of
 * somebody else.
 */
async function proveAgain(
  deps: AccountsDeps,
  auth: Auth,
  before: Person,
  answer: Response,
  request: FastifyRequest,
): Promise<void> {
  const token = await auth.newSessionToken(answer);
  const begun = token === undefined ? undefined : await personOf(deps, token);
  if (begun) await deps.db.unbound((tx) => endSession(tx, begun.sessionId));
  if (begun?.userId !== before.userId) {
    await tell(deps, before, request, 'session.reauthentication_failed', { with: 'passkey' });
    throw new DomainError('forbidden', 'the passkey is of somebody else', { reason: 'reauthentication.failed' });
  }
  await deps.db.unbound((tx) => markReauthenticated(tx, before.sessionId, deps.clock.now()));
}

/** Writes down what the session has proven by a successful answer, and what changed about the person. */
async function settle(
  deps: AccountsDeps,
  auth: Auth,
  path: string,
  before: Person | undefined,
  answer: Response,
  request: FastifyRequest,
): Promise<void> {
  const { db, clock } = deps;
  const now = clock.now();
  const token = await auth.newSessionToken(answer);
  const begun = token === undefined ? undefined : await personOf(deps, token);
  const factor = COMPLETES[path];
  if (factor !== undefined && begun) {
    await db.unbound(async (tx) => {
      await markSecondFactor(tx, begun.sessionId, factor, now);
      await markSignedIn(tx, begun.userId, now);
      await endUnprovenSessions(tx, begun.userId);
    });
    // With a session there was nothing to sign in to: this was the confirmation of a new authenticator app.
    if (before && factor === 'totp') await tell(deps, begun, request, 'second_factor.added', { factor });
    return;
  }
  if (!before) return;
  switch (path) {
    case '/passkey/verify-registration':
      await db.unbound(async (tx) => {
        await markSecondFactor(tx, before.sessionId, 'passkey', now);
        await endUnprovenSessions(tx, before.userId);
      });
      return tell(deps, before, request, 'second_factor.added', { factor: 'passkey' });
    case '/change-password':
      // The library began a new session in place of all others; it goes on with what this one had proven.
      if (begun) await db.unbound((tx) => markSecondFactor(tx, begun.sessionId, 'carried_over', now));
      return tell(deps, before, request, 'password.changed', {});
    case '/two-factor/disable':
      if (begun && begun.factors.length > 0) {
        await db.unbound((tx) => markSecondFactor(tx, begun.sessionId, 'carried_over', now));
      } else await db.unbound((tx) => forgetSecondFactors(tx, before.userId));
      return tell(deps, before, request, 'second_factor.removed', { factor: 'totp' });
    case '/passkey/delete-passkey': {
      const after = await currentPerson(deps, auth, request);
      if (after?.factors.length === 0) await db.unbound((tx) => forgetSecondFactors(tx, before.userId));
      return tell(deps, before, request, 'second_factor.removed', { factor: 'passkey' });
    }
    case '/two-factor/generate-backup-codes':
      return tell(deps, before, request, 'second_factor.backup_codes_renewed', {});
  }
}

function tell(
  deps: AccountsDeps,
  person: Person,
  request: FastifyRequest,
  action: string,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  const author: Author = {
    actor: { kind: 'user', id: person.userId, name: person.name },
    requestId: request.id,
    sourceIp: request.ip,
  };
  const fact: Fact = { action, target: { kind: 'user', id: person.userId, name: person.name }, details };
  return recordOfPerson(deps, { userId: person.userId, asStaff: person.staffRole !== undefined }, author, fact);
}
