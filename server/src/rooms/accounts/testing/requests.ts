import type { Route } from '@tsukasa/api';
import fc from 'fast-check';

/** The parts of JSON Schema that our contract is written in. */
type Schema = {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
};

/** Ids of things that exist, by the name of the parameter or field that asks for them. */
export type Known = Readonly<Record<string, readonly string[]>>;

/** A request as it is sent; `payload` may be no JSON, and `url` no UTF-8. */
export type WildRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | Buffer | undefined;
};

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

const WORDS = [
  ...['\0', 'a\0b', '\ud800', 'x\udc00y', '', ' ', '\u202e\u200b', '\u{1f469}\u200d\u{1f4bb}'],
  ...["' or 1=1 --", '%', '%_\\', '"', '../../x', '__proto__', 'constructor', 'null', '<b>', '=1+1', '\r\nx: y'],
  ...['-1', '9'.repeat(40), '1e400', 'NaN', 'P99999999999Y', '-P1D', 'PT0S', 'P1Y2M'],
  ...['-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00Z', '0000-01-01T00:00:00Z', '2026-02-30T00:00:00Z'],
  ...['2026-12-31T23:59:60Z', '00000000-0000-0000-0000-000000000000', 'W10', 'e30', 'bnVsbA', 'WyJcdTAwMDAiLCJ4Il0'],
  'x'.repeat(70_000),
];
const OTHERS = [null, true, -1, 0, 2 ** 31, 2 ** 53, 2 ** 63, 1e308, -0.5, [], {}, [[]], deep(40), deep(1000)];

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 2, arbitrary: fc.constantFrom(...OTHERS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** One time in eight something else. */
function mostly<A, B>(usual: fc.Arbitrary<A>, other: fc.Arbitrary<B>): fc.Arbitrary<A | B> {
  return fc.oneof({ weight: 7, arbitrary: usual }, { weight: 1, arbitrary: other });
}

/** Values that fit the schema, except for patterns that are not known here. */
function fitting(schema: Schema, name: string, known: Known): fc.Arbitrary<unknown> {
  const ids = known[name];
  if (ids !== undefined && ids.length > 0) return fc.constantFrom(...ids);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => fitting(one, name, known)));
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -(2 ** 31), max: schema.maximum ?? 2 ** 31 });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(fitting(schema.items ?? {}, name, known), { maxLength: 3 });
    case 'object':
      return object(schema, known);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function object({ properties = {}, required = [] }: Schema, known: Known): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, one]) => [name, fitting(one, name, known)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
}

/** Mostly near the contracts; sometimes at the ends of what is taken. */
const day: fc.Arbitrary<string> = fc
  .oneof(
    {
      weight: 4,
      arbitrary: fc.date({ min: new Date('2025-01-01'), max: new Date('2028-12-31'), noInvalidDate: true }),
    },
    {
      weight: 1,
      arbitrary: fc.date({ min: new Date('2000-01-01'), max: new Date('2199-12-31'), noInvalidDate: true }),
    },
  )
  .map((date) => date.toISOString().slice(0, 10));

function text({ format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'email') return fc.emailAddress();
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'date') return day;
  if (pattern?.endsWith('-(0[1-9]|1[0-2])$')) return day.map((each) => each.slice(0, 7));
  if (pattern === '^[0-9]{6}$') return fc.nat(999_999).map((number) => String(number).padStart(6, '0'));
  const letters = fc.string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, 30)) });
  return fc.oneof(letters, fc.constantFrom('P1D', 'PT1H', 'PT15M'));
}

type Change = { readonly at: number; readonly how: 'replace' | 'remove' | 'add'; readonly by: unknown };
const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({ at: fc.nat(1000), how: fc.constantFrom('replace', 'replace', 'remove', 'add'), by: hostile }),
  { minLength: 1, maxLength: 2 },
);

type Holder = Record<string, unknown>;

/** A copy in which something somewhere is replaced, missing or too much. */
function changed(value: unknown, { at, how, by }: Change): unknown {
  const copy: unknown = structuredClone(value);
  const holders = holdersIn(copy);
  const holder = holders[at % Math.max(1, holders.length)];
  if (holder === undefined) return how === 'replace' ? by : copy;
  const keys = Object.keys(holder);
  const key = keys[at % Math.max(1, keys.length)];
  if (how === 'add' || key === undefined) holder[typeof by === 'string' ? by.slice(0, 20) : 'extra'] = by;
  else if (how === 'remove') delete holder[key];
  else holder[key] = by;
  return copy;
}

function holdersIn(value: unknown, depth = 0): Holder[] {
  if (typeof value !== 'object' || value === null || depth > 5) return [];
  return [value as Holder, ...Object.values(value).flatMap((below) => holdersIn(below, depth + 1))];
}

const BROKEN: readonly (string | Buffer)[] = [
  ...[JSON.stringify('x'.repeat(70_000)), JSON.stringify({ note: 'x'.repeat(1_200_000) })],
  ...['', '{', '[1,]', 'null', '"x"', '{"__proto__":{"a":1}}', '{"a":1,"a":2}', '[NaN]', '['.repeat(30_000)],
  Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
];
const MEDIA_TYPES = [
  'text/plain',
  'application/xml',
  'multipart/form-data',
  'application/json; charset=shift_jis',
  ';',
];
const KEYS = ['once', 'once', 'twice', '\u3042', 'x'.repeat(201), 'a b', ''];

/** What is put into the path: ids that exist, ids that do not, and what is no id. Percent-encoded, or not rightly so. */
function pathOf(route: Route, known: Known): fc.Arbitrary<string> {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const good = (name: string) => fc.constantFrom(...(known[name] ?? ['x']));
  const bad = fc.oneof(
    fc.uuid(),
    encodable,
    fc.constantFrom('%ff', '%zz', '%00', '%ED%A0%80', '.', '..', 'x'.repeat(300)),
  );
  const values = names.map((name) => mostly(good(name), bad));
  return fc.tuple(...values).map((chosen) => {
    const next = chosen.values();
    return route.path.replaceAll(/:\w+/g, () => next.next().value ?? '');
  });
}

const encodable = fc.constantFrom(...WORDS.filter((word) => word !== '')).map(encoded);

function encoded(value: unknown): string {
  const words = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return words.isWellFormed() ? encodeURIComponent(words) : '%ED%A0%80';
}

function queryOf(route: Route, known: Known): fc.Arbitrary<string> {
  const { properties = {} } = (route.query ?? {}) as Schema;
  const pairs = Object.entries(properties).map(([name, schema]) => {
    const value = mostly(fitting(schema, name, known), hostile);
    return value.map((one) => [one].flat().map((each) => `${name}=${encoded(each)}`));
  });
  const extra = fc.constantFrom(['x=1'], ['__proto__=1'], ['q=%ff'], ['limit=1', 'limit=2'], ['%00=1'], ['&&==']);
  const some = pairs.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...pairs), { maxLength: 3 });
  return fc
    .tuple(some, mostly(fc.constant<string[]>([]), extra))
    .map(([chosen, more]) => [...chosen.flat(), ...more].join('&').slice(0, 15_000));
}

function bodyOf(route: Route, known: Known): fc.Arbitrary<string | Buffer | undefined> {
  if (route.method === 'GET') return fc.constant(undefined);
  const fits = fitting((route.body ?? {}) as Schema, '', known);
  const right = fits.map((value) => JSON.stringify(value));
  const wrong = fc.tuple(fits, changes).map(([value, list]) => JSON.stringify(list.reduce(changed, value)));
  return fc.oneof(right, right, wrong, fc.constantFrom(...BROKEN));
}

/** Requests of a route that are right, nearly right, and wrong in every way that we thought of. */
export function wildRequests(route: Route, known: Known): fc.Arbitrary<WildRequest> {
  const type = mostly(fc.constant('application/json'), fc.constantFrom(...MEDIA_TYPES));
  const key = mostly(fc.constant(undefined), fc.constantFrom(...KEYS));
  return fc
    .record({ path: pathOf(route, known), query: queryOf(route, known), payload: bodyOf(route, known), type, key })
    .map(({ path, query, payload, type: contentType, key: idempotencyKey }) => ({
      url: query === '' ? path : `${path}?${query}`,
      headers: {
        ...(payload === undefined ? {} : { 'content-type': contentType }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      payload,
    }));
}
