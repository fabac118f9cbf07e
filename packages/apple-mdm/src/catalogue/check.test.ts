import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALL_ACCESS_RIGHTS, accessRightsFor } from '../access-rights.ts';
import * as commands from '../commands.ts';
import { type PlistDict, Real } from '../plist-value.ts';
import { checkCommand, listCommands } from './check.ts';
import { COMMANDS, DEVICE_QUERIES, SETTINGS_ITEMS } from './index.ts';
import type { KeyFact } from './model.ts';
import { type CommandTarget, compareVersions, TARGET_PLATFORMS } from './target.ts';

const PHONE: CommandTarget = {
  platform: 'iOS',
  osVersion: '18.1',
  supervised: false,
  enrollment: 'device',
  channel: 'device',
  accessRights: ALL_ACCESS_RIGHTS,
};
const SUPERVISED: CommandTarget = { ...PHONE, supervised: true };
const MAC: CommandTarget = { ...SUPERVISED, platform: 'macOS', osVersion: '15.1', appleSilicon: true };
const BYOD: CommandTarget = { ...PHONE, enrollment: 'user' };
const PERSONAL: CommandTarget = { ...PHONE, accessRights: accessRightsFor('personally-owned') };

function verdict(command: PlistDict, target: CommandTarget): string {
  const check = checkCommand(command, target);
  return check.ok ? 'ok' : check.problems.map(({ path, code }) => (path === '' ? code : `${path}:${code}`)).join(' ');
}

const CASES: readonly (readonly [string, PlistDict, CommandTarget, string])[] = [
  ['an empty command', {}, PHONE, 'RequestType:no_request_type'],
  ['a command nobody knows', { RequestType: 'MakeCoffee' }, PHONE, 'RequestType:unknown_command'],
  ['restart, unsupervised', commands.restartDevice(), PHONE, 'not_supervised'],
  ['restart, supervised', commands.restartDevice(), SUPERVISED, 'ok'],
  ['a Mac key on a phone', commands.restartDevice({ notifyUser: true }), SUPERVISED, 'NotifyUser:platform'],
  ['a Mac key on a Mac', commands.restartDevice({ notifyUser: true }), MAC, 'ok'],
  [
    'a Mac key on an old Mac',
    commands.restartDevice({ notifyUser: true }),
    { ...MAC, osVersion: '11.3' },
    'NotifyUser:os_too_old',
  ],
  [
    'erase without the right',
    commands.eraseDevice(),
    { ...PHONE, accessRights: ALL_ACCESS_RIGHTS & ~8 },
    'access_rights',
  ],
  ['erase on a personal device', commands.eraseDevice(), PERSONAL, 'access_rights'],
  ['app list on a personal device', commands.installedApplicationList(), PERSONAL, 'access_rights'],
  ['clear passcode on a personal device', commands.clearPasscode(Buffer.from('x')), PERSONAL, 'access_rights'],
  ['lost mode on a personal device', commands.enableLostMode({ message: 'x' }), PERSONAL, 'not_supervised'],
  ['erase in User Enrolment', commands.eraseDevice(), BYOD, 'user_enrollment'],
  ['lock in User Enrolment', commands.deviceLock(), { ...BYOD, accessRights: 0 }, 'ok'],
  ['lock of a Mac without PIN', commands.deviceLock(), MAC, 'PIN:missing_key'],
  ['lock of a Mac with a poor PIN', commands.deviceLock({ pin: '12345' }), MAC, 'PIN:format'],
  ['lock of a phone with PIN', commands.deviceLock({ pin: '123456' }), PHONE, 'PIN:platform'],
  ['lost mode without words', commands.enableLostMode({ footnote: 'x' }), SUPERVISED, 'one_of_required'],
  [
    'return to service, iOS 16',
    commands.eraseDevice({ returnToService: {} }),
    { ...PHONE, osVersion: '16.7' },
    'ReturnToService:os_too_old',
  ],
  ['an unknown key', { RequestType: 'SecurityInfo', Extra: true }, PHONE, 'Extra:unknown_key'],
  ['a key of the wrong type', { RequestType: 'RemoveProfile', Identifier: 7 }, PHONE, 'Identifier:wrong_type'],
  ['a missing key', { RequestType: 'InstallProfile' }, PHONE, 'Payload:missing_key'],
  [
    'a word off the list',
    { RequestType: 'EraseDevice', ObliterationBehavior: 'Maybe' },
    MAC,
    'ObliterationBehavior:not_in_list',
  ],
  [
    'a wallpaper nowhere',
    settings({ Item: 'Wallpaper', Image: Buffer.from('x'), Where: 4 }),
    SUPERVISED,
    'Settings[0].Where:not_in_list',
  ],
  ['an unknown setting', settings({ Item: 'Mood' }), PHONE, 'Settings[0].Item:not_in_list'],
  ['a setting without name', settings({ Enabled: true }), PHONE, 'Settings[0].Item:missing_key'],
  ['a name, unsupervised phone', commands.setDeviceName('x'), PHONE, 'Settings[0]:not_supervised'],
  ['a name, Mac', commands.setDeviceName('x'), MAC, 'ok'],
  [
    'a query of a Mac to a phone',
    { RequestType: 'DeviceInformation', Queries: ['HostName'] },
    PHONE,
    'Queries[0]:platform',
  ],
  [
    'a query without the right',
    { RequestType: 'DeviceInformation', Queries: ['WiFiMAC'] },
    PERSONAL,
    'Queries[0]:access_rights',
  ],
  [
    'a query User Enrolment forbids',
    { RequestType: 'DeviceInformation', Queries: ['SerialNumber'] },
    BYOD,
    'Queries[0]:user_enrollment',
  ],
  ['a query nobody knows', { RequestType: 'DeviceInformation', Queries: ['Mood'] }, PHONE, 'Queries[0]:not_in_list'],
  [
    'recovery lock, Intel',
    { RequestType: 'SetRecoveryLock', NewPassword: 'x' },
    { ...MAC, appleSilicon: false },
    'apple_silicon_only',
  ],
  ['firmware password, Apple silicon', { RequestType: 'SetFirmwarePassword', NewPassword: 'x' }, MAC, 'intel_only'],
  [
    'device command on the user channel',
    commands.deviceLock({ pin: '123456' }),
    { ...MAC, channel: 'user' },
    'channel',
  ],
  ['user channel of a phone', commands.profileList(), { ...PHONE, channel: 'user' }, 'channel'],
  [
    'user channel of a Shared iPad',
    commands.profileList(),
    { ...SUPERVISED, platform: 'iPadOS', channel: 'user', sharedIPad: true },
    'ok',
  ],
  ['Shared iPad command elsewhere', { RequestType: 'LogOutUser' }, SUPERVISED, 'shared_ipad_only'],
  [
    'clear passcode of a Shared iPad',
    commands.clearPasscode(Buffer.from('x')),
    { ...SUPERVISED, platform: 'iPadOS', sharedIPad: true },
    'shared_ipad',
  ],
  ['ADE command elsewhere', { RequestType: 'DeviceConfigured' }, SUPERVISED, 'not_automated'],
  ['ADE command', { RequestType: 'DeviceConfigured' }, { ...SUPERVISED, enrollment: 'automated' }, 'ok'],
  [
    'two ways to name an app',
    { RequestType: 'InstallApplication', Identifier: 'a.b', iTunesStoreID: 1 },
    PHONE,
    'exactly_one',
  ],
  ['declarations, macOS 12', commands.declarativeManagement(), { ...MAC, osVersion: '12.7' }, 'os_too_old'],
  [
    'free keys of a configuration',
    { RequestType: 'InstallApplication', Identifier: 'a.b', Configuration: { any: [1, new Real(2)] } },
    PHONE,
    'ok',
  ],
];

function settings(item: PlistDict): PlistDict {
  return { RequestType: 'Settings', Settings: [item] };
}

for (const [title, command, target, expected] of CASES) {
  test(`${title}: ${expected}`, () => assert.equal(verdict(command, target), expected));
}

test('versions compare by number', () => {
  assert.ok(compareVersions('10.9', '10.11') < 0);
  assert.equal(compareVersions('17', '17.0.0'), 0);
  assert.ok(compareVersions('26.0', '18.1') > 0);
});

const target = fc.record({
  platform: fc.constantFrom(...TARGET_PLATFORMS),
  osVersion: fc.constantFrom('9.0', '10.15', '13.0', '15.0', '18.1', '26.0'),
  supervised: fc.boolean(),
  enrollment: fc.constantFrom('device', 'user', 'automated'),
  channel: fc.constantFrom('device', 'user'),
  accessRights: fc.oneof(fc.constant(ALL_ACCESS_RIGHTS), fc.nat(ALL_ACCESS_RIGHTS)),
  sharedIPad: fc.boolean(),
}) satisfies fc.Arbitrary<CommandTarget>;

test('a command is listed exactly when a command that has all it needs is not refused as a whole', () => {
  fc.assert(
    fc.property(target, fc.constantFrom(...COMMANDS), (to, { requestType }) => {
      const listed = listCommands(to).some((command) => command.requestType === requestType);
      const check = checkCommand({ RequestType: requestType }, to);
      const refusedAsWhole =
        !check.ok &&
        check.problems.some(({ path, code }) => path === '' && !['exactly_one', 'one_of_required'].includes(code));
      assert.equal(listed, !refusedAsWhole);
    }),
    { numRuns: 1000 },
  );
});

test('every builder passes for every target that is listed for its command', () => {
  const built = (to: CommandTarget): readonly PlistDict[] => [
    commands.deviceInformation(to),
    commands.securityInfo(),
    commands.installedApplicationList(),
    commands.profileList(),
    commands.certificateList(),
    commands.deviceLock(to.platform === 'macOS' ? { pin: '123456' } : {}),
    commands.clearPasscode(Buffer.from('t')),
    commands.restartDevice(),
    commands.shutDownDevice(),
    commands.eraseDevice(),
    commands.enableLostMode({ message: 'm', phoneNumber: '1', footnote: 'f' }),
    commands.disableLostMode(),
    commands.deviceLocation(),
    commands.playLostModeSound(),
    commands.removeProfile('a.b'),
    commands.installProfile(Buffer.from('p')),
    commands.declarativeManagement(),
    commands.declarativeManagement(Buffer.from('{}')),
  ];
  fc.assert(
    fc.property(target, (to) => {
      const listed = new Set(listCommands(to).map(({ requestType }) => requestType));
      for (const command of built(to)) {
        if (!listed.has(String(command.RequestType))) continue;
        const oldMac = to.platform === 'macOS' && compareVersions(to.osVersion, '10.8') < 0; // PIN came with 10.8
        if (!oldMac) assert.equal(verdict(command, to), 'ok', String(command.RequestType));
      }
    }),
    { numRuns: 500 },
  );
});

test('any dictionary gives a verdict', () => {
  const names = [...new Set(COMMANDS.flatMap(({ keys = [] }) => keys.map(({ name }) => name)))];
  const value = fc.letrec((tie) => ({
    v: fc.oneof(
      { depthSize: 'small' },
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.array(tie('v'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('Item', 'Enabled', ...names), tie('v'), { maxKeys: 3 }),
    ),
  })).v as fc.Arbitrary<string | number | boolean>;
  const requestType = fc.constantFrom(...COMMANDS.map((command) => command.requestType));
  fc.assert(
    fc.property(target, requestType, fc.dictionary(fc.constantFrom(...names), value), (to, RequestType, rest) => {
      const check = checkCommand({ ...rest, RequestType }, to);
      assert.ok(check.ok || check.problems.length > 0);
    }),
    { numRuns: 500 },
  );
});

test('inventory queries are in the catalogue', () => {
  const known = new Set(DEVICE_QUERIES.map(({ name }: KeyFact) => name));
  assert.deepEqual(
    commands.INVENTORY_QUERIES.filter((query) => !known.has(query)),
    [],
  );
  assert.ok(SETTINGS_ITEMS.some(({ name }) => name === 'DeviceName'));
  const asked = commands.deviceInformation(BYOD).Queries;
  assert.ok(Array.isArray(asked) && !asked.includes('SerialNumber') && asked.includes('OSVersion'));
});
