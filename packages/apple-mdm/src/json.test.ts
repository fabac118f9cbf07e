import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkCommand } from './catalogue/check.ts';
import { isJsonObject, type JsonValue, jsonSafe, plistFromJson } from './json.ts';
import { isDict, PlistError, Real } from './plist-value.ts';
import { writePlist } from './plist-write.ts';

test('a command written as JSON keeps its kinds of values', () => {
  const command = plistFromJson({ RequestType: 'InstallProfile', Payload: { $data: 'aGk=' } });
  assert.ok(isDict(command));
  assert.deepEqual(command.Payload, Buffer.from('hi'));
  const phone = {
    platform: 'iOS',
    supervised: false,
    enrollment: 'device',
    channel: 'device',
    accessRights: 3,
  } as const;
  assert.deepEqual(checkCommand(command, phone), { ok: true });
  assert.deepEqual(plistFromJson([1, 1.5, true]), [1, new Real(1.5), true]);
  assert.deepEqual(
    plistFromJson({ $date: '2026-01-01T09:00:00+09:00' }),
    Temporal.Instant.from('2026-01-01T00:00:00Z'),
  );
});

for (const value of [null, [null], { $data: '*' }, { $date: 'today' }] satisfies readonly JsonValue[]) {
  test(`refuses ${JSON.stringify(value)}`, () => assert.throws(() => plistFromJson(value), PlistError));
}

test('any JSON becomes a writable value or a PlistError, and plain JSON comes back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (input) => {
      const value = JSON.parse(JSON.stringify(input)) as JsonValue;
      try {
        const plist = plistFromJson(value);
        assert.deepEqual(JSON.parse(JSON.stringify(jsonSafe(plist))), cleaned(value));
        writePlist(plist);
      } catch (error) {
        assert.ok(error instanceof PlistError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

function cleaned(value: JsonValue): JsonValue {
  const text = (word: string) => word.replaceAll('\0', '\ufffd').toWellFormed();
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [text(key), cleaned(member)]));
}
