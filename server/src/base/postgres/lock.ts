import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Somebody else works on this data directory; the message names whom. */
export class DataDirectoryBusy extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DataDirectoryBusy';
  }
}

export interface DirectoryLock {
  release(): void;
}

/**
 * Takes the data directory for this process. Throws `DataDirectoryBusy` when another one has it.
 *
 * An exclusive SQLite transaction on an empty file serves as the lock: it is the one thing in Node's standard library that
 * takes an operating-system lock, which vanishes with the process however that ends. A pid file would lie after a crash
 * and a reused pid, and a listening socket cannot be taken over without a race. Nothing is ever stored in the file.
 */
export async function lockDataDirectory(dataDir: string): Promise<DirectoryLock> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const holder = join(dataDir, 'server.pid');
  const database = new DatabaseSync(join(dataDir, 'server.lock'), { timeout: 0 });
  try {
    database.exec('begin exclusive');
  } catch (cause) {
    database.close();
    throw new DataDirectoryBusy(busyMessage(dataDir, holder, cause));
  }
  writeFileSync(holder, `${process.pid}\n`);
  let held = true;
  return {
    release: () => {
      if (!held) return;
      held = false;
      rmSync(holder, { force: true });
      database.close();
    },
  };
}

function busyMessage(dataDir: string, holder: string, cause: unknown): string {
  const busy = cause instanceof Error && /locked|busy/i.test(cause.message);
  if (!busy) return `the data directory ${dataDir} cannot be locked: ${cause instanceof Error ? cause.message : ''}`;
  let pid = '';
  try {
    pid = ` (process ${readFileSync(holder, 'utf8').trim()})`;
  } catch {
    // Its file may not be written yet; the refusal stands without it.
  }
  return `another Tsukasa server${pid} is running on the data directory ${dataDir}; stop it first, or set TSUKASA_DATA_DIR to another directory`;
}
