import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import pg from 'pg';
import { type Connection, type Db, openDb } from './db.ts';
import { silentLog } from './log.ts';
import { type Migration, migrate, type OwnerConnection, readMigrations } from './migrate.ts';
import { OWNER, startEmbedded } from './postgres/embedded.ts';
import { MasterKey } from './secrets.ts';

/** The master key of all tests. */
export const TEST_MASTER_KEY = new MasterKey(Buffer.alloc(32, 7));

/** Where `scripts/test.ts` says that its PostgreSQL listens: JSON with host, port and password of the owner. */
export const TEST_POSTGRES = 'TSUKASA_TEST_POSTGRES';

/** Fast rather than durable: a test's database need not survive a power cut. */
export const TEST_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
  max_connections: '300',
  autovacuum: 'off',
};

export type TestServer = { readonly host: string; readonly port: number; readonly password: string };

/** A database of one test file. */
export type TestDatabase = {
  readonly db: Db;
  readonly connection: Connection;
  /** The owner's connection, past row-level security: to look at rows and to prepare them. */
  readonly owner: OwnerConnection;
  /** One statement as the owner. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs `end` when the test file is over, before the database goes; the last one first. `after` would run too late. */
  atEnd(end: () => Promise<unknown> | unknown): void;
  /** Called by itself at the end of the test file. */
  drop(): Promise<void>;
};

/**
 * A migrated database for this test file, copied from a template and dropped at its end. Uses the PostgreSQL of the test
 * run, or starts one when the file is run alone.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await testServer();
  const template = await templateOf(server);
  const database = `test_${randomBytes(6).toString('hex')}`;
  await asOwner(server, 'postgres', (client) => client.query(`create database ${database} template ${template.name}`));
  const connection = { ...template.connection, database };
  const db = openDb({ connection, log: silentLog, pools: { app: 5, device: 3, jobs: 3 }, patience: 5000 });
  const owner = ownerOn(server, database);
  const looking = new pg.Pool({ ...owner, max: 2 });
  looking.on('error', () => undefined);
  let dropped: Promise<void> | undefined;
  const ends: (() => Promise<unknown> | unknown)[] = [];
  const drop = () => {
    dropped ??= (async () => {
      for (let end = ends.pop(); end; end = ends.pop()) await end();
      // First, and by force: it also ends what a test left running, so that closing the pools does not wait for that.
      await asOwner(server, 'postgres', (client) => client.query(`drop database if exists ${database} with (force)`));
      await db.close();
      await looking.end();
      await server.stop?.();
    })();
    return dropped;
  };
  after(drop);
  const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
    (await looking.query<Row>(text, [...values])).rows;
  return { db, connection, owner, query, atEnd: (end) => void ends.push(end), drop };
}

type Server = TestServer & { readonly stop?: () => Promise<void> };

let own: { users: number; server: Promise<TestServer & { end: () => Promise<void> }> } | undefined;

async function testServer(): Promise<Server> {
  const given = process.env[TEST_POSTGRES];
  if (given !== undefined) return JSON.parse(given) as TestServer;
  own ??= { users: 0, server: startTestServer() };
  const mine = own;
  mine.users += 1;
  const server = await mine.server;
  const stop = async () => {
    mine.users -= 1;
    if (mine.users > 0) return;
    own = undefined;
    await server.end();
  };
  return { ...server, stop };
}

/** An empty PostgreSQL in a folder of its own, removed by `end`. */
export async function startTestServer(): Promise<TestServer & { end: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tsukasa-test-'));
  const embedded = await startEmbedded({ dataDir, log: silentLog, settings: TEST_SETTINGS });
  const { host = '', port = 0, password } = embedded.owner();
  const dismiss = clearUpAfter(dataDir, embedded.pid);
  const end = async () => {
    dismiss();
    await embedded.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { host, port, password: String(password), end };
}

/**
 * A test run that is killed cannot stop its PostgreSQL: a shell that waits for the end of our pipe does it then, and
 * removes the folder. Returns how to send it away.
 */
function clearUpAfter(dataDir: string, pid: number | undefined): () => void {
  if (process.platform === 'win32' || pid === undefined) return () => undefined;
  const script = 'read -r _; kill -INT "$1" && sleep 3; rm -rf -- "$2"';
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', String(pid), dataDir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  if (watcher.stdin && 'unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') watcher.stdin.unref();
  return () => void watcher.kill('SIGKILL');
}

function ownerOn(server: TestServer, database: string): OwnerConnection {
  return { host: server.host, port: server.port, password: server.password, user: OWNER, database };
}

async function asOwner<R>(server: TestServer, database: string, fn: (client: pg.Client) => Promise<R>): Promise<R> {
  const client = new pg.Client(ownerOn(server, database));
  await client.connect();
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}

/** One template per state of the migrations; test files that start together wait for the first to make it. */
async function templateOf(server: TestServer): Promise<{ readonly name: string; readonly connection: Connection }> {
  const migrations = await readMigrations();
  const name = `template_${await checksum(migrations)}`;
  return asOwner(server, 'postgres', async (client) => {
    await client.query('select pg_advisory_lock(42)');
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1 and datistemplate', [name]);
    const options = {
      owner: ownerOn(server, name),
      masterKey: TEST_MASTER_KEY,
      log: silentLog,
      loginPrefix: 'tsukasa_test',
    };
    if (rowCount === 0) {
      await client.query(`drop database if exists ${name}`);
      await client.query(`create database ${name}`);
      const connection = await migrate({ ...options, migrations });
      await client.query(`alter database ${name} is_template true`);
      return { name, connection };
    }
    return { name, connection: connectionTo(server, name) };
  });
}

function connectionTo(server: TestServer, database: string): Connection {
  const login = (role: string) => {
    const user = `tsukasa_test_login_${role}`;
    return { user, password: TEST_MASTER_KEY.passwordOf(user) };
  };
  const logins = { app: login('app'), device: login('device'), jobs: login('jobs') };
  return { host: server.host, port: server.port, database, ssl: false, logins };
}

async function checksum(migrations: readonly Migration[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, sha256 } of migrations) hash.update(`${name} ${sha256}\n`);
  for (const file of ['./migrate.ts', './jobs-schema.ts']) hash.update(await readFile(new URL(file, import.meta.url)));
  return hash.digest('hex').slice(0, 16);
}
