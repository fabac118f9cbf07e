import { EventEmitter } from 'node:events';
import {
  type CronItem,
  Logger,
  parseCronItems,
  type Runner,
  run,
  type Task,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import { sql } from 'kysely';
import type pg from 'pg';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { type Db, isTransient, type Tx } from './db.ts';
import { patientPool } from './jobs-pool.ts';
import type { Log } from './log.ts';

/** A kind of background work: its name and what its payload looks like. */
export type Job<Payload> = { readonly name: string; readonly parse: (payload: unknown) => Payload };

/** Defines a job, `room.what`. The payload holds ids only: it is read again when the job runs, perhaps by a later release. */
export function defineJob<const Schema extends TSchema>(
  name: `${string}.${string}`,
  payload: Schema,
): Job<Static<Schema>> {
  return { name, parse: (value) => Value.Parse(payload, value) };
}

export type AddJobOptions = {
  /** At most one waiting job per key; adding again replaces it (`onDuplicate`). Global: put the contractor's id in it. */
  readonly key?: string;
  /** `replace` (default) takes the new time and payload; `keep_time` the new payload at the time first set. */
  readonly onDuplicate?: 'replace' | 'keep_time';
  readonly runAt?: Temporal.Instant;
  /** Default 25, which with the back-off spans about three days; what is given up stays visible. */
  readonly maxAttempts?: number;
  /** Jobs of one queue run one after another. */
  readonly queue?: string;
  /** Lower runs first; default 0. */
  readonly priority?: number;
};

/**
 * Queues a job inside the caller's transaction: it exists when that commits, and only then. This is the outbox; a table
 * of our own would be a second queue with the same promise.
 */
export async function addJob<Payload>(
  tx: Tx,
  job: Job<Payload>,
  payload: Payload,
  options: AddJobOptions = {},
): Promise<void> {
  const { key = null, runAt, maxAttempts = null, queue = null, priority = null } = options;
  const mode = options.onDuplicate === 'keep_time' ? 'preserve_run_at' : 'replace';
  await sql`select tsukasa_add_job(${job.name}, ${JSON.stringify(payload)}::json, ${key}, ${runAt?.toString() ?? null}::timestamptz,
    ${maxAttempts}, ${queue}, ${priority}, ${mode})`.execute(tx);
}

/** Takes back a waiting job; one that is running finishes, and is not tried again. */
export async function removeJob(tx: Tx, key: string): Promise<void> {
  await sql`select tsukasa_remove_job(${key})`.execute(tx);
}

export type JobContext = {
  readonly jobId: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Aborts when the server stops. */
  readonly signal: AbortSignal | undefined;
  readonly log: Log;
};

/** Runs at least once, so idempotent; throwing means "again later", with exponential back-off. */
export type JobHandler<Payload> = (payload: Payload, context: JobContext) => Promise<void>;

export interface Jobs {
  /** Throws when the name is taken or the worker runs already. */
  register<Payload>(job: Job<Payload>, handler: JobHandler<Payload>): void;
  /** Runs `job` at the times of a five-field crontab pattern, in UTC; once per time over all copies of the server. */
  cron(pattern: string, job: Job<object>): void;
  start(): Promise<void>;
  /** Takes no more jobs and waits for the running ones, at most about 10 s. */
  stop(): Promise<void>;
}

export type JobsOptions = {
  readonly db: Db;
  readonly log: Log;
  readonly concurrency: number;
  /** True when no other server can be working on this database (embedded): locks left behind are released at start. */
  readonly alone: boolean;
  /** Milliseconds between two looks for work that no notification announced. Default 2000. */
  readonly pollInterval?: number;
};

/** The worker of this process; other copies of the server run theirs on the same queue. */
export function createJobs(options: JobsOptions): Jobs {
  return new Worker(options);
}

/** Class of the advisory locks by which a worker shows that it lives; the other half is the hash of its pool's id. */
const LIVENESS = 0x74736b77;
/** How long a lock of a worker that does not show up must be held before others take its jobs. */
const ORPHANED_SECONDS = 20;
const SWEEP_MS = 10_000;

/**
 * graphile-worker gives the jobs of a killed process back after four hours. Each process therefore holds a session-level
 * advisory lock named after its worker pool, which PostgreSQL drops the moment the process is gone; everybody looks for
 * locked jobs whose pool holds none.
 */
const RELEASE_ORPHANS = `
select graphile_worker.force_unlock_workers(array_agg(dead.locked_by))
from (
  select locked_by from graphile_worker._private_jobs where locked_at <= now() - make_interval(secs => $3)
  union select locked_by from graphile_worker._private_job_queues where locked_at <= now() - make_interval(secs => $3)
) dead
where dead.locked_by <> $2 and not exists (
  select from pg_locks held where held.locktype = 'advisory' and held.granted and held.classid = $1::oid
    and held.objid = hashtext(dead.locked_by)::oid
    and held.database = (select oid from pg_database where datname = current_database())
)`;

class Worker implements Jobs {
  readonly #options: JobsOptions;
  readonly #tasks: TaskList = {};
  readonly #cron: CronItem[] = [];
  #pool: pg.Pool | undefined;
  #patient: ReturnType<typeof patientPool> | undefined;
  /** Holds the liveness lock. */
  #alive: pg.PoolClient | undefined;
  #poolId = '';
  #runner: Runner | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  register<Payload>(job: Job<Payload>, handler: JobHandler<Payload>): void {
    if (this.#pool) throw new Error('jobs are registered before the worker starts');
    if (this.#tasks[job.name]) throw new Error(`the job ${job.name} is registered twice`);
    const task: Task = async (payload, helpers) => {
      const { id, attempts, max_attempts: maxAttempts } = helpers.job;
      const log = this.#options.log.with({ job: job.name, jobId: id, attempt: attempts });
      try {
        const context = { jobId: id, attempt: attempts, maxAttempts, signal: helpers.abortSignal, log };
        await handler(job.parse(payload), context);
      } catch (error) {
        if (attempts >= maxAttempts) log.error('job.given_up', { error });
        else log.warn('job.failed', { error });
        throw error;
      }
    };
    this.#tasks[job.name] = task;
  }

  cron(pattern: string, job: Job<object>): void {
    if (this.#pool) throw new Error('jobs are registered before the worker starts');
    this.#cron.push({ task: job.name, match: pattern, identifier: job.name });
  }

  async start(): Promise<void> {
    const { db, concurrency, alone } = this.#options;
    for (const { task } of this.#cron) if (!this.#tasks[task]) throw new Error(`the timed job ${task} has no handler`);
    this.#pool = db.library('jobs', { max: concurrency + 3, name: 'worker' });
    this.#patient = patientPool(this.#pool);
    await this.#releaseOrphans(alone ? 0 : ORPHANED_SECONDS);
    await this.#launch();
    this.#timer = setInterval(() => void this.#look(), SWEEP_MS).unref();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#runner?.stop().catch(() => undefined);
    await this.#patient?.close();
    this.#alive?.release(true);
    this.#alive = undefined;
  }

  async #launch(): Promise<void> {
    if (!this.#patient) return;
    const events = new EventEmitter() as WorkerEvents;
    events.on('pool:create', ({ workerPool }) => {
      this.#poolId = workerPool.id;
    });
    this.#runner = await run({
      pgPool: this.#patient.pool,
      taskList: this.#tasks,
      parsedCronItems: parseCronItems(this.#cron),
      concurrency: this.#options.concurrency,
      noHandleSignals: true,
      pollInterval: this.#options.pollInterval ?? 2000,
      events,
      logger: this.#logger(),
    });
    this.#runner.promise.then(
      () => this.#relaunch(undefined),
      (error: unknown) => this.#relaunch(error),
    );
    this.#alive?.release(true);
    this.#alive = undefined;
    await this.#showLife();
  }

  /** The worker gives up when the database is away for long; the server does not. */
  #relaunch(error: unknown): void {
    if (this.#stopping) return;
    this.#options.log.warn('job.worker_stopped', { error });
    setTimeout(() => {
      if (!this.#stopping) this.#launch().catch((again: unknown) => this.#relaunch(again));
    }, 1000).unref();
  }

  async #look(): Promise<void> {
    try {
      await this.#showLife();
      await this.#releaseOrphans(ORPHANED_SECONDS);
    } catch (error) {
      if (!isTransient(error)) this.#options.log.warn('job.sweep_failed', { error });
    }
  }

  async #showLife(): Promise<void> {
    if (this.#alive || !this.#pool || this.#stopping) return;
    const client = await this.#pool.connect();
    const lost = () => {
      if (this.#alive !== client) return;
      this.#alive = undefined;
      client.release(true);
    };
    client.on('error', lost);
    client.on('end', lost);
    try {
      await client.query('select pg_advisory_lock_shared($1, hashtext($2))', [LIVENESS, this.#poolId]);
      this.#alive = client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async #releaseOrphans(olderThan: number): Promise<void> {
    await this.#pool?.query(RELEASE_ORPHANS, [LIVENESS, this.#poolId, olderThan]);
  }

  #logger(): Logger {
    const { log } = this.#options;
    return new Logger((scope) => (level, message) => {
      // Graphile repeats the failure of a job, which `register` has logged with its error.
      if (level === 'error' && scope.jobId === undefined) log.warn('job.worker_trouble', { message });
      else log.debug('job.worker_said', { message, job: scope.taskIdentifier });
    });
  }
}
