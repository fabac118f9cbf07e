export type { Certificate, IssueOptions } from './certificate.ts';
export {
  issueCertificate,
  isValidAt,
  keyIdOf,
  parseCertificate,
  publicKeyFromCertificate,
  publicKeyOf,
  spkiOf,
  verifyIssuedBy,
} from './certificate.ts';
export type { CertificateRequest, CsrOptions } from './csr.ts';
export { buildCsr, parseCsr, verifyCsr } from './csr.ts';
export type { Element } from './der.ts';
export { asBuffer, DerReader, inside, MAX_MESSAGE_BYTES, octetsOf, readWhole, TAG, textOf } from './der.ts';
export { encode, objectIdentifier, octetString, printableString, sequence } from './der-writer.ts';
export type { ContentCipher, EnvelopedData, EnvelopeOptions, KeyTransport, Recipient } from './enveloped-data.ts';
export { buildEnvelopedData, decryptEnvelopedData, parseEnvelopedData } from './enveloped-data.ts';
export type { CmsErrorCode } from './errors.ts';
export { CmsError } from './errors.ts';
export type { CertificateExtensions, Extension, GeneralName, KeyUsage, NamedPurpose } from './extensions.ts';
export type { DistinguishedName, NameAttribute, NameAttributeType } from './name.ts';
export { buildName, findNameValue, formatName } from './name.ts';
export { parsePemCertificates, parsePrivateKey, toPem } from './pem.ts';
export type { DigestName, SignatureScheme } from './signature.ts';
export type { Attribute, SignedData, SignerId, SignerInfo, VerifiedSigner, VerifyOptions } from './signed-data.ts';
export {
  findSingleValue,
  parseCertsOnly,
  parseSignedData,
  verifyAttached,
  verifyDetached,
  verifySigner,
} from './signed-data.ts';
export type { SignOptions } from './signed-data-writer.ts';
export { buildCertsOnly, buildSignedData } from './signed-data-writer.ts';
