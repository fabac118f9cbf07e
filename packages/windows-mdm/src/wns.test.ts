import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isChannelUri, readToken, readWakeAnswer, tokenRequest, WAKE_BODY, wakeHeaders } from './wns.ts';

for (const { uri, allowed } of [
  { uri: 'https://db5p.notify.windows.com/?token=AwYAAAD8', allowed: true },
  { uri: 'https://a.b.notify.windows.com/x', allowed: true },
  { uri: 'https://db5p.notify.windows.com:443/?token=1', allowed: true },
  { uri: 'https://notify.windows.com/', allowed: false },
  { uri: 'http://db5p.notify.windows.com/?token=1', allowed: false },
  { uri: 'https://db5p.notify.windows.com:8443/', allowed: false },
  { uri: 'https://db5p.notify.windows.com.example.jp/', allowed: false },
  { uri: 'https://evilnotify.windows.com/', allowed: false },
  { uri: 'https://user@db5p.notify.windows.com/', allowed: false },
  { uri: 'https://example.jp/#.notify.windows.com', allowed: false },
  { uri: 'https://example.jp\\.notify.windows.com/', allowed: false },
  { uri: 'https://169.254.169.254/', allowed: false },
  { uri: 'javascript:alert(1)', allowed: false },
  { uri: `https://db5p.notify.windows.com/${'x'.repeat(2048)}`, allowed: false },
  { uri: '', allowed: false },
]) {
  test(`a channel ${allowed ? 'may' : 'must not'} lead to ${uri.slice(0, 60)}`, () => {
    assert.equal(isChannelUri(uri), allowed);
  });
}

test('a stand-in is allowed when the configuration names its origin, and nothing else is then', () => {
  const standIn = 'http://127.0.0.1:4242';
  assert.equal(isChannelUri('http://127.0.0.1:4242/channel/1', standIn), true);
  assert.equal(isChannelUri('http://127.0.0.1:4243/channel/1', standIn), false);
  assert.equal(isChannelUri('http://127.0.0.1:4242/channel/1'), false);
});

test('whatever the text, an allowed channel is on WNS over TLS', () => {
  const text = fc.oneof(
    fc.webUrl(),
    fc
      .tuple(fc.constantFrom('https://', 'http://', '//', ''), fc.string(), fc.constantFrom('.notify.windows.com', '/'))
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (uri) => {
      if (!isChannelUri(uri)) return;
      const { protocol, hostname } = new URL(uri);
      assert.equal(protocol, 'https:');
      assert.ok(hostname.endsWith('.notify.windows.com'));
    }),
  );
});

test('the token request is a form with the four fields', () => {
  const form = new URLSearchParams(tokenRequest({ sid: 'ms-app://s-1-15-2-1', secret: 'a&b=c' }));
  assert.deepEqual(Object.fromEntries(form), {
    grant_type: 'client_credentials',
    client_id: 'ms-app://s-1-15-2-1',
    client_secret: 'a&b=c',
    scope: 'notify.windows.com',
  });
});

test('a token answer is read, and half of one is not', () => {
  const body = JSON.stringify({ access_token: 'EgAb', token_type: 'bearer', expires_in: 86_400 });
  assert.deepEqual(readToken(body), { token: 'EgAb', expiresIn: 86_400 });
  assert.deepEqual(readToken('{"access_token":"x","token_type":"Bearer"}'), { token: 'x', expiresIn: 3600 });
  for (const bad of [
    '',
    '<html>',
    'null',
    '[]',
    '{}',
    body.slice(0, 20),
    '{"access_token":"x\\r\\ny","token_type":"bearer"}',
  ]) {
    assert.equal(readToken(bad), undefined);
  }
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      readToken(text);
    }),
  );
});

test('a wake-up carries the headers that a raw notification needs', () => {
  const headers = wakeHeaders('EgAb', 600);
  assert.equal(headers.authorization, 'Bearer EgAb');
  assert.equal(headers['x-wns-type'], 'wns/raw');
  assert.equal(headers['content-type'], 'application/octet-stream');
  assert.equal(headers['content-length'], String(WAKE_BODY.length));
  assert.equal(headers['x-wns-ttl'], '600');
});

for (const { status, headers, outcome } of [
  { status: 200, headers: { 'x-wns-status': 'received' }, outcome: 'accepted' },
  { status: 200, headers: {}, outcome: 'accepted' },
  { status: 200, headers: { 'x-wns-status': 'dropped' }, outcome: 'dropped' },
  { status: 200, headers: { 'x-wns-status': 'channelThrottled' }, outcome: 'later' },
  { status: 401, headers: {}, outcome: 'token' },
  { status: 403, headers: {}, outcome: 'wrong_identity' },
  { status: 404, headers: {}, outcome: 'channel_gone' },
  { status: 410, headers: {}, outcome: 'channel_gone' },
  { status: 406, headers: {}, outcome: 'later' },
  { status: 503, headers: { 'retry-after': '120' }, outcome: 'later' },
  { status: 400, headers: {}, outcome: 'bug' },
  { status: 413, headers: {}, outcome: 'bug' },
] as const) {
  test(`WNS answers ${status} ${JSON.stringify(headers)}: ${outcome}`, () => {
    const given: Readonly<Record<string, string>> = headers;
    const answer = readWakeAnswer(status, (name) => given[name]);
    assert.equal(answer.outcome, outcome);
    assert.equal(answer.retryAfterSeconds, status === 503 ? 120 : undefined);
  });
}
