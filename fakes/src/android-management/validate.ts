import type { Discovery, Schema } from './discovery.ts';
import type { FieldViolation } from './errors.ts';
import { readBytes, readDuration, readInt32, readInt64, readNumber, readTimestamp, snakeCase } from './scalars.ts';

/** A message of the API in its canonical JSON: camelCase names, no nulls. */
export type Message = Readonly<Record<string, unknown>>;

/** What a body is after it was judged; `value` only counts when there is no violation. */
export type Judged = {
  readonly value: Message;
  readonly violations: readonly FieldViolation[];
  /** Worth knowing, and no error: output-only fields that were passed over, deprecated ones that were used. */
  readonly notes: readonly string[];
};

/** Deeper than anything in the document; keeps a hostile body from exhausting the stack. */
const MAX_DEPTH = 40;

/**
 * Judges a JSON value by a schema of the document, as proto3 JSON: unknown fields, types, enums, numbers, times. With
 * `output` it judges an answer of the stand-in: output-only fields belong there.
 */
export function judge(
  discovery: Discovery,
  schema: string,
  value: unknown,
  { output = false }: { readonly output?: boolean } = {},
): Judged {
  const walk = new Walk(discovery, output);
  const read = walk.message({ $ref: schema }, value ?? {}, '', 0);
  return { value: (read ?? {}) as Message, violations: walk.violations, notes: walk.notes };
}

class Walk {
  readonly violations: FieldViolation[] = [];
  readonly notes: string[] = [];
  readonly #discovery: Discovery;
  readonly #output: boolean;

  constructor(discovery: Discovery, output: boolean) {
    this.#discovery = discovery;
    this.#output = output;
  }

  message(reference: Schema, value: unknown, path: string, depth: number): unknown {
    const schema = this.#discovery.resolve(reference);
    if (!isObject(value)) return this.#bad(path, `must be an object (${schema.id ?? 'map'})`);
    if (depth > MAX_DEPTH) return this.#bad(path, 'is nested too deeply');
    if (schema.properties === undefined && schema.additionalProperties !== undefined)
      return this.#map(schema.additionalProperties, value, path, depth);
    return this.#fields(schema, value, path, depth);
  }

  #fields(schema: Schema, value: Message, path: string, depth: number): Message {
    const read: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const at = path === '' ? key : `${path}.${key}`;
      const name = nameOf(schema, key);
      const field = name === undefined ? undefined : schema.properties?.[name];
      if (name === undefined || field === undefined) {
        this.#bad(at, `Unknown name "${key}"${path === '' ? '' : ` at '${path}'`}: no such field.`);
      } else if (name in read) {
        this.#bad(at, 'is given twice');
      } else if (field.readOnly === true && !this.#output) {
        this.notes.push(`${at} is output only and was passed over`);
      } else if (item !== null) {
        if (field.deprecated === true) this.notes.push(`${at} is deprecated`);
        const one = this.value(field, item, at, depth + 1);
        if (one !== undefined) read[name] = one;
      }
    }
    return read;
  }

  #map(schema: Schema, value: Message, path: string, depth: number): Message {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.value(schema, item, `${path}[${key}]`, depth + 1)]),
    );
  }

  value(reference: Schema, value: unknown, path: string, depth: number): unknown {
    const schema = this.#discovery.resolve(reference);
    switch (schema.type) {
      case 'object':
        return this.message(schema, value, path, depth);
      case 'array':
        return this.#list(schema.items ?? { type: 'any' }, value, path, depth);
      case 'any':
        return depth > MAX_DEPTH || tooDeep(value, MAX_DEPTH - depth) ? this.#bad(path, 'is nested too deeply') : value;
      default:
        return this.#scalar(schema, value, path);
    }
  }

  #list(items: Schema, value: unknown, path: string, depth: number): unknown {
    if (!Array.isArray(value)) return this.#bad(path, 'must be a list');
    return value.map((item: unknown, index) => this.value(items, item, `${path}[${index}]`, depth + 1));
  }

  #scalar(schema: Schema, value: unknown, path: string): unknown {
    const read = readScalar(schema, value);
    if (read !== undefined) return read;
    if (schema.enum !== undefined) return this.#bad(snakePath(path), `Invalid value ${show(value)} for this enum.`);
    return this.#bad(path, `Invalid value ${show(value)} (${schema.format ?? schema.type}).`);
  }

  #bad(field: string, description: string): undefined {
    this.violations.push({ field, description });
  }
}

/** The canonical value of a scalar; undefined for what Google refuses. */
export function readScalar(schema: Schema, value: unknown): unknown {
  if (schema.enum !== undefined) return schema.enum.find((word) => word === value);
  if (schema.type === 'boolean') return typeof value === 'boolean' ? value : undefined;
  switch (schema.format) {
    case 'int32':
      return readInt32(value);
    case 'int64':
      return readInt64(value);
    case 'float':
    case 'double':
      return readNumber(value);
    case 'google-duration':
      return readDuration(value);
    case 'google-datetime':
      return readTimestamp(value);
    case 'byte':
      return readBytes(value);
    default:
      return typeof value === 'string' ? value : undefined;
  }
}

/** The field's JSON name for either way of writing it. */
export function nameOf(schema: Schema, key: string): string | undefined {
  const { properties = {} } = schema;
  if (Object.hasOwn(properties, key)) return key;
  return Object.keys(properties).find((name) => snakeCase(name) === key);
}

export function isObject(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tooDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left <= 0 || Object.values(value).some((inner) => tooDeep(inner, left - 1));
}

function snakePath(path: string): string {
  return path.split('.').map(snakeCase).join('.');
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
