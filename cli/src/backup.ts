import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CliError, EXIT } from './exit.ts';

/**
 * Copies the data directory of a running server into the new folder `to`. Like `bootstrap` it works in the data directory,
 * by the server's own program. Throws `refused` when there is nothing running, or `to` exists.
 */
export async function backup(to: string): Promise<void> {
  const program = fileURLToPath(new URL('../../server/src/backup.ts', import.meta.url));
  const child = spawn(process.execPath, [program, to], { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
  if (code !== 0) throw new CliError(EXIT.refused, 'no backup was made');
}
