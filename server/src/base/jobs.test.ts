import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { addJob, createJobs, defineJob, removeJob } from './jobs.ts';
import { silentLog } from './log.ts';
import { testDatabase } from './testing.ts';

const { db, query, atEnd } = await testDatabase();
const work = defineJob('test.work', Type.Object({ n: Type.Integer() }));
const flaky = defineJob('test.flaky', Type.Object({}));
const slow = defineJob('test.slow', Type.Object({}));

const done: number[] = [];
let failures = 1;
let hold = Promise.resolve();
const options = { db, log: silentLog, concurrency: 2, alone: true, pollInterval: 100 };

function build() {
  const jobs = createJobs(options);
  jobs.register(work, async ({ n }) => void done.push(n));
  jobs.register(flaky, async () => {
    if (failures-- > 0) throw new Error('not yet');
    done.push(-1);
  });
  jobs.register(slow, async () => {
    await hold;
    done.push(-2);
  });
  return jobs;
}

const jobs = build();
await jobs.start();
atEnd(() => jobs.stop());

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (what()) return;
    await sleep(10);
  }
  assert.fail('it did not happen');
}

test('a job runs when its transaction commits, and never when it does not', async () => {
  await assert.rejects(() =>
    db.unbound(async (tx) => {
      await addJob(tx, work, { n: 1 });
      throw new Error('rolled back');
    }),
  );
  await db.unbound((tx) => addJob(tx, work, { n: 2 }));
  await until(() => done.includes(2));
  assert.ok(!done.includes(1));
});

test('the worker is told about new jobs, and need not ask', async () => {
  const listening =
    "select 1 from pg_stat_activity where application_name = 'tsukasa worker' and query ilike '%listen%' and datname = current_database()";
  for (let i = 0; i < 100 && (await query(listening)).length === 0; i++) await sleep(20);
  assert.equal((await query(listening)).length, 1);
});

test('each server role may add a job, and only the worker may read them', async () => {
  await db.asDevice((tx) => addJob(tx, work, { n: 3 }));
  await db.jobs((tx) => addJob(tx, work, { n: 4 }));
  await until(() => done.includes(3) && done.includes(4));
  await assert.rejects(() => db.device.query('select * from graphile_worker._private_jobs'), { code: '42501' });
});

test('jobs with one key become one, with the last payload', async () => {
  const runAt = Temporal.Now.instant().add({ milliseconds: 300 });
  for (const n of [10, 11, 12]) await db.unbound((tx) => addJob(tx, work, { n }, { key: 'one', runAt }));
  await until(() => done.includes(12));
  assert.ok(!done.includes(10) && !done.includes(11));
});

test('a waiting job can be taken back', async () => {
  const runAt = Temporal.Now.instant().add({ milliseconds: 200 });
  await db.unbound((tx) => addJob(tx, work, { n: 20 }, { key: 'back', runAt }));
  await db.unbound((tx) => removeJob(tx, 'back'));
  await sleep(400);
  assert.ok(!done.includes(20));
});

test('a job that fails is tried again', async () => {
  await db.unbound((tx) => addJob(tx, flaky, {}, { key: 'flaky' }));
  await until(() => failures === 0);
  await query("update graphile_worker._private_jobs set run_at = now() where key = 'flaky'");
  await until(() => done.includes(-1));
});

test('what a killed server was working on is given back; what a living one works on is not', async () => {
  const release = Promise.withResolvers<void>();
  hold = release.promise;
  await db.unbound((tx) => addJob(tx, slow, {}, { key: 'held' }));
  await sleep(300);
  await query(`insert into graphile_worker._private_jobs (task_id, payload, locked_at, locked_by)
    select id, '{"n":30}', now(), 'pool-of-the-dead' from graphile_worker._private_tasks where identifier = 'test.work'`);
  const another = build();
  await another.start();
  await until(() => done.includes(30));
  const [held] = await query<{ locked: boolean }>(
    "select locked_by is not null as locked from graphile_worker._private_jobs where key = 'held'",
  );
  assert.equal(held?.locked, true);
  release.resolve();
  await until(() => done.includes(-2));
  assert.equal(done.filter((n) => n === -2).length, 1);
  await another.stop();
});

test('the worker goes on after every connection was cut', async () => {
  await query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  ).catch(() => undefined);
  await db.unbound((tx) => addJob(tx, work, { n: 40 }));
  await until(() => done.includes(40));
});

test('connections that are cut while jobs end cost no job and not the process', async () => {
  const wanted = Array.from({ length: 60 }, (_, i) => 100 + i);
  for (const n of wanted) {
    await db.unbound((tx) => addJob(tx, work, { n }));
    if (n % 15 === 0) {
      const cut =
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tsukasa worker' and datname = current_database()";
      await query(cut);
    }
  }
  await until(() => wanted.every((n) => done.includes(n)));
});

test('a name is registered once, and before the start', () => {
  const fresh = createJobs(options);
  fresh.register(work, async () => undefined);
  assert.throws(() => fresh.register(work, async () => undefined), /twice/);
  assert.throws(() => jobs.register(slow, async () => undefined), /before the worker starts/);
});
