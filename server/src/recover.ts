import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { Type } from 'typebox';
import type { Config } from './base/config.ts';
import { DomainError } from './base/errors.ts';
import { answer, withAccounts } from './beside.ts';

const Request = Type.Object({ email: Type.String() });

// `tsukasa recover`: a way back in for a provider administrator; prints `{ url, email, expiresAt }`.
await answer('recover', Request, async ({ email }, config) => {
  requireUsed(config);
  const operatingSystemUser = nameOfUser();
  return withAccounts(config, (accounts) => accounts.recover({ email, operatingSystemUser }));
});

/** Every start leaves a master key. Without one this is the wrong directory, and opening it would make an installation. */
function requireUsed({ dataDir, masterKeyFile }: Config): void {
  if (existsSync(masterKeyFile)) return;
  throw new DomainError('not_found', `no server has run on ${dataDir}: set TSUKASA_DATA_DIR to the server's`);
}

/** In a container the user may have a number only. */
function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
