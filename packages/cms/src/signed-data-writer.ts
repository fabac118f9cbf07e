import type { KeyObject } from 'node:crypto';
import { hash } from 'node:crypto';
import { issuerAndSerialNumber, parseCertificate } from './certificate.ts';
import { TAG } from './der.ts';
import {
  context,
  derNull,
  encode,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
  time,
} from './der-writer.ts';
import { OID } from './oids.ts';
import type { DigestName } from './signature.ts';
import { defaultDigest, digestAlgorithm, signatureAlgorithm, signWith } from './signature.ts';
import type { Attribute } from './signed-data.ts';

/** What to sign and with whose key. */
export type SignOptions = {
  readonly content: Uint8Array;
  /** Leaves the content out of the message. */
  readonly detached?: boolean;
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  /** SHA-256, or the digest of a larger curve, unless given. SHA-1 only for a peer that knows nothing better. */
  readonly digest?: DigestName;
  /** Epoch milliseconds; without it there is no signingTime attribute. */
  readonly signingTime?: number;
  /** Signed besides contentType, messageDigest and signingTime. */
  readonly attributes?: readonly Attribute[];
  /** Carried after the signer's own. */
  readonly extraCertificates?: readonly Uint8Array[];
};

/** DER of a ContentInfo with SignedData of one signer, named by issuer and serial, always with signed attributes. */
export function buildSignedData(options: SignOptions): Buffer {
  const { content, privateKey, digest = defaultDigest(privateKey) } = options;
  const encapsulated = options.detached
    ? sequence(objectIdentifier(OID.data))
    : sequence(objectIdentifier(OID.data), context(0, octetString(content)));
  const attributes = signedAttributes(options, hash(digest, content, 'buffer'));
  const signerInfo = sequence(
    smallInteger(1),
    issuerAndSerialNumber(parseCertificate(options.certificate)),
    digestAlgorithm(digest),
    setOf(attributes, 0xa0),
    cmsSignatureAlgorithm(privateKey, digest),
    octetString(signWith(privateKey, digest, setOf(attributes))),
  );
  return contentInfo(
    setOf([digestAlgorithm(digest)]),
    encapsulated,
    [options.certificate, ...(options.extraCertificates ?? [])],
    [signerInfo],
  );
}

function signedAttributes(options: SignOptions, messageDigest: Buffer): Buffer[] {
  return [
    encodeAttribute({ oid: OID.contentType, values: [objectIdentifier(OID.data)] }),
    encodeAttribute({ oid: OID.messageDigest, values: [octetString(messageDigest)] }),
    ...(options.signingTime === undefined
      ? []
      : [encodeAttribute({ oid: OID.signingTime, values: [time(options.signingTime)] })]),
    ...(options.attributes ?? []).map(encodeAttribute),
  ];
}

function encodeAttribute({ oid, values }: Attribute): Buffer {
  return sequence(objectIdentifier(oid), setOf(values));
}

/** RSA signers write `rsaEncryption`, which every receiver must take (RFC 3370, 3.2); ECDSA names its digest. */
function cmsSignatureAlgorithm(privateKey: KeyObject, digest: DigestName): Buffer {
  if (privateKey.asymmetricKeyType === 'rsa') return sequence(objectIdentifier(OID.rsaEncryption), derNull());
  return signatureAlgorithm(privateKey, digest);
}

/** DER of a SignedData without content or signers that only carries certificates, in the given order. */
export function buildCertsOnly(certificates: readonly Uint8Array[]): Buffer {
  return contentInfo(setOf([]), sequence(objectIdentifier(OID.data)), certificates, []);
}

/** Certificates keep their order although a SET OF has none: SCEP clients take the first one as theirs. */
function contentInfo(
  digests: Buffer,
  encapsulated: Buffer,
  certificates: readonly Uint8Array[],
  signers: readonly Buffer[],
): Buffer {
  const signedData = sequence(
    smallInteger(1),
    digests,
    encapsulated,
    context(0, ...certificates),
    encode(TAG.set, ...signers),
  );
  return sequence(objectIdentifier(OID.signedData), context(0, signedData));
}
