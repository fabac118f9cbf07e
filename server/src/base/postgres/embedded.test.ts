import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { DataDirectoryBusy, lockDataDirectory } from './lock.ts';

const CHILD = fileURLToPath(new URL('./testdata/child.ts', import.meta.url));

// Closed to everybody else, as /root and a fresh temporary folder are: PostgreSQL must run below it all the same.
const dir = await mkdtemp(join(tmpdir(), 'tsukasa-life-'));
await chmod(dir, 0o700);
const dataDir = join(dir, 'data');
const children = new Set<ChildProcess>();
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  const pid = Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => ''), 10);
  if (pid > 0 && (await isPostgres(pid))) process.kill(pid, 'SIGQUIT');
  await sleep(100);
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
});

type Up = { readonly pid: number; readonly owner: pg.ClientConfig };

class Server {
  readonly child: ChildProcess;
  readonly ended: Promise<number | string>;
  readonly #lines: { readonly event: string; readonly [field: string]: unknown }[] = [];
  #stderr = '';

  constructor(how = '') {
    this.child = spawn(process.execPath, [CHILD, dataDir, how], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(this.child);
    if (this.child.stdout) createInterface(this.child.stdout).on('line', (line) => this.#lines.push(JSON.parse(line)));
    this.child.stderr?.on('data', (text) => {
      this.#stderr += String(text);
    });
    this.ended = new Promise((done) => this.child.once('exit', (code, signal) => done(code ?? signal ?? '')));
    this.ended.then(() => children.delete(this.child));
  }

  async line(event: string): Promise<Record<string, unknown>> {
    for (let i = 0; i < 1500; i++) {
      const found = this.#lines.find((line) => line.event === event);
      if (found) return found;
      if (this.child.exitCode !== null) throw new Error(`ended before "${event}": ${this.#stderr}`);
      await sleep(20);
    }
    throw new Error(`no "${event}": ${this.#stderr}`);
  }

  async up(): Promise<Up> {
    return (await this.line('up')) as unknown as Up;
  }

  get stderr(): string {
    return this.#stderr;
  }
}

async function isPostgres(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return state.includes('(postgres)') && !/\) [ZX] /.test(state);
}

async function goneSoon(pid: number): Promise<boolean> {
  for (let i = 0; i < 250; i++) {
    if (!(await isPostgres(pid))) return true;
    await sleep(20);
  }
  return false;
}

async function select(owner: pg.ClientConfig, text: string): Promise<unknown[]> {
  const client = new pg.Client(owner);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('it starts below a closed folder, keeps what was written, stops without leaving a process', async () => {
  const first = new Server();
  const { pid, owner } = await first.up();
  await select(owner, 'create table kept (id int)');
  first.child.kill('SIGTERM');
  assert.equal(await first.ended, 0);
  assert.equal(await isPostgres(pid), false);

  const second = new Server();
  const again = await second.up();
  assert.deepEqual(await select(again.owner, "select to_regclass('kept') is not null as kept"), [{ kept: true }]);
  assert.deepEqual(await select(again.owner, 'show synchronous_commit'), [{ synchronous_commit: 'on' }]);
  second.child.kill('SIGTERM');
  assert.equal(await second.ended, 0);
});

test('a second start on the same data directory is refused, and the first is untouched', async () => {
  const first = new Server();
  const { owner } = await first.up();
  const second = new Server();
  assert.equal(await second.ended, 1);
  assert.match(second.stderr, new RegExp(`another Tsukasa server \\(process ${first.child.pid}\\) is running`));
  assert.deepEqual(await select(owner, 'select 1 as one'), [{ one: 1 }]);
  first.child.kill('SIGTERM');
  assert.equal(await first.ended, 0);
});

test('after kill -9 of the server a new start stops the orphan and goes on', async () => {
  const first = new Server();
  const { pid, owner } = await first.up();
  await select(owner, 'create table committed (id int)');
  first.child.kill('SIGKILL');
  await first.ended;
  assert.equal(await isPostgres(pid), true, 'the orphan is what this test is about');

  const second = new Server();
  const again = await second.up();
  assert.equal(await isPostgres(pid), false);
  assert.notEqual(again.pid, pid);
  assert.deepEqual(await select(again.owner, "select to_regclass('committed') is not null as kept"), [{ kept: true }]);
  second.child.kill('SIGTERM');
  assert.equal(await second.ended, 0);
});

test('after kill -9 of PostgreSQL the running server starts it again at the same address', async () => {
  const server = new Server();
  const { pid, owner } = await server.up();
  process.kill(pid, 'SIGKILL');
  await server.line('postgres.died');
  let rows: unknown[] = [];
  for (let i = 0; i < 250 && rows.length === 0; i++) {
    rows = await select(owner, 'select 1 as one').catch(() => []);
    await sleep(20);
  }
  assert.deepEqual(rows, [{ one: 1 }]);
  server.child.kill('SIGTERM');
  assert.equal(await server.ended, 0);
});

test('kill -9 of both at once, and a pid file that means another process by now', async () => {
  const server = new Server();
  const { pid } = await server.up();
  server.child.kill('SIGKILL');
  process.kill(pid, 'SIGKILL');
  await server.ended;
  assert.ok(await goneSoon(pid));
  const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
  const stale = await readFile(pidFile, 'utf8');
  await writeFile(pidFile, stale.replace(String(pid), String(process.pid)));
  const next = new Server();
  await next.up();
  next.child.kill('SIGTERM');
  assert.equal(await next.ended, 0);
});

test('an error that nobody caught leaves no PostgreSQL behind', async () => {
  const server = new Server('throw');
  const { pid } = await server.up();
  assert.equal(await server.ended, 1);
  assert.ok(await goneSoon(pid));
});

test('a folder that is no cluster is left alone', async () => {
  await rename(join(dataDir, 'postgres', 'PG_VERSION'), join(dataDir, 'postgres', 'PG_VERSION.lost'));
  const server = new Server();
  assert.equal(await server.ended, 1);
  assert.match(server.stderr, /not empty and no PostgreSQL cluster/);
  await rename(join(dataDir, 'postgres', 'PG_VERSION.lost'), join(dataDir, 'postgres', 'PG_VERSION'));
});

test('the lock is free again after its release, and one process cannot take it twice', async () => {
  const other = join(dir, 'other');
  const lock = await lockDataDirectory(other);
  await assert.rejects(() => lockDataDirectory(other), DataDirectoryBusy);
  lock.release();
  (await lockDataDirectory(other)).release();
});
