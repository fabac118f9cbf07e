import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Matched } from './discovery.ts';
import { ApiError, errorInfo, type FieldViolation, invalid } from './errors.ts';
import type { ApiFailure, ApiFailures } from './failures.ts';
import type { Call } from './handlers/call.ts';
import { handlerOf } from './handlers/index.ts';
import { htmlError, readBody, sendHtml, sendJson } from './http.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { OAuth } from './oauth.ts';
import { present, selectFields } from './present.ts';
import { judgeQuery, type Query } from './query.ts';
import { judge, type Message } from './validate.ts';
import type { Project, World } from './world.ts';

const MINUTE_MS = 60_000;

type Seen = { method?: string; project?: string; body?: Message; violations: FieldViolation[]; notes: string[] };

/** The API itself: everything under `/v1`. */
export class Api {
  readonly #world: World;
  readonly #oauth: OAuth;
  readonly #journal: Journal;
  readonly #failures: ApiFailures;

  constructor(world: World, oauth: OAuth, journal: Journal, failures: ApiFailures) {
    this.#world = world;
    this.#oauth = oauth;
    this.#journal = journal;
    this.#failures = failures;
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL, origin: string): Promise<void> {
    const raw = await readBody(request);
    const seen: Seen = { violations: [], notes: [] };
    const note = (status: number, verdict: JournalEntry['verdict']) => this.#note(request, url, seen, status, verdict);
    const matched = this.#world.discovery.match(request.method ?? '', url.pathname);
    if (matched === undefined) {
      note(404, 'malformed');
      sendHtml(response, 404, htmlError(404, 'The requested URL was not found on this server.'));
      return;
    }
    seen.method = matched.method.id;
    const failure = this.#failures.take(matched.method.id);
    if (failure !== undefined && failure.fail !== 'lost_answer') {
      note(statusOf(failure), 'scripted');
      answerFailure(response, failure);
      return;
    }
    try {
      const answer = this.#answer(request, matched, url, raw, origin, seen);
      note(failure === undefined ? 200 : 0, failure === undefined ? 'ok' : 'scripted');
      if (failure === undefined) sendJson(response, 200, answer);
      else response.destroy(); // it was done, and nobody hears of it
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      note(error.httpStatus, error.malformed ? 'malformed' : 'refused');
      const retry: Record<string, string> = error.code === 'RESOURCE_EXHAUSTED' ? { 'retry-after': '60' } : {};
      sendJson(response, error.httpStatus, error.envelope(), retry);
    }
  }

  #answer(
    request: IncomingMessage,
    { method, name }: Matched,
    url: URL,
    raw: Buffer | undefined,
    origin: string,
    seen: Seen,
  ): Message {
    const { discovery } = this.#world;
    const project = this.#oauth.authenticate(authorizationOf(request, url));
    if (project === undefined) throw new ApiError('UNAUTHENTICATED', 'Request had invalid authentication credentials.');
    seen.project = project.projectId;
    this.#spend(project);
    const query = judgeQuery(discovery, method, url.searchParams);
    const body = this.#body(method.request?.$ref, raw, seen);
    const violations = [...query.violations, ...body.violations];
    seen.violations = violations;
    if (violations.length > 0) throw invalid(violations);
    const handler = handlerOf(method.id);
    if (handler === undefined)
      throw new ApiError('UNIMPLEMENTED', `The stand-in does not have ${method.id}; the real service does.`);
    const call: Call = { world: this.#world, discovery, project, name, query: query.value, body: body.value, origin };
    return shaped(query.value, present(discovery, method.response?.$ref ?? 'Empty', handler(call)));
  }

  #body(schema: string | undefined, raw: Buffer | undefined, seen: Seen) {
    if (raw === undefined) throw new ApiError('INVALID_ARGUMENT', 'The request is too large.', { malformed: true });
    const given = raw.length === 0 ? {} : parse(raw);
    if (schema === undefined) {
      const empty = typeof given === 'object' && given !== null && Object.keys(given).length === 0;
      return { value: {}, violations: empty ? [] : [{ field: '', description: 'This method takes no body.' }] };
    }
    const judged = judge(this.#world.discovery, schema, given);
    seen.body = judged.value;
    seen.notes.push(...judged.notes);
    return judged;
  }

  /** One more of the requests that a project may send in a minute. Throws 429. */
  #spend(project: Project): void {
    const now = this.#world.clock.milliseconds;
    project.recent = project.recent.filter((at) => now - at < MINUTE_MS);
    if (project.recent.length >= project.requestsPerMinute) throw quotaExceeded(project.projectId);
    project.recent.push(now);
  }

  #note(request: IncomingMessage, url: URL, seen: Seen, status: number, verdict: JournalEntry['verdict']): void {
    this.#journal.add({
      at: this.#world.clock.stamp(),
      httpMethod: request.method ?? '',
      path: url.pathname,
      query: url.search,
      status,
      verdict,
      ...seen,
    });
  }
}

function quotaExceeded(projectId: string): ApiError {
  const message = "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'.";
  const info = errorInfo('RATE_LIMIT_EXCEEDED', 'googleapis.com', { consumer: `projects/${projectId}` });
  return new ApiError('RESOURCE_EXHAUSTED', message, { details: [info] });
}

function authorizationOf(request: IncomingMessage, url: URL): string | undefined {
  const token = url.searchParams.get('access_token');
  return request.headers.authorization ?? (token === null ? undefined : `Bearer ${token}`);
}

function shaped(query: Query, answer: Message): Message {
  const { fields } = query;
  return typeof fields === 'string' && fields !== '' ? selectFields(answer, fields) : answer;
}

function parse(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    throw new ApiError('INVALID_ARGUMENT', 'Invalid JSON payload received.', { malformed: true });
  }
}

function statusOf({ fail: kind }: ApiFailure): number {
  if (kind === 'html_502') return 502;
  return kind === '429' || kind === '503' || kind === '500' ? Number(kind) : kind === 'half_json' ? 200 : 0;
}

/** Fails as the script says; what hangs is never answered. */
export function answerFailure(response: ServerResponse, failure: ApiFailure): void {
  const headers: Record<string, string> =
    failure.retryAfter === undefined ? {} : { 'retry-after': String(failure.retryAfter) };
  const error = errorOf(failure.fail);
  if (error !== undefined) sendJson(response, error.httpStatus, error.envelope(), headers);
  else if (failure.fail === 'html_502')
    sendHtml(response, 502, htmlError(502, 'The server encountered a temporary error.'));
  else if (failure.fail === 'half_json')
    response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' }).end('{\n  "devices": [\n    {"na');
  else if (failure.fail !== 'hang') response.destroy();
}

function errorOf(kind: ApiFailure['fail']): ApiError | undefined {
  if (kind === '429') return quotaExceeded('scripted');
  if (kind === '503') return new ApiError('UNAVAILABLE', 'The service is currently unavailable.');
  return kind === '500' ? new ApiError('INTERNAL', 'Internal error encountered.') : undefined;
}
