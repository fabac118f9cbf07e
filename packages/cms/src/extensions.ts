import type { DerReader, Element } from './der.ts';
import { booleanOf, inside, malformed, octetsOf, readWhole, smallIntegerOf, TAG, textOf } from './der.ts';
import {
  bitString,
  context,
  derTrue,
  encode,
  ia5Octets,
  objectIdentifier,
  octetString,
  sequence,
  smallInteger,
  utf8String,
} from './der-writer.ts';
import { OID, oidOf } from './oids.ts';

/** Names of RFC 5280, 4.2.1.3, in bit order. */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

const NAMED_PURPOSES = ['clientAuth', 'serverAuth', 'emailProtection'] as const;
/** Extended key usages by name; any other goes, and comes, by its dotted identifier. */
export type NamedPurpose = (typeof NAMED_PURPOSES)[number];

/** An IP address is text; kinds we do not read keep their DER. */
export type GeneralName =
  | {
      readonly type: 'dNSName' | 'rfc822Name' | 'uniformResourceIdentifier' | 'iPAddress' | 'ntPrincipalName';
      readonly value: string;
    }
  | { readonly type: 'other'; readonly der: Buffer };

/** `value` is what the OCTET STRING holds: DER of the extension's own type. */
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

const MAX_EXTENSIONS = 64;
const MAX_ENTRIES = 1024;

/** Reads Extensions (RFC 5280, 4.2). One that appears twice is `malformed`. */
export function parseExtensions(element: Element): CertificateExtensions {
  const all = inside(element).rest(MAX_EXTENSIONS, TAG.sequence).map(parseExtension);
  if (new Set(all.map(({ oid }) => oid)).size !== all.length) throw malformed('extension repeated');
  const read = <T>(oid: string, tag: number, parse: (value: Element) => T): T | undefined => {
    const found = all.find((extension) => extension.oid === oid);
    return found === undefined ? undefined : parse(readWhole(found.value, tag, 'der'));
  };
  const subjectKeyId = read(OID.subjectKeyIdentifier, TAG.octetString, octetsOf);
  const authorityKeyId = read(
    OID.authorityKeyIdentifier,
    TAG.sequence,
    (value) => inside(value).optional(0x80)?.content,
  );
  const basicConstraints = read(OID.basicConstraints, TAG.sequence, parseBasicConstraints);
  const keyUsage = read(OID.keyUsage, TAG.bitString, parseKeyUsage);
  const extendedKeyUsage = read(OID.extKeyUsage, TAG.sequence, parsePurposes);
  const subjectAltNames = read(OID.subjectAltName, TAG.sequence, parseGeneralNames);
  return {
    all,
    ...(subjectKeyId && { subjectKeyId }),
    ...(authorityKeyId && { authorityKeyId }),
    ...(basicConstraints && { basicConstraints }),
    ...(keyUsage && { keyUsage }),
    ...(extendedKeyUsage && { extendedKeyUsage }),
    ...(subjectAltNames && { subjectAltNames }),
  };
}

function parseExtension(element: Element): Extension {
  const reader = inside(element);
  const oid = oidOf(reader.next());
  const critical = reader.optional(TAG.boolean);
  const value = octetsOf(reader.next(TAG.octetString));
  reader.end();
  return { oid, critical: critical !== undefined && booleanOf(critical), value };
}

function parseBasicConstraints(element: Element): { ca: boolean; pathLength?: number } {
  const reader = inside(element);
  const ca = reader.optional(TAG.boolean);
  const pathLength = reader.optional(TAG.integer);
  reader.end();
  return {
    ca: ca !== undefined && booleanOf(ca),
    ...(pathLength && { pathLength: smallIntegerOf(pathLength) }),
  };
}

function parseKeyUsage(element: Element): KeyUsage[] {
  const [, first = 0, second = 0] = element.content;
  const bits = (first << 8) | second;
  return KEY_USAGES.filter((_, bit) => (bits & (0x8000 >> bit)) !== 0);
}

function parsePurposes(element: Element): string[] {
  return inside(element)
    .rest(MAX_ENTRIES, TAG.oid)
    .map((purpose) => {
      const oid = oidOf(purpose);
      return NAMED_PURPOSES.find((name) => OID[name] === oid) ?? oid;
    });
}

function parseGeneralNames(element: Element): GeneralName[] {
  return inside(element).rest(MAX_ENTRIES).map(parseGeneralName);
}

function parseGeneralName(element: Element): GeneralName {
  const text = (): string => element.content.toString('latin1');
  switch (element.tag) {
    case 0x81:
      return { type: 'rfc822Name', value: text() };
    case 0x82:
      return { type: 'dNSName', value: text() };
    case 0x86:
      return { type: 'uniformResourceIdentifier', value: text() };
    case 0x87: {
      const value = ipText(element.content);
      return value === undefined ? { type: 'other', der: element.raw } : { type: 'iPAddress', value };
    }
    case 0xa0: {
      const value = principalName(inside(element));
      return value === undefined ? { type: 'other', der: element.raw } : { type: 'ntPrincipalName', value };
    }
    default:
      return { type: 'other', der: element.raw };
  }
}

function principalName(reader: DerReader): string | undefined {
  if (oidOf(reader.next()) !== OID.ntPrincipalName) return undefined;
  return textOf(reader.enter(0xa0).next());
}

function ipText(bytes: Buffer): string | undefined {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return undefined;
  return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16)).join(':');
}

function ipBytes(text: string): Buffer {
  const fields = text.split('.');
  if (fields.length === 4 && fields.every((field) => /^\d{1,3}$/.test(field) && Number(field) < 256)) {
    return Buffer.from(fields.map(Number));
  }
  const [head = '', tail, ...more] = text.split('::');
  const groups = (side: string | undefined): string[] => (side ? side.split(':') : []);
  const before = groups(head);
  const after = groups(tail);
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  if (gap < 0 || more.length > 0) throw malformed('IP address');
  const all = [...before, ...Array<string>(gap).fill('0'), ...after];
  if (all.length !== 8 || !all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) throw malformed('IP address');
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

export function encodeExtensions(extensions: readonly Extension[]): Buffer {
  return sequence(
    ...extensions.map(({ oid, critical, value }) =>
      critical
        ? sequence(objectIdentifier(oid), derTrue(), octetString(value))
        : sequence(objectIdentifier(oid), octetString(value)),
    ),
  );
}

export function basicConstraints(pathLength: number | undefined): Extension {
  const value = pathLength === undefined ? sequence(derTrue()) : sequence(derTrue(), smallInteger(pathLength));
  return { oid: OID.basicConstraints, critical: true, value };
}

export function keyUsage(usages: readonly KeyUsage[]): Extension {
  const positions = usages.map((usage) => KEY_USAGES.indexOf(usage));
  const last = Math.max(...positions);
  const bits = Buffer.alloc((last >> 3) + 1);
  for (const position of positions) {
    const at = position >> 3;
    bits.writeUInt8(bits.readUInt8(at) | (0x80 >> (position & 7)), at);
  }
  // A named bit list drops trailing zero bits (X.690, 11.2.2).
  return { oid: OID.keyUsage, critical: true, value: bitString(bits, 7 - (last & 7)) };
}

export function extendedKeyUsage(purposes: readonly (NamedPurpose | (string & {}))[]): Extension {
  const identifiers = purposes.map((purpose) => {
    const named = NAMED_PURPOSES.find((name) => name === purpose);
    return objectIdentifier(named === undefined ? purpose : OID[named]);
  });
  return { oid: OID.extKeyUsage, critical: false, value: sequence(...identifiers) };
}

export function subjectAltName(names: readonly GeneralName[], critical: boolean): Extension {
  return { oid: OID.subjectAltName, critical, value: sequence(...names.map(encodeGeneralName)) };
}

function encodeGeneralName(name: GeneralName): Buffer {
  switch (name.type) {
    case 'rfc822Name':
      return encode(0x81, ia5Octets(name.value));
    case 'dNSName':
      return encode(0x82, ia5Octets(name.value));
    case 'uniformResourceIdentifier':
      return encode(0x86, ia5Octets(name.value));
    case 'iPAddress':
      return encode(0x87, ipBytes(name.value));
    case 'ntPrincipalName':
      return context(0, objectIdentifier(OID.ntPrincipalName), context(0, utf8String(name.value)));
    case 'other':
      return name.der;
  }
}

export function subjectKeyIdentifier(id: Uint8Array): Extension {
  return { oid: OID.subjectKeyIdentifier, critical: false, value: octetString(id) };
}

export function authorityKeyIdentifier(id: Uint8Array): Extension {
  return { oid: OID.authorityKeyIdentifier, critical: false, value: sequence(encode(0x80, id)) };
}
