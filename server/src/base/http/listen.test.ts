import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { readConfig } from '../config.ts';
import { silentLog } from '../log.ts';
import { SERVER_LIMITS } from './app.ts';
import { listen } from './listen.ts';

const config = { ...readConfig({ TSUKASA_HOST: '127.0.0.1' }), port: 0 };

/** A listening server whose `/slow` takes `ms`, and which takes bodies. */
async function open(ms = 0) {
  const app = Fastify({ forceCloseConnections: 'idle', http: SERVER_LIMITS });
  app.get('/slow', async () => {
    await sleep(ms);
    return 'done';
  });
  app.post('/slow', async () => 'done');
  return listen(app, config, silentLog);
}

async function closing(listening: { close(): Promise<void> }): Promise<number> {
  const began = performance.now();
  await listening.close();
  return performance.now() - began;
}

test('nothing waits for connections that are kept open', async () => {
  const listening = await open();
  const agent = new Agent({ keepAlive: true });
  const [response] = await once(get({ port: listening.port, host: '127.0.0.1', path: '/slow', agent }), 'response');
  await once(response.resume(), 'end');
  assert.ok((await closing(listening)) < 1000);
  agent.destroy();
});

for (const { what, sent } of [
  { what: 'half of its headers', sent: 'POST /slow HTTP/1.1\r\nHost: x\r\n' },
  {
    what: 'half of its body',
    sent: 'POST /slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  },
]) {
  test(`a request of which only ${what} came is cut after a second`, async () => {
    const listening = await open();
    const socket = connect(listening.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(sent);
    await sleep(100);
    const took = await closing(listening);
    assert.ok(took < 3000, `${took} ms`);
    socket.destroy();
  });
}

test('a request that runs is answered first', async () => {
  const listening = await open(1500);
  const answer = fetch(`http://127.0.0.1:${listening.port}/slow`);
  await sleep(100);
  const took = await closing(listening);
  assert.equal(await (await answer).text(), 'done');
  assert.ok(took >= 1300 && took < 5000, `${took} ms`);
});
