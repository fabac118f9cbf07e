import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deriveCatalogue } from '../../scripts/derive-catalogue.ts';
import { canonicalJson, type JsonValue } from '../json.ts';
import { CHECKIN_FACTS } from './checkins.ts';
import { COMMAND_FACTS } from './commands.ts';
import { CHECKINS, COMMANDS, DEVICE_QUERIES, SETTINGS_ITEMS, STATUS_ITEMS } from './index.ts';
import { MEANINGS } from './meanings.ts';
import { RESPONSE_FACTS } from './responses.ts';
import { STATUS_ITEM_FACTS } from './status-items.ts';

// Change it only together with a new derivation from a newer schema.
const CHECKSUM = '99102a0dc5db24f91e2f7eefb253036943e26251613cf999c1923be1abf0cfc4';
const SCHEMA =
  process.env.APPLE_SCHEMA_DIR ??
  fileURLToPath(new URL('../../../../../shared/reference/apple-schema', import.meta.url));

test('the committed catalogue is the derived one, byte for byte in meaning', () => {
  const facts: unknown = [COMMAND_FACTS, RESPONSE_FACTS, CHECKIN_FACTS, STATUS_ITEM_FACTS];
  const canonical = canonicalJson(facts as JsonValue);
  assert.equal(createHash('sha256').update(canonical).digest('hex'), CHECKSUM);
});

test('the catalogue is complete in number', () => {
  assert.deepEqual(
    [COMMANDS.length, CHECKINS.length, DEVICE_QUERIES.length, SETTINGS_ITEMS.length, STATUS_ITEMS.length],
    [66, 8, 85, 19, 44],
  );
});

test('every command has a meaning of ours and nothing else has', () => {
  assert.deepEqual(Object.keys(MEANINGS).sort(), COMMANDS.map(({ requestType }) => requestType).sort());
});

test('every settings item is told apart by its name', () => {
  for (const item of SETTINGS_ITEMS) {
    assert.deepEqual(item.keys?.find(({ name }) => name === 'Item')?.values, [item.name]);
  }
});

if (existsSync(SCHEMA)) {
  test('the catalogue says what the schema files say', () => {
    const derived = deriveCatalogue(SCHEMA);
    assert.equal(readdirSync(join(SCHEMA, 'mdm/commands')).length, COMMAND_FACTS.length);
    assert.deepEqual(derived.commands, COMMAND_FACTS);
    assert.deepEqual(derived.responses, RESPONSE_FACTS);
    assert.deepEqual(derived.checkins, CHECKIN_FACTS);
    assert.deepEqual(derived.statusItems, STATUS_ITEM_FACTS);
  });
}
