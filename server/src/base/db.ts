import { Kysely, PostgresDialect, type RawBuilder, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { TemporalClient, temporalTypes } from './db-types.ts';
import { DomainError, errorCode } from './errors.ts';
import type { ContractorId } from './ids.ts';
import type { Log } from './log.ts';

/** The three roles the server works under; none may bypass row-level security or owns a table. */
export const SERVER_ROLES = ['app', 'device', 'jobs'] as const;
export type ServerRole = (typeof SERVER_ROLES)[number];

/** How to reach the database, and the login of each role. */
export type Connection = {
  /** A host name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly ssl: boolean | { readonly rejectUnauthorized: boolean } | undefined;
  readonly logins: Readonly<Record<ServerRole, { readonly user: string; readonly password: string }>>;
};

/** A transaction. It knows no table: a room's store names its own with `tables<RoomTables>(tx)`. */
export type Tx = Transaction<NoTables>;
type NoTables = Record<never, never>;

/**
 * The transaction with the tables of one room: `tables<{ persons: PersonsTable }>(tx).selectFrom('persons')`.
 * The same object, so that what is keyed by the transaction stays so. This is the one place where table types are claimed.
 */
export function tables<T>(tx: Tx): Transaction<T> {
  return tx as unknown as Transaction<T>;
}

/** A value for a jsonb column. Needed because `pg` sends a bare array as a PostgreSQL array. */
export function json<T>(value: T): RawBuilder<T> {
  return sql<T>`${JSON.stringify(value)}::jsonb`;
}

/**
 * The database as the rooms see it. Each function opens one transaction, commits when `fn` resolves and rolls back when it
 * rejects. Opening waits up to 15 s for a database that is restarting; then, and when the connection breaks in the
 * middle, throws `unavailable` (whether a broken commit took effect is unknown: the caller may repeat only what is idempotent).
 */
export interface Db {
  /** As the application, bound to one contractor: other contractors' rows do not exist. */
  asContractor<R>(contractorId: ContractorId, fn: (tx: Tx) => Promise<R>): Promise<R>;
  /** As the application in the provider's scope: the list of contractors and the provider's tables; no tenant's rows. */
  asProvider<R>(fn: (tx: Tx) => Promise<R>): Promise<R>;
  /** As the application, bound to nothing: tables without a contractor only (sign-in, tokens' look-up). */
  unbound<R>(fn: (tx: Tx) => Promise<R>): Promise<R>;
  /** As the application, bound to one person at sign-in: their memberships and those contractors, to read only. */
  asPerson<R>(personId: string, fn: (tx: Tx) => Promise<R>): Promise<R>;
  /** As the jobs role over all contractors: finding what is due. */
  jobs<R>(fn: (tx: Tx) => Promise<R>): Promise<R>;
  /** As the jobs role, bound to one contractor: doing it. */
  jobsFor<R>(contractorId: ContractorId, fn: (tx: Tx) => Promise<R>): Promise<R>;
  /** The device channel's own pool, for named prepared statements; `Temporal` values go in and come out. */
  readonly device: pg.Pool;
  /** As the device role in one transaction, where one statement is not enough. */
  asDevice<R>(fn: (tx: Tx) => Promise<R>): Promise<R>;
  /**
   * A pool with `pg`'s ordinary types (`Date`, text bigint) for a library that brings its own SQL. Closed with the rest.
   */
  library(
    role: ServerRole,
    options: { readonly max: number; readonly searchPath?: string; readonly name: string },
  ): pg.Pool;
  /** True when the database answers. */
  ping(): Promise<boolean>;
  readonly connection: Connection;
  close(): Promise<void>;
}

export type DbOptions = {
  readonly connection: Connection;
  readonly log: Log;
  readonly pools?: { readonly app?: number; readonly device?: number; readonly jobs?: number };
  /** Milliseconds that opening a transaction waits for a database that is not there. */
  readonly patience?: number;
};

const STATEMENT_TIMEOUT: Readonly<Record<ServerRole, number>> = { app: 20_000, device: 10_000, jobs: 120_000 };

/** Opens the pools; connects lazily. */
export function openDb(options: DbOptions): Db {
  const { connection, log } = options;
  const patience = options.patience ?? 15_000;
  const open: pg.Pool[] = [];
  const pool = (role: ServerRole, max: number, extra: pg.PoolConfig): pg.Pool => {
    const made = new pg.Pool({ ...poolConfig(connection, role, max), ...extra });
    // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
    made.on('error', (error) => {
      if (!made.ending) log.warn('database.idle_connection_lost', { role, message: error.message });
    });
    made.on('connect', (client) => client.on('error', () => undefined)); // the query in flight reports it
    open.push(made);
    return made;
  };
  const typed = (role: ServerRole, max: number) => pool(role, max, { Client: TemporalClient, types: temporalTypes });
  const device = typed('device', options.pools?.device ?? 4);
  const over = (from: pg.Pool) => {
    const kysely = new Kysely<NoTables>({ dialect: new PostgresDialect({ pool: from }) });
    return <R>(binding: Binding, fn: (tx: Tx) => Promise<R>) => transact(kysely, binding, patience, fn);
  };
  const app = over(typed('app', options.pools?.app ?? 10));
  const jobs = over(typed('jobs', options.pools?.jobs ?? 6));
  const channel = over(device);
  return {
    asContractor: (contractorId, fn) => app({ contractorId }, fn),
    asProvider: (fn) => app({ scope: 'provider' }, fn),
    unbound: (fn) => app({}, fn),
    asPerson: (personId, fn) => app({ personId }, fn),
    jobs: (fn) => jobs({}, fn),
    jobsFor: (contractorId, fn) => jobs({ contractorId }, fn),
    device,
    asDevice: (fn) => channel({}, fn),
    library: (role, { max, searchPath, name }) => {
      const path = searchPath === undefined ? '' : ` -c search_path=${searchPath}`;
      return pool(role, max, { application_name: `tsukasa ${name}`, options: `${sessionOptions()}${path}` });
    },
    ping: () =>
      device.query('select 1').then(
        () => true,
        () => false,
      ),
    connection,
    close: () => closePools(open),
  };
}

/** Waits for connections that are in use, but not for ever: one that somebody forgot must not keep the server from ending. */
async function closePools(pools: readonly pg.Pool[]): Promise<void> {
  const closed = Promise.all(pools.map((pool) => (pool.ending ? undefined : pool.end())));
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((done) => {
    timer = setTimeout(done, 5000);
  });
  await Promise.race([closed, patience]);
  clearTimeout(timer);
}

function sessionOptions(): string {
  return '-c timezone=UTC -c datestyle=ISO -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s';
}

/** The settings of one role's pool. */
export function poolConfig(connection: Connection, role: ServerRole, max: number): pg.PoolConfig {
  const { user, password } = connection.logins[role];
  return {
    host: connection.host,
    port: connection.port,
    database: connection.database,
    ssl: connection.ssl ?? false,
    user,
    password,
    max,
    application_name: `tsukasa ${role}`,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: STATEMENT_TIMEOUT[role],
    options: sessionOptions(),
  };
}

type Binding = { readonly contractorId?: ContractorId; readonly scope?: 'provider'; readonly personId?: string };

/** Controlled rather than Kysely's own transaction, so that everything up to the first statement of `fn` can be repeated. */
async function transact<R>(
  kysely: Kysely<NoTables>,
  binding: Binding,
  patience: number,
  fn: (tx: Tx) => Promise<R>,
): Promise<R> {
  const tx = await retryTransient(() => begin(kysely, binding), patience);
  try {
    const result = await fn(tx);
    await tx.commit().execute();
    return result;
  } catch (error) {
    // A broken connection cannot roll back, and need not: the server did when it broke.
    if (!tx.isCommitted && !tx.isRolledBack)
      await tx
        .rollback()
        .execute()
        .catch(() => undefined);
    throw isTransient(error) ? unavailable(error) : error;
  }
}

async function begin(kysely: Kysely<NoTables>, binding: Binding) {
  const tx = await kysely.startTransaction().execute();
  try {
    const { contractorId, scope, personId } = binding;
    if (contractorId !== undefined) await bind(tx, 'tsukasa.contractor_id', contractorId);
    if (scope !== undefined) await bind(tx, 'tsukasa.scope', scope);
    if (personId !== undefined) await bind(tx, 'tsukasa.person_id', personId);
    return tx;
  } catch (error) {
    await tx
      .rollback()
      .execute()
      .catch(() => undefined);
    throw error;
  }
}

/** Only for this transaction: the connection goes back to the pool bound to nothing. */
async function bind(tx: Tx, setting: string, value: string): Promise<void> {
  await sql`select set_config(${setting}, ${value}, true)`.execute(tx);
}

/**
 * Codes of a connection that could not be made or was lost: PostgreSQL class 08 and 57P (shutdown, crash, starting up),
 * 53300 (too many connections), and the operating system's.
 */
const TRANSIENT_STATE = /^(08...|57P0[1-5]|53300)$/;
const TRANSIENT_SYSTEM = /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;
const TRANSIENT_MESSAGE =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed)/;

/** True for an error that only says that the database was away. */
export function isTransient(error: unknown): boolean {
  const code = errorCode(error);
  if (code !== undefined) return TRANSIENT_STATE.test(code) || (TRANSIENT_SYSTEM.test(code) && isSocketError(error));
  return error instanceof Error && !(error instanceof DomainError) && TRANSIENT_MESSAGE.test(error.message);
}

/** `ENOENT` is a missing socket when it comes from connecting, and a missing file otherwise. */
function isSocketError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('syscall' in error)) return false;
  return error.syscall === 'connect' || error.syscall === 'read' || error.syscall === 'write';
}

function unavailable(cause: unknown): DomainError {
  return new DomainError('unavailable', 'the database is not reachable', { reason: 'database', retryAfter: 5, cause });
}

/**
 * Repeats `fn` while the database is away, for `patience` milliseconds; then throws `unavailable`. Only for what may run
 * twice.
 */
export async function retryTransient<R>(fn: () => Promise<R>, patience = 15_000): Promise<R> {
  const until = performance.now() + patience;
  for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
    try {
      return await fn();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (performance.now() + wait > until) throw unavailable(error);
      await new Promise((done) => setTimeout(done, wait * (0.5 + Math.random())));
    }
  }
}

/** True when `error` is PostgreSQL's refusal of a second row with this key, optionally of this constraint. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (errorCode(error) !== '23505') return false;
  if (constraint === undefined) return true;
  return typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === constraint;
}
