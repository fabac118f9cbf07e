import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FailureScript, isFailure } from './failures.ts';
import type { FakeApns } from './server.ts';

type Stream = { readonly response: ServerResponse; readonly subscriptions: Map<string, () => void> };
type Fields = Readonly<Record<string, unknown>>;

class BadRequest extends Error {}

const MAX_BODY = 256 * 1024;
/** An empty line now and then, so that a stream that broke is noticed. */
const KEEP_ALIVE_MS = 15_000;

/**
 * The stand-in's own door, on a loopback port and without any lock: whoever reaches it may mint certificates. Devices in
 * other processes open one stream (`POST /streams`, lines of JSON) and subscribe their tokens to it.
 */
export class ApnsControl {
  readonly #apns: FakeApns;
  readonly #server: Server;
  readonly #streams = new Map<string, Stream>();

  private constructor(apns: FakeApns) {
    this.#apns = apns;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        const expected = error instanceof BadRequest;
        reply(response, expected ? 400 : 500, { error: error instanceof Error ? error.message : String(error) });
      });
    });
  }

  static async start(apns: FakeApns, options: { host?: string; port?: number } = {}): Promise<ApnsControl> {
    const control = new ApnsControl(apns);
    await new Promise<void>((resolve, reject) => {
      control.#server.once('error', reject);
      control.#server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
    return control;
  }

  get origin(): string {
    const { port } = this.#server.address() as AddressInfo; // listening on a port, never on a pipe
    return `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const body = await readJson(request);
    switch (`${request.method} ${path.replace(/^\/(tokens|streams)\/[^/]+/, '/$1/*')}`) {
      case 'GET /':
        return reply(response, 200, { origin: this.#apns.origin, tokens: this.#apns.tokens.size });
      case 'GET /ca.pem':
        response.writeHead(200, { 'content-type': 'application/x-pem-file' }).end(this.#apns.rootPem);
        return;
      case 'POST /push-certificates':
        return reply(response, 201, this.#mint(body));
      case 'POST /tokens':
        this.#apns.tokens.register(text(body, 'token'), text(body, 'topic'));
        return reply(response, 204);
      case 'DELETE /tokens/*':
        return reply(response, this.#apns.tokens.unregister(path.split('/')[2] ?? '') ? 204 : 404);
      case 'GET /failures':
        return reply(response, 200, { items: this.#apns.failures.list() });
      case 'POST /failures':
        this.#apns.failures.add(failure(body));
        return reply(response, 204);
      case 'DELETE /failures':
        this.#apns.failures.clear();
        return reply(response, 204);
      case 'POST /goaway':
        this.#apns.goAway();
        return reply(response, 204);
      case 'GET /statistics':
        return reply(response, 200, this.#apns.statistics.report());
      case 'DELETE /statistics':
        this.#apns.statistics.reset();
        return reply(response, 204);
      case 'POST /streams':
        return this.#open(response);
      case 'POST /streams/*/subscriptions':
        return this.#subscribe(path.split('/')[2] ?? '', body, response);
      case 'DELETE /streams/*/subscriptions':
        return this.#unsubscribe(path.split('/')[2] ?? '', body, response);
      default:
        return reply(response, 404, { error: 'no such endpoint' });
    }
  }

  #mint(body: Fields): object {
    const topic = optionalText(body, 'topic');
    const csr = optionalText(body, 'csr');
    try {
      return this.#apns.mint({ ...(topic === undefined ? {} : { topic }), ...(csr === undefined ? {} : { csr }) });
    } catch (cause) {
      throw new BadRequest('the request cannot be signed', { cause });
    }
  }

  #open(response: ServerResponse): void {
    const id = randomUUID();
    const stream: Stream = { response, subscriptions: new Map() };
    this.#streams.set(id, stream);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(`${JSON.stringify({ stream: id })}\n`);
    const beat = setInterval(() => response.write('\n'), KEEP_ALIVE_MS);
    response.on('close', () => {
      clearInterval(beat);
      this.#streams.delete(id);
      for (const end of stream.subscriptions.values()) end();
    });
  }

  #subscribe(id: string, body: Fields, response: ServerResponse): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) {
      reply(response, 404, { error: 'no such stream' });
      return;
    }
    const token = text(body, 'token').toLowerCase();
    stream.subscriptions.get(token)?.();
    const end = this.#apns.subscribe(token, text(body, 'topic'), (push) => {
      stream.response.write(`${JSON.stringify(push)}\n`);
    });
    stream.subscriptions.set(token, end);
    reply(response, 204);
  }

  #unsubscribe(id: string, body: Fields, response: ServerResponse): void {
    const token = text(body, 'token').toLowerCase();
    const stream = this.#streams.get(id);
    stream?.subscriptions.get(token)?.();
    stream?.subscriptions.delete(token);
    reply(response, stream === undefined ? 404 : 204);
  }
}

function reply(response: ServerResponse, status: number, body?: object): void {
  if (response.headersSent) return;
  if (body === undefined) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY) throw new BadRequest('body too large');
    chunks.push(chunk);
  }
  if (length === 0) return {};
  const value = parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new BadRequest('the body must be a JSON object');
  return { ...value };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new BadRequest('the body is not JSON', { cause });
  }
}

function optionalText(body: Fields, key: string): string | undefined {
  const value = body[key];
  if (value !== undefined && typeof value !== 'string') throw new BadRequest(`${key} must be a string`);
  return value;
}

function text(body: Fields, key: string): string {
  const value = optionalText(body, key);
  if (value === undefined || value === '') throw new BadRequest(`${key} is missing`);
  return value;
}

function number<K extends string>(body: Fields, key: K): { readonly [k in K]?: number } {
  const value = body[key];
  if (value === undefined) return {};
  if (typeof value !== 'number') throw new BadRequest(`${key} must be a number`);
  return { [key]: value } as { readonly [k in K]?: number };
}

function failure(body: Fields): FailureScript {
  const fail = text(body, 'fail');
  if (!isFailure(fail)) throw new BadRequest('fail names no failure');
  const token = optionalText(body, 'token');
  const topic = optionalText(body, 'topic');
  return {
    fail,
    ...(token === undefined ? {} : { token }),
    ...(topic === undefined ? {} : { topic }),
    ...number(body, 'count'),
    ...number(body, 'probability'),
    ...number(body, 'timestamp'),
  };
}
