import type { KeyObject } from 'node:crypto';
import type { CertificateExtensions, GeneralName } from './extensions.ts';
import type { DistinguishedName } from './name.ts';
export type CertificateRequest = {
  readonly der: Buffer;
  readonly subject: DistinguishedName;
  readonly spki: Buffer;
  readonly challengePassword?: string;
  readonly requestedExtensions: CertificateExtensions;
  readonly tbs: Buffer;
  readonly signatureAlgorithm: Buffer;
  readonly signature: Buffer;
};
export type CsrOptions = {
  readonly subject: Uint8Array;
  readonly privateKey: KeyObject;
  readonly challengePassword?: string;
  readonly subjectAltNames?: readonly GeneralName[];
};
export declare function parseCsr(der: Uint8Array): CertificateRequest;
export declare function verifyCsr(csr: CertificateRequest): boolean;
export declare function buildCsr(options: CsrOptions): Buffer;
