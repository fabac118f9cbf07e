import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContractorId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { appleBench, TestDevice, UNSUPPORTED } from './testing.ts';

const database = await testDatabase();
const { query } = database;
const bench = await appleBench(database);

/** The last day of service is the day of the clock, in Japan. */
async function lastDay(contractorId: ContractorId): Promise<void> {
  const today = bench.clock.now().toZonedDateTimeISO('Asia/Tokyo').toPlainDate();
  await query('update contract_heads set service_days = $2::datemultirange where contractor_id = $1', [
    contractorId,
    `{(,${today}]}`,
  ]);
}

/** Midnight in Japan, 15:00 in UTC. */
const untilMidnight = (minutes: number) => {
  const today = bench.clock.now().toZonedDateTimeISO('Asia/Tokyo');
  bench.clock.set(today.add({ days: 1 }).startOfDay().add({ minutes }).toInstant());
};

const open = async (device: TestDevice) =>
  (
    await query(
      `select 1 from apple_commands join apple_enrollments using (contractor_id, enrollment_id)
       where device_id = $1 and finished_at is null`,
      [device.deviceId],
    )
  ).length;

test('until midnight in Japan after the last day a device gets what waits for it, then nothing more', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  await device.drain();
  await device.ask({ type: 'lock' });
  await device.ask({ type: 'restart' });
  await lastDay(contractorId);
  untilMidnight(-1);
  const last = await device.poll();
  assert.ok(last);
  bench.clock.advance('PT2M');
  assert.equal(await device.answer(last), undefined, 'an answer is taken, and nothing follows it');
  assert.equal(await device.poll(), undefined);
  await bench.apple.settle();
  assert.ok((await open(device)) >= 1, 'what waits is not thrown away by the channel');
});

test('when the service has ended a due device is neither asked nor woken, and is planned anew', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  await device.drain();
  await lastDay(contractorId);
  untilMidnight(1);
  bench.clock.advance('P1D');
  await bench.apple.settle();
  assert.equal(await open(device), 0);
  const [row] = await query<{ due: boolean }>(
    `select observe_at <= $2::timestamptz as due from apple_wakeups join apple_enrollments using (contractor_id, enrollment_id)
     where device_id = $1`,
    [device.deviceId, bench.clock.now().toString()],
  );
  assert.equal(row?.due, false);
});

test('without a contract no device enrolls, and the administrator is told', async () => {
  const contractorId = await bench.newContractor();
  const device = new TestDevice(bench, contractorId, {});
  await device.install(await bench.invite(contractorId));
  bench.entitlement.missing.add('enroll');
  await assert.rejects(() => device.enroll(), /channel.not_entitled|403/);
  bench.entitlement.missing.delete('enroll');
  assert.ok((await bench.events(contractorId)).includes('channel.not_entitled'));
  assert.equal((await query('select 1 from devices where contractor_id = $1', [contractorId])).length, 0);
});

test('a device whose OS the catalogue does not have is refused, told what is supported, and uses no invitation up', async () => {
  const contractorId = await bench.newContractor();
  const device = new TestDevice(bench, contractorId, {});
  await device.install(await bench.invite(contractorId));
  bench.unsupported.set(String(device.facts['OSVersion']), UNSUPPORTED);
  const refused = await device.authenticate();
  assert.equal(refused.status, 403);
  assert.equal(refused.body.toString(), 'channel.not_supported: os.version: iOS 16+\n');
  bench.unsupported.clear();
  await device.enroll();
  assert.ok((await bench.events(contractorId)).includes('channel.not_supported'));
});
