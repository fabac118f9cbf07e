import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { type Db, openDb } from './db.ts';
import { createIdempotency, type Idempotency } from './http/idempotency.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { createJobs, type Jobs } from './jobs.ts';
import type { Log } from './log.ts';
import { migrate, type OwnerConnection, ownerFromUrl } from './migrate.ts';
import { DATABASE, type EmbeddedPostgres, OWNER, startEmbedded } from './postgres/embedded.ts';
import { DataDirectoryBusy, type DirectoryLock, lockDataDirectory } from './postgres/lock.ts';
import { createSecrets, loadMasterKey, type MasterKey, type Secrets } from './secrets.ts';

/** What every room is built on. */
export type Foundation = {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly db: Db;
  readonly masterKey: MasterKey;
  readonly secrets: Secrets;
  readonly jobs: Jobs;
  readonly metrics: Metrics;
  readonly idempotency: Idempotency;
  /** Closes the database, stops the embedded PostgreSQL, frees the data directory. Jobs are stopped by whoever started them. */
  close(): Promise<void>;
};

export type FoundationOptions = {
  readonly config: Config;
  readonly log: Log;
  readonly clock?: Clock;
  /**
   * Instead of refusing a data directory on which a server runs, use that server's database: for commands that are run
   * beside it. They start no jobs.
   */
  readonly beside?: boolean;
};

/** Takes the data directory, starts or reaches PostgreSQL, migrates and opens the pools. */
export async function openFoundation(options: FoundationOptions): Promise<Foundation> {
  const { config, log, clock = systemClock } = options;
  const undo: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    const lock = await takeDirectory(config, options.beside === true);
    if (lock) undo.push(() => lock.release());
    const masterKey = await loadMasterKey(config.masterKeyFile, { create: true });
    const owner = await ownerOf(config, log, lock !== undefined, (embedded) => undo.push(() => embedded.stop()));
    const connection = await migrate({ owner, masterKey, log });
    const db = openDb({ connection, log, pools: config.pools });
    undo.push(() => db.close());
    const secrets = createSecrets(masterKey, clock);
    const metrics = createMetrics();
    const alone = config.databaseUrl === undefined && lock !== undefined;
    const jobs = createJobs({ db, log, concurrency: config.jobConcurrency, alone });
    const idempotency = createIdempotency({ db, clock, secrets });
    return { config, clock, log, db, masterKey, secrets, jobs, metrics, idempotency, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * With `DATABASE_URL` several copies may share one data directory (keys, files); only the embedded PostgreSQL needs it for
 * itself.
 */
async function takeDirectory(config: Config, beside: boolean): Promise<DirectoryLock | undefined> {
  if (config.databaseUrl !== undefined) return undefined;
  try {
    return await lockDataDirectory(config.dataDir);
  } catch (error) {
    if (beside && error instanceof DataDirectoryBusy) return undefined;
    throw error;
  }
}

async function ownerOf(
  config: Config,
  log: Log,
  mine: boolean,
  started: (embedded: EmbeddedPostgres) => void,
): Promise<OwnerConnection> {
  if (config.databaseUrl !== undefined) return ownerFromUrl(config.databaseUrl);
  if (!mine) return runningOwner(config.dataDir);
  const embedded = await startEmbedded({ dataDir: config.dataDir, log });
  started(embedded);
  const { host, port } = embedded.owner();
  await writeFile(join(config.dataDir, 'postgres.json'), `${JSON.stringify({ host, port })}\n`, { mode: 0o600 });
  return embedded.owner();
}

/** The embedded PostgreSQL of a server that runs on this data directory. */
export async function runningOwner(dataDir: string): Promise<OwnerConnection> {
  const addressFile = join(dataDir, 'postgres.json');
  const address: unknown = JSON.parse(await readFile(addressFile, 'utf8'));
  const password = (await readFile(join(dataDir, 'keys', 'postgres.password'), 'utf8')).trim();
  if (typeof address !== 'object' || address === null || !('host' in address) || !('port' in address)) {
    throw new Error(`${addressFile} does not say where PostgreSQL is; restart the server`);
  }
  return { host: String(address.host), port: Number(address.port), database: DATABASE, user: OWNER, password };
}
