import type { KeyObject } from 'node:crypto';
import { constants, createCipheriv, createDecipheriv, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { issuerAndSerialNumber, parseCertificate, publicKeyOf } from './certificate.ts';
import type { Element } from './der.ts';
import { asBuffer, inside, octetsOf, readWhole, TAG } from './der.ts';
import { context, derNull, encode, objectIdentifier, octetString, sequence, smallInteger } from './der-writer.ts';
import { CmsError } from './errors.ts';
import { OID, oidOf } from './oids.ts';
import type { Algorithm, DigestName } from './signature.ts';
import { digestOf, parseAlgorithm } from './signature.ts';
import type { SignerId } from './signed-data.ts';
import { isNamed, readSignerId } from './signed-data.ts';

const MAX_RECIPIENTS = 64;

/** Content ciphers with their key and block sizes in octets. Single DES is read, never written. */
const CIPHERS = {
  'aes-128-cbc': { oid: OID.aes128Cbc, keyBytes: 16, blockBytes: 16 },
  'aes-192-cbc': { oid: OID.aes192Cbc, keyBytes: 24, blockBytes: 16 },
  'aes-256-cbc': { oid: OID.aes256Cbc, keyBytes: 32, blockBytes: 16 },
  'des-ede3-cbc': { oid: OID.desEde3Cbc, keyBytes: 24, blockBytes: 8 },
  'des-cbc': { oid: OID.desCbc, keyBytes: 8, blockBytes: 8 },
} as const;
/** A content cipher by the name OpenSSL gives it. */
export type ContentCipher = keyof typeof CIPHERS;
const CIPHER_BY_OID = new Map(Object.entries(CIPHERS).map(([name, { oid }]) => [oid as string, name as ContentCipher]));

/** How the content key is encrypted: RSA PKCS#1 v1.5, or OAEP with MGF1 over the same digest. */
export type KeyTransport = { readonly kind: 'pkcs1' } | { readonly kind: 'oaep'; readonly digest: DigestName };
/** A key transport recipient; other kinds of recipient are not listed. */
export type Recipient = {
  readonly recipientId: SignerId;
  readonly transport: KeyTransport;
  readonly encryptedKey: Buffer;
};
/** An EnvelopedData (RFC 5652, 6). */
export type EnvelopedData = {
  readonly recipients: readonly Recipient[];
  readonly contentType: string;
  readonly cipher: ContentCipher;
  readonly iv: Buffer;
  readonly encryptedContent: Buffer;
};

/** Reads a ContentInfo with EnvelopedData, DER or BER. An unknown content cipher is `unsupported`. */
export function parseEnvelopedData(bytes: Uint8Array): EnvelopedData {
  const outer = inside(readWhole(bytes, TAG.sequence, 'ber'));
  if (oidOf(outer.next()) !== OID.envelopedData) throw new CmsError('malformed', 'not EnvelopedData');
  const fields = outer.enter(0xa0).enter(TAG.sequence);
  fields.next(TAG.integer);
  fields.optional(0xa0);
  const recipients = fields.enter(TAG.set).rest(MAX_RECIPIENTS).flatMap(parseRecipient);
  const content = fields.enter(TAG.sequence);
  const contentType = oidOf(content.next());
  const { cipher, iv } = readCipher(parseAlgorithm(content.next(TAG.sequence)));
  const encrypted = content.next();
  if ((encrypted.tag & ~0x20) !== 0x80) throw new CmsError('malformed', 'encrypted content missing');
  return { recipients, contentType, cipher, iv, encryptedContent: octetsOf(encrypted) };
}

function parseRecipient(element: Element): Recipient[] {
  if (element.tag !== TAG.sequence) return [];
  const fields = inside(element);
  fields.next(TAG.integer);
  const recipientId = readSignerId(fields);
  const transport = readTransport(parseAlgorithm(fields.next(TAG.sequence)));
  const encryptedKey = octetsOf(fields.next());
  return transport === undefined ? [] : [{ recipientId, transport, encryptedKey }];
}

function readTransport({ oid, parameters }: Algorithm): KeyTransport | undefined {
  if (oid === OID.rsaEncryption) return { kind: 'pkcs1' };
  return oid === OID.rsaesOaep ? readOaep(parameters) : undefined;
}

/** RSAES-OAEP-params (RFC 4055, 4.1). Node masks with the same digest and we allow no label. */
function readOaep(parameters: Element | undefined): KeyTransport | undefined {
  if (parameters === undefined) return { kind: 'oaep', digest: 'sha1' };
  const fields = inside(parameters);
  const hash = fields.optional(0xa0);
  const mask = fields.optional(0xa1);
  const digest = hash === undefined ? 'sha1' : digestOf(parseAlgorithm(inside(hash).next(TAG.sequence)));
  const masked = mask === undefined ? undefined : parseAlgorithm(inside(mask).next(TAG.sequence)).parameters;
  const maskDigest = masked === undefined ? 'sha1' : digestOf(parseAlgorithm(masked));
  return fields.atEnd && maskDigest === digest ? { kind: 'oaep', digest } : undefined;
}

function readCipher({ oid, parameters }: Algorithm): { cipher: ContentCipher; iv: Buffer } {
  const cipher = CIPHER_BY_OID.get(oid);
  if (cipher === undefined) throw new CmsError('unsupported', 'content cipher');
  if (parameters?.tag !== TAG.octetString || parameters.content.length !== CIPHERS[cipher].blockBytes) {
    throw new CmsError('malformed', 'initialization vector');
  }
  return { cipher, iv: parameters.content };
}

/**
 * Opens an envelope with the key of one recipient certificate. Throws `wrong_recipient` when none is that certificate,
 * and one and the same `decrypt_failed` for every failure after that. CBC without authentication: whoever answers a
 * stranger must not let "does not decrypt" look different from "decrypts to nonsense".
 */
export function decryptEnvelopedData(der: Uint8Array, certificate: Uint8Array, privateKey: KeyObject): Buffer {
  const envelope = parseEnvelopedData(der);
  const recipient = envelope.recipients.find(({ recipientId }) => isNamed(asBuffer(certificate), recipientId));
  if (recipient === undefined) throw new CmsError('wrong_recipient', 'not encrypted to this certificate');
  if (privateKey.asymmetricKeyType !== 'rsa') throw new CmsError('unsupported', 'recipient key is not RSA');
  const key = recoverKey(recipient, privateKey, CIPHERS[envelope.cipher].keyBytes);
  return decryptContent(envelope, key);
}

/**
 * The content key, or a random one of the right size when there is none: the outcome then is that of a wrong key, so no
 * error tells whether the RSA padding was good (Bleichenbacher; RFC 3218, 2.3). OpenSSL's own implicit rejection
 * returns noise of any length for bad PKCS#1 v1.5 padding, which the size check turns into the same random key.
 */
function recoverKey({ transport, encryptedKey }: Recipient, privateKey: KeyObject, size: number): Buffer {
  const substitute = randomBytes(size);
  try {
    const key = privateDecrypt(decryptOptions(transport, privateKey), encryptedKey);
    return key.length === size ? key : substitute;
  } catch {
    return substitute;
  }
}

function decryptOptions(transport: KeyTransport, key: KeyObject): Parameters<typeof privateDecrypt>[0] {
  return transport.kind === 'pkcs1'
    ? { key, padding: constants.RSA_PKCS1_PADDING }
    : { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: transport.digest };
}

function decryptContent({ cipher, iv, encryptedContent }: EnvelopedData, key: Buffer): Buffer {
  try {
    // OpenSSL 3 has no single DES outside its legacy provider; triple DES under one key three times is the same.
    const decipher =
      cipher === 'des-cbc'
        ? createDecipheriv('des-ede3-cbc', Buffer.concat([key, key, key]), iv)
        : createDecipheriv(cipher, key, iv);
    return Buffer.concat([decipher.update(encryptedContent), decipher.final()]);
  } catch {
    throw new CmsError('decrypt_failed', 'content does not decrypt');
  }
}

/** What to seal, for whom, how. */
export type EnvelopeOptions = {
  readonly content: Uint8Array;
  /** DER of the recipient's certificate; its key must be RSA. */
  readonly recipient: Uint8Array;
  readonly cipher: Exclude<ContentCipher, 'des-cbc'>;
};

/** DER of a ContentInfo with EnvelopedData for one RSA recipient, PKCS#1 v1.5. Another key is `unsupported`. */
export function buildEnvelopedData({ content, recipient, cipher }: EnvelopeOptions): Buffer {
  const certificate = parseCertificate(recipient);
  const publicKey = publicKeyOf(certificate);
  if (publicKey.asymmetricKeyType !== 'rsa') throw new CmsError('unsupported', 'recipient key is not RSA');
  const { keyBytes, blockBytes, oid } = CIPHERS[cipher];
  const key = randomBytes(keyBytes);
  const iv = randomBytes(blockBytes);
  const encryptor = createCipheriv(cipher, key, iv);
  const encryptedContent = Buffer.concat([encryptor.update(content), encryptor.final()]);
  const recipientInfo = sequence(
    smallInteger(0),
    issuerAndSerialNumber(certificate),
    sequence(objectIdentifier(OID.rsaEncryption), derNull()),
    octetString(publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, key)),
  );
  const envelopedData = sequence(
    smallInteger(0),
    encode(TAG.set, recipientInfo),
    sequence(
      objectIdentifier(OID.data),
      sequence(objectIdentifier(oid), octetString(iv)),
      encode(0x80, encryptedContent),
    ),
  );
  return sequence(objectIdentifier(OID.envelopedData), context(0, envelopedData));
}
