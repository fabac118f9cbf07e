import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
const CHECKSUM = 'b4b62f124bff0a8283cb8983bbe723eda5df6fa0532225a9fdb55b36618b20e8';
// Apple's schema files are not part of this repository. `APPLE_SCHEMA_DIR` names a folder with them (it must then hold
// them); without it they are looked for beside the checkout. `README.md` says more.
const NAMED = process.env.APPLE_SCHEMA_DIR;
const SCHEMA = NAMED ?? fileURLToPath(new URL('../../../../../shared/reference/apple-schema', import.meta.url));

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

test('a word of the schema that the derivation does not know stops it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schema-'));
  const write = (command: string) => {
    for (const part of ['mdm/commands', 'mdm/checkin', 'declarative/status']) {
      mkdirSync(join(folder, part), { recursive: true });
      const type = part === 'declarative/status' ? 'statusitemtype: a' : 'requesttype: A';
      const payload = `payload: {${type}, supportedOS: {iOS: {introduced: '9.0'}}}\npayloadkeys: [{key: a, type: <any>}]\n`;
      writeFileSync(join(folder, part, 'a.yaml'), part === 'mdm/commands' ? command : payload);
    }
    return () => deriveCatalogue(folder);
  };
  const head = "payload: {requesttype: A, supportedOS: {iOS: {introduced: '9.0'}}}\n";
  assert.equal(write(`${head}payloadkeys: [{key: K, type: <string>}]`)().commands.length, 1);
  for (const wrong of [
    `${head}conditions: []`,
    head.replace('supportedOS', 'minimum: 3, supportedOS'),
    head.replace("'9.0'", "'9.0', onlyOnTuesday: true"),
    head.replace("'9.0'", "'9.0', supervised: maybe"),
    `${head}payloadkeys: [{key: K, type: <string>, format: ^a$}]`,
    `${head}payloadkeys: [{key: K, type: <string>, presence: sometimes}]`,
    `${head}payloadkeys: [{key: K, type: <integer>, range: {min: 1, step: 2}}]`,
    `${head}payloadkeys: [{key: K, type: <tuple>}]`,
  ]) {
    assert.throws(write(wrong), wrong);
  }
  rmSync(folder, { recursive: true });
});

if (NAMED !== undefined || existsSync(SCHEMA)) {
  test(`the catalogue says what the schema files in ${SCHEMA} say`, () => {
    const derived = deriveCatalogue(SCHEMA);
    assert.equal(readdirSync(join(SCHEMA, 'mdm/commands')).length, COMMAND_FACTS.length);
    assert.deepEqual(derived.commands, COMMAND_FACTS);
    assert.deepEqual(derived.responses, RESPONSE_FACTS);
    assert.deepEqual(derived.checkins, CHECKIN_FACTS);
    assert.deepEqual(derived.statusItems, STATUS_ITEM_FACTS);
  });
}
