import type { KeyObject } from 'node:crypto';
import type { GeneralName, KeyUsage } from './extensions.ts';
import type { DistinguishedName } from './name.ts';
import type { CertificateExtensions } from './extensions.ts';

export type Certificate = {
  readonly der: Buffer;
  readonly sha256: Buffer;
  readonly serial: Buffer;
  readonly serialHex: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly spki: Buffer;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: CertificateExtensions;
  readonly tbs: Buffer;
  readonly signatureAlgorithm: Buffer;
  readonly signature: Buffer;
};
export type IssueOptions = {
  readonly issuer: Certificate | 'self';
  readonly issuerKey: KeyObject;
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
  readonly serial: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly ca?: { readonly pathLength?: number };
  readonly keyUsage?: readonly KeyUsage[];
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectAltNames?: readonly GeneralName[];
};
export declare function parseCertificate(der: Uint8Array): Certificate;
export declare function publicKeyOf(certificate: Certificate): KeyObject;
export declare function verifyIssuedBy(leaf: Certificate, issuer: Certificate): boolean;
export declare function isValidAt(certificate: Certificate, at: number): boolean;
export declare function issueCertificate(options: IssueOptions): Certificate;
