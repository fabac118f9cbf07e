import { text } from 'node:stream/consumers';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { type Config, ConfigError, readConfig } from './base/config.ts';
import { DomainError } from './base/errors.ts';
import { openFoundation } from './base/foundation.ts';
import { silentLog } from './base/log.ts';
import { MigrationError } from './base/migrate.ts';
import { type Accounts, createAccounts } from './rooms/accounts/index.ts';
import { recordAudit } from './rooms/audit/index.ts';

/**
 * One program of the command line that works directly in the data directory. Reads its request from standard input, so
 * that no secret stands in a process list, and prints the answer as JSON; otherwise says why not, and ends with 1.
 */
export async function answer<S extends TSchema>(
  doing: string,
  schema: S,
  command: (request: Static<S>, config: Config) => Promise<object>,
): Promise<void> {
  try {
    const request = Value.Parse(schema, JSON.parse(await text(process.stdin)));
    process.stdout.write(`${JSON.stringify(await command(request, readConfig(process.env)))}\n`);
  } catch (error) {
    const explained = error instanceof DomainError || error instanceof ConfigError || error instanceof MigrationError;
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`tsukasa: ${explained ? message : `could not ${doing}: ${message}`}\n`);
    process.exitCode = 1;
  }
}

/** Uses the accounts of a data directory, beside a running server or without one. */
export async function withAccounts<T>(config: Config, use: (accounts: Accounts) => Promise<T>): Promise<T> {
  const foundation = await openFoundation({ config, log: silentLog, beside: true });
  try {
    const { publicUrl, sessionLifetime } = config;
    return await use(createAccounts({ ...foundation, recordAudit, publicUrl, sessionLifetime }));
  } finally {
    await foundation.close();
  }
}
