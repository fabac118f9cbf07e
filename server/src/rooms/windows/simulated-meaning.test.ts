import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownKeys, WindowsDevice } from '@tsukasa/fakes';
import { testDatabase } from '../../base/testing.ts';
import { type DeviceId, getDevice } from '../devices/index.ts';
import { CERT_HEADER } from './testing-enrollment.ts';
import { meaningBench } from './testing-meaning.ts';

// The strict simulated PC, written apart from the server, at the whole room: are our nodes, formats and readings what it has?

const database = await testDatabase();
const bench = await meaningBench(database);
const contractorId = await bench.newContractor();
let made = 0;

async function enrolled(edition: 'pro' | 'home' | 'enterprise' = 'pro') {
  made += 1;
  const { code } = await bench.invite(contractorId);
  const pc = new WindowsDevice({
    seed: `meaning ${made}`,
    edition,
    build: 22631,
    revision: 6060,
    tpm: true,
    recoveryEnvironment: true,
    keys: ownKeys,
    identityHeader: { name: CERT_HEADER, format: 'rfc9440' },
    now: () => bench.clock.now().epochMilliseconds,
  });
  const discoveryUrl = `${bench.url}/EnrollmentServer/Discovery.svc`;
  await pc.enroll({ discoveryUrl, userName: 'sato', password: code, offers: ['OnPremise'] });
  await drain(pc);
  const text = "select device_id from windows_enrollments where dev_id = $1 and state <> 'gone'";
  const [row] = await database.query<{ device_id: DeviceId }>(text, [pc.deviceId]);
  assert.ok(row);
  return { pc, deviceId: row.device_id };
}

async function drain(pc: WindowsDevice): Promise<void> {
  for (let visit = 0; visit < 4; visit += 1) {
    await pc.connectOnce();
    await bench.windows.settle();
  }
}

const facts = (deviceId: DeviceId) =>
  database.db.asContractor(contractorId, (tx) => getDevice(tx, contractorId, deviceId));

async function action(actionId: string) {
  const input = { params: { contractorId, actionId }, query: undefined, body: undefined };
  return bench.actions.handlers.getAction(input, bench.context(contractorId));
}

test('what a strict PC says of itself is understood, node by node', async () => {
  const { deviceId } = await enrolled();
  const { osVersion, osEdition, productName, serialNumber, secureBoot, tpmVersion, antivirusActive, capacityBytes } =
    await facts(deviceId);
  assert.deepEqual([osVersion, osEdition, productName], ['10.0.22631.6060', 'Pro', 'Windows 11 Pro']);
  assert.deepEqual([secureBoot, tpmVersion], [true, '2.0']);
  for (const value of [serialNumber, antivirusActive, capacityBytes]) assert.notEqual(value, undefined);
  const [apps] = await database.query<{ count: number }>(
    'select count(*)::integer as count from device_apps where device_id = $1',
    [deviceId],
  );
  assert.ok((apps?.count ?? 0) > 0);
  const refused = await database.query<{ section: string }>(
    "select distinct note ->> 'section' as section from windows_commands c join windows_enrollments e using (contractor_id, enrollment_id) where e.device_id = $1 and c.ended <> 'answered'",
    [deviceId],
  );
  assert.deepEqual(refused, []);
  const details = await database.db.asContractor(contractorId, (tx) =>
    bench.windows.channel.details(tx, contractorId, deviceId),
  );
  for (const group of ['security', 'bitlocker', 'defender', 'network', 'channel'])
    assert.ok(
      details.some((detail) => detail.group === group),
      group,
    );
});

test('Home says what it has, and nothing that it lacks is asked for again and again', async () => {
  const { deviceId } = await enrolled('home');
  assert.equal((await facts(deviceId)).osEdition, 'Home');
});

for (const { request, result } of [
  { request: { type: 'restart' }, result: 'windows.restarts_within_minutes' },
  { request: { type: 'rename', params: { name: 'TOKYO-77' } }, result: 'windows.renamed_after_restart' },
  { request: { type: 'erase', params: { wipeMethod: 'doWipe' }, reason: 'lost' }, result: 'windows.wipe_begins' },
] as const) {
  test(`a strict PC obeys ${request.type}`, async () => {
    const { pc, deviceId } = await enrolled();
    const actionId = await bench.askDevice(contractorId, deviceId, request);
    await pc.connectOnce();
    await bench.windows.settle();
    const { state, result: said } = await action(actionId);
    assert.deepEqual([state, said?.note], ['done', result]);
  });
}

test('a strict PC that is told to leave says so in its next session, and the action is done', async () => {
  const { pc, deviceId } = await enrolled();
  const actionId = await bench.askDevice(contractorId, deviceId, { type: 'remove_management', reason: 'leaving' });
  await pc.connectOnce();
  await bench.windows.settle();
  assert.equal((await action(actionId)).state, 'done');
  assert.equal((await facts(deviceId)).managementState, 'unmanaged');
});
