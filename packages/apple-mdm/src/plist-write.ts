import { encodeDate, encodeReal } from './plist-scalar.ts';
import { type PlistDict, PlistError, type PlistValue, Real } from './plist-value.ts';

const HEADER =
  '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n' +
  '<plist version="1.0">\n';
const DEEPEST = 512;
const LINE = 76;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML 1.0 section 2.2 forbids
const ILLEGAL = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

/**
 * Writes an XML property list in Apple's layout: tabs, keys in code unit order, base64 in lines of 76. The same value
 * always gives the same bytes. Keys whose value is `undefined` are left out. Throws `PlistError`: `unwritable` (a
 * number that is no safe integer: use `Real`), `illegal_character`, `too_deep`.
 */
export function writePlist(value: PlistValue): Buffer {
  const parts = [HEADER];
  writeValue(value, 0, parts);
  parts.push('</plist>\n');
  return Buffer.from(parts.join(''), 'utf8');
}

function writeValue(value: PlistValue, depth: number, parts: string[]): void {
  if (depth > DEEPEST) throw new PlistError('too_deep');
  const indent = '\t'.repeat(depth);
  if (typeof value === 'object') writeObject(value, indent, depth, parts);
  else parts.push(indent, primitive(value), '\n');
}

function primitive(value: string | number | bigint | boolean): string {
  switch (typeof value) {
    case 'string':
      return `<string>${escapeText(value)}</string>`;
    case 'boolean':
      return value ? '<true/>' : '<false/>';
    case 'bigint':
      if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new PlistError('unwritable');
      return `<integer>${value}</integer>`;
    case 'number':
      if (!Number.isSafeInteger(value)) throw new PlistError('unwritable');
      return `<integer>${value}</integer>`;
    default:
      throw new PlistError('unwritable');
  }
}

function writeObject(value: PlistValue & object, indent: string, depth: number, parts: string[]): void {
  if (value === null) throw new PlistError('unwritable');
  if (Buffer.isBuffer(value)) {
    writeData(value, indent, parts);
  } else if (value instanceof Real) {
    parts.push(indent, '<real>', encodeReal(value.value), '</real>\n');
  } else if (value instanceof Temporal.Instant) {
    const text = encodeDate(value);
    if (text === undefined) throw new PlistError('unwritable');
    parts.push(indent, '<date>', text, '</date>\n');
  } else if (Array.isArray(value)) {
    writeArray(value, indent, depth, parts);
  } else {
    writeDict(value as PlistDict, indent, depth, parts); // every other member of the union is excluded above
  }
}

function writeData(bytes: Buffer, indent: string, parts: string[]): void {
  const width = Math.max(4, LINE - 8 * indent.length);
  const step = width - (width % 4);
  const base64 = bytes.toString('base64');
  parts.push(indent, '<data>\n');
  for (let at = 0; at < base64.length; at += step) parts.push(indent, base64.slice(at, at + step), '\n');
  parts.push(indent, '</data>\n');
}

function writeArray(items: readonly PlistValue[], indent: string, depth: number, parts: string[]): void {
  if (items.length === 0) {
    parts.push(indent, '<array/>\n');
    return;
  }
  parts.push(indent, '<array>\n');
  for (const item of items) writeValue(item, depth + 1, parts);
  parts.push(indent, '</array>\n');
}

function writeDict(dict: PlistDict, indent: string, depth: number, parts: string[]): void {
  if (Object.getPrototypeOf(dict) !== null && Object.getPrototypeOf(dict) !== Object.prototype) {
    throw new PlistError('unwritable'); // a Date, a Map, an Instant of another realm: never silently an empty dict
  }
  const keys = Object.keys(dict).filter((key) => dict[key] !== undefined);
  if (keys.length === 0) {
    parts.push(indent, '<dict/>\n');
    return;
  }
  parts.push(indent, '<dict>\n');
  for (const key of keys.sort()) {
    const value = dict[key];
    if (value === undefined) continue;
    parts.push(indent, '\t<key>', escapeText(key), '</key>\n');
    writeValue(value, depth + 1, parts);
  }
  parts.push(indent, '</dict>\n');
}

function escapeText(text: string): string {
  if (ILLEGAL.test(text) || !text.isWellFormed()) throw new PlistError('illegal_character');
  if (!/[&<>\r]/.test(text)) return text;
  return text.replace(/[&<>\r]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&#13;'));
}
