import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../base/testing.ts';
import { androidBench } from './testing.ts';

const database = await testDatabase();
const bench = await androidBench(database);
const { control, clock, android, handlers, admin } = bench;
const contractorId = await bench.newContractor();
const none = { query: undefined, body: undefined } as const;
const binding = () => handlers.getAndroidBinding({ ...none, params: { contractorId } }, admin(contractorId));

test('what no notification told is found: new devices, newer reports, and those that are gone', async () => {
  const stays = await bench.enroll(contractorId);
  const leaves = await bench.enroll(contractorId, { usageMode: 'personally-owned' });
  clock.advance('PT3H');
  await control.setDelivery({ drop: 1000 });
  const { url } = await bench.invite(contractorId);
  const unheard = await bench.scan(url, { seed: 'unheard' });
  await control.change(stays.name, { battery: 11 });
  await control.sync(stays.name);
  const actionId = await bench.ask(leaves, { type: 'erase', reason: 'test' });
  await bench.settle();
  await control.setDelivery({});
  await android.reconcile(contractorId);
  const { reconciliation } = await binding();
  assert.deepEqual(reconciliation.found, { listed: 2, unknown: 1, gone: 1, stale: 1 });
  assert.equal(reconciliation.problem, null);
  assert.equal((await bench.device(contractorId, stays.deviceId)).batteryLevel, 0.11);
  assert.equal((await bench.device(contractorId, leaves.deviceId)).managementState, 'unmanaged');
  const found = await bench.device(contractorId, await bench.deviceIdOf(unheard.name));
  assert.equal(found.managementState, 'managed');
  assert.notEqual((await bench.action(contractorId, actionId)).finishedAt, null);
});

test('a list that breaks off changes nothing', async () => {
  const device = await bench.enroll(contractorId);
  clock.advance('PT3H');
  for (const fail of ['half_json', 'html_502', '429'] as const) {
    await control.fail({ fail, method: 'devices.list', count: 1 });
    await android.reconcile(contractorId);
    const { reconciliation } = await binding();
    assert.equal(reconciliation.problem?.code, 'android.reconciliation_aborted', fail);
    assert.equal((await bench.device(contractorId, device.deviceId)).managementState, 'managed');
    clock.advance('PT1H');
  }
  await android.reconcile(contractorId);
  assert.equal((await binding()).reconciliation.problem, null);
});

test('an enterprise that was deleted at Google is lost, is told, and can be forgotten', async () => {
  const other = await bench.newContractor();
  const device = await bench.enroll(other);
  const bindingOf = () => handlers.getAndroidBinding({ ...none, params: { contractorId: other } }, admin(other));
  await control.revokeEnterprise((await bindingOf()).enterprise?.name ?? '');
  await android.reconcile(other);
  assert.equal((await bindingOf()).state, 'lost');
  assert.ok((await bench.events(other)).includes('android.enterprise_lost'));
  const body = { how: 'forget', reason: 'deleted by the customer' } as const;
  const released = await handlers.releaseAndroidEnterprise(
    { params: { contractorId: other }, query: undefined, body },
    admin(other),
  );
  assert.equal(released.state, 'not_bound');
  assert.equal((await bench.device(other, device.deviceId)).managementState, 'unmanaged');
  assert.equal((await bench.bind(other)).status, 200, 'another one can be bound');
});

test('the comparison is due by itself a day later, and once over all copies', async () => {
  await android.reconcile(contractorId);
  const { lastAt } = (await binding()).reconciliation;
  clock.advance('PT23H');
  await android.reconcile();
  assert.equal((await binding()).reconciliation.lastAt, lastAt);
  clock.advance('PT2H');
  await control.clearRequests();
  await Promise.all([android.reconcile(), android.reconcile()]);
  assert.notEqual((await binding()).reconciliation.lastAt, lastAt);
});
