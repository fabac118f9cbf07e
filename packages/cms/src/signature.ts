import type { KeyObject } from 'node:crypto';
import { constants, createPublicKey, sign, verify } from 'node:crypto';
import type { Element } from './der.ts';
import { asBuffer, inside, readWhole, smallIntegerOf, TAG } from './der.ts';
import { derNull, objectIdentifier, sequence } from './der-writer.ts';
import { CmsError } from './errors.ts';
import { OID, oidOf } from './oids.ts';

export const DIGESTS = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;
/** Digests read and written. MD5 and older are `unsupported`. */
export type DigestName = (typeof DIGESTS)[number];

/** How a signature is made. `saltLength` in octets; PSS only with MGF1 over the same digest. */
export type SignatureScheme =
  | { readonly kind: 'rsa' | 'ecdsa'; readonly digest: DigestName }
  | { readonly kind: 'rsa-pss'; readonly digest: DigestName; readonly saltLength: number };

const SCHEMES = new Map<string, SignatureScheme>([
  [OID.sha1WithRsa, { kind: 'rsa', digest: 'sha1' }],
  [OID.sha224WithRsa, { kind: 'rsa', digest: 'sha224' }],
  [OID.sha256WithRsa, { kind: 'rsa', digest: 'sha256' }],
  [OID.sha384WithRsa, { kind: 'rsa', digest: 'sha384' }],
  [OID.sha512WithRsa, { kind: 'rsa', digest: 'sha512' }],
  [OID.ecdsaWithSha1, { kind: 'ecdsa', digest: 'sha1' }],
  [OID.ecdsaWithSha224, { kind: 'ecdsa', digest: 'sha224' }],
  [OID.ecdsaWithSha256, { kind: 'ecdsa', digest: 'sha256' }],
  [OID.ecdsaWithSha384, { kind: 'ecdsa', digest: 'sha384' }],
  [OID.ecdsaWithSha512, { kind: 'ecdsa', digest: 'sha512' }],
]);

const DIGEST_BY_OID = new Map<string, DigestName>(DIGESTS.map((name) => [OID[name], name]));

/** Curves by the name node:crypto gives them and by identifier. Others are `unsupported`. */
const CURVES = new Map<string, DigestName>([
  ['1.2.840.10045.3.1.7', 'sha256'],
  ['1.3.132.0.34', 'sha384'],
  ['1.3.132.0.35', 'sha512'],
]);
const CURVE_DIGESTS = new Map<string, DigestName>([
  ['prime256v1', 'sha256'],
  ['secp384r1', 'sha384'],
  ['secp521r1', 'sha512'],
]);

/** RSA sizes in bits: 1024 is the default of Apple's SCEP payload; the upper bound keeps one verification near 1 ms. */
const MIN_RSA_BITS = 1024;
const MAX_RSA_BITS = 8192;
const MAX_SPKI_BYTES = 1200;

export type Algorithm = { readonly oid: string; readonly parameters: Element | undefined };

export function parseAlgorithm(element: Element): Algorithm {
  const reader = inside(element);
  const oid = oidOf(reader.next(TAG.oid));
  const parameters = reader.atEnd ? undefined : reader.next();
  reader.end();
  return { oid, parameters };
}

/** Digest of a DigestAlgorithmIdentifier; tools that put the signature's identifier there are understood. */
export function digestOf(algorithm: Algorithm): DigestName {
  const digest = DIGEST_BY_OID.get(algorithm.oid) ?? SCHEMES.get(algorithm.oid)?.digest;
  if (digest === undefined) throw new CmsError('unsupported', 'digest algorithm');
  return digest;
}

/**
 * Scheme of a signature algorithm. In CMS `rsaEncryption` and `ecPublicKey` leave the digest to the signer's own
 * digestAlgorithm (RFC 3370, 3.2): give it as `digest`.
 */
export function schemeOf(algorithm: Algorithm, digest?: DigestName): SignatureScheme {
  const known = SCHEMES.get(algorithm.oid);
  if (known !== undefined) return known;
  if (algorithm.oid === OID.rsassaPss) return pssScheme(algorithm.parameters);
  if (digest !== undefined && algorithm.oid === OID.rsaEncryption) return { kind: 'rsa', digest };
  if (digest !== undefined && algorithm.oid === OID.ecPublicKey) return { kind: 'ecdsa', digest };
  throw new CmsError('unsupported', 'signature algorithm');
}

/** RSASSA-PSS-params (RFC 4055, 3.1), all of them SHA-1 and 20 octets of salt by default. */
function pssScheme(parameters: Element | undefined): SignatureScheme {
  if (parameters?.tag !== TAG.sequence) throw new CmsError('unsupported', 'RSASSA-PSS without parameters');
  const reader = inside(parameters);
  const hash = reader.optional(0xa0);
  const mask = reader.optional(0xa1);
  const salt = reader.optional(0xa2);
  const digest = hash === undefined ? 'sha1' : digestOf(parseAlgorithm(inside(hash).next(TAG.sequence)));
  if (maskDigest(mask) !== digest) throw new CmsError('unsupported', 'RSASSA-PSS with two digests');
  return {
    kind: 'rsa-pss',
    digest,
    saltLength: salt === undefined ? 20 : smallIntegerOf(inside(salt).next(TAG.integer)),
  };
}

function maskDigest(mask: Element | undefined): DigestName {
  if (mask === undefined) return 'sha1';
  const { oid, parameters } = parseAlgorithm(inside(mask).next(TAG.sequence));
  if (oid !== OID.mgf1 || parameters?.tag !== TAG.sequence) throw new CmsError('unsupported', 'mask generation');
  return digestOf(parseAlgorithm(parameters));
}

/** Whether `signature` over `data` is `key`'s. False, never an error, for a key of another kind. */
export function isSignedBy(scheme: SignatureScheme, key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  const kind = key.asymmetricKeyType;
  if (kind !== (scheme.kind === 'ecdsa' ? 'ec' : 'rsa')) return false;
  try {
    if (scheme.kind !== 'rsa-pss') return verify(scheme.digest, data, key, signature);
    const { saltLength } = scheme;
    return verify(scheme.digest, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
  } catch {
    // OpenSSL refuses some hostile inputs (a salt longer than the key, a broken ECDSA value) by error, not by `false`.
    return false;
  }
}

/**
 * Public key of a SubjectPublicKeyInfo: RSA of 1024 to 8192 bits, or EC on P-256, P-384 or P-521 by name. Anything else
 * is `unsupported`, before OpenSSL spends time on it.
 */
export function publicKeyFromSpki(spki: Uint8Array): KeyObject {
  if (spki.length > MAX_SPKI_BYTES) throw new CmsError('unsupported', 'public key too large');
  const reader = inside(readWhole(spki, TAG.sequence, 'der'));
  const { oid, parameters } = parseAlgorithm(reader.next(TAG.sequence));
  const isCurve = oid === OID.ecPublicKey && parameters?.tag === TAG.oid && CURVES.has(oidOf(parameters));
  if (oid !== OID.rsaEncryption && !isCurve) throw new CmsError('unsupported', 'public key algorithm');
  const key = openPublicKey(spki);
  if (oid === OID.rsaEncryption) checkRsa(key);
  return key;
}

function openPublicKey(spki: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: asBuffer(spki), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new CmsError('malformed', 'public key', { cause });
  }
}

function checkRsa(key: KeyObject): void {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS || modulusLength > MAX_RSA_BITS) throw new CmsError('unsupported', 'RSA key size');
  if (publicExponent < 3n || publicExponent > 0xffffffffn) throw new CmsError('unsupported', 'RSA exponent');
}

const RSA_SIGNATURES = {
  sha1: OID.sha1WithRsa,
  sha224: OID.sha224WithRsa,
  sha256: OID.sha256WithRsa,
  sha384: OID.sha384WithRsa,
  sha512: OID.sha512WithRsa,
} as const;
const ECDSA_SIGNATURES = {
  sha1: OID.ecdsaWithSha1,
  sha224: OID.ecdsaWithSha224,
  sha256: OID.ecdsaWithSha256,
  sha384: OID.ecdsaWithSha384,
  sha512: OID.ecdsaWithSha512,
} as const;

/** Digest we sign with unless asked: SHA-256, or what matches the strength of a larger curve. */
export function defaultDigest(privateKey: KeyObject): DigestName {
  return CURVE_DIGESTS.get(privateKey.asymmetricKeyDetails?.namedCurve ?? '') ?? 'sha256';
}

/** X.509 style AlgorithmIdentifier of what `signWith` makes. A key that is neither RSA nor EC is `unsupported`. */
export function signatureAlgorithm(privateKey: KeyObject, digest: DigestName): Buffer {
  switch (privateKey.asymmetricKeyType) {
    case 'rsa':
      return sequence(objectIdentifier(RSA_SIGNATURES[digest]), derNull());
    case 'ec':
      return sequence(objectIdentifier(ECDSA_SIGNATURES[digest]));
    default:
      throw new CmsError('unsupported', 'signing key is neither RSA nor EC');
  }
}

/** Signs with RSA PKCS#1 v1.5 or ECDSA, as the key is. */
export function signWith(privateKey: KeyObject, digest: DigestName, data: Uint8Array): Buffer {
  return sign(digest, data, privateKey);
}

export function digestAlgorithm(digest: DigestName): Buffer {
  return sequence(objectIdentifier(OID[digest]), derNull());
}
