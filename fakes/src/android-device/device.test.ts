import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REPORTING } from '../android-management/testing.ts';
import type { Message } from '../android-management/validate.ts';
import { makeGround } from './testing.ts';

const stage = await makeGround();
const { enroll, setPolicy, read, reports } = stage;

describe('what a device tells', () => {
  test('only the sections that its policy asks for', async () => {
    const { name, policyName } = await enroll('fully_managed', {}, {});
    const bare = await read(name);
    for (const section of [
      'softwareInfo',
      'memoryInfo',
      'networkInfo',
      'displays',
      'powerManagementEvents',
      'applicationReports',
    ])
      assert.equal(section in bare, false, section);
    await setPolicy(policyName, { statusReportingSettings: { memoryInfoEnabled: true } });
    await stage.control.settle();
    const more = await read(name);
    assert.deepEqual(['memoryInfo' in more, 'softwareInfo' in more], [true, false]);
    assert.equal(more['appliedPolicyVersion'], '2');
    assert.match(String((more['memoryInfo'] as Message)['totalRam']), /^\d+$/);
  });

  test('of a person’s own device from Android 12 on neither its number nor what is private', async () => {
    const own = { model: 'Pixel 7a', androidVersion: '14' };
    const { name } = await enroll('work_profile_personal', own);
    const device = await read(name);
    const hardware = device['hardwareInfo'] as Message;
    assert.equal(hardware['serialNumber'], hardware['enterpriseSpecificId']);
    assert.notEqual(hardware['serialNumber'], (await stage.control.device(name)).serialNumber);
    for (const section of ['displays', 'powerManagementEvents', 'hardwareStatusSamples'])
      assert.equal(section in device, false, section);
    assert.doesNotMatch(JSON.stringify(device['networkInfo'] ?? {}), /imei|wifiMac|phoneNumber/);
    const old = await read((await enroll('work_profile_personal', { model: 'Pixel 4a', androidVersion: '11' })).name);
    assert.equal('enterpriseSpecificId' in (old['hardwareInfo'] as Message), false);
  });

  test('once a day, with its battery', async () => {
    const { name } = await enroll('fully_managed');
    const before = reports(name).length;
    await stage.control.advance('PT24H');
    assert.equal(reports(name).length, before + 1);
    await stage.control.change(name, { battery: 9, charging: true });
    await stage.control.settle();
    const events = (await read(name))['powerManagementEvents'] as Message[];
    assert.deepEqual(
      events.slice(-2).map(({ eventType }) => eventType),
      ['POWER_CONNECTED', 'BATTERY_LOW'],
    );
    assert.equal(events.at(-1)?.['batteryLevel'], 9);
  });

  test('the same hardware again is a new device that names the old one', async () => {
    const first = await enroll('fully_managed', { seed: 'again' });
    await stage.control.vanish(first.name);
    const second = await enroll('fully_managed', { seed: 'again' });
    assert.deepEqual((await read(second.name))['previousDeviceNames'], [first.name]);
  });

  test('nothing when it was woken and nothing is new, once what is new', async () => {
    const { name, policyName } = await enroll('fully_managed');
    const before = reports(name).length;
    await stage.caller.get('PATCH', `/v1/${name}?updateMask=policyName`, { policyName });
    await stage.control.settle();
    assert.equal(reports(name).length, before);
    await setPolicy(policyName, { ...REPORTING, cameraDisabled: true });
    await stage.control.settle();
    assert.equal(reports(name).length, before + 1);
  });

  test('nothing while it is away, everything when it is back', async () => {
    const { name, policyName } = await enroll('fully_managed');
    await stage.control.change(name, { online: false });
    const before = reports(name).length;
    await setPolicy(policyName, { ...REPORTING, cameraDisabled: true });
    await stage.control.advance('P2D');
    assert.equal(reports(name).length, before);
    assert.equal((await read(name))['appliedPolicyVersion'], '1');
    await stage.control.change(name, { online: true });
    await stage.control.settle();
    assert.equal((await read(name))['appliedPolicyVersion'], '2');
  });

  test('nothing when its user removes the management', async () => {
    const { name } = await enroll('work_profile_personal');
    const before = stage.inbox.received.length;
    await stage.control.vanish(name);
    await stage.control.advance('P3D');
    assert.equal(stage.inbox.received.filter(({ data }) => data['name'] === name).length, reports(name).length + 1);
    assert.ok(stage.inbox.received.length >= before);
    assert.equal((await read(name))['appliedState'], 'ACTIVE');
  });
});

describe('a device without a policy that exists', () => {
  test('gives up after five minutes', async () => {
    const token = await stage.caller.get('POST', `/v1/${stage.enterprise}/enrollmentTokens`, { policyName: 'nothing' });
    const { name } = await stage.control.enroll({ token: String(token['value']) });
    await stage.control.advance('PT4M');
    assert.equal((await read(name))['appliedState'], 'PROVISIONING' satisfies string);
    await stage.control.advance('PT2M');
    assert.equal((await stage.caller.call('GET', `/v1/${name}`)).status, 404);
    assert.equal(reports(name).at(-1)?.['appliedState'], 'DELETED');
  });

  test('goes on when the policy comes in time', async () => {
    const token = await stage.caller.get('POST', `/v1/${stage.enterprise}/enrollmentTokens`, { policyName: 'late' });
    const { name } = await stage.control.enroll({ token: String(token['value']) });
    await stage.control.advance('PT4M');
    await setPolicy('late', REPORTING);
    await stage.control.advance('PT10M');
    assert.equal((await read(name))['appliedState'], 'ACTIVE');
  });
});

describe('tokens and ways that do not go together', () => {
  for (const allowPersonalUsage of ['PERSONAL_USAGE_DISALLOWED', 'PERSONAL_USAGE_DISALLOWED_USERLESS'])
    test(`${allowPersonalUsage} on a person’s own device`, async () => {
      const token = await stage.caller.get('POST', `/v1/${stage.enterprise}/enrollmentTokens`, { allowPersonalUsage });
      const link = `https://enterprise.google.com/android/enroll?et=${token['value']}`;
      await assert.rejects(stage.control.enroll({ link }), /does not allow a personally-owned device/);
    });

  test('a QR code or link that is none', async () => {
    await assert.rejects(stage.control.enroll({ qrCode: '{"token":"x"}' }), /could not read/);
    await assert.rejects(stage.control.enroll({ link: 'https://tsukasa.example/enroll?et=X' }), /could not read/);
    await assert.rejects(stage.control.enroll({}), /exactly one/);
  });
});
