import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTION_TYPES, type ActionType, WINDOWS_WIPE_METHODS } from '@tsukasa/api';
import { WIPE_METHODS } from '@tsukasa/windows-mdm';
import type { DeviceFacts } from '../devices/index.ts';
import { assess, rawCommands, summaryOf } from './assess.ts';

const pc = (facts: Partial<DeviceFacts> = {}): DeviceFacts =>
  ({
    platform: 'windows',
    usageMode: 'company-owned',
    managementState: 'managed',
    osVersion: '10.0.22631.3447',
    osEdition: 'Pro',
    encrypted: true,
    ...facts,
  }) as DeviceFacts;

const codes = (notes: readonly { readonly code: string }[]) => notes.map(({ code }) => code);
const refusalOf = (device: DeviceFacts, type: ActionType) => assess(device, type, {}).refusal?.code;

test('the kinds of wipe are those of the API', () => assert.deepEqual([...WIPE_METHODS], [...WINDOWS_WIPE_METHODS]));

test('what a company’s PC can do, and what no PC can', () => {
  const possible = ACTION_TYPES.filter((type) => refusalOf(pc(), type) === undefined);
  assert.deepEqual(possible, [
    'refresh',
    'restart',
    'erase',
    'locate',
    'rename',
    'rotate_recovery_key',
    'remove_management',
    'raw',
  ]);
  assert.equal(refusalOf(pc(), 'lock'), 'windows.no_remote_lock');
  assert.equal(refusalOf(pc(), 'lost_mode_on'), 'action.not_on_this_platform');
});

test('HoloLens locks; a PC of an edition that is not known does not', () => {
  assert.deepEqual(codes(assess(pc({ osEdition: 'Holographic for Business' }), 'lock', {}).effects), ['screen_locks']);
  for (const osEdition of [undefined, 'Edition 999', 'Home', 'Enterprise']) {
    assert.equal(refusalOf(pc({ osEdition }), 'lock'), 'windows.no_remote_lock');
  }
});

test('on a person’s own PC only looking and leaving are left', () => {
  const own = pc({ usageMode: 'personally-owned' });
  const possible = ACTION_TYPES.filter((type) => refusalOf(own, type) === undefined);
  assert.deepEqual(possible, ['refresh', 'remove_management']);
  assert.equal(refusalOf(own, 'erase'), 'windows.personally_owned');
});

test('Home has no location and no BitLocker to manage', () => {
  const home = pc({ osEdition: 'Home' });
  assert.equal(refusalOf(home, 'locate'), 'windows.not_in_edition');
  assert.equal(refusalOf(home, 'rotate_recovery_key'), 'windows.no_bitlocker');
  assert.equal(refusalOf(home, 'erase'), undefined);
});

test('an old Windows is told from which build on it goes', () => {
  const old = pc({ osVersion: '10.0.17763.1' });
  assert.deepEqual(assess(old, 'rename', {}).refusal, {
    code: 'windows.build_too_old',
    params: { needs: '19041', build: 17763 },
  });
});

test('each kind of wipe says what it keeps, how it works and what may go wrong', () => {
  const of = (wipeMethod: string, device = pc()) => assess(device, 'erase', { wipeMethod });
  assert.ok(codes(of('doWipe').effects).includes('all_data_erased'));
  assert.ok(codes(of('doWipe').warnings).includes('windows.wipe_can_be_interrupted'));
  assert.ok(codes(of('doWipeProtected').effects).includes('windows.wipe_goes_on_after_power_loss'));
  assert.ok(codes(of('doWipeProtected').warnings).includes('windows.wipe_may_not_start_again'));
  const kept = of('doWipePersistUserData');
  assert.ok(codes(kept.effects).includes('windows.wipe_keeps_user_files'));
  assert.equal(codes(kept.effects).includes('all_data_erased'), false);
  assert.ok(codes(kept.warnings).includes('windows.user_files_stay'));
  assert.ok(codes(of('doWipeCloud').warnings).includes('windows.wipe_needs_internet'));
});

test('a disk that is not known to be encrypted keeps its data after a wipe, and that is said', () => {
  const warned = (encrypted: boolean | undefined) =>
    codes(assess(pc({ encrypted }), 'erase', {}).warnings).includes('windows.data_stays_readable_on_disk');
  assert.deepEqual([warned(true), warned(false), warned(undefined)], [false, true, true]);
});

test('a wipe that this Windows does not have is refused, with those that it has', () => {
  const old = pc({ osVersion: '10.0.19045.4000' });
  const { errors, effects } = assess(old, 'erase', { wipeMethod: 'doWipeCloud' });
  assert.equal(errors?.[0]?.pointer, '/params/wipeMethod');
  const methods = effects.find(({ code }) => code === 'windows.wipe_methods')?.params?.methods;
  assert.deepEqual(methods, ['doWipe', 'doWipeProtected', 'doWipePersistProvisionedData', 'doWipePersistUserData']);
  assert.deepEqual(assess(old, 'erase', {}).errors, []);
});

test('a computer name is checked, and a member of a domain is warned of', () => {
  assert.deepEqual(assess(pc(), 'rename', { name: 'TOKYO-01' }).errors, []);
  assert.equal(assess(pc(), 'rename', { name: '営業 1' }).errors?.[0]?.pointer, '/params/name');
  const member = assess(pc({ domainName: 'corp.example.jp' }), 'rename', { name: 'TOKYO-01' });
  assert.deepEqual(codes(member.warnings), ['windows.not_for_domain_members']);
});

test('raw commands: reading needs no second person, changing does, and what is wrong is named', () => {
  const get = '<Get><Item><Target><LocURI>./DevDetail/SwV</LocURI></Target></Item></Get>';
  const read = assess(pc(), 'raw', { syncml: get });
  assert.deepEqual(
    [read.secondPerson, read.errors, read.summary],
    [false, undefined, { requestType: 'Get ./DevDetail/SwV' }],
  );
  const set = (format: string) =>
    `<Replace><Item><Target><LocURI>./DevDetail/Ext/Microsoft/DNSComputerName</LocURI></Target><Meta><Format xmlns="syncml:metinf">${format}</Format></Meta><Data>PC</Data></Item></Replace>`;
  assert.equal(assess(pc(), 'raw', { syncml: set('chr') }).secondPerson, true);
  assert.match(assess(pc(), 'raw', { syncml: set('int') }).errors?.[0]?.detail ?? '', /^format/);
  const wipe = '<Exec><Item><Target><LocURI>./Device/Vendor/MSFT/RemoteWipe/doWipe</LocURI></Target></Item></Exec>';
  assert.match(assess(pc(), 'raw', { syncml: wipe }).errors?.[0]?.detail ?? '', /^reserved/);
  assert.match(assess(pc(), 'raw', { syncml: '<Get>' }).errors?.[0]?.detail ?? '', /^xml/);
  const dtd = `<!DOCTYPE x [<!ENTITY e "e">]>${get}`;
  assert.match(assess(pc(), 'raw', { syncml: dtd }).errors?.[0]?.detail ?? '', /^xml/);
});

test('the summary of a raw command holds no value and an end', () => {
  const items = Array.from({ length: 50 }, (_, n) => ({
    target: `./Vendor/MSFT/Node${n}`,
    format: 'chr' as const,
    data: 'hush',
  }));
  const summary = summaryOf([{ verb: 'Replace', items }]);
  assert.equal(summary.length, 200);
  assert.equal(summary.includes('hush'), false);
});

test('every expert command says whether it can be used and why not', () => {
  const home = rawCommands(pc({ osEdition: 'Home', osVersion: '10.0.17763.1' }));
  const find = (name: string) => home.find(({ requestType }) => requestType === name);
  assert.equal(find('Get ./DevDetail/SwV')?.possible, true);
  assert.equal(
    find('Get ./Device/Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus')?.refusal?.code,
    'windows.build_too_old',
  );
  assert.equal(find('Exec ./Device/Vendor/MSFT/RemoteWipe/doWipe')?.refusal?.code, 'action.reserved_node');
  for (const { possible, refusal } of home) assert.equal(possible, refusal === null);
});
