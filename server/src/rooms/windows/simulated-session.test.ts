import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownKeys, SessionRefused, WindowsDevice, type WindowsDeviceChoice } from '@tsukasa/fakes';
import type { Command, Item } from '@tsukasa/windows-mdm';
import type { ContractorId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import type { EnrollmentId, FinishedCommand, NewCommand } from './model.ts';
import { CERT_HEADER } from './testing-enrollment.ts';
import { sessionBench } from './testing-session.ts';

const database = await testDatabase();
const bench = await sessionBench(database);
const discoveryUrl = `${bench.url}/EnrollmentServer/Discovery.svc`;
const identityHeader = { name: CERT_HEADER, format: 'rfc9440' } as const;
const CAMERA = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera';

type Staged = { readonly pc: WindowsDevice; readonly contractorId: ContractorId; readonly enrollmentId: EnrollmentId };

let made = 0;

async function stage(choice: Partial<WindowsDeviceChoice> = {}): Promise<Staged> {
  const contractorId = await bench.newContractor();
  const { code } = await bench.invite(contractorId);
  made += 1;
  const pc = new WindowsDevice({
    seed: `session ${made}`,
    edition: 'pro',
    build: 22631,
    revision: 6060,
    tpm: true,
    recoveryEnvironment: true,
    keys: ownKeys,
    identityHeader,
    now: () => bench.clock.now().epochMilliseconds,
    ...choice,
  });
  await pc.enroll({ discoveryUrl, userName: 'sato', password: code, offers: ['OnPremise'] });
  const [row] = await database.query<{ id: EnrollmentId }>(
    'select enrollment_id as id from windows_enrollments where dev_id = $1',
    [pc.deviceId],
  );
  assert.ok(row);
  return { pc, contractorId, enrollmentId: row.id };
}

async function queue({ contractorId, enrollmentId }: Staged, ...commands: readonly (Command | Partial<NewCommand>)[]) {
  const now = bench.clock.now();
  const whole = commands.map((one): NewCommand => {
    const given = 'verb' in one ? { command: one } : one;
    const command = given.command ?? { verb: 'Get', items: [] };
    return { purpose: 'observation', expiresAt: now.add({ hours: 24 }), ...given, command };
  });
  await database.db.asContractor(contractorId, (tx) =>
    bench.windows.enqueue(tx, { contractorId, enrollmentId }, whole, now),
  );
}

function command(
  verb: 'Get' | 'Add' | 'Replace' | 'Delete' | 'Exec',
  target: string,
  value: Omit<Item, 'target'> = {},
): Command {
  return { verb, items: [{ target, ...value }] };
}

async function finished({ enrollmentId }: Staged): Promise<readonly FinishedCommand[]> {
  await bench.windows.settle();
  return bench.finished.filter((one) => one.enrollmentId === enrollmentId);
}

/** How each command ended: `200`, `404`, or the way it ended without an answer. */
async function ends(staged: Staged): Promise<readonly string[]> {
  return (await finished(staged)).map(({ end, outcome }) => (end === 'answered' ? String(outcome?.status) : end));
}

test('a strict PC holds a session: read, write, delete, list, run', async () => {
  const staged = await stage();
  await queue(
    staged,
    command('Get', './DevDetail/SwV'),
    command('Replace', CAMERA, { format: 'int', data: '0' }),
    command('Get', CAMERA),
    command('Delete', CAMERA),
    command('Get', './Vendor/MSFT/DeviceStatus/NetworkIdentifiers'),
    command('Exec', './Device/Vendor/MSFT/Defender/Scan', { format: 'chr', data: '1' }),
  );
  await staged.pc.connectOnce();
  assert.deepEqual(await ends(staged), ['200', '200', '200', '200', '200', '200']);
  const [version] = await finished(staged);
  assert.equal(version?.outcome?.results[0]?.data, '10.0.22631.6060');
});

test('a PC without a certificate proves itself by the digest, and is known again next time', async () => {
  const staged = await stage({ showsCertificate: false, signs: 'never' });
  await queue(staged, command('Get', './DevInfo/Man'));
  const first = await staged.pc.connectOnce();
  assert.equal(first.challenges, 1);
  assert.deepEqual(await ends(staged), ['200']);
  await queue(staged, command('Get', './DevInfo/Mod'));
  await staged.pc.connectOnce();
  assert.deepEqual(await ends(staged), ['200', '200']);
});

test('a PC that signs its messages needs nothing else', async () => {
  const staged = await stage({ showsCertificate: false, signs: 'always' });
  await queue(staged, command('Get', './DevInfo/Man'));
  const session = await staged.pc.connectOnce();
  assert.equal(session.challenges, 0);
  assert.deepEqual(await ends(staged), ['200']);
});

test('a wrong secret gets no commands, however often it is tried', async () => {
  const staged = await stage({ showsCertificate: false, signs: 'never', wrongSecret: true });
  await queue(staged, command('Get', './DevInfo/Man'));
  await assert.rejects(staged.pc.connectOnce(), SessionRefused);
  assert.deepEqual(await ends(staged), []);
});

test('refusals of nodes arrive as they were given', async () => {
  const staged = await stage({ edition: 'home' });
  await queue(
    staged,
    command('Get', './Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption'),
    command('Get', './DevDetail/Nothing'),
    command('Replace', './DevInfo/Man', { format: 'chr', data: 'x' }),
  );
  await staged.pc.connectOnce();
  assert.deepEqual(await ends(staged), ['405', '404', '405']);
});

test('an Atomic that fails tells of each command', async () => {
  const staged = await stage();
  const length = './Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength';
  await queue(staged, {
    verb: 'Atomic',
    commands: [
      { verb: 'Replace', items: [{ target: CAMERA, format: 'int', data: '0' }] },
      { verb: 'Replace', items: [{ target: length, format: 'int', data: '99' }] },
      { verb: 'Replace', items: [{ target: CAMERA, format: 'int', data: '1' }] },
    ],
  });
  await staged.pc.connectOnce();
  const [atomic] = await finished(staged);
  assert.equal(atomic?.outcome?.status, 507);
  assert.deepEqual(
    atomic?.outcome?.commands?.map(({ status }) => status),
    [216, 500, 215],
  );
});

test('values larger than a message arrive whole', async () => {
  const staged = await stage({ maxMessageBytes: 6000 });
  const target = './DevDetail/Ext/DeviceHardwareData';
  await queue(staged, command('Get', target), command('Get', './DevInfo/Man'));
  await staged.pc.connectOnce();
  const [hardware] = await finished(staged);
  assert.equal(hardware?.outcome?.results[0]?.data, staged.pc.read(target)[0]?.data);
  assert.deepEqual(await ends(staged), ['200', '200']);
});

test('a list of apps arrives with all of its items', async () => {
  const staged = await stage({ maxMessageBytes: 8000 });
  const target = './Device/Vendor/MSFT/EnterpriseModernAppManagement/AppManagement/AppStore?list=StructData';
  await queue(staged, command('Get', target));
  await staged.pc.connectOnce();
  const [list] = await finished(staged);
  assert.equal(list?.outcome?.results.length, staged.pc.read(target).length);
});

test('commands for the user wait until the user is there, and are then delivered once', async () => {
  const staged = await stage({ login: 'none' });
  const target = './User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight';
  await queue(staged, command('Replace', target, { format: 'int', data: '0' }));
  await staged.pc.connectOnce();
  assert.deepEqual(await ends(staged), []);
  staged.pc.logIn('user');
  await staged.pc.connectOnce();
  await staged.pc.connectOnce();
  assert.deepEqual(await ends(staged), ['200']);
});

test('a lost answer, a repeated message and a session that was given up change nothing twice', async () => {
  const staged = await stage();
  const set = command('Replace', CAMERA, { format: 'int', data: '0' });
  await queue(staged, set);
  await staged.pc.connectOnce({ mishaps: [{ message: 2, kind: 'lost' }] });
  assert.deepEqual(await ends(staged), ['200']);
  await queue(staged, set);
  await staged.pc.connectOnce({
    mishaps: [
      { message: 1, kind: 'repeated' },
      { message: 2, kind: 'repeated' },
    ],
  });
  assert.deepEqual(await ends(staged), ['200', '200']);
  await queue(staged, set);
  await assert.rejects(staged.pc.connectOnce({ mishaps: [{ message: 2, kind: 'cut_off' }] }));
  await staged.pc.connectOnce();
  assert.deepEqual(await ends(staged), ['200', '200', '200']);
});

test('what must not happen twice is not sent again when its answer was lost', async () => {
  const staged = await stage();
  const restart = command('Exec', './Device/Vendor/MSFT/Reboot/RebootNow', { format: 'null' });
  await queue(staged, { command: restart, delivery: 'once' });
  await assert.rejects(staged.pc.connectOnce({ mishaps: [{ message: 2, kind: 'cut_off' }] }));
  const next = await staged.pc.connectOnce();
  assert.deepEqual(next.answered, []);
  assert.deepEqual(await ends(staged), []);
});

test('Add of what is there becomes a Replace, and Delete of what is not is done', async () => {
  const staged = await stage();
  const set = (data: string) => command('Add', CAMERA, { format: 'int', data });
  await queue(staged, set('0'));
  await staged.pc.connectOnce();
  await queue(staged, set('1'));
  await staged.pc.connectOnce();
  await staged.pc.connectOnce();
  assert.deepEqual(
    staged.pc.read(CAMERA).map(({ data }) => data),
    ['1'],
  );
  assert.deepEqual(await ends(staged), ['200', '200']);
});

test('a wipe is answered, and nothing is heard of the PC any more', async () => {
  const staged = await stage();
  const wipe = command('Exec', './Device/Vendor/MSFT/RemoteWipe/doWipe', { format: 'chr', data: '' });
  await queue(staged, { command: wipe, delivery: 'once' });
  await staged.pc.connectOnce();
  assert.equal(staged.pc.state.phase, 'wiped');
  assert.deepEqual(await ends(staged), ['200']);
});

test('a person who leaves is gone: the enrollment ends', async () => {
  const staged = await stage();
  await staged.pc.connectOnce();
  await staged.pc.disconnect();
  await bench.windows.settle();
  assert.equal(bench.unenrolled.includes(staged.enrollmentId), true);
  const [row] = await database.query<{ state: string }>(
    'select state from windows_enrollments where enrollment_id = $1',
    [staged.enrollmentId],
  );
  assert.equal(row?.state, 'gone');
});

test('the end of the management by the server has no status, and the alert tells of it', async () => {
  const staged = await stage();
  const unenroll = command('Exec', './Device/Vendor/MSFT/DMClient/Provider/Tsukasa/Unenroll', {
    format: 'chr',
    data: 'Tsukasa',
  });
  await queue(staged, { command: unenroll, delivery: 'once' });
  await staged.pc.connectOnce();
  assert.equal(staged.pc.state.phase, 'unenrolled');
  await bench.windows.settle();
  assert.equal(bench.unenrolled.includes(staged.enrollmentId), true);
});

test('after a renewal sessions go on with the new certificate', async () => {
  const staged = await stage();
  await staged.pc.connectOnce();
  bench.clock.advance('P320D');
  assert.equal(await staged.pc.renewIfDue(), true);
  await queue(staged, command('Get', './DevInfo/Man'));
  const session = await staged.pc.connectOnce();
  assert.equal(session.challenges, 0);
  assert.deepEqual(await ends(staged), ['200']);
});

test('sessions with hexadecimal numbers and rich errors are understood', async () => {
  const staged = await stage();
  const provider = './Device/Vendor/MSFT/DMClient/Provider/Tsukasa';
  await queue(staged, command('Replace', `${provider}/SyncApplicationVersion`, { format: 'chr', data: '3.0' }));
  await staged.pc.connectOnce();
  await queue(
    staged,
    command('Replace', './DevDetail/Ext/Microsoft/DNSComputerName', { format: 'chr', data: 'much-too-long-name' }),
  );
  await staged.pc.connectOnce();
  const all = await finished(staged);
  assert.equal(all.at(-1)?.outcome?.status, 500);
  assert.equal(all.at(-1)?.outcome?.originalError, '0x8007007b');
});
