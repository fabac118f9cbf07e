import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownKeys, RecoveryKeysRefused, WindowsDevice, type WindowsDeviceChoice } from '@tsukasa/fakes';
import { testDatabase } from '../../base/testing.ts';
import type { DeviceId } from '../devices/index.ts';
import { meaningBench } from './testing-meaning.ts';

const database = await testDatabase();
const bench = await meaningBench(database);
const contractorId = await bench.newContractor();
const context = bench.context(contractorId);
let made = 0;

async function enrolled(choice: Partial<WindowsDeviceChoice> = {}, usageMode?: 'personally-owned') {
  made += 1;
  const { url } = await bench.invite(contractorId, usageMode === undefined ? {} : { usageMode });
  const pc = new WindowsDevice({
    seed: `recovery ${made}`,
    edition: 'pro',
    build: 22631,
    tpm: true,
    encrypted: true,
    keys: ownKeys,
    signs: 'always',
    now: () => bench.clock.now().epochMilliseconds,
    ...choice,
  });
  await pc.enrollFromLink(url);
  await pc.connectOnce();
  await bench.windows.settle();
  const text = "select device_id from windows_enrollments where dev_id = $1 and state <> 'gone'";
  const [row] = await database.query<{ device_id: DeviceId }>(text, [pc.deviceId]);
  assert.ok(row);
  return { pc, deviceId: row.device_id };
}

async function keysOf(deviceId: DeviceId) {
  const input = { params: { contractorId, deviceId }, query: undefined, body: undefined };
  return (await bench.windows.handlers.listRecoveryKeys(input, context)).items;
}

/** Passwords in custody by state, as an administrator reads them. */
async function passwords(deviceId: DeviceId, state: string): Promise<readonly string[]> {
  const keys = (await keysOf(deviceId)).filter((key) => key.state === state);
  const read = keys.map(({ recoveryKeyId }) => {
    const params = { contractorId, deviceId, recoveryKeyId };
    return bench.windows.handlers.readRecoveryKey({ params, query: undefined, body: { reason: 'test' } }, context);
  });
  return (await Promise.all(read)).map(({ recoveryPassword }) => recoveryPassword).sort();
}

const onDisk = ({ state }: WindowsDevice) =>
  state.volumes
    .flatMap(({ recoveryPassword, successor }) => [recoveryPassword ?? [], successor?.recoveryPassword ?? []].flat())
    .sort();

async function actionState(actionId: string): Promise<string> {
  const input = { params: { contractorId, actionId }, query: undefined, body: undefined };
  return (await bench.actions.handlers.getAction(input, context)).state;
}

test('what opens the disks of a PC is in custody, and only that', async () => {
  const { pc, deviceId } = await enrolled();
  assert.equal(await pc.handOverRecoveryKeys(), onDisk(pc).length);
  assert.deepEqual(await passwords(deviceId, 'current'), onDisk(pc));
  assert.equal(await pc.handOverRecoveryKeys(), onDisk(pc).length);
  assert.equal((await keysOf(deviceId)).length, onDisk(pc).length);
});

test('told to rotate, a PC replaces every password, and the old ones stay readable', async () => {
  const { pc, deviceId } = await enrolled();
  await pc.handOverRecoveryKeys();
  const before = onDisk(pc);
  const actionId = await bench.askDevice(contractorId, deviceId, { type: 'rotate_recovery_key' });
  bench.clock.advance('PT1M');
  await pc.handOverRecoveryKeys();
  const now = onDisk(pc);
  assert.equal(now.length, before.length);
  assert.deepEqual(
    now.filter((password) => before.includes(password)),
    [],
  );
  assert.deepEqual(await passwords(deviceId, 'current'), now);
  assert.deepEqual(await passwords(deviceId, 'superseded'), before);
  assert.equal(await actionState(actionId), 'done');
});

test('a rotation that the network interrupts ends in the next run, with one new password for each disk', async () => {
  const { pc, deviceId } = await enrolled();
  await pc.handOverRecoveryKeys();
  const before = onDisk(pc);
  const actionId = await bench.askDevice(contractorId, deviceId, { type: 'rotate_recovery_key' });
  bench.clock.advance('PT1M');
  await assert.rejects(pc.handOverRecoveryKeys({ losesAnswer: 2 }));
  assert.equal(onDisk(pc).length, before.length * 2);
  assert.equal(await actionState(actionId), 'sent');
  assert.deepEqual(await passwords(deviceId, 'current'), onDisk(pc));
  bench.clock.advance('PT1M');
  const both = onDisk(pc);
  await pc.handOverRecoveryKeys();
  assert.deepEqual(
    onDisk(pc),
    both.filter((password) => !before.includes(password)),
  );
  assert.equal(await actionState(actionId), 'done');
});

test('left to itself a PC hands its keys over after its first session, and again at its time', async () => {
  const handed: number[] = [];
  const { pc, deviceId } = await enrolled({
    pace: 1_000_000_000,
    onEvent: (event) => void (event.type === 'keys_handed_over' && handed.push(event.count)),
  });
  const living = new AbortController();
  const life = pc.live(living.signal);
  try {
    await times(handed, 1);
    assert.deepEqual(await passwords(deviceId, 'current'), onDisk(pc));
    const before = onDisk(pc);
    await bench.askDevice(contractorId, deviceId, { type: 'rotate_recovery_key' });
    bench.clock.advance('PT1M');
    await times(handed, 2);
    assert.deepEqual(
      onDisk(pc).filter((password) => before.includes(password)),
      [],
    );
  } finally {
    living.abort();
    await life;
    pc.close();
  }
});

test('a person’s own PC leaves no key with the company: nothing asks it to, and what came would be refused', async () => {
  const { pc, deviceId } = await enrolled({}, 'personally-owned');
  await assert.rejects(
    pc.handOverRecoveryKeys(),
    (error) => error instanceof RecoveryKeysRefused && error.status === 403 && error.problem === 'personally_owned',
  );
  assert.deepEqual(await keysOf(deviceId), []);
});

async function times(list: readonly unknown[], count: number): Promise<void> {
  const patience = AbortSignal.timeout(30_000);
  while (list.length < count) {
    patience.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
