import { randomBytes } from 'node:crypto';
import type { Attribute, ContentCipher, DigestName } from '@tsukasa/cms';
import {
  buildCertsOnly,
  buildEnvelopedData,
  buildSignedData,
  octetString,
  parseCertificate,
  printableString,
  sequence,
} from '@tsukasa/cms';
import type { FailInfo, MessageType } from './constants.ts';
import { ATTRIBUTE, FAIL_INFOS, MESSAGE_TYPES, PKI_STATUSES } from './constants.ts';
import { inScepTerms } from './errors.ts';
import type { Identity, PkiMessage, RequestHeader } from './pki-message.ts';

const NONCE_BYTES = 16;

/** Content ciphers we write. */
export type OutboundCipher = Exclude<ContentCipher, 'des-cbc'>;

/** How a request ends, for now or for good. */
export type CertRepResult =
  /** DER, the issued certificate first; it is encrypted to the certificate that signed the request. */
  | { readonly status: 'SUCCESS'; readonly request: PkiMessage; readonly certificates: readonly Uint8Array[] }
  | { readonly status: 'FAILURE'; readonly request: RequestHeader; readonly failInfo: FailInfo }
  | { readonly status: 'PENDING'; readonly request: RequestHeader };

/** A reply to make. */
export type CertRepOptions = {
  readonly result: CertRepResult;
  /** The CA or RA: the recipient of the request, whose certificate the reply carries. */
  readonly signer: Identity;
  /** 16 random octets unless given. */
  readonly senderNonce?: Uint8Array;
};

/**
 * What a reply is made with, from what its request was made with. A client that used AES or any SHA-2 gets AES (its own
 * key size, else 128) and SHA-256. One that used only DES or triple DES with SHA-1 may know nothing newer: it gets
 * triple DES, which every client that reads single DES also reads, and SHA-1. Single DES is never written. This lets
 * the client choose a weak reply; that exposes a certificate, which is public, and the signature of one reply.
 */
export function replyAlgorithms(request: RequestHeader): { cipher: OutboundCipher; digest: DigestName } {
  switch (request.cipher) {
    case 'aes-128-cbc':
    case 'aes-192-cbc':
    case 'aes-256-cbc':
      return { cipher: request.cipher, digest: 'sha256' };
    default:
      return request.digest === 'sha1'
        ? { cipher: 'des-ede3-cbc', digest: 'sha1' }
        : { cipher: 'aes-128-cbc', digest: 'sha256' };
  }
}

/** DER of a CertRep (RFC 8894, 3.3.2). Throws ScepError badAlg when the client's key cannot receive an envelope. */
export function buildCertRep({ result, signer, senderNonce = randomBytes(NONCE_BYTES) }: CertRepOptions): Buffer {
  const { request } = result;
  const { cipher, digest } = replyAlgorithms(request);
  return inScepTerms(request, () =>
    buildSignedData({
      content: result.status === 'SUCCESS' ? sealCertificates(result, cipher) : Buffer.alloc(0),
      certificate: signer.certificate,
      privateKey: signer.privateKey,
      digest,
      attributes: [
        textAttribute(ATTRIBUTE.messageType, MESSAGE_TYPES.CertRep),
        textAttribute(ATTRIBUTE.pkiStatus, PKI_STATUSES[result.status]),
        ...(result.status === 'FAILURE' ? [textAttribute(ATTRIBUTE.failInfo, FAIL_INFOS[result.failInfo])] : []),
        { oid: ATTRIBUTE.transactionId, values: [request.transactionIdDer] },
        { oid: ATTRIBUTE.senderNonce, values: [octetString(senderNonce)] },
        { oid: ATTRIBUTE.recipientNonce, values: [octetString(request.senderNonce)] },
      ],
    }),
  );
}

function sealCertificates(result: CertRepResult & { status: 'SUCCESS' }, cipher: OutboundCipher): Buffer {
  return buildEnvelopedData({
    content: buildCertsOnly(result.certificates),
    recipient: result.request.signerCertificate,
    cipher,
  });
}

function textAttribute(oid: string, text: string): Attribute {
  return { oid, values: [printableString(text)] };
}

/** A request to make. */
export type RequestOptions = {
  readonly messageType: Exclude<MessageType, 'CertRep'>;
  /** DER: a PKCS#10 request, or for CertPoll `issuerAndSubject`. */
  readonly content: Uint8Array;
  /** Self-signed in a first PKCSReq, the present certificate in a RenewalReq. */
  readonly signer: Identity;
  /** DER of the CA or RA certificate, RSA. */
  readonly recipient: Uint8Array;
  /** PrintableString characters; repeated unchanged when the same request is sent again. */
  readonly transactionId: string;
  /** AES-128-CBC unless given. */
  readonly cipher?: OutboundCipher;
  /** SHA-256 unless given. */
  readonly digest?: DigestName;
  /** 16 random octets unless given; the reply must echo them. */
  readonly senderNonce?: Uint8Array;
};

/** DER of a client's pkiMessage (RFC 8894, 3.3). Throws ScepError for keys that cannot sign or receive. */
export function buildRequest(options: RequestOptions): Buffer {
  const { cipher = 'aes-128-cbc', digest = 'sha256', senderNonce = randomBytes(NONCE_BYTES) } = options;
  return inScepTerms(undefined, () =>
    buildSignedData({
      content: buildEnvelopedData({ content: options.content, recipient: options.recipient, cipher }),
      certificate: options.signer.certificate,
      privateKey: options.signer.privateKey,
      digest,
      attributes: [
        textAttribute(ATTRIBUTE.messageType, MESSAGE_TYPES[options.messageType]),
        textAttribute(ATTRIBUTE.transactionId, options.transactionId),
        { oid: ATTRIBUTE.senderNonce, values: [octetString(senderNonce)] },
      ],
    }),
  );
}

/** IssuerAndSubject (RFC 8894, 3.3.3): content of a CertPoll for the request of `subject`, the DER of a Name. */
export function issuerAndSubject(caCertificate: Uint8Array, subject: Uint8Array): Buffer {
  return sequence(parseCertificate(caCertificate).subject.der, subject);
}
