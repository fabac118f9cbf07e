import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPlistDict, stringAt } from '@tsukasa/apple-mdm';
import {
  buildName,
  type Certificate,
  type CertificateRequest,
  findNameValue,
  issueCertificate,
  isValidAt,
  parseCertificate,
  parseCsr,
  parsePemCertificates,
  spkiOf,
  toPem,
  verifyCsr,
  verifyIssuedBy,
} from '@tsukasa/cms';

type Issuer = { readonly certificate: Certificate; readonly key: KeyObject };

/** The certificates of the fake Apple: `root` signs the server's own certificate, `push` signs push certificates. */
export type AppleAuthority = { readonly root: Issuer; readonly push: Issuer };

/** A push certificate as the portal hands it out; `privateKey` is absent when the request brought its own key. */
export type PushCertificate = {
  readonly topic: string;
  readonly certificate: string;
  readonly privateKey?: string;
  readonly notAfter: number;
};

const DAY = 86_400_000;
/** "Apple Push Notification service ssl (Production)", the mark of such certificates; its value is NULL. */
const PRODUCTION_MARK = '1.2.840.113635.100.6.3.2';
/** Apple Worldwide Developer Relations signs real ones; the name says that this one does not. */
const names = {
  root: buildName([
    ['CN', 'Fake Apple Root CA'],
    ['O', 'Not Apple Inc.'],
  ]),
  push: buildName([
    ['CN', 'Fake Apple Application Integration CA'],
    ['O', 'Not Apple Inc.'],
  ]),
};

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** Positive, 16 octets: the top bit would need a seventeenth. */
function newSerial(): Buffer {
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0);
  return serial;
}

/** Makes new authorities, valid for ten years around `now` (epoch milliseconds). */
export function createAuthority(now: number): AppleAuthority {
  const rootKey = newKey();
  const life = { notBefore: now - 365 * DAY, notAfter: now + 3650 * DAY };
  const root = issueCertificate({
    issuer: 'self',
    issuerKey: rootKey,
    subject: names.root,
    spki: spkiOf(rootKey),
    serial: newSerial(),
    ca: {},
    ...life,
  });
  const pushKey = newKey();
  const push = issueCertificate({
    issuer: root,
    issuerKey: rootKey,
    subject: names.push,
    spki: spkiOf(pushKey),
    serial: newSerial(),
    ca: { pathLength: 0 },
    ...life,
  });
  return { root: { certificate: root, key: rootKey }, push: { certificate: push, key: pushKey } };
}

/** Reads the authorities kept in a directory, or makes and keeps them: so that certificates outlive a restart. */
export function keptAuthority(directory: string, now: number): AppleAuthority {
  const file = join(directory, 'authority.pem');
  try {
    return readAuthority(readFileSync(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
  }
  const made = createAuthority(now);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, [made.root, made.push].map(issuerPem).join(''), { mode: 0o600 });
  return made;
}

function issuerPem({ certificate, key }: Issuer): string {
  return toPem('CERTIFICATE', certificate.der) + key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function readAuthority(pem: string): AppleAuthority {
  const [root, push] = parsePemCertificates(pem);
  const [rootKey, pushKey] = pem.match(/-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----/g) ?? [];
  if (!root || !push || !rootKey || !pushKey) throw new Error('authority.pem must hold two certificates and two keys');
  return {
    root: { certificate: root, key: createPrivateKey(rootKey) },
    push: { certificate: push, key: createPrivateKey(pushKey) },
  };
}

/** Certificate and key of the push service itself, for the loopback names. PEM. */
export function serverIdentity(authority: AppleAuthority, now: number): { cert: string; key: string } {
  const key = newKey();
  const certificate = issueCertificate({
    issuer: authority.root.certificate,
    issuerKey: authority.root.key,
    subject: buildName([['CN', 'localhost']]),
    spki: spkiOf(key),
    serial: newSerial(),
    notBefore: now - DAY,
    notAfter: now + 365 * DAY,
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['serverAuth'],
    subjectAltNames: [
      { type: 'dNSName', value: 'localhost' },
      { type: 'iPAddress', value: '127.0.0.1' },
      { type: 'iPAddress', value: '::1' },
    ],
  });
  return {
    cert: toPem('CERTIFICATE', certificate.der),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** PEM of the certificate a client of the push service must trust: what `TSUKASA_APNS_CA_FILE` names. */
export function rootPem(authority: AppleAuthority): string {
  return toPem('CERTIFICATE', authority.root.certificate.der);
}

/** What to ask the push portal for. Keeping `topic` is a renewal; `csr` is PEM, or what a vendor signed (base64 plist). */
export type PushCertificateOrder = {
  readonly topic?: string;
  readonly csr?: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
};

/** A new topic, as the portal makes them. */
export function newTopic(): string {
  return `com.apple.mgmt.External.${randomUUID()}`;
}

/** Signs a push certificate for a year, as identity.apple.com does. Throws for a request that is not signed by its key. */
export function mintPushCertificate(
  authority: AppleAuthority,
  order: PushCertificateOrder,
  now: number,
): PushCertificate {
  const topic = order.topic ?? newTopic();
  const own = order.csr === undefined ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey : undefined;
  const spki = own === undefined ? readRequest(order.csr ?? '').spki : spkiOf(own);
  const notAfter = order.notAfter ?? now + 365 * DAY;
  const certificate = issueCertificate({
    issuer: authority.push.certificate,
    issuerKey: authority.push.key,
    subject: buildName([
      ['UID', topic],
      ['CN', `APSP:${topic.replace(/^com\.apple\.mgmt\.(External\.)?/, '')}`],
      ['C', 'US'],
    ]),
    spki,
    serial: newSerial(),
    notBefore: order.notBefore ?? now - 600_000,
    notAfter,
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['clientAuth'],
    extraExtensions: [{ oid: PRODUCTION_MARK, critical: false, value: Buffer.from([5, 0]) }],
  });
  return {
    topic,
    certificate: toPem('CERTIFICATE', certificate.der),
    ...(own === undefined ? {} : { privateKey: own.export({ type: 'pkcs8', format: 'pem' }).toString() }),
    notAfter,
  };
}

function readRequest(text: string): CertificateRequest {
  const csr = parseCsr(requestDer(text));
  if (!verifyCsr(csr)) throw new Error('the request is not signed by the key in it');
  return csr;
}

/** PEM, bare base64 of a request, or the vendor's document (fact sheet 4.1): base64 of a plist that carries the request. */
function requestDer(text: string): Buffer {
  const pem = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([\s\S]*?)-----END/.exec(text)?.[1];
  if (pem !== undefined) return Buffer.from(pem, 'base64');
  const decoded = text.trimStart().startsWith('<') ? Buffer.from(text) : Buffer.from(text, 'base64');
  if (decoded[0] !== 0x3c) return decoded;
  return Buffer.from(stringAt(readPlistDict(decoded), 'PushCertRequestCSR'), 'base64');
}

/** What the push service makes of a client's certificate: its topic, or why it is no push certificate. */
export function judgePushCertificate(
  authority: AppleAuthority,
  der: Buffer | undefined,
  now: number,
): { readonly topic: string } | { readonly refusal: 'MissingProviderToken' | 'BadCertificate' } {
  if (der === undefined) return { refusal: 'MissingProviderToken' };
  const certificate = parseCertificate(der);
  const genuine = verifyIssuedBy(certificate, authority.push.certificate) && isValidAt(certificate, now);
  const topic = findNameValue(certificate.subject, 'UID');
  return genuine && topic !== undefined ? { topic } : { refusal: 'BadCertificate' };
}
