import type { IncomingMessage, ServerResponse } from 'node:http';
import { buildCaCaps, buildCaCert, decodeGetMessage, MEDIA_TYPES, ScepError } from '@tsukasa/scep';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { DeviceHandler } from '../../base/http/app.ts';
import { FailureLimit, networkOf } from '../../base/http/failure-limit.ts';
import { endLingering } from '../../base/http/linger.ts';
import { clientAddress, proxyTrust } from '../../base/http/proxies.ts';
import { type ContractorId, isUuid, parseUuid } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { recordEvent } from '../devices/index.ts';
import { REFUSALS, type Refusal } from './refusals.ts';
import { type Addressee, type ScepDeps, servePkiMessage } from './scep.ts';

/** A pkiMessage of Apple's is about 3 KB; the rest is room for long certificates. */
const MAX_BODY_BYTES = 64 * 1024;
/**
 * For each refused message we decrypt and sign with RSA 3072, some ten milliseconds, and nobody signs in before. Per
 * contractor and network of the client; an office enrolling a thousand devices behind one address fails seldom.
 */
const REFUSED_MESSAGES = { burst: 120, perMinute: 60 };
/** Characters of a client's transaction id shown in an event. */
const SHOWN_ID = 80;

export type ScepHttpDeps = ScepDeps & {
  readonly log: Log;
  readonly contractorName: (tx: Tx, contractorId: ContractorId) => Promise<string | undefined>;
  /** Proxies that are believed about the address of the client. Default none. */
  readonly trustProxy?: readonly string[];
};

/** What outlives a request: who failed too often, and how clients are told apart. */
type Guard = { readonly limit: FailureLimit; readonly sourceOf: (request: IncomingMessage) => string };

type Reply = {
  readonly status: number;
  readonly mediaType: string;
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** `/scep/{contractorId}?operation=…` (RFC 8894, 4.1). Plain text for what is wrong with the HTTP request itself. */
export function createScepHandler(deps: ScepHttpDeps): DeviceHandler {
  const trusts = proxyTrust(deps.trustProxy ?? []);
  const guard: Guard = {
    limit: new FailureLimit(REFUSED_MESSAGES),
    sourceOf: ({ socket, headers }) =>
      clientAddress(socket.remoteAddress ?? '', [headers['x-forwarded-for']].flat().join(','), trusts),
  };
  return (request, response) => {
    const [path = '', query = ''] = split(request.url ?? '');
    if (path !== '/scep' && !path.startsWith('/scep/')) return false;
    serveHttp(deps, guard, request, path, query)
      .catch((error: unknown) => failed(deps, error))
      .then((reply) => send(request, response, reply))
      .catch((error: unknown) => deps.log.warn('scep.answer_not_sent', { error }));
    return true;
  };
}

function split(url: string): readonly [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

function failed(deps: ScepHttpDeps, error: unknown): Reply {
  if (error instanceof DomainError && error.code === 'unavailable') {
    return { ...plain(503, 'temporarily unavailable'), headers: { 'retry-after': String(error.retryAfter ?? 5) } };
  }
  deps.log.error('scep.failed', { error });
  return plain(500, 'internal error');
}

/** Content types without parameters: common clients compare them whole. */
function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, {
    'content-type': reply.mediaType,
    'content-length': String(body.byteLength),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...reply.headers,
  });
  if (request.method === 'HEAD') response.end();
  else if (reply.headers?.['connection'] === 'close') endLingering(request, response, body);
  else response.end(body);
}

function plain(status: number, text: string): Reply {
  return { status, mediaType: 'text/plain', body: `${text}\n` };
}

async function serveHttp(
  deps: ScepHttpDeps,
  guard: Guard,
  request: IncomingMessage,
  path: string,
  query: string,
): Promise<Reply> {
  const method = request.method ?? '';
  if (!['GET', 'HEAD', 'POST'].includes(method)) {
    return { ...plain(405, 'method not allowed'), headers: { allow: 'GET, HEAD, POST' } };
  }
  const to = await findAddressee(deps, path);
  if (!to) return plain(404, 'no such certificate authority');
  switch (parameter(query, 'operation')) {
    case 'GetCACaps':
      return { status: 200, mediaType: MEDIA_TYPES.caCaps, body: buildCaCaps() };
    case 'GetCACert': {
      const { mediaType, body } = buildCaCert([to.authority.certificate.der]);
      return { status: 200, mediaType, body };
    }
    case 'PKIOperation':
      if (method === 'HEAD') return { ...plain(405, 'method not allowed'), headers: { allow: 'GET, POST' } };
      return operate(deps, guard, to, request, query);
    case undefined:
      return plain(400, 'the operation parameter is missing');
    default:
      return plain(400, 'unknown operation');
  }
}

async function findAddressee(deps: ScepHttpDeps, path: string): Promise<Addressee | undefined> {
  const [, id = ''] = /^\/scep\/([^/]+)\/?$/.exec(path) ?? [];
  if (!isUuid(id.toLowerCase())) return undefined;
  const contractorId: ContractorId = parseUuid(id, 'contractor');
  return deps.db.asContractor(contractorId, async (tx) => {
    const contractorName = await deps.contractorName(tx, contractorId);
    if (contractorName === undefined) return undefined;
    const authority = await deps.authorities.current(tx, contractorId, deps.clock.now());
    return { contractorId, contractorName, authority };
  });
}

/** First value of a parameter as sent: base64 in it may be percent-encoded or not, which `decodeGetMessage` sorts out. */
function parameter(query: string, name: string): string | undefined {
  for (const pair of query.split('&')) if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
  return undefined;
}

async function operate(
  deps: ScepHttpDeps,
  { limit, sourceOf }: Guard,
  to: Addressee,
  request: IncomingMessage,
  query: string,
): Promise<Reply> {
  const sourceIp = sourceOf(request);
  const key = `${to.contractorId} ${networkOf(sourceIp)}`;
  const seconds = limit.wait(key, deps.clock.now());
  if (seconds > 0) return comeAgain(seconds);
  const { reply, refused, ...about } = await answer(deps, to, await readMessage(request, query));
  if (refused) {
    limit.failed(key, deps.clock.now());
    await note(deps, to, refused, { sourceIp, ...about });
  }
  return reply;
}

/** Before the body is read, so the connection cannot go on. */
function comeAgain(seconds: number): Reply {
  const headers = { 'retry-after': String(seconds), connection: 'close' };
  return { ...plain(429, 'too many refused requests'), headers };
}

type Answered = {
  readonly reply: Reply;
  readonly refused?: Refusal | undefined;
  readonly transactionId?: string | undefined;
  readonly serial?: string | undefined;
};

async function answer(deps: ScepHttpDeps, to: Addressee, bytes: Buffer | 'too_large' | 'malformed'): Promise<Answered> {
  if (bytes === 'too_large') {
    const reply = { ...plain(413, 'message too large'), headers: { connection: 'close' } };
    return { reply, refused: 'scep.too_large' };
  }
  if (bytes === 'malformed') {
    return { reply: plain(400, 'the message parameter is not base64'), refused: 'scep.malformed' };
  }
  const { certRep, refused, transactionId, signer } = await servePkiMessage(deps, to, bytes);
  const reply = certRep
    ? { status: 200, mediaType: MEDIA_TYPES.pkiMessage, body: certRep }
    : plain(400, 'not a pkiMessage');
  return { reply, refused, transactionId: transactionId?.slice(0, SHOWN_ID), serial: signer };
}

async function readMessage(request: IncomingMessage, query: string): Promise<Buffer | 'too_large' | 'malformed'> {
  if (request.method === 'POST') return readBody(request);
  try {
    return decodeGetMessage(parameter(query, 'message') ?? '');
  } catch (error) {
    if (error instanceof ScepError) return 'malformed';
    throw error;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'too_large'> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return 'too_large';
  const chunks: Buffer[] = [];
  let length = 0;
  // Not `for await`: leaving it early would destroy the socket before the answer is written.
  return new Promise((done, fail) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.byteLength;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else done('too_large');
    });
    request.on('end', () => done(Buffer.concat(chunks)));
    request.on('error', fail);
    request.on('close', () => fail(new DomainError('unavailable', 'the client went away')));
  });
}

/** An event for administrators. Failing to write it must not change the answer. */
async function note(
  deps: ScepHttpDeps,
  to: Addressee,
  refusal: Refusal,
  details: {
    readonly sourceIp: string | undefined;
    readonly transactionId?: string | undefined;
    readonly serial?: string | undefined;
  },
): Promise<void> {
  const { contractorId } = to;
  const [failInfo, severity] = REFUSALS[refusal];
  const { serial } = details;
  try {
    await deps.db.asContractor(contractorId, async (tx) => {
      const binding = serial === undefined ? undefined : await deps.bindings.ofSerial(tx, contractorId, serial);
      await recordEvent(tx, contractorId, {
        kind: refusal,
        severity,
        ...(binding && { deviceId: binding.deviceId }),
        dedupe: serial ?? '',
        details: { failInfo, ...details },
        now: deps.clock.now(),
      });
    });
  } catch (error) {
    deps.log.warn('scep.event_not_recorded', { contractorId, reason: refusal, error });
  }
}
