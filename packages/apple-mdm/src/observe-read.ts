// Tolerant reading of answers: a key of an odd type counts as absent, and everything not taken is kept as JSON.
import { type JsonObject, type JsonValue, jsonObject, jsonSafe, jsonText } from './json.ts';
import { isDict, type PlistDict, type PlistValue, Real, valueAt } from './plist-value.ts';

const LONGEST_TEXT = 4096;

/** Takes keys of one dictionary and knows which are left. */
export class Taker {
  readonly #dict: PlistDict;
  readonly #taken = new Set<string>();

  constructor(dict: PlistDict) {
    this.#dict = dict;
  }

  text(key: string): string | undefined {
    return this.#take(key, textOf);
  }

  flag(key: string): boolean | undefined {
    return this.#take(key, flagOf);
  }

  number(key: string): number | undefined {
    return this.#take(key, numberOf);
  }

  /** An instant as an ISO 8601 text; dates some answers write as text are read too. */
  time(key: string): string | undefined {
    return this.#take(key, timeOf);
  }

  bytes(key: string): Buffer | undefined {
    return this.#take(key, (value) => (Buffer.isBuffer(value) ? value : undefined));
  }

  dict(key: string): PlistDict | undefined {
    return this.#take(key, (value) => (isDict(value) ? value : undefined));
  }

  /** The dictionaries in an array; none when it is no array. */
  dicts(key: string): readonly PlistDict[] {
    return this.#take(key, (value) => (Array.isArray(value) ? dictsOf(value) : undefined)) ?? [];
  }

  /** What was not taken, as JSON. */
  rest(): JsonObject {
    const entries: (readonly [string, JsonValue])[] = [];
    for (const key of Object.keys(this.#dict)) {
      const value = this.#dict[key];
      if (value !== undefined && !this.#taken.has(key)) entries.push([key, jsonSafe(value)]);
    }
    return jsonObject(entries);
  }

  #take<T>(key: string, read: (value: PlistValue) => T | undefined): T | undefined {
    const value = valueAt(this.#dict, key);
    const result = value === undefined ? undefined : read(value);
    if (result !== undefined) this.#taken.add(key);
    return result;
  }
}

function textOf(value: PlistValue): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT ? jsonText(value) : undefined;
}

function flagOf(value: PlistValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 0 || value === 1 ? value === 1 : undefined; // some versions write booleans as integers
}

function numberOf(value: PlistValue): number | undefined {
  const number = value instanceof Real ? value.value : typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function timeOf(value: PlistValue): string | undefined {
  if (value instanceof Temporal.Instant) return value.toString();
  if (typeof value !== 'string' || value.length > 64) return undefined;
  try {
    return Temporal.Instant.from(value).toString();
  } catch {
    return undefined; // decision: an odd date is kept as text among the rest
  }
}

/** The dictionaries in an array; other members are ignored. */
export function dictsOf(value: PlistValue | undefined): readonly PlistDict[] {
  if (!Array.isArray(value)) return [];
  const items: readonly PlistValue[] = value;
  return items.filter(isDict);
}

/** The object without members that are `undefined`, so that absent facts are absent keys. */
export function known<T extends { readonly [key: string]: unknown }>(facts: T): Known<T> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Known<T>;
}

/** Members that may be `undefined` become optional. */
export type Known<T> = { readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> } & {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K];
};
