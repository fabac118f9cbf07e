import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  applicationFromFile,
  BOOK,
  bookToJson,
  catalogueToJson,
  contractFromFile,
  explain,
  factFromJson,
  historyFromJson,
  licenceHash,
  parseBook,
  parseCatalogue,
  parseFactBody,
  parseRevision,
  revisionToJson,
  TermsError,
} from '../index.ts';

test('the built-in book goes through JSON and comes back the same', () => {
  const json: unknown = JSON.parse(JSON.stringify(bookToJson(BOOK)));
  const read = parseBook(json);
  assert.deepEqual(bookToJson(read), bookToJson(BOOK));
  assert.deepEqual(read.catalogue.licences[0]?.sha256, BOOK.catalogue.licences[0]?.sha256);
});

test('a licence hash covers both texts, the titles and the version', () => {
  const [licence] = BOOK.catalogue.licences;
  assert.ok(licence !== undefined);
  assert.match(licence.sha256, /^[0-9a-f]{64}$/);
  for (const changed of [
    { ...licence, version: '2' },
    { ...licence, document: 'other' },
    { ...licence, title: { ...licence.title, en: 'x' } },
    { ...licence, text: { ...licence.text, ja: `${licence.text.ja} ` } },
  ])
    assert.notEqual(licenceHash(changed), licence.sha256);
});

type Json = Record<string, unknown>;
const catalogue = (): Json & Record<'items' | 'kinds' | 'supportedOs', Json[]> =>
  JSON.parse(JSON.stringify(catalogueToJson(BOOK.catalogue)));

for (const { name, spoil, code } of [
  { name: 'an unknown list', spoil: (c: Json) => ({ ...c, more: [] }), code: 'form.unknown_field' },
  { name: 'a missing list', spoil: ({ items: _, ...rest }: Json) => rest, code: 'form.not_a_list' },
  {
    name: 'a kind of an item that does not exist',
    spoil: () => ({ ...catalogue(), kinds: [{ ...catalogue().kinds[0], item: 'Other' }] }),
    code: 'book.unknown_reference',
  },
  {
    name: 'an item twice on one day',
    spoil: () => ({ ...catalogue(), items: [...catalogue().items, catalogue().items[0]] }),
    code: 'book.repeated',
  },
  {
    name: 'a version that is no number',
    spoil: () => ({ ...catalogue(), supportedOs: [{ family: 'iOS', atLeast: 'sixteen', from: '2016-04-01' }] }),
    code: 'form.version',
  },
  {
    name: 'an end before its beginning',
    spoil: () => ({
      ...catalogue(),
      supportedOs: [{ family: 'iOS', atLeast: '16', from: '2016-04-01', until: '2016-03-31' }],
    }),
    code: 'form.until_before_from',
  },
  {
    name: 'a day that does not exist',
    spoil: () => ({ ...catalogue(), supportedOs: [{ family: 'iOS', atLeast: '16', from: '2026-02-29' }] }),
    code: 'day.does_not_exist',
  },
]) {
  test(`a catalogue with ${name} is refused`, () => {
    assert.throws(() => parseCatalogue(spoil(catalogue())), { name: 'TermsError', code });
  });
}

const revision = (change: Json): Json => ({ ...JSON.parse(JSON.stringify(revisionToJson(newest()))), ...change });
function newest() {
  const last = BOOK.revisions.at(-1);
  assert.ok(last !== undefined);
  return last;
}

for (const { name, value, code } of [
  { name: 'a notice period that is negative', value: { rules: { noticeDays: -1 } }, code: 'form.not_a_number' },
  { name: 'a fraction of a day', value: { rules: { noticeDays: 1.5 } }, code: 'form.not_a_number' },
  { name: 'rules left out', value: { rules: { noticeDays: 30 } }, code: 'form.not_a_switch' },
  { name: 'an unknown transition', value: { transitions: [{ type: 'gone' }] }, code: 'form.not_one_of' },
  {
    name: 'a transition for nothing',
    value: {
      transitions: [{ type: 'previous_terms', subject: {}, madeUntil: '2026-01-01', until: '2026-01-01', clause: 'x' }],
    },
    code: 'form.not_one_of',
  },
]) {
  test(`a revision with ${name} is refused`, () => {
    assert.throws(() => parseRevision(revision(value)), { name: 'TermsError', code });
  });
}

test('a book whose rules name an option that the catalogue lacks is refused', () => {
  const json = bookToJson(BOOK);
  const rules = { ...newest().rules, countChanges: ['cleaning'] };
  assert.throws(() => parseBook({ ...json, revisions: [revision({ rules })] }), { code: 'book.unknown_reference' });
  assert.throws(() => parseBook({ ...json, revisions: [revision({}), revision({})] }), { code: 'book.repeated' });
});

// Any JSON, and JSON that is nearly right: a valid document with one value replaced.
const spoiled = (valid: unknown) =>
  fc.tuple(fc.jsonValue(), fc.nat()).map(([value, at]) => {
    let count = 0;
    const positions = JSON.stringify(valid).match(/[:,[]/g)?.length ?? 1;
    return JSON.parse(JSON.stringify(valid), (_, each: unknown) =>
      count++ === at % positions ? value : each,
    ) as unknown;
  });
const FACTS = [
  {
    seq: 1,
    on: '2025-04-01',
    type: 'applied',
    application: 'a',
    item: 'MaaS360',
    kind: 'app-only',
    requests: [{ subject: 'service', deviceCount: 3 }],
  },
  {
    seq: 2,
    on: '2025-04-01',
    type: 'quoted',
    application: 'a',
    lines: [{ subject: 'service', fee: 'initial', amount: 1, per: 'device', os: 'iOS' }],
    from: '2025-05',
  },
  {
    seq: 3,
    on: '2025-04-01',
    type: 'corrected',
    corrects: 1,
    reason: 'r',
    by: { on: '2025-04-01', type: 'activated', subjects: ['service'] },
  },
];

for (const { name, parse, valid } of [
  {
    name: 'parseFactBody',
    parse: (value: unknown) => parseFactBody(value),
    valid: { type: 'activated', subjects: ['a'] },
  },
  { name: 'factFromJson', parse: (value: unknown) => factFromJson(value), valid: FACTS[0] },
  { name: 'factFromJson of a correction', parse: (value: unknown) => factFromJson(value), valid: FACTS[2] },
  {
    name: 'contractFromFile',
    parse: (value: unknown) => contractFromFile(BOOK, value),
    valid: {
      kind: 'app-only',
      acceptedOn: '2025-04-10',
      options: [{ option: 'operation-proxy', deviceCount: 40 }],
      countChanges: [{ option: 'operation-proxy', askedOn: '2025-05-20', deviceCount: 5 }],
      notices: [{ arrivedOn: '2025-06-10' }],
      prices: [{ fee: 'monthly', amount: 5, from: '2025-08' }],
    },
  },
  {
    name: 'applicationFromFile',
    parse: (value: unknown) => applicationFromFile(value, '1'),
    valid: { type: 'service', kind: 'app-only', options: [{ option: 'secure-app-connect' }] },
  },
  { name: 'historyFromJson', parse: historyFromJson, valid: FACTS },
  { name: 'parseRevision', parse: (value: unknown) => parseRevision(value), valid: revisionToJson(newest()) },
  { name: 'parseCatalogue', parse: (value: unknown) => parseCatalogue(value), valid: catalogueToJson(BOOK.catalogue) },
  { name: 'parseBook', parse: (value: unknown) => parseBook(value), valid: bookToJson(BOOK) },
]) {
  test(`${name} reads its own form, and throws nothing but TermsError with words on anything else`, () => {
    parse(valid);
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), spoiled(valid)), (value) => {
        try {
          parse(value);
        } catch (error) {
          assert.ok(error instanceof TermsError, String(error));
          assert.notEqual(explain(error, 'ja'), error.code);
        }
      }),
      { numRuns: 300 },
    );
  });
}
