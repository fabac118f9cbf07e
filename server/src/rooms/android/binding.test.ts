import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { testDatabase } from '../../base/testing.ts';
import { refusal } from '../directory/testing.ts';
import { androidBench, PUBLIC_URL } from './testing.ts';

const bench = await androidBench(await testDatabase());
const { control, handlers, admin } = bench;
const none = { query: undefined, body: undefined } as const;
const bindingOf = (contractorId: Awaited<ReturnType<typeof bench.emptyContractor>>) =>
  handlers.getAndroidBinding({ ...none, params: { contractorId } }, admin(contractorId));

test('a sign-up ends in one enterprise with policy and notifications', async () => {
  const contractorId = await bench.newContractor();
  await bench.settle();
  const binding = await bindingOf(contractorId);
  assert.deepEqual([binding.state, binding.projectOf], ['bound', 'installation']);
  assert.ok(binding.enterprise);
  const versions = await control.policyVersions(`${binding.enterprise.name}/policies/default`);
  assert.equal(versions.length, 1);
  const requests = await control.requests();
  const last = requests.filter(({ httpMethod }) => httpMethod === 'PATCH').at(-1);
  assert.ok(last?.query.includes('pubsubTopic'));
  assert.equal(binding.gates.find(({ note }) => note.code === 'android.gate.notifications_arrive')?.state, 'ok');
});

test('a repeated call-back makes no second enterprise', async () => {
  const contractorId = await bench.newContractor();
  const input = { params: { contractorId }, query: undefined, body: {} };
  await assert.rejects(
    handlers.startAndroidSignup(input, admin(contractorId)),
    refusal('conflict', 'android.already_bound'),
  );
  const other = await bench.emptyContractor();
  const { signup } = await handlers.startAndroidSignup(
    { params: { contractorId: other }, query: undefined, body: {} },
    admin(other),
  );
  assert.ok(signup);
  const back = await control.completeSignup(signup.url);
  assert.ok(back.startsWith(`${PUBLIC_URL}/android/callback/`));
  await control.clearRequests();
  const pages = await Promise.all([bench.visit(back), bench.visit(back)]);
  for (const { status } of pages) assert.ok(status === 200 || status === 409);
  assert.equal((await bench.visit(back)).status, 200);
  const created = (await control.requests()).filter(
    ({ httpMethod, path }) => httpMethod === 'POST' && path === '/v1/enterprises',
  );
  assert.equal(created.length, 1);
});

test("a key that only names somebody else's account does not get the token kept for it", async () => {
  const contractorId = await bench.newContractor();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const forged = { ...bench.ground.key, private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
  const put = (serviceAccountKey: string) =>
    handlers.putGoogleProject(
      { params: { contractorId }, query: undefined, body: { serviceAccountKey } },
      admin(contractorId),
    );
  await assert.rejects(put(JSON.stringify(forged)), refusal('precondition_failed', 'google.key_refused'));
  assert.equal((await bindingOf(contractorId)).projectOf, 'installation');
  const saved = await put(JSON.stringify(bench.ground.key)); // nor does the forged one get in the way of the real one
  assert.equal(saved.project?.keyId, bench.ground.key.private_key_id);
});

test('an enterprise is not deleted at Google while devices would be reset with it', async () => {
  const contractorId = await bench.newContractor();
  const { name, deviceId } = await bench.enroll(contractorId);
  const release = () => {
    const body = { how: 'delete', reason: 'test' } as const;
    return handlers.releaseAndroidEnterprise({ params: { contractorId }, query: undefined, body }, admin(contractorId));
  };
  await assert.rejects(release(), refusal('precondition_failed', 'android.devices_left'));
  assert.equal((await control.device(name)).state, 'ACTIVE');
  await bench.ask({ contractorId, name, deviceId }, { type: 'remove_management', reason: 'test' });
  await bench.settle();
  assert.equal((await release()).state, 'not_bound');
});

test('a failed creation takes no enterprise that was there before, whatever its name', async () => {
  const [former, next] = [await bench.newContractor(), await bench.emptyContractor()];
  const left = (await bindingOf(former)).enterprise?.name;
  const body = { how: 'forget', reason: 'test' } as const;
  await handlers.releaseAndroidEnterprise({ params: { contractorId: former }, query: undefined, body }, admin(former));
  const input = { params: { contractorId: next }, query: undefined, body: {} };
  const { signup } = await handlers.startAndroidSignup(input, admin(next));
  assert.ok(signup);
  const back = await control.completeSignup(signup.url);
  await control.fail({ fail: '503', method: 'enterprises.create', count: 1 });
  assert.equal((await bench.visit(back)).status, 502);
  assert.equal((await bindingOf(next)).state, 'signing_up');
  await control.fail({ fail: 'lost_answer', method: 'enterprises.create', count: 1 });
  assert.equal((await bench.visit(back)).status, 200, 'its own is found');
  const bound = (await bindingOf(next)).enterprise?.name;
  assert.ok(bound !== undefined && bound !== left);
});
