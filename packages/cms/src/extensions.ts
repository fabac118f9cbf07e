export type KeyUsage = 'digitalSignature' | 'nonRepudiation' | 'keyEncipherment' | 'dataEncipherment' | 'keyAgreement' | 'keyCertSign' | 'cRLSign' | 'encipherOnly' | 'decipherOnly';
export type GeneralName =
  | { readonly type: 'dNSName' | 'rfc822Name' | 'uniformResourceIdentifier' | 'iPAddress' | 'ntPrincipalName'; readonly value: string }
  | { readonly type: 'other'; readonly der: Buffer };
export type Extension = { readonly oid: string; readonly critical: boolean; readonly value: Buffer };
export type CertificateExtensions = {
  readonly all: readonly Extension[];
  readonly subjectKeyId?: Buffer;
  readonly authorityKeyId?: Buffer;
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number };
  readonly keyUsage?: readonly KeyUsage[];
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectAltNames?: readonly GeneralName[];
};
