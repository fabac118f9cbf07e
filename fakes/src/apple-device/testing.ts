import { createHash, generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  buildCommand,
  buildEnrollmentProfile,
  type CheckinMessage,
  type ConnectReport,
  type EnrollmentProfileParams,
  type PlistDict,
  parseCheckin,
  parseConnect,
} from '@tsukasa/apple-mdm';
import {
  buildName,
  type Certificate,
  issueCertificate,
  parseCertificate,
  spkiOf,
  verifyDetached,
  verifyIssuedBy,
} from '@tsukasa/cms';
import {
  buildCaCaps,
  buildCaCert,
  buildCertRep,
  decodeGetMessage,
  decryptCsr,
  type PkiMessage,
  parsePkiMessage,
} from '@tsukasa/scep';

const TOPIC = 'com.apple.mgmt.External.test';

/**
 * The smallest server a device can live with, for the tests of the device: it verifies every message and answers from
 * what the test put into its fields. It is no model of a real one.
 */
export class TinyServer {
  readonly authority = makeAuthority();
  readonly challenge = randomUUID();
  readonly uuids = { profile: randomUUID(), scep: randomUUID(), mdm: randomUUID() };
  readonly checkins: CheckinMessage[] = [];
  readonly reports: ConnectReport[] = [];
  readonly scepRequests: PkiMessage[] = [];
  readonly issued: Certificate[] = [];
  readonly ddm = new Map<string, string>();
  /** Waiting commands. */
  queue: PlistDict[] = [];
  /** How the next messages are refused, one by one; `undefined` lets one pass. */
  refusals: ({ readonly status: number; readonly body?: Buffer } | undefined)[] = [];
  changes: (params: EnrollmentProfileParams) => EnrollmentProfileParams = (params) => params;
  profileBody: ((profile: Buffer) => Buffer) | undefined;
  caps: readonly string[] | undefined;
  /** Certificates that `GetCACert` gives beside the authority's own. */
  besides: readonly Buffer[] = [];
  /** Who issues in the authority's place, and comes along in the answer. */
  impostor: Authority | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(): Promise<TinyServer> {
    const tiny = new TinyServer();
    await new Promise<void>((resolve) => tiny.#server.listen(0, '127.0.0.1', resolve));
    return tiny;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.origin}/enroll/code`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  params(): EnrollmentProfileParams {
    return this.changes({
      identifier: 'jp.example.tiny',
      uuid: this.uuids.profile,
      organization: 'Example',
      displayName: 'Tiny',
      scep: {
        uuid: this.uuids.scep,
        url: `${this.origin}/scep`,
        challenge: this.challenge,
        subject: [[['CN', '%SerialNumber%']]],
        name: 'tiny',
        caFingerprint: createHash('sha1').update(this.authority.certificate.der).digest(),
      },
      mdm: {
        uuid: this.uuids.mdm,
        serverUrl: `${this.origin}/connect`,
        checkInUrl: `${this.origin}/checkin`,
        topic: TOPIC,
        accessRights: 8191,
        signMessage: true,
        checkOutWhenRemoved: true,
        serverCapabilities: ['com.apple.mdm.bootstraptoken'],
      },
    });
  }

  profile(): Buffer {
    return buildEnrollmentProfile(this.params());
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await Array.fromAsync(request));
    const url = new URL(request.url ?? '/', this.origin);
    if (url.pathname.startsWith('/enroll/')) return this.#enroll(request, response, url);
    if (url.pathname === '/scep') return this.#scep(response, url, body);
    this.#verify(request, body);
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return void response.writeHead(refusal.status).end(refusal.body);
    const answer = url.pathname === '/checkin' ? this.#checkin(body) : this.#connect(body);
    if (answer === undefined) response.writeHead(404).end();
    else response.writeHead(200).end(answer);
  }

  #enroll(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (url.pathname === '/enroll/moved') return void response.writeHead(302, { location: '/enroll/code' }).end();
    const page = !url.pathname.endsWith('/profile') && (request.headers.accept ?? '').includes('text/html');
    if (page) {
      const html = `<html><a class="b" href="${url.pathname}/profile">インストール</a></html>`;
      return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
    }
    const profile = this.profile();
    response.writeHead(200, { 'content-type': 'application/x-apple-aspen-config' });
    response.end(this.profileBody?.(profile) ?? profile);
  }

  #scep(response: ServerResponse, url: URL, body: Buffer): void {
    const operation = url.searchParams.get('operation');
    if (operation === 'GetCACaps') return void response.end(buildCaCaps(this.caps));
    if (operation === 'GetCACert') {
      const { mediaType, body: certificate } = buildCaCert([this.authority.certificate.der, ...this.besides]);
      return void response.writeHead(200, { 'content-type': mediaType }).end(certificate);
    }
    const request = parsePkiMessage(body.length > 0 ? body : decodeGetMessage(url.searchParams.get('message') ?? ''));
    this.scepRequests.push(request);
    const signer = { certificate: this.authority.certificate.der, privateKey: this.authority.key };
    const csr = decryptCsr(request, signer);
    const leaf = this.#issue(csr.subject.der, csr.spki);
    const result =
      csr.challengePassword === this.challenge
        ? ({ status: 'SUCCESS', request, certificates: [leaf.der, ...this.#alongside()] } as const)
        : ({ status: 'FAILURE', request, failInfo: 'badRequest' } as const);
    response.writeHead(200, { 'content-type': 'application/x-pki-message' }).end(buildCertRep({ result, signer }));
  }

  #alongside(): readonly Buffer[] {
    return this.impostor === undefined ? [] : [this.impostor.certificate.der];
  }

  #issue(subject: Buffer, spki: Buffer): Certificate {
    const { certificate, key } = this.impostor ?? this.authority;
    const now = Temporal.Now.instant().epochMilliseconds;
    const leaf = issueCertificate({
      issuer: certificate,
      issuerKey: key,
      subject,
      spki,
      serial: randomBytes(12),
      notBefore: now - 600_000,
      notAfter: now + 86_400_000,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['clientAuth'],
    });
    this.issued.push(leaf);
    return leaf;
  }

  /** Throws, which breaks the connection, for a message that no identity of ours signed. */
  #verify(request: IncomingMessage, body: Buffer): void {
    const signature = request.headers['mdm-signature'];
    if (typeof signature !== 'string') throw new Error('the message is not signed');
    const { certificate } = verifyDetached(Buffer.from(signature, 'base64'), body);
    if (!verifyIssuedBy(parseCertificate(certificate), this.authority.certificate)) throw new Error('a stranger');
  }

  #checkin(body: Buffer): Buffer | string | undefined {
    const message = parseCheckin(body);
    this.checkins.push(message);
    return message.type === 'DeclarativeManagement' && message.endpoint !== 'status'
      ? this.ddm.get(message.endpoint)
      : '';
  }

  #connect(body: Buffer): Buffer | string {
    const report = parseConnect(body);
    this.reports.push(report);
    const command = this.queue.shift();
    if (command === undefined) return '';
    return buildCommand({ commandUuid: randomUUID(), command });
  }
}

type Authority = { readonly certificate: Certificate; readonly key: KeyObject };

/** A certificate authority of its own. */
export function makeAuthority(): Authority {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const now = Temporal.Now.instant().epochMilliseconds;
  const certificate = issueCertificate({
    issuer: 'self',
    issuerKey: key,
    subject: buildName([['CN', 'Tiny CA']]),
    spki: spkiOf(key),
    serial: Buffer.from([7]),
    notBefore: now - 86_400_000,
    notAfter: now + 86_400_000,
    ca: {},
    keyUsage: ['keyCertSign', 'digitalSignature', 'keyEncipherment'],
  });
  return { certificate, key };
}
