/** Why a property list, or a value taken from one, was refused. A closed set: callers branch on it, people never read it raw. */
export const PLIST_ERROR_CODES = [
  'too_large',
  'too_deep',
  'too_many_nodes',
  'binary_plist',
  'encoding',
  'syntax',
  'doctype',
  'entity',
  'illegal_character',
  'unknown_element',
  'duplicate_key',
  'bad_integer',
  'bad_real',
  'bad_date',
  'bad_data',
  'not_a_dict',
  'missing_key',
  'wrong_type',
  'out_of_bounds',
  'unwritable',
] as const;
export type PlistErrorCode = (typeof PLIST_ERROR_CODES)[number];

/**
 * The only error this package throws on outside bytes. `offset` is the position in the decoded text (in bytes for
 * `encoding`, `too_large`, `binary_plist`), or -1 when the value came from a tree. `key` names the dictionary key.
 * The message never quotes a value.
 */
export class PlistError extends Error {
  readonly code: PlistErrorCode;
  readonly offset: number;
  readonly key: string | undefined;

  constructor(code: PlistErrorCode, offset = -1, key?: string) {
    super(`property list: ${code}${key === undefined ? '' : ` (${key})`}${offset < 0 ? '' : ` at ${offset}`}`);
    this.name = 'PlistError';
    this.code = code;
    this.offset = offset;
    this.key = key;
  }
}

/** A `<real>`. Kept apart from integers since devices tell the two apart: 1 and 1.0 are different values on the wire. */
export class Real {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/**
 * One property list value. `<integer>` is a number when safe and a bigint otherwise, `<real>` a `Real`, `<date>` a
 * `Temporal.Instant`, `<data>` a `Buffer`.
 */
export type PlistValue =
  | string
  | number
  | bigint
  | boolean
  | Real
  | Temporal.Instant
  | Buffer
  | readonly PlistValue[]
  | PlistDict;

/** A dictionary. Those the reader makes have no prototype, so a key such as `__proto__` is only a key. */
export type PlistDict = { readonly [key: string]: PlistValue | undefined };

/** Whether a value is a dictionary, and not one of the object kinds that stand for a single value. */
export function isDict(value: PlistValue | undefined): value is PlistDict {
  return (
    typeof value === 'object' &&
    !Array.isArray(value) &&
    !Buffer.isBuffer(value) &&
    !(value instanceof Real) &&
    !(value instanceof Temporal.Instant)
  );
}

/** Own-property look-up, safe on dictionaries that do have a prototype. `undefined` when absent. */
export function valueAt(dict: PlistDict, key: string): PlistValue | undefined {
  return Object.hasOwn(dict, key) ? dict[key] : undefined;
}

/** The value at `key`; throws `missing_key`. */
export function requiredAt(dict: PlistDict, key: string): PlistValue {
  const value = valueAt(dict, key);
  if (value === undefined) throw new PlistError('missing_key', -1, key);
  return value;
}

/** Bounds of a text or byte value: lengths in UTF-16 units or bytes, both inclusive. */
export type LengthBounds = { readonly min?: number; readonly max?: number };

function bounded<T extends { readonly length: number }>(value: T, key: string, bounds: LengthBounds | undefined): T {
  if (bounds === undefined) return value;
  if (value.length < (bounds.min ?? 0) || value.length > (bounds.max ?? Number.POSITIVE_INFINITY)) {
    throw new PlistError('out_of_bounds', -1, key);
  }
  return value;
}

/** The string at `key`, or `undefined` when absent; throws `wrong_type`, `out_of_bounds`. */
export function optionalString(dict: PlistDict, key: string, bounds?: LengthBounds): string | undefined {
  const value = valueAt(dict, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new PlistError('wrong_type', -1, key);
  return bounded(value, key, bounds);
}

/** The string at `key`; throws `missing_key`, `wrong_type`, `out_of_bounds`. */
export function stringAt(dict: PlistDict, key: string, bounds?: LengthBounds): string {
  const value = optionalString(dict, key, bounds);
  if (value === undefined) throw new PlistError('missing_key', -1, key);
  return value;
}

/** The bytes at `key`, or `undefined` when absent; throws `wrong_type`, `out_of_bounds`. */
export function optionalData(dict: PlistDict, key: string, bounds?: LengthBounds): Buffer | undefined {
  const value = valueAt(dict, key);
  if (value === undefined) return undefined;
  if (!Buffer.isBuffer(value)) throw new PlistError('wrong_type', -1, key);
  return bounded(value, key, bounds);
}

/** The bytes at `key`; throws `missing_key`, `wrong_type`, `out_of_bounds`. */
export function dataAt(dict: PlistDict, key: string, bounds?: LengthBounds): Buffer {
  const value = optionalData(dict, key, bounds);
  if (value === undefined) throw new PlistError('missing_key', -1, key);
  return value;
}

/** The boolean at `key`, or `undefined` when absent; throws `wrong_type`. */
export function optionalBoolean(dict: PlistDict, key: string): boolean | undefined {
  const value = valueAt(dict, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'boolean') throw new PlistError('wrong_type', -1, key);
  return value;
}

/** The safe integer at `key`, or `undefined` when absent; throws `wrong_type` (also for a bigint or a real). */
export function optionalInteger(dict: PlistDict, key: string): number | undefined {
  const value = valueAt(dict, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'number') throw new PlistError('wrong_type', -1, key);
  return value;
}

/** The safe integer at `key`; throws `missing_key`, `wrong_type`. */
export function integerAt(dict: PlistDict, key: string): number {
  const value = optionalInteger(dict, key);
  if (value === undefined) throw new PlistError('missing_key', -1, key);
  return value;
}

/** The dictionary at `key`, or `undefined` when absent; throws `wrong_type`. */
export function optionalDict(dict: PlistDict, key: string): PlistDict | undefined {
  const value = valueAt(dict, key);
  if (value === undefined) return undefined;
  if (!isDict(value)) throw new PlistError('wrong_type', -1, key);
  return value;
}

/** The dictionary at `key`; throws `missing_key`, `wrong_type`. */
export function dictAt(dict: PlistDict, key: string): PlistDict {
  const value = optionalDict(dict, key);
  if (value === undefined) throw new PlistError('missing_key', -1, key);
  return value;
}

/** The array at `key`, or `undefined` when absent; throws `wrong_type`. */
export function optionalArray(dict: PlistDict, key: string): readonly PlistValue[] | undefined {
  const value = valueAt(dict, key);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new PlistError('wrong_type', -1, key);
  return value;
}

/** The array at `key`; throws `missing_key`, `wrong_type`. */
export function arrayAt(dict: PlistDict, key: string): readonly PlistValue[] {
  const value = optionalArray(dict, key);
  if (value === undefined) throw new PlistError('missing_key', -1, key);
  return value;
}
