import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionRequest } from '@tsukasa/api';
import { testDatabase } from '../../base/testing.ts';
import { refusal } from '../directory/testing.ts';
import { androidBench, type BenchDevice } from './testing.ts';

const database = await testDatabase();
const bench = await androidBench(database);
const { control, clock } = bench;
const contractorId = await bench.newContractor();

/** Asked, handed to Google, done by the device and told. */
async function done(device: BenchDevice, request: ActionRequest) {
  const actionId = await bench.ask(device, { reason: 'test', ...request });
  await bench.settle();
  return bench.action(contractorId, actionId);
}

const shown = (device: BenchDevice) => bench.device(contractorId, device.deviceId);

test('a fully managed device locks, takes a password, restarts, is lost and found, and is erased', async () => {
  const device = await bench.enroll(contractorId);
  const locked = await done(device, { type: 'lock' });
  assert.equal(locked.state, 'done');
  assert.deepEqual(
    locked.steps.map(({ step, at }) => [step, at !== null]),
    [
      ['asked', true],
      ['queued', true],
      ['woken', true],
      ['answered', true],
    ],
  );
  assert.equal(locked.steps.find(({ step }) => step === 'woken')?.detail?.code, 'android.handed_to_google');
  assert.equal((await control.device(device.name)).locked, true);
  assert.equal((await done(device, { type: 'restart' })).state, 'done');
  const lost = await done(device, { type: 'lost_mode_on', params: { message: '拾った方はお電話ください' } });
  assert.equal(lost.state, 'done');
  clock.advance('PT10M');
  await bench.settle();
  const missing = await shown(device);
  assert.equal(missing.lostMode, true);
  assert.ok(missing.location, 'lost mode sends where it is');
  assert.equal((await done(device, { type: 'lost_mode_off' })).state, 'done');
  const reset = await done(device, { type: 'reset_passcode', params: { lockNow: true } });
  assert.equal(reset.state, 'done');
  assert.deepEqual(
    reset.secrets.map(({ kind }) => kind),
    ['new_passcode'],
  );
  const erased = await done(device, { type: 'erase', params: { wipeExternalStorage: true } });
  assert.equal(erased.state, 'done');
  assert.equal((await shown(device)).managementState, 'unmanaged');
});

test('Android says itself that it is in lost mode already, and that counts as a failure', async () => {
  const device = await bench.enroll(contractorId);
  const wanted = { type: 'lost_mode_on', params: { message: 'x' } } as const;
  const first = await bench.ask(device, wanted);
  const second = await bench.ask(device, wanted);
  await bench.settle();
  const states = [await bench.action(contractorId, first), await bench.action(contractorId, second)];
  assert.deepEqual(
    states.map(({ state, failure }) => [state, failure?.code]),
    [
      ['done', undefined],
      ['failed', 'android.already_in_lost_mode'],
    ],
  );
});

test('clearing the data of apps tells the result of each', async () => {
  const device = await bench.enroll(contractorId, { usageMode: 'personally-owned' });
  const packageNames = ['jp.example.nothing', 'com.google.android.apps.work.clouddpc'];
  const cleared = await done(device, { type: 'clear_app_data', params: { packageNames } });
  assert.equal(cleared.state, 'failed');
  assert.deepEqual(cleared.result, {
    apps: { 'jp.example.nothing': 'APP_NOT_FOUND', 'com.google.android.apps.work.clouddpc': 'APP_PROTECTED' },
  });
});

test('a company gives up a device with a work profile, and its person keeps it', async () => {
  const device = await bench.enroll(contractorId, { managementMode: 'work-profile' });
  assert.deepEqual(
    [(await shown(device)).usageMode, (await shown(device)).managementMode],
    ['company-owned', 'work-profile'],
  );
  assert.equal((await done(device, { type: 'relinquish_ownership' })).state, 'done');
  assert.equal((await shown(device)).managementState, 'unmanaged');
});

test('a deletion is done only when the device reports it; one that is silent is never confirmed', async () => {
  const heard = await bench.enroll(contractorId);
  const confirmed = await done(heard, { type: 'remove_management' });
  assert.deepEqual([confirmed.state, confirmed.result], ['done', { deviceReported: 'DELETED' }]);
  const silent = await bench.enroll(contractorId);
  await control.change(silent.name, { online: false });
  const open = await done(silent, { type: 'remove_management' });
  assert.deepEqual([open.state, open.waitingFor], ['sent', 'answered']);
  assert.equal(open.steps.find(({ step }) => step === 'woken')?.detail?.code, 'android.deleted_at_google');
  assert.equal((await shown(silent)).managementState, 'managed');
});

test('a refresh reads what Google knows, and asks nothing of the device', async () => {
  const device = await bench.enroll(contractorId);
  await control.change(device.name, { online: false });
  const refreshed = await done(device, { type: 'refresh' });
  assert.equal(refreshed.state, 'done');
  assert.ok(refreshed.result?.lastStatusReportTime);
});

test('a cancellation is asked of Google, which tells the end', async () => {
  const device = await bench.enroll(contractorId);
  await control.change(device.name, { online: false });
  const actionId = await bench.ask(device, { type: 'lock' });
  await bench.settle();
  const params = { contractorId, actionId };
  await bench.actions.handlers.cancelAction({ params, query: undefined, body: {} }, bench.admin(contractorId));
  await bench.settle();
  clock.advance('PT10S');
  await bench.settle();
  assert.equal((await bench.action(contractorId, actionId)).state, 'cancelled');
});

const commands = async () =>
  (await control.requests()).filter(({ path }) => path.endsWith(':issueCommand')).map(({ status }) => status);

test('refused for quota it is sent again later, and never twice', async () => {
  const device = await bench.enroll(contractorId);
  await control.clearRequests();
  await control.fail({ fail: '429', method: 'devices.issueCommand', count: 1, retryAfter: 90 });
  const actionId = await bench.ask(device, { type: 'lock' });
  await bench.settle();
  const waiting = await bench.action(contractorId, actionId);
  assert.equal(waiting.steps.find(({ step }) => step === 'woken')?.detail?.code, 'android.quota');
  clock.advance('PT85S');
  await bench.settle();
  assert.deepEqual(await commands(), [429], 'not before Google said');
  clock.advance('PT2M');
  await bench.settle();
  assert.deepEqual(await commands(), [429, 200]);
  assert.equal((await bench.action(contractorId, actionId)).state, 'done');
});

test('when the answer is lost, the operation is looked for before anything is sent again', async () => {
  const device = await bench.enroll(contractorId);
  await control.change(device.name, { online: false });
  await control.clearRequests();
  await control.fail({ fail: 'lost_answer', method: 'devices.issueCommand', count: 1 });
  const actionId = await bench.ask(device, { type: 'lock' });
  await bench.settle();
  clock.advance('PT1M');
  await bench.settle();
  assert.equal((await commands()).length, 1, 'Google had it');
  await control.change(device.name, { online: true });
  await bench.settle();
  assert.equal((await bench.action(contractorId, actionId)).state, 'done');
});

for (const fail of ['503', 'html_502', 'half_json', 'reset'] as const) {
  test(`after ${fail} it is sent again once Google has no operation of it`, async () => {
    const device = await bench.enroll(contractorId);
    await control.clearRequests();
    await control.fail({ fail, method: 'devices.issueCommand', count: 1 });
    const actionId = await bench.ask(device, { type: 'lock' });
    await bench.settle();
    clock.advance('PT1M');
    await bench.settle();
    assert.equal((await bench.action(contractorId, actionId)).state, 'done');
    assert.equal((await commands()).length, 2);
    assert.ok((await control.requests()).some(({ path }) => path.endsWith('/operations')));
  });
}

test('an end that no notification told is found by looking', async () => {
  const device = await bench.enroll(contractorId);
  await control.setDelivery({ drop: 100 });
  const actionId = await bench.ask(device, { type: 'lock' });
  await bench.settle();
  await control.setDelivery({});
  assert.equal((await bench.action(contractorId, actionId)).state, 'sent');
  clock.advance('PT16M');
  await bench.settle();
  assert.equal((await bench.action(contractorId, actionId)).state, 'done');
});

test('an access token that was taken back is replaced at once', async () => {
  const device = await bench.enroll(contractorId);
  await control.revokeAccessTokens();
  await control.clearRequests();
  assert.equal((await done(device, { type: 'lock' })).state, 'done');
  assert.ok((await control.requests()).some(({ status }) => status === 401));
  assert.equal((await commands()).filter((status) => status === 200).length, 1);
});

test('lost mode needs something to show: without it nothing is asked of Google', async () => {
  const device = await bench.enroll(contractorId);
  for (const params of [undefined, {}]) {
    const request = { type: 'lost_mode_on', ...(params === undefined ? {} : { params }) } as const;
    await assert.rejects(bench.ask(device, request), refusal('invalid', 'request.validation'));
  }
});

test('a wipe whose answer is lost has not failed because the device is gone', async () => {
  const device = await bench.enroll(contractorId);
  await control.fail({ fail: 'lost_answer', method: 'devices.issueCommand', count: 1 });
  await control.setDelivery({ delayMs: 120_000 });
  const actionId = await bench.ask(device, { type: 'erase', reason: 'test' });
  await bench.settle();
  clock.advance('PT1M');
  await bench.settle();
  assert.equal((await bench.action(contractorId, actionId)).state, 'queued', 'nobody knows yet');
  await control.setDelivery({});
  clock.advance('PT2M');
  await bench.settle();
  const wiped = await bench.action(contractorId, actionId);
  assert.deepEqual([wiped.state, wiped.result], ['done', { deviceReported: 'DELETED' }]);
});

test('a wipe that no notification told is done when Google has no record of the device any more', async () => {
  const device = await bench.enroll(contractorId);
  clock.advance('PT2H');
  await control.setDelivery({ drop: 100 });
  const actionId = await bench.ask(device, { type: 'erase', reason: 'test' });
  await bench.settle();
  clock.advance('PT16M');
  await bench.settle();
  await control.setDelivery({});
  assert.equal((await bench.action(contractorId, actionId)).state, 'sent', 'looking after it finds nothing');
  await bench.android.reconcile(contractorId);
  const wiped = await bench.action(contractorId, actionId);
  assert.deepEqual([wiped.state, wiped.result], ['done', { deviceRecord: 'gone' }]);
  assert.equal((await shown(device)).managementState, 'unmanaged');
});

test('what waited long behind slow requests is left to whoever may have taken it over, and looked for first', async () => {
  const devices: BenchDevice[] = [];
  while (devices.length < 10) devices.push(await bench.enroll(contractorId));
  await control.clearRequests();
  const { journal } = bench.ground.standIn;
  const add = journal.add.bind(journal);
  journal.add = (entry) => {
    add(entry);
    if (!entry.path.endsWith(':issueCommand')) return;
    journal.add = add;
    clock.advance('PT3M'); // the first answer took so long
  };
  const asked: string[] = [];
  for (const device of devices) asked.push(await bench.ask(device, { type: 'lock' }));
  await bench.settle();
  clock.advance('PT5M');
  await bench.settle();
  for (const actionId of asked) assert.equal((await bench.action(contractorId, actionId)).state, 'done');
  assert.equal((await commands()).length, devices.length, 'each was sent once');
  const looked = (await control.requests()).filter(({ path }) => path.endsWith('/operations'));
  assert.equal(looked.length, 2);
});
