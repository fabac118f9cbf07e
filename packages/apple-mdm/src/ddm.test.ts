import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CommandTarget } from './catalogue/target.ts';
import {
  baselineDeclarations,
  DdmError,
  type Declaration,
  declaration,
  declarationItemsDocument,
  declarationsToken,
  parseEndpoint,
  statusItemsFor,
  supportsDeclarations,
  tokensDocument,
} from './ddm.ts';
import { declarationStatuses, deploymentState, parseStatusReport } from './ddm-status.ts';
import { canonicalJson, type JsonValue } from './json.ts';

const PHONE: CommandTarget = {
  platform: 'iOS',
  osVersion: '18.1',
  supervised: true,
  enrollment: 'automated',
  channel: 'device',
  accessRights: 8191,
};
const AT = Temporal.Instant.from('2026-01-02T03:04:05.678Z');
const TEST = 'com.apple.configuration.management.test';

function parsed(document: Buffer): unknown {
  return JSON.parse(document.toString());
}

function report(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

test('canonical JSON does not depend on the order of keys', () => {
  const shuffled = fc.jsonValue().map((value) => value as JsonValue);
  fc.assert(
    fc.property(shuffled, (value) => {
      const text = canonicalJson(value);
      assert.equal(canonicalJson(JSON.parse(text)), text);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    }),
  );
  assert.equal(canonicalJson({ b: 1, a: [{ d: 1, c: 2 }] }), canonicalJson({ a: [{ c: 2, d: 1 }], b: 1 }));
});

test('a server token changes with the payload, the revision and the name, and fits 64 octets', () => {
  const make = (identifier: string, Echo: string, revision?: string) =>
    declaration({ type: TEST, identifier, payload: { Echo }, ...(revision === undefined ? {} : { revision }) })
      .ServerToken;
  const tokens = [make('a', '1'), make('a', '2'), make('b', '1'), make('a', '1', 'r')];
  assert.equal(new Set(tokens).size, 4);
  assert.equal(make('a', '1'), tokens[0]);
  assert.ok(tokens.every((token) => Buffer.byteLength(token) <= 64));
});

test('names and types a device would refuse are refused', () => {
  assert.throws(() => declaration({ type: TEST, identifier: 'あ'.repeat(22), payload: {} }), {
    code: 'bad_identifier',
  });
  assert.throws(() => declaration({ type: TEST, identifier: '', payload: {} }), { code: 'bad_identifier' });
  assert.throws(() => declaration({ type: 'com.example.x', identifier: 'a', payload: {} }), { code: 'bad_type' });
});

test('the set token ignores order and sees every edit', () => {
  const make = (identifier: string, Echo: string) => declaration({ type: TEST, identifier, payload: { Echo } });
  const set: readonly Declaration[] = [make('a', '1'), make('b', '1')];
  assert.equal(declarationsToken(set), declarationsToken([...set].reverse()));
  assert.notEqual(declarationsToken(set), declarationsToken([make('a', '1'), make('b', '2')]));
  assert.notEqual(declarationsToken(set), declarationsToken(set.slice(1)));
});

test('the documents share one token and have all four lists', () => {
  const set = baselineDeclarations(PHONE, 'jp.example');
  const token = declarationsToken(set);
  assert.deepEqual(parsed(tokensDocument(set, AT)), {
    SyncTokens: { DeclarationsToken: token, Timestamp: '2026-01-02T03:04:05Z' },
  });
  const items = set.map(({ Identifier, ServerToken }) => ({ Identifier, ServerToken }));
  assert.deepEqual(parsed(declarationItemsDocument(set)), {
    Declarations: { Activations: [items[1]], Assets: [], Configurations: [items[0]], Management: [] },
    DeclarationsToken: token,
  });
  assert.deepEqual(set[1]?.Payload.StandardConfigurations, ['jp.example.status']);
});

test('status items follow platform, version and enrolment', () => {
  const phone = statusItemsFor(PHONE);
  assert.ok(phone.includes('passcode.is-present') && !phone.includes('diskmanagement.filevault.enabled'));
  const mac = statusItemsFor({
    ...PHONE,
    platform: 'macOS',
    osVersion: '14.0',
    supervised: false,
    enrollment: 'device',
  });
  assert.ok(mac.includes('diskmanagement.filevault.enabled') && !mac.includes('softwareupdate.device-id'));
  assert.ok(!statusItemsFor({ ...PHONE, enrollment: 'user', supervised: false }).includes('device.identifier.udid'));
  assert.ok(supportsDeclarations(PHONE));
  assert.ok(!supportsDeclarations({ ...PHONE, osVersion: '14.8' }));
  assert.ok(!supportsDeclarations({ ...PHONE, platform: 'macOS', osVersion: '12.7' }));
});

for (const [endpoint, expected] of [
  ['tokens', { name: 'tokens' }],
  ['declaration-items', { name: 'declaration-items' }],
  ['status', { name: 'status' }],
  ['declaration/asset/a/b/c', { name: 'declaration', kind: 'asset', identifier: 'a/b/c' }],
  ['declaration/asset/', { name: 'unknown' }],
  ['declaration/thing/a', { name: 'unknown' }],
  ['Tokens', { name: 'unknown' }],
] as const) {
  test(`endpoint ${endpoint}`, () => assert.deepEqual(parseEndpoint(endpoint), expected));
}

test('a status report becomes dotted items, its declarations lines and its errors reasons', () => {
  const { items, errors, fullReport } = parseStatusReport(
    report({
      StatusItems: {
        device: { 'operating-system': { version: '18.1' }, power: {} },
        management: {
          declarations: {
            configurations: [{ identifier: 'c', 'server-token': 't', active: true, valid: 'valid' }, { active: true }],
          },
        },
        later: { thing: [1] },
      },
      Errors: [{ StatusItem: 'x', Reasons: [{ Code: 'Error.Unknown', Details: { a: 1 } }] }],
      FullReport: true,
    }),
  );
  assert.equal(fullReport, true);
  assert.equal(items.get('device.operating-system.version'), '18.1');
  assert.deepEqual(items.get('later.thing'), [1]);
  assert.equal(errors[0]?.reasons[0]?.code, 'Error.Unknown');
  const [line, ...others] = declarationStatuses(items.get('management.declarations'));
  assert.equal(others.length, 0);
  assert.equal(deploymentState(line, 't'), 'deployed');
  assert.equal(deploymentState(line, 'newer'), 'pending');
  assert.equal(deploymentState(undefined, 't'), 'pending');
  assert.equal(line && deploymentState({ ...line, active: false, valid: 'invalid' }, 't'), 'failed');
});

test('texts a database would refuse are made fit, and __proto__ is only a key', () => {
  const { items } = parseStatusReport(Buffer.from('{"StatusItems":{"a":"x\\u0000\\ud800y","__proto__":{"b":1}}}'));
  assert.equal(items.get('a'), 'x\ufffd\ufffdy');
  assert.equal(items.get('__proto__.b'), 1);
});

for (const [title, bytes, code] of [
  ['no JSON', Buffer.from('{'), 'syntax'],
  ['an array', Buffer.from('[]'), 'not_an_object'],
  ['deep nesting', Buffer.from('['.repeat(1_000_000)), 'too_deep'],
  ['nesting hidden behind a quoted quote', Buffer.from(`{"a\\"":${'['.repeat(100)}`), 'too_deep'],
  ['too much', Buffer.alloc(9 * 1024 * 1024, 0x20), 'too_large'],
] as const) {
  test(`a status report of ${title} is refused`, () => assert.throws(() => parseStatusReport(bytes), { code }));
}

test('any JSON and any bytes give a report or a DdmError', () => {
  const survives = (bytes: Uint8Array) => {
    try {
      const { items } = parseStatusReport(bytes);
      for (const value of items.values()) declarationStatuses(value);
    } catch (error) {
      assert.ok(error instanceof DdmError, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array(), survives));
  const key = fc.constantFrom(
    'StatusItems',
    'Errors',
    'Reasons',
    'FullReport',
    'management',
    'declarations',
    'configurations',
    'identifier',
  );
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.double(),
      fc.constant(null),
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(key, tie('node'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, node), (value) => survives(report(value))),
    { numRuns: 500 },
  );
});
