import { MAX_DEVICES } from '../applications.ts';
import { MAX_AMOUNT } from '../check-common.ts';
import { TermsError } from '../errors.ts';
import type { Fact, FactBody, QuoteLine, RequestedSubject } from '../model.ts';
import { JsonObject, optional, parseId, parseList, parseOneOf, type ReadEntry } from './json.ts';

/** A fact as JSON: days as `2026-04-01`, months as `2026-04`, names as in the types. */
export type FactJson = {
  readonly [name: string]: unknown;
  readonly seq: number;
  readonly on: string;
  readonly type: string;
};
export type FactBodyJson = { readonly [name: string]: unknown; readonly type: string };

const SUBJECTS = { min: 1, max: 20 };
const NOTE = 2000;
const SEQ = 1_000_000_000;

type Reader<T extends FactBody['type']> = {
  readonly fields: readonly string[];
  readonly read: (object: JsonObject) => Omit<Extract<FactBody, { type: T }>, 'type'>;
};
const subjects = (object: JsonObject) => ({ subjects: object.list('subjects', SUBJECTS, parseId) });
const asked = (object: JsonObject) => object.whole('asked', 1, SEQ);

const READERS: { readonly [T in FactBody['type']]: Reader<T> } = {
  applied: {
    fields: ['application', 'item', 'kind', 'requests', 'startOn'],
    read: (object) => ({
      application: object.id('application'),
      item: object.id('item'),
      ...optional(object, 'kind', () => object.id('kind')),
      requests: object.list('requests', SUBJECTS, parseRequest),
      ...optional(object, 'startOn', () => object.day('startOn')),
    }),
  },
  change_applied: {
    fields: ['application', 'item', 'kind'],
    read: (object) => ({ application: object.id('application'), item: object.id('item'), kind: object.id('kind') }),
  },
  quoted: {
    fields: ['application', 'lines', 'from', 'validUntil'],
    read: (object) => ({
      ...optional(object, 'application', () => object.id('application')),
      lines: object.list('lines', { min: 1, max: 60 }, parseQuoteLine),
      ...optional(object, 'from', () => object.month('from')),
      ...optional(object, 'validUntil', () => object.day('validUntil')),
    }),
  },
  accepted: {
    fields: ['application', 'startOn'],
    read: (object) => ({ application: object.id('application'), startOn: object.day('startOn') }),
  },
  refused: {
    fields: ['application', 'reason', 'clause'],
    read: (object) => ({
      application: object.id('application'),
      reason: object.text('reason', NOTE),
      ...optional(object, 'clause', () => object.id('clause')),
    }),
  },
  withdrawn: {
    fields: ['application', 'reason'],
    read: (object) => ({
      application: object.id('application'),
      ...optional(object, 'reason', () => object.text('reason', NOTE, 0)),
    }),
  },
  licence_agreed: {
    fields: ['document', 'version', 'sha256'],
    read: (object) => ({ document: object.id('document'), version: object.text('version', 32), sha256: hash(object) }),
  },
  activated: { fields: ['subjects'], read: subjects },
  billing_started: { fields: ['subjects'], read: subjects },
  count_asked: {
    fields: ['subject', 'deviceCount', 'from'],
    read: (object) => ({
      subject: object.id('subject'),
      deviceCount: object.whole('deviceCount', 1, MAX_DEVICES),
      ...optional(object, 'from', () => object.month('from')),
    }),
  },
  count_accepted: { fields: ['asked'], read: (object) => ({ asked: asked(object) }) },
  count_refused: {
    fields: ['asked', 'reason'],
    read: (object) => ({ asked: asked(object), reason: object.text('reason', NOTE) }),
  },
  notice_arrived: {
    fields: ['subject', 'designatedOn'],
    read: (object) => ({
      subject: object.id('subject'),
      ...optional(object, 'designatedOn', () => object.day('designatedOn')),
    }),
  },
  notice_withdrawn: {
    fields: ['notice', 'reason'],
    read: (object) => ({ notice: object.whole('notice', 1, SEQ), reason: object.text('reason', NOTE) }),
  },
  one_time_fee: {
    fields: ['subject', 'amount', 'cause'],
    read: (object) => ({
      subject: object.id('subject'),
      amount: object.whole('amount', 1, MAX_AMOUNT),
      cause: object.text('cause', 500),
    }),
  },
  ended: { fields: ['subjects'], read: subjects },
};
const TYPES = Object.keys(READERS) as FactBody['type'][];

function hash(object: JsonObject): string {
  const text = object.text('sha256', 64);
  if (!/^[0-9a-f]{64}$/.test(text)) throw new TermsError('form.hash', { field: object.at('sha256') });
  return text;
}

export const parseRequest: ReadEntry<RequestedSubject> = (value, path) => {
  const object = new JsonObject(value, path, ['subject', 'deviceCount']);
  return {
    subject: object.id('subject'),
    ...optional(object, 'deviceCount', () => object.whole('deviceCount', 1, MAX_DEVICES)),
  };
};

export const parseQuoteLine: ReadEntry<QuoteLine> = (value, path) => {
  const object = new JsonObject(value, path, ['subject', 'fee', 'amount', 'per', 'os', 'deviceCount']);
  return {
    subject: object.id('subject'),
    fee: object.oneOf('fee', ['initial', 'monthly']),
    amount: object.whole('amount', 0, MAX_AMOUNT),
    per: object.oneOf('per', ['contract', 'device']),
    ...optional(object, 'os', () => object.text('os', 40)),
    ...optional(object, 'deviceCount', () => object.whole('deviceCount', 1, MAX_DEVICES)),
  };
};

/** Reads the body of a fact, of any type but a correction. Throws only `TermsError`, in time linear in the input. */
export function parseFactBody(value: unknown, path = 'body'): FactBody {
  return readBody(value, path, []);
}

function readBody(value: unknown, path: string, more: readonly string[]): FactBody {
  const type = typeOf(value, path, TYPES);
  const { fields, read } = READERS[type];
  const object = new JsonObject(value, path, ['type', ...fields, ...more]);
  return { type, ...read(object) } as FactBody;
}

function typeOf<T extends string>(value: unknown, path: string, accepted: readonly T[]): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TermsError('form.not_an_object', { field: path });
  return parseOneOf('type' in value ? value.type : undefined, `${path}.type`, accepted);
}

/** Reads a fact, corrections included. Throws only `TermsError`, in time linear in the input. */
export function factFromJson(value: unknown, path = 'fact'): Fact {
  if (typeOf(value, path, [...TYPES, 'corrected']) !== 'corrected') {
    const body = readBody(value, path, ['seq', 'on']);
    const frame = new JsonObject(value, path, Object.keys(Object(value)));
    return { seq: frame.whole('seq', 1, SEQ), on: frame.day('on'), ...body };
  }
  const object = new JsonObject(value, path, ['seq', 'on', 'type', 'corrects', 'by', 'reason']);
  return {
    seq: object.whole('seq', 1, SEQ),
    on: object.day('on'),
    type: 'corrected',
    corrects: object.whole('corrects', 1, SEQ),
    ...optional(object, 'by', () => parseReading(object.raw('by'), object.at('by'))),
    reason: object.text('reason', NOTE),
  };
}

function parseReading(value: unknown, path: string): { readonly on: Temporal.PlainDate } & FactBody {
  const body = readBody(value, path, ['on']);
  return { on: new JsonObject(value, path, Object.keys(Object(value))).day('on'), ...body };
}

/** A history as a JSON list of facts. */
export const historyFromJson = (value: unknown): readonly Fact[] =>
  parseList(value, 'facts', { min: 1, max: 10_000 }, factFromJson);

/** The JSON form of a fact; `factFromJson` reads it back as an equal fact. */
export function factToJson(fact: Fact): FactJson {
  return plain(fact) as FactJson;
}

/** The JSON form of a fact's body; `parseFactBody` reads it back. */
export function factBodyToJson(body: FactBody): FactBodyJson {
  return plain(body) as FactBodyJson;
}

/** Days and months as text; fields without a value are left out. */
export function plain(value: unknown): unknown {
  if (value instanceof Temporal.PlainDate || value instanceof Temporal.PlainYearMonth) return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, entry]) => (entry === undefined ? [] : [[name, plain(entry)]])),
  );
}
