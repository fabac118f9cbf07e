import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownKeys, type SessionChoice, WindowsDevice, type WindowsSession } from '@tsukasa/fakes';
import { testDatabase } from '../../base/testing.ts';
import type { DeviceId } from '../devices/index.ts';
import { MOST_LINGERS } from './session.ts';
import { CERT_HEADER } from './testing-enrollment.ts';
import { meaningBench } from './testing-meaning.ts';

// Lists are named first and then asked for: with a PC that takes no longer than we do, all of it in one session.

const database = await testDatabase();
const bench = await meaningBench(database);
const contractorId = await bench.newContractor();
const PROBE = './DevDetail/SwV';
/** A PC that takes as long for a message as the server takes to read the one before. */
const AT_OUR_PACE: SessionChoice = { think: () => bench.windows.settle() };
let made = 0;

async function enrolled(choice: { readonly signs?: 'always'; readonly showsCertificate?: false } = {}) {
  made += 1;
  const { code } = await bench.invite(contractorId);
  const pc = new WindowsDevice({
    seed: `linger ${made}`,
    edition: 'pro',
    build: 22631,
    revision: 6060,
    keys: ownKeys,
    identityHeader: { name: CERT_HEADER, format: 'rfc9440' },
    now: () => bench.clock.now().epochMilliseconds,
    ...choice,
  });
  const discoveryUrl = `${bench.url}/EnrollmentServer/Discovery.svc`;
  await pc.enroll({ discoveryUrl, userName: 'sato', password: code, offers: ['OnPremise'] });
  const text = "select device_id from windows_enrollments where dev_id = $1 and state <> 'gone'";
  const [row] = await database.query<{ device_id: DeviceId }>(text, [pc.deviceId]);
  assert.ok(row);
  return { pc, deviceId: row.device_id };
}

async function settled(choice: Parameters<typeof enrolled>[0] = {}) {
  const one = await enrolled(choice);
  for (let visit = 0; visit < 4; visit += 1) {
    await one.pc.connectOnce();
    await bench.windows.settle();
  }
  return one;
}

async function stateOf(actionId: string): Promise<string> {
  const input = { params: { contractorId, actionId }, query: undefined, body: undefined };
  return (await bench.actions.handlers.getAction(input, bench.context(contractorId))).state;
}

const openCommands = (deviceId: DeviceId) =>
  database.query(
    `select 1 from windows_commands c join windows_enrollments e using (contractor_id, enrollment_id)
      where e.device_id = $1 and c.finished_at is null`,
    [deviceId],
  );

/** Messages of the server that hold the harmless question and nothing else. */
function lingers({ exchanges }: WindowsSession): number {
  const targets = exchanges.map(({ received }) =>
    [...received.matchAll(/<Target><LocURI>(\.[^<]*)<\/LocURI>/g)].map(([, target]) => target),
  );
  return targets.filter((of) => of.length === 1 && of[0] === PROBE).length;
}

test('the first session of a PC tells everything, lists and what is in them', async () => {
  const { pc, deviceId } = await enrolled();
  await pc.connectOnce(AT_OUR_PACE);
  await bench.windows.settle();
  assert.deepEqual(await openCommands(deviceId), []);
  const counts = await database.query(
    `select (select count(*)::integer > 0 from device_apps where device_id = $1) as apps,
      (select count(*)::integer > 0 from device_certificates where device_id = $1) as certificates`,
    [deviceId],
  );
  assert.deepEqual(counts, [{ apps: true, certificates: true }]);
});

for (const choice of [{}, { signs: 'always', showsCertificate: false }] as const) {
  test(`a refresh is done within one session ${'signs' in choice ? '(signed messages)' : '(certificate)'}`, async () => {
    const { pc, deviceId } = await settled(choice);
    const actionId = await bench.askDevice(contractorId, deviceId, { type: 'refresh' });
    const session = await pc.connectOnce(AT_OUR_PACE);
    await bench.windows.settle();
    assert.equal(await stateOf(actionId), 'done');
    assert.deepEqual(await openCommands(deviceId), []);
    const again = await pc.connectOnce(AT_OUR_PACE);
    assert.ok(session.messages > 2);
    assert.deepEqual(
      again.answered.filter(({ target }) => target !== PROBE),
      [],
    );
  });
}

test('a session does not wait for ever for a server that is slow to read, and the next one goes on', async () => {
  const { pc, deviceId } = await settled();
  const actionId = await bench.askDevice(contractorId, deviceId, { type: 'refresh' });
  const session = await pc.connectOnce();
  assert.equal(lingers(session), MOST_LINGERS);
  assert.notEqual(await stateOf(actionId), 'done');
  await bench.windows.settle();
  await pc.connectOnce(AT_OUR_PACE);
  await bench.windows.settle();
  assert.equal(await stateOf(actionId), 'done');
});

test('what was asked while waiting is said again to a message that is repeated, and an answer that is lost does no harm', async () => {
  const { pc, deviceId } = await settled();
  const actionId = await bench.askDevice(contractorId, deviceId, { type: 'refresh' });
  const mishaps = [2, 3, 4, 5].map((message) => ({ message, kind: message % 2 === 0 ? 'repeated' : 'lost' }) as const);
  const session = await pc.connectOnce({ mishaps });
  assert.equal(lingers(session), MOST_LINGERS);
  await bench.windows.settle();
  await pc.connectOnce(AT_OUR_PACE);
  await bench.windows.settle();
  assert.equal(await stateOf(actionId), 'done');
});

test('an action that leads to nothing more ends its session at once', async () => {
  const { pc, deviceId } = await settled();
  await bench.askDevice(contractorId, deviceId, { type: 'rename', params: { name: 'TOKYO-78' } });
  const session = await pc.connectOnce();
  assert.deepEqual([session.messages, lingers(session)], [2, 0]);
});
