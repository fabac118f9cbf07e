import { parseDay, parseMonth, shown } from '../days.ts';
import { TermsError } from '../errors.ts';

/** Reads one JSON object field by field; every mistake is a `TermsError` that names the field by its path. */
export class JsonObject {
  readonly path: string;
  readonly #fields: ReadonlyMap<string, unknown>;

  /** `accepted` are all fields that may be there. Throws `form.not_an_object`, `form.unknown_field`. */
  constructor(value: unknown, path: string, accepted: readonly string[]) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new TermsError('form.not_an_object', { field: path });
    this.path = path;
    this.#fields = new Map(Object.entries(value));
    for (const name of this.#fields.keys())
      if (!accepted.includes(name))
        throw new TermsError('form.unknown_field', { field: path, name: shown(name), accepted: accepted.join(', ') });
  }

  /** Present and not null. */
  has(name: string): boolean {
    const value = this.#fields.get(name);
    return value !== undefined && value !== null;
  }

  raw(name: string): unknown {
    return this.#fields.get(name);
  }

  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  text(name: string, max: number, min = 1): string {
    return parseText(this.raw(name), this.at(name), max, min);
  }

  /** A name in the terms' spelling: no spaces or control characters. */
  id(name: string): string {
    return parseId(this.raw(name), this.at(name));
  }

  whole(name: string, min: number, max: number): number {
    return parseWhole(this.raw(name), this.at(name), min, max);
  }

  flag(name: string): boolean {
    const value = this.raw(name);
    if (typeof value !== 'boolean') throw new TermsError('form.not_a_switch', { field: this.at(name) });
    return value;
  }

  oneOf<T extends string | number>(name: string, accepted: readonly T[]): T {
    return parseOneOf(this.raw(name), this.at(name), accepted);
  }

  day(name: string): Temporal.PlainDate {
    return parseDay(this.raw(name), this.at(name));
  }

  month(name: string): Temporal.PlainYearMonth {
    return parseMonth(this.raw(name), this.at(name));
  }

  list<T>(name: string, range: { readonly min: number; readonly max: number }, read: ReadEntry<T>): readonly T[] {
    return parseList(this.raw(name), this.at(name), range, read);
  }
}

export type ReadEntry<T> = (value: unknown, path: string) => T;

export function parseText(value: unknown, field: string, max: number, min = 1): string {
  if (typeof value !== 'string' || value.length < min || value.length > max || !value.isWellFormed())
    throw new TermsError('form.not_a_text', { field, max });
  return value;
}

const ID = /^[^\s\p{Cc}]{1,64}$/u;

export function parseId(value: unknown, field: string): string {
  const text = parseText(value, field, 64);
  if (!ID.test(text)) throw new TermsError('form.not_a_text', { field, max: 64 });
  return text;
}

export function parseWhole(value: unknown, field: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw new TermsError('form.not_a_number', { field, min, max, value: shown(value) });
  return value;
}

export function parseOneOf<T extends string | number>(value: unknown, field: string, accepted: readonly T[]): T {
  const found = accepted.find((each) => each === value);
  if (found === undefined)
    throw new TermsError('form.not_one_of', { field, accepted: accepted.join(', '), value: shown(value) });
  return found;
}

export function parseList<T>(
  value: unknown,
  field: string,
  { min, max }: { readonly min: number; readonly max: number },
  read: ReadEntry<T>,
): readonly T[] {
  if (!Array.isArray(value)) throw new TermsError('form.not_a_list', { field });
  if (value.length < min || value.length > max) throw new TermsError('form.list_length', { field, min, max });
  return Array.from(value, (entry: unknown, index) => read(entry, `${field}[${index}]`));
}

/** A field that may be missing (or null): `optional(object, 'from', 'from', () => object.month('from'))`. */
export function optional<K extends string, T>(object: JsonObject, name: K, read: () => T): { readonly [P in K]?: T } {
  return object.has(name) ? ({ [name]: read() } as { readonly [P in K]?: T }) : {};
}
