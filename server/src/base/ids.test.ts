import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainError } from './errors.ts';
import { isUuid, newId, parseUuid } from './ids.ts';

test('new ids are UUIDs of version 7 that sort by time', () => {
  const [earlier, later] = [newId(1_000), newId(2_000)];
  assert.match(earlier, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(earlier < later);
  assert.notEqual(newId(1_000), newId(1_000));
});

test('a UUID is taken in either case and kept in lower case', () => {
  const id = newId();
  assert.equal(parseUuid(id.toUpperCase(), 'device'), id);
});

for (const value of ['', 'x', 7, undefined, null, `${newId()}\n`, `{${newId()}}`]) {
  test(`${JSON.stringify(value)} is no UUID`, () => {
    assert.equal(isUuid(value), false);
    assert.throws(
      () => parseUuid(value, 'device'),
      (error) => error instanceof DomainError && error.code === 'invalid',
    );
  });
}
