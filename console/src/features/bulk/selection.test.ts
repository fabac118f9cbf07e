import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countChosen, isChosen, NONE, requestOf, type Selection, toggle, toggleShown } from './selection.ts';

const ROWS = ['a', 'b', 'c', 'd', 'e'] as const;
const some = (...ids: string[]): Selection => ({ kind: 'some', ids: new Set(ids) });
const all: Selection = { kind: 'all', filter: { q: 'phone', sort: 'name', order: 'asc', state: ['managed'] } };

test('one row is ticked and unticked', () => {
  assert.deepEqual(toggle(NONE, ROWS, 1, { chosen: true }), some('b'));
  assert.deepEqual(toggle(some('b', 'c'), ROWS, 1, { chosen: false }), some('c'));
});

test('a range is ticked in either direction, and keeps what was chosen elsewhere', () => {
  assert.deepEqual(toggle(some('x'), ROWS, 3, { chosen: true, from: 1 }), some('x', 'b', 'c', 'd'));
  assert.deepEqual(toggle(NONE, ROWS, 1, { chosen: true, from: 3 }), some('b', 'c', 'd'));
  assert.deepEqual(toggle(some(...ROWS), ROWS, 4, { chosen: false, from: 2 }), some('a', 'b'));
});

test('of all that match, one taken out leaves the others that are shown', () => {
  assert.deepEqual(toggle(all, ROWS, 0, { chosen: false }), some('b', 'c', 'd', 'e'));
});

test('the box of the header ticks all rows shown, and unticks them when they are all ticked', () => {
  assert.deepEqual(toggleShown(some('x', 'a'), ROWS), some('x', ...ROWS));
  assert.deepEqual(toggleShown(some('x', ...ROWS), ROWS), some('x'));
  assert.deepEqual(toggleShown(all, ROWS), NONE);
});

test('all that match are sent as the filter, without order', () => {
  assert.deepEqual(requestOf(all), { filter: { q: 'phone', state: ['managed'] } });
  assert.deepEqual(requestOf(some('a', 'b')), { deviceIds: ['a', 'b'] });
  assert.equal(countChosen(all, 10_000), 10_000);
});

test('a row is chosen if and only if the last thing done with it was ticking', () => {
  const step = fc.record({ at: fc.nat(4), from: fc.option(fc.nat(4), { nil: undefined }), chosen: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const expected = new Map<string, boolean>();
      let selection: Selection = NONE;
      for (const { at, from = at, chosen } of steps) {
        selection = toggle(selection, ROWS, at, { chosen, from });
        for (let i = Math.min(at, from); i <= Math.max(at, from); i++) expected.set(ROWS[i] ?? '', chosen);
      }
      for (const id of ROWS) assert.equal(isChosen(selection, id), expected.get(id) ?? false);
    }),
  );
});
