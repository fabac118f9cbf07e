import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { call } from './client.ts';
import { CliError, EXIT } from './exit.ts';

let server: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
before(async () => {
  server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const address = server.address();
  url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
});
after(() => server.close());

const target = () => ({ url, token: 'tsp_example', language: 'en' as const });
const problem = (status: number, body: object) => (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
};

test('a call fills the path, repeats array filters and carries the token', async () => {
  let seen: IncomingMessage | undefined;
  answer = (request, response) => {
    seen = request;
    response.end('{"items":[],"nextCursor":null}');
  };
  await call(target(), 'listDevices', {
    params: { contractorId: 'a/b' },
    query: { osFamily: ['iOS', 'macOS'], limit: 5 },
  });
  assert.equal(seen?.url, '/api/v1/contractors/a%2Fb/devices?osFamily=iOS&osFamily=macOS&limit=5');
  assert.equal(seen?.headers.authorization, 'Bearer tsp_example');
});

for (const { status, exitCode } of [
  { status: 401, exitCode: EXIT.forbidden },
  { status: 403, exitCode: EXIT.forbidden },
  { status: 404, exitCode: EXIT.notFound },
  { status: 409, exitCode: EXIT.refused },
  { status: 422, exitCode: EXIT.refused },
  { status: 503, exitCode: EXIT.unavailable },
]) {
  test(`a problem with status ${status} ends with exit code ${exitCode} and its words`, async () => {
    answer = problem(status, { title: 'No', detail: 'because', errors: [{ pointer: '/name', detail: 'too long' }] });
    await assert.rejects(call(target(), 'getSession'), (error) => {
      assert.ok(error instanceof CliError);
      assert.equal(error.exitCode, exitCode);
      assert.match(error.message, /No\n {2}because\n {2}\/name: too long/);
      return true;
    });
  });
}

test('a server that is not there is said to be unreachable', async () => {
  await assert.rejects(
    call({ ...target(), url: 'http://127.0.0.1:1' }, 'getSession'),
    (error) => error instanceof CliError && error.exitCode === EXIT.unavailable,
  );
});
