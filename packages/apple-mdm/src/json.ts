import { createHash } from 'node:crypto';
import { decodeData } from './plist-scalar.ts';
import { type PlistDict, PlistError, type PlistValue, Real } from './plist-value.ts';

/** A value any JSON store takes: texts are well-formed and hold no NUL. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

/** Whether a JSON value is an object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Canonical JSON: keys in code unit order, no white space. The same meaning always gives the same text. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 in base64url without padding: 43 characters, fit for a `ServerToken`. */
export function digest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64url');
}

/**
 * A property list value as JSON. Data becomes `{ "$data": base64 }`, dates ISO 8601 texts, integers beyond 2^53 decimal
 * texts, reals that are no numbers `null`.
 */
export function jsonSafe(value: PlistValue): JsonValue {
  switch (typeof value) {
    case 'string':
      return jsonText(value);
    case 'bigint':
      return value.toString();
    case 'number':
    case 'boolean':
      return value;
    default:
      return jsonSafeObject(value);
  }
}

function jsonSafeObject(value: Exclude<PlistValue, string | bigint | number | boolean>): JsonValue {
  if (Buffer.isBuffer(value)) return { $data: value.toString('base64') };
  if (value instanceof Real) return Number.isFinite(value.value) ? value.value : null;
  if (value instanceof Temporal.Instant) return value.toString();
  if (Array.isArray(value)) return value.map(jsonSafe);
  return jsonObject(
    Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, jsonSafe(member)] as const])),
  );
}

const DEEPEST = 64;

/**
 * JSON as a property list value, for commands that arrive as JSON: `{ "$data": base64 }` becomes data,
 * `{ "$date": text }` a date (ISO 8601 with offset), a number with a fraction a `Real`. Throws `PlistError`:
 * `unwritable` for `null`, `bad_data`, `bad_date`, `too_deep`.
 */
export function plistFromJson(value: JsonValue, depth = 0): PlistValue {
  if (depth > DEEPEST) throw new PlistError('too_deep');
  if (value === null) throw new PlistError('unwritable');
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : new Real(value);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => plistFromJson(item, depth + 1));
  if (!isJsonObject(value)) throw new PlistError('unwritable');
  return tagged(value) ?? plistDict(value, depth);
}

function tagged(object: JsonObject): PlistValue | undefined {
  const [name, ...others] = Object.keys(object);
  if (name === undefined || others.length > 0) return undefined;
  const text = object[name];
  if (typeof text !== 'string') return undefined;
  if (name === '$data') return decodeData(text) ?? refuse('bad_data');
  if (name === '$date') return dateOf(text) ?? refuse('bad_date');
  return undefined;
}

function dateOf(text: string): Temporal.Instant | undefined {
  try {
    return Temporal.Instant.from(text);
  } catch {
    return undefined; // decision: the caller refuses with our own code
  }
}

function refuse(code: 'bad_data' | 'bad_date'): never {
  throw new PlistError(code);
}

function plistDict(object: JsonObject, depth: number): PlistDict {
  const dict: Record<string, PlistValue> = Object.create(null);
  for (const [key, member] of Object.entries(object)) dict[key] = plistFromJson(member, depth + 1);
  return dict;
}

/** Text that any JSON store takes: PostgreSQL's `jsonb` knows neither NUL nor a lone surrogate. */
export function jsonText(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text).toWellFormed();
}

/** An object without prototype, so that a key `__proto__` is only a key. */
export function jsonObject(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const object: { [key: string]: JsonValue } = Object.create(null);
  for (const [key, value] of entries) object[jsonText(key)] = value;
  return object;
}
