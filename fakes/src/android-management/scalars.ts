/**
 * Scalars of proto3 JSON. Each reader gives the canonical value, or undefined for what Google refuses.
 */

const INT64_MAX = 2n ** 63n - 1n;
const INT32_MAX = 2 ** 31 - 1;
/** About ten thousand years, the limit of google.protobuf.Duration. */
const DURATION_MAX_SECONDS = 315_576_000_000;

/** A number, or a string of one; whole, within 32 bits. */
export function readInt32(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,11}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) return undefined;
  return number >= -INT32_MAX - 1 && number <= INT32_MAX ? number : undefined;
}

/** Canonical is the string of decimal digits. */
export function readInt64(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) return undefined;
  const whole = BigInt(value);
  return whole >= -INT64_MAX - 1n && whole <= INT64_MAX ? String(whole) : undefined;
}

export function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** `3600s`, with at most nine digits of a second. */
export function readDuration(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^-?\d{1,12}(\.\d{1,9})?s$/.test(value)) return undefined;
  return Math.abs(Number(value.slice(0, -1))) <= DURATION_MAX_SECONDS ? value : undefined;
}

/** Milliseconds of a duration that `readDuration` took. */
export function durationMs(duration: string): number {
  return Math.round(Number(duration.slice(0, -1)) * 1000);
}

/** The duration as Google writes it. */
export function durationOf(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(3))}s`;
}

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** RFC 3339; canonical ends with Z. */
export function readTimestamp(value: unknown): string | undefined {
  if (typeof value !== 'string' || !TIMESTAMP.test(value)) return undefined;
  try {
    return Temporal.Instant.from(value).toString();
  } catch {
    return undefined; // the pattern is right, the date is none
  }
}

/** Base64, also in its URL alphabet and without padding; canonical is the standard alphabet. */
export function readBytes(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) return undefined;
  if (value.replaceAll('=', '').length % 4 === 1) return undefined;
  return Buffer.from(value, 'base64').toString('base64');
}

/** `policyName` to `policy_name`: the field's name in the proto. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `policy_name` to `policyName`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
