import { createHash, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EnrollmentInstructions } from '@tsukasa/apple-mdm';
import {
  buildCsr,
  buildName,
  type Certificate,
  issueCertificate,
  isValidAt,
  parseCertificate,
  publicKeyOf,
  spkiOf,
  verifyIssuedBy,
} from '@tsukasa/cms';
import {
  buildRequest,
  type CertRep,
  type Identity,
  issuerAndSubject,
  MEDIA_TYPES,
  parseCaCaps,
  parseCaCert,
  parseCertRep,
} from '@tsukasa/scep';
import { exchange, type HttpAnswer } from './http.ts';

/** The device's identity: what signs its messages and opens its TLS connections. */
export type DeviceIdentity = {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
  readonly authorities: readonly Buffer[];
};

/** The certificate was not given: `failInfo` when the server said why. */
export class ScepFailed extends Error {
  readonly failInfo: string | undefined;

  constructor(message: string, failInfo?: string, options?: ErrorOptions) {
    super(`SCEP: ${message}`, options);
    this.name = 'ScepFailed';
    this.failInfo = failInfo;
  }
}

export type ScepOptions = {
  readonly instructions: EnrollmentInstructions['scep'];
  readonly privateKey: KeyObject;
  /** Replaces `%SerialNumber%` and the like in the subject, as macOS does. */
  readonly variables: Readonly<Record<string, string>>;
  /** `legacy`: triple DES and SHA-1, as clients of ten years ago. */
  readonly ciphers: 'modern' | 'legacy';
  readonly ca?: readonly string[];
  readonly timeoutMs?: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Waits while a request is pending, in milliseconds; the default is real time. */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
};

/** Gets a certificate (RFC 8894; fact sheet 1.4). Throws `ScepFailed`, `ConnectionFailed` or ScepError. */
export async function obtainIdentity(options: ScepOptions): Promise<DeviceIdentity> {
  const { instructions, privateKey } = options;
  const capabilities = parseCaCaps((await get(options, 'GetCACaps')).body.toString('latin1'));
  const authorities = await fetchAuthorities(options);
  const subject = subjectOf(options);
  const csr = buildCsr({ subject, privateKey, challengePassword: instructions.challenge });
  const signer = { certificate: selfSigned(subject, privateKey, options.now), privateKey };
  const exchangeOne = (request: Parameters<typeof converse>[1]) => converse(options, request, capabilities);
  const common = { signer, authorities, transactionId: transactionOf(privateKey) };
  let answer = await exchangeOne({ ...common, messageType: 'PKCSReq', content: csr });
  for (let tries = 0; answer.status === 'PENDING' && tries < 3; tries++) {
    await (options.wait ?? sleep)(10_000);
    const poll = issuerAndSubject(recipientOf(authorities), subject);
    answer = await exchangeOne({ ...common, messageType: 'CertPoll', content: poll });
  }
  if (answer.status === 'PENDING') throw new ScepFailed('still pending');
  if (answer.status === 'FAILURE') throw new ScepFailed(`refused (${answer.failInfo})`, answer.failInfo);
  const certificate = checkIssued(answer.certificates, options, authorities);
  return { certificate, privateKey, authorities };
}

function operationUrl({ instructions }: ScepOptions, operation: string, message?: string): string {
  const url = new URL(instructions.url);
  url.searchParams.set('operation', operation);
  if (message !== undefined) url.searchParams.set('message', message);
  return url.href;
}

async function get(options: ScepOptions, operation: string, message?: string): Promise<HttpAnswer> {
  return expectOk(await exchange({ ...wire(options), method: 'GET', url: operationUrl(options, operation, message) }));
}

function wire({ ca, timeoutMs }: ScepOptions) {
  return { ...(ca === undefined ? {} : { ca }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

function expectOk(answer: HttpAnswer): HttpAnswer {
  if (answer.status !== 200) throw new ScepFailed(`the server answered ${answer.status}`);
  return answer;
}

/** Content types are compared whole: a parameter after them stops common clients. */
async function fetchAuthorities(options: ScepOptions): Promise<readonly Buffer[]> {
  const answer = await get(options, 'GetCACert', options.instructions.name);
  const type = answer.headers['content-type'] ?? '';
  if (type !== MEDIA_TYPES.caCert && type !== MEDIA_TYPES.caRaCert) throw new ScepFailed(`GetCACert came as ${type}`);
  const certificates = parseCaCert(type, answer.body);
  const { caFingerprint } = options.instructions;
  if (caFingerprint === undefined) return certificates;
  const anchor = certificates.find((der) => fingerprintMatches(der, caFingerprint));
  if (anchor === undefined) throw new ScepFailed('CAFingerprint is another');
  // Only one certificate was vouched for; what came beside it must descend from it.
  if (!certificates.every((der) => der.equals(anchor) || descends(der, [anchor], certificates))) {
    throw new ScepFailed('GetCACert holds a certificate that CAFingerprint does not vouch for');
  }
  return certificates;
}

const LONGEST_CHAIN = 5;

/** Whether a certificate was issued, directly or over some of `between`, by one of the `anchors`. */
function descends(der: Buffer, anchors: readonly Buffer[], between: readonly Buffer[], depth = LONGEST_CHAIN): boolean {
  const certificate = parseCertificate(der);
  const signed = (issuer: Buffer) => !issuer.equals(der) && isIssuedBy(certificate, parseCertificate(issuer));
  if (anchors.some(signed)) return true;
  return depth > 0 && between.some((issuer) => signed(issuer) && descends(issuer, anchors, between, depth - 1));
}

/** By its name, by its key, and by one that may issue at all. */
function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  return issuer.extensions.basicConstraints?.ca === true && verifyIssuedBy(certificate, issuer);
}

function fingerprintMatches(der: Buffer, expected: Buffer): boolean {
  const algorithm = { 16: 'md5', 20: 'sha1', 32: 'sha256' }[expected.length];
  return algorithm !== undefined && createHash(algorithm).update(der).digest().equals(expected);
}

function subjectOf({ instructions, variables }: ScepOptions): Buffer {
  const attributes = instructions.subject.flatMap((part) =>
    part.map(([type = '', value = '']): [string, string] => [
      type,
      value.replace(/%(\w+)%/g, (whole, name: string) => variables[name] ?? whole),
    ]),
  );
  return buildName(attributes);
}

function selfSigned(subject: Buffer, privateKey: KeyObject, now: number): Buffer {
  const day = 86_400_000;
  return issueCertificate({
    issuer: 'self',
    issuerKey: privateKey,
    subject,
    spki: spkiOf(privateKey),
    serial: Buffer.from([1]),
    notBefore: now - day,
    notAfter: now + day,
    keyUsage: ['digitalSignature', 'keyEncipherment'],
  }).der;
}

/** Of the public key, so that asking again is the same transaction; plus our own salt, as keys may be shared here. */
function transactionOf(privateKey: KeyObject): string {
  return createHash('sha256').update(spkiOf(privateKey)).update(randomBytes(8)).digest('hex').toUpperCase();
}

/** The certificate requests are encrypted to: one that may encipher, the first if none says so. */
function recipientOf(authorities: readonly Buffer[]): Buffer {
  const rsa = authorities.filter((der) => publicKeyOf(parseCertificate(der)).asymmetricKeyType === 'rsa');
  const found = rsa.find((der) => parseCertificate(der).extensions.keyUsage?.includes('keyEncipherment')) ?? rsa[0];
  if (found === undefined) throw new ScepFailed('no RSA certificate to encrypt to');
  return found;
}

type Conversation = {
  readonly messageType: 'PKCSReq' | 'CertPoll';
  readonly content: Buffer;
  readonly signer: Identity;
  readonly authorities: readonly Buffer[];
  readonly transactionId: string;
};

async function converse(options: ScepOptions, asked: Conversation, capabilities: readonly string[]): Promise<CertRep> {
  const senderNonce = randomBytes(16);
  const message = buildRequest({
    ...asked,
    recipient: recipientOf(asked.authorities),
    senderNonce,
    ...(options.ciphers === 'legacy' ? { cipher: 'des-ede3-cbc', digest: 'sha1' } : {}),
  });
  const post = capabilities.includes('POSTPKIOperation') || capabilities.includes('SCEPStandard');
  const answer = post
    ? await exchange({
        ...wire(options),
        method: 'POST',
        url: operationUrl(options, 'PKIOperation'),
        headers: { 'content-type': MEDIA_TYPES.pkiMessage },
        body: message,
      })
    : await get(options, 'PKIOperation', message.toString('base64'));
  const type = expectOk(answer).headers['content-type'];
  if (type !== MEDIA_TYPES.pkiMessage) throw new ScepFailed(`PKIOperation was answered as ${type}`);
  return parseCertRep(answer.body, {
    caCertificates: asked.authorities,
    transactionId: asked.transactionId,
    senderNonce,
    recipient: asked.signer,
  });
}

function checkIssued(ders: readonly Buffer[], options: ScepOptions, authorities: readonly Buffer[]): Certificate {
  const [der] = ders;
  if (der === undefined) throw new ScepFailed('no certificate came');
  const certificate = parseCertificate(der);
  if (!publicKeyOf(certificate).equals(createPublicKey(options.privateKey))) {
    throw new ScepFailed('the certificate is for another key');
  }
  if (!descends(der, authorities, ders.slice(1))) throw new ScepFailed('issued by a stranger');
  if (!isValidAt(certificate, options.now)) throw new ScepFailed('the certificate is not valid now');
  return certificate;
}
