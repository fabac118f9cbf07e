import type { Element } from './der.ts';
import { inside, TAG, textOf } from './der.ts';
import {
  encode,
  ia5String,
  isPrintable,
  objectIdentifier,
  printableString,
  sequence,
  utf8String,
} from './der-writer.ts';
import { CmsError } from './errors.ts';
import { oidOf } from './oids.ts';

const ATTRIBUTES = {
  C: '2.5.4.6',
  ST: '2.5.4.8',
  L: '2.5.4.7',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  CN: '2.5.4.3',
  serialNumber: '2.5.4.5',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
} as const satisfies Record<string, string>;
/** Attribute types `buildName` and `findNameValue` take by short name; any other goes by its dotted identifier. */
export type NameAttributeType = keyof typeof ATTRIBUTES;

/** One attribute in the order of the name. A value of no text type appears as `#` and the hex of its DER. */
export type NameAttribute = readonly [oid: string, value: string];
export type DistinguishedName = { readonly der: Buffer; readonly attributes: readonly NameAttribute[] };

const MAX_ATTRIBUTES = 64;

const typeByOid = new Map<string, string>(Object.entries(ATTRIBUTES).map(([name, oid]) => [oid, name]));

function oidFor(type: string): string {
  return Object.hasOwn(ATTRIBUTES, type) ? ATTRIBUTES[type as NameAttributeType] : type;
}

/** Reads a Name (RFC 5280, 4.1.2.4). */
export function parseName(element: Element): DistinguishedName {
  const attributes: NameAttribute[] = [];
  for (const set of inside(element).rest(MAX_ATTRIBUTES, TAG.set)) {
    for (const pair of inside(set).rest(MAX_ATTRIBUTES, TAG.sequence)) {
      if (attributes.length >= MAX_ATTRIBUTES) throw new CmsError('too_large', 'name with too many attributes');
      const reader = inside(pair);
      const oid = oidOf(reader.next());
      const value = reader.next();
      reader.end();
      attributes.push([oid, textOf(value) ?? `#${value.raw.toString('hex')}`]);
    }
  }
  return { der: element.raw, attributes };
}

/**
 * DER of a Name with one attribute per RDN, in the given order. Types are short names (`CN`) or dotted identifiers.
 * UTF8String, but PrintableString for C and, where it can be, serialNumber, and IA5String for DC and emailAddress.
 */
export function buildName(
  attributes: readonly (readonly [type: NameAttributeType | (string & {}), value: string])[],
): Buffer {
  return sequence(
    ...attributes.map(([type, value]) => {
      const oid = oidFor(type);
      return encode(TAG.set, sequence(objectIdentifier(oid), encodeValue(oid, value)));
    }),
  );
}

function encodeValue(oid: string, value: string): Buffer {
  switch (oid) {
    case ATTRIBUTES.C:
      return printableString(value);
    case ATTRIBUTES.serialNumber:
      return isPrintable(value) ? printableString(value) : utf8String(value);
    case ATTRIBUTES.DC:
    case ATTRIBUTES.emailAddress:
      return ia5String(value);
    default:
      return utf8String(value);
  }
}

/** First value of an attribute type, given as short name or dotted identifier. */
export function findNameValue(name: DistinguishedName, type: NameAttributeType | (string & {})): string | undefined {
  const oid = oidFor(type);
  return name.attributes.find(([found]) => found === oid)?.[1];
}

/** The name for people to read, `CN=device, O=Example`, in its own order. Not for comparing: use `der`. */
export function formatName(name: DistinguishedName): string {
  return name.attributes
    .map(([oid, value]) => `${typeByOid.get(oid) ?? oid}=${value.replace(/[,+"\\<>;=]/g, '\\$&')}`)
    .join(', ');
}
