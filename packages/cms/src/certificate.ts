import type { KeyObject } from 'node:crypto';
import { createPublicKey, hash } from 'node:crypto';
import type { DerReader } from './der.ts';
import { bitStringOf, inside, integerOf, readWhole, smallIntegerOf, TAG, timeOf } from './der.ts';
import { bitString, context, encode, sequence, smallInteger, time, unsignedInteger } from './der-writer.ts';
import { CmsError } from './errors.ts';
import type { CertificateExtensions, Extension, GeneralName, KeyUsage, NamedPurpose } from './extensions.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  encodeExtensions,
  extendedKeyUsage,
  keyUsage,
  parseExtensions,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts';
import type { DistinguishedName } from './name.ts';
import { parseName } from './name.ts';
import {
  defaultDigest,
  isSignedBy,
  parseAlgorithm,
  publicKeyFromSpki,
  schemeOf,
  signatureAlgorithm,
  signWith,
} from './signature.ts';

/** An X.509 certificate (RFC 5280). Times are epoch milliseconds; buffers are views of the DER it was parsed from. */
export type Certificate = {
  readonly der: Buffer;
  /** SHA-256 of `der`: the identity of the certificate in enrollment bindings. */
  readonly sha256: Buffer;
  /** Content octets of the serial number as encoded; `serialHex` is the same without a leading zero octet. */
  readonly serial: Buffer;
  readonly serialHex: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly spki: Buffer;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: CertificateExtensions;
  readonly tbs: Buffer;
  /** DER of the AlgorithmIdentifier the issuer signed with. */
  readonly signatureAlgorithm: Buffer;
  readonly signature: Buffer;
};

/** Reads one certificate. Throws `malformed` or `too_large`; its signature and dates are not looked at. */
export function parseCertificate(der: Uint8Array): Certificate {
  const whole = readWhole(der, TAG.sequence, 'der');
  const reader = inside(whole);
  const tbs = reader.next(TAG.sequence);
  const outerAlgorithm = reader.next(TAG.sequence);
  const signature = bitStringOf(reader.next(TAG.bitString));
  reader.end();
  const fields = inside(tbs);
  const { serial, innerAlgorithm, issuer } = readHead(fields);
  if (!innerAlgorithm.equals(outerAlgorithm.raw)) throw new CmsError('malformed', 'two signature algorithms');
  const validity = fields.enter(TAG.sequence);
  const notBefore = timeOf(validity.next());
  const notAfter = timeOf(validity.next());
  validity.end();
  const subject = parseName(fields.next(TAG.sequence));
  const spki = fields.next(TAG.sequence).raw;
  return {
    der: whole.raw,
    sha256: hash('sha256', whole.raw, 'buffer'),
    serial,
    serialHex: (serial[0] === 0 && serial.length > 1 ? serial.subarray(1) : serial).toString('hex'),
    issuer: parseName(readWhole(issuer, TAG.sequence, 'der')),
    subject,
    spki,
    notBefore,
    notAfter,
    extensions: readExtensions(fields),
    tbs: tbs.raw,
    signatureAlgorithm: outerAlgorithm.raw,
    signature,
  };
}

function readHead(fields: DerReader): { serial: Buffer; innerAlgorithm: Buffer; issuer: Buffer } {
  const version = fields.optional(0xa0);
  if (version !== undefined && smallIntegerOf(inside(version).next(TAG.integer)) > 2) {
    throw new CmsError('unsupported', 'certificate version');
  }
  const serial = integerOf(fields.next(TAG.integer));
  const innerAlgorithm = fields.next(TAG.sequence).raw;
  return { serial, innerAlgorithm, issuer: fields.next(TAG.sequence).raw };
}

function readExtensions(fields: DerReader): CertificateExtensions {
  fields.optional(0x81);
  fields.optional(0x82);
  const wrapped = fields.optional(0xa3);
  fields.end();
  if (wrapped === undefined) return { all: [] };
  const reader = inside(wrapped);
  const extensions = parseExtensions(reader.next(TAG.sequence));
  reader.end();
  return extensions;
}

/** DER of the issuer and content octets of the serial number, read without the rest: for the hot path. */
export function readIssuerAndSerial(der: Buffer): { readonly issuer: Buffer; readonly serial: Buffer } {
  return readHead(inside(readWhole(der, TAG.sequence, 'der')).enter(TAG.sequence));
}

/** Public key of a certificate. Throws `unsupported` outside RSA 1024 to 8192 bits, P-256, P-384 and P-521. */
export function publicKeyOf(certificate: Pick<Certificate, 'spki'>): KeyObject {
  return publicKeyFromSpki(certificate.spki);
}

/** Public key straight from a certificate's DER. Errors as `parseCertificate` and `publicKeyOf`. */
export function publicKeyFromCertificate(der: Buffer): KeyObject {
  const fields = inside(readWhole(der, TAG.sequence, 'der')).enter(TAG.sequence);
  readHead(fields);
  fields.next(TAG.sequence);
  fields.next(TAG.sequence);
  return publicKeyFromSpki(fields.next(TAG.sequence).raw);
}

/**
 * Whether `issuer`'s key made `leaf`'s signature and `leaf` names `issuer`: nothing else. Dates are `isValidAt`; whether
 * the issuer may issue is in its extensions. Throws `unsupported` for algorithms we do not know.
 */
export function verifyIssuedBy(leaf: Certificate, issuer: Certificate): boolean {
  if (!leaf.issuer.der.equals(issuer.subject.der)) return false;
  const scheme = schemeOf(parseAlgorithm(readWhole(leaf.signatureAlgorithm, TAG.sequence, 'der')));
  return isSignedBy(scheme, publicKeyOf(issuer), leaf.tbs, leaf.signature);
}

/** Whether `at`, in epoch milliseconds, lies within the validity; both ends belong to it. */
export function isValidAt(certificate: Pick<Certificate, 'notBefore' | 'notAfter'>, at: number): boolean {
  return certificate.notBefore <= at && at <= certificate.notAfter;
}

/** What to put into a certificate. Times are epoch milliseconds, whole seconds of them are kept. */
export type IssueOptions = {
  /** `self` for a self-signed certificate. */
  readonly issuer: Certificate | 'self';
  readonly issuerKey: KeyObject;
  /** DER of a Name, as `buildName` makes it. */
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
  /** Unsigned big-endian, 1 to 20 octets once encoded, not zero. */
  readonly serial: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Present for a certificate authority: basicConstraints, and keyCertSign and cRLSign unless `keyUsage` is given. */
  readonly ca?: { readonly pathLength?: number };
  readonly keyUsage?: readonly KeyUsage[];
  readonly extendedKeyUsage?: readonly (NamedPurpose | (string & {}))[];
  readonly subjectAltNames?: readonly GeneralName[];
  /** Extensions copied as they are, after ours. */
  readonly extraExtensions?: readonly Extension[];
};

/**
 * Signs a version 3 certificate: SHA-256, or the digest of a larger curve, with RSA PKCS#1 v1.5 or ECDSA. Always carries
 * the subject key identifier, and the authority's when the issuer has one. Throws `malformed` for contradictory options.
 */
export function issueCertificate(options: IssueOptions): Certificate {
  const { issuer, issuerKey, subject, spki } = options;
  checkIssuer(issuer === 'self' ? spki : issuer.spki, issuerKey);
  if (options.notAfter < options.notBefore) throw new CmsError('malformed', 'validity ends before it begins');
  const digest = defaultDigest(issuerKey);
  const algorithm = signatureAlgorithm(issuerKey, digest);
  const tbs = sequence(
    context(0, smallInteger(2)),
    encodeSerial(options.serial),
    algorithm,
    issuer === 'self' ? subject : issuer.subject.der,
    sequence(time(options.notBefore), time(options.notAfter)),
    subject,
    spki,
    context(3, encodeExtensions(extensionsFor(options))),
  );
  return parseCertificate(sequence(tbs, algorithm, bitString(signWith(issuerKey, digest, tbs))));
}

function checkIssuer(spki: Uint8Array, issuerKey: KeyObject): void {
  if (issuerKey.type !== 'private' || !createPublicKey(issuerKey).equals(publicKeyFromSpki(spki))) {
    throw new CmsError('malformed', 'issuer key does not belong to the issuer');
  }
}

function encodeSerial(serial: Uint8Array): Buffer {
  const encoded = unsignedInteger(serial);
  if (encoded.length > 22 || serial.every((octet) => octet === 0)) throw new CmsError('malformed', 'serial number');
  return encoded;
}

function extensionsFor(options: IssueOptions): Extension[] {
  const { ca, issuer, subjectAltNames = [], extendedKeyUsage: purposes = [] } = options;
  const usages = options.keyUsage ?? (ca === undefined ? [] : (['keyCertSign', 'cRLSign'] as const));
  const keyId = keyIdOf(options.spki);
  const issuerKeyId = issuer === 'self' ? keyId : issuer.extensions.subjectKeyId;
  const emptySubject = options.subject.length === 2;
  return [
    ...(ca === undefined ? [] : [basicConstraints(ca.pathLength)]),
    ...(usages.length === 0 ? [] : [keyUsage(usages)]),
    ...(purposes.length === 0 ? [] : [extendedKeyUsage(purposes)]),
    ...(subjectAltNames.length === 0 ? [] : [subjectAltName(subjectAltNames, emptySubject)]),
    subjectKeyIdentifier(keyId),
    ...(issuerKeyId === undefined ? [] : [authorityKeyIdentifier(issuerKeyId)]),
    ...(options.extraExtensions ?? []),
  ];
}

/** Key identifier of RFC 7093, 2, method 1: 160 bits of the SHA-256 of the public key bits. */
export function keyIdOf(spki: Uint8Array): Buffer {
  const reader = inside(readWhole(spki, TAG.sequence, 'der'));
  reader.next(TAG.sequence);
  return hash('sha256', bitStringOf(reader.next(TAG.bitString)), 'buffer').subarray(0, 20);
}

/** SubjectPublicKeyInfo DER of a public or private key. */
export function spkiOf(key: KeyObject): Buffer {
  return (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' });
}

/** IssuerAndSerialNumber (RFC 5652, 10.2.4). */
export function issuerAndSerialNumber(certificate: Pick<Certificate, 'issuer' | 'serial'>): Buffer {
  return sequence(certificate.issuer.der, encode(TAG.integer, certificate.serial));
}
