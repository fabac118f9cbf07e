import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { classifyPushAnswer, parsePushAnswer } from '@tsukasa/apple-mdm';
import { errorCode } from '../../../base/errors.ts';
import type { PushIdentity } from '../../certificates/index.ts';
import type { PushAnswer } from './apns-client.ts';

export type ApnsRequest = { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };
export type ConnectOptions = { readonly origin: string; readonly ca: readonly string[] | undefined };
export type Failure = Extract<PushAnswer, { kind: 'unreachable' | 'refused' }>;
/** `again`: the push was not processed, or nobody can tell; another connection may do better. */
type Outcome = PushAnswer | { readonly kind: 'again'; readonly reason: string };

type Listener = {
  readonly ready: () => void;
  readonly roomMade: () => void;
  /** The connection is over; with a failure when it never was ready. */
  readonly gone: (failure: Failure | undefined) => void;
};

const CONNECT_MS = 10_000;
const REQUEST_MS = 10_000;
const PING_MS = 5000;
const LOOK_MS = 60_000;
/** Network boxes forget silent connections after some minutes. */
const PING_AFTER_MS = 5 * 60_000;
const CLOSE_AFTER_MS = 60 * 60_000;
/** Answers are tens of bytes. */
const MAX_ANSWER_BYTES = 4096;
/** Ours, beside the server's SETTINGS_MAX_CONCURRENT_STREAMS. */
const MAX_STREAMS = 1000;

/** One HTTP/2 connection to APNs. */
export class ApnsConnection {
  readonly #session: ClientHttp2Session;
  readonly #listener: Listener;
  readonly #looking: NodeJS.Timeout;
  readonly #giveUp: NodeJS.Timeout;
  #ended = false;
  #atEnd: () => void = () => undefined;
  state: 'connecting' | 'ready' | 'draining' = 'connecting';
  /** Places given out, used or not yet. */
  #taken = 0;
  #error: unknown;
  /** Why we ended it ourselves. */
  #broken: string | undefined;
  #goawayReason: string | undefined;
  #lastUsed = performance.now();

  constructor(identity: PushIdentity, { origin, ca }: ConnectOptions, listener: Listener) {
    this.#listener = listener;
    this.#session = connect(origin, {
      cert: identity.certificate,
      key: identity.privateKey.export({ format: 'pem', type: 'pkcs8' }),
      ...(ca && { ca: [...ca] }),
      minVersion: 'TLSv1.2',
      settings: { enablePush: false },
    });
    // A TLS alert that follows the handshake, which is how a refused certificate shows in TLS 1.3, destroys the session
    // without any event of the session's own (Node 26).
    this.#session.socket.on('error', (error) => {
      this.#error ??= error;
      setImmediate(() => this.#over());
    });
    this.#session.socket.on('close', () => setImmediate(() => this.#over()));
    this.#giveUp = setTimeout(() => this.#destroy('connect_timeout'), CONNECT_MS).unref();
    // Only then is it known that our certificate was taken, and how many pushes may run at once.
    this.#session.once('remoteSettings', () => {
      clearTimeout(this.#giveUp);
      if (this.state !== 'connecting') return;
      this.state = 'ready';
      this.#listener.ready();
    });
    this.#session.on('remoteSettings', () => this.#listener.roomMade());
    this.#session.on('goaway', (_code, _lastStream, data) => this.#drain(data));
    this.#session.on('error', (error) => {
      this.#error ??= error;
    });
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref();
    this.#session.once('close', () => this.#over());
  }

  #over(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#giveUp);
    clearInterval(this.#looking);
    const failure = this.state === 'connecting' || this.#goawayReason !== undefined ? this.#failure() : undefined;
    this.state = 'draining';
    this.#session.destroy();
    this.#listener.gone(failure);
    this.#atEnd();
  }

  /** How many more pushes may be started. */
  get room(): number {
    if (this.state !== 'ready') return 0;
    const allowed = this.#session.remoteSettings?.maxConcurrentStreams ?? MAX_STREAMS;
    return Math.min(allowed, MAX_STREAMS) - this.#taken;
  }

  /** Takes a place, which the next `request` fills. */
  reserve(): void {
    this.#taken += 1;
  }

  async request(request: ApnsRequest): Promise<Outcome> {
    this.#lastUsed = performance.now();
    try {
      return await this.#exchange(request);
    } finally {
      this.#taken -= 1;
      this.#lastUsed = performance.now();
      this.#listener.roomMade();
    }
  }

  #exchange({ headers, body }: ApnsRequest): Promise<Outcome> {
    return new Promise((done) => {
      let stream: ClientHttp2Stream;
      try {
        stream = this.#session.request(headers);
      } catch {
        done({ kind: 'again', reason: 'connection_lost' }); // it ended between the reservation and now
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      let timedOut = false;
      let answer: { status: number; retryAfter: number } | undefined;
      const timer = setTimeout(() => {
        timedOut = true;
        stream.close(constants.NGHTTP2_CANCEL);
        this.#checkAlive();
      }, REQUEST_MS).unref();
      stream.on('response', (got) => {
        answer = { status: Number(got[':status']), retryAfter: Number(got['retry-after']) };
      });
      stream.on('data', (chunk: Buffer) => {
        length += chunk.byteLength;
        if (length <= MAX_ANSWER_BYTES) chunks.push(chunk);
      });
      stream.on('error', () => undefined); // told by 'close', which follows
      stream.on('close', () => {
        clearTimeout(timer);
        if (answer) done(answerOf(answer, chunks));
        else if (timedOut) done({ kind: 'unreachable', reason: 'timeout' });
        else done(this.#unanswered());
      });
      stream.end(body);
    });
  }

  /** A stream ended without an answer: refused, beyond a GOAWAY, or the connection broke. */
  #unanswered(): Outcome {
    return this.#goawayReason === undefined ? { kind: 'again', reason: 'connection_lost' } : this.#failure();
  }

  /** No new pushes; those that the server still answers may end. A GOAWAY can say why, like an answer. */
  #drain(data: Uint8Array | undefined): void {
    this.state = 'draining';
    const { reason } = parsePushAnswer(data ?? new Uint8Array());
    if (reason !== undefined && classifyPushAnswer(0, reason) === 'tenant_fault') this.#goawayReason = reason;
    if (!this.#session.closed) this.#session.close();
    this.#listener.roomMade();
  }

  #look(): void {
    const idle = performance.now() - this.#lastUsed;
    if (this.#taken > 0 || this.state !== 'ready') return;
    if (idle >= CLOSE_AFTER_MS) this.#drain(undefined);
    else if (idle >= PING_AFTER_MS) this.#checkAlive();
  }

  /** Ends a connection that does not answer a ping. */
  #checkAlive(): void {
    if (this.#session.destroyed) return;
    const timer = setTimeout(() => this.#destroy('ping_timeout'), PING_MS).unref();
    try {
      this.#session.ping((error) => {
        clearTimeout(timer);
        if (error) this.#destroy('ping_failed');
      });
    } catch {
      this.#destroy('ping_failed');
    }
  }

  #destroy(reason: string): void {
    this.#broken ??= reason;
    this.#session.destroy();
  }

  #failure(): Failure {
    if (this.#goawayReason !== undefined) return { kind: 'refused', reason: this.#goawayReason };
    const code = errorCode(this.#error);
    if (code !== undefined && CERTIFICATE_ALERT.test(code)) return { kind: 'refused', reason: code };
    return { kind: 'unreachable', reason: this.#broken ?? code ?? 'closed_early' };
  }

  async close(patience: number): Promise<void> {
    if (this.#ended) return;
    const end = new Promise<void>((done) => {
      this.#atEnd = done;
    });
    if (this.state === 'connecting') this.#destroy('stopping');
    else this.#drain(undefined);
    const cut = setTimeout(() => {
      this.#session.destroy();
      this.#over();
    }, patience);
    await end;
    clearTimeout(cut);
  }
}

/** TLS alerts about the client's certificate (RFC 8446, 6.2), as OpenSSL names them. */
const CERTIFICATE_ALERT = /^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/;

function answerOf(answer: { status: number; retryAfter: number }, chunks: readonly Buffer[]): PushAnswer {
  const { status, retryAfter } = answer;
  const usable = Number.isInteger(retryAfter) && retryAfter > 0;
  return {
    kind: 'answered',
    status,
    ...(status === 200 ? {} : parsePushAnswer(Buffer.concat(chunks))),
    ...(usable && { retryAfterSeconds: Math.min(retryAfter, 3600) }),
  };
}
