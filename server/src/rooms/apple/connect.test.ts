import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { testDatabase } from '../../base/testing.ts';
import { appleBench, fetched, type TestDevice } from './testing.ts';

const database = await testDatabase();
const { query } = database;
const bench = await appleBench(database);
const contractorId = await bench.newContractor();

async function quiet(): Promise<TestDevice> {
  const device = await bench.enroll(contractorId, { IsSupervised: true });
  await device.drain();
  return device;
}

const open = (device: TestDevice) =>
  query<{ request_type: string }>(
    `select request_type from apple_commands join apple_enrollments using (contractor_id, enrollment_id)
     where device_id = $1 and finished_at is null order by seq`,
    [device.deviceId],
  );

test('an idle poll without work writes nothing', async () => {
  const device = await quiet();
  const snapshot = () => query<{ xid: string }>('select pg_current_snapshot()::text as xid');
  // Other databases of the cluster, in which other tests write, move the snapshot too; a poll that writes moves it always.
  for (let attempt = 1; ; attempt += 1) {
    const before = await snapshot();
    assert.equal(await device.poll(), undefined);
    const after = await snapshot();
    if (attempt < 100 && before[0]?.xid !== after[0]?.xid) continue;
    assert.deepEqual(after, before);
    return;
  }
});

test('after NotNow the others go on, the deferred one rests until the next Idle, and a wake-up is planned', async () => {
  const device = await quiet();
  const restart = await device.ask({ type: 'restart' });
  const rename = await device.ask({ type: 'rename', params: { name: 'x' } });
  const first = await device.poll();
  assert.equal(first?.requestType, 'RestartDevice');
  assert.ok(first);
  const second = await device.answer(first, 'NotNow');
  assert.equal(second?.requestType, 'Settings');
  assert.ok(second);
  assert.equal(await device.answer(second, 'Acknowledged'), undefined);
  await bench.apple.settle();
  assert.equal(await device.actionState(rename.actionId), 'done');
  assert.equal(await device.actionState(restart.actionId), 'deferred');
  const [wake] = await query<{ minutes: number }>(
    `select extract(epoch from wake_at - $2::timestamptz)::integer / 60 as minutes from apple_wakeups
     join apple_enrollments using (contractor_id, enrollment_id) where device_id = $1`,
    [device.deviceId, bench.clock.now().toString()],
  );
  assert.ok(wake && wake.minutes <= 5);
  const again = await device.poll();
  assert.equal(again?.requestType, 'RestartDevice');
  assert.ok(again);
  await device.answer(again);
  await bench.apple.settle();
  assert.equal(await device.actionState(restart.actionId), 'done');
});

test('urgent actions overtake routine ones', async () => {
  const device = await quiet();
  await device.ask({ type: 'refresh' });
  await device.ask({ type: 'lock' });
  assert.equal((await device.poll())?.requestType, 'DeviceLock');
});

test('a command without answer lets the others go first after three deliveries, and still comes', async () => {
  const device = await quiet();
  await device.ask({ type: 'lock' });
  await device.ask({ type: 'restart' });
  for (let delivery = 1; delivery <= 3; delivery++) assert.equal((await device.poll())?.requestType, 'DeviceLock');
  const other = await device.poll();
  assert.equal(other?.requestType, 'RestartDevice');
  assert.ok(other);
  const stuck = await device.answer(other);
  assert.equal(stuck?.requestType, 'DeviceLock');
});

test('an answer counts once, whatever is sent again', async () => {
  const device = await quiet();
  const { actionId } = await device.ask({ type: 'lock' });
  const command = await device.poll();
  assert.ok(command);
  await Promise.all([device.answer(command), device.answer(command), device.answer(command, 'Error')]);
  await device.answer(command, 'Error');
  const rows = await query('select 1 from apple_answers');
  assert.equal(rows.length, 1);
  await bench.apple.settle();
  const { state } = await bench.action(contractorId, actionId);
  assert.ok(state === 'done' || state === 'failed');
  await device.answer(command, state === 'done' ? 'Error' : 'Acknowledged');
  await bench.apple.settle();
  assert.equal(await device.actionState(actionId), state);
  assert.ok(!(await bench.events(contractorId)).includes('channel.unknown_result'));
});

test('a result for another device, or for nothing, changes nothing and is an event', async () => {
  const own = await bench.newContractor();
  const [mine, other] = [await bench.enroll(own), await bench.enroll(own)];
  await mine.drain();
  const { actionId } = await mine.ask({ type: 'lock' });
  const command = await mine.poll();
  assert.ok(command);
  await other.drain();
  for (const uuid of [command.uuid, randomUUID(), 'not-a-uuid']) {
    assert.equal(await other.answer({ ...command, uuid }), undefined);
  }
  assert.equal(fetched(await other.connect({ Status: 'Acknowledged' })), undefined);
  assert.equal(await mine.actionState(actionId), 'sent');
  assert.deepEqual(
    (await bench.events(own)).filter((kind) => kind.startsWith('channel')),
    ['channel.unknown_result'],
  );
});

test('an answer that is not interpreted yet survives the process, and is interpreted once by two workers', async () => {
  const device = await quiet();
  const asked = await Promise.all([device.ask({ type: 'lock' }), device.ask({ type: 'restart' })]);
  const command = await device.poll();
  assert.ok(command);
  const next = await device.answer(command);
  assert.ok(next);
  await device.answer(next);
  for (const { actionId } of asked) assert.equal(await device.actionState(actionId), 'sent');
  const other = await appleBench(database); // another copy of the server
  await Promise.all([bench.apple.settle(), other.apple.settle()]);
  for (const { actionId } of asked) assert.equal(await device.actionState(actionId), 'done');
  assert.equal((await query('select 1 from apple_answers')).length, 0);
});

test('an answer that cannot be read stays with its problem, fails its action, and never stops the queue', async () => {
  const own = await bench.newContractor();
  const device = await bench.enroll(own);
  await device.drain();
  const { actionId } = await device.ask({ type: 'refresh' });
  const command = await device.poll();
  assert.ok(command);
  const next = await device.answer(command, 'Acknowledged', { QueryResponses: 'nonsense' });
  assert.equal(next?.requestType, 'SecurityInfo');
  await bench.apple.settle();
  const { state, failure } = await bench.action(own, actionId);
  assert.deepEqual([state, failure?.code], ['failed', 'unreadable_answer']);
  const [kept] = await query('select problem from apple_answers');
  assert.deepEqual(kept, { problem: 'unreadable missing_key' });
  assert.ok((await bench.events(own)).includes('answer.not_interpreted'));
  assert.equal((await device.drain()).length, 4);
  await query('delete from apple_answers');
});

test('an error is told with its chain', async () => {
  const device = await quiet();
  const { actionId } = await device.ask({ type: 'lock' });
  const command = await device.poll();
  assert.ok(command);
  await device.answer(command, 'Error', {
    ErrorChain: [{ ErrorDomain: 'MCMDMErrorDomain', ErrorCode: 12021, USEnglishDescription: 'unknown' }],
  });
  await bench.apple.settle();
  const { state, failure } = await bench.action(contractorId, actionId);
  assert.equal(state, 'failed');
  assert.deepEqual(failure?.params, { cause: 'unsupported_command' });
  assert.deepEqual(failure?.chain, [{ domain: 'MCMDMErrorDomain', code: 12021, description: 'unknown' }]);
});

test('a cancelled action is not delivered; one the device has is too late to cancel', async () => {
  const device = await quiet();
  const early = await device.ask({ type: 'restart' });
  await bench.cancel(contractorId, early.actionId);
  assert.equal(await device.poll(), undefined);
  const late = await device.ask({ type: 'restart' });
  assert.ok(await device.poll());
  await assert.rejects(bench.cancel(contractorId, late.actionId));
});

test('an expired command is not delivered', async () => {
  const device = await quiet();
  await device.ask({ type: 'restart', expiresIn: 'PT1M' });
  bench.clock.advance('PT2M');
  assert.equal(await device.poll(), undefined);
});

test('a secret is sealed in the database and open on the wire', async () => {
  const own = await bench.newContractor();
  const mac = await bench.enroll(own, { ProductName: 'Mac15,6', OSVersion: '14.4', ModelName: 'MacBook Pro' });
  await query("update devices set user_approved = true, os_family = 'macOS' where device_id = $1", [mac.deviceId]);
  await mac.drain();
  await query("update devices set os_family = 'macOS', product_name = 'Mac15,6' where device_id = $1", [mac.deviceId]);
  const { actionId } = await mac.ask({ type: 'lock', params: { pin: '314159' } });
  const [row] = await query<{ sealed: boolean; plain: boolean }>(
    "select sealed, position('314159'::bytea in payload) > 0 as plain from apple_commands where action_id = $1",
    [actionId],
  );
  assert.deepEqual(row, { sealed: true, plain: false });
  assert.equal((await mac.poll())?.command.PIN, '314159');
});

test('a word that no specification knows is an event, and the command comes again', async () => {
  const own = await bench.newContractor();
  const device = await bench.enroll(own);
  await device.drain();
  await device.ask({ type: 'lock' });
  const command = await device.poll();
  assert.ok(command);
  assert.equal(fetched(await device.connect({ Status: 'Perhaps', CommandUUID: command.uuid })), undefined);
  assert.equal((await device.poll())?.uuid, command.uuid);
  assert.ok((await bench.events(own)).includes('channel.unknown_status'));
});

test('a large answer and many devices at once', async () => {
  const device = await quiet();
  const { actionId } = await device.ask({ type: 'refresh' });
  let command = await device.poll();
  while (command !== undefined) {
    const apps = Array.from({ length: 20_000 }, (_, n) => ({ Identifier: `jp.example.app${n}`, Name: `アプリ ${n}` }));
    const more =
      command.requestType === 'InstalledApplicationList'
        ? { InstalledApplicationList: apps }
        : command.requestType === 'DeviceInformation'
          ? { QueryResponses: {} }
          : { SecurityInfo: {}, ProfileList: [], CertificateList: [] };
    command = await device.answer(command, 'Acknowledged', more);
  }
  await bench.apple.settle();
  assert.equal(await device.actionState(actionId), 'done');
  const [{ count } = { count: 0 }] = await query<{ count: number }>(
    'select count(*)::integer as count from device_apps where device_id = $1',
    [device.deviceId],
  );
  assert.ok(count > 0);
  const answers = await Promise.all(Array.from({ length: 300 }, () => device.idle()));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.deepEqual(await open(device), []);
});
