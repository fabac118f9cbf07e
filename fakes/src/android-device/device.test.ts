import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EnrollChoice } from '../android-management/index.ts';
import { makeStage, REPORTING } from '../android-management/testing.ts';
import type { Message } from '../android-management/validate.ts';
import { strengthOf } from './commands.ts';
import type { AndroidMode } from './port.ts';

const NOW = Temporal.Instant.from('2026-11-26T00:00:00Z').epochMilliseconds;
let stage: Awaited<ReturnType<typeof makeStage>>;
let count = 0;

async function freshStage() {
  const made = await makeStage({ now: () => NOW, seed: 'devices' });
  await made.control.limitProject('tsukasa-test', { requestsPerMinute: 100_000 });
  return made;
}

before(async () => {
  stage = await freshStage();
});
after(() => stage.close());

const HOW: Readonly<Record<AndroidMode, readonly [usage: string, path: 'company' | 'personal']>> = {
  fully_managed: ['PERSONAL_USAGE_DISALLOWED', 'company'],
  dedicated: ['PERSONAL_USAGE_DISALLOWED_USERLESS', 'company'],
  work_profile_company: ['PERSONAL_USAGE_ALLOWED', 'company'],
  work_profile_personal: ['PERSONAL_USAGE_ALLOWED', 'personal'],
};

/** A device with a policy of its own, in a mode. */
async function enroll(mode: AndroidMode, choice: EnrollChoice = {}, policy: Message = REPORTING) {
  const policyName = `p${++count}`;
  await setPolicy(policyName, policy);
  const [allowPersonalUsage, path] = HOW[mode];
  const token = await stage.caller.get('POST', `/v1/${stage.enterprise}/enrollmentTokens`, {
    allowPersonalUsage,
    policyName,
  });
  const device = await stage.control.enroll({
    seed: `device ${count}`,
    token: String(token['value']),
    path,
    ...choice,
  });
  await stage.control.settle();
  return { name: device.name, policyName };
}

const setPolicy = (name: string, policy: Message) =>
  stage.caller.get('PATCH', `/v1/${stage.enterprise}/policies/${name}`, policy);
const read = (name: string) => stage.caller.get('GET', `/v1/${name}`);
const details = async (name: string) => ((await read(name))['nonComplianceDetails'] ?? []) as Message[];
const reports = (name: string) => stage.inbox.of('STATUS_REPORT').filter((one) => one['name'] === name);

/** Issues a command and gives the operation when the device has answered. */
async function run(name: string, command: Message): Promise<Message> {
  const issued = await stage.caller.get('POST', `/v1/${name}:issueCommand`, command);
  await stage.control.settle();
  const told = stage.inbox.of('COMMAND').find((one) => one['name'] === issued['name']);
  assert.ok(told, 'the command was told of');
  return told;
}
const outcome = async (name: string, command: Message) => (await run(name, command))['metadata'] as Message;

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

describe('what a device does not keep', () => {
  test('by mode and by version, with the path', async () => {
    const policy = {
      ...REPORTING,
      keyguardDisabled: true,
      deviceConnectivityManagement: {
        wifiSsidPolicy: { wifiSsidPolicyType: 'WIFI_SSID_DENYLIST', wifiSsids: [{ wifiSsid: 'x' }] },
      },
      assistContentPolicy: 'ASSIST_CONTENT_DISALLOWED',
    };
    const reasonsOf = async (mode: AndroidMode, choice: EnrollChoice) =>
      (await details((await enroll(mode, choice, policy)).name)).map((one) => [
        one['fieldPath'] ?? one['settingName'],
        one['nonComplianceReason'],
      ]);
    const wifi = 'deviceConnectivityManagement.wifiSsidPolicy';
    assert.deepEqual(await reasonsOf('fully_managed', { androidVersion: '16' }), []);
    assert.deepEqual(await reasonsOf('fully_managed', { androidVersion: '12' }), [
      ['assistContentPolicy', 'API_LEVEL'],
      [wifi, 'API_LEVEL'],
    ]);
    assert.deepEqual(await reasonsOf('work_profile_personal', { androidVersion: '16' }), [
      ['keyguardDisabled', 'MANAGEMENT_MODE'],
      [wifi, 'MANAGEMENT_MODE'],
    ]);
  });

  test('a weak lock, until its user changes it', async () => {
    const policy = {
      ...REPORTING,
      passwordPolicies: [{ passwordScope: 'SCOPE_DEVICE', passwordQuality: 'COMPLEXITY_HIGH' }],
    };
    const { name } = await enroll('fully_managed', { habits: { lock: 'low', obeysAfterMs: 3_600_000 } }, policy);
    const [detail] = await details(name);
    assert.deepEqual(
      [detail?.['settingName'], detail?.['nonComplianceReason'], detail?.['specificNonComplianceReason']],
      ['passwordPolicies', 'USER_ACTION', 'PASSWORD_POLICIES_PASSWORD_NOT_SUFFICIENT'],
    );
    assert.equal((await stage.control.device(name)).blocked, true);
    await stage.control.advance('PT1H');
    assert.deepEqual([await details(name), (await read(name))['policyCompliant']], [[], true]);
    assert.equal((await stage.control.device(name)).blocked, false);
  });

  test('applications: missing, failing, incompatible, too old; installed ones vanish from the list', async () => {
    const entry = (packageName: string, fields: Message = {}) => ({
      packageName,
      installType: 'FORCE_INSTALLED',
      ...fields,
    });
    const applications = [
      entry('jp.example.kintai'),
      entry('jp.example.nowhere'),
      entry('jp.example.sixteen'),
      entry('jp.example.zaiko', { minimumVersionCode: 100 }),
      entry('jp.example.vpn'),
    ];
    const { name } = await enroll(
      'fully_managed',
      {
        androidVersion: '13',
        habits: { installMs: [60_000, 60_000], failingApps: { 'jp.example.vpn': 'INSUFFICIENT_STORAGE' } },
      },
      { ...REPORTING, applications },
    );
    assert.deepEqual(
      (await details(name)).map((one) => one['installationFailureReason']),
      ['IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS', 'INSUFFICIENT_STORAGE'],
    );
    await stage.control.advance('PT1M');
    const told = (await details(name)).map((one) => [
      one['fieldPath'],
      one['nonComplianceReason'],
      one['installationFailureReason'],
    ]);
    assert.deepEqual(told, [
      ['applications[1]', 'APP_NOT_INSTALLED', 'NOT_FOUND'],
      ['applications[2]', 'APP_INCOMPATIBLE', 'NOT_COMPATIBLE_WITH_DEVICE'],
      ['applications[3]', 'APP_NOT_UPDATED', undefined],
      ['applications[4]', 'APP_NOT_INSTALLED', 'INSUFFICIENT_STORAGE'],
    ]);
    const installed = ((await read(name))['applicationReports'] as Message[]).find(
      (one) => one['packageName'] === 'jp.example.kintai',
    );
    assert.deepEqual(
      [installed?.['applicationSource'], installed?.['displayName']],
      ['INSTALLED_FROM_PLAY_STORE', '勤怠打刻'],
    );
  });

  test('what is not listed goes, unless the store is open', async () => {
    const { name, policyName } = await enroll('fully_managed', {}, { ...REPORTING, playStoreMode: 'BLACKLIST' });
    await stage.control.install(name, 'jp.example.zaiko');
    await stage.control.settle();
    const has = async () => (await stage.control.device(name)).apps.includes('jp.example.zaiko');
    assert.equal(await has(), true);
    await setPolicy(policyName, REPORTING);
    await stage.control.settle();
    assert.equal(await has(), false);
  });

  test('setup waits for an application that it requires', async () => {
    const applications = [{ packageName: 'jp.example.kintai', installType: 'REQUIRED_FOR_SETUP' }];
    const { name } = await enroll(
      'fully_managed',
      { habits: { installMs: [60_000, 60_000] } },
      { ...REPORTING, applications },
    );
    assert.equal((await read(name))['appliedState'], 'PROVISIONING');
    await stage.control.advance('PT1M');
    assert.equal((await read(name))['appliedState'], 'ACTIVE');
  });

  test('a network whose key is not there yet', async () => {
    const EAP = {
      Outer: 'EAP-TLS',
      DomainSuffixMatch: ['example.jp'],
      ClientCertType: 'KeyPairAlias',
      ClientCertKeyPairAlias: 'wifi',
    };
    const network = { GUID: 'g', Name: 'n', Type: 'WiFi', WiFi: { SSID: 's', Security: 'WPA-EAP', EAP } };
    const { name } = await enroll(
      'fully_managed',
      {},
      { ...REPORTING, openNetworkConfiguration: { NetworkConfigurations: [network] } },
    );
    const [detail] = await details(name);
    assert.equal(detail?.['specificNonComplianceReason'], 'ONC_WIFI_KEY_PAIR_ALIAS_NOT_CORRESPONDING_TO_EXISTING_KEY');
    assert.deepEqual((detail?.['specificNonComplianceContext'] as Message)['oncWifiContext'], { wifiGuid: 'g' });
    await stage.control.change(name, { keyAliases: ['wifi'] });
    await stage.control.settle();
    assert.deepEqual(await details(name), []);
  });

  test('an old quality on the whole of a person’s device becomes a band', async () => {
    const policy = {
      ...REPORTING,
      passwordPolicies: [{ passwordScope: 'SCOPE_DEVICE', passwordQuality: 'ALPHANUMERIC', passwordMinimumLength: 8 }],
    };
    const { name } = await enroll('work_profile_personal', { androidVersion: '14', habits: { lock: 'high' } }, policy);
    assert.deepEqual((await read(name))['appliedPasswordPolicies'], [
      { passwordScope: 'SCOPE_DEVICE', passwordQuality: 'COMPLEXITY_HIGH' },
    ]);
  });
});

describe('enforcement', () => {
  // Weeks pass here: with few devices, which report daily.
  let others: typeof stage;
  before(async () => {
    others = stage;
    stage = await freshStage();
  });
  after(async () => {
    assert.deepEqual(await stage.control.violations(), []);
    await stage.close();
    stage = others;
  });

  const weak = { passwordPolicies: [{ passwordScope: 'SCOPE_DEVICE', passwordQuality: 'COMPLEXITY_HIGH' }] };

  test('without any rule a device that keeps no password is wiped after ten days, also while it is away', async () => {
    const here = await enroll('fully_managed', { habits: { lock: 'none' } }, { ...REPORTING, ...weak });
    const away = await enroll('fully_managed', { habits: { lock: 'none' } }, { ...REPORTING, ...weak });
    await stage.control.change(away.name, { online: false });
    await stage.control.advance('PT239H');
    assert.equal((await stage.control.device(here.name)).state, 'ACTIVE');
    await stage.control.advance('PT2H');
    assert.deepEqual(
      [(await stage.control.device(here.name)).state, (await stage.control.device(away.name)).state],
      ['GONE', 'GONE'],
    );
    assert.equal(reports(here.name).at(-1)?.['appliedState'], 'DELETED');
    assert.equal((await stage.caller.call('GET', `/v1/${here.name}`)).status, 404);
    assert.equal((await read(away.name))['appliedState'], 'ACTIVE');
  });

  test('a rule of the policy goes before', async () => {
    const policyEnforcementRules = [
      { settingName: 'passwordPolicies', blockAction: { blockAfterDays: 2 }, wipeAction: { wipeAfterDays: 30 } },
    ];
    const { name } = await enroll(
      'fully_managed',
      { habits: { lock: 'none' } },
      { ...REPORTING, ...weak, policyEnforcementRules },
    );
    await stage.control.advance('P1D');
    assert.equal((await stage.control.device(name)).blocked, false);
    await stage.control.advance('P1DT1H');
    assert.equal((await stage.control.device(name)).blocked, true);
    await stage.control.advance('P20D');
    assert.equal((await stage.control.device(name)).state, 'ACTIVE');
    await stage.control.change(name, { lock: 'high' });
    await stage.control.advance('P30D');
    assert.equal((await stage.control.device(name)).state, 'ACTIVE');
  });
});

describe('commands by mode', () => {
  const MODES = ['fully_managed', 'dedicated', 'work_profile_company', 'work_profile_personal'] as const;
  const no = 'MANAGEMENT_MODE';
  const cases: readonly (readonly [Message, readonly (string | undefined)[]])[] = [
    [{ type: 'LOCK' }, [undefined, undefined, undefined, undefined]],
    [{ type: 'REBOOT' }, [undefined, undefined, no, no]],
    [{ type: 'RESET_PASSWORD', newPassword: 'Kagi-2026' }, [undefined, undefined, undefined, undefined]],
    [{ type: 'STOP_LOST_MODE' }, [undefined, undefined, undefined, no]],
    [{ type: 'REQUEST_DEVICE_INFO', requestDeviceInfoParams: { deviceInfo: 'EID' } }, [no, no, no, undefined]],
  ];
  for (const [command, wanted] of cases) {
    for (const [index, mode] of MODES.entries()) {
      test(`${command['type']} on ${mode}`, async () => {
        const { name } = await enroll(mode, { model: 'Pixel 9', androidVersion: '14' });
        const operation = await run(name, command);
        assert.equal((operation['metadata'] as Message)['errorCode'], wanted[index]);
        assert.deepEqual([operation['done'], 'error' in operation], [true, false]);
      });
    }
  }

  for (const mode of MODES) {
    test(`WIPE on ${mode}: answered, then gone`, async () => {
      const { name } = await enroll(mode);
      const operation = await run(name, { type: 'WIPE', wipeParams: {} });
      assert.equal(operation['done'], true);
      assert.equal((await stage.caller.call('GET', `/v1/${name}`)).status, 404);
      assert.equal(reports(name).at(-1)?.['appliedState'], 'DELETED');
    });
  }

  test('RELINQUISH_OWNERSHIP is for the company-owned work profile only', async () => {
    const phone = await enroll('work_profile_company');
    assert.equal((await outcome(phone.name, { type: 'RELINQUISH_OWNERSHIP' }))['errorCode'], undefined);
    assert.equal(reports(phone.name).at(-1)?.['appliedState'], 'DELETED');
    const other = await enroll('fully_managed');
    assert.equal((await outcome(other.name, { type: 'RELINQUISH_OWNERSHIP' }))['errorCode'], no);
    assert.equal((await read(other.name))['appliedState'], 'ACTIVE');
  });

  test('a deleted record: the device goes when it hears of it', async () => {
    const { name } = await enroll('fully_managed');
    await stage.control.change(name, { online: false });
    await stage.caller.get('DELETE', `/v1/${name}`);
    await stage.control.advance('P1D');
    assert.equal((await stage.control.device(name)).state, 'ACTIVE');
    await stage.control.change(name, { online: true });
    await stage.control.settle();
    assert.equal((await stage.control.device(name)).state, 'GONE');
    assert.equal(reports(name).at(-1)?.['appliedState'], 'DELETED');
  });

  test('a restart is seen in the power events', async () => {
    const { name } = await enroll('fully_managed');
    await run(name, { type: 'REBOOT' });
    const events = (await read(name))['powerManagementEvents'] as Message[];
    assert.deepEqual(
      events.slice(-2).map(({ eventType }) => eventType),
      ['SHUTDOWN', 'BOOT_COMPLETED'],
    );
  });
});

describe('passwords', () => {
  for (const [password, strength] of [
    ['', 'none'],
    ['1234', 'low'],
    ['1111', 'low'],
    ['1357', 'medium'],
    ['13572468', 'high'],
    ['13571234', 'low'],
    ['abc', 'low'],
    ['abcd', 'medium'],
    ['abcdef', 'high'],
  ] as const)
    test(`"${password}" is worth ${strength}`, () => assert.equal(strengthOf(password), strength));

  const reset = async (name: string, newPassword: string) =>
    (await outcome(name, { type: 'RESET_PASSWORD', newPassword }))['errorCode'];

  test('five digits are refused from Android 14 on', async () => {
    const old = await enroll('fully_managed', { androidVersion: '13' });
    assert.equal(await reset(old.name, '13579'), undefined);
    const recent = await enroll('fully_managed', { androidVersion: '14' });
    assert.deepEqual(
      [await reset(recent.name, '13579'), await reset(recent.name, '135797')],
      ['INVALID_VALUE', undefined],
    );
  });

  test('one weaker than the policy, or none where one is required, is refused', async () => {
    const policy = {
      ...REPORTING,
      passwordPolicies: [{ passwordScope: 'SCOPE_DEVICE', passwordQuality: 'COMPLEXITY_HIGH' }],
    };
    const { name } = await enroll('fully_managed', { habits: { lock: 'high' } }, policy);
    assert.deepEqual(
      [await reset(name, ''), await reset(name, '135797'), await reset(name, 'kagi-2026')],
      ['INVALID_VALUE', 'INVALID_VALUE', undefined],
    );
  });

  test('none where none is required takes the lock away', async () => {
    const { name } = await enroll('fully_managed');
    await reset(name, '');
    assert.equal((await stage.control.device(name)).lock, 'none');
    assert.equal(((await read(name))['deviceSettings'] as Message)['isDeviceSecure'], undefined);
  });

  test('without an activated token on the device it does not work', async () => {
    const { name } = await enroll('fully_managed');
    await stage.control.change(name, { resetToken: false });
    assert.equal(await reset(name, 'kagi-2026'), 'UNKNOWN');
  });

  test('LOCK_NOW locks as well', async () => {
    const { name } = await enroll('fully_managed');
    await run(name, { type: 'RESET_PASSWORD', newPassword: 'kagi-2026', resetPasswordFlags: ['LOCK_NOW'] });
    assert.equal((await stage.control.device(name)).locked, true);
  });
});

describe('clearing data', () => {
  test('is answered for each package', async () => {
    const { name } = await enroll(
      'fully_managed',
      {},
      { ...REPORTING, applications: [{ packageName: 'jp.example.kintai', installType: 'FORCE_INSTALLED' }] },
    );
    const packageNames = ['jp.example.kintai', 'jp.example.nothing', 'com.google.android.gms'];
    const metadata = await outcome(name, { type: 'CLEAR_APP_DATA', clearAppsDataParams: { packageNames } });
    assert.deepEqual((metadata['clearAppsDataStatus'] as Message)['results'], {
      'jp.example.kintai': { clearingResult: 'SUCCESS' },
      'jp.example.nothing': { clearingResult: 'APP_NOT_FOUND' },
      'com.google.android.gms': { clearingResult: 'APP_PROTECTED' },
    });
  });
});

describe('lost mode', () => {
  const START = { type: 'START_LOST_MODE', startLostModeParams: { lostMessage: { defaultMessage: 'ご連絡ください' } } };
  const start = async (name: string) =>
    ((await outcome(name, START))['startLostModeStatus'] as Message | undefined)?.['status'];
  const events = (name: string) =>
    stage.inbox
      .of('USAGE_LOGS')
      .filter(({ device }) => device === name)
      .flatMap(({ usageLogEvents }) => usageLogEvents as Message[]);

  test('tells where the device is, at once and every quarter of an hour, until it ends', async () => {
    const { name } = await enroll('fully_managed');
    await stage.control.change(name, { position: { latitude: 34.7025, longitude: 135.4959 }, battery: 55 });
    assert.equal(await start(name), 'SUCCESS');
    assert.equal((await read(name))['appliedState'], 'LOST');
    assert.deepEqual(events(name)[0]?.['lostModeLocationEvent'], {
      location: { latitude: 34.7025, longitude: 135.4959 },
      batteryLevel: 55,
    });
    await stage.control.advance('PT31M');
    assert.equal(events(name).length, 3);
    assert.equal(new Set(events(name).map(({ eventId }) => eventId)).size, 3);
    assert.equal(await start(name), 'ALREADY_IN_LOST_MODE');
    const stopped = await outcome(name, { type: 'STOP_LOST_MODE' });
    assert.deepEqual(stopped['stopLostModeStatus'], { status: 'SUCCESS' });
    await stage.control.advance('PT1H');
    assert.equal(events(name).length, 3);
    assert.equal((await read(name))['appliedState'], 'ACTIVE');
    assert.deepEqual((await outcome(name, { type: 'STOP_LOST_MODE' }))['stopLostModeStatus'], {
      status: 'NOT_IN_LOST_MODE',
    });
  });

  test('does not begin soon after a new password, nor after its user has left it', async () => {
    const reset = await enroll('fully_managed');
    await run(reset.name, { type: 'RESET_PASSWORD', newPassword: 'kagi-2026' });
    assert.equal(await start(reset.name), 'RESET_PASSWORD_RECENTLY');
    await stage.control.advance('PT13H');
    assert.equal(await start(reset.name), 'SUCCESS');
    await stage.control.leaveLostMode(reset.name);
    await stage.control.settle();
    assert.deepEqual(events(reset.name).at(-1)?.['stopLostModeUserAttemptEvent'], { status: 'ATTEMPT_SUCCEEDED' });
    assert.equal(await start(reset.name), 'USER_EXIT_LOST_MODE_RECENTLY');
  });

  test('is not for a person’s own device, and needs Android 11 with a company-owned work profile', async () => {
    const codeOf = async (mode: AndroidMode, choice: EnrollChoice) =>
      (await outcome((await enroll(mode, choice)).name, START))['errorCode'];
    assert.equal(await codeOf('work_profile_personal', { androidVersion: '14' }), 'MANAGEMENT_MODE');
    assert.equal(await codeOf('work_profile_company', { androidVersion: '10' }), 'API_LEVEL');
    assert.equal(await codeOf('work_profile_company', { androidVersion: '11' }), undefined);
  });
});

describe('eSIM', () => {
  const add = {
    type: 'ADD_ESIM',
    addEsimParams: { activationCode: 'LPA:1$smdp.example$X', activationState: 'NOT_ACTIVATED' },
  };
  test('needs Android 15 and a chip for it', async () => {
    const codeOf = async (choice: EnrollChoice) => {
      const metadata = await outcome((await enroll('fully_managed', choice)).name, add);
      return metadata['errorCode'] ?? (metadata['esimStatus'] as Message)['status'];
    };
    assert.equal(await codeOf({ model: 'Pixel 9', androidVersion: '14' }), 'API_LEVEL');
    assert.equal(await codeOf({ model: 'Pixel Tablet', androidVersion: '15' }), 'UNSUPPORTED');
    assert.equal(await codeOf({ model: 'Pixel 9', androidVersion: '16' }), 'SUCCESS');
  });
});

test('no request of all these was malformed', async () => {
  assert.deepEqual(await stage.control.violations(), []);
});
