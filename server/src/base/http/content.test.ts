import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { defineRoutes } from '@tsukasa/api';
import fc from 'fast-check';
import { Type } from 'typebox';
import { DomainError } from '../errors.ts';
import { silentLog } from '../log.ts';
import { createApp } from './app.ts';
import { DEEPEST, isStorable, requireStorable } from './content.ts';
import { defineCursor } from './cursor.ts';
import { createMetrics } from './metrics.ts';
import { bindRoutes } from './routes.ts';

const table = defineRoutes({
  keep: {
    method: 'POST',
    path: '/api/v1/boxes/:box',
    summary: 'Keep anything',
    access: 'public',
    params: Type.Object({ box: Type.String() }),
    query: Type.Object({ q: Type.Optional(Type.String()) }),
    body: Type.Unknown(),
    status: 200,
    response: Type.Object({ kept: Type.Unknown() }),
  },
});

const app = createApp({
  publicUrl: 'http://localhost',
  trustProxy: [],
  log: silentLog,
  metrics: createMetrics(),
  messages: {},
});
bindRoutes(
  app,
  table,
  { keep: async ({ body }) => ({ kept: body }) },
  {
    authorize: async () => ({}),
    principalOf: () => undefined,
    idempotency: { run: async (_request, _principal, _status, write) => ({ answer: await write(), again: false }) },
  },
);
after(() => app.close());

const NOT_TEXT = ['\0', 'a\0b', '\ud800', 'x\udc00y', '\udc00\ud800'];

const send = (url: string, payload: string | Buffer) =>
  app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', 'accept-language': 'en' },
    payload,
  });

for (const bad of NOT_TEXT) {
  const escaped = JSON.stringify(bad);
  test(`${escaped} is refused wherever it stands in a body, and its place is named`, async () => {
    for (const { body, pointer } of [
      { body: bad, pointer: '' },
      { body: { name: bad }, pointer: '/name' },
      { body: { 'a/b': [{ c: ['fine', bad] }] }, pointer: '/a~1b/0/c/1' },
      { body: { deep: { [bad]: 1 } }, pointer: '/deep' },
    ]) {
      const answer = await send('/api/v1/boxes/1', JSON.stringify(body));
      assert.equal(answer.statusCode, 422, answer.body);
      const { reason, errors } = answer.json();
      assert.equal(reason, 'request.text');
      assert.deepEqual(
        errors.map((error: { pointer: string }) => error.pointer),
        [pointer],
      );
      assert.match(errors[0].detail, /without U\+0000/);
    }
  });

  test(`${escaped} is no position in a list`, () => {
    const cursor = defineCursor(Type.Tuple([Type.String()]));
    assert.throws(() => cursor.decode(cursor.encode([bad])), { reason: 'request.cursor' });
  });
}

test('U+0000 is refused in the path and in the query', async () => {
  for (const { url, pointer } of [
    { url: '/api/v1/boxes/a%00b', pointer: ':box' },
    { url: '/api/v1/boxes/1?q=%00', pointer: '?q' },
  ]) {
    const answer = await send(url, '{}');
    assert.deepEqual([answer.statusCode, answer.json().errors[0].pointer], [422, pointer]);
  }
});

test('an address or a body that is not UTF-8 is refused, not repaired', async () => {
  for (const query of ['%ff', '%ED%A0%80', '%zz', '%']) {
    const answer = await send(`/api/v1/boxes/1?q=${query}`, '{}');
    assert.deepEqual([answer.statusCode, answer.json().reason], [400, 'request.address'], query);
  }
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) {
    const answer = await send('/api/v1/boxes/1', Buffer.from([0x22, ...bytes, 0x22]));
    assert.deepEqual([answer.statusCode, answer.json().reason], [400, 'request.utf8']);
  }
});

test('a body may be as deep as said and no deeper', async () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.equal((await send('/api/v1/boxes/1', nested(DEEPEST))).statusCode, 200);
  for (const depth of [DEEPEST + 1, 30_000]) {
    const answer = await send('/api/v1/boxes/1', nested(depth));
    assert.deepEqual([answer.statusCode, answer.json().reason], [422, 'request.too_deep'], `${depth}`);
  }
});

test('an id that no id can be is unknown', async () => {
  assert.equal((await send(`/api/v1/boxes/${'1'.repeat(300)}`, '{}')).statusCode, 404);
});

test('whatever is Unicode text passes unchanged', async () => {
  const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 });
  await fc.assert(
    fc.asyncProperty(json, async (value) => {
      const payload = JSON.stringify(value);
      const answer = await send('/api/v1/boxes/1', payload);
      if (payload.includes('\\u0000')) assert.equal(answer.statusCode, 422);
      else if (!payload.includes('"__proto__"')) assert.deepEqual(answer.json(), { kept: JSON.parse(payload) });
    }),
    { numRuns: 100 },
  );
});

test('a request is storable exactly when each of its strings is', () => {
  const any = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 4 });
  const check = fc.property(fc.array(any), (strings) => {
    const refused = () => requireStorable({ params: {}, query: {}, body: { strings } });
    if (strings.every(isStorable)) refused();
    else assert.throws(refused, DomainError);
  });
  fc.assert(check);
});

const NOT_HTTP = [
  { what: 'no HTTP', bytes: 'GARBAGE\r\n\r\n', status: 400 },
  { what: 'a header too long', bytes: `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, status: 431 },
  {
    what: 'two lengths',
    bytes: 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    status: 400,
  },
];

for (const { what, bytes, status } of NOT_HTTP) {
  test(`${what} is answered with a problem ${status}, and the connection ends`, async () => {
    if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
    const address = app.server.address();
    const socket = connect({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
    socket.write(bytes);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    assert.match(head, new RegExp(`^HTTP/1.1 ${status} `));
    assert.match(head, /content-type: application\/problem\+json/);
    assert.equal(JSON.parse(body).status, status);
  });
}
