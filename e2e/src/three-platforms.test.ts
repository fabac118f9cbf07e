import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type Action,
  type ActionType,
  type Device,
  type EnrollmentInvitation,
  type ManagementMode,
  type RecoveryKey,
  WINDOWS_WIPE_METHODS,
} from '@tsukasa/api';
import { openAndroidLink, sharedKeys, WindowsDevice, type WindowsDeviceChoice } from '@tsukasa/fakes';
import { bindEnterprise, Google, giveProject } from './google.ts';
import { useStage } from './harness.ts';
import { join } from './people.ts';
import { type Output, tsukasa } from './program.ts';
import { temporaryFolder } from './server.ts';
import { until } from './wait.ts';

const REFUSED = 5;
/** A PC that cannot be woken polls every hour once it is set up: here every three seconds. */
const PACE = 1200;

const google = await Google.start();
const keys = sharedKeys(4);
let contractorId: string;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

const stage = useStage(
  async (opened) => {
    ({ contractorId } = await opened.contractor('三種運輸株式会社'));
    await giveProject(opened, google);
    await bindEnterprise(opened, google, contractorId);
    // One person asks for everything here: the second person and the breaker have tests of their own.
    const params = { contractorId };
    const body = { secondPerson: false, destructivePerHour: null, reason: '検証環境' };
    const { pending } = await opened.provider.call('changeSafety', { params, body });
    const { client } = await join(opened.provider, contractorId, 'contractor_administrator', 'Second Person');
    if (pending === null) throw new Error('loosening did not wait for a second person');
    const change = { contractorId, changeId: pending.changeId };
    await client.call('decideSafetyChange', { params: change, body: { decision: 'approve' } });
  },
  { env: google.env },
);

before(async () => {
  folder = await temporaryFolder('three-platforms');
});
after(async () => {
  await google.close();
  await folder.remove();
});

function run(...args: readonly string[]): Promise<Output> {
  const env = { TSUKASA_URL: stage().url, TSUKASA_TOKEN: stage().token, TSUKASA_CONTRACTOR: contractorId };
  return tsukasa([...args, '--json'], { ...env, TSUKASA_CLI_CONFIG: joinPath(folder.path, 'cli.json'), LANG: 'C' });
}

async function json<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...args);
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Asks, waits for the end, and holds the steps against it. */
async function ask(deviceId: string, type: ActionType, ...flags: readonly string[]): Promise<Action> {
  const args = ['actions', 'ask', deviceId, type, '--reason', '検証', '--wait', '--timeout', '120', ...flags];
  const { stdout, stderr } = await run(...args);
  assert.notEqual(stdout, '', `${type} ${flags.join(' ')}: ${stderr}`);
  const action = JSON.parse(stdout) as Action;
  const times = action.steps.flatMap(({ at }) => (at === null ? [] : [Temporal.Instant.from(at)]));
  for (const [n, at] of times.entries()) {
    const before = times[n - 1];
    assert.ok(before === undefined || Temporal.Instant.compare(before, at) <= 0, `${type}: steps go back in time`);
  }
  assert.ok(action.steps[0]?.step === 'asked' && action.steps[0].at !== null, type);
  if (action.state === 'done') assert.equal(action.waitingFor, null, type);
  return action;
}

/** The same for what must succeed. */
async function done(deviceId: string, type: ActionType, ...flags: readonly string[]): Promise<Action> {
  const action = await ask(deviceId, type, ...flags);
  assert.equal(action.state, 'done', `${type} ${flags.join(' ')}: ${JSON.stringify(action.failure)}`);
  return action;
}

/** What is refused before anybody is told, with its reason. */
async function refused(deviceId: string, type: ActionType, ...flags: readonly string[]): Promise<string | undefined> {
  const { code, stderr } = await run('actions', 'ask', deviceId, type, '--reason', '検証', ...flags);
  assert.equal(code, REFUSED, stderr);
  return (JSON.parse(stderr) as { problem: { reason?: string } }).problem.reason;
}

const show = (deviceId: string) => json<Device>('devices', 'show', deviceId);

async function managed(label: string): Promise<string> {
  return until(`${label} is managed`, 60_000, async () => {
    const { items } = await stage().provider.call('listDevices', { params: { contractorId }, query: { q: label } });
    return items.find((item) => item.label === label && item.managementState === 'managed')?.deviceId;
  });
}

describe('Windows, from the command line', () => {
  type Pc = { readonly pc: WindowsDevice; readonly deviceId: string };

  async function enrollPc(label: string, choice: Partial<WindowsDeviceChoice> = {}): Promise<Pc> {
    const { url } = await json<EnrollmentInvitation>(
      ...['invitations', 'create', '--platform', 'windows', '--label', label],
    );
    assert.ok(url);
    const pc = new WindowsDevice({
      ...{ seed: label, keys, pace: PACE, edition: 'enterprise', build: 26200, recoveryEnvironment: true },
      ...choice,
    });
    await pc.enrollFromLink(url);
    const ending = new AbortController();
    const life = pc.live(ending.signal);
    life.catch(() => undefined); // heard when the stage closes
    stage().onLeave(async () => {
      ending.abort();
      await life;
      pc.close();
    });
    const deviceId = await managed(label);
    await until(`${label} is known`, 60_000, async () => (await show(deviceId)).osVersion !== null);
    return { pc, deviceId };
  }

  test('refresh, restart, locate, rename, a raw Get, and the lock that no PC has', async () => {
    const fix = { latitude: 35.681236, longitude: 139.767125, accuracy: 30 };
    const { pc, deviceId } = await enrollPc('PC-1', { fix });
    await done(deviceId, 'refresh');
    assert.equal(await refused(deviceId, 'lock'), 'windows.no_remote_lock');
    await done(deviceId, 'locate');
    const { location } = await show(deviceId);
    assert.deepEqual([location?.latitude, location?.longitude], [fix.latitude, fix.longitude]);
    const { restarts } = pc.state;
    await done(deviceId, 'rename', '--param', 'name=PC-NEW');
    await done(deviceId, 'restart');
    await until('it has started anew', 20_000, () => pc.state.restarts > restarts && pc.state.name === 'PC-NEW');
    const syncml = joinPath(folder.path, 'get.xml');
    await writeFile(
      syncml,
      '<Get><CmdID>1</CmdID><Item><Target><LocURI>./DevDetail/SwV</LocURI></Target></Item></Get>',
    );
    const raw = await done(deviceId, 'raw', '--syncml', syncml);
    assert.match(JSON.stringify(raw.result), new RegExp(pc.blueprint.osVersion.replaceAll('.', '\\.')));
  });

  test('a PC without a fix says so; removed, it is unmanaged and knows it', async () => {
    const { pc, deviceId } = await enrollPc('PC-2');
    const located = await ask(deviceId, 'locate');
    assert.equal(located.state, 'failed');
    assert.ok(located.failure?.code);
    assert.equal((await show(deviceId)).location, null);
    await ask(deviceId, 'remove_management');
    await until('it has left', 30_000, () => pc.state.phase === 'unenrolled');
    await until('it is unmanaged', 30_000, async () => (await show(deviceId)).managementState === 'unmanaged');
  });

  test('a recovery key is in custody, is rotated, and can be read', async () => {
    const { pc, deviceId } = await enrollPc('PC-3', { tpm: true, encrypted: true, recoveryScriptMinutes: 60 });
    const list = async () => (await json<{ items: RecoveryKey[] }>('recovery-keys', 'list', deviceId)).items;
    await until('a key is in custody', 30_000, async () => (await list()).length > 0);
    await done(deviceId, 'rotate_recovery_key');
    const items = await list();
    assert.ok(items.some(({ state }) => state === 'superseded'));
    const current = items.find(({ state }) => state === 'current');
    assert.ok(current);
    const args = ['recovery-keys', 'read', deviceId, current.recoveryKeyId, '--reason', '検証'] as const;
    const { recoveryPassword } = await json<{ recoveryPassword: string }>(...args);
    assert.match(JSON.stringify(pc.state.volumes), new RegExp(recoveryPassword));
  });

  for (const method of WINDOWS_WIPE_METHODS) {
    test(`a wipe by ${method}`, async () => {
      const { pc, deviceId } = await enrollPc(`PC-${method}`);
      const { result } = await done(deviceId, 'erase', '--param', `wipeMethod=${method}`);
      assert.equal(result?.['note'], 'windows.wipe_begins', 'more than that no PC says');
      await until('it is wiped', 30_000, () => pc.state.phase === 'wiped');
    });
  }
});

describe('Android, from the command line', () => {
  const { control } = google;
  type Phone = { readonly name: string; readonly deviceId: string };

  async function enrollPhone(label: string, usage: 'company' | 'personally', mode: ManagementMode): Promise<Phone> {
    const words = ['--platform', 'android', '--usage-mode', `${usage}-owned`, '--mode', mode, '--label', label];
    const made = await json<EnrollmentInvitation>('invitations', 'create', ...words);
    assert.ok(made.url);
    const qr = async () =>
      (await json<{ value: string }>('invitations', 'methods', made.invitationId, '--kind', 'qr_code')).value;
    const shown = usage === 'company' ? { qrCode: await qr() } : await openAndroidLink(made.url);
    const { name } = await control.enroll({ seed: label, androidVersion: '15', ...shown });
    return { name, deviceId: await managed(label) };
  }

  const gone = (name: string) =>
    until(`${name} has left`, 30_000, async () => (await control.device(name)).state === 'GONE');
  const unmanaged = (deviceId: string) =>
    until('it is unmanaged', 30_000, async () => (await show(deviceId)).managementState === 'unmanaged');

  test('a fully managed device: refresh, restart, lock, lost mode with its place, a new passcode, cleared data', async () => {
    const { name, deviceId } = await enrollPhone('A-1', 'company', 'fully-managed');
    await done(deviceId, 'refresh');
    await done(deviceId, 'restart');
    await done(deviceId, 'lock');
    assert.equal((await control.device(name)).locked, true);
    assert.equal(await refused(deviceId, 'lost_mode_off'), 'action.not_in_lost_mode');
    await done(deviceId, 'lost_mode_on', '--param', 'message=Please call', '--param', 'phoneNumber=050-0000-1234');
    assert.equal((await control.device(name)).lost, true);
    await until('its place is known', 30_000, async () => (await show(deviceId)).location !== null);
    await until('lost mode is reported', 30_000, async () => (await show(deviceId)).lostMode === true);
    await done(deviceId, 'lost_mode_off');
    assert.equal((await control.device(name)).lost, false);
    const renewed = await done(deviceId, 'reset_passcode');
    const secret = await json<{ value: string }>('actions', 'secret', renewed.actionId, 'new_passcode');
    assert.match(secret.value, /^[\x20-\x7e]{4,64}$/);
    await done(deviceId, 'clear_app_data', '--param', 'packageNames=com.android.chrome');
    const cleared = await ask(deviceId, 'clear_app_data', '--param', 'packageNames=com.android.vending');
    assert.deepEqual([cleared.state, cleared.failure?.code], ['failed', 'android.nothing_cleared']);
  });

  test('what the device refuses is a failure in its words; what it never fetches expires', async () => {
    const { name, deviceId } = await enrollPhone('A-2', 'company', 'fully-managed');
    await control.change(name, { resetToken: false });
    const failed = await ask(deviceId, 'reset_passcode');
    assert.equal(failed.state, 'failed');
    assert.match(failed.failure?.code ?? '', /^android\./);
    await control.change(name, { online: false });
    const { actionId } = await json<Action>('actions', 'ask', deviceId, 'lock', '--expires-in', 'PT1M');
    const late = await until('the lock is over', 150_000, async () => {
      const action = await json<Action>('actions', 'show', actionId);
      return action.finishedAt === null ? undefined : action;
    });
    assert.ok(late.state === 'expired' || late.failure?.code === 'android.not_fetched_in_time', late.state);
    assert.equal((await control.device(name)).locked, false);
  });

  test('a company’s device with a work profile: given to its person, the personal side stays', async () => {
    const { name, deviceId } = await enrollPhone('A-3', 'company', 'work-profile');
    assert.equal(await refused(deviceId, 'restart'), 'android.fully_managed_only');
    await ask(deviceId, 'relinquish_ownership');
    await gone(name);
    await unmanaged(deviceId);
  });

  const ends: readonly (readonly ['company' | 'personally', ManagementMode, ActionType])[] = [
    ['company', 'fully-managed', 'erase'],
    ['company', 'dedicated', 'erase'],
    ['company', 'work-profile', 'erase'],
    ['personally', 'work-profile', 'erase'],
    ['company', 'fully-managed', 'remove_management'],
    ['company', 'dedicated', 'remove_management'],
    ['company', 'work-profile', 'remove_management'],
    ['personally', 'work-profile', 'remove_management'],
  ];
  for (const [n, [usage, mode, type]] of ends.entries()) {
    test(`${type} of a ${usage}-owned device, ${mode}`, async () => {
      const { name, deviceId } = await enrollPhone(`A-E${n}`, usage, mode);
      if (usage === 'personally') assert.equal(await refused(deviceId, 'lost_mode_on'), 'android.company_owned_only');
      await done(deviceId, type);
      await gone(name);
      await unmanaged(deviceId);
    });
  }

  test('no request was one that Google would refuse for what it is', async () => {
    const requests = await control.requests();
    assert.ok(requests.length > 30);
    assert.deepEqual(await control.violations(), []);
  });
});
