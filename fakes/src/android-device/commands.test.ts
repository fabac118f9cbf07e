import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EnrollChoice } from '../android-management/index.ts';
import { REPORTING } from '../android-management/testing.ts';
import type { Message } from '../android-management/validate.ts';
import { strengthOf } from './commands.ts';
import type { AndroidMode } from './port.ts';
import { makeGround } from './testing.ts';

const stage = await makeGround();
const { enroll, read, reports, run, outcome } = stage;

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
