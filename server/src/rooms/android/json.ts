// Readers of what others sent: each part may be missing, of another type, or of no sense.

export type Json = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The part under a path of names; undefined when anything on the way is missing. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (!isRecord(current) || !Object.hasOwn(current, name)) return undefined;
    current = current[name];
  }
  return current;
}

/** Text that is not empty, without what no column can hold, and at most `longest` characters of it. */
export function textOf(value: unknown, longest = 2000): string | undefined {
  if (typeof value !== 'string') return undefined;
  const clean = value.toWellFormed().replaceAll('\u0000', '').slice(0, longest).toWellFormed();
  return clean === '' ? undefined : clean;
}

/** A number, or an int64 that JSON carries as a string (proto3 JSON mapping); undefined beyond what is exact. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d{1,16}$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

export function booleanOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An RFC 3339 time, to the microsecond that the database keeps. */
export function instantOf(value: unknown): Temporal.Instant | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined;
  try {
    return Temporal.Instant.from(value).round({ smallestUnit: 'microsecond', roundingMode: 'floor' });
  } catch {
    return undefined;
  }
}

/** The latest of some times. */
export function latest(times: readonly (Temporal.Instant | undefined)[]): Temporal.Instant | undefined {
  let newest: Temporal.Instant | undefined;
  for (const time of times) {
    if (time !== undefined && (newest === undefined || Temporal.Instant.compare(time, newest) > 0)) newest = time;
  }
  return newest;
}

/** Parses bytes as one JSON object; undefined for anything else. */
export function parseObject(bytes: Uint8Array): Json | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
