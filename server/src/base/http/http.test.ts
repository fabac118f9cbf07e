import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routes as apiRoutes, defineRoutes } from '@tsukasa/api';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { fixedClock } from '../clock.ts';
import { DomainError } from '../errors.ts';
import { silentLog } from '../log.ts';
import { createSecrets } from '../secrets.ts';
import { TEST_MASTER_KEY, testDatabase } from '../testing.ts';
import { createApp } from './app.ts';
import { defineCursor } from './cursor.ts';
import { createIdempotency } from './idempotency.ts';
import { languageOf } from './messages.ts';
import { createMetrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { clientAddress, proxyTrust } from './proxies.ts';
import { bindRoutes } from './routes.ts';
import { requireSameSite } from './same-site.ts';

const { db, query } = await testDatabase();
const clock = fixedClock();
const idempotency = createIdempotency({ db, clock, secrets: createSecrets(TEST_MASTER_KEY, clock) });
const Closed = { additionalProperties: false };

const table = defineRoutes({
  readThing: {
    method: 'GET',
    path: '/api/v1/things/:id',
    summary: 'Read',
    access: 'public',
    params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
    query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, default: 50 })) }, Closed),
    status: 200,
    response: Type.Object({ id: Type.String(), limit: Type.Integer() }),
  },
  makeThing: {
    method: 'POST',
    path: '/api/v1/things',
    summary: 'Make',
    access: 'signed_in',
    body: Type.Object({ name: Type.String({ minLength: 1 }), size: Type.Optional(Type.Integer()) }, Closed),
    bodyLimit: 1000,
    status: 201,
    response: Type.Object({ number: Type.Integer(), secret: Type.String() }),
  },
  exportThings: {
    method: 'GET',
    path: '/api/v1/things/export.csv',
    summary: 'Export',
    access: 'public',
    status: 200,
    response: Type.String(),
    contentType: 'text/csv; charset=utf-8',
  },
});

const ID = '0196ed5f-0000-7000-8000-000000000000';
let made = 0;
let breakWith: unknown;

function build() {
  const app = createApp({
    publicUrl: 'https://mdm.example.jp',
    trustProxy: [],
    log: silentLog,
    metrics: createMetrics(),
    messages: { 'thing.taken': { ja: '{name} は使われています。', en: '{name} is taken.' } },
  });
  bindRoutes(
    app,
    table,
    {
      readThing: async ({ params, query }) => ({ id: params.id, limit: query.limit ?? 0 }),
      makeThing: async () => {
        if (breakWith !== undefined) throw breakWith;
        made += 1;
        return { number: made, secret: `s${made}` };
      },
      exportThings: async () => 'a,b\r\n',
    },
    {
      authorize: async (_route, request: FastifyRequest) => ({ principal: request.headers['x-who']?.toString() }),
      principalOf: (caller: { readonly principal: string | undefined }) => caller.principal,
      idempotency,
      checkAnswers: true,
    },
  );
  return app;
}

const app = build();
const post = (headers: Record<string, string>, payload: unknown = { name: 'a' }) =>
  app.inject({
    method: 'POST',
    url: '/api/v1/things',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(payload),
  });

test('a route reads its parameters, fills in defaults and answers by its schema', async () => {
  const answer = await app.inject({ url: `/api/v1/things/${ID}` });
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(answer.json(), { id: ID, limit: 50 });
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.match(String(answer.headers['strict-transport-security']), /max-age/);
  assert.match(String(answer.headers['content-security-policy']), /frame-ancestors 'none'/);
});

test('an answer that is no JSON keeps its own type', async () => {
  const answer = await app.inject({ url: '/api/v1/things/export.csv' });
  assert.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
  assert.equal(answer.body, 'a,b\r\n');
});

const REFUSED = [
  { what: 'an unknown address', request: { url: '/api/v1/nothing' }, status: 404, reason: undefined },
  { what: 'another method', request: { method: 'DELETE', url: '/api/v1/things' }, status: 405, reason: undefined },
  {
    what: 'a parameter of the wrong form',
    request: { url: '/api/v1/things/7' },
    status: 422,
    reason: 'request.validation',
  },
  {
    what: 'a body that is no JSON',
    request: { method: 'POST', url: '/api/v1/things', headers: { 'content-type': 'application/json' }, payload: '{' },
    status: 400,
    reason: 'request.malformed',
  },
  {
    what: 'an empty body',
    request: { method: 'POST', url: '/api/v1/things', headers: { 'content-type': 'application/json' }, payload: '' },
    status: 400,
    reason: 'request.malformed',
  },
  {
    what: 'a body that would change a prototype',
    request: {
      method: 'POST',
      url: '/api/v1/things',
      headers: { 'content-type': 'application/json' },
      payload: '{"__proto__":{"a":1}}',
    },
    status: 400,
    reason: 'request.malformed',
  },
  {
    what: 'another media type',
    request: { method: 'POST', url: '/api/v1/things', headers: { 'content-type': 'text/plain' }, payload: 'x' },
    status: 415,
    reason: 'request.media_type',
  },
  {
    what: 'a body without a type',
    request: { method: 'POST', url: '/api/v1/things' },
    status: 422,
    reason: 'request.validation',
  },
  {
    what: 'a large body',
    request: {
      method: 'POST',
      url: '/api/v1/things',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ name: 'x'.repeat(2000) }),
    },
    status: 413,
    reason: 'request.body_too_large',
  },
  { what: 'a malformed address', request: { url: '/api/v1/things/%zz' }, status: 400, reason: 'request.address' },
] as const;

for (const { what, request, status, reason } of REFUSED) {
  test(`${what} is answered with problem details ${status}`, async () => {
    const answer = await app.inject({
      ...request,
      headers: { 'accept-language': 'en', ...('headers' in request ? request.headers : {}) },
    });
    assert.equal(answer.statusCode, status, answer.body);
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
    const problem = answer.json();
    assert.equal(problem.status, status);
    assert.equal(problem.reason, reason);
    assert.ok(problem.title.length > 0);
    assert.equal(problem.instance, answer.headers['x-request-id']);
    if (status === 405) assert.equal(answer.headers['allow'], 'POST');
  });
}

test('wrong places are named by JSON pointers, and unknown fields are refused, not dropped', async () => {
  const answer = await post({}, { size: '3', 'a/b': 1 });
  assert.equal(answer.statusCode, 422);
  const pointers = answer
    .json()
    .errors.map((error: { pointer: string }) => error.pointer)
    .sort();
  assert.deepEqual(pointers, ['/a~1b', '/name', '/size']);
  const query = await app.inject({ url: `/api/v1/things/${ID}?limit=0` });
  assert.equal(query.json().errors[0].pointer, '?limit');
});

test('an expected error speaks the language of the reader', async () => {
  breakWith = new DomainError('conflict', 'internal wording', { reason: 'thing.taken', params: { name: 'A' } });
  const [ja, en] = [await post({}), await post({ 'accept-language': 'de, en-GB;q=0.8, ja;q=0.5' })];
  breakWith = undefined;
  assert.equal(ja.json().detail, 'A は使われています。');
  assert.equal(en.json().detail, 'A is taken.');
  assert.deepEqual(en.json().params, { name: 'A' });
  assert.equal(en.statusCode, 409);
});

test('a refusal with words of its own says them as they are, and names its clause', async () => {
  const words = { ja: '第5条: {name}', en: 'Art. 5: {name}' };
  breakWith = new DomainError('conflict', 'internal wording', { reason: 'thing.taken', words, clause: 'art-5' });
  const [ja, en] = [await post({}), await post({ 'accept-language': 'en' })];
  breakWith = undefined;
  assert.deepEqual([ja.json().detail, en.json().detail], [words.ja, words.en]);
  assert.deepEqual([en.json().clause, en.json().reason], ['art-5', 'thing.taken']);
});

test('a bug tells the caller nothing but the request id', async () => {
  breakWith = new Error('secret detail');
  const answer = await post({ 'accept-language': 'en' });
  breakWith = undefined;
  assert.equal(answer.statusCode, 500);
  assert.ok(!answer.body.includes('secret'));
  assert.deepEqual(Object.keys(answer.json()).sort(), ['instance', 'status', 'title', 'type']);
});

test('a database that is away is 503 with a time to try again', async () => {
  breakWith = Object.assign(new Error('terminating connection'), { code: '57P01' });
  const answer = await post({});
  breakWith = undefined;
  assert.equal(answer.statusCode, 503);
  assert.equal(answer.headers['retry-after'], '5');
});

test('the same key and request get the first answer again, once over many at the same time', async () => {
  const before = made;
  const answers = await Promise.all(Array.from({ length: 5 }, () => post({ 'x-who': 'u1', 'idempotency-key': 'k1' })));
  assert.equal(made, before + 1);
  for (const answer of answers) assert.ok([201, 409].includes(answer.statusCode), answer.body);
  const again = await post({ 'x-who': 'u1', 'idempotency-key': 'k1' });
  assert.equal(again.statusCode, 201);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  assert.deepEqual(again.json(), { number: before + 1, secret: `s${before + 1}` });
});

test('the same key with another request is refused; another caller has keys of his own', async () => {
  await post({ 'x-who': 'u2', 'idempotency-key': 'k' });
  const other = await post({ 'x-who': 'u2', 'idempotency-key': 'k' }, { name: 'b' });
  assert.equal(other.json().reason, 'idempotency.reused');
  const before = made;
  await post({ 'x-who': 'u3', 'idempotency-key': 'k' }, { name: 'b' });
  assert.equal(made, before + 1);
});

test('a failed request may be tried again under its key', async () => {
  breakWith = new DomainError('conflict', 'not now');
  assert.equal((await post({ 'x-who': 'u4', 'idempotency-key': 'k' })).statusCode, 409);
  breakWith = undefined;
  assert.equal((await post({ 'x-who': 'u4', 'idempotency-key': 'k' })).statusCode, 201);
});

test('a kept answer does not lie open in the database, and is forgotten after a day', async () => {
  await post({ 'x-who': 'u5', 'idempotency-key': 'k' });
  const secret = `s${made}`;
  const rows = await query('select body from idempotency_keys');
  assert.ok(!JSON.stringify(rows).includes(`"${secret}"`));
  clock.advance('PT25H');
  const before = made;
  await post({ 'x-who': 'u5', 'idempotency-key': 'k' });
  assert.equal(made, before + 1);
});

test('a key that is no key is refused', async () => {
  const answer = await post({ 'x-who': 'u6', 'idempotency-key': 'x'.repeat(201) });
  assert.equal(answer.json().reason, 'idempotency.malformed');
});

const SITES = [
  { headers: { cookie: 'a', 'sec-fetch-site': 'same-origin' }, ok: true },
  { headers: { cookie: 'a', 'sec-fetch-site': 'cross-site', origin: 'https://mdm.example.jp' }, ok: false },
  { headers: { cookie: 'a', 'sec-fetch-site': 'same-site' }, ok: false },
  { headers: { cookie: 'a', origin: 'https://mdm.example.jp' }, ok: true },
  { headers: { cookie: 'a', origin: 'http://10.0.0.5:8420', host: '10.0.0.5:8420' }, ok: true },
  { headers: { cookie: 'a', origin: 'https://evil.example', host: 'mdm.example.jp' }, ok: false },
  { headers: { cookie: 'a', origin: 'null', host: 'mdm.example.jp' }, ok: false },
  { headers: { cookie: 'a' }, ok: false },
  { headers: { authorization: 'Bearer x' }, ok: true },
] as const;

for (const { headers, ok } of SITES) {
  test(`a write with ${JSON.stringify(headers)} is ${ok ? 'taken' : 'refused'}`, () => {
    const check = () => requireSameSite('POST', headers, 'https://mdm.example.jp');
    if (ok) check();
    else assert.throws(check, { code: 'forbidden' });
    requireSameSite('GET', headers, 'https://mdm.example.jp');
  });
}

test('only trusted proxies are believed about the client', () => {
  const trusts = proxyTrust(['loopback', '10.0.0.0/8', '2001:db8::/32']);
  assert.ok(trusts('127.0.0.1') && trusts('::1') && trusts('::ffff:10.1.2.3') && trusts('2001:db8::1'));
  assert.ok(!trusts('192.0.2.1') && !trusts('nonsense') && !trusts('2001:db9::1'));
  assert.equal(clientAddress('192.0.2.1', '198.51.100.7', trusts), '192.0.2.1');
  assert.equal(clientAddress('10.0.0.1', '203.0.113.9, 198.51.100.7, 10.0.0.2', trusts), '198.51.100.7');
});

test('a table and its handlers must fit', () => {
  const options = { authorize: async () => ({}), principalOf: () => undefined, idempotency };
  const loose = table as unknown as Record<string, never>;
  assert.throws(() => bindRoutes(build(), loose, {}, options), /without a handler: readThing/);
  assert.throws(
    () => bindRoutes(build(), {}, { ghost: async () => undefined } as never, options),
    /without a route: ghost/,
  );
});

test('an answer that does not fit its schema fails the test that asked', async () => {
  breakWith = undefined;
  const bad = createApp({
    publicUrl: 'http://x',
    trustProxy: [],
    log: silentLog,
    metrics: createMetrics(),
    messages: {},
  });
  const handlers = { readThing: async () => ({ id: 7, limit: 1 }) as unknown as { id: string; limit: number } };
  const options = { authorize: async () => ({}), principalOf: () => undefined, idempotency, checkAnswers: true };
  bindRoutes(bad, { readThing: table.readThing }, handlers, options);
  assert.equal((await bad.inject({ url: `/api/v1/things/${ID}` })).statusCode, 500);
});

test('a cursor comes back as it was, and nothing else is taken for one', () => {
  const cursor = defineCursor(Type.Tuple([Type.String(), Type.Integer()]));
  assert.deepEqual(cursor.decode(cursor.encode(['あ', 3])), ['あ', 3]);
  assert.equal(cursor.decode(undefined), undefined);
  for (const bad of ['', '!', Buffer.from('["a"]').toString('base64url')]) {
    assert.throws(() => cursor.decode(bad), { reason: 'request.cursor' });
  }
});

test('Japanese is spoken unless English is preferred', () => {
  assert.deepEqual([undefined, '', 'en', 'fr', 'en;q=0.1, ja;q=0.9', 'en-US,en;q=0.9'].map(languageOf), [
    'ja',
    'ja',
    'en',
    'ja',
    'ja',
    'en',
  ]);
});

test('every schema of the interface compiles, and the OpenAPI document names every route', async () => {
  const whole = createApp({
    publicUrl: 'http://x',
    trustProxy: [],
    log: silentLog,
    metrics: createMetrics(),
    messages: {},
  });
  const handlers = Object.fromEntries(Object.keys(apiRoutes).map((name) => [name, async () => undefined]));
  bindRoutes(whole, apiRoutes, handlers as never, {
    authorize: async () => ({}),
    principalOf: () => undefined,
    idempotency,
    checkAnswers: true,
  });
  await whole.ready();
  const document = JSON.parse(JSON.stringify(openApiDocument(apiRoutes, { title: 'Tsukasa', version: '1' })));
  const operations = Object.values(document.paths).flatMap((path) => Object.keys(path as object));
  assert.equal(operations.length, Object.keys(apiRoutes).length);
});
