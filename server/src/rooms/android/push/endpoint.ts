import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../base/clock.ts';
import type { Db } from '../../../base/db.ts';
import { DomainError } from '../../../base/errors.ts';
import type { DeviceHandler } from '../../../base/http/app.ts';
import { type ContractorId, isUuid } from '../../../base/ids.ts';
import type { Log } from '../../../base/log.ts';
import { recordChannelEvents } from '../../devices/index.ts';
import type { Scope } from '../google/index.ts';
import { INSTALLATION } from '../project-store.ts';
import { type PushMessage, readEnvelope } from './envelope.ts';
import type { Inbox, Refusals } from './inbox.ts';
import { claimsProblem, isSignedBy, readToken, type TokenProblem } from './jwt.ts';
import type { SigningKeys } from './keys.ts';

export const PUBSUB = '/android/pubsub/';
/** A device's report with its applications reaches hundreds of kilobytes, a third more in base64; Pub/Sub's own limit is 10 MB. */
const BODY_LIMIT = 16 * 1024 * 1024;
const BUDGET = 128 * 1024 * 1024;
/** A message that was published longer ago comes from before anything we could still want: Pub/Sub keeps them 31 days at the most. */
const OLDEST_DAYS = 31;

/** What a project says of its push messages. */
export type PushTarget = { readonly audience: string; readonly sender: string };

export type PushDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: SigningKeys;
  readonly inbox: Inbox;
  readonly refusals: Refusals;
  /** Undefined: there is no such project, or it names no sender. */
  readonly target: (scope: Scope) => Promise<PushTarget | undefined>;
  /** A test message, or any other, came in. */
  readonly heard: (scope: Scope, contractorId: ContractorId | undefined) => void;
};

class Refused extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string) {
    super(reason);
    this.status = status;
    this.reason = reason;
  }
}

/**
 * `POST /android/pubsub/{installation|contractorId}`. A message is acknowledged (204) once it is durable, and so is one
 * that no repetition would make better; a token that does not hold gets 401 or 403, and Pub/Sub tries again.
 */
export class PushEndpoint {
  readonly #deps: PushDeps;
  #held = 0;

  constructor(deps: PushDeps) {
    this.#deps = deps;
  }

  readonly handle: DeviceHandler = (request, response) => {
    if (request.url?.startsWith(PUBSUB) !== true) return false;
    void this.#serve(request, response);
    return true;
  };

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const scope = scopeOfPath(request.url ?? '');
    try {
      if (scope === undefined) throw new Refused(404, 'unknown_address');
      if (request.method !== 'POST') throw new Refused(405, 'method');
      await this.#accept(scope, request);
      answer(response, 204);
    } catch (error) {
      this.#failed(error, scope, response);
    }
  }

  async #accept(scope: Scope, request: IncomingMessage): Promise<void> {
    const { inbox, clock, heard } = this.#deps;
    // The token first: who has none makes us read nothing.
    await this.#authenticate(scope, request.headers.authorization);
    const message = readEnvelope(await this.#read(request));
    if (message === undefined) throw new Refused(204, 'malformed_message');
    if (message.enterprise === undefined) {
      if (message.kind !== 'TEST') throw new Refused(204, 'no_enterprise');
      heard(scope, undefined);
      return;
    }
    const { messageId, kind, data, enterprise } = message;
    const publishedAt = message.publishedAt ?? clock.now();
    if (isTooOld(message, clock.now())) throw new Refused(204, 'from_the_past');
    const contractorId = await inbox.store({ scope, enterprise, messageId, kind, data, publishedAt });
    if (contractorId === undefined) throw new Refused(204, 'unknown_enterprise');
    heard(scope, contractorId);
  }

  async #authenticate(scope: Scope, header: string | undefined): Promise<void> {
    const { keys, clock, target } = this.#deps;
    const token = readToken(header);
    if (typeof token === 'string') throw tokenRefused(token);
    const expected = await target(scope);
    if (expected === undefined) throw new Refused(403, 'not_configured');
    const key = await keys.find(token.kid);
    if (key === undefined) throw tokenRefused('unknown_key');
    if (!isSignedBy(token, key)) throw tokenRefused('bad_signature');
    const problem = claimsProblem(token, { ...expected, now: clock.now() });
    if (problem !== undefined) throw tokenRefused(problem);
  }

  #read(request: IncomingMessage): Promise<Buffer> {
    if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) throw new Refused(413, 'too_large');
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let length = 0;
      let settled = false;
      const settle = (error: Error | undefined) => {
        if (settled) return;
        settled = true;
        this.#held -= length;
        if (error === undefined) resolve(Buffer.concat(chunks, length));
        else reject(error);
      };
      request.on('data', (chunk: Buffer) => {
        if (settled) return;
        length += chunk.length;
        this.#held += chunk.length;
        if (length > BODY_LIMIT) settle(new Refused(413, 'too_large'));
        else if (this.#held > BUDGET) settle(new DomainError('unavailable', 'too much is received at once'));
        else chunks.push(chunk);
      });
      request.on('end', () => settle(undefined));
      request.on('close', () => settle(new Refused(400, 'interrupted')));
    });
  }

  #failed(error: unknown, scope: Scope | undefined, response: ServerResponse): void {
    const { log } = this.#deps;
    if (error instanceof Refused) {
      if (scope !== undefined && error.status !== 405) this.#tell(scope, error.reason);
      answer(response, error.status);
      return;
    }
    if (error instanceof DomainError && error.code === 'unavailable') {
      response.setHeader('retry-after', '10');
      answer(response, 503);
      return;
    }
    log.error('android.push_failed', { error });
    answer(response, 500);
  }

  /** A contractor's own project: its administrators see it as an event. The installation's is counted for the provider. */
  #tell(scope: Scope, reason: string): void {
    const { db, clock, log, refusals } = this.#deps;
    refusals.add(scope, reason);
    log.warn('android.push_refused', { reason, contractorId: scope === INSTALLATION ? undefined : scope });
    if (scope === INSTALLATION) return;
    const contractorId = scope as ContractorId;
    const event = {
      contractorId,
      kind: `android.push_${reason}`,
      severity: 'warning',
      dedupe: '',
      now: clock.now(),
    } as const;
    void recordChannelEvents(db, [event]).catch((error: unknown) => log.warn('android.event_lost', { error }));
  }
}

function scopeOfPath(url: string): Scope | undefined {
  const name = /^([A-Za-z0-9-]{1,40})\/?$/.exec(url.slice(PUBSUB.length).split('?', 1)[0] ?? '')?.[1];
  return name === INSTALLATION || isUuid(name) ? name : undefined;
}

/** 401 without a usable token, 403 for one that is not meant for this. */
function tokenRefused(problem: TokenProblem): Refused {
  const known = problem === 'wrong_audience' || problem === 'wrong_sender' || problem === 'wrong_issuer';
  return new Refused(known ? 403 : 401, `token_${problem}`);
}

function isTooOld({ publishedAt }: PushMessage, now: Temporal.Instant): boolean {
  if (publishedAt === undefined) return false;
  return Temporal.Instant.compare(publishedAt.add({ hours: 24 * OLDEST_DAYS }), now) < 0;
}

function answer(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return;
  // What was not read of an oversized body stands between this answer and the next request.
  if (status === 413 || status === 401 || status === 403) response.setHeader('connection', 'close');
  response.writeHead(status, status === 204 ? {} : { 'content-length': '0' }).end();
}
