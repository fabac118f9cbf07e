import { runMigrations } from 'graphile-worker';
import pg from 'pg';

/**
 * Brings graphile-worker's schema up to date, as its owner, and lets the server's roles use it. The application and the
 * device channel may only add and remove jobs, through two functions, and cannot read what others queued; the jobs role
 * works the queue. graphile-worker enables row-level security on its tables and leaves the policies to us.
 */
export async function migrateJobs(client: pg.Client, owner: pg.ClientConfig): Promise<void> {
  const pool = new pg.Pool({ ...owner, max: 1, application_name: 'tsukasa migrate' });
  // The query in flight reports what goes wrong; graphile-worker wants to see both listeners.
  pool.on('error', () => undefined);
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  try {
    await runMigrations({ pgPool: pool, noPreparedStatements: true });
  } finally {
    await pool.end();
  }
  await client.query(GRANTS);
}

const GRANTS = `
begin;
create or replace function tsukasa_add_job(task text, payload json, key text, run_at timestamptz, max_attempts integer,
  queue text, priority integer, mode text) returns bigint
language sql security definer set search_path = pg_catalog as $$
  select id from graphile_worker.add_job(task, payload, queue, run_at, max_attempts, key, priority, null, mode)
$$;
create or replace function tsukasa_remove_job(key text) returns boolean
language sql security definer set search_path = pg_catalog as $$
  select (graphile_worker.remove_job(key)).id is not null
$$;
revoke all on function tsukasa_add_job, tsukasa_remove_job from public;
grant execute on function tsukasa_add_job, tsukasa_remove_job to tsukasa_app, tsukasa_device, tsukasa_jobs;
grant usage on schema graphile_worker to tsukasa_jobs;
grant select on graphile_worker.migrations to tsukasa_jobs;
grant select, insert, update, delete on graphile_worker._private_jobs, graphile_worker._private_tasks,
  graphile_worker._private_job_queues, graphile_worker._private_known_crontabs to tsukasa_jobs;
grant select on graphile_worker.jobs to tsukasa_jobs;
grant usage on all sequences in schema graphile_worker to tsukasa_jobs;
grant execute on all functions in schema graphile_worker to tsukasa_jobs;
do $$
declare target text;
begin
  foreach target in array array['_private_jobs', '_private_tasks', '_private_job_queues', '_private_known_crontabs'] loop
    if not exists (select from pg_policies where schemaname = 'graphile_worker' and tablename = target and policyname = 'jobs') then
      execute format('create policy jobs on graphile_worker.%I to tsukasa_jobs using (true) with check (true)', target);
    end if;
  end loop;
end $$;
commit;
`;
