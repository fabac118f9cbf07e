import { isBefore } from '../days.ts';
import { parseVersion } from '../devices.ts';
import { TermsError } from '../errors.ts';
import { licenceHash } from '../licences.ts';
import {
  type Catalogue,
  type ChecklistItem,
  type Dated,
  ENTITLED_FUNCTIONS,
  type Item,
  type Kind,
  type Licence,
  type Option,
  type SupportedOs,
  type UsageModeRule,
  type Words,
} from '../model.ts';
import { plain } from './fact.ts';
import { JsonObject, optional, parseId, parseOneOf, type ReadEntry } from './json.ts';

const PROBES = ['push_certificate', 'first_device', 'first_member'] as const;
const TEXT = 20_000;
const LISTS = ['items', 'kinds', 'options', 'supportedOs', 'usageModes', 'licences', 'checklist'] as const;

/**
 * Reads a catalogue as JSON, the hashes of licence texts computed. Throws only `TermsError`: the form of a field, an entry
 * that overlaps another of its id, a reference to nothing. In time linear in the input, but for entries of one id.
 */
export function parseCatalogue(value: unknown, path = 'catalogue'): Catalogue {
  const object = new JsonObject(value, path, LISTS);
  const catalogue: Catalogue = {
    items: object.list('items', { min: 0, max: 50 }, parseItem),
    kinds: object.list('kinds', { min: 0, max: 50 }, parseKind),
    options: object.list('options', { min: 0, max: 50 }, parseOption),
    supportedOs: object.list('supportedOs', { min: 0, max: 200 }, parseOs),
    usageModes: object.list('usageModes', { min: 0, max: 20 }, parseUsageMode),
    licences: object.list('licences', { min: 0, max: 100 }, parseLicence),
    checklist: object.list('checklist', { min: 0, max: 100 }, parseChecklistItem),
  };
  checkIds(catalogue, path);
  checkReferences(catalogue, path);
  return catalogue;
}

/** The JSON form of a catalogue, which `parseCatalogue` reads back. Hashes are left out: they follow from the texts. */
export function catalogueToJson(catalogue: Catalogue): { readonly [list in (typeof LISTS)[number]]: unknown[] } {
  const licences = catalogue.licences.map(({ sha256: _, ...licence }) => licence);
  return plain({ ...catalogue, licences }) as { readonly [list in (typeof LISTS)[number]]: unknown[] };
}

export const parseWords: ReadEntry<Words> = (value, path) => {
  const object = new JsonObject(value, path, ['ja', 'en']);
  return { ja: object.text('ja', TEXT, 0), en: object.text('en', TEXT, 0) };
};
const words = (object: JsonObject, name: string): Words => parseWords(object.raw(name), object.at(name));

function dated(object: JsonObject): Dated {
  const from = object.day('from');
  const until = optional(object, 'until', () => object.day('until'));
  if (until.until !== undefined && isBefore(until.until, from))
    throw new TermsError('form.until_before_from', {
      field: object.path,
      from: String(from),
      until: String(until.until),
    });
  return { from, ...until };
}

const DATED = ['from', 'until'];
const NAMED = ['id', 'name', ...DATED];

const parseItem: ReadEntry<Item> = (value, path) => {
  const object = new JsonObject(value, path, [...NAMED, 'description']);
  return { id: object.id('id'), name: words(object, 'name'), ...description(object), ...dated(object) };
};
const description = (object: JsonObject) => optional(object, 'description', () => words(object, 'description'));
const functions = (object: JsonObject) =>
  object.list('functions', { min: 0, max: 7 }, (value, path) => parseOneOf(value, path, ENTITLED_FUNCTIONS));

const parseKind: ReadEntry<Kind> = (value, path) => {
  const object = new JsonObject(value, path, [...NAMED, 'description', 'item', 'functions']);
  return {
    id: object.id('id'),
    item: object.id('item'),
    name: words(object, 'name'),
    ...description(object),
    functions: functions(object),
    ...dated(object),
  };
};

const parseOption: ReadEntry<Option> = (value, path) => {
  const object = new JsonObject(value, path, [...NAMED, 'description', 'item', 'functions', 'counted']);
  return {
    id: object.id('id'),
    item: object.id('item'),
    name: words(object, 'name'),
    ...description(object),
    functions: functions(object),
    counted: object.flag('counted'),
    ...dated(object),
  };
};

const parseOs: ReadEntry<SupportedOs> = (value, path) => {
  const object = new JsonObject(value, path, ['family', 'atLeast', 'below', ...DATED]);
  return {
    family: object.text('family', 32),
    atLeast: version(object, 'atLeast'),
    ...optional(object, 'below', () => version(object, 'below')),
    ...dated(object),
  };
};

function version(object: JsonObject, name: string): string {
  const text = object.text(name, 32);
  if (!/^[0-9.]+$/.test(text) || parseVersion(text)?.join('.') === undefined || /\.\.|\.$/.test(text))
    throw new TermsError('form.version', { field: object.at(name), value: text });
  return text;
}

const parseUsageMode: ReadEntry<UsageModeRule> = (value, path) => {
  const object = new JsonObject(value, path, NAMED);
  return { id: object.id('id'), name: words(object, 'name'), ...dated(object) };
};

const ids = (object: JsonObject, name: string) => object.list(name, { min: 0, max: 50 }, parseId);
const forKinds = (object: JsonObject) => optional(object, 'kinds', () => ids(object, 'kinds'));

const parseLicence: ReadEntry<Licence> = (value, path) => {
  const object = new JsonObject(value, path, ['document', 'version', 'title', 'text', 'kinds', 'options', ...DATED]);
  const named = {
    document: object.id('document'),
    version: object.text('version', 32),
    title: words(object, 'title'),
    text: words(object, 'text'),
  };
  return {
    ...named,
    sha256: licenceHash(named),
    ...forKinds(object),
    ...optional(object, 'options', () => ids(object, 'options')),
    ...dated(object),
  };
};

const parseChecklistItem: ReadEntry<ChecklistItem> = (value, path) => {
  const object = new JsonObject(value, path, ['id', 'title', 'paragraph', 'kinds', 'probe', ...DATED]);
  return {
    id: object.id('id'),
    title: words(object, 'title'),
    paragraph: object.oneOf('paragraph', [1, 2, 3, 4]),
    ...forKinds(object),
    ...optional(object, 'probe', () => object.oneOf('probe', PROBES)),
    ...dated(object),
  };
};

/** An id may come again for other days, never twice for one day. */
function checkIds(catalogue: Catalogue, path: string): void {
  for (const list of ['items', 'kinds', 'options', 'usageModes', 'checklist'] as const) {
    const byId = Map.groupBy<string, Dated & { readonly id: string }>(catalogue[list], ({ id }) => id);
    for (const [name, entries] of byId) {
      const inOrder = [...entries].sort((a, b) => Temporal.PlainDate.compare(a.from, b.from));
      const overlaps = inOrder.some((entry, index) => {
        const next = inOrder[index + 1];
        return next !== undefined && (entry.until === undefined || !isBefore(entry.until, next.from));
      });
      if (overlaps) throw new TermsError('book.repeated', { field: `${path}.${list}`, name });
    }
  }
  const versions = new Set<string>();
  for (const { document, version: of } of catalogue.licences) {
    const name = `${document} ${of}`;
    if (versions.has(name)) throw new TermsError('book.repeated', { field: `${path}.licences`, name });
    versions.add(name);
  }
}

function checkReferences({ items, kinds, options, licences, checklist }: Catalogue, path: string): void {
  const [itemIds, kindIds, optionIds] = [items, kinds, options].map((list) => new Set(list.map(({ id }) => id)));
  const check = (known: ReadonlySet<string> | undefined, field: string, name: string) => {
    if (known?.has(name) !== true) throw new TermsError('book.unknown_reference', { field: `${path}.${field}`, name });
  };
  for (const { item } of kinds) check(itemIds, 'kinds', item);
  for (const { item } of options) check(itemIds, 'options', item);
  for (const licence of licences) {
    for (const kind of licence.kinds ?? []) check(kindIds, 'licences', kind);
    for (const option of licence.options ?? []) check(optionIds, 'licences', option);
  }
  for (const item of checklist) for (const kind of item.kinds ?? []) check(kindIds, 'checklist', kind);
}
