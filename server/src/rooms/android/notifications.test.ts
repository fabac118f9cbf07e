import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../base/testing.ts';
import { androidBench, SENDER, TOPIC } from './testing.ts';

const database = await testDatabase();
const bench = await androidBench(database);
const { control, clock } = bench;
const contractorId = await bench.newContractor();
await bench.settle();

const messages = () =>
  database.query<{
    message_id: string;
    kind: string;
    done_at: string | null;
    data: Buffer | null;
    problem: string | null;
  }>('select * from android_messages where contractor_id = $1 order by seq', [contractorId]);
const refusals = async () => {
  await bench.android.settle();
  const rows = await database.query<{ reason: string; count: number }>(
    "select reason, count from google_refusals where scope = 'installation'",
  );
  return new Map(rows.map(({ reason, count }) => [reason, count]));
};
const nameOfEnterprise = async () => {
  const [row] = await database.query<{ enterprise_name: string }>(
    'select enterprise_name from android_enterprises where contractor_id = $1',
    [contractorId],
  );
  return row?.enterprise_name ?? '';
};

test('a device that enrolls is known, managed and observed by what it reports', async () => {
  const enrolled = await bench.enroll(contractorId, { label: '営業 1' }, { model: 'Pixel 7a', androidVersion: '14' });
  const real = await control.device(enrolled.name);
  const device = await bench.device(contractorId, enrolled.deviceId);
  assert.deepEqual(
    [device.managementState, device.managementMode, device.usageMode, device.label],
    ['managed', 'fully-managed', 'company-owned', '営業 1'],
  );
  assert.deepEqual([device.osFamily, device.osVersion, device.apiLevel], ['Android', '14', 34]);
  assert.deepEqual([device.model, device.serialNumber], [real.model, real.serialNumber]);
  assert.ok(
    device.imei && device.wifiMac && device.securityPatchLevel && device.capacityBytes && device.availableBytes,
  );
  assert.ok(device.batteryLevel !== null && device.encrypted === true && device.policyCompliant === true);
  assert.ok(device.lastContactAt && device.lastObservedAt);
  assert.ok((device.appCount ?? 0) > 3);
  assert.deepEqual([device.channel.canWake, device.channel.nextContactBasis], [true, { code: 'android.reports' }]);
  const groups = new Set(device.details.map(({ group }) => group));
  for (const group of ['management', 'hardware', 'software', 'security', 'memory', 'power', 'display'])
    assert.ok(groups.has(group), group);
});

test('an invitation is counted once per device, and its token goes with it', async () => {
  await bench.settle();
  await control.clearRequests();
  const { invitationId, url } = await bench.invite(contractorId, { maxUses: 2 });
  await bench.scan(url, { seed: 'one' });
  await bench.settle();
  for (const { messageId } of await control.notifications()) await control.replay(messageId);
  await bench.settle();
  const uses = async () => {
    const text = 'select uses from enrollment_invitations where invitation_id = $1';
    return (await database.query<{ uses: number }>(text, [invitationId]))[0]?.uses;
  };
  assert.equal(await uses(), 1);
  await bench.scan(url, { seed: 'two' });
  await bench.settle();
  assert.equal(await uses(), 2);
  const gone = (await control.requests()).filter(
    ({ httpMethod, path, status }) => httpMethod === 'DELETE' && path.includes('/enrollmentTokens/') && status === 200,
  );
  assert.equal(gone.length, 1);
  assert.equal((await bench.visit(url)).status, 410);
});

test('every notification is kept once, worked on, and emptied', async () => {
  await control.setDelivery({ duplicate: true });
  const device = await bench.enroll(contractorId);
  await control.change(device.name, { battery: 42 });
  await control.sync(device.name);
  await bench.settle();
  await control.setDelivery({});
  const all = await messages();
  assert.equal(new Set(all.map((row) => row.message_id)).size, all.length);
  for (const row of all) assert.ok(row.done_at !== null && row.data === null && row.problem === null, row.kind);
  assert.equal((await bench.device(contractorId, device.deviceId)).batteryLevel, 0.42);
});

test('an older report that comes later changes nothing', async () => {
  const device = await bench.enroll(contractorId);
  clock.advance('PT1M');
  await control.change(device.name, { battery: 80 });
  await control.sync(device.name);
  await bench.settle();
  const old = (await control.notifications()).findLast(
    ({ data, notificationType }) => notificationType === 'STATUS_REPORT' && data?.name === device.name,
  );
  assert.ok(old?.data);
  clock.advance('PT10M');
  await control.change(device.name, { battery: 20 });
  await control.sync(device.name);
  await bench.settle();
  await control.publish(TOPIC, 'STATUS_REPORT', old.data);
  await bench.settle();
  assert.equal((await bench.device(contractorId, device.deviceId)).batteryLevel, 0.2);
});

test('a report that comes after the end does not bring a device back', async () => {
  const device = await bench.enroll(contractorId);
  const last = (await control.notifications()).findLast(
    ({ data, notificationType }) => notificationType === 'STATUS_REPORT' && data?.name === device.name,
  );
  assert.ok(last?.data);
  const actionId = await bench.ask(device, { type: 'erase', reason: 'test' });
  await bench.settle();
  assert.equal((await bench.action(contractorId, actionId)).state, 'done');
  await control.publish(TOPIC, 'STATUS_REPORT', last.data);
  await bench.settle();
  assert.equal((await bench.device(contractorId, device.deviceId)).managementState, 'unmanaged');
  assert.ok((await bench.events(contractorId)).includes('android.message_after_end'));
});

for (const [token, reason] of [
  ['wrong_audience', 'token_wrong_audience'],
  ['bad_signature', 'token_bad_signature'],
  ['wrong_email', 'token_wrong_sender'],
  ['expired', 'token_expired'],
  ['unknown_key', 'token_unknown_key'],
  ['missing', 'token_missing'],
] as const) {
  test(`a message whose token is false (${token}) is refused and counted, and nothing is kept`, async () => {
    const before = (await messages()).length;
    await control.setDelivery({ token });
    await control.publish(TOPIC, 'STATUS_REPORT', { name: `${await nameOfEnterprise()}/devices/stranger` });
    await control.settle();
    await control.setDelivery({});
    assert.ok(((await refusals()).get(reason) ?? 0) >= 1);
    assert.equal((await messages()).length, before);
    const delivered = (await control.notifications()).at(-1);
    assert.equal(delivered?.state, 'waiting', 'Pub/Sub tries again');
    clock.advance('PT5M');
    await bench.settle();
  });
}

test('what no repetition would make better is acknowledged: unknown enterprises, broken data, unknown types', async () => {
  await control.publish(TOPIC, 'STATUS_REPORT', { name: 'enterprises/LC00000000/devices/abc', appliedState: 'ACTIVE' });
  await control.publish(TOPIC, 'STATUS_REPORT', { nothing: true });
  const enterprise = await nameOfEnterprise();
  await control.publish(TOPIC, 'SOMETHING_NEW', { name: `${enterprise}/devices/abc` });
  await control.publish(TOPIC, 'COMMAND', { name: `${enterprise}/devices/abc/operations/1`, done: true });
  await bench.settle();
  for (const { state } of (await control.notifications()).slice(-4)) assert.equal(state, 'acknowledged');
  const counted = await refusals();
  assert.equal(counted.get('unknown_enterprise'), 1);
  assert.equal(counted.get('no_enterprise'), 1);
  const events = await bench.events(contractorId);
  assert.ok(events.includes('android.message_of_unknown_type'));
  assert.ok(events.includes('android.operation_of_nobody'));
});

test('a message of another project than the enterprise belongs to finds no enterprise', async () => {
  const other = await bench.emptyContractor();
  const body = { serviceAccountKey: JSON.stringify(bench.ground.key), pushServiceAccount: SENDER };
  const input = { params: { contractorId: other }, query: undefined, body };
  await bench.handlers.putGoogleProject(input, bench.admin(other));
  const name = `projects/tsukasa-test/topics/other`;
  await control.createTopic(name);
  await control.subscribe({
    topic: name,
    pushEndpoint: `${bench.url}/android/pubsub/${other}`,
    audience: `https://mdm.example.jp/android/pubsub/${other}`,
    serviceAccountEmail: SENDER,
  });
  const before = (await messages()).length;
  await control.publish(name, 'STATUS_REPORT', { name: `${await nameOfEnterprise()}/devices/abc` });
  await bench.settle();
  assert.equal((await messages()).length, before);
  assert.ok((await bench.events(other)).includes('android.push_unknown_enterprise'));
});

test('a message without a token, too long, or to no address is answered by HTTP alone', async () => {
  const post = (path: string, headers: Record<string, string> = {}, body = '{}') =>
    fetch(`${bench.url}${path}`, { method: 'POST', headers, body }).then(({ status }) => status);
  assert.equal(await post('/android/pubsub/installation'), 401);
  assert.equal(await post('/android/pubsub/installation', { authorization: 'Bearer a.b.c' }), 401);
  assert.equal(await post('/android/pubsub/nobody'), 404);
  assert.equal((await bench.visit('/android/pubsub/installation')).status, 405);
});

test('without a contract nothing enrolls, and an alarm says so', async () => {
  const unserved = await bench.newContractor();
  const { url } = await bench.invite(unserved);
  bench.entitlement.missing.add('enroll');
  const { name } = await bench.scan(url, { seed: 'unserved' });
  await bench.settle();
  bench.entitlement.missing.delete('enroll');
  assert.deepEqual(await database.query('select 1 from android_devices where device_name = $1', [name]), []);
  assert.ok((await bench.events(unserved)).includes('android.not_entitled'));
});
