import { resolve } from 'node:path';
import { ConfigError, readConfig } from './base/config.ts';
import { runningOwner } from './base/foundation.ts';
import { backUp } from './base/postgres/backup.ts';
import { DataDirectoryBusy, lockDataDirectory } from './base/postgres/lock.ts';

/** `tsukasa backup`: copies the data directory of the server that runs on it into the folder named. */
async function main([target]: readonly string[]): Promise<void> {
  if (target === undefined) throw new Error('it is not said where to');
  const config = readConfig(process.env);
  if (config.databaseUrl !== undefined) {
    throw new Error('DATABASE_URL is set: back up that database with its own tools, and the data directory besides');
  }
  if (!(await isRunning(config.dataDir))) {
    throw new Error(`no server runs on ${config.dataDir}: copy the folder itself`);
  }
  await backUp(config.dataDir, await runningOwner(config.dataDir), resolve(target));
}

async function isRunning(dataDir: string): Promise<boolean> {
  try {
    (await lockDataDirectory(dataDir)).release();
    return false;
  } catch (error) {
    if (error instanceof DataDirectoryBusy) return true;
    throw error;
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`tsukasa: ${error instanceof ConfigError ? message : `could not back up: ${message}`}\n`);
  process.exitCode = 1;
}
