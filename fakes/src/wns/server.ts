import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Apps } from './apps.ts';
import { Channels, tokenOf, type WnsChannel } from './channels.ts';

/** Ways to fail that can be scripted: a status, what a 200 says, or no answer at all. */
export const WNS_FAILURES = [
  400,
  401,
  403,
  404,
  406,
  410,
  413,
  500,
  503,
  'dropped',
  'channelthrottled',
  'hang',
  'reset',
] as const;
export type WnsFailure = (typeof WNS_FAILURES)[number];

/** Without `uri` it meets every notification, with `token` the token request; without `count` it stays. */
export type WnsFailureScript = {
  readonly fail: WnsFailure;
  readonly at?: 'notification' | 'token';
  readonly uri?: string;
  readonly count?: number;
  readonly retryAfterSeconds?: number;
};

/** A notification as it came, and what was answered. */
export type WnsNotification = {
  readonly uri: string;
  readonly at: number;
  readonly status: number;
  /** Why it was refused, in words. */
  readonly problem: string | undefined;
  readonly delivery: 'received' | 'dropped' | 'channelthrottled' | undefined;
};

export type WnsOptions = {
  readonly host?: string;
  readonly port?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
};

const MAX_PAYLOAD = 5000;
const MAX_BODY = 64 * 1024;
/** How long a notification is kept that names no time. */
const KEEP_MS = 3 * 86_400_000;

/**
 * A stand-in for the Windows Push Notification Services: the token endpoint and the channels on one origin. Requests are
 * judged as the service judges them; anything can be made to fail.
 */
export class FakeWns {
  readonly apps = new Apps();
  readonly channels = new Channels();
  readonly notifications: WnsNotification[] = [];
  /** Token requests by their status. */
  readonly tokenRequests: number[] = [];
  readonly #server: Server;
  readonly #now: () => number;
  #failures: { readonly script: WnsFailureScript; left: number }[] = [];

  private constructor(options: WnsOptions) {
    this.#now = options.now ?? (() => Temporal.Now.instant().epochMilliseconds);
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  /** Starts and listens. */
  static async start(options: WnsOptions = {}): Promise<FakeWns> {
    const wns = new FakeWns(options);
    await new Promise<void>((resolve, reject) => {
      wns.#server.once('error', reject);
      wns.#server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
    return wns;
  }

  /** What `TSUKASA_WNS_ORIGIN` is set to. */
  get origin(): string {
    const { address, family, port } = this.#server.address() as AddressInfo; // listening on a port, never on a pipe
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** A channel for a PC; `undefined` for an app that nobody registered. `listener` hears each push. */
  openChannel(pfn: string, listener: () => void): Promise<WnsChannel | undefined> {
    const app = this.apps.findByPfn(pfn);
    return Promise.resolve(app === undefined ? undefined : this.channels.open(app, this.origin, this.#now, listener));
  }

  fail(script: WnsFailureScript): void {
    this.#failures.push({ script, left: script.count ?? Number.POSITIVE_INFINITY });
  }

  clearFailures(): void {
    this.#failures = [];
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const url = new URL(request.url ?? '/', this.origin);
    if (url.pathname === '/accesstoken.srf') return this.#token(request, response, body);
    if (url.pathname !== '/') return void response.writeHead(404).end();
    this.#notify(request, response, url, body);
  }

  #token(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const script = this.#take('token', undefined);
    if (script !== undefined) {
      if (typeof script.fail === 'number') this.tokenRequests.push(script.fail);
      return void misbehave(response, script);
    }
    const form = new URLSearchParams(body.toString('utf8'));
    const problem = tokenProblem(request, form);
    const app = this.apps.authenticate(form.get('client_id') ?? '', form.get('client_secret') ?? '');
    if (problem !== undefined || app === undefined) {
      const error = problem ?? 'invalid_client';
      this.tokenRequests.push(error === 'method' ? 405 : 400);
      return void json(response, error === 'method' ? 405 : 400, {
        error,
        error_description: 'The request is not valid.',
      });
    }
    const { token, expiresIn } = this.apps.issue(app, this.#now());
    this.tokenRequests.push(200);
    json(response, 200, { token_type: 'bearer', access_token: token, expires_in: expiresIn });
  }

  #notify(request: IncomingMessage, response: ServerResponse, url: URL, body: Buffer): void {
    const script = this.#take('notification', url.href);
    if (script?.fail === 'hang' || script?.fail === 'reset') return void misbehave(response, script);
    const judged = this.#judge(request, tokenOf(url.href), body, script);
    const { status, problem, delivery } = judged;
    this.notifications.push({ uri: url.href, at: this.#now(), status, problem, delivery });
    const wantsStatus = request.headers['x-wns-requestforstatus'] === 'true';
    response.writeHead(status, {
      'content-length': '0',
      'x-wns-msg-id': randomBytes(8).toString('hex').toUpperCase(),
      'x-wns-debug-trace': 'FAKE',
      ...(delivery === undefined ? {} : { 'x-wns-status': delivery, 'x-wns-notificationstatus': delivery }),
      ...(delivery === undefined || !wantsStatus
        ? {}
        : { 'x-wns-deviceconnectionstatus': judged.connected ? 'connected' : 'disconnected' }),
      ...(problem === undefined ? {} : { 'x-wns-error-description': problem }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {}),
      ...(script?.retryAfterSeconds === undefined ? {} : { 'retry-after': String(script.retryAfterSeconds) }),
    });
    response.end();
  }

  #judge(request: IncomingMessage, channel: string, body: Buffer, script: WnsFailureScript | undefined): Judgement {
    const refused = (status: number, problem: string): Judgement => ({
      status,
      problem,
      delivery: undefined,
      connected: false,
    });
    const asked = readRequest(request, body);
    if ('status' in asked) return refused(asked.status, asked.problem);
    const app = this.apps.ownerOf(asked.token, this.#now());
    if (app === undefined) return refused(401, 'The token is invalid.');
    const entry = this.channels.look(channel, this.#now());
    if (entry === 'unknown') return refused(404, 'The channel is not valid.');
    if (entry === 'expired') return refused(410, 'The channel expired.');
    if (entry.app !== app) return refused(403, 'The channel belongs to another app.');
    const { connected } = entry;
    if (typeof script?.fail === 'number') return refused(script.fail, 'Scripted.');
    if (script?.fail === 'dropped' || script?.fail === 'channelthrottled') {
      return { status: 200, problem: undefined, delivery: script.fail, connected };
    }
    return {
      status: 200,
      problem: undefined,
      delivery: this.channels.deliver(entry, asked.keepFor, this.#now()),
      connected,
    };
  }

  #take(at: 'notification' | 'token', uri: string | undefined): WnsFailureScript | undefined {
    const found = this.#failures.find(
      ({ script }) => (script.at ?? 'notification') === at && (script.uri === undefined || script.uri === uri),
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#failures = this.#failures.filter((entry) => entry !== found);
    return found.script;
  }
}

type Judgement = {
  readonly status: number;
  readonly problem: string | undefined;
  readonly delivery: WnsNotification['delivery'];
  readonly connected: boolean;
};

function tokenProblem(request: IncomingMessage, form: URLSearchParams): string | undefined {
  if (request.method !== 'POST') return 'method';
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return 'invalid_request';
  if (form.get('grant_type') !== 'client_credentials') return 'unsupported_grant_type';
  return form.get('scope') === 'notify.windows.com' ? undefined : 'invalid_scope';
}

/** What the request asks, or the status that refuses it (fact sheet 4.9). */
function readRequest(
  { method, headers }: IncomingMessage,
  body: Buffer,
):
  | { readonly token: string; readonly keepFor: number | undefined }
  | { readonly status: number; readonly problem: string } {
  if (method !== 'POST') return { status: 405, problem: 'Only POST is allowed.' };
  const [, token] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  if (token === undefined) return { status: 401, problem: 'The Authorization header is missing.' };
  if (headers['content-length'] === undefined) return { status: 411, problem: 'Content-Length is missing.' };
  if (headers['x-wns-type'] !== 'wns/raw') return { status: 400, problem: 'X-WNS-Type is not wns/raw.' };
  if (headers['content-type'] !== 'application/octet-stream')
    return { status: 400, problem: 'The Content-Type is not that of raw.' };
  if (body.length === 0) return { status: 400, problem: 'The payload is empty.' };
  if (body.length > MAX_PAYLOAD) return { status: 413, problem: 'The payload is too large.' };
  const cache = headers['x-wns-cache-policy'];
  if (cache !== undefined && cache !== 'cache' && cache !== 'no-cache')
    return { status: 400, problem: 'X-WNS-Cache-Policy.' };
  const ttl = headers['x-wns-ttl'];
  if (ttl !== undefined && (typeof ttl !== 'string' || !/^[1-9]\d{0,7}$/.test(ttl)))
    return { status: 400, problem: 'X-WNS-TTL.' };
  const keepFor = ttl === undefined ? KEEP_MS : Number(ttl) * 1000;
  return { token, keepFor: cache === 'cache' ? keepFor : undefined };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length <= MAX_BODY) chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function json(response: ServerResponse, status: number, value: object): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) });
  response.end(body);
}

function misbehave(response: ServerResponse, { fail, retryAfterSeconds }: WnsFailureScript): void {
  if (fail === 'hang') return;
  if (fail === 'reset') return void response.destroy();
  const status = typeof fail === 'number' ? fail : 500;
  response.writeHead(status, {
    'content-length': '0',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  response.end();
}
