import { type accountRoutes, type Permission, ROLE_PERMISSIONS, type Role, type Session } from '@tsukasa/api';
import { verifyPassword } from 'better-auth/crypto';
import { DomainError } from '../../base/errors.ts';
import type { Handlers, RequestContext } from '../../base/http/context.ts';
import { type Allowance, countGuess, forgetGuesses } from './attempts.ts';
import type { Auth } from './auth.ts';
import { principalOf } from './authorize.ts';
import { findContractor } from './contractors-store.ts';
import type { AccountsDeps } from './deps.ts';
import { type ContractorToken, type Person, type Principal, providerPermissions, providerRoleOf } from './model.ts';
import { findUser, membershipsOf } from './people-store.ts';
import { findTotpSecret, markReauthenticated } from './sessions-store.ts';
import { authorOf, recordOfPerson } from './trail.ts';

type Routes = Pick<typeof accountRoutes, 'getSession' | 'reauthenticate'>;

const GUESSES: Allowance = { limit: 10, minutes: 15 };

export function sessionHandlers(deps: AccountsDeps, auth: Auth): Handlers<Routes> {
  return {
    getSession: (_, context) => describe(deps, principalOf(context)),
    reauthenticate: async ({ body }, context) => {
      const person = principalOf(context);
      if (person.kind !== 'user') {
        throw new DomainError('forbidden', 'a token cannot prove itself again', { reason: 'reauthentication.token' });
      }
      await reauthenticate(deps, auth, person, body, context);
      return undefined;
    },
  };
}

async function describe(deps: AccountsDeps, principal: Principal): Promise<Session> {
  const proven = principal.kind === 'token' || principal.assurance === 'full';
  return {
    principal: {
      kind: principal.kind,
      id: principal.kind === 'user' ? principal.userId : principal.tokenId,
      name: principal.name,
      email: principal.kind === 'user' ? principal.email : null,
    },
    secondFactor: { given: proven, enrolled: principal.kind === 'user' ? [...principal.factors] : [] },
    reauthenticatedAt: principal.kind === 'user' ? (principal.reauthenticatedAt?.toString() ?? null) : null,
    // Nothing of what the person may do before the second factor is given.
    providerRole: proven ? (providerRoleOf(principal) ?? null) : null,
    contractors: proven ? await contractorsOf(deps, principal) : [],
    permissions: proven ? [...providerPermissions(principal)] : [],
  };
}

type SessionContractor = Session['contractors'][number];

async function contractorsOf(deps: AccountsDeps, principal: Principal): Promise<SessionContractor[]> {
  if (principal.kind === 'token') return principal.scope === 'contractor' ? contractorOfToken(deps, principal) : [];
  const memberships = await deps.db.unbound((tx) => membershipsOf(tx, principal.userId));
  const provider = providerRoleOf(principal);
  return memberships
    .filter(({ disabled, state }) => !disabled && state === 'active')
    .map(({ contractorId, name, role }) => ({
      contractorId,
      name,
      role,
      permissions: permissionsOf(provider ?? role),
    }));
}

function permissionsOf(role: Role): Permission[] {
  return [...ROLE_PERMISSIONS[role]];
}

async function contractorOfToken(deps: AccountsDeps, token: ContractorToken): Promise<SessionContractor[]> {
  const { contractorId, role } = token;
  const found = await deps.db.asContractor(contractorId, (tx) => findContractor(tx, contractorId));
  if (found?.state !== 'active') return [];
  return [{ contractorId, name: found.name, role, permissions: permissionsOf(role) }];
}

async function reauthenticate(
  deps: AccountsDeps,
  auth: Auth,
  person: Person,
  proof: { readonly password?: string; readonly totp?: string },
  context: RequestContext,
): Promise<void> {
  const { password, totp } = proof;
  if ((password === undefined) === (totp === undefined)) {
    throw new DomainError('invalid', 'exactly one proof is needed', { reason: 'reauthentication.one_proof' });
  }
  const now = deps.clock.now();
  const key = `reauthentication:${person.userId}`;
  await countGuess(deps.db, key, GUESSES, now);
  const right =
    totp === undefined ? await checkPassword(deps, person, password ?? '') : await checkCode(deps, auth, person, totp);
  if (!right) {
    await recordOfPerson(deps, { userId: person.userId, asStaff: person.staffRole !== undefined }, authorOf(context), {
      action: 'session.reauthentication_failed',
      target: { kind: 'user', id: person.userId, name: person.name },
      details: { with: totp === undefined ? 'password' : 'totp' },
    });
    throw new DomainError('forbidden', 'the proof is wrong', { reason: 'reauthentication.failed' });
  }
  await forgetGuesses(deps.db, key);
  await deps.db.unbound((tx) => markReauthenticated(tx, person.sessionId, now));
}

async function checkPassword(deps: AccountsDeps, person: Person, password: string): Promise<boolean> {
  const user = await deps.db.unbound((tx) => findUser(tx, person.userId));
  return user?.passwordHash !== undefined && verifyPassword({ hash: user.passwordHash, password });
}

async function checkCode(deps: AccountsDeps, auth: Auth, person: Person, code: string): Promise<boolean> {
  const secret = await deps.db.unbound((tx) => findTotpSecret(tx, person.userId));
  return secret !== undefined && auth.checkTotp(secret, code);
}
