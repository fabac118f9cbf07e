import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import pg from 'pg';
import { silentLog } from './log.ts';
import { type Migration, MigrationError, migrate, ownerFromUrl, readMigrations, scramVerifier } from './migrate.ts';
import { MasterKey } from './secrets.ts';
import { TEST_MASTER_KEY, testDatabase } from './testing.ts';

const { query, owner } = await testDatabase();

/** An empty database beside the migrated one, dropped with its logins at the end of the test. */
async function withEmpty(fn: (options: Parameters<typeof migrate>[0]) => Promise<void>): Promise<void> {
  const database = `empty_${randomBytes(5).toString('hex')}`;
  await query(`create database ${database}`);
  try {
    await fn({ owner: { ...owner, database }, masterKey: TEST_MASTER_KEY, log: silentLog });
  } finally {
    await query(`drop database ${database} with (force)`);
    for (const role of ['app', 'device', 'jobs']) await query(`drop role if exists ${database}_login_${role}`);
  }
}

async function rowsOf(config: pg.ClientConfig, text: string) {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const one: Migration = { name: '0001_one.sql', sql: 'create table one (id int primary key)', sha256: 'a' };
const broken: Migration = { name: '0002_broken.sql', sql: 'create table two (id int); select nonsense', sha256: 'b' };

test('all migrations run from empty, by two servers at once, and again', async () => {
  await withEmpty(async (options) => {
    const migrations = await readMigrations();
    const [first, second] = await Promise.all([migrate(options), migrate(options)]);
    assert.deepEqual(first, second);
    await migrate(options);
    const applied = await rowsOf(options.owner, 'select name from schema_migrations order by name');
    assert.deepEqual(
      applied.map((row) => row.name),
      migrations.map(({ name }) => name),
    );
    const { user, password } = first.logins.app;
    const login = { host: first.host, port: first.port, database: first.database, user, password };
    assert.deepEqual(await rowsOf(login, 'select 1 as one'), [{ one: 1 }]);
  });
});

test('a migration that fails leaves nothing of itself and names itself', async () => {
  await withEmpty(async (options) => {
    await assert.rejects(
      () => migrate({ ...options, migrations: [one, broken] }),
      (error) => error instanceof MigrationError && error.message.includes('0002_broken.sql'),
    );
    const left = await rowsOf(
      options.owner,
      "select to_regclass('one') is not null as one, to_regclass('two') is not null as two",
    );
    assert.deepEqual(left, [{ one: true, two: false }]);
  });
});

test('a migration edited after it ran is refused', async () => {
  await withEmpty(async (options) => {
    await migrate({ ...options, migrations: [one] });
    await assert.rejects(() => migrate({ ...options, migrations: [{ ...one, sha256: 'c' }] }), /edited after it ran/);
  });
});

test('another master key is refused before anything changes', async () => {
  await withEmpty(async (options) => {
    await migrate({ ...options, migrations: [one] });
    const other = new MasterKey(Buffer.alloc(32, 9));
    await assert.rejects(
      () => migrate({ ...options, masterKey: other, migrations: [one, broken] }),
      /another master key/,
    );
  });
});

test('an owner that may not create roles is told what to do', async () => {
  const name = `poor_${randomBytes(5).toString('hex')}`;
  await query(`create role ${name} login password '${scramVerifier('x')}'`);
  await query(`create database ${name} owner ${name}`);
  try {
    const poor = { ...owner, user: name, password: 'x', database: name };
    await assert.rejects(
      () => migrate({ owner: poor, masterKey: TEST_MASTER_KEY, log: silentLog, migrations: [one] }),
      (error) => error instanceof MigrationError && /createrole/.test(error.message),
    );
  } finally {
    await query(`drop database ${name} with (force)`);
    await query(`drop role ${name}`);
  }
});

test('an owner who may create roles but is no superuser is enough', async () => {
  const name = `owner_${randomBytes(5).toString('hex')}`;
  await query(`create role ${name} login createrole password '${scramVerifier('x')}'`);
  for (const role of ['app', 'device', 'jobs']) await query(`grant tsukasa_${role} to ${name} with admin option`);
  await query(`create database ${name} owner ${name}`);
  try {
    const plain = { ...owner, user: name, password: 'x', database: name };
    const connection = await migrate({ owner: plain, masterKey: TEST_MASTER_KEY, log: silentLog });
    assert.equal(connection.logins.jobs.user, `${name}_login_jobs`);
    await migrate({ owner: plain, masterKey: TEST_MASTER_KEY, log: silentLog });
  } finally {
    await query(`drop database ${name} with (force)`);
    for (const role of ['app', 'device', 'jobs']) await query(`drop role if exists ${name}_login_${role}`);
    await query(`drop owned by ${name}`);
    await query(`drop role ${name}`);
  }
});

test('a DATABASE_URL is understood as libpq would', () => {
  const { host, port, database, user, password, ssl } = ownerFromUrl(
    'postgresql://me:p%40ss@db.example:6543/tsukasa?sslmode=require',
  );
  assert.deepEqual(
    { host, port, database, user, password, ssl },
    {
      host: 'db.example',
      port: 6543,
      database: 'tsukasa',
      user: 'me',
      password: 'p@ss',
      ssl: { rejectUnauthorized: false },
    },
  );
  assert.equal(ownerFromUrl('postgres://me@localhost/tsukasa?host=/var/run/postgresql').host, '/var/run/postgresql');
});
