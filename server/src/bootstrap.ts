import { text } from 'node:stream/consumers';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { ConfigError, readConfig } from './base/config.ts';
import { DomainError } from './base/errors.ts';
import { openFoundation } from './base/foundation.ts';
import { silentLog } from './base/log.ts';
import { MigrationError } from './base/migrate.ts';
import { createAccounts } from './rooms/accounts/index.ts';
import { recordAudit } from './rooms/audit/index.ts';

const Request = Type.Object({ email: Type.String(), password: Type.String(), name: Type.Optional(Type.String()) });

/**
 * `tsukasa bootstrap`: makes the first provider administrator directly in the data directory, beside a running server or
 * without one. Reads `{ email, password, name? }` from standard input, so that no password stands in a process list;
 * prints `{ token }`.
 */
async function main(): Promise<void> {
  const request = Value.Parse(Request, JSON.parse(await text(process.stdin)));
  const config = readConfig(process.env);
  const foundation = await openFoundation({ config, log: silentLog, beside: true });
  try {
    const accounts = createAccounts({
      ...foundation,
      recordAudit,
      publicUrl: config.publicUrl,
      sessionLifetime: config.sessionLifetime,
    });
    const { token } = await accounts.bootstrap(request);
    process.stdout.write(`${JSON.stringify({ token })}\n`);
  } finally {
    await foundation.close();
  }
}

try {
  await main();
} catch (error) {
  const explained = error instanceof DomainError || error instanceof ConfigError || error instanceof MigrationError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`tsukasa: ${explained ? message : `could not bootstrap: ${message}`}\n`);
  process.exitCode = 1;
}
