import { malformed, TAG } from './der.ts';
import { oidContent } from './oids.ts';

/** One DER element around the concatenated parts. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([header(tag, length), ...parts]);
}

function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.of(tag, length);
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  return Buffer.of(tag, 0x80 | octets.length, ...octets);
}

/** SEQUENCE of whole elements. */
export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return encode(TAG.sequence, ...parts);
}

/** SET OF in DER order (X.690, 11.6), under `tag` when it is implicitly tagged. */
export function setOf(parts: readonly Uint8Array[], tag: number = TAG.set): Buffer {
  return encode(tag, ...[...parts].sort(Buffer.compare));
}

/** [n] constructed: an explicit tag around an element, or an implicit one around the content of a constructed element. */
export function context(number: number, ...parts: readonly Uint8Array[]): Buffer {
  return encode(0xa0 | number, ...parts);
}

/** INTEGER of an unsigned big-endian number: leading zeros are dropped or added as DER wants. */
export function unsignedInteger(bytes: Uint8Array): Buffer {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const minimal = bytes.subarray(from);
  if (minimal.length === 0) throw malformed('integer without octets');
  return (minimal[0] ?? 0) >= 0x80 ? encode(TAG.integer, Buffer.of(0), minimal) : encode(TAG.integer, minimal);
}

export function smallInteger(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return unsignedInteger(bytes);
}

/** OBJECT IDENTIFIER of a dotted text. Throws `malformed` when it is none. */
export function objectIdentifier(oid: string): Buffer {
  return encode(TAG.oid, oidContent(oid));
}

/** Primitive OCTET STRING. */
export function octetString(bytes: Uint8Array): Buffer {
  return encode(TAG.octetString, bytes);
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return encode(TAG.bitString, Buffer.of(unusedBits), bytes);
}

export function derNull(): Buffer {
  return Buffer.of(TAG.null, 0);
}

export function derTrue(): Buffer {
  return Buffer.of(TAG.boolean, 1, 0xff);
}

export function utf8String(text: string): Buffer {
  return encode(TAG.utf8String, Buffer.from(text, 'utf8'));
}

/** PrintableString. Throws `malformed` on a character X.680 does not list. */
export function printableString(text: string): Buffer {
  if (!isPrintable(text)) throw malformed('not a PrintableString');
  return encode(TAG.printableString, Buffer.from(text, 'latin1'));
}

export function isPrintable(text: string): boolean {
  return /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
}

export function ia5String(text: string): Buffer {
  return encode(TAG.ia5String, ia5Octets(text));
}

export function ia5Octets(text: string): Buffer {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) throw malformed('not an IA5String');
  return Buffer.from(text, 'latin1');
}

/** Epoch milliseconds as UTCTime until 2049 and GeneralizedTime after (RFC 5280, 4.1.2.5); fractions are cut. */
export function time(at: number): Buffer {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  if (Number.isNaN(at) || !(year >= 1950 && year <= 9999)) throw malformed('time out of range');
  const digits = `${date.toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  return year < 2050
    ? encode(TAG.utcTime, Buffer.from(digits.slice(2), 'latin1'))
    : encode(TAG.generalizedTime, Buffer.from(digits, 'latin1'));
}
