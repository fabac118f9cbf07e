import type { KeyObject } from 'node:crypto';
import { spkiOf } from './certificate.ts';
import type { Element } from './der.ts';
import { bitStringOf, inside, readWhole, TAG, textOf } from './der.ts';
import {
  bitString,
  encode,
  isPrintable,
  objectIdentifier,
  printableString,
  sequence,
  setOf,
  smallInteger,
  utf8String,
} from './der-writer.ts';
import { CmsError } from './errors.ts';
import type { CertificateExtensions, GeneralName } from './extensions.ts';
import { encodeExtensions, parseExtensions, subjectAltName } from './extensions.ts';
import type { DistinguishedName } from './name.ts';
import { parseName } from './name.ts';
import { OID, oidOf } from './oids.ts';
import {
  defaultDigest,
  isSignedBy,
  parseAlgorithm,
  publicKeyFromSpki,
  schemeOf,
  signatureAlgorithm,
  signWith,
} from './signature.ts';

const MAX_ATTRIBUTES = 64;

/** A PKCS#10 request (RFC 2986). What it asks for is the requester's word only: policy decides what is issued. */
export type CertificateRequest = {
  readonly der: Buffer;
  readonly subject: DistinguishedName;
  readonly spki: Buffer;
  /** challengePassword (RFC 2985, 5.4.1), of any string type. A secret: never log it. */
  readonly challengePassword?: string;
  /** Extensions of the extensionRequest attribute; `all` is empty without one. */
  readonly requestedExtensions: CertificateExtensions;
  readonly attributes: readonly { readonly oid: string; readonly values: readonly Buffer[] }[];
  readonly tbs: Buffer;
  readonly signatureAlgorithm: Buffer;
  readonly signature: Buffer;
};

/** Reads a request without checking its signature: that is `verifyCsr`. Throws `malformed` or `too_large`. */
export function parseCsr(der: Uint8Array): CertificateRequest {
  const whole = readWhole(der, TAG.sequence, 'der');
  const reader = inside(whole);
  const tbs = reader.next(TAG.sequence);
  const algorithm = reader.next(TAG.sequence).raw;
  const signature = bitStringOf(reader.next(TAG.bitString));
  reader.end();
  const fields = inside(tbs);
  fields.next(TAG.integer);
  const subject = parseName(fields.next(TAG.sequence));
  const spki = fields.next(TAG.sequence).raw;
  const wrapped = fields.optional(0xa0);
  fields.end();
  const attributes =
    wrapped === undefined ? [] : inside(wrapped).rest(MAX_ATTRIBUTES, TAG.sequence).map(parseAttribute);
  const challengePassword = readChallenge(attributes);
  return {
    der: whole.raw,
    subject,
    spki,
    ...(challengePassword !== undefined && { challengePassword }),
    requestedExtensions: readExtensions(attributes),
    attributes: attributes.map(({ oid, values }) => ({ oid, values: values.map(({ raw }) => raw) })),
    tbs: tbs.raw,
    signatureAlgorithm: algorithm,
    signature,
  };
}

type ParsedAttribute = { readonly oid: string; readonly values: readonly Element[] };

function parseAttribute(element: Element): ParsedAttribute {
  const reader = inside(element);
  const oid = oidOf(reader.next());
  const values = reader.enter(TAG.set).rest(MAX_ATTRIBUTES);
  reader.end();
  return { oid, values };
}

/** The one value of an attribute that may appear once. Two would let a check and its use see different ones. */
function singleValue(attributes: readonly ParsedAttribute[], oid: string): Element | undefined {
  const values = attributes.filter((attribute) => attribute.oid === oid).flatMap((attribute) => attribute.values);
  if (values.length > 1) throw new CmsError('malformed', 'attribute repeated');
  return values[0];
}

function readChallenge(attributes: readonly ParsedAttribute[]): string | undefined {
  const value = singleValue(attributes, OID.challengePassword);
  if (value === undefined) return undefined;
  const text = textOf(value);
  if (text === undefined) throw new CmsError('malformed', 'challengePassword is no string');
  return text;
}

function readExtensions(attributes: readonly ParsedAttribute[]): CertificateExtensions {
  const value = singleValue(attributes, OID.extensionRequest);
  if (value === undefined) return { all: [] };
  if (value.tag !== TAG.sequence) throw new CmsError('malformed', 'extensionRequest');
  return parseExtensions(value);
}

/** Whether the request is signed by the key in it (proof of possession). Throws `unsupported` for unknown algorithms. */
export function verifyCsr(csr: CertificateRequest): boolean {
  const scheme = schemeOf(parseAlgorithm(readWhole(csr.signatureAlgorithm, TAG.sequence, 'der')));
  return isSignedBy(scheme, publicKeyFromSpki(csr.spki), csr.tbs, csr.signature);
}

/** What to request. */
export type CsrOptions = {
  /** DER of a Name, as `buildName` makes it. */
  readonly subject: Uint8Array;
  /** RSA or EC. */
  readonly privateKey: KeyObject;
  readonly challengePassword?: string;
  readonly subjectAltNames?: readonly GeneralName[];
};

/** DER of a signed request, with SHA-256 or the digest of a larger curve. */
export function buildCsr(options: CsrOptions): Buffer {
  const { subject, privateKey, challengePassword, subjectAltNames = [] } = options;
  const attributes: Buffer[] = [];
  if (challengePassword !== undefined) {
    const value = isPrintable(challengePassword) ? printableString(challengePassword) : utf8String(challengePassword);
    attributes.push(attribute(OID.challengePassword, value));
  }
  if (subjectAltNames.length > 0) {
    attributes.push(attribute(OID.extensionRequest, encodeExtensions([subjectAltName(subjectAltNames, false)])));
  }
  const tbs = sequence(smallInteger(0), subject, spkiOf(privateKey), setOf(attributes, 0xa0));
  const digest = defaultDigest(privateKey);
  return sequence(tbs, signatureAlgorithm(privateKey, digest), bitString(signWith(privateKey, digest, tbs)));
}

function attribute(oid: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(oid), encode(TAG.set, value));
}
