import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../log.ts';

/**
 * Stops a postmaster that a killed server left on this cluster, cleanly, and removes the pid file of one that is gone.
 * The caller holds the data directory's lock, so whatever runs here has no server any more.
 */
export async function stopOrphan(dir: string, log: Log): Promise<void> {
  const pidFile = join(dir, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (await isPostmasterOf(pid, dir)) {
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
  // A pid that means another process by now would make PostgreSQL refuse to start.
  await rm(pidFile, { force: true });
}

async function goneWithin(pid: number, dir: string, patience: number): Promise<boolean> {
  for (const until = performance.now() + patience; performance.now() < until; ) {
    if (!(await isPostmasterOf(pid, dir))) return true;
    await new Promise((done) => setTimeout(done, 25));
  }
  return false;
}

/** True when the process `pid` is a PostgreSQL that works in `dir`: a pid alone may have been given to somebody else. */
async function isPostmasterOf(pid: number, dir: string): Promise<boolean> {
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
