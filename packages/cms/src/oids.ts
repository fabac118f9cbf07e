import type { Element } from './der.ts';
import { malformed, TAG } from './der.ts';

/** Object identifiers by the name their specification gives them. */
export const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  envelopedData: '1.2.840.113549.1.7.3',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  challengePassword: '1.2.840.113549.1.9.7',
  extensionRequest: '1.2.840.113549.1.9.14',
  rsaEncryption: '1.2.840.113549.1.1.1',
  rsaesOaep: '1.2.840.113549.1.1.7',
  mgf1: '1.2.840.113549.1.1.8',
  rsassaPss: '1.2.840.113549.1.1.10',
  sha1WithRsa: '1.2.840.113549.1.1.5',
  sha224WithRsa: '1.2.840.113549.1.1.14',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  sha384WithRsa: '1.2.840.113549.1.1.12',
  sha512WithRsa: '1.2.840.113549.1.1.13',
  ecPublicKey: '1.2.840.10045.2.1',
  ecdsaWithSha1: '1.2.840.10045.4.1',
  ecdsaWithSha224: '1.2.840.10045.4.3.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
  ecdsaWithSha512: '1.2.840.10045.4.3.4',
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  aes128Cbc: '2.16.840.1.101.3.4.1.2',
  aes192Cbc: '2.16.840.1.101.3.4.1.22',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  desEde3Cbc: '1.2.840.113549.3.7',
  desCbc: '1.3.14.3.2.7',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  ntPrincipalName: '1.3.6.1.4.1.311.20.2.3',
} as const;

/** Longest object identifier we read, in content octets. Registered ones stay below 40. */
const MAX_OID_BYTES = 128;

const byContent = new Map<string, string>(Object.values(OID).map((oid) => [oidContent(oid).toString('latin1'), oid]));

/** Dotted form of an OBJECT IDENTIFIER. Known ones cost one map look-up. */
export function oidOf(element: Element): string {
  if (element.tag !== TAG.oid) throw malformed('expected an object identifier');
  if (element.content.length > MAX_OID_BYTES) throw malformed('object identifier too long');
  return byContent.get(element.content.toString('latin1')) ?? decodeOid(element.content);
}

function decodeOid(content: Buffer): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  let open = true;
  for (const byte of content) {
    if (open && arc === 0n && byte === 0x80) throw malformed('object identifier');
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    open = (byte & 0x80) === 0;
    if (!open) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [first, ...others] = arcs;
  if (!open || first === undefined) throw malformed('object identifier');
  const top = first < 80n ? first / 40n : 2n;
  return [top, first - top * 40n, ...others].join('.');
}

/** Content octets of a dotted object identifier. Throws `malformed` when it is not one. */
export function oidContent(oid: string): Buffer {
  if (!/^[0-2](\.\d{1,40}){1,64}$/.test(oid)) throw malformed('object identifier');
  const [top = 0n, second = 0n, ...others] = oid.split('.').map(BigInt);
  if (top < 2n && second > 39n) throw malformed('object identifier');
  const bytes: number[] = [];
  for (const arc of [top * 40n + second, ...others]) {
    const septets = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) septets.unshift(Number(left & 0x7fn) | 0x80);
    bytes.push(...septets);
  }
  return Buffer.from(bytes);
}
