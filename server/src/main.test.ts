import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { testDatabase } from './base/testing.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const dir = await mkdtemp(join(tmpdir(), 'tsukasa-main-'));
const children = new Set<ChildProcess>();
after(async () => {
  for (const child of children) child.kill('SIGTERM');
  await sleep(children.size > 0 ? 2000 : 0);
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
});

class Server {
  readonly child: ChildProcess;
  readonly ended: Promise<number | string>;
  output = '';

  constructor(env: Readonly<Record<string, string>>) {
    const clean = { PATH: process.env['PATH'] ?? '', TSUKASA_PORT: '0', TSUKASA_HOST: '127.0.0.1' };
    this.child = spawn(process.execPath, [MAIN], { env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(this.child);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (text) => (this.output += String(text)));
    this.ended = new Promise((done) => this.child.once('exit', (code, signal) => done(code ?? signal ?? '')));
    this.ended.then(() => children.delete(this.child));
  }

  /** The origin, once it is ready. */
  async ready(): Promise<string> {
    for (let i = 0; i < 1500; i++) {
      const line = this.output.split('\n').find((one) => one.includes('"http.listening"'));
      if (line && this.output.includes('is ready')) return `http://127.0.0.1:${JSON.parse(line).port}`;
      if (this.child.exitCode !== null) throw new Error(this.output);
      await sleep(20);
    }
    throw new Error(this.output);
  }

  stop(): Promise<number | string> {
    this.child.kill('SIGINT');
    return this.ended;
  }
}

async function readiness(origin: string, wanted: number): Promise<void> {
  let status = 0;
  for (let i = 0; i < 500; i++) {
    status = (await fetch(`${origin}/readyz`)).status;
    if (status === wanted) return;
    await sleep(10);
  }
  assert.fail(`/readyz stays ${status}`);
}

test('a fresh data directory: it starts, says where to go, answers, stops cleanly, and starts again', async () => {
  const env = { TSUKASA_DATA_DIR: join(dir, 'fresh') };
  const first = new Server(env);
  const origin = await first.ready();
  await readiness(origin, 200);
  assert.equal((await fetch(`${origin}/healthz`)).status, 200);
  assert.match(await (await fetch(`${origin}/metrics`)).text(), /tsukasa_http_request_duration_seconds/);
  assert.equal(((await (await fetch(`${origin}/api/v1/openapi.json`)).json()) as { openapi: string }).openapi, '3.1.0');

  const second = new Server(env);
  assert.equal(await second.ended, 1);
  assert.match(second.output, /another Tsukasa server \(process \d+\) is running on the data directory/);
  await readiness(origin, 200);

  assert.equal(await first.stop(), 0, first.output);
  assert.ok(!(await readdir(join(dir, 'fresh', 'postgres'))).includes('postmaster.pid'));
});

test('PostgreSQL killed under a running server: requests fail for a moment, then everything goes on', async () => {
  const server = new Server({ TSUKASA_DATA_DIR: join(dir, 'fresh') });
  const origin = await server.ready();
  const pid = Number.parseInt(await readFile(join(dir, 'fresh', 'postgres', 'postmaster.pid'), 'utf8'), 10);
  process.kill(pid, 'SIGKILL');
  await sleep(50);
  await readiness(origin, 200);
  assert.equal(server.child.exitCode, null);
  assert.equal(await server.stop(), 0, server.output);
});

test('with DATABASE_URL two servers share one database and no PostgreSQL of their own is started', async () => {
  const { owner } = await testDatabase();
  const url = `postgresql://${owner.user}:${encodeURIComponent(String(owner.password))}@localhost:${owner.port}/${owner.database}?host=${encodeURIComponent(String(owner.host))}`;
  const keys = join(dir, 'master.key');
  await writeFile(keys, Buffer.alloc(32, 7).toString('base64'));
  const env = { DATABASE_URL: url, TSUKASA_DATA_DIR: join(dir, 'outside'), TSUKASA_MASTER_KEY_FILE: keys };
  const servers = [new Server(env), new Server(env)];
  for (const server of servers) await readiness(await server.ready(), 200);
  assert.ok(!(await readdir(join(dir, 'outside')).catch((): string[] => [])).includes('postgres'));
  for (const server of servers) assert.equal(await server.stop(), 0, server.output);
});

test('mistakes in the environment are all said, and nothing is started', async () => {
  const server = new Server({
    TSUKASA_DATA_DIR: join(dir, 'never'),
    TSUKASA_PORT: 'x',
    TSUKASA_SESSION_LIFETIME: '6h',
  });
  assert.equal(await server.ended, 1);
  assert.match(server.output, /TSUKASA_PORT[\s\S]*TSUKASA_SESSION_LIFETIME/);
  assert.ok(!(await readdir(dir)).includes('never'));
});
