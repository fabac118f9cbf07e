import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Client } from './api-client.ts';
import { ADMINISTRATOR, bootstrap } from './harness.ts';
import { tsukasa } from './program.ts';
import { isAlive, Server, temporaryFolder } from './server.ts';
import { until } from './wait.ts';

/** The life of the server's process: its tests run in this order, on one data directory. */
describe('the process', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: Server;
  let client: Client;

  before(async () => {
    folder = await temporaryFolder('process');
    server = await Server.prepare({ dataDir: `${folder.path}/data` });
    client = new Client(server.url, { token: await bootstrap(server) });
    await server.start();
  });
  after(async () => {
    await server.stop();
    await folder.remove();
  });

  async function createContractor(name: string): Promise<void> {
    await client.call('createContractor', { body: { name } });
  }

  async function contractors(): Promise<readonly string[]> {
    const page = await client.call('listContractors', { query: {} });
    return page.items.map((item) => item.name).sort();
  }

  async function noPostgresLeft(): Promise<void> {
    await until('no PostgreSQL is left', 5_000, async () => (await server.postgresProcesses()).length === 0);
  }

  test('says where to go', async () => {
    await until('it says so', 5_000, () => server.said.includes(server.url));
  });

  test('a second start on the same data directory is refused, and the first one goes on', async () => {
    const second = server.launch();
    const { code } = await second.ended;
    assert.ok(code !== 0 && code !== null, String(code));
    assert.match(second.said, /another Tsukasa server .*is running/);
    assert.match(second.said, new RegExp(`process ${server.program.pid}\\b`));
    assert.doesNotMatch(second.said, /^\s+at .*:\d+:\d+/m, 'a stack trace explains nothing');
    await createContractor('after the refusal');
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} stops it cleanly: exit code 0, no PostgreSQL left, nothing lost`, async () => {
      const { postmaster } = server;
      assert.ok(isAlive(postmaster));
      const writes = ['a', 'b', 'c'].map((name) => createContractor(`${signal} ${name}`));
      await Promise.all(writes);
      assert.equal(await server.stop(signal), 0);
      assert.ok(!isAlive(postmaster), 'the postmaster lives on');
      await noPostgresLeft();
      await server.start();
      const names = await contractors();
      for (const name of ['a', 'b', 'c']) assert.ok(names.includes(`${signal} ${name}`), names.join());
    });
  }

  test('SIGINT to the whole group, as Ctrl-C in a terminal, in the middle of requests: none is answered and lost', async () => {
    const asked = Array.from({ length: 40 }, (_, index) => `in flight ${String(index).padStart(2, '0')}`);
    const outcomes = asked.map((name) =>
      createContractor(name).then(
        () => name,
        () => undefined,
      ),
    );
    assert.equal(await server.stop('SIGINT'), 0);
    const answered = (await Promise.all(outcomes)).filter((name) => name !== undefined);
    await noPostgresLeft();
    await server.start();
    const names = await contractors();
    for (const name of answered) assert.ok(names.includes(name), `${name} was answered and is lost`);
  });

  test('kill -9, and a new start: PostgreSQL that was left alone is found, and nothing is lost', async () => {
    await createContractor('before the crash');
    const { postmaster } = server;
    await server.crash();
    await server.start();
    assert.ok(!isAlive(postmaster) || server.postmaster === postmaster);
    assert.ok((await contractors()).includes('before the crash'));
    assert.equal(await server.stop(), 0);
    await noPostgresLeft();
  });

  test('a recovery link is made without a server too, and a directory of no server is refused and left alone', async () => {
    const args = ['recover', '--email', ADMINISTRATOR.email];
    const { code, stdout, stderr } = await tsukasa(args, server.env);
    assert.equal(code, 0, stderr);
    assert.ok(stdout.startsWith(`${server.url}/setup#code=`), 'no link is printed');
    await noPostgresLeft();
    const nowhere = `${folder.path}/nowhere`;
    const elsewhere = await tsukasa(args, { ...server.env, TSUKASA_DATA_DIR: nowhere });
    assert.equal(elsewhere.code, 5);
    assert.match(elsewhere.stderr, /no server has run on .*nowhere/);
    assert.ok(!existsSync(nowhere), 'an installation was begun');
  });

  test('a wrong environment: every mistake at once, nothing started', async () => {
    const wrong = await Server.prepare({
      dataDir: `${folder.path}/wrong`,
      env: { TSUKASA_PUBLIC_URL: 'mdm.example.jp', TSUKASA_LOG_LEVEL: 'loud' },
    });
    const program = wrong.launch();
    const { code } = await program.ended;
    assert.equal(code, 1);
    assert.match(program.said, /TSUKASA_PUBLIC_URL/);
    assert.match(program.said, /TSUKASA_LOG_LEVEL/);
  });
});
