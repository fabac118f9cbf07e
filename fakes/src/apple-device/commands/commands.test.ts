import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  COMMANDS,
  type CommandTarget,
  findCommand,
  isDict,
  type PlistValue,
  parseConnect,
  writePlist,
} from '@tsukasa/apple-mdm';
import fc from 'fast-check';
import { makeBlueprint } from '../blueprint.ts';
import { DEVICE_KINDS } from '../hardware.ts';
import { Random } from '../random.ts';
import { type CommandContext, done, freshState } from '../state.ts';
import { perform } from './index.ts';

const requestType = fc.constantFrom(...COMMANDS.map((command) => command.requestType), 'Nonsense');
const leaf: fc.Arbitrary<PlistValue> = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '7', 'あ', '-') }),
  fc.integer(),
  fc.boolean(),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
);
const value: fc.Arbitrary<PlistValue> = fc.oneof(
  leaf,
  fc.array(leaf, { maxLength: 3 }),
  fc.dictionary(fc.string(), leaf, { maxKeys: 3 }),
);

/** A command with its own keys now and then, each with any value. */
const command = requestType.chain((name) => {
  const keys = findCommand(name)?.keys?.map((key) => key.name) ?? [];
  const shape = Object.fromEntries([...keys, 'Unknown'].map((key) => [key, value]));
  return fc.record(shape, { requiredKeys: [] }).map((fields) => ({ ...fields, RequestType: name }));
});

function context(kind: (typeof DEVICE_KINDS)[number], supervised: boolean, accessRights: number): CommandContext {
  const blueprint = makeBlueprint({ seed: 'property', kind, supervised });
  const target: CommandTarget = {
    platform: blueprint.platform,
    osVersion: blueprint.osVersion,
    supervised,
    enrollment: 'device',
    channel: 'device',
    accessRights,
    ...(blueprint.platform === 'macOS' ? { appleSilicon: kind === 'Mac' } : {}),
  };
  return {
    blueprint,
    state: freshState(blueprint, 'enrolled'),
    target,
    enrollmentIdentifier: 'jp.example',
    random: new Random('property'),
    now: Temporal.Instant.from('2026-11-23T00:00:00Z'),
    renew: async () => done,
  };
}

test('whatever commands come, each has an answer that a server can read', async () => {
  const where = fc.record({
    kind: fc.constantFrom(...DEVICE_KINDS),
    supervised: fc.boolean(),
    rights: fc.constantFrom(8191, 1 + 2 + 16, 4095),
  });
  await fc.assert(
    fc.asyncProperty(where, fc.array(command, { maxLength: 8 }), async ({ kind, supervised, rights }, commands) => {
      const device = context(kind, supervised, rights);
      for (const one of commands) {
        const answer = await perform(device, one);
        const body = answer.status === 'Acknowledged' ? (answer.body ?? {}) : {};
        assert.ok(isDict(body));
        const report = parseConnect(writePlist({ UDID: 'x', CommandUUID: '1', Status: answer.status, ...body }));
        assert.notEqual(report.status, 'unknown');
      }
    }),
    { numRuns: 300 },
  );
});
