import { Real } from './plist-value.ts';

const SMALLEST = -(2n ** 63n);
const LARGEST = 2n ** 64n - 1n;

/** `<integer>`: decimal or 0x, within signed or unsigned 64 bits. `undefined` when malformed. */
export function decodeInteger(raw: string): number | bigint | undefined {
  if (/^[+-]?[0-9]{1,15}$/.test(raw)) return Number(raw) + 0 || 0;
  if (raw.length > 64) return undefined;
  const match = /^\s*([+-]?)([0-9]{1,24}|0[xX][0-9a-fA-F]{1,16})\s*$/.exec(raw);
  if (match === null) return undefined;
  const magnitude = BigInt(match[2] ?? '0');
  const value = match[1] === '-' ? -magnitude : magnitude;
  if (value < SMALLEST || value > LARGEST) return undefined;
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

const NAMED_REALS: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['+infinity', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
]);

/** `<real>`: decimal with optional exponent, or the words CoreFoundation writes for the special values. */
export function decodeReal(raw: string): Real | undefined {
  if (raw.length > 400) return undefined;
  const text = raw.trim();
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?$/.test(text)) return new Real(Number(text));
  const named = NAMED_REALS.get(text.toLowerCase());
  return named === undefined ? undefined : new Real(named);
}

/** The text of a `<real>` that `decodeReal` gives back unchanged. */
export function encodeReal(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Number.POSITIVE_INFINITY) return '+infinity';
  if (value === Number.NEGATIVE_INFINITY) return '-infinity';
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/** `<date>`: `YYYY-MM-DDThh:mm:ssZ`, always UTC; a fraction is kept. `undefined` when malformed or impossible. */
export function decodeDate(raw: string): Temporal.Instant | undefined {
  if (raw.length > 64) return undefined;
  const text = raw.trim();
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{1,9})?Z$/.test(text)) return undefined;
  try {
    return Temporal.Instant.from(text);
  } catch (cause) {
    if (cause instanceof RangeError) return undefined; // a day or hour that does not exist
    throw cause;
  }
}

/** The text of a `<date>`, in whole seconds as Apple writes it; `undefined` outside the years 0 to 9999. */
export function encodeDate(instant: Temporal.Instant): string | undefined {
  const text = instant.round({ smallestUnit: 'second', roundingMode: 'floor' }).toString();
  return text.length === 20 ? text : undefined;
}

/** `<data>`: base64 with any white space, padding required. `undefined` when malformed. */
export function decodeData(raw: string): Buffer | undefined {
  let significant = 0;
  let padding = 0;
  for (let i = 0; i < raw.length; i++) {
    const kind = BASE64_KIND[raw.charCodeAt(i)] ?? 0;
    if (kind === 1) {
      if (padding > 0) return undefined;
      significant++;
    } else if (kind === 2) padding++;
    else if (kind === 0) return undefined;
  }
  if (padding > 2 || (significant + padding) % 4 !== 0) return undefined;
  return Buffer.from(raw, 'base64');
}

/** 1: base64 digit, 2: padding, 3: white space, 0: anything else. */
const BASE64_KIND = new Uint8Array(256);
for (const digit of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') {
  BASE64_KIND[digit.charCodeAt(0)] = 1;
}
BASE64_KIND['='.charCodeAt(0)] = 2;
for (const space of ' \t\n\r') BASE64_KIND[space.charCodeAt(0)] = 3;
