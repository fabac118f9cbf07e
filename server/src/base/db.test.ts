import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { isTransient, json, openDb } from './db.ts';
import { DomainError } from './errors.ts';
import { newId } from './ids.ts';
import { silentLog } from './log.ts';
import { testDatabase } from './testing.ts';

const { db, connection, query } = await testDatabase();

test('instants, dates, bigints and json go in and come out as what they are', async () => {
  const at = Temporal.Instant.from('2026-04-01T01:02:03.123456Z');
  const day = Temporal.PlainDate.from('2026-04-01');
  const row = await db.unbound(async (tx) => {
    const { rows } = await sql`select ${at}::timestamptz as at, ${day}::date as day, 9007199254740991::bigint as big,
      ${json([1, { a: null }])} as value, null::timestamptz as never`.execute(tx);
    return rows[0] as Record<string, unknown>;
  });
  assert.ok(row['at'] instanceof Temporal.Instant && row['at'].equals(at));
  assert.ok(row['day'] instanceof Temporal.PlainDate && row['day'].equals(day));
  assert.equal(row['big'], Number.MAX_SAFE_INTEGER);
  assert.deepEqual(row['value'], [1, { a: null }]);
  assert.equal(row['never'], null);
});

test('named statements of the device channel take instants too', async () => {
  const at = Temporal.Instant.from('2026-04-01T00:00:00Z');
  const { rows } = await db.device.query({ name: 'echo', text: 'select $1::timestamptz as at', values: [at] });
  assert.ok(at.equals(rows[0].at));
});

test('a bigint beyond what a number holds is an error', async () => {
  await assert.rejects(() => db.unbound((tx) => sql`select 9007199254740993::bigint`.execute(tx)), RangeError);
});

test('a binding ends with its transaction', async () => {
  const contractorId = newId<'Contractor'>();
  const bound = (tx: Parameters<Parameters<typeof db.unbound>[0]>[0]) =>
    sql<{ id: string | null }>`select nullif(current_setting('tsukasa.contractor_id', true), '') as id`.execute(tx);
  const inside = await db.asContractor(contractorId, bound);
  assert.equal(inside.rows[0]?.id, contractorId);
  for (let i = 0; i < 8; i++) assert.equal((await db.unbound(bound)).rows[0]?.id ?? null, null);
});

test('a failing use case leaves nothing behind', async () => {
  const work = db.unbound(async (tx) => {
    await sql`insert into idempotency_keys (principal, key, request_hash, created_at) values ('t', 'k', '\\x00', now())`.execute(
      tx,
    );
    throw new DomainError('conflict', 'no');
  });
  await assert.rejects(work, { code: 'conflict' });
  assert.equal((await query("select 1 from idempotency_keys where principal = 't'")).length, 0);
});

test('a connection that is cut in the middle is unavailable, and the next transaction works', async () => {
  const cut = db.unbound(async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    await query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await sql`select 1`.execute(tx);
  });
  await assert.rejects(cut, { code: 'unavailable', reason: 'database' });
  await query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tsukasa app' and datname = current_database()",
  );
  await db.unbound((tx) => sql`select 1`.execute(tx));
});

test('a database that is not there is unavailable after the patience is over', async () => {
  const away = openDb({ connection: { ...connection, host: '127.0.0.1', port: 1 }, log: silentLog, patience: 200 });
  await assert.rejects(() => away.unbound((tx) => sql`select 1`.execute(tx)), { code: 'unavailable' });
  assert.equal(await away.ping(), false);
  await away.close();
});

test('a missing file is no missing database', () => {
  assert.equal(isTransient(Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open' })), false);
  assert.equal(isTransient(Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'connect' })), true);
});
