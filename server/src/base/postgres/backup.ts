import { copyFile, lchown, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { errorCode } from '../errors.ts';
import type { OwnerConnection } from '../migrate.ts';

/** Made anew at each start, or of no use in a copy (PostgreSQL 18 documentation, 25.3.4.2); `pg_wal` is copied at the end. */
const EMPTY_IN_COPY = new Set([
  'log',
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
]);
const NOT_COPIED = /^(postmaster\.(pid|opts)|start\.log|pg_internal\.init|pgsql_tmp.*|\.s\.PGSQL\..*)$/;
/** Of the data directory: what belongs to the server that runs on it. */
const OF_THE_RUN = new Set(['postgres', 'postgres.json', 'server.lock', 'server.pid']);

/**
 * Copies the data directory of a running server, keys included, into the new folder `target`: a start on the copy goes on
 * at the moment the copy ended. Rejects when `target` exists; nothing stands there before the copy is whole.
 */
export async function backUp(dataDir: string, owner: OwnerConnection, target: string): Promise<void> {
  if ((await lstat(target).catch(() => undefined)) !== undefined) throw new Error(`${target} exists already`);
  const draft = `${target}.part`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  for (const name of await readdir(dataDir)) {
    if (!OF_THE_RUN.has(name)) await copyTree(join(dataDir, name), join(draft, name), () => true);
  }
  await copyCluster(join(dataDir, 'postgres'), owner, join(draft, 'postgres'));
  await rename(draft, target);
}

/** PostgreSQL's base backup through its low-level interface (25.3.4): no program of its own is needed for it. */
async function copyCluster(cluster: string, owner: OwnerConnection, target: string): Promise<void> {
  const client = new pg.Client({ ...owner, database: 'postgres' });
  await client.connect();
  try {
    // Temporary and at once: the log from here on stays until we have copied it, and goes free when this session ends.
    await client.query(`select pg_create_physical_replication_slot('tsukasa_backup', true, true)`);
    const start = await client.query<{ file: string }>(
      `select pg_walfile_name(pg_backup_start('tsukasa', true)) as file`,
    );
    await copyTree(cluster, target, (path, name) => !NOT_COPIED.test(name) && !EMPTY_IN_COPY.has(path));
    for (const folder of [...EMPTY_IN_COPY, 'pg_wal/archive_status']) {
      await mkdir(join(target, folder), { recursive: true, mode: 0o700 });
    }
    const stop = await client.query<{ labelfile: string; file: string }>(
      'select labelfile, pg_walfile_name(lsn) as file from pg_backup_stop(false)',
    );
    const [first, last] = [start.rows[0]?.file, stop.rows[0]];
    if (first === undefined || last === undefined) throw new Error('PostgreSQL did not say what it wrote');
    await writeFile(join(target, 'backup_label'), last.labelfile, { mode: 0o600 });
    await copyTree(join(cluster, 'pg_wal'), join(target, 'pg_wal'), (_, name) =>
      /^[0-9A-F]{24}$/.test(name) ? name >= first && name <= last.file : name.endsWith('.history'),
    );
  } finally {
    await client.end();
  }
}

type Wanted = (path: string, name: string) => boolean;

/** `path` is relative to where the copy began. Files that vanish meanwhile are none: the log tells PostgreSQL of it. */
async function copyTree(from: string, to: string, wanted: Wanted, path = ''): Promise<void> {
  try {
    const found = await lstat(from);
    if (found.isDirectory()) {
      await mkdir(to, { recursive: true, mode: 0o700 });
      for (const name of await readdir(from)) {
        const below = path === '' ? name : `${path}/${name}`;
        if (wanted(below, name)) await copyTree(join(from, name), join(to, name), wanted, below);
      }
    } else if (found.isFile()) await copyFile(from, to);
    if (process.getuid?.() === 0) await lchown(to, found.uid, found.gid);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
