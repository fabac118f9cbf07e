import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { searchKey } from '../../base/search-key.ts';
import {
  deviceSearchKey,
  type Known,
  merge,
  OBSERVED,
  OBSERVED_FIELDS,
  storableText,
  versionNumbers,
} from './observed.ts';
import { LARGEST_REPORT, reportBody } from './raw-report.ts';

const unknown: Known = {
  ...(Object.fromEntries(OBSERVED_FIELDS.map((field) => [OBSERVED[field].column, null])) as Omit<Known, 'observed_at'>),
  observed_at: {},
};
const at = (minute: number) => Temporal.Instant.from('2026-04-01T00:00:00Z').add({ minutes: minute });
const take = (known: Known, values: Parameters<typeof merge>[1], minute: number): Known => {
  const { set, observedAt } = merge(known, values, at(minute));
  return { ...known, ...set, observed_at: observedAt };
};

const someValues = fc.record(
  {
    name: fc.option(fc.string()),
    osVersion: fc.constantFrom('17.5', '18.0', null),
    supervised: fc.option(fc.boolean()),
    batteryLevel: fc.double({ min: 0, max: 1, noNaN: true }),
    availableBytes: fc.nat(),
  },
  { requiredKeys: [] },
);

test('reports that cross each other end in the same state', () => {
  const reports = fc.uniqueArray(fc.tuple(fc.nat(1000), someValues), { selector: ([minute]) => minute, maxLength: 6 });
  fc.assert(
    fc.property(reports, fc.infiniteStream(fc.nat()), (given, random) => {
      const inOrder = [...given].sort((a, b) => a[0] - b[0]);
      const shuffled = [...given].sort(() => ((random.next().value ?? 0) % 2) - 0.5);
      const play = (list: typeof given) =>
        list.reduce((known, [minute, values]) => take(known, values, minute), unknown);
      assert.deepEqual(play(shuffled), play(inOrder));
    }),
  );
});

test('saying the same again is no change, and moves its time', () => {
  fc.assert(
    fc.property(someValues, (values) => {
      const once = take(unknown, values, 1);
      const { changes, set, observedAt } = merge(once, values, at(2));
      assert.deepEqual([changes, set], [[], {}]);
      for (const time of Object.values(observedAt)) assert.equal(time, at(2).toString());
    }),
  );
});

test('the first value is no change; the second is; what changes all the time makes no history', () => {
  const known = take(unknown, { osVersion: '17.5', batteryLevel: 0.5 }, 1);
  assert.deepEqual(merge(unknown, { osVersion: '17.5' }, at(1)).changes, []);
  assert.deepEqual(merge(known, { osVersion: '18.0', batteryLevel: 0.4 }, at(2)).changes, [
    { field: 'osVersion', oldValue: '17.5', newValue: '18.0' },
  ]);
});

test('null is said, undefined is not', () => {
  const known = take(unknown, { phoneNumber: '+819012345678' }, 1);
  assert.deepEqual(merge(known, { phoneNumber: undefined }, at(2)).changes, []);
  assert.deepEqual(merge(known, { phoneNumber: null }, at(2)).changes, [
    { field: 'phoneNumber', oldValue: '+819012345678', newValue: null },
  ]);
});

test('what cannot be right is treated as not said', () => {
  const odd = { osFamily: 'BeOS', batteryLevel: -1, capacityBytes: 1e300, supervised: 'yes' } as unknown as Parameters<
    typeof merge
  >[1];
  assert.deepEqual(merge(unknown, odd, at(1)), { set: {}, observedAt: {}, changes: [], news: false });
});

test('no text that a device sends can be refused by a column', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
      const kept = storableText(text);
      assert.ok(kept.length <= 255 && kept.isWellFormed() && !/\p{Cc}/u.test(kept));
    }),
  );
  assert.equal(storableText('a\u0000b\ud800'), 'ab\ufffd');
});

test('a raw answer becomes JSON that jsonb takes, whatever is in it', () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withTypedArray: true }), (body) => {
      const text = reportBody(body);
      assert.ok(!/(^|[^\\])(\\\\)*\\u0000/.test(text));
      assert.doesNotThrow(() => JSON.parse(text));
    }),
  );
  assert.deepEqual(JSON.parse(reportBody('x'.repeat(LARGEST_REPORT))), { omitted: 'too_large', bytes: 1_048_578 });
});

for (const [version, numbers] of [
  ['17.5.1', [17, 5, 1]],
  ['18', [18]],
  ['15.0 (beta)', [15, 0]],
  ['beta', null],
  [null, null],
] as const) {
  test(`version ${version}`, () => assert.deepEqual(versionNumbers(version), numbers));
}

test('a Japanese number is found as it is typed', () => {
  const blank = { ...unknown, label: '', person_name: null, person_kana: null, person_department: null };
  const key = deviceSearchKey({ ...blank, phone_number: '+81 90-1234-5678' });
  for (const typed of ['090-1234-5678', '09012345678', '+819012345678', '1234']) {
    assert.ok(key.includes(searchKey(typed)), typed);
  }
});
