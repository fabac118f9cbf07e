import { fileURLToPath } from 'node:url';
import { ConfigError, readConfig } from './base/config.ts';
import { createLog, type Log } from './base/log.ts';
import { MigrationError } from './base/migrate.ts';
import { DataDirectoryBusy } from './base/postgres/lock.ts';
import { type RunningServer, startServer } from './base/server.ts';
import { compose } from './compose.ts';

const consoleDir = fileURLToPath(new URL('../../console/dist', import.meta.url));

/** A second signal this long after the first does not wait any more. npm passes on what the terminal has sent already. */
const IMPATIENT_MS = 2000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.log.level);
  let server: RunningServer | undefined;
  let asked = 0;
  const stop = async (code: number) => {
    if (asked > 0) {
      if (performance.now() - asked > IMPATIENT_MS) process.exit(1);
      return;
    }
    asked = performance.now();
    process.exitCode = code;
    await starting.catch(() => undefined);
    await server?.stop();
    log.info('server.stopped');
    process.exit();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      log.info('server.stopping', { signal });
      void stop(0);
    });
  }
  watchForBugs(log, () => void stop(1));
  const starting = startServer({ config, log, compose, consoleDir }).then((started) => {
    server = started;
  });
  await starting;
  if (asked === 0) process.stdout.write(`\nTsukasa is ready: ${config.publicUrl}\n\n`);
}

/** What nobody caught is a bug: the state is unknown, so finish cleanly and let the service manager start again. */
function watchForBugs(log: Log, stop: () => void): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.error('server.bug', { error });
      stop();
    });
  }
}

try {
  await main();
} catch (error) {
  const explained =
    error instanceof ConfigError || error instanceof DataDirectoryBusy || error instanceof MigrationError;
  process.stderr.write(explained ? `tsukasa: ${error.message}\n` : `tsukasa could not start: ${describe(error)}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
