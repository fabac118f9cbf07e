import { randomUUID } from 'node:crypto';
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { toPem } from '@tsukasa/cms';
import {
  type AppleAuthority,
  createAuthority,
  judgePushCertificate,
  mintPushCertificate,
  type PushCertificate,
  type PushCertificateOrder,
  rootPem,
  serverIdentity,
} from './authority.ts';
import type { PushSource } from './client.ts';
import { type FailureScript, Failures } from './failures.ts';
import { type ApnsReason, isReason, MAX_PAYLOAD_BYTES, REASON_STATUS } from './reasons.ts';
import { type Push, TokenRegistry } from './registry.ts';
import { checkBody, checkHead, type PushRequest, type RawFields } from './request.ts';
import { Statistics } from './statistics.ts';

/** How the stand-in is set up; everything has a default. */
export type ApnsOptions = {
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly authority?: AppleAuthority;
  /** SETTINGS_MAX_CONCURRENT_STREAMS; Apple's is around 1000. */
  readonly maxConcurrentStreams?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** From 0 to below 1, for failures with a probability. */
  readonly random?: () => number;
};

/** A running stand-in for Apple's push service: HTTP/2 over TLS, strict about what Apple is strict about. */
export class FakeApns implements PushSource {
  readonly authority: AppleAuthority;
  readonly tokens: TokenRegistry;
  readonly failures: Failures;
  readonly statistics = new Statistics();
  readonly #server: Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #now: () => number;

  private constructor(options: ApnsOptions) {
    this.#now = options.now ?? (() => Temporal.Now.instant().epochMilliseconds);
    this.authority = options.authority ?? createAuthority(this.#now());
    this.tokens = new TokenRegistry(this.#now);
    this.failures = new Failures(options.random ?? Math.random);
    this.#server = createSecureServer({
      ...serverIdentity(this.authority, this.#now()),
      ca: [toPem('CERTIFICATE', this.authority.push.certificate.der)],
      requestCert: true,
      rejectUnauthorized: false, // a stranger hears 403 BadCertificate, which tells more than a TLS alert
      minVersion: 'TLSv1.2',
      settings: { maxConcurrentStreams: options.maxConcurrentStreams ?? 1000 },
    });
    this.#server.on('session', (session) => this.#adopt(session));
    this.#server.on('stream', (stream: ServerHttp2Stream, _headers, _flags, rawHeaders) => {
      stream.on('error', () => undefined); // the peer reset it; it gets no answer
      void this.#answer(stream, pairs(rawHeaders));
    });
    this.#server.on('sessionError', () => undefined);
    this.#server.on('tlsClientError', () => this.statistics.count('tls_error'));
  }

  /** Starts and listens. */
  static async start(options: ApnsOptions = {}): Promise<FakeApns> {
    const apns = new FakeApns(options);
    await new Promise<void>((resolve, reject) => {
      apns.#server.once('error', reject);
      apns.#server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
    return apns;
  }

  /** `https://127.0.0.1:port`: what `TSUKASA_APNS_ORIGIN` is set to. */
  get origin(): string {
    const { address, family, port } = this.#server.address() as AddressInfo; // listening on a port, never on a pipe
    return `https://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** PEM to trust: what `TSUKASA_APNS_CA_FILE` holds. */
  get rootPem(): string {
    return rootPem(this.authority);
  }

  /** As the push portal: a certificate for a new topic, or for the one given. */
  mint(order: PushCertificateOrder = {}): PushCertificate {
    return mintPushCertificate(this.authority, order, this.#now());
  }

  /** A device that is there: `listener` gets its pushes, also one kept for it, until the returned function is called. */
  subscribe(token: string, topic: string, listener: (push: Push) => void): () => void {
    return this.tokens.subscribe(token, topic, listener);
  }

  /** The device is gone: its token is answered 410 from now on. */
  unregister(token: string): undefined {
    this.tokens.unregister(token);
  }

  /** Ends every connection with GOAWAY; the reason travels as its debug data, as Apple does when it restarts. */
  goAway(reason: ApnsReason = 'Shutdown'): void {
    for (const session of this.#sessions) endSession(session, reason);
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #adopt(session: ServerHttp2Session): void {
    this.statistics.count('connection');
    this.#sessions.add(session);
    session.on('error', () => undefined);
    session.on('close', () => this.#sessions.delete(session));
  }

  async #answer(stream: ServerHttp2Stream, fields: RawFields): Promise<void> {
    const body = await readBody(stream);
    if (stream.destroyed) return;
    const given = fields.find(([name]) => name === 'apns-id')?.[1]?.toLowerCase();
    const id = given !== undefined && /^[0-9a-f-]{36}$/.test(given) ? given : randomUUID();
    const judged = this.#judge(fields, certificateOf(stream), body, id);
    this.statistics.push(judged, Temporal.Instant.fromEpochMilliseconds(this.#now()));
    if (judged.outcome === 'accepted') respond(stream, 200, id);
    else if (isReason(judged.outcome)) refuse(stream, id, judged.outcome, judged.timestamp);
    else misbehave(stream, judged.outcome);
  }

  #judge(fields: RawFields, certificate: Buffer | undefined, body: Buffer, id: string): Judgement {
    const client = judgePushCertificate(this.authority, certificate, this.#now());
    if ('refusal' in client) return { outcome: client.refusal };
    const head = checkHead(fields, client.topic);
    if (typeof head === 'string') return { outcome: head };
    const facts = { token: head.token, topic: head.topic };
    const content = checkBody(body);
    if (typeof content === 'string') return { outcome: content, ...facts };
    const failure = this.failures.take(head.token, head.topic);
    if (failure !== undefined) return { outcome: failure.fail, ...facts, timestamp: failure.timestamp ?? this.#now() };
    return { ...this.#accept(head, content.magic, id), ...facts };
  }

  #accept({ token, topic, expiration }: PushRequest, magic: string, id: string): Judgement {
    const known = this.tokens.look(token, topic);
    if (known === 'unknown') return { outcome: 'BadDeviceToken' };
    if (known === 'other_topic') return { outcome: 'DeviceTokenNotForTopic' };
    if (known !== 'ok') return { outcome: 'Unregistered', timestamp: known.goneSince };
    this.statistics.count(this.tokens.deliver({ token, topic, magic, id }, expiration));
    return { outcome: 'accepted' };
  }
}

/** What is done with a push; `timestamp` belongs to the 410 reasons. */
export type Judgement = {
  readonly outcome: 'accepted' | FailureScript['fail'];
  readonly token?: string;
  readonly topic?: string;
  readonly timestamp?: number;
};

function pairs(raw: readonly string[]): RawFields {
  const fields: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) fields.push([(raw[i] ?? '').toLowerCase(), raw[i + 1] ?? '']);
  return fields;
}

function certificateOf(stream: ServerHttp2Stream): Buffer | undefined {
  const socket = stream.session?.socket;
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined;
}

/** Reads on after the limit, so that the sender hears the answer, but keeps nothing of it. */
async function readBody(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      length += chunk.length;
      if (length <= MAX_PAYLOAD_BYTES + 16_384) chunks.push(chunk);
    }
  } catch {
    return Buffer.alloc(0); // the stream was reset: there is nobody to answer
  }
  return Buffer.concat(chunks);
}

function respond(stream: ServerHttp2Stream, status: number, id: string, body?: object): void {
  if (stream.destroyed || stream.closed) return;
  const type = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  stream.respond({ ':status': status, 'apns-id': id, ...type });
  stream.end(body === undefined ? undefined : JSON.stringify(body));
}

function refuse(stream: ServerHttp2Stream, id: string, reason: ApnsReason, timestamp: number | undefined): void {
  const status = REASON_STATUS[reason];
  respond(stream, status, id, status === 410 && timestamp !== undefined ? { reason, timestamp } : { reason });
}

function misbehave(stream: ServerHttp2Stream, how: 'hang' | 'goaway' | 'refuse_stream' | 'reset'): void {
  if (how === 'hang') return;
  if (how === 'goaway' && stream.session) endSession(stream.session as ServerHttp2Session, 'Shutdown', stream);
  else stream.close(how === 'refuse_stream' ? constants.NGHTTP2_REFUSED_STREAM : constants.NGHTTP2_INTERNAL_ERROR);
}

/** Frames need a moment to leave before the connection goes. */
const LAST_WORDS_MS = 20;

/** `unprocessed` and all streams after it were not looked at: the client may send them again elsewhere. */
function endSession(session: ServerHttp2Session, reason: ApnsReason, unprocessed?: ServerHttp2Stream): void {
  if (session.destroyed) return;
  const last = unprocessed?.id === undefined ? undefined : Math.max(0, unprocessed.id - 2);
  session.goaway(constants.NGHTTP2_NO_ERROR, last ?? 2 ** 31 - 1, Buffer.from(JSON.stringify({ reason })));
  setTimeout(() => session.destroy(), LAST_WORDS_MS).unref();
}
