import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import Fastify from 'fastify';
import { serveConsole } from './console.ts';

const folder = await mkdtemp(join(tmpdir(), 'tsukasa-console-'));
const script = 'console.log("a console");'.repeat(200);
await mkdir(join(folder, 'assets'));
await writeFile(join(folder, 'index.html'), '<!doctype html><title>Console</title>');
await writeFile(join(folder, 'assets', 'main-1234.js'), script);
await writeFile(join(folder, 'assets', 'main-1234.js.br'), brotliCompressSync(script));

const app = Fastify();
await serveConsole(app, folder);
after(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

test('a browser that can read it gets the compressed copy of a file', async () => {
  const answer = await app.inject({ url: '/assets/main-1234.js', headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(answer.headers['content-encoding'], 'br');
  assert.match(String(answer.headers['content-type']), /javascript/);
  assert.match(String(answer.headers['vary']), /accept-encoding/i);
  assert.match(String(answer.headers['cache-control']), /immutable/);
  assert.equal(brotliDecompressSync(answer.rawPayload).toString(), script);
});

test('any other client gets the file as it is', async () => {
  const answer = await app.inject({ url: '/assets/main-1234.js' });
  assert.equal(answer.headers['content-encoding'], undefined);
  assert.equal(answer.body, script);
});

test('every address that a browser opens is the first page, never kept', async () => {
  const answer = await app.inject({ url: '/c/1/devices', headers: { accept: 'text/html', 'accept-encoding': 'br' } });
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers['cache-control'], 'no-cache');
  assert.match(answer.body, /<title>Console/);
});
