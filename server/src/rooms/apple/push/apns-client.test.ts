import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type ContractorId, newId } from '../../../base/ids.ts';
import { type ApnsClient, type ApnsClientOptions, createApnsClient } from './apns-client.ts';
import { pushIdentity, testApns } from './testing.ts';

const CONTRACTOR = newId<'Contractor'>();
const expiresAt = Temporal.Instant.from('2026-04-08T00:00:00Z');

function clientOf({ origin, caFile }: ApnsClientOptions): ApnsClient {
  const client = createApnsClient({ origin, caFile });
  after(() => client.close(0));
  return client;
}

const push = (n = 1, topic = 'com.apple.mgmt.External.test') => ({
  topic,
  token: Buffer.from(n.toString(16).padStart(64, '0'), 'hex'),
  pushMagic: `magic-${n}`,
  expiresAt,
});

test('a push carries the headers and the body that MDM wants, and connections are kept', async () => {
  const apns = await testApns();
  const client = clientOf(apns);
  const identity = pushIdentity(CONTRACTOR);
  assert.deepEqual(await client.send(identity, push(1)), { kind: 'answered', status: 200 });
  assert.deepEqual(await client.send(identity, push(2)), { kind: 'answered', status: 200 });
  const [first] = apns.received;
  assert.equal(first?.token, '1'.padStart(64, '0'));
  assert.equal(first?.body, '{"mdm":"magic-1"}');
  const { headers } = first ?? { headers: {} };
  assert.deepEqual(
    [headers['apns-push-type'], headers['apns-topic'], headers['apns-priority'], headers['apns-expiration']],
    ['mdm', identity.topic, '10', String(expiresAt.epochMilliseconds / 1000)],
  );
  assert.equal(apns.sessions.opened, 1);
});

test('refusals come back with status, reason and time', async () => {
  const apns = await testApns();
  const client = clientOf(apns);
  const identity = pushIdentity(CONTRACTOR);
  apns.answer = () => ({ status: 410, body: { reason: 'Unregistered', timestamp: 1_770_000_000_000 } });
  const goneSince = Temporal.Instant.fromEpochMilliseconds(1_770_000_000_000);
  assert.deepEqual(await client.send(identity, push()), {
    kind: 'answered',
    status: 410,
    reason: 'Unregistered',
    goneSince,
  });
  apns.answer = () => ({ status: 429, body: { reason: 'TooManyRequests' }, headers: { 'retry-after': '90' } });
  const throttled = await client.send(identity, push());
  assert.deepEqual(throttled, { kind: 'answered', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 90 });
  apns.answer = () => ({ status: 500, body: 'x'.repeat(10_000) });
  assert.deepEqual(await client.send(identity, push()), { kind: 'answered', status: 500 });
});

test('never more streams than the server allows, on at most two connections', async () => {
  const apns = await testApns(5);
  apns.delay = 5;
  const client = clientOf(apns);
  const identity = pushIdentity(CONTRACTOR);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => client.send(identity, push(n))));
  assert.ok(answers.every((answer) => answer.kind === 'answered' && answer.status === 200));
  assert.ok(apns.mostAtOnce <= 10, String(apns.mostAtOnce));
  assert.equal(apns.sessions.opened, 2);
});

test('a refused stream, a GOAWAY and a lost connection are tried once more elsewhere', async () => {
  const apns = await testApns();
  const client = clientOf(apns);
  const identity = pushIdentity(CONTRACTOR);
  for (const once of ['refuse', { goaway: { reason: 'Shutdown' } }] as const) {
    let left = 1;
    apns.answer = () => (left-- > 0 ? once : { status: 200 });
    assert.deepEqual(await client.send(identity, push()), { kind: 'answered', status: 200 });
  }
  let cut = false;
  apns.answer = () => {
    if (cut) return { status: 200 };
    cut = true;
    for (const session of apns.sessions.open) session.destroy();
    return 'hang';
  };
  assert.deepEqual(await client.send(identity, push()), { kind: 'answered', status: 200 });
  apns.answer = () => 'refuse';
  assert.deepEqual(await client.send(identity, push()), { kind: 'unreachable', reason: 'connection_lost' });
});

test('a GOAWAY that blames the certificate is a refusal of it', async () => {
  const apns = await testApns();
  const client = clientOf(apns);
  apns.answer = () => ({ goaway: { reason: 'BadCertificate' } });
  const answer = await client.send(pushIdentity(CONTRACTOR), push());
  assert.deepEqual(answer, { kind: 'refused', reason: 'BadCertificate' });
});

test('a connection that the server does not accept is not tried again at once, for this certificate', async () => {
  const apns = await testApns();
  const client = clientOf(apns);
  const identity = pushIdentity(CONTRACTOR, { stranger: true });
  const answer = await client.send(identity, push());
  // Node closes without a TLS alert; with one the answer is `refused`.
  assert.deepEqual(answer, { kind: 'unreachable', reason: 'closed_early' });
  const started = performance.now();
  assert.deepEqual(await client.send(identity, push()), answer);
  assert.ok(performance.now() - started < 100);
  assert.deepEqual(await client.send(pushIdentity(newId<'Contractor'>()), push()), { kind: 'answered', status: 200 });
});

test('without a server, or with one we do not trust, the push is unreachable', async () => {
  const apns = await testApns();
  const untrusting = clientOf({ origin: apns.origin });
  const answer = await untrusting.send(pushIdentity(CONTRACTOR), push());
  assert.equal(answer.kind, 'unreachable');
  assert.equal(apns.received.length, 0);
  await apns.stop();
  const client = clientOf(apns);
  assert.deepEqual(await client.send(pushIdentity(CONTRACTOR), push()), {
    kind: 'unreachable',
    reason: 'ECONNREFUSED',
  });
});

test('a server that never answers costs ten seconds, and its connection', { timeout: 30_000 }, async (t) => {
  const apns = await testApns();
  const client = clientOf(apns);
  const identity = pushIdentity(CONTRACTOR);
  await client.send(identity, push());
  apns.answer = () => 'hang';
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const answer = client.send(identity, push());
  while (apns.received.length < 2) await new Promise((done) => setImmediate(done));
  t.mock.timers.tick(10_000);
  assert.deepEqual(await answer, { kind: 'unreachable', reason: 'timeout' });
  t.mock.timers.reset();
});

test('a replaced certificate uses its own connection, and the old one is closed', async () => {
  const apns = await testApns();
  const client = clientOf(apns);
  const contractorId: ContractorId = newId();
  await client.send(pushIdentity(contractorId), push());
  await client.send(pushIdentity(contractorId), push());
  assert.equal(apns.sessions.opened, 2);
  while (apns.sessions.open.size > 1) await new Promise((done) => setTimeout(done, 5));
  assert.equal(client.connections(), 1);
});

test('closing lets what is in flight end, and refuses what comes later', async () => {
  const apns = await testApns();
  apns.delay = 50;
  const client = clientOf(apns);
  const identity = pushIdentity(CONTRACTOR);
  const running = client.send(identity, push());
  while (apns.received.length === 0) await new Promise((done) => setTimeout(done, 2));
  await client.close();
  assert.deepEqual(await running, { kind: 'answered', status: 200 });
  assert.deepEqual(await client.send(identity, push()), { kind: 'unreachable', reason: 'stopping' });
  assert.equal(client.connections(), 0);
});
