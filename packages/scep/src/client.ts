import { timingSafeEqual } from 'node:crypto';
import { decryptEnvelopedData, parseCertsOnly } from '@tsukasa/cms';
import type { FailInfo } from './constants.ts';
import { inScepTerms, ScepError } from './errors.ts';
import type { Identity } from './pki-message.ts';
import { parsePkiMessage } from './pki-message.ts';

/** What a client knows of the request it sent. */
export type CertRepExpectation = {
  /** DER of every certificate that may sign for this CA, as GetCACert returned them. */
  readonly caCertificates: readonly Uint8Array[];
  readonly transactionId: string;
  readonly senderNonce: Uint8Array;
  /** What signed the request: the reply is encrypted to it. */
  readonly recipient: Identity;
};
/** A reply, verified and opened. */
export type CertRep =
  | { readonly status: 'SUCCESS'; readonly certificates: readonly Buffer[] }
  | { readonly status: 'FAILURE'; readonly failInfo: FailInfo | 'unknown' }
  | { readonly status: 'PENDING' };

/**
 * Reads the answer to a request: signed by the CA or RA, to this transaction and nonce. Certificates are DER, the issued
 * one first. Throws ScepError for an answer that is not that.
 */
export function parseCertRep(bytes: Uint8Array, expected: CertRepExpectation): CertRep {
  const message = parsePkiMessage(bytes);
  if (message.messageType !== 'CertRep') throw new ScepError('badRequest', 'not a CertRep');
  if (!expected.caCertificates.some((certificate) => message.signerCertificate.equals(certificate))) {
    throw new ScepError('badMessageCheck', 'signed by a stranger');
  }
  if (message.transactionId !== expected.transactionId) throw new ScepError('badRequest', 'another transaction');
  const echoed = message.recipientNonce;
  if (echoed?.length !== expected.senderNonce.length || !timingSafeEqual(echoed, expected.senderNonce)) {
    throw new ScepError('badRequest', 'recipientNonce is not our nonce');
  }
  switch (message.pkiStatus) {
    case 'SUCCESS':
      return { status: 'SUCCESS', certificates: openCertificates(message.content, expected.recipient) };
    case 'FAILURE':
      return { status: 'FAILURE', failInfo: message.failInfo ?? 'unknown' };
    case 'PENDING':
      return { status: 'PENDING' };
    default:
      throw new ScepError('badRequest', 'pkiStatus');
  }
}

function openCertificates(content: Buffer, { certificate, privateKey }: Identity): readonly Buffer[] {
  const certificates = inScepTerms(undefined, () =>
    parseCertsOnly(decryptEnvelopedData(content, certificate, privateKey)),
  );
  if (certificates.length === 0) throw new ScepError('badRequest', 'no certificate in the reply');
  return certificates;
}
