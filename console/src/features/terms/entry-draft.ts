import type { CatalogueContent, EntitledFunction } from '@tsukasa/api';

/** A text in both languages. */
export type Words = CatalogueContent['items'][number]['name'];

export const SECTIONS = ['items', 'kinds', 'options', 'supportedOs', 'usageModes', 'licences', 'checklist'] as const;
export type Section = (typeof SECTIONS)[number];
export type Entry<S extends Section = Section> = CatalogueContent[S][number];
export const FUNCTIONS = [
  'enroll',
  'control',
  'configure',
  'observe',
  'distribute_apps',
  'container',
  'desk',
] as const satisfies readonly EntitledFunction[];
export const PROBES = ['push_certificate', 'first_device', 'first_member'] as const;

/** An entry of the catalogue while it is being written, with the fields of every section. */
export type EntryDraft = {
  readonly id: string;
  readonly item: string;
  readonly name: Words;
  readonly description: Words;
  readonly text: Words;
  readonly functions: readonly string[];
  readonly counted: boolean;
  readonly family: string;
  readonly atLeast: string;
  readonly below: string;
  readonly version: string;
  /** Empty: for all. */
  readonly kinds: readonly string[] | undefined;
  readonly options: readonly string[] | undefined;
  readonly paragraph: string;
  readonly probe: string;
  readonly from: string;
  readonly until: string;
};
const NO_WORDS: Words = { ja: '', en: '' };
export const NEW_ENTRY: EntryDraft = {
  id: '',
  item: '',
  name: NO_WORDS,
  description: NO_WORDS,
  text: NO_WORDS,
  functions: [],
  counted: false,
  family: '',
  atLeast: '',
  below: '',
  version: '',
  kinds: undefined,
  options: undefined,
  paragraph: '3',
  probe: '',
  from: '',
  until: '',
};

/** What is asked for in each section, besides the days. */
export const SECTION_FIELDS = {
  items: ['id', 'name', 'description'],
  kinds: ['id', 'item', 'name', 'description', 'functions'],
  options: ['id', 'item', 'name', 'description', 'functions', 'counted'],
  supportedOs: ['family', 'atLeast', 'below'],
  usageModes: ['id', 'name'],
  licences: ['id', 'version', 'name', 'text', 'kinds', 'options'],
  checklist: ['id', 'name', 'paragraph', 'kinds', 'probe'],
} as const satisfies Readonly<Record<Section, readonly (keyof EntryDraft)[]>>;
const OPTIONAL: ReadonlySet<keyof EntryDraft> = new Set([
  'description',
  'below',
  'functions',
  'counted',
  'kinds',
  'options',
  'probe',
]);

/** A licence's document and a licence's or an item's title stand in `id` and `name`. */
export function draftOf(entry: Entry): EntryDraft {
  const given: Readonly<Record<string, unknown>> = entry;
  return {
    ...NEW_ENTRY,
    ...given,
    ...('document' in entry ? { id: entry.document } : {}),
    ...('title' in entry ? { name: entry.title } : {}),
    ...('paragraph' in entry ? { paragraph: String(entry.paragraph) } : {}),
  };
}

export function isComplete(section: Section, draft: EntryDraft): boolean {
  const filled = (field: keyof EntryDraft) => {
    const value = draft[field];
    if (field === 'name' || field === 'text') return draft[field].ja.trim() !== '' && draft[field].en.trim() !== '';
    return typeof value !== 'string' || value.trim() !== '';
  };
  return draft.from !== '' && SECTION_FIELDS[section].every((field) => OPTIONAL.has(field) || filled(field));
}

const dated = ({ from, until }: EntryDraft) => ({ from, ...(until === '' ? {} : { until }) });
const described = ({ description }: EntryDraft) =>
  description.ja.trim() === '' && description.en.trim() === '' ? {} : { description };
const functionsOf = ({ functions }: EntryDraft) => FUNCTIONS.filter((one) => functions.includes(one));
const listed = (key: 'kinds' | 'options', list: readonly string[] | undefined) =>
  list === undefined ? {} : { [key]: [...list] };
const paragraphOf = ({ paragraph }: EntryDraft) => Math.min(4, Math.max(1, Number(paragraph) || 3));

const BUILD: { readonly [S in Section]: (draft: EntryDraft) => Entry<S> } = {
  items: (d) => ({ id: d.id, name: d.name, ...described(d), ...dated(d) }),
  kinds: (d) => ({ id: d.id, item: d.item, name: d.name, ...described(d), functions: functionsOf(d), ...dated(d) }),
  options: (d) => ({
    id: d.id,
    item: d.item,
    name: d.name,
    ...described(d),
    functions: functionsOf(d),
    counted: d.counted,
    ...dated(d),
  }),
  supportedOs: (d) => ({
    family: d.family,
    atLeast: d.atLeast,
    ...(d.below === '' ? {} : { below: d.below }),
    ...dated(d),
  }),
  usageModes: (d) => ({ id: d.id, name: d.name, ...dated(d) }),
  licences: (d) => ({
    document: d.id,
    version: d.version,
    title: d.name,
    text: d.text,
    ...listed('kinds', d.kinds),
    ...listed('options', d.options),
    ...dated(d),
  }),
  checklist: (d) => {
    const probe = PROBES.find((one) => one === d.probe);
    return {
      id: d.id,
      title: d.name,
      paragraph: paragraphOf(d),
      ...listed('kinds', d.kinds),
      ...(probe === undefined ? {} : { probe }),
      ...dated(d),
    };
  },
};

const put = <T>(list: readonly T[], at: number | undefined, entry: T): T[] =>
  at === undefined ? [...list, entry] : list.map((one, i) => (i === at ? entry : one));

/** The catalogue with the entry at its place, or added where `at` is absent. */
export function withEntry(
  content: CatalogueContent,
  section: Section,
  at: number | undefined,
  draft: EntryDraft,
): CatalogueContent {
  switch (section) {
    case 'items':
      return { ...content, items: put(content.items, at, BUILD.items(draft)) };
    case 'kinds':
      return { ...content, kinds: put(content.kinds, at, BUILD.kinds(draft)) };
    case 'options':
      return { ...content, options: put(content.options, at, BUILD.options(draft)) };
    case 'supportedOs':
      return { ...content, supportedOs: put(content.supportedOs, at, BUILD.supportedOs(draft)) };
    case 'usageModes':
      return { ...content, usageModes: put(content.usageModes, at, BUILD.usageModes(draft)) };
    case 'licences':
      return { ...content, licences: put(content.licences, at, BUILD.licences(draft)) };
    case 'checklist':
      return { ...content, checklist: put(content.checklist, at, BUILD.checklist(draft)) };
    default:
      return section satisfies never;
  }
}
