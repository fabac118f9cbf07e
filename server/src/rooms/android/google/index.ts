import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../base/clock.ts';
import { type Db, tables } from '../../../base/db.ts';
import { DomainError } from '../../../base/errors.ts';
import type { Json } from '../json.ts';
import type { Project } from '../project-store.ts';
import type { AndroidTables } from '../tables.ts';
import { blockRequests, type Grant, type Lane, type Scope, takeRequests } from './budget.ts';
import type { GoogleClient, Request } from './client.ts';
import { GoogleError } from './errors.ts';

export type { Lane, Scope } from './budget.ts';
export type { Request } from './client.ts';
export { GoogleError } from './errors.ts';

/** How often a project's last success is written, at the most. */
const NOTE_EVERY_MS = 60_000;
const PATIENCE_MS = 600_000;

/** Google with its budget: who may ask, and what is known of each project's key. */
export class Google {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #client: GoogleClient;
  readonly #noted = new Map<Scope, number>();

  constructor(options: { readonly db: Db; readonly clock: Clock; readonly client: GoogleClient }) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#client = options.client;
  }

  /** Takes up to `wanted` requests out of the project's budget; each is then made with `send`. */
  take(project: Project, wanted: number, lane: Lane): Promise<Grant> {
    const { scope, requestsPerMinute: perMinute } = project;
    return this.#db.jobs((tx) => takeRequests(tx, scope, { wanted, lane, perMinute, now: this.#clock.now() }));
  }

  /** One request within the budget. Throws `GoogleError`; of kind `quota`, and nothing sent, when the budget is empty. */
  async call(project: Project, lane: Lane, request: Request): Promise<Json> {
    const { granted, retryAt } = await this.take(project, 1, lane);
    if (granted === 0) throw new GoogleError('quota', 'the budget of requests is used up', { retryAt });
    return this.send(project, request);
  }

  /** The same for what nobody waits for: waits its turn, up to ten minutes. */
  async callPatiently(project: Project, request: Request, signal?: AbortSignal): Promise<Json> {
    const began = performance.now();
    for (;;) {
      const { granted, retryAt } = await this.take(project, 1, 'background');
      if (granted > 0) return this.send(project, request);
      const ms = Math.min(Math.max(this.#clock.now().until(retryAt).total('milliseconds'), 50), 5_000);
      if (performance.now() - began + ms > PATIENCE_MS) {
        throw new GoogleError('quota', 'the budget of requests is used up', { retryAt });
      }
      await sleep(ms, undefined, { signal });
    }
  }

  /** One request that was granted before. Throws `GoogleError`. */
  async send(project: Project, request: Request): Promise<Json> {
    try {
      const answer = await this.#client.call(project.key, request);
      await this.#succeeded(project.scope);
      return answer;
    } catch (error) {
      if (error instanceof GoogleError) await this.#failed(project.scope, error);
      throw error;
    }
  }

  /** Tries a key that is not saved yet, outside every budget. Throws `GoogleError`. */
  probe(key: Project['key'], request: Request): Promise<Json> {
    return this.#client.call(key, request);
  }

  async #succeeded(scope: Scope): Promise<void> {
    const now = this.#clock.now();
    if (now.epochMilliseconds - (this.#noted.get(scope) ?? 0) < NOTE_EVERY_MS) return;
    this.#noted.set(scope, now.epochMilliseconds);
    await this.#db.jobs((tx) =>
      tables<AndroidTables>(tx)
        .updateTable('google_usage')
        .set({ last_success_at: now })
        .where('scope', '=', scope)
        .execute(),
    );
  }

  async #failed(scope: Scope, error: GoogleError): Promise<void> {
    if (error.kind === 'gone') return; // says something of what was asked for, nothing of the project
    const now = this.#clock.now();
    await this.#db.jobs(async (tx) => {
      if (error.kind === 'quota' && error.retryAt !== undefined) await blockRequests(tx, scope, error.retryAt);
      const failure = {
        last_failure_at: now,
        last_failure_status: error.status ?? null,
        last_failure_message: error.message,
      };
      await tables<AndroidTables>(tx).updateTable('google_usage').set(failure).where('scope', '=', scope).execute();
    });
  }
}

/** What a person who waits is told of a failed request: Google's own words, and when to come again. */
export function explain(error: unknown, now: Temporal.Instant): unknown {
  if (!(error instanceof GoogleError)) return error;
  const { kind, message, status, retryAt } = error;
  const params = { message, ...(status === undefined ? {} : { status }) };
  switch (kind) {
    case 'quota': {
      const seconds = retryAt === undefined ? 60 : Math.ceil(now.until(retryAt).total('seconds'));
      const options = { reason: 'google.quota', params, retryAfter: Math.max(1, seconds), cause: error };
      return new DomainError('too_many', 'the request quota of the Google project is used up', options);
    }
    case 'passing':
      return new DomainError('unavailable', 'Google did not answer', {
        reason: 'google.unavailable',
        params,
        retryAfter: 30,
        cause: error,
      });
    case 'key':
      return new DomainError('precondition_failed', 'Google does not accept the key', {
        reason: 'google.key_refused',
        params,
        cause: error,
      });
    default:
      return new DomainError('precondition_failed', 'Google refused', {
        reason: 'google.refused',
        params,
        cause: error,
      });
  }
}
