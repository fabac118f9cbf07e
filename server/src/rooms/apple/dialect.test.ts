import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTION_TYPES } from '@tsukasa/api';
import { COMMANDS, readPlistDict, writePlist } from '@tsukasa/apple-mdm';
import fc from 'fast-check';
import { newId } from '../../base/ids.ts';
import type { DeviceFacts } from '../devices/index.ts';
import { assess } from './assess.ts';
import { createDialect } from './dialect.ts';
import { parseRawCommand } from './raw-command.ts';
import { isSupervised } from './target.ts';

const NOTHING: DeviceFacts = {
  contractorId: newId<'Contractor'>(),
  deviceId: newId<'Device'>(),
  platform: 'apple',
  usageMode: 'company-owned',
  managementMode: 'device',
  managementState: 'managed',
  hardwareId: 'x',
  label: '',
  displayName: 'x',
  personId: undefined,
  invitationId: undefined,
  enrolledAt: undefined,
  lastContactAt: undefined,
  observedAt: {},
  name: undefined,
  serialNumber: undefined,
  model: undefined,
  modelName: undefined,
  productName: undefined,
  osFamily: undefined,
  osVersion: undefined,
  osBuild: undefined,
  phoneNumber: undefined,
  imei: undefined,
  meid: undefined,
  iccid: undefined,
  carrier: undefined,
  wifiMac: undefined,
  bluetoothMac: undefined,
  ethernetMac: undefined,
  supervised: undefined,
  userApproved: undefined,
  appleSilicon: undefined,
  manufacturer: undefined,
  osEdition: undefined,
  securityPatchLevel: undefined,
  apiLevel: undefined,
  secureBoot: undefined,
  tpmVersion: undefined,
  antivirusActive: undefined,
  antivirusCurrent: undefined,
  policyCompliant: undefined,
  domainName: undefined,
  passcodePresent: undefined,
  passcodeCompliant: undefined,
  encrypted: undefined,
  firewallEnabled: undefined,
  activationLock: undefined,
  lostMode: undefined,
  batteryLevel: undefined,
  capacityBytes: undefined,
  availableBytes: undefined,
};
const phone: DeviceFacts = { ...NOTHING, osFamily: 'iOS', osVersion: '17.4', supervised: false };
const supervised: DeviceFacts = { ...phone, supervised: true };
const personal: DeviceFacts = { ...phone, usageMode: 'personally-owned' };
const mac: DeviceFacts = { ...NOTHING, osFamily: 'macOS', osVersion: '14.4', userApproved: true, appleSilicon: true };
const tv: DeviceFacts = { ...NOTHING, osFamily: 'tvOS', osVersion: '17.4', supervised: false };

const refusal = (device: DeviceFacts, type: (typeof ACTION_TYPES)[number]) => assess(device, type, {}).refusal?.code;
const codes = (notes: readonly { readonly code: string }[]) => notes.map(({ code }) => code);

test('what needs supervision is refused without it', () => {
  for (const type of ['restart', 'shut_down', 'lost_mode_on', 'rename'] as const) {
    assert.equal(refusal(phone, type), 'action.not_supervised', type);
    assert.equal(refusal(supervised, type), undefined, type);
  }
  assert.equal(refusal(phone, 'lock'), undefined);
  assert.equal(refusal(phone, 'erase'), undefined);
});

test('a person keeps the rights over an own device', () => {
  for (const type of ['lock', 'clear_passcode', 'erase'] as const)
    assert.equal(refusal(personal, type), 'action.access_rights');
  assert.equal(refusal(personal, 'refresh'), undefined);
  assert.equal(refusal(personal, 'remove_management'), undefined);
});

test('what works in Lost Mode only is refused outside it', () => {
  for (const type of ['locate', 'play_sound', 'lost_mode_off'] as const) {
    assert.equal(refusal(supervised, type), 'action.not_in_lost_mode');
    assert.equal(refusal({ ...supervised, lostMode: true }, type), undefined);
  }
});

test('what a platform or an old version does not have is refused', () => {
  assert.equal(refusal(mac, 'lost_mode_on'), 'action.platform');
  assert.equal(refusal(mac, 'clear_passcode'), 'action.platform');
  assert.equal(refusal(tv, 'lock'), 'action.platform');
  assert.equal(refusal({ ...supervised, osVersion: '10.0' }, 'restart'), 'action.os_too_old');
  assert.equal(refusal({ ...phone, passcodePresent: false }, 'clear_passcode'), 'action.no_passcode');
});

test('the options of an action are those of the OS', () => {
  assert.deepEqual(assess(mac, 'lock', {}).options, ['message', 'phoneNumber', 'pin']);
  assert.equal(assess(mac, 'lock', {}).needsPin, true);
  assert.deepEqual(assess(phone, 'lock', {}).options, ['message', 'phoneNumber']);
  assert.equal(assess(phone, 'lock', {}).needsPin, undefined);
  assert.deepEqual(assess(phone, 'erase', {}).options, ['preserveDataPlan', 'disallowProximitySetup']);
  assert.deepEqual(assess(mac, 'erase', {}).options, ['obliterationBehavior', 'pin']);
  assert.deepEqual(assess(mac, 'restart', {}).options, ['notifyUser']);
  assert.deepEqual(assess(supervised, 'restart', {}).options, []);
  assert.deepEqual(assess(supervised, 'rename', {}).requiredOptions, ['name']);
});

test('what will happen is said of this device', () => {
  assert.deepEqual(codes(assess(mac, 'lock', {}).effects), ['mac_restarts_locked', 'pin_unlocks']);
  assert.deepEqual(codes(assess({ ...phone, passcodePresent: false }, 'lock', {}).effects), [
    'screen_locks',
    'no_passcode_opens_at_once',
  ]);
  assert.ok(codes(assess({ ...phone, activationLock: true }, 'erase', {}).warnings).includes('activation_lock_stays'));
});

test('Lost Mode needs something to show', () => {
  assert.equal(assess(supervised, 'lost_mode_on', { footnote: 'x' }).errors?.[0]?.pointer, '/params/message');
  assert.equal(assess(supervised, 'lost_mode_on', { phoneNumber: '1' }).errors, undefined);
  assert.equal(refusal(supervised, 'lost_mode_on'), undefined);
});

const plist = (command: Parameters<typeof writePlist>[0]) => writePlist(command).toString('utf8');

test("an expert's command is checked against the catalogue; problems point into it", () => {
  const good = assess(supervised, 'raw', { plist: plist({ RequestType: 'RestartDevice' }) });
  assert.deepEqual([good.errors, good.summary], [undefined, { requestType: 'RestartDevice' }]);
  const pointers = (command: Parameters<typeof writePlist>[0]) =>
    assess(supervised, 'raw', { plist: plist(command) }).errors?.map(({ pointer }) => pointer);
  assert.deepEqual(pointers({ RequestType: 'Dance' }), ['/params/plist/RequestType']);
  assert.deepEqual(pointers({ RequestType: 'Settings', Settings: [{ Item: 'DeviceName' }] }), [
    '/params/plist/Settings/0/DeviceName',
  ]);
  assert.deepEqual(pointers({ RequestType: 'RestartDevice', Music: true }), ['/params/plist/Music']);
  assert.match(assess(supervised, 'raw', { plist: '<plist>' }).errors?.[0]?.detail ?? '', /^syntax/);
});

test('every command of the catalogue is listed with whether the device takes it', () => {
  const dialect = createDialect({
    secrets: { derive: fail, open: fail, openFor: fail, seal: fail, sealFor: fail },
    wakeUps: fail,
  });
  const commands = dialect.rawCommands(phone);
  assert.equal(commands.length, COMMANDS.length);
  const byName = new Map(commands.map((command) => [command.requestType, command]));
  assert.equal(byName.get('DeviceLock')?.possible, true);
  assert.equal(byName.get('EnableLostMode')?.refusal?.code, 'action.not_supervised');
  assert.equal(byName.get('SetRecoveryLock')?.refusal?.code, 'action.platform');
});

function fail(): never {
  throw new Error('not needed here');
}

test('an assessment never throws, whatever is known of the device and asked of it', () => {
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const device = fc.record({
    osFamily: maybe(fc.constantFrom('iOS', 'iPadOS', 'macOS', 'tvOS', 'visionOS', 'watchOS')),
    osVersion: maybe(fc.constantFrom('4.0', '9.3', '11', '14.5.1', '17.4', '26.0', 'nonsense')),
    supervised: maybe(fc.boolean()),
    userApproved: maybe(fc.boolean()),
    lostMode: maybe(fc.boolean()),
    passcodePresent: maybe(fc.boolean()),
    usageMode: fc.constantFrom('company-owned', 'personally-owned'),
    managementState: fc.constantFrom('managed', 'enrolling', 'unmanaged'),
  });
  const params = fc.dictionary(fc.constantFrom('message', 'phoneNumber', 'plist', 'name', 'pin'), fc.string());
  fc.assert(
    fc.property(device, fc.constantFrom(...ACTION_TYPES), params, (facts, type, asked) => {
      const { refusal: why, effects } = assess({ ...NOTHING, ...facts } as DeviceFacts, type, asked);
      assert.ok(why === undefined ? effects.length > 0 : why.code.startsWith('action.'));
    }),
  );
});

test('any text is a command or a list of problems', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { command, errors } = parseRawCommand({ plist: text });
      assert.ok((command === undefined) === errors.length > 0);
    }),
  );
  assert.ok(readPlistDict(writePlist({ RequestType: 'x' })));
});

test('an approved enrollment counts as supervision from macOS 11 on', () => {
  const supervisedMac = (osVersion: string | undefined) => isSupervised({ ...mac, osVersion });
  assert.deepEqual([undefined, '10.15.7', '11', '26.0'].map(supervisedMac), [true, false, true, true]);
  assert.equal(isSupervised({ ...mac, osVersion: '10.15.7', supervised: true }), true);
});
