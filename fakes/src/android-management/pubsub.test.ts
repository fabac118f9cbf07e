import assert from 'node:assert/strict';
import { createPublicKey, createVerify } from 'node:crypto';
import { after, beforeEach, describe, test } from 'node:test';
import { makeStage, PUSH_ACCOUNT, type Received, TOPIC } from './testing.ts';
import type { Message } from './validate.ts';

const NOW = Temporal.Instant.from('2026-11-26T00:00:00Z').epochMilliseconds;
const SHORT = 'projects/tsukasa-test/topics/short';
const stage = await makeStage({ now: () => NOW });
after(() => stage.close());

beforeEach(async () => {
  await stage.control.setDelivery({});
  await stage.control.settle();
  stage.inbox.received.length = 0;
  stage.inbox.answers = [];
});

const publish = async (...numbers: readonly number[]) => {
  for (const n of numbers) await stage.control.publish(TOPIC, 'STATUS_REPORT', { n });
  await stage.control.settle();
};
const arrived = () => stage.inbox.of('STATUS_REPORT').map(({ n }) => n);

/** What the token of a push says, once Google's key set has verified it. */
async function verified({ headers }: Received): Promise<Message> {
  const [head = '', body = '', signature = ''] = (headers.authorization ?? '').replace('Bearer ', '').split('.');
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
  const set = (await (await fetch(`${stage.standIn.origin}/oauth2/v3/certs`)).json()) as {
    keys: { readonly kid: string; readonly kty: string; readonly n: string; readonly e: string }[];
  };
  const key = set.keys.find((one) => one.kid === kid);
  assert.ok(key, 'the key is in the set');
  const right = createVerify('RSA-SHA256')
    .update(`${head}.${body}`)
    .verify(createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url'));
  assert.ok(right, 'the signature is right');
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Message;
}

function first(): Received {
  const [received] = stage.inbox.received;
  assert.ok(received);
  return received;
}

describe('a push', () => {
  test('has the envelope and the token that Google’s has', async () => {
    await publish(1);
    const { message } = first();
    assert.equal(message['messageId'], message['message_id']);
    assert.equal(message['publishTime'], '2026-11-26T00:00:00Z');
    assert.equal(message['publish_time'], message['publishTime']);
    assert.deepEqual(message['attributes'], { notificationType: 'STATUS_REPORT' });
    const claims = await verified(first());
    assert.deepEqual(
      [claims['iss'], claims['aud'], claims['email'], claims['email_verified'], claims['iat'], claims['exp']],
      ['https://accounts.google.com', stage.inbox.url, PUSH_ACCOUNT, true, NOW / 1000, NOW / 1000 + 3600],
    );
  });

  test('never brings a token that has expired, however long the subscription lives', async () => {
    for (let hours = 0; hours < 3; hours++) {
      await stage.control.advance('PT44M');
      stage.inbox.received.length = 0;
      await publish(hours);
      assert.ok(Number((await verified(first()))['exp']) > stage.standIn.clock.milliseconds / 1000);
    }
  });

  test('comes again, later and later, until it is acknowledged', async () => {
    stage.inbox.answers = [500, 400, 302, 204];
    await publish(1);
    assert.equal(arrived().length, 1);
    for (const [milliseconds, count] of [
      [99, 1],
      [1, 2],
      [199, 2],
      [1, 3],
      [399, 3],
      [1, 4],
      [600_000, 4],
    ] as const) {
      await stage.control.advance({ milliseconds });
      assert.equal(arrived().length, count);
    }
    const [last] = (await stage.control.notifications()).slice(-1);
    assert.deepEqual([last?.attempts, last?.lastAnswer, last?.state], [4, '204', 'acknowledged']);
    assert.equal(new Set(stage.inbox.received.map(({ message }) => message['messageId'])).size, 1);
  });

  test('is given up when the subscription keeps it no longer', async () => {
    const order = { name: 'short', topic: SHORT, pushEndpoint: stage.inbox.url, serviceAccountEmail: PUSH_ACCOUNT };
    await stage.control.createTopic(SHORT);
    await stage.control.subscribe({ ...order, retentionMs: 600_000 });
    stage.inbox.answers = Array(100).fill(503);
    await stage.control.publish(SHORT, 'STATUS_REPORT', {});
    await stage.control.advance('PT9M');
    assert.equal((await stage.control.notifications()).at(-1)?.state, 'waiting');
    await stage.control.advance('PT3M');
    assert.equal((await stage.control.notifications()).at(-1)?.state, 'expired');
  });

  test('is sent nowhere when nobody has subscribed', async () => {
    await stage.control.createTopic('projects/tsukasa-test/topics/lonely');
    await stage.control.publish('projects/tsukasa-test/topics/lonely', 'STATUS_REPORT', {});
    await stage.control.settle();
    assert.equal(stage.inbox.received.length, 0);
  });
});

describe('switches', () => {
  test('delay', async () => {
    await stage.control.setDelivery({ delayMs: 5000 });
    await publish(1);
    assert.deepEqual(arrived(), []);
    await stage.control.advance('PT5S');
    assert.deepEqual(arrived(), [1]);
  });

  test('duplicate: the same message twice', async () => {
    await stage.control.setDelivery({ duplicate: true });
    await publish(1);
    assert.deepEqual(arrived(), [1, 1]);
    assert.equal(stage.inbox.received[0]?.message['messageId'], stage.inbox.received[1]?.message['messageId']);
  });

  test('reorder: pairs change places, and the last one does not get lost', async () => {
    await stage.control.setDelivery({ reorder: true });
    for (const n of [1, 2, 3]) await publish(n);
    assert.deepEqual(arrived(), [2, 1]);
    await stage.control.setDelivery({});
    await stage.control.settle();
    assert.deepEqual(arrived(), [2, 1, 3]);
  });

  test('drop: the next two never arrive', async () => {
    await stage.control.setDelivery({ drop: 2 });
    await publish(1, 2, 3);
    assert.deepEqual(arrived(), [3]);
    assert.deepEqual(
      (await stage.control.notifications()).slice(-3).map(({ state }) => state),
      ['dropped', 'dropped', 'acknowledged'],
    );
  });

  test('replay: an old message once more', async () => {
    await publish(1);
    await stage.control.replay(String(first().message['messageId']));
    await stage.control.settle();
    assert.deepEqual(arrived(), [1, 1]);
    assert.equal(await stage.control.replay('0'), false);
  });

  for (const [token, field, value] of [
    ['wrong_audience', 'aud', 'https://another.example/push'],
    ['wrong_email', 'email', 'somebody@another.example'],
    ['expired', 'exp', NOW / 1000 - 3600],
  ] as const) {
    test(`a token with ${token}`, async () => {
      await stage.control.setDelivery({ token });
      await publish(1);
      const drift = token === 'expired' ? stage.standIn.clock.milliseconds - NOW : 0;
      const claims = await verified(first());
      assert.equal(claims[field], typeof value === 'number' ? value + Math.floor(drift / 1000) : value);
    });
  }

  test('a token that a stranger signed, with our key’s name or its own, and none', async () => {
    await stage.control.setDelivery({ token: 'bad_signature' });
    await publish(1);
    await assert.rejects(verified(first()), /signature is right/);
    stage.inbox.received.length = 0;
    await stage.control.setDelivery({ token: 'unknown_key' });
    await publish(1);
    await assert.rejects(verified(first()), /key is in the set/);
    stage.inbox.received.length = 0;
    await stage.control.setDelivery({ token: 'missing' });
    await publish(1);
    assert.equal(first().headers.authorization, undefined);
  });
});
