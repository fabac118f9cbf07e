import { PASSWORD_LENGTH, type ProviderRole } from '@tsukasa/api';
import { hashPassword } from 'better-auth/crypto';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { SYSTEM } from '../../base/http/context.ts';
import type { AccountsDeps } from './deps.ts';
import { makeLink } from './links.ts';
import { parseEmail, tokenText } from './model.ts';
import { findUserByEmail, insertUser, lockNoStaffYet, putStaff } from './people-store.ts';
import { created, newToken } from './tokens.ts';
import { insertProviderToken } from './tokens-store.ts';
import { record } from './trail.ts';

export type BootstrapRequest = { readonly email: string; readonly password: string; readonly name?: string };
export type Bootstrapped = { readonly token: string; readonly userId: string; readonly tokenExpiresAt: string };

const ROLE: ProviderRole = 'provider_administrator';
const TOKEN_DAYS = 90;
const LINK_HOURS = 24;

/**
 * Makes the first provider administrator and a token of the provider, valid for 90 days. Throws `conflict`
 * (`bootstrap.done`) when there is any provider staff, `invalid` for a password or address that cannot be.
 */
export async function bootstrap(deps: AccountsDeps, request: BootstrapRequest): Promise<Bootstrapped> {
  const email = parseEmail(request.email);
  checkPassword(request.password);
  const passwordHash = await hashPassword(request.password);
  const name = request.name?.trim() || email;
  const now = deps.clock.now();
  return deps.db.asProvider(async (tx) => {
    if (!(await lockNoStaffYet(tx))) {
      throw new DomainError('conflict', 'a provider administrator exists already', { reason: 'bootstrap.done' });
    }
    if (await findUserByEmail(tx, email)) {
      throw new DomainError('conflict', 'an account with this address exists already', { reason: 'account.exists' });
    }
    const userId = await insertUser(tx, { name, email, passwordHash, now });
    await putStaff(tx, userId, ROLE, now);
    const { secret, token } = newToken(
      { name: 'bootstrap', role: ROLE, expiresInDays: TOKEN_DAYS },
      { name, behind: userId },
      now,
    );
    const inserted = await insertProviderToken(tx, token);
    const target = { kind: 'user', id: userId, name };
    const author = { actor: SYSTEM };
    await record(deps, tx, ['provider'], author, {
      action: 'staff.joined',
      target,
      details: { role: ROLE, first: true },
    });
    await record(deps, tx, ['provider'], author, created(inserted));
    return { token: tokenText(undefined, secret), userId, tokenExpiresAt: inserted.expiresAt };
  });
}

function checkPassword(password: string): void {
  const { least, most } = PASSWORD_LENGTH;
  if (password.length < least || password.length > most) {
    throw new DomainError('invalid', `the password must have ${least} to ${most} characters`, {
      reason: 'bootstrap.password',
      params: { least, most },
    });
  }
}

/**
 * A link by which the first provider administrator makes the account, valid for 24 hours; undefined once somebody exists.
 * Each call makes the link before it worthless.
 */
export async function firstAdministratorLink(deps: AccountsDeps): Promise<string | undefined> {
  return deps.db.asProvider(async (tx: Tx) => {
    if (!(await lockNoStaffYet(tx))) return undefined;
    const request = {
      purpose: 'first_administrator',
      email: undefined,
      contractorId: undefined,
      role: ROLE,
      createdBy: SYSTEM.id,
      createdBehind: undefined,
      hours: LINK_HOURS,
    } as const;
    const { url } = await makeLink(deps, tx, request);
    return url;
  });
}
