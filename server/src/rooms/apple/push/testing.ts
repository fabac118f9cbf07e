import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { buildName, type Certificate, issueCertificate, spkiOf, toPem } from '@tsukasa/cms';
import { type ContractorId, newId } from '../../../base/ids.ts';
import type { PushIdentity } from '../../certificates/index.ts';

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const now = Date.now();

function certificateOf(subject: readonly (readonly [string, string])[], ca?: Certificate, notAfter = now + 86_400_000) {
  return issueCertificate({
    issuer: ca ?? 'self',
    issuerKey: key,
    subject: buildName(subject),
    spki: spkiOf(key),
    serial: Buffer.from([1, Math.floor(Math.random() * 255)]),
    notBefore: now - 2 * 86_400_000,
    notAfter,
    ...(ca ? { subjectAltNames: [{ type: 'dNSName', value: 'localhost' }] } : { ca: {} }),
  });
}

const apple = certificateOf([['CN', 'Test push authority']]);
const stranger = certificateOf([['CN', 'Another authority']]);

/** A push certificate that the test server takes; `stranger`: that it refuses in the handshake. */
export function pushIdentity(
  contractorId: ContractorId,
  options: { readonly topic?: string; readonly stranger?: boolean; readonly notAfter?: Temporal.Instant } = {},
): PushIdentity {
  const topic = options.topic ?? 'com.apple.mgmt.External.test';
  const notAfter = options.notAfter ?? Temporal.Instant.fromEpochMilliseconds(now + 365 * 86_400_000);
  const leaf = certificateOf([['UID', topic]], options.stranger ? stranger : apple);
  return {
    id: newId<'PushCertificate'>(),
    contractorId,
    topic,
    certificate: toPem('CERTIFICATE', leaf.der),
    privateKey: key,
    notAfter,
  };
}

export type Received = {
  readonly token: string;
  readonly topic: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly session: number;
};
/** What to answer: a status with a JSON body, `hang`, `refuse` the stream, or `goaway` with a body, answering nothing. */
export type Answer =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | 'hang'
  | 'refuse'
  | { readonly goaway: unknown };

/** A small APNs: HTTP/2 over TLS, client certificates required. */
export type TestApns = {
  readonly origin: string;
  readonly caFile: string;
  readonly received: Received[];
  /** Sessions ever opened, and now open. */
  readonly sessions: { opened: number; readonly open: Set<ServerHttp2Session> };
  /** The most streams open at once. */
  mostAtOnce: number;
  answer: (push: Received) => Answer;
  /** Milliseconds before an answer. */
  delay: number;
  stop(): Promise<void>;
};

export async function testApns(maxConcurrentStreams = 100): Promise<TestApns> {
  const folder = mkdtempSync(join(tmpdir(), 'tsukasa-apns-'));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, toPem('CERTIFICATE', apple.der));
  const server = createSecureServer({
    key: key.export({ format: 'pem', type: 'pkcs8' }),
    cert: toPem('CERTIFICATE', certificateOf([['CN', 'localhost']], apple).der),
    ca: toPem('CERTIFICATE', apple.der),
    requestCert: true,
    rejectUnauthorized: true,
    settings: { maxConcurrentStreams },
  });
  const sessions = { opened: 0, open: new Set<ServerHttp2Session>() };
  const stop = () => stopServer(server, sessions.open);
  const state = {
    caFile,
    received: [] as Received[],
    sessions,
    mostAtOnce: 0,
    answer: (): Answer => ({ status: 200 }),
    delay: 0,
    stop,
  };
  const numbers = new WeakMap<object, number>();
  server.on('session', (session) => {
    sessions.opened += 1;
    sessions.open.add(session);
    numbers.set(session, sessions.opened);
    session.on('error', () => undefined);
    session.on('close', () => sessions.open.delete(session));
  });
  server.on('sessionError', () => undefined);
  server.on('tlsClientError', () => undefined);
  let atOnce = 0;
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    atOnce += 1;
    apns.mostAtOnce = Math.max(apns.mostAtOnce, atOnce);
    stream.on('error', () => undefined);
    stream.on('close', () => {
      atOnce -= 1;
    });
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const push = {
        token: String(headers[':path']).replace('/3/device/', ''),
        topic: String(headers['apns-topic']),
        headers,
        body: Buffer.concat(chunks).toString(),
        session: numbers.get(stream.session ?? {}) ?? 0,
      };
      apns.received.push(push);
      setTimeout(() => reply(stream, apns.answer(push)), apns.delay);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const apns: TestApns = Object.assign(state, { origin: `https://localhost:${port}` });
  after(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return apns;
}

function reply(stream: ServerHttp2Stream, answer: Answer): void {
  if (answer === 'hang' || stream.destroyed) return;
  if (answer === 'refuse') {
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
    return;
  }
  if ('goaway' in answer) {
    const { session, id = 1 } = stream;
    if (!session || session.destroyed) return;
    session.goaway(0, id - 2, Buffer.from(JSON.stringify(answer.goaway)));
    setTimeout(() => session.destroy(), 20);
    return;
  }
  stream.respond({ ':status': answer.status, 'apns-id': newId(), ...answer.headers });
  stream.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
}

async function stopServer(server: Http2SecureServer, open: ReadonlySet<ServerHttp2Session>): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise((done) => server.close(done));
  for (const session of open) session.destroy();
  await closed;
}
