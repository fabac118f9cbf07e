import type { Discovery, Schema } from './discovery.ts';
import { invalidField } from './errors.ts';
import { isObject, judge, type Message } from './validate.ts';

/**
 * A resource as the service sends it: fields at their default (false, 0, "", empty list, first word of an enum) are
 * absent. Throws when the stand-in itself made something that the document does not have.
 */
export function present(discovery: Discovery, schema: string, value: Message): Message {
  const { value: canonical, violations } = judge(discovery, schema, value, { output: true });
  const [wrong] = violations;
  if (wrong !== undefined) throw new Error(`the stand-in made a bad ${schema}: ${wrong.field} ${wrong.description}`);
  return withoutDefaults(discovery, { $ref: schema }, canonical) as Message;
}

function withoutDefaults(discovery: Discovery, reference: Schema, value: unknown): unknown {
  const schema = discovery.resolve(reference);
  const { items, properties } = schema;
  if (items !== undefined && Array.isArray(value)) return value.map((one) => withoutDefaults(discovery, items, one));
  if (properties === undefined || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const field = discovery.resolve(properties[name] ?? {});
      return isDefault(field, item) ? [] : [[name, withoutDefaults(discovery, field, item)]];
    }),
  );
}

function isDefault(field: Schema, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (field.enum !== undefined) return value === field.enum[0];
  if (field.format === 'int64') return value === '0';
  if (field.type === 'object')
    return field.properties === undefined && isObject(value) && Object.keys(value).length === 0;
  // A message field that is a scalar on the wire (a time, a duration) is absent or there, never at a default.
  if (field.format === 'google-duration' || field.format === 'google-datetime' || field.type === 'any') return false;
  return value === false || value === 0 || value === '';
}

type Selection = { readonly [name: string]: Selection };

/** The `fields` parameter: `devices(name,appliedState),nextPageToken` or `devices/name`. Throws 400 for its syntax. */
export function selectFields(value: Message, fields: string): Message {
  const parser = new FieldsParser(fields);
  return pick(value, parser.read()) as Message;
}

function pick(value: unknown, selection: Selection): unknown {
  if (Object.keys(selection).length === 0 || '*' in selection) return value;
  if (Array.isArray(value)) return value.map((item) => pick(item, selection));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const inner = selection[name];
      return inner === undefined ? [] : [[name, pick(item, inner)]];
    }),
  );
}

class FieldsParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Selection {
    const selection = this.#list();
    if (this.#at < this.#text.length) throw invalidField('fields', 'Invalid field selection.');
    return selection;
  }

  #list(): Selection {
    const selection: Record<string, Selection> = {};
    do {
      const [name, inner] = this.#item();
      selection[name] = { ...selection[name], ...inner };
    } while (this.#take(','));
    return selection;
  }

  #item(): readonly [string, Selection] {
    const name = /^(\*|[A-Za-z][A-Za-z0-9_]*)/.exec(this.#text.slice(this.#at))?.[0];
    if (name === undefined) throw invalidField('fields', 'Invalid field selection.');
    this.#at += name.length;
    if (this.#take('/')) return [name, Object.fromEntries([this.#item()])];
    if (!this.#take('(')) return [name, {}];
    const inner = this.#list();
    if (!this.#take(')')) throw invalidField('fields', 'Invalid field selection.');
    return [name, inner];
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
}
