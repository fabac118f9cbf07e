import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Connection, retryTransient, SERVER_ROLES, type ServerRole } from './db.ts';
import { errorCode } from './errors.ts';
import { migrateJobs } from './jobs-schema.ts';
import type { Log } from './log.ts';
import type { MasterKey } from './secrets.ts';

/** The one ordered folder of the whole database. */
export const MIGRATIONS_DIR = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** The database cannot be brought to this program's state; the message says what to do. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

export type Migration = { readonly name: string; readonly sql: string; readonly sha256: string };

/** The connection of the role that owns the schema; used here and then closed. */
export type OwnerConnection = pg.ClientConfig & { readonly database: string };

export type MigrateOptions = {
  readonly owner: OwnerConnection;
  readonly masterKey: MasterKey;
  readonly log: Log;
  readonly migrations?: readonly Migration[];
  /** Start of the login roles' names; the database's name unless told otherwise. */
  readonly loginPrefix?: string;
};

/** Reads `NNNN_name.sql` files in order. Throws `MigrationError` on a name that does not fit or a number used twice. */
export async function readMigrations(dir = MIGRATIONS_DIR): Promise<readonly Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  const numbers = new Set<string>();
  for (const name of names) {
    const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1];
    if (number === undefined) throw new MigrationError(`migration ${name} is not named NNNN_name.sql`);
    if (numbers.has(number)) throw new MigrationError(`two migrations have the number ${number}`);
    numbers.add(number);
  }
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(dir, name), 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** "tsukasa" in ASCII, as an advisory lock. Held by the session, so that it covers several transactions. */
const LOCK = 0x747375_6b;

/**
 * Brings the database to this program's state and returns the logins of the server's roles. Safe to run by several
 * servers at once, and again. The login roles' passwords come from the master key, so every copy knows them.
 */
export async function migrate(options: MigrateOptions): Promise<Connection> {
  const { owner, masterKey, log } = options;
  const migrations = options.migrations ?? (await readMigrations());
  const prefix = options.loginPrefix ?? owner.database;
  const client = await retryTransient(() => connect(owner));
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(
      "select set_config('lock_timeout', '10s', false), set_config('client_min_messages', 'warning', false)",
    );
    await createGroupRoles(client);
    await checkInstallation(client, masterKey);
    await runMigrations(client, migrations, log);
    await migrateJobs(client, owner);
    await createLoginRoles(client, prefix, owner.database, masterKey);
  } finally {
    await client.end();
  }
  const login = (role: ServerRole) => {
    const user = loginName(prefix, role);
    return { user, password: masterKey.passwordOf(user) };
  };
  return {
    host: owner.host ?? 'localhost',
    port: owner.port ?? 5432,
    database: owner.database,
    ssl: typeof owner.ssl === 'object' ? { rejectUnauthorized: owner.ssl.rejectUnauthorized ?? true } : owner.ssl,
    logins: { app: login('app'), device: login('device'), jobs: login('jobs') },
  };
}

async function connect(owner: OwnerConnection): Promise<pg.Client> {
  const client = new pg.Client({ ...owner, application_name: 'tsukasa migrate', connectionTimeoutMillis: 15_000 });
  client.on('error', () => undefined); // the query in flight reports it
  await client.connect();
  return client;
}

const isRace = (error: unknown) => ['42710', '23505', 'XX000'].includes(errorCode(error) ?? '');

/** Group roles belong to the whole cluster, which may hold several installations: another one may be making them now. */
async function createGroupRoles(client: pg.Client): Promise<void> {
  for (const role of SERVER_ROLES) {
    const name = `tsukasa_${role}`;
    if (await isSafeRole(client, name)) continue;
    try {
      await client.query(`create role ${name} nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole`);
    } catch (error) {
      if (!isRace(error)) throw explainRights(error);
    }
  }
}

/** False when there is no such role. Throws `MigrationError` when it could see past row-level security. */
async function isSafeRole(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ safe: boolean }>(
    'select not (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb) as safe from pg_roles where rolname = $1',
    [name],
  );
  if (rows[0]?.safe === false) {
    throw new MigrationError(`the role ${name} has more rights than this server may have; take them away or drop it`);
  }
  return rows.length > 0;
}

function explainRights(error: unknown): unknown {
  if (errorCode(error) !== '42501') return error;
  return new MigrationError(
    'the user of DATABASE_URL may not manage the roles of this server: run "alter role … createrole"; where tsukasa_app, tsukasa_device and tsukasa_jobs exist already, grant them to it "with admin option"',
    { cause: error },
  );
}

/** Refuses a database whose secrets were sealed under another master key, before anything is changed in it. */
async function checkInstallation(client: pg.Client, masterKey: MasterKey): Promise<void> {
  await client.query(`create table if not exists schema_migrations (
    name text primary key, sha256 text not null, applied_at timestamptz not null default now())`);
  await client.query(`create table if not exists schema_master_key (
    only_row boolean primary key default true check (only_row), fingerprint text not null)`);
  await client.query('insert into schema_master_key (fingerprint) values ($1) on conflict do nothing', [
    masterKey.fingerprint(),
  ]);
  const { rows } = await client.query<{ fingerprint: string }>('select fingerprint from schema_master_key');
  if (rows[0]?.fingerprint !== masterKey.fingerprint()) {
    throw new MigrationError(
      'this database belongs to another master key; restore keys/master.key of its data directory or set TSUKASA_MASTER_KEY_FILE',
    );
  }
}

async function runMigrations(client: pg.Client, migrations: readonly Migration[], log: Log): Promise<void> {
  const { rows } = await client.query<{ name: string; sha256: string }>('select name, sha256 from schema_migrations');
  const applied = new Map(rows.map((row) => [row.name, row.sha256]));
  const names = new Set(migrations.map((migration) => migration.name));
  for (const name of applied.keys()) {
    // A newer release has run here; its migrations are safe for the release before, so this is worth a line only.
    if (!names.has(name)) log.warn('database.migration_unknown', { migration: name });
  }
  for (const migration of migrations) {
    const known = applied.get(migration.name);
    if (known === migration.sha256) continue;
    if (known !== undefined) throw new MigrationError(`migration ${migration.name} was edited after it ran here`);
    await runOne(client, migration);
    log.info('database.migrated', { migration: migration.name });
  }
}

async function runOne(client: pg.Client, { name, sql, sha256 }: Migration): Promise<void> {
  // `create index concurrently` cannot run in a transaction; such a file says so in its first line and does nothing else.
  const alone = sql.startsWith('-- no transaction\n');
  try {
    if (!alone) await client.query('begin');
    await client.query(sql);
    await client.query('insert into schema_migrations (name, sha256) values ($1, $2)', [name, sha256]);
    if (!alone) await client.query('commit');
  } catch (error) {
    if (!alone) await client.query('rollback').catch(() => undefined);
    throw new MigrationError(`migration ${name} failed: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
}

function loginName(prefix: string, role: ServerRole): string {
  // Not `<prefix>_<role>`: for a database named tsukasa those are the group roles.
  return `${prefix}_login_${role}`;
}

async function createLoginRoles(
  client: pg.Client,
  prefix: string,
  database: string,
  masterKey: MasterKey,
): Promise<void> {
  await client.query(`revoke temporary on database ${client.escapeIdentifier(database)} from public`);
  for (const role of SERVER_ROLES) {
    const name = loginName(prefix, role);
    const quoted = client.escapeIdentifier(name);
    const verifier = client.escapeLiteral(scramVerifier(masterKey.passwordOf(name)));
    const rights = 'nosuperuser nobypassrls nocreatedb nocreaterole';
    const statement = (await isSafeRole(client, name))
      ? `alter role ${quoted} login inherit password ${verifier}`
      : `create role ${quoted} login inherit ${rights} password ${verifier}`;
    try {
      await client.query(statement);
      await client.query(`grant tsukasa_${role} to ${quoted}`);
    } catch (error) {
      if (!isRace(error)) throw explainRights(error);
    }
  }
}

/**
 * The SCRAM-SHA-256 verifier (RFC 5803 as PostgreSQL stores it), made here so that the password itself never reaches the
 * database server's log.
 */
export function scramVerifier(password: string, salt: Uint8Array = randomBytes(16)): string {
  const iterations = 4096;
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const serverKey = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${Buffer.from(salt).toString('base64')}$${storedKey}:${serverKey}`;
}

/** What `DATABASE_URL` means, in the parts that the pools need. Throws `MigrationError` without repeating the URL. */
export function ownerFromUrl(databaseUrl: string): OwnerConnection {
  const url = new URL(databaseUrl);
  const database = decodeURIComponent(url.pathname.slice(1)) || decodeURIComponent(url.username);
  if (database === '') throw new MigrationError('DATABASE_URL names no database');
  const mode = url.searchParams.get('sslmode') ?? 'prefer';
  // As libpq understands it: `require` encrypts without checking the certificate, `verify-*` checks it.
  const ssl = mode.startsWith('verify')
    ? { rejectUnauthorized: true }
    : mode === 'require'
      ? { rejectUnauthorized: false }
      : false;
  return {
    host: url.searchParams.get('host') ?? (decodeURIComponent(url.hostname.replace(/^\[|\]$/g, '')) || 'localhost'),
    port: url.port === '' ? 5432 : Number(url.port),
    database,
    user: decodeURIComponent(url.username) || 'postgres',
    password: decodeURIComponent(url.password),
    ssl,
  };
}
