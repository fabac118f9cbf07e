import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../log.ts';

/**
 * Stops a postmaster that a killed server left on this cluster, cleanly; waits for the children of one that was killed
 * itself; removes a pid file that means another process by now. The caller holds the data directory's lock, so whatever
 * runs here has no server any more.
 */
export async function stopOrphan(dir: string, log: Log): Promise<void> {
  const pid = await pidIn(join(dir, 'postmaster.pid'));
  if (pid !== undefined && (await isPostgresIn(pid, dir))) {
    log.warn('postgres.orphan_found', { pid });
    // Fast, then immediate; the next start recovers from the log.
    for (const { signal, patience } of [
      { signal: 'SIGINT', patience: 30_000 },
      { signal: 'SIGQUIT', patience: 10_000 },
      { signal: 'SIGKILL', patience: 5_000 },
    ] as const) {
      kill(pid, signal);
      if (await goneWithin(pid, dir, patience)) break;
    }
    log.info('postgres.orphan_stopped', { pid });
  }
  // Children end by themselves when their postmaster is gone; a second postmaster beside them would ruin the cluster.
  for (const child of await processesIn(dir)) {
    if (await goneWithin(child, dir, 5_000)) continue;
    kill(child, 'SIGKILL');
    await goneWithin(child, dir, 5_000);
  }
  const locks = (await readdir(dir)).filter(
    (name) => name === 'postmaster.pid' || /^\.s\.PGSQL\.\d+\.lock$/.test(name),
  );
  for (const name of locks) await dropForeign(join(dir, name), dir);
}

/**
 * PostgreSQL itself sees that the process of a lock file is gone, but takes any other with that pid for its own: one that
 * was given the pid since, or the remains that a container without an init process never clears away.
 */
async function dropForeign(lockFile: string, dir: string): Promise<void> {
  const pid = await pidIn(lockFile);
  if (pid !== undefined && isAlive(pid) && !(await isPostgresIn(pid, dir))) await rm(lockFile, { force: true });
}

async function pidIn(lockFile: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(lockFile, 'utf8').catch(() => ''), 10);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** PostgreSQL processes that work in `dir`; elsewhere than on Linux the check of PostgreSQL itself must do. */
async function processesIn(dir: string): Promise<readonly number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const here = await Promise.all(pids.map(async (pid) => ((await isPostgresIn(pid, dir)) ? pid : 0)));
  return here.filter((pid) => pid !== 0);
}

async function goneWithin(pid: number, dir: string, patience: number): Promise<boolean> {
  for (const until = performance.now() + patience; performance.now() < until; ) {
    if (!(await isPostgresIn(pid, dir))) return true;
    await new Promise((done) => setTimeout(done, 25));
  }
  return false;
}

/** True when the process `pid` is a PostgreSQL that works in `dir`: a pid alone may have been given to somebody else. */
async function isPostgresIn(pid: number, dir: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    const [cwd, here] = await Promise.all([readlink(`/proc/${pid}/cwd`).catch(() => ''), realpath(dir)]);
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    return cwd === here && name.trim() === 'postgres';
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.includes('postgres') && stdout.includes(dir);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone in the meantime, which is what was wanted.
  }
}
