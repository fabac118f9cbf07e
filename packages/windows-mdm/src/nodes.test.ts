import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  COMPUTER_NAME,
  findDevice,
  lock,
  rename,
  restart,
  rotateRecoveryPasswords,
  unenroll,
  WIPE_METHODS,
  WIPES,
  wipe,
} from './actions.ts';
import { EDITIONS, editionName, editionNamed, findEdition, windowsName } from './editions.ts';
import { firstQuestions, INVENTORY_LIMITS } from './inventory.ts';
import { FORMATS, type Item, type SimpleCommand, VERBS } from './model.ts';
import { isAvailable, isBuildEnough, matches, parseWindowsVersion } from './node-rules.ts';
import { checkAgainstNodes, findNode, NODES, pathOf } from './nodes.ts';
import { setPollSchedule } from './poll.ts';

const anyNode = fc.constantFrom(...NODES);
const anySegment = fc.stringMatching(/^[A-Za-z0-9%{}._-]{1,12}$/).map((text) => encodeURIComponent(text));
const filled = (uri: string, segment: string) => uri.replace(/\{[A-Za-z]+\}/g, segment);

test('every LocURI of the catalogue begins with `./`, has no empty segment and is in it once', () => {
  for (const { uri, verbs, builds } of NODES) {
    assert.match(uri, /^\.\/(?:(?:Device|User)\/)?(?:DevInfo|DevDetail|Vendor\/MSFT)(?:\/[A-Za-z0-9{}]+)+$/);
    assert.ok(verbs.length > 0 && builds.length > 0, uri);
  }
  assert.equal(new Set(NODES.map(({ uri }) => pathOf(uri))).size, NODES.length);
});

test('a value in the format of its node passes, in any other it does not', () => {
  fc.assert(
    fc.property(anyNode, anySegment, fc.constantFrom(...FORMATS), (node, segment, format) => {
      for (const verb of node.verbs.filter((each) => each !== 'Get' && each !== 'Delete')) {
        const item: Item = { target: filled(node.uri, segment), format, data: '1' };
        const problems = checkAgainstNodes({ verb, items: [item] }, {});
        assert.deepEqual(
          problems.map(({ code }) => code),
          format === node.format ? [] : ['format'],
        );
      }
    }),
  );
});

test('a verb that a node does not know is found, also inside an Atomic', () => {
  fc.assert(
    fc.property(anyNode, anySegment, fc.constantFrom(...VERBS), (node, segment, verb) => {
      const command: SimpleCommand = { verb, items: [{ target: filled(node.uri, segment) }] };
      const codes = checkAgainstNodes({ verb: 'Atomic', commands: [command] }, {}).map(({ code }) => code);
      assert.equal(codes.includes('verb'), !node.verbs.includes(verb));
    }),
  );
});

const CREATED: readonly SimpleCommand[] = [
  restart(),
  lock(),
  rename('PC-1'),
  rotateRecoveryPasswords('a0d5a3ee-1d9d-4c1e-9d9c-0d2b9e3d7b11'),
  unenroll('Tsukasa'),
  ...findDevice(),
  ...WIPE_METHODS.map(wipe),
  setPollSchedule(
    { first: { count: 1, minutes: 1 }, second: { count: 0, minutes: 0 }, remaining: { count: 0, minutes: 480 } },
    'Tsukasa',
  ),
  ...firstQuestions({ target: {}, providerId: 'Tsukasa', personallyOwned: false }).map(({ command }) => command),
];

test('everything that this server makes by itself is in the catalogue, with the right verb and format', () => {
  for (const command of CREATED) {
    for (const item of command.items) assert.notEqual(findNode(item.target), undefined, item.target);
    assert.deepEqual(checkAgainstNodes(command, {}), []);
    assert.ok(command.items.length <= INVENTORY_LIMITS.itemsPerGet);
  }
});

for (const { what, builds, build, revision, expected } of [
  { what: 'an older build', builds: ['17763'], build: 17134, expected: false },
  { what: 'the build itself', builds: ['17763'], build: 17763, expected: true },
  { what: 'a later build', builds: ['17763'], build: 26100, expected: true },
  { what: 'a build that is not known', builds: ['17763'], build: undefined, expected: true },
  {
    what: 'a port back without its update',
    builds: ['22000', '19041.1387'],
    build: 19041,
    revision: 1,
    expected: false,
  },
  {
    what: 'a port back with its update',
    builds: ['22000', '19041.1387'],
    build: 19041,
    revision: 1387,
    expected: true,
  },
  {
    what: 'a build between a port back and the release',
    builds: ['22000', '19041.1387'],
    build: 19045,
    expected: false,
  },
  { what: 'a build after both', builds: ['22000', '19041.1387'], build: 22631, expected: true },
  { what: 'after a newest entry that is an update', builds: ['22621.1480'], build: 26100, expected: true },
] as const) {
  test(`a node that begins with ${builds.join(' and ')}: ${what}`, () => {
    assert.equal(isBuildEnough(builds, { build, revision: what.includes('update') ? revision : undefined }), expected);
  });
}

test('what is not in an edition is found; an edition that is not known is no obstacle', () => {
  const rotate = rotateRecoveryPasswords('x');
  const codes = (edition: number | undefined) =>
    checkAgainstNodes(rotate, { build: 26100, edition }).map(({ code }) => code);
  assert.deepEqual(codes(0x65), ['edition']);
  assert.deepEqual(codes(0x30), []);
  assert.deepEqual(codes(undefined), []);
});

test('a wipe from the cloud needs 22621 and says so', () => {
  const [problem] = checkAgainstNodes(wipe('doWipeCloud'), { build: 19045, revision: 4000 });
  assert.deepEqual([problem?.code, problem?.needs], ['build_too_old', ['22621']]);
  assert.deepEqual(Object.keys(WIPES), [...WIPE_METHODS]);
});

test('versions of Windows are read, others are not', () => {
  assert.deepEqual(parseWindowsVersion('10.0.22631.3447'), { build: 22631, revision: 3447 });
  assert.deepEqual(parseWindowsVersion('10.0.19045'), { build: 19045 });
  for (const text of ['6.3.9600', '10.0', '10.0.x', '', undefined]) assert.deepEqual(parseWindowsVersion(text), {});
});

test('the two names of the device tree are one node, a question does not count, and segments must be there', () => {
  assert.equal(findNode('./Device/Vendor/MSFT/DeviceStatus/SecureBootState')?.format, 'int');
  assert.equal(findNode('./Vendor/MSFT/RemoteWipe/doWipe')?.verbs[0], 'Exec');
  const list = './Device/Vendor/MSFT/EnterpriseModernAppManagement/AppManagement/AppStore?list=StructData';
  assert.equal(findNode(list)?.format, 'node');
  assert.equal(findNode('./Vendor/MSFT/DeviceStatus/TPM/Unknown'), undefined);
  assert.equal(matches('./a/{b}/c', './a//c'), false);
  assert.equal(matches('./a/{b}/c', './a/x/c'), true);
});

test('editions have one number and one name each', () => {
  assert.equal(new Set(EDITIONS.map(({ code }) => code)).size, EDITIONS.length);
  assert.equal(new Set(EDITIONS.map(({ name }) => name)).size, EDITIONS.length);
  for (const edition of EDITIONS) {
    assert.equal(findEdition(edition.code), edition);
    assert.equal(editionNamed(editionName(edition.code)), edition);
  }
  assert.equal(editionName(999), 'Edition 999');
  assert.equal(editionNamed('Edition 999'), undefined);
  assert.equal(windowsName(19045, 'Pro'), 'Windows 10 Pro');
  assert.equal(windowsName(26100, 'Enterprise'), 'Windows 11 Enterprise');
  assert.equal(windowsName(undefined), 'Windows');
});

test('questions name only what a device has', () => {
  const target = { build: 17763, edition: 0x65 };
  for (const { command } of firstQuestions({ target, providerId: 'T', personallyOwned: false })) {
    for (const { target: uri } of command.items) {
      const node = findNode(uri);
      assert.ok(node !== undefined && isAvailable(node, target), uri);
    }
  }
  const sections = firstQuestions({ target, providerId: 'T', personallyOwned: false }).map(({ section }) => section);
  assert.equal(sections.includes('bitlocker'), false);
  assert.equal(sections.includes('msi'), false);
});

test('nothing of programs and connections is asked of a person’s own device', () => {
  const own = firstQuestions({ target: {}, providerId: 'T', personallyOwned: true }).map(({ section }) => section);
  assert.deepEqual(own, ['device', 'status', 'bitlocker', 'defender', 'channel']);
});

test('names of computers', () => {
  for (const name of ['PC-0123', 'A', 'TOKYO-PC-000001']) assert.match(name, COMPUTER_NAME);
  for (const name of ['', '12345', '-PC', 'PC-', 'PC 1', 'TOKYO-PC-0000012', '営業', 'a.b']) {
    assert.doesNotMatch(name, COMPUTER_NAME);
  }
});
