import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../base/testing.ts';
import { answerTo, appleBench, type TestDevice, UNSUPPORTED } from './testing.ts';

const bench = await appleBench(await testDatabase());
const { query } = bench.database;
bench.unsupported.set('16.7', UNSUPPORTED);

/** Answers all that the server wants to know, as a device with this version does. */
async function answerWith(device: TestDevice, OSVersion: string): Promise<void> {
  let command = await device.poll();
  while (command !== undefined) {
    const said = { QueryResponses: { OSVersion, ProductName: 'iPhone15,2' } };
    command = await device.answer(
      command,
      'Acknowledged',
      command.requestType === 'DeviceInformation' ? said : answerTo(command),
    );
  }
  await bench.apple.settle();
}

async function row(device: TestDevice) {
  const [found] = await query<{ support: string; management_state: string; state: string }>(
    `select d.support, d.management_state, e.state from devices d join apple_enrollments e using (contractor_id, device_id)
     where device_id = $1`,
    [device.deviceId],
  );
  return found;
}

test('an answer with a version that is not supported flags the device, which stays enrolled and is asked on', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  await answerWith(device, '17.4');
  assert.deepEqual(await row(device), { support: 'supported', management_state: 'managed', state: 'enrolled' });
  bench.clock.advance({ hours: 7 });
  await bench.apple.settle();
  await answerWith(device, '16.7');
  assert.deepEqual(await row(device), { support: 'os', management_state: 'managed', state: 'enrolled' });
  assert.deepEqual(await bench.events(contractorId), ['device.out_of_support']);
  bench.clock.advance({ hours: 7 });
  await bench.apple.settle();
  await answerWith(device, '17.5');
  assert.deepEqual(await row(device), { support: 'supported', management_state: 'managed', state: 'enrolled' });
});

test('a status that a device tells by itself is judged in the same transaction', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  const report = { StatusItems: { device: { 'operating-system': { version: '16.7' } } }, Errors: [] };
  const told = await device.checkIn({
    MessageType: 'DeclarativeManagement',
    Endpoint: 'status',
    Data: Buffer.from(JSON.stringify(report)),
  });
  assert.equal(told.status, 200);
  assert.equal((await row(device))?.support, 'os');
});
