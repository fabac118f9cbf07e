import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { FakeWns, type WnsApp, type WnsChannel, WnsClient, WnsControl } from './index.ts';

const DAY_MS = 86_400_000;
let wns: FakeWns;
let app: WnsApp;
let now = Temporal.Now.instant().epochMilliseconds;

before(async () => {
  wns = await FakeWns.start({ now: () => now });
});
after(() => wns.close());
beforeEach(() => {
  wns.clearFailures();
  app = wns.apps.register();
});

async function open(listener: () => void = () => undefined, of = app): Promise<WnsChannel> {
  const channel = await wns.openChannel(of.pfn, listener);
  assert.ok(channel);
  return channel;
}

function askToken(fields: Record<string, string>, method = 'POST'): Promise<Response> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: app.sid,
    client_secret: app.secret,
    scope: 'notify.windows.com',
    ...fields,
  });
  return fetch(`${wns.origin}/accesstoken.srf`, { method, ...(method === 'POST' ? { body: form } : {}) });
}

async function token(): Promise<string> {
  const answer = (await (await askToken({})).json()) as { access_token: string };
  return answer.access_token;
}

function notify(
  uri: string,
  bearer: string,
  headers: Record<string, string | undefined> = {},
  body = 'wake',
  method = 'POST',
) {
  const all: Record<string, string | undefined> = {
    authorization: `Bearer ${bearer}`,
    'content-type': 'application/octet-stream',
    'x-wns-type': 'wns/raw',
    'x-wns-cache-policy': 'cache',
    'x-wns-requestforstatus': 'true',
    ...headers,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return fetch(uri, { method, headers: given, ...(method === 'GET' ? {} : { body }) });
}

describe('tokens', () => {
  test('are given for identity and secret, for a day', async () => {
    const answer = await askToken({});
    assert.equal(answer.status, 200);
    const { token_type, expires_in, access_token } = (await answer.json()) as Record<string, unknown>;
    assert.deepEqual([token_type, expires_in], ['bearer', 86_400]);
    const { uri } = await open();
    assert.equal((await notify(uri, String(access_token))).status, 200);
    now += DAY_MS;
    assert.equal((await notify(uri, String(access_token))).status, 401);
  });

  for (const [what, fields] of [
    ['a wrong secret', { client_secret: 'x' }],
    ['an unknown identity', { client_id: 'ms-app://s-1-15-2-1' }],
    ['another scope', { scope: 'other' }],
    ['another grant', { grant_type: 'password' }],
  ] as const) {
    test(`are refused for ${what}`, async () => assert.equal((await askToken(fields)).status, 400));
  }

  test('are asked for with POST only', async () => assert.equal((await askToken({}, 'GET')).status, 405));

  test('are worth nothing when they are revoked', async () => {
    const { uri } = await open();
    const bearer = await token();
    wns.apps.revokeTokens();
    assert.equal((await notify(uri, bearer)).status, 401);
    assert.equal((await notify(uri, await token())).status, 200);
  });
});

describe('a notification', () => {
  test('reaches the PC, and says so', async () => {
    let pushes = 0;
    const { uri } = await open(() => pushes++);
    const answer = await notify(uri, await token());
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('x-wns-status'), 'received');
    assert.equal(answer.headers.get('x-wns-deviceconnectionstatus'), 'connected');
    assert.match(answer.headers.get('x-wns-msg-id') ?? '', /^[0-9A-F]{16}$/);
    assert.equal(pushes, 1);
    assert.equal(wns.notifications.at(-1)?.delivery, 'received');
  });

  test('is kept for a PC that is away, the newest one, for its time', async () => {
    let pushes = 0;
    const channel = await open(() => pushes++);
    channel.setConnected(false);
    const bearer = await token();
    const answer = await notify(channel.uri, bearer, { 'x-wns-ttl': '60' });
    assert.equal(answer.headers.get('x-wns-deviceconnectionstatus'), 'disconnected');
    await notify(channel.uri, bearer, { 'x-wns-ttl': '60' });
    assert.equal(pushes, 0);
    channel.setConnected(true);
    assert.equal(pushes, 1);
    channel.setConnected(false);
    await notify(channel.uri, bearer, { 'x-wns-ttl': '60' });
    now += 61_000;
    channel.setConnected(true);
    assert.equal(pushes, 1);
  });

  test('is dropped for a PC that is away when it must not be kept', async () => {
    const channel = await open();
    channel.setConnected(false);
    const answer = await notify(channel.uri, await token(), { 'x-wns-cache-policy': 'no-cache' });
    assert.equal(answer.headers.get('x-wns-status'), 'dropped');
  });

  const refused: readonly (readonly [string, number, Record<string, string | undefined>])[] = [
    ['without a token', 401, { authorization: undefined }],
    ['with another scheme', 401, { authorization: 'Basic eA==' }],
    ['without its type', 400, { 'x-wns-type': undefined }],
    ['of another type', 400, { 'x-wns-type': 'wns/toast' }],
    ['of another content type', 400, { 'content-type': 'text/plain' }],
    ['with another cache policy', 400, { 'x-wns-cache-policy': 'always' }],
    ['with a TTL that is no number', 400, { 'x-wns-ttl': '0' }],
  ];
  for (const [what, status, headers] of refused) {
    test(`${what} is refused with ${status}`, async () => {
      let pushes = 0;
      const { uri } = await open(() => pushes++);
      assert.equal((await notify(uri, await token(), headers)).status, status);
      assert.equal(pushes, 0);
    });
  }

  test('must not be empty, nor larger than 5000 bytes', async () => {
    const { uri } = await open();
    const bearer = await token();
    assert.equal((await notify(uri, bearer, {}, '')).status, 400);
    assert.equal((await notify(uri, bearer, {}, 'x'.repeat(5000))).status, 200);
    assert.equal((await notify(uri, bearer, {}, 'x'.repeat(5001))).status, 413);
    assert.equal((await notify(uri, bearer, {}, '', 'GET')).status, 405);
  });

  test('for an unknown channel is 404, for an old one 410, for another app 403', async () => {
    const bearer = await token();
    const forgotten = await open();
    wns.channels.forget(forgotten.uri);
    assert.equal((await notify(forgotten.uri, bearer)).status, 404);
    const expired = await open();
    wns.channels.expire(expired.uri);
    assert.equal((await notify(expired.uri, bearer)).status, 410);
    const foreign = await open(undefined, wns.apps.register());
    assert.equal((await notify(foreign.uri, bearer)).status, 403);
    const old = await open();
    now += 31 * DAY_MS;
    assert.equal((await notify(old.uri, await token())).status, 410);
  });

  test('can be made to fail in every way', async () => {
    const { uri } = await open();
    const bearer = await token();
    wns.fail({ fail: 406, count: 1, retryAfterSeconds: 90 });
    const throttled = await notify(uri, bearer);
    assert.deepEqual([throttled.status, throttled.headers.get('retry-after')], [406, '90']);
    wns.fail({ fail: 'channelthrottled', count: 1 });
    assert.equal((await notify(uri, bearer)).headers.get('x-wns-status'), 'channelthrottled');
    wns.fail({ fail: 'reset', count: 1 });
    await assert.rejects(notify(uri, bearer));
    wns.fail({ fail: 503, at: 'token', count: 1 });
    assert.equal((await askToken({})).status, 503);
    assert.equal((await notify(uri, bearer)).status, 200);
  });
});

test('PCs of another process get their channels over the control port', async () => {
  const control = await WnsControl.start(wns);
  const client = new WnsClient(control.origin);
  try {
    assert.equal(await client.openChannel('Nobody_8wekyb3d8bbwe', () => undefined), undefined);
    let heard: () => void = () => undefined;
    const push = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const channel = await client.openChannel(app.pfn, () => heard());
    assert.ok(channel);
    assert.equal((await notify(channel.uri, await token())).status, 200);
    await push;
    const registered = (await (await fetch(`${control.origin}/apps`, { method: 'POST' })).json()) as WnsApp;
    assert.equal(wns.apps.findByPfn(registered.pfn)?.secret, registered.secret);
  } finally {
    client.close();
    await control.close();
  }
});
