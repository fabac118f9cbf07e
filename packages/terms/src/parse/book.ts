import { MAX_AMOUNT } from '../check-common.ts';
import { TermsError } from '../errors.ts';
import { type Book, type Catalogue, type FeeRule, type Price, type Revision, type Rules, SERVICE } from '../model.ts';
import { catalogueToJson, parseCatalogue, parseWords } from './catalogue.ts';
import { plain } from './fact.ts';
import { JsonObject, optional, parseId, type ReadEntry } from './json.ts';

export type RevisionJson = {
  readonly effectiveOn: string;
  readonly title: { readonly ja: string; readonly en: string };
  readonly rules: { readonly [name: string]: unknown };
  readonly transitions: readonly unknown[];
};

/** Reads one version of the terms. Throws only `TermsError`, in time linear in the input. */
export function parseRevision(value: unknown, path = 'revision'): Revision {
  const object = new JsonObject(value, path, ['effectiveOn', 'title', 'rules', 'transitions']);
  return {
    effectiveOn: object.day('effectiveOn'),
    title: parseWords(object.raw('title'), object.at('title')),
    rules: parseRules(object.raw('rules'), object.at('rules')),
    transitions: object.list('transitions', { min: 0, max: 50 }, parseTransition),
  };
}

/** The JSON form of a version of the terms, which `parseRevision` reads back. */
export function revisionToJson(revision: Revision): RevisionJson {
  return plain(revision) as RevisionJson;
}

function parseRules(value: unknown, path: string): Rules {
  const object = new JsonObject(value, path, [
    'noticeDays',
    'oneContractPerKind',
    'onlyTogether',
    'linkedEndings',
    'countChanges',
    'fees',
  ]);
  const range = { min: 0, max: 50 };
  return {
    noticeDays: object.whole('noticeDays', 0, 365),
    oneContractPerKind: object.flag('oneContractPerKind'),
    onlyTogether: object.list('onlyTogether', range, parsePair),
    linkedEndings: object.list('linkedEndings', range, parsePair),
    countChanges: object.list('countChanges', range, parseId),
    fees: object.list('fees', { min: 0, max: 100 }, parseFee),
  };
}

const parsePair: ReadEntry<Rules['onlyTogether'][number]> = (value, path) => {
  const object = new JsonObject(value, path, ['kind', 'option']);
  return { kind: object.id('kind'), option: object.id('option') };
};

const parseFee: ReadEntry<FeeRule> = (value, path) => {
  const object = new JsonObject(value, path, ['subject', 'kind', 'initial', 'monthly']);
  return {
    subject: object.id('subject'),
    ...optional(object, 'kind', () => object.id('kind')),
    initial: parsePrice(object.raw('initial'), object.at('initial')),
    monthly: parsePrice(object.raw('monthly'), object.at('monthly')),
  };
};

function parsePrice(value: unknown, path: string): Price {
  const type = new JsonObject(value, path, ['type', 'amount', 'per']).oneOf('type', ['fixed', 'quoted']);
  if (type === 'quoted') {
    new JsonObject(value, path, ['type']);
    return { type };
  }
  const object = new JsonObject(value, path, ['type', 'amount', 'per']);
  return {
    type,
    amount: object.whole('amount', 0, MAX_AMOUNT),
    per: object.oneOf('per', ['contract', 'device']),
  };
}

const parseTransition: ReadEntry<Revision['transitions'][number]> = (value, path) => {
  const fields = ['type', 'item', 'madeUntil', 'to', 'subject', 'until', 'clause'];
  const type = new JsonObject(value, path, fields).oneOf('type', ['renamed', 'previous_terms']);
  if (type === 'renamed') {
    const object = new JsonObject(value, path, ['type', 'item', 'madeUntil', 'to', 'clause']);
    return {
      type,
      item: object.id('item'),
      madeUntil: object.day('madeUntil'),
      to: object.id('to'),
      clause: object.id('clause'),
    };
  }
  const object = new JsonObject(value, path, ['type', 'subject', 'madeUntil', 'until', 'clause']);
  const subject = new JsonObject(object.raw('subject'), object.at('subject'), ['item', 'option']);
  if (subject.has('item') === subject.has('option'))
    throw new TermsError('form.not_one_of', { field: subject.path, accepted: 'item, option', value: '' });
  return {
    type,
    subject: subject.has('item') ? { item: subject.id('item') } : { option: subject.id('option') },
    madeUntil: object.day('madeUntil'),
    until: object.day('until'),
    clause: object.id('clause'),
  };
};

/** Reads a whole book: versions of the terms and catalogue. Throws only `TermsError`. */
export function parseBook(value: unknown, path = 'book'): Book {
  const object = new JsonObject(value, path, ['revisions', 'catalogue']);
  return bookOf(
    object.list('revisions', { min: 1, max: 1000 }, parseRevision),
    parseCatalogue(object.raw('catalogue'), object.at('catalogue')),
  );
}

/** The JSON form of a book, which `parseBook` reads back. */
export function bookToJson({ revisions, catalogue }: Book): { revisions: RevisionJson[]; catalogue: unknown } {
  return { revisions: revisions.map(revisionToJson), catalogue: catalogueToJson(catalogue) };
}

/**
 * Puts versions and a catalogue together, versions in the order of their days. Throws `book.no_revision`, `book.repeated`
 * for two versions of one day, `book.unknown_reference` where rules name what the catalogue does not have.
 */
export function bookOf(revisions: readonly Revision[], catalogue: Catalogue): Book {
  if (revisions.length === 0) throw new TermsError('book.no_revision');
  const inOrder = [...revisions].sort((a, b) => Temporal.PlainDate.compare(a.effectiveOn, b.effectiveOn));
  for (const [index, revision] of inOrder.entries()) {
    if (inOrder[index - 1]?.effectiveOn.equals(revision.effectiveOn))
      throw new TermsError('book.repeated', { field: 'revisions', name: String(revision.effectiveOn) });
    checkNames(revision, catalogue);
  }
  return { revisions: inOrder, catalogue };
}

function checkNames({ effectiveOn, rules, transitions }: Revision, { items, kinds, options }: Catalogue): void {
  const check = (list: readonly { readonly id: string }[], field: string, name: string) => {
    if (!list.some(({ id }) => id === name))
      throw new TermsError('book.unknown_reference', { field: `${effectiveOn}: ${field}`, name });
  };
  const subjects = [{ id: SERVICE }, ...options];
  for (const field of ['onlyTogether', 'linkedEndings'] as const) {
    for (const { kind, option } of rules[field]) {
      check(kinds, field, kind);
      check(options, field, option);
    }
  }
  for (const subject of rules.countChanges) check(subjects, 'countChanges', subject);
  for (const { subject, kind } of rules.fees) {
    check(subjects, 'fees', subject);
    if (kind !== undefined) check(kinds, 'fees', kind);
  }
  for (const rule of transitions) {
    if (rule.type === 'renamed') {
      check(items, 'transitions', rule.item);
      check(items, 'transitions', rule.to);
    } else if ('item' in rule.subject) check(items, 'transitions', rule.subject.item);
    else check(options, 'transitions', rule.subject.option);
  }
}
