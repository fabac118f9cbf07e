import type { KeyObject } from 'node:crypto';
export type DigestName = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
export type SignerId =
  | { readonly type: 'issuerAndSerial'; readonly issuer: Buffer; readonly serial: Buffer }
  | { readonly type: 'subjectKeyId'; readonly subjectKeyId: Buffer };
export type Attribute = { readonly oid: string; readonly values: readonly Buffer[] };
export type SignerInfo = {
  readonly signerId: SignerId;
  readonly digest: DigestName;
  readonly signatureAlgorithm: Buffer;
  readonly signedAttributes?: readonly Attribute[];
  readonly signature: Buffer;
};
export type SignedData = {
  readonly contentType: string;
  readonly content?: Buffer;
  readonly certificates: readonly Buffer[];
  readonly signers: readonly SignerInfo[];
};
export type VerifyOptions = { readonly publicKey?: (certificateDer: Buffer) => KeyObject };
export type VerifiedSigner = { readonly certificate: Buffer; readonly digest: DigestName; readonly signingTime?: number };
export type SignOptions = {
  readonly content: Uint8Array;
  readonly detached?: boolean;
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  readonly digest?: DigestName;
  readonly signingTime?: number;
  readonly attributes?: readonly Attribute[];
  readonly extraCertificates?: readonly Uint8Array[];
};
export declare function parseSignedData(der: Uint8Array): SignedData;
export declare function verifySigner(signedData: SignedData, signer: SignerInfo, content: Uint8Array, options?: VerifyOptions): VerifiedSigner;
export declare function verifyAttached(der: Uint8Array, options?: VerifyOptions): VerifiedSigner & { readonly content: Buffer };
export declare function verifyDetached(der: Uint8Array, content: Uint8Array, options?: VerifyOptions): VerifiedSigner;
export declare function buildSignedData(options: SignOptions): Buffer;
export declare function buildCertsOnly(certificates: readonly Uint8Array[]): Buffer;
export declare function parseCertsOnly(der: Uint8Array): readonly Buffer[];
