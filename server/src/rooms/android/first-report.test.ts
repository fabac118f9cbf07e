import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliverySwitches } from '@tsukasa/fakes';
import { testDatabase } from '../../base/testing.ts';
import { androidBench, TOPIC } from './testing.ts';

const database = await testDatabase();
const bench = await androidBench(database);
const { control, clock, android } = bench;
const contractorId = await bench.newContractor();
await bench.settle();

/** A device whose messages are all on the way and none of them has arrived; what each of them says. */
async function enrollUnheard(seed: string) {
  const { url } = await bench.invite(contractorId);
  await control.setDelivery({ drop: 100 });
  const { name } = await bench.scan(url, { seed });
  await control.settle();
  await control.setDelivery({});
  const said = (await control.notifications()).filter(({ data }) => data?.['name'] === name);
  const of = (kind: string) => said.find(({ notificationType }) => notificationType === kind)?.data ?? {};
  const [enrollment, report] = [of('ENROLLMENT'), of('STATUS_REPORT')];
  assert.ok(report['lastStatusReportTime'] !== undefined && enrollment['lastStatusReportTime'] === undefined);
  return { name, enrollment, report };
}

async function arrive(kind: 'ENROLLMENT' | 'STATUS_REPORT', data: Readonly<Record<string, unknown>>): Promise<void> {
  await control.publish(TOPIC, kind, data);
  clock.advance('PT3S');
  await bench.settle('notifications');
}

const deviceOf = async (name: string) => bench.device(contractorId, await bench.deviceIdOf(name));

const WAYS: readonly DeliverySwitches[] = [
  {},
  { duplicate: true },
  { reorder: true },
  { reorder: true, duplicate: true },
  { delayMs: 700 },
  { delayMs: 700, reorder: true, duplicate: true },
];
for (const switches of WAYS) {
  test(`of many devices that enroll at once each is observed, with deliveries ${JSON.stringify(switches)}`, async () => {
    const count = 12;
    const { invitationId, url } = await bench.invite(contractorId, { maxUses: count });
    await control.setDelivery(switches);
    const seeds = Array.from({ length: count }, (_, n) => `${JSON.stringify(switches)} ${n}`);
    const enrolled = await Promise.all(seeds.map((seed) => bench.scan(url, { seed })));
    await control.settle();
    clock.advance('PT2S'); // whoever works on it looks at a later clock than whoever said it
    await control.setDelivery({}); // lets go what waits for another
    await bench.settle('notifications');
    for (const { name, serialNumber } of enrolled) {
      const device = await deviceOf(name);
      assert.equal(device.managementState, 'managed');
      assert.ok(device.lastObservedAt, `${name} was never observed`);
      assert.equal(device.serialNumber, serialNumber);
      assert.ok(device.batteryLevel !== null && device.policyCompliant === true);
    }
    const text = 'select uses from enrollment_invitations where invitation_id = $1';
    assert.deepEqual(await database.query(text, [invitationId]), [{ uses: count }]);
  });
}

test('a report that comes before its enrollment is taken in, and the enrollment changes nothing of it', async () => {
  const { name, enrollment, report } = await enrollUnheard('report first');
  await arrive('STATUS_REPORT', report);
  const first = await deviceOf(name);
  assert.equal(first.lastObservedAt, report['lastStatusReportTime']);
  await arrive('ENROLLMENT', enrollment);
  assert.deepEqual(await deviceOf(name), first);
});

test('what a device said counts from when it said it, however late its enrollment is worked on', async () => {
  const { name, enrollment, report } = await enrollUnheard('worked on late');
  clock.advance('PT1H');
  await arrive('ENROLLMENT', enrollment);
  const hardwareInfo = { ...(report['hardwareInfo'] as object), model: 'Renamed' };
  await arrive('STATUS_REPORT', { ...report, hardwareInfo });
  assert.equal((await deviceOf(name)).model, 'Renamed');
});

const asked = async (name: string) =>
  (await control.requests()).filter(({ httpMethod, path }) => httpMethod === 'GET' && path.endsWith(name)).length;

test('a device whose first report was lost is asked for some minutes after its enrollment, and then no more', async () => {
  const { name, enrollment, report } = await enrollUnheard('lost report');
  await control.clearRequests();
  await arrive('ENROLLMENT', enrollment);
  const unheard = await deviceOf(name);
  assert.deepEqual([unheard.managementState, unheard.lastObservedAt], ['enrolling', null]);
  clock.advance('PT4M');
  await bench.settle();
  assert.equal(await asked(name), 0);
  clock.advance('PT1M');
  await bench.settle();
  const device = await deviceOf(name);
  assert.deepEqual([device.managementState, device.lastObservedAt], ['managed', report['lastStatusReportTime']]);
  assert.ok(device.lastContactAt !== null && device.batteryLevel !== null && (device.appCount ?? 0) > 3);
  for (let day = 0; day < 3; day += 1) {
    clock.advance('PT1H');
    await bench.settle();
  }
  assert.equal(await asked(name), 1);
});

test('a device that has not reported is asked for ever more rarely, and heard when it does', async () => {
  const { name, enrollment } = await enrollUnheard('slow');
  const { world } = bench.ground.standIn;
  const record = [...world.enterprises.values()]
    .flatMap(({ devices }) => [...devices.values()])
    .find((one) => one.name === name);
  assert.ok(record);
  record.lastStatusReportTime = undefined;
  record.reported = { hardwareInfo: enrollment['hardwareInfo'] };
  await arrive('ENROLLMENT', enrollment);
  await control.clearRequests();
  for (let minutes = 0; minutes < 7 * 60; minutes += 5) {
    clock.advance('PT5M');
    await android.settle();
  }
  const times = await asked(name);
  assert.ok(times >= 5 && times <= 8, `${times} times in seven hours`);
  const { lastObservedAt, managementState } = await deviceOf(name);
  assert.deepEqual([lastObservedAt, managementState], [null, 'enrolling']);
  await control.setDelivery({ drop: 100 });
  await control.sync(name);
  await control.settle();
  await control.setDelivery({});
  clock.advance('PT8H');
  await bench.settle();
  assert.ok((await deviceOf(name)).lastObservedAt);
});

test('while Google does not answer, or its quota is used up, the device is asked for again soon', async () => {
  for (const fail of ['503', '429'] as const) {
    const { name, enrollment } = await enrollUnheard(`not answered ${fail}`);
    await arrive('ENROLLMENT', enrollment);
    clock.advance('PT2H'); // by its age its turn would be two hours later
    await control.fail({ fail, method: 'devices.get', count: 1 });
    await bench.settle();
    assert.equal((await deviceOf(name)).lastObservedAt, null);
    clock.advance('PT6M');
    await bench.settle();
    assert.ok((await deviceOf(name)).lastObservedAt, fail);
  }
});
