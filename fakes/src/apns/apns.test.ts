import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { after, before, beforeEach, describe, test } from 'node:test';
import { buildCsr, buildName, findNameValue, parsePemCertificates, parsePrivateKey } from '@tsukasa/cms';
import { ApnsClient, ApnsControl, createAuthority, FakeApns, mintPushCertificate, type Push } from './index.ts';

const HOUR = 3_600_000;
// The clients' TLS looks at the real time, so the clock starts there.
let now = Temporal.Now.instant().epochMilliseconds;
let apns: FakeApns;
let control: ApnsControl;
let session: ClientHttp2Session;
let topic: string;
let otherTopic: string;
let token: string;

type Answer = { readonly status: number; readonly id: string | undefined; readonly body: string };
type Asked = { readonly headers?: Record<string, string | string[] | undefined>; readonly body?: string };

function open(pair: { certificate: string; privateKey?: string } | undefined): ClientHttp2Session {
  const opened = connect(apns.origin, {
    ca: apns.rootPem,
    ...(pair === undefined ? {} : { cert: pair.certificate, key: pair.privateKey }),
  });
  opened.on('error', () => undefined);
  return opened;
}

function push(over: ClientHttp2Session, { headers = {}, body = '{"mdm":"magic"}' }: Asked = {}): Promise<Answer> {
  const wanted = {
    ':method': 'POST',
    ':path': `/3/device/${token}`,
    'apns-push-type': 'mdm',
    'apns-topic': topic,
    'apns-priority': '10',
    'apns-expiration': String(Math.floor((now + HOUR) / 1000)),
    ...headers,
  };
  const stream = over.request(Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)));
  return new Promise((resolve, reject) => {
    const answer = { status: 0, id: undefined as string | undefined, body: '' };
    stream.setEncoding('utf8');
    stream.on('response', (response) => {
      answer.status = Number(response[':status']);
      answer.id = response['apns-id']?.toString();
    });
    stream.on('data', (chunk: string) => {
      answer.body += chunk;
    });
    stream.on('error', reject);
    stream.on('close', () => (answer.status === 0 ? reject(new Error(`closed ${stream.rstCode}`)) : resolve(answer)));
    stream.end(body);
  });
}

before(async () => {
  apns = await FakeApns.start({ now: () => now, random: () => 0.5, maxConcurrentStreams: 64 });
  control = await ApnsControl.start(apns);
  const pair = apns.mint();
  topic = pair.topic;
  otherTopic = apns.mint().topic;
  session = open(pair);
});
after(async () => {
  session.destroy();
  await Promise.all([apns.close(), control.close()]);
});
beforeEach(() => {
  token = randomBytes(32).toString('hex');
  apns.tokens.register(token, topic);
  apns.failures.clear();
  apns.statistics.reset();
});

describe('what Apple refuses is refused with its words', () => {
  const table: readonly (Asked & { name: string; status: number; reason: string })[] = [
    { name: 'PUT', headers: { ':method': 'PUT' }, status: 405, reason: 'MethodNotAllowed' },
    { name: 'another path', headers: { ':path': '/3/devices/00' }, status: 404, reason: 'BadPath' },
    { name: 'no token', headers: { ':path': '/3/device/' }, status: 400, reason: 'MissingDeviceToken' },
    { name: 'a token that is not hex', headers: { ':path': '/3/device/xyz1' }, status: 400, reason: 'BadDeviceToken' },
    { name: 'half a byte', headers: { ':path': '/3/device/abc' }, status: 400, reason: 'BadDeviceToken' },
    {
      name: 'an unknown token',
      headers: { ':path': `/3/device/${'ab'.repeat(32)}` },
      status: 400,
      reason: 'BadDeviceToken',
    },
    { name: 'no topic', headers: { 'apns-topic': undefined }, status: 400, reason: 'MissingTopic' },
    { name: 'a topic that is none', headers: { 'apns-topic': 'jp.example.app' }, status: 400, reason: 'BadTopic' },
    {
      name: 'a foreign topic',
      headers: { 'apns-topic': 'com.apple.mgmt.External.x' },
      status: 400,
      reason: 'TopicDisallowed',
    },
    { name: 'no push type', headers: { 'apns-push-type': undefined }, status: 400, reason: 'InvalidPushType' },
    { name: 'an alert', headers: { 'apns-push-type': 'alert' }, status: 400, reason: 'InvalidPushType' },
    { name: 'a priority of 7', headers: { 'apns-priority': '7' }, status: 400, reason: 'BadPriority' },
    {
      name: 'a date as expiration',
      headers: { 'apns-expiration': '2026-01-01' },
      status: 400,
      reason: 'BadExpirationDate',
    },
    { name: 'an id that is no UUID', headers: { 'apns-id': '1' }, status: 400, reason: 'BadMessageId' },
    {
      name: 'a long collapse id',
      headers: { 'apns-collapse-id': 'x'.repeat(65) },
      status: 400,
      reason: 'BadCollapseId',
    },
    { name: 'an empty body', body: '', status: 400, reason: 'PayloadEmpty' },
    { name: 'a body with aps', body: '{"mdm":"m","aps":{}}', status: 400, reason: 'PayloadEmpty' },
    { name: 'a magic that is a number', body: '{"mdm":1}', status: 400, reason: 'PayloadEmpty' },
    { name: 'a large body', body: `{"mdm":"${'m'.repeat(4096)}"}`, status: 413, reason: 'PayloadTooLarge' },
  ];
  for (const { name, status, reason, ...asked } of table) {
    test(name, async () => {
      const answer = await push(session, asked);
      assert.equal(answer.status, status);
      assert.deepEqual(JSON.parse(answer.body), { reason });
      assert.match(answer.id ?? '', /^[0-9a-f-]{36}$/);
      assert.equal(apns.statistics.of('accepted'), 0);
    });
  }

  test('a header twice', async () => {
    const answer = await push(session, { headers: { 'apns-topic': [topic, topic] } });
    assert.deepEqual([answer.status, answer.body], [400, '{"reason":"DuplicateHeaders"}']);
  });

  test('a token of another topic', async () => {
    const foreign = randomBytes(32).toString('hex');
    apns.tokens.register(foreign, otherTopic);
    const answer = await push(session, { headers: { ':path': `/3/device/${foreign}` } });
    assert.deepEqual([answer.status, answer.body], [400, '{"reason":"DeviceTokenNotForTopic"}']);
  });

  test('a token that was given back, with the time', async () => {
    apns.tokens.unregister(token);
    const answer = await push(session);
    assert.deepEqual([answer.status, JSON.parse(answer.body)], [410, { reason: 'Unregistered', timestamp: now }]);
  });

  for (const [name, pair, reason] of [
    ['no certificate', () => undefined, 'MissingProviderToken'],
    ['a certificate of another authority', () => mintPushCertificate(createAuthority(now), {}, now), 'BadCertificate'],
    ['an expired certificate', () => apns.mint({ notBefore: now - 2 * HOUR, notAfter: now - HOUR }), 'BadCertificate'],
  ] as const) {
    test(name, async () => {
      const over = open(pair());
      const answer = await push(over);
      over.destroy();
      assert.deepEqual([answer.status, answer.body], [403, JSON.stringify({ reason })]);
    });
  }
});

describe('an accepted push', () => {
  test('is answered 200 without a body, with the sender’s id', async () => {
    const id = '123e4567-e89b-12d3-a456-4266554400a0';
    const answer = await push(session, { headers: { 'apns-id': id.toUpperCase() } });
    assert.deepEqual(answer, { status: 200, id, body: '' });
  });

  test('reaches a device that is there', async () => {
    const pushes: Push[] = [];
    apns.subscribe(token, topic, (one) => pushes.push(one));
    await push(session);
    assert.deepEqual(
      pushes.map(({ magic }) => magic),
      ['magic'],
    );
  });

  test('waits for a device that is away, only the newest', async () => {
    await push(session, { body: '{"mdm":"old"}' });
    await push(session, { body: '{"mdm":"new"}' });
    const pushes: Push[] = [];
    apns.subscribe(token, topic, (one) => pushes.push(one));
    assert.deepEqual(
      pushes.map(({ magic }) => magic),
      ['new'],
    );
    assert.equal(apns.statistics.of('replaced'), 1);
  });

  test('is forgotten after its expiration, and at once without one', async () => {
    await push(session);
    now += 2 * HOUR;
    apns.subscribe(token, topic, () => assert.fail('expired'))();
    await push(session, { headers: { 'apns-expiration': '0' } });
    apns.subscribe(token, topic, () => assert.fail('never kept'))();
    assert.equal(apns.statistics.of('dropped'), 1);
  });
});

describe('scripted failures', () => {
  for (const [fail, status] of [
    ['Forbidden', 403],
    ['TooManyRequests', 429],
    ['InternalServerError', 500],
    ['ServiceUnavailable', 503],
  ] as const) {
    test(`${fail}, once`, async () => {
      apns.failures.add({ fail, token, count: 1 });
      assert.equal((await push(session)).status, status);
      assert.equal((await push(session)).status, 200);
    });
  }

  test('ExpiredToken with its timestamp', async () => {
    apns.failures.add({ fail: 'ExpiredToken', topic, timestamp: 5 });
    assert.deepEqual(JSON.parse((await push(session)).body), { reason: 'ExpiredToken', timestamp: 5 });
  });

  test('a probability below the drawn number lets pass', async () => {
    apns.failures.add({ fail: 'Forbidden', probability: 0.4 });
    assert.equal((await push(session)).status, 200);
  });

  test('a refused stream can be tried again on the same connection', async () => {
    apns.failures.add({ fail: 'refuse_stream', count: 1 });
    await assert.rejects(push(session), { code: 'ERR_HTTP2_STREAM_ERROR' });
    assert.equal((await push(session)).status, 200);
  });

  test('hanging: no answer comes', async () => {
    apns.failures.add({ fail: 'hang', count: 1 });
    const won = await Promise.race([push(session), new Promise((resolve) => setTimeout(resolve, 100, 'nothing'))]);
    assert.equal(won, 'nothing');
  });

  test('GOAWAY in the middle of a stream says that it was not processed', async () => {
    const over = open(apns.mint({ topic }));
    const away = new Promise<[number, number, string]>((resolve) => {
      over.on('goaway', (code, last, data) => resolve([code, last, Buffer.from(data ?? []).toString()]));
    });
    await push(over);
    apns.failures.add({ fail: 'goaway', count: 1 });
    await assert.rejects(push(over));
    assert.deepEqual(await away, [constants.NGHTTP2_NO_ERROR, 1, '{"reason":"Shutdown"}']);
  });
});

describe('the control port', () => {
  const post = (path: string, body: object) =>
    fetch(control.origin + path, { method: 'POST', body: JSON.stringify(body) });

  test('announces how many streams a connection may have', () => {
    assert.equal(session.remoteSettings.maxConcurrentStreams, 64);
  });

  test('signs a request as the portal does, for the topic of a renewal', async () => {
    const { privateKey = '' } = apns.mint();
    const key = parsePrivateKey(privateKey);
    const csr = buildCsr({ subject: buildName([['CN', 'push']]), privateKey: key });
    const answer = await post('/push-certificates', { csr: csr.toString('base64'), topic });
    assert.equal(answer.status, 201);
    const { certificate, ...rest } = (await answer.json()) as { certificate: string; topic: string };
    assert.equal('privateKey' in rest, false);
    const [parsed] = parsePemCertificates(certificate);
    assert.equal(parsed && findNameValue(parsed.subject, 'UID'), topic);
    const over = open({ certificate, privateKey });
    assert.equal((await push(over)).status, 200);
    over.destroy();
  });

  test('refuses nonsense', async () => {
    for (const [path, body] of [
      ['/push-certificates', { csr: 'AAAA' }],
      ['/tokens', { token: 'ab' }],
      ['/failures', { fail: 'Nothing' }],
    ] as const) {
      assert.equal((await post(path, body)).status, 400);
    }
  });

  test('hands pushes to devices of other processes, and hears of tokens that are gone', async () => {
    const client = await ApnsClient.connect(control.origin);
    const got = Promise.withResolvers<Push>();
    const hex = randomBytes(32).toString('hex');
    await client.subscribe(hex, topic, got.resolve);
    await push(session, { headers: { ':path': `/3/device/${hex}` } });
    assert.equal((await got.promise).magic, 'magic');
    await client.unregister(hex);
    assert.equal((await push(session, { headers: { ':path': `/3/device/${hex}` } })).status, 410);
    client.close();
  });
});
