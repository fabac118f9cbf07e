import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { after, test } from 'node:test';
import { Client } from './api-client.ts';
import { bootstrap } from './harness.ts';
import { tsukasa } from './program.ts';
import { Server, temporaryFolder } from './server.ts';

const folder = await temporaryFolder('backup');
const server = await Server.prepare({ dataDir: `${folder.path}/data` });
const target = `${folder.path}/backup`;
after(async () => {
  await server.stop();
  await folder.remove();
});

const client = new Client(server.url, { token: await bootstrap(server) });
const name = (index: number) => `contractor ${String(index).padStart(4, '0')}`;

test('a server that does not run is not backed up: there is nothing to ask', async () => {
  const { code, stderr } = await tsukasa(['backup', '--to', target], server.env);
  assert.equal(code, 5);
  assert.match(stderr, /no server runs on/);
});

test('a backup made while people write is whole: a start on it has all that was answered before, and holds its trail', async () => {
  await server.start();
  let written = 0;
  let going = true;
  const writer = async () => {
    while (going) {
      const index = written;
      written += 1;
      await client.call('createContractor', { body: { name: name(index) } });
    }
  };
  const writers = Array.from({ length: 4 }, writer);
  await client.call('createContractor', { body: { name: 'before the backup' } });
  const made = await tsukasa(['backup', '--to', target], server.env);
  going = false;
  await Promise.all(writers);
  assert.equal(made.code, 0, made.stderr);
  assert.ok(written > 4, 'nobody wrote meanwhile');
  await client.call('createContractor', { body: { name: 'after the backup' } });
  const again = await tsukasa(['backup', '--to', target], server.env);
  assert.equal(again.code, 5);
  assert.match(again.stderr, /exists already/);
  assert.equal(await server.stop(), 0);

  await rm(server.dataDir, { recursive: true });
  await cp(target, server.dataDir, { recursive: true }); // as root this loses whose files they are
  await server.start();
  const { items } = await client.call('listContractors', { query: { q: 'the backup', limit: 10 } });
  assert.deepEqual(
    items.map((item) => item.name),
    ['before the backup'],
  );
  assert.equal((await client.call('verifyProviderAudit')).ok, true);
  await client.call('createContractor', { body: { name: 'life goes on' } });
});
