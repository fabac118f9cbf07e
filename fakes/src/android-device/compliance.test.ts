import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EnrollChoice } from '../android-management/index.ts';
import { REPORTING } from '../android-management/testing.ts';
import type { Message } from '../android-management/validate.ts';
import type { AndroidMode } from './port.ts';
import { makeGround } from './testing.ts';

const stage = await makeGround();
const { enroll, setPolicy, read, details } = stage;

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
