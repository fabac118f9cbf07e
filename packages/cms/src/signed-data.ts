import type { KeyObject } from 'node:crypto';
import { hash, timingSafeEqual } from 'node:crypto';
import { parseCertificate, publicKeyFromCertificate, readIssuerAndSerial } from './certificate.ts';
import type { DerReader, Element } from './der.ts';
import { inside, integerOf, octetsOf, readWhole, TAG, timeOf } from './der.ts';
import { CmsError } from './errors.ts';
import { OID, oidOf } from './oids.ts';
import type { DigestName, SignatureScheme } from './signature.ts';
import { digestOf, isSignedBy, parseAlgorithm, schemeOf } from './signature.ts';

/** Bounds of what one message may carry; real ones carry one signer and a handful of certificates. */
const MAX_CERTIFICATES = 64;
const MAX_SIGNERS = 16;
const MAX_ATTRIBUTES = 64;

/** Issuer is the DER of a Name, serial the content octets of the number. */
export type SignerId =
  | { readonly type: 'issuerAndSerial'; readonly issuer: Buffer; readonly serial: Buffer }
  | { readonly type: 'subjectKeyId'; readonly subjectKeyId: Buffer };
/** Values are whole DER elements. */
export type Attribute = { readonly oid: string; readonly values: readonly Buffer[] };
/** One signer, as sent. */
export type SignerInfo = {
  readonly signerId: SignerId;
  readonly digest: DigestName;
  readonly scheme: SignatureScheme;
  readonly signedAttributes?: readonly Attribute[];
  /** The exact octets signed when there are signed attributes: as sent, under the tag of a SET (RFC 5652, 5.4). */
  readonly signedBytes?: Buffer;
  readonly signature: Buffer;
};
/** A SignedData (RFC 5652, 5). `content` is absent when it is detached. */
export type SignedData = {
  readonly contentType: string;
  readonly content?: Buffer;
  readonly certificates: readonly Buffer[];
  readonly signers: readonly SignerInfo[];
};

/** Reads a ContentInfo with SignedData, DER or BER, without checking anything signed. */
export function parseSignedData(bytes: Uint8Array): SignedData {
  const outer = inside(readWhole(bytes, TAG.sequence, 'ber'));
  if (oidOf(outer.next()) !== OID.signedData) throw new CmsError('malformed', 'not SignedData');
  const fields = outer.enter(0xa0).enter(TAG.sequence);
  fields.next(TAG.integer);
  fields.next(TAG.set);
  const encapsulated = fields.enter(TAG.sequence);
  const contentType = oidOf(encapsulated.next());
  const content = readContent(encapsulated);
  const certificates = fields.optional(0xa0);
  fields.optional(0xa1);
  const signers = fields.enter(TAG.set).rest(MAX_SIGNERS, TAG.sequence).map(parseSignerInfo);
  return {
    contentType,
    ...(content && { content }),
    certificates: certificates === undefined ? [] : readCertificates(certificates),
    signers,
  };
}

function readContent(encapsulated: DerReader): Buffer | undefined {
  const wrapped = encapsulated.optional(0xa0);
  if (wrapped === undefined) return undefined;
  const element = inside(wrapped).next();
  if ((element.tag & ~0x20) !== TAG.octetString) throw new CmsError('unsupported', 'content is no octet string');
  return octetsOf(element);
}

/** X.509 certificates only: attribute certificates and other kinds are skipped. */
function readCertificates(element: Element): Buffer[] {
  return inside(element)
    .rest(MAX_CERTIFICATES)
    .filter(({ tag }) => tag === TAG.sequence)
    .map(({ raw }) => raw);
}

function parseSignerInfo(element: Element): SignerInfo {
  const fields = inside(element);
  fields.next(TAG.integer);
  const signerId = readSignerId(fields);
  const digest = digestOf(parseAlgorithm(fields.next(TAG.sequence)));
  const attributes = fields.optional(0xa0);
  const scheme = schemeOf(parseAlgorithm(fields.next(TAG.sequence)), digest);
  const signature = octetsOf(fields.next());
  return {
    signerId,
    digest,
    scheme,
    ...(attributes && {
      signedAttributes: inside(attributes).rest(MAX_ATTRIBUTES, TAG.sequence).map(parseAttribute),
      signedBytes: retag(attributes),
    }),
    signature,
  };
}

export function readSignerId(fields: DerReader): SignerId {
  const keyId = fields.optional(0x80);
  if (keyId !== undefined) return { type: 'subjectKeyId', subjectKeyId: keyId.content };
  const pair = fields.enter(TAG.sequence);
  const issuer = pair.next(TAG.sequence).raw;
  const serial = integerOf(pair.next(TAG.integer));
  return { type: 'issuerAndSerial', issuer, serial };
}

function parseAttribute(element: Element): Attribute {
  const fields = inside(element);
  const oid = oidOf(fields.next());
  const values = fields
    .enter(TAG.set)
    .rest(MAX_ATTRIBUTES)
    .map(({ raw }) => raw);
  return { oid, values };
}

/** The attributes as signed: their own octets, with [0] made SET. A copy, because the input is the caller's. */
function retag(attributes: Element): Buffer {
  if (attributes.raw[1] === 0x80) throw new CmsError('unsupported', 'signed attributes are not DER');
  const bytes = Buffer.from(attributes.raw);
  bytes[0] = TAG.set;
  return bytes;
}

/**
 * Public keys of certificates the caller has seen before; the hot path then parses no key. A cache must go by all of the
 * DER, or its hash: anybody can send another certificate under the same names.
 */
export type VerifyOptions = { readonly publicKey?: (certificateDer: Buffer) => KeyObject };
/** `signingTime` is the signer's claim, in epoch milliseconds. */
export type VerifiedSigner = {
  readonly certificate: Buffer;
  readonly digest: DigestName;
  readonly signingTime?: number;
};

/**
 * Checks one signer of `signedData` over `content` and returns the carried certificate whose key signed. Says nothing
 * about who issued that certificate, or when it is valid. Throws `bad_signature`, `malformed` or `unsupported`.
 */
export function verifySigner(
  signedData: SignedData,
  signer: SignerInfo,
  content: Uint8Array,
  options: VerifyOptions = {},
): VerifiedSigner {
  const certificate = findSigner(signedData.certificates, signer.signerId);
  const key = (options.publicKey ?? publicKeyFromCertificate)(certificate);
  const { signedAttributes, signedBytes, digest } = signer;
  if (signedAttributes === undefined || signedBytes === undefined) {
    refuseAttributesAsContent(signedData, content);
    if (!isSignedBy(signer.scheme, key, content, signer.signature)) throw badSignature();
    return { certificate, digest };
  }
  checkAttributes(signedAttributes, signedData.contentType, hash(digest, content, 'buffer'));
  if (!isSignedBy(signer.scheme, key, signedBytes, signer.signature)) throw badSignature();
  const signingTime = readSigningTime(signedAttributes);
  return { certificate, digest, ...(signingTime !== undefined && { signingTime }) };
}

function badSignature(): CmsError {
  return new CmsError('bad_signature', 'signature does not verify');
}

/** The carried certificate a signer names. One we cannot read is passed over, not fatal: it may not be the signer's. */
function findSigner(certificates: readonly Buffer[], id: SignerId): Buffer {
  const found = certificates.find((certificate) => isNamed(certificate, id));
  if (found === undefined) throw new CmsError('malformed', 'signer certificate is not in the message');
  return found;
}

/** Whether `id` names this certificate. False for bytes that are no certificate. */
export function isNamed(certificate: Buffer, id: SignerId): boolean {
  try {
    if (id.type === 'subjectKeyId') {
      return parseCertificate(certificate).extensions.subjectKeyId?.equals(id.subjectKeyId) ?? false;
    }
    const { issuer, serial } = readIssuerAndSerial(certificate);
    return serial.equals(id.serial) && issuer.equals(id.issuer);
  } catch (error) {
    if (error instanceof CmsError) return false;
    throw error;
  }
}

function checkAttributes(attributes: readonly Attribute[], contentType: string, digest: Buffer): void {
  if (oidOf(readWhole(singleValue(attributes, OID.contentType), TAG.oid, 'der')) !== contentType) {
    throw new CmsError('bad_signature', 'signed content type is another');
  }
  const claimed = octetsOf(readWhole(singleValue(attributes, OID.messageDigest), TAG.octetString, 'der'));
  if (claimed.length !== digest.length || !timingSafeEqual(claimed, digest)) {
    throw new CmsError('bad_signature', 'message digest is another');
  }
}

function singleValue(attributes: readonly Attribute[], oid: string): Buffer {
  const value = findSingleValue(attributes, oid);
  if (value === undefined) throw new CmsError('malformed', 'signed attribute missing');
  return value;
}

/** DER of the one value of an attribute, undefined without it. Repeated, or with several values, it is `malformed`. */
export function findSingleValue(attributes: readonly Attribute[], oid: string): Buffer | undefined {
  const [first, second] = attributes.filter((attribute) => attribute.oid === oid);
  if (first === undefined) return undefined;
  if (second !== undefined || first.values.length !== 1) throw new CmsError('malformed', 'signed attribute repeated');
  return first.values[0];
}

function readSigningTime(attributes: readonly Attribute[]): number | undefined {
  const value = findSingleValue(attributes, OID.signingTime);
  if (value === undefined) return undefined;
  return timeOf(readWhole(value, value[0] ?? TAG.utcTime, 'der'));
}

/**
 * Without signed attributes, content that itself is a set of them would let somebody present a signature over another
 * message's attributes as one over this content (RFC 5652, 5.3, wants attributes for every type but data).
 */
function refuseAttributesAsContent(signedData: SignedData, content: Uint8Array): void {
  if (signedData.contentType !== OID.data) throw new CmsError('malformed', 'signed attributes missing');
  if (content[0] === TAG.set && looksLikeAttributes(content)) {
    throw new CmsError('bad_signature', 'content is a set of signed attributes');
  }
}

function looksLikeAttributes(content: Uint8Array): boolean {
  try {
    const attributes = inside(readWhole(content, TAG.set, 'ber'))
      .rest(MAX_ATTRIBUTES, TAG.sequence)
      .map(parseAttribute);
    return attributes.some(({ oid }) => oid === OID.messageDigest);
  } catch (error) {
    if (error instanceof CmsError) return false;
    throw error;
  }
}

/** Verifies the single signer of a detached signature over `content`, exactly as sent. Content inside it is ignored. */
export function verifyDetached(der: Uint8Array, content: Uint8Array, options?: VerifyOptions): VerifiedSigner {
  const signedData = parseSignedData(der);
  return verifySigner(signedData, onlySigner(signedData), content, options);
}

/** Verifies the single signer of a message that carries its content. */
export function verifyAttached(
  der: Uint8Array,
  options?: VerifyOptions,
): VerifiedSigner & { readonly content: Buffer; readonly signedData: SignedData; readonly signer: SignerInfo } {
  const signedData = parseSignedData(der);
  const signer = onlySigner(signedData);
  const { content } = signedData;
  if (content === undefined) throw new CmsError('malformed', 'content is detached');
  return { ...verifySigner(signedData, signer, content, options), content, signedData, signer };
}

function onlySigner(signedData: SignedData): SignerInfo {
  const [signer, second] = signedData.signers;
  if (signer === undefined || second !== undefined) throw new CmsError('malformed', 'not exactly one signer');
  return signer;
}

/** DER of the certificates of a certs-only message, in its order. */
export function parseCertsOnly(der: Uint8Array): readonly Buffer[] {
  return parseSignedData(der).certificates;
}
