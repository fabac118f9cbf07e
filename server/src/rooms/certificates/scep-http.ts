import type { IncomingMessage, ServerResponse } from 'node:http';
import { buildCaCaps, buildCaCert, decodeGetMessage, MEDIA_TYPES, ScepError } from '@tsukasa/scep';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { DeviceHandler } from '../../base/http/app.ts';
import { type ContractorId, isUuid, parseUuid } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { recordEvent } from '../devices/index.ts';
import { REFUSALS, type Refusal } from './refusals.ts';
import { type Addressee, type ScepDeps, servePkiMessage } from './scep.ts';

/** A pkiMessage of Apple's is about 3 KB; the rest is room for long certificates. */
const MAX_BODY_BYTES = 64 * 1024;
/** Characters of a client's transaction id shown in an event. */
const SHOWN_ID = 80;

export type ScepHttpDeps = ScepDeps & {
  readonly log: Log;
  readonly contractorName: (tx: Tx, contractorId: ContractorId) => Promise<string | undefined>;
};

type Reply = {
  readonly status: number;
  readonly mediaType: string;
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** `/scep/{contractorId}?operation=…` (RFC 8894, 4.1). Plain text for what is wrong with the HTTP request itself. */
export function createScepHandler(deps: ScepHttpDeps): DeviceHandler {
  return (request, response) => {
    const [path = '', query = ''] = split(request.url ?? '');
    if (path !== '/scep' && !path.startsWith('/scep/')) return false;
    serveHttp(deps, request, path, query)
      .catch((error: unknown) => failed(deps, error))
      .then((reply) => send(response, reply, request.method === 'HEAD'))
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
function send(response: ServerResponse, reply: Reply, headOnly: boolean): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, {
    'content-type': reply.mediaType,
    'content-length': String(body.byteLength),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...reply.headers,
  });
  response.end(headOnly ? undefined : body);
}

function plain(status: number, text: string): Reply {
  return { status, mediaType: 'text/plain', body: `${text}\n` };
}

async function serveHttp(deps: ScepHttpDeps, request: IncomingMessage, path: string, query: string): Promise<Reply> {
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
      return operate(deps, to, request, query);
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

async function operate(deps: ScepHttpDeps, to: Addressee, request: IncomingMessage, query: string): Promise<Reply> {
  const bytes = await readMessage(request, query);
  const sourceIp = request.socket.remoteAddress;
  if (bytes === 'too_large') {
    await note(deps, to, 'scep.too_large', { sourceIp });
    return { ...plain(413, 'message too large'), headers: { connection: 'close' } };
  }
  if (bytes === 'malformed') {
    await note(deps, to, 'scep.malformed', { sourceIp });
    return plain(400, 'the message parameter is not base64');
  }
  const { certRep, refused, transactionId, signer } = await servePkiMessage(deps, to, bytes);
  if (refused)
    await note(deps, to, refused, { sourceIp, transactionId: transactionId?.slice(0, SHOWN_ID), serial: signer });
  if (!certRep) return plain(400, 'not a pkiMessage');
  return { status: 200, mediaType: MEDIA_TYPES.pkiMessage, body: certRep };
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
