import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { chmod, chown, lchown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OwnerConnection } from '../migrate.ts';
import { publishOnce } from '../secrets.ts';
import { type Account, postgresAccount } from './account.ts';
import { type Binaries, binariesFor, findBinaries } from './binaries.ts';
import { stopOrphan } from './orphan.ts';

export const OWNER = 'tsukasa_owner';
export const DATABASE = 'tsukasa';

export type EmbeddedOptions = {
  /** The cluster is `<dataDir>/postgres`, its password `<dataDir>/keys/postgres.password`. The caller holds the directory's lock. */
  readonly dataDir: string;
  readonly log: Log;
  /** PostgreSQL settings over ours; tests turn `fsync` off. */
  readonly settings?: Readonly<Record<string, string>>;
};

/** A PostgreSQL server that lives as long as this process wants it. */
export interface EmbeddedPostgres {
  /** The owner's connection, to a database of this cluster (`tsukasa` unless named). */
  owner(database?: string): OwnerConnection;
  /** The process id of the running postmaster. */
  readonly pid: number | undefined;
  /** Lets sessions end their statement, writes everything and ends. Idempotent. */
  stop(): Promise<void>;
}

/** Unix socket paths are limited to 107 bytes on Linux, 103 on macOS; `/.s.PGSQL.5432` is 15. */
const LONGEST_SOCKET_FOLDER = 85;
const START_PATIENCE_MS = 600_000;

const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '200',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  synchronous_commit: 'on',
  wal_compression: 'on',
  max_wal_size: '2GB',
  checkpoint_completion_target: '0.9',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgresql-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_min_messages: 'warning',
  // Statements can hold personal data: their text stays out of the log.
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/**
 * Starts PostgreSQL under the data directory, creating the cluster at first use. An orphan of a killed server is stopped
 * first; a postmaster that dies is started again. The database `tsukasa` exists when this returns.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = await postgresAccount();
  const found = await findBinaries();
  const binaries = account ? await binariesFor(account, found) : found;
  const cluster = await Cluster.open(resolve(options.dataDir), binaries, account, options);
  await cluster.start();
  try {
    await createDatabase(cluster.owner('postgres'));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

async function createDatabase(owner: OwnerConnection): Promise<void> {
  const client = new pg.Client(owner);
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Every running postmaster of this process, so that none survives an exit that nobody planned. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGINT');
});

class Cluster implements EmbeddedPostgres {
  readonly #dir: string;
  readonly #binaries: Binaries;
  readonly #account: Account | undefined;
  readonly #options: EmbeddedOptions;
  readonly #password: string;
  #port = 0;
  #host = '';
  #child: ChildProcess | undefined;
  #stopping: Promise<void> | undefined;
  #restarts: number[] = [];

  private constructor(
    dir: string,
    binaries: Binaries,
    account: Account | undefined,
    options: EmbeddedOptions,
    password: string,
  ) {
    this.#dir = dir;
    this.#binaries = binaries;
    this.#account = account;
    this.#options = options;
    this.#password = password;
  }

  static async open(
    dataDir: string,
    binaries: Binaries,
    account: Account | undefined,
    options: EmbeddedOptions,
  ): Promise<Cluster> {
    const passwordFile = join(dataDir, 'keys', 'postgres.password');
    await mkdir(dirname(passwordFile), { recursive: true, mode: 0o700 });
    await publishOnce(passwordFile, `${randomBytes(24).toString('base64url')}\n`);
    const password = (await readFile(passwordFile, 'utf8')).trim();
    return new Cluster(join(dataDir, 'postgres'), binaries, account, options, password);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  owner(database = DATABASE): OwnerConnection {
    return { host: this.#host, port: this.#port, database, user: OWNER, password: this.#password };
  }

  async start(): Promise<void> {
    if (!(await exists(join(this.#dir, 'PG_VERSION')))) await this.#create();
    await this.#own();
    await stopOrphan(this.#dir, this.#options.log);
    await this.#chooseAddress();
    await this.#launch();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((done) => child.once('exit', () => done()));
    child.ref(); // this process waits for it
    child.kill('SIGINT'); // "fast": rolls back what is open, writes a checkpoint, ends
    const hurry = setTimeout(() => child.kill('SIGQUIT'), 60_000);
    await gone;
    clearTimeout(hurry);
  }

  /** Made beside and moved into place, so that a start that is killed half-way leaves nothing that looks like a cluster. */
  async #create(): Promise<void> {
    const present = await readdir(this.#dir).catch(() => []);
    if (present.length > 0) throw new Error(`${this.#dir} is not empty and no PostgreSQL cluster; move it away`);
    const draft = `${this.#dir}.new`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true, mode: 0o700 });
    if (this.#account) await chown(draft, this.#account.uid, this.#account.gid);
    await this.#initialise(draft);
    await rm(this.#dir, { recursive: true, force: true });
    await rename(draft, this.#dir);
    this.#options.log.info('postgres.cluster_created', { file: this.#dir });
  }

  /** A cluster that was copied back as root, or comes from another machine, may belong to anybody; PostgreSQL insists. */
  async #own(): Promise<void> {
    const account = this.#account;
    if (!account || (await stat(this.#dir)).uid === account.uid) return;
    const entries = await readdir(this.#dir, { recursive: true, withFileTypes: true });
    for (const entry of entries) await lchown(join(entry.parentPath, entry.name), account.uid, account.gid);
    await chmod(this.#dir, 0o700);
    await chown(this.#dir, account.uid, account.gid); // the last: a start that is killed here begins again
  }

  /**
   * How PostgreSQL is told its folder. As root we enter the folder before giving up root, and name it by where the process
   * stands: so it works below folders that the account cannot enter, without opening those to anybody.
   */
  #folderArgument(folder = this.#dir): string {
    return this.#account && process.platform === 'linux' ? '/proc/self/cwd' : folder;
  }

  async #initialise(folder: string): Promise<void> {
    const secret = join(dirname(this.#dir), 'keys', `initdb-${process.pid}`);
    await writeFile(secret, `${this.#password}\n`, { mode: 0o600 });
    if (this.#account) await chown(secret, this.#account.uid, this.#account.gid);
    const handle = await open(secret, 'r');
    // Handed over open: the account need not be able to walk to the file.
    const passwordFile = process.platform === 'win32' ? secret : '/dev/fd/3';
    const args = [
      `--pgdata=${this.#folderArgument(folder)}`,
      `--username=${OWNER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--data-checksums',
      '--no-instructions',
    ];
    try {
      const child = spawn(this.#binaries.initdb, args, {
        ...this.#spawnOptions(folder),
        stdio: ['ignore', 'pipe', 'pipe', handle.fd],
      });
      const said: string[] = [];
      child.stdout?.setEncoding('utf8').on('data', (text: string) => said.push(text));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => said.push(text));
      const code = await exitOf(child);
      if (code !== 0) throw new Error(`initdb ended with ${code}: ${said.join('').slice(-2000)}`);
    } finally {
      await handle.close();
      await rm(secret, { force: true });
    }
  }

  async #chooseAddress(): Promise<void> {
    const socket = process.platform !== 'win32' && Buffer.byteLength(this.#dir) <= LONGEST_SOCKET_FOLDER;
    this.#host = socket ? this.#dir : '127.0.0.1';
    this.#port = socket ? 5432 : await freePort();
  }

  #arguments(): string[] {
    const socket = this.#host !== '127.0.0.1';
    const address: Record<string, string> = {
      port: String(this.#port),
      listen_addresses: socket ? '' : '127.0.0.1',
      unix_socket_directories: socket ? this.#folderArgument() : '',
      unix_socket_permissions: '0700',
    };
    const settings = { ...SETTINGS, ...this.#options.settings, ...address };
    return [
      '-D',
      this.#folderArgument(),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
  }

  #spawnOptions(cwd = this.#dir) {
    const account = this.#account && { uid: this.#account.uid, gid: this.#account.gid };
    // Nothing of our own environment: it may hold secrets and settings that PostgreSQL would follow.
    const env = process.platform === 'win32' ? undefined : { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };
    // Its own process group: Ctrl-C in a terminal reaches this server, which then stops PostgreSQL when it has finished.
    return { ...account, cwd, env, detached: true };
  }

  async #launch(): Promise<void> {
    const output = openSync(join(this.#dir, 'start.log'), 'w', 0o600);
    const child = spawn(this.#binaries.postgres, this.#arguments(), {
      ...this.#spawnOptions(),
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.#child = child;
    running.add(child);
    const ended = exitOf(child).finally(() => running.delete(child));
    child.unref();
    await this.#untilReady(ended);
    this.#options.log.info('postgres.started', { pid: child.pid, address: this.#host, port: this.#port });
    void ended.then((code) => this.#onEnd(child, code));
  }

  async #untilReady(ended: Promise<number | string>): Promise<void> {
    let code: number | string | undefined;
    void ended.then((value) => {
      code = value;
    });
    const until = performance.now() + START_PATIENCE_MS;
    for (;;) {
      if (code !== undefined) {
        const said = await readFile(join(this.#dir, 'start.log'), 'utf8').catch(() => '');
        throw new Error(`PostgreSQL ended with ${code} at its start: ${said.slice(-2000)}`);
      }
      const failure = await this.#answers();
      if (failure === undefined) return;
      // Starting up, recovering, or not listening yet; anything else will not become better.
      const patient = ['57P03', 'ECONNREFUSED', 'ENOENT', 'ECONNRESET'].includes(errorCode(failure) ?? '');
      if (!patient || performance.now() > until) throw failure;
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  async #answers(): Promise<unknown> {
    const client = new pg.Client({ ...this.owner('postgres'), connectionTimeoutMillis: 10_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return undefined;
    } catch (error) {
      return error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Supervision: a postmaster that somebody killed comes back; one that dies again and again is left to the operator. */
  async #onEnd(child: ChildProcess, code: number | string): Promise<void> {
    if (this.#stopping || this.#child !== child) return;
    const { log } = this.#options;
    log.error('postgres.died', { pid: child.pid, message: `ended with ${code}` });
    for (;;) {
      const now = performance.now();
      this.#restarts = [...this.#restarts.filter((at) => now - at < 300_000), now];
      await new Promise((done) => setTimeout(done, Math.min(100 * 2 ** (this.#restarts.length - 1), 30_000)));
      if (this.#stopping) return;
      try {
        await stopOrphan(this.#dir, log);
        await this.#launch();
        return;
      } catch (error) {
        log.error('postgres.restart_failed', { error, attempt: this.#restarts.length });
      }
    }
  }
}

function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code, signal) => done(code ?? signal ?? 'unknown'));
  });
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? done(address.port) : fail(new Error('no free port')),
      );
    });
  });
}
