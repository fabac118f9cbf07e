import type { KeyObject } from 'node:crypto';
import type { CertificateRequest, ContentCipher, DigestName } from '@tsukasa/cms';

export const MESSAGE_TYPES = { CertRep: '3', RenewalReq: '17', UpdateReq: '18', PKCSReq: '19', CertPoll: '20', GetCert: '21', GetCRL: '22' } as const;
export type MessageType = keyof typeof MESSAGE_TYPES;
export const PKI_STATUSES = { SUCCESS: '0', FAILURE: '2', PENDING: '3' } as const;
export type PkiStatus = keyof typeof PKI_STATUSES;
export const FAIL_INFOS = { badAlg: '0', badMessageCheck: '1', badRequest: '2', badTime: '3', badCertId: '4' } as const;
export type FailInfo = keyof typeof FAIL_INFOS;
/** What a CertRep must echo of a request; present as soon as the attributes could be read, verified or not. */
export type RequestHeader = {
  readonly transactionId: string;
  readonly transactionIdDer: Buffer;
  readonly senderNonce: Buffer;
  readonly digest: DigestName;
  readonly cipher?: ContentCipher;
};
export type PkiMessage = RequestHeader & {
  readonly messageType: MessageType | 'unknown';
  readonly messageTypeCode: string;
  readonly recipientNonce?: Buffer;
  readonly pkiStatus?: PkiStatus | 'unknown';
  readonly failInfo?: FailInfo | 'unknown';
  readonly signerCertificate: Buffer;
  readonly certificates: readonly Buffer[];
  /** DER of the EnvelopedData; empty in failure and pending replies. */
  readonly content: Buffer;
};
export type Identity = { readonly certificate: Uint8Array; readonly privateKey: KeyObject };
export type CertRepResult =
  | { readonly status: 'SUCCESS'; readonly certificates: readonly Uint8Array[] }
  | { readonly status: 'FAILURE'; readonly failInfo: FailInfo }
  | { readonly status: 'PENDING' };
export declare class ScepError extends Error {
  readonly failInfo: FailInfo;
  readonly request: RequestHeader | undefined;
}
export declare function parsePkiMessage(bytes: Uint8Array): PkiMessage;
export declare function decryptContent(message: PkiMessage, recipient: Identity): Buffer;
export declare function decryptCsr(message: PkiMessage, recipient: Identity): CertificateRequest;
export declare function buildCertRep(options: { readonly result: CertRepResult; readonly request: PkiMessage | RequestHeader; readonly signer: Identity; readonly senderNonce?: Uint8Array }): Buffer;
export declare function decodeGetMessage(message: string): Buffer;
export declare function formatCaCaps(capabilities: readonly string[]): string;
export declare function parseCaCaps(text: string): readonly string[];
