import type { KeyObject } from 'node:crypto';
import type { Attribute, CertificateRequest, ContentCipher, DigestName, SignedData, SignerInfo } from '@tsukasa/cms';
import {
  CmsError,
  decryptEnvelopedData,
  findSingleValue,
  octetsOf,
  parseCsr,
  parseEnvelopedData,
  parseSignedData,
  readWhole,
  TAG,
  textOf,
  verifyCsr,
  verifySigner,
} from '@tsukasa/cms';
import type { FailInfo, MessageType, PkiStatus } from './constants.ts';
import { ATTRIBUTE, FAIL_INFOS, MESSAGE_TYPES, nameOf, PKI_STATUSES } from './constants.ts';
import { inScepTerms, ScepError } from './errors.ts';

/** Longest nonce and transaction identifier we echo, in octets. RFC 8894 has 16 for the one and none for the other. */
const MAX_NONCE_BYTES = 256;
const MAX_TRANSACTION_BYTES = 1024;

/** What a reply needs of its request. Known as soon as the attributes are read, so a bad signature can be answered. */
export type RequestHeader = {
  /** For people and look-ups; the reply echoes `transactionIdDer`, the attribute value byte for byte. */
  readonly transactionId: string;
  readonly transactionIdDer: Buffer;
  readonly senderNonce: Buffer;
  readonly digest: DigestName;
  /** Content cipher of the envelope; absent when there is none. */
  readonly cipher?: ContentCipher;
};

/** A pkiMessage (RFC 8894, 3.2) whose signature was verified with the certificate it carries. */
export type PkiMessage = RequestHeader & {
  readonly messageType: MessageType | 'unknown';
  /** The messageType as sent. */
  readonly messageTypeCode: string;
  readonly recipientNonce?: Buffer;
  readonly pkiStatus?: PkiStatus | 'unknown';
  readonly failInfo?: FailInfo | 'unknown';
  /** DER. Self-signed in a first PKCSReq: that it signed proves only who holds its key. */
  readonly signerCertificate: Buffer;
  readonly certificates: readonly Buffer[];
  /** The EnvelopedData; empty in failure and pending replies. */
  readonly content: Buffer;
};

/** A certificate in DER with its private key. */
export type Identity = { readonly certificate: Uint8Array; readonly privateKey: KeyObject };

/** Reads a pkiMessage and verifies its one signature. Throws ScepError, with `request` once that much could be read. */
export function parsePkiMessage(bytes: Uint8Array): PkiMessage {
  const { signedData, signer, attributes } = inScepTerms(undefined, () => readSigner(bytes));
  const content = signedData.content ?? Buffer.alloc(0);
  const header = inScepTerms(undefined, () => readHeader(attributes, signer.digest));
  return inScepTerms(header, () => {
    const { certificate } = verifySigner(signedData, signer, content);
    const cipher = content.length === 0 ? undefined : parseEnvelopedData(content).cipher;
    return {
      ...header,
      ...(cipher && { cipher }),
      ...readStatus(attributes),
      signerCertificate: certificate,
      certificates: signedData.certificates,
      content,
    };
  });
}

function readSigner(bytes: Uint8Array): {
  signedData: SignedData;
  signer: SignerInfo;
  attributes: readonly Attribute[];
} {
  const signedData = parseSignedData(bytes);
  const [signer, second] = signedData.signers;
  if (signer === undefined || second !== undefined) throw new CmsError('malformed', 'not exactly one signer');
  if (signer.signedAttributes === undefined) throw new CmsError('malformed', 'no signed attributes');
  return { signedData, signer, attributes: signer.signedAttributes };
}

function readHeader(attributes: readonly Attribute[], digest: DigestName): RequestHeader {
  const transactionIdDer = findSingleValue(attributes, ATTRIBUTE.transactionId);
  const senderNonce = readNonce(attributes, ATTRIBUTE.senderNonce);
  if (transactionIdDer === undefined) throw new CmsError('malformed', 'transactionID missing');
  if (senderNonce === undefined) throw new CmsError('malformed', 'senderNonce missing');
  if (transactionIdDer.length > MAX_TRANSACTION_BYTES) throw new CmsError('too_large', 'transactionID');
  return { transactionId: readText(transactionIdDer), transactionIdDer, senderNonce, digest };
}

function readNonce(attributes: readonly Attribute[], oid: string): Buffer | undefined {
  const value = findSingleValue(attributes, oid);
  if (value === undefined) return undefined;
  const nonce = octetsOf(readWhole(value, TAG.octetString, 'der'));
  if (nonce.length === 0 || nonce.length > MAX_NONCE_BYTES) throw new CmsError('malformed', 'nonce');
  return nonce;
}

/** PrintableString by the RFC; some clients send UTF8String or IA5String. */
function readText(der: Buffer): string {
  const text = textOf(readWhole(der, der[0] ?? TAG.printableString, 'der'));
  if (text === undefined) throw new CmsError('malformed', 'attribute is no string');
  return text;
}

function findText(attributes: readonly Attribute[], oid: string): string | undefined {
  const value = findSingleValue(attributes, oid);
  return value === undefined ? undefined : readText(value);
}

function readStatus(
  attributes: readonly Attribute[],
): Pick<PkiMessage, 'messageType' | 'messageTypeCode' | 'recipientNonce' | 'pkiStatus' | 'failInfo'> {
  const messageTypeCode = findText(attributes, ATTRIBUTE.messageType);
  if (messageTypeCode === undefined) throw new CmsError('malformed', 'messageType missing');
  const pkiStatus = findText(attributes, ATTRIBUTE.pkiStatus);
  const failInfo = findText(attributes, ATTRIBUTE.failInfo);
  const recipientNonce = readNonce(attributes, ATTRIBUTE.recipientNonce);
  return {
    messageType: nameOf(MESSAGE_TYPES, messageTypeCode),
    messageTypeCode,
    ...(recipientNonce && { recipientNonce }),
    ...(pkiStatus !== undefined && { pkiStatus: nameOf(PKI_STATUSES, pkiStatus) }),
    ...(failInfo !== undefined && { failInfo: nameOf(FAIL_INFOS, failInfo) }),
  };
}

/**
 * Content of a message's envelope, opened with the CA or RA key. Throws ScepError. To a stranger answer through
 * `decryptCsr`, where a broken envelope and a broken request look the same.
 */
export function decryptContent(message: PkiMessage, recipient: Identity): Buffer {
  return inScepTerms(message, () => decryptEnvelopedData(message.content, recipient.certificate, recipient.privateKey));
}

/**
 * The PKCS#10 request in a PKCSReq, RenewalReq or UpdateReq, its own signature verified. Every failure is one and the
 * same badMessageCheck: a CBC envelope is unauthenticated, and telling padding from parsing would open it bit by bit.
 */
export function decryptCsr(message: PkiMessage, recipient: Identity): CertificateRequest {
  try {
    const csr = parseCsr(decryptEnvelopedData(message.content, recipient.certificate, recipient.privateKey));
    if (verifyCsr(csr)) return csr;
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
  }
  throw new ScepError('badMessageCheck', 'no certificate request in this envelope', { request: message });
}
