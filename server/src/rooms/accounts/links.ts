import {
  type accountRoutes,
  CONTRACTOR_ROLES,
  type ContractorRole,
  PROVIDER_ROLES,
  type ProviderRole,
} from '@tsukasa/api';
import { hashPassword, verifyPassword } from 'better-auth/crypto';
import { isUniqueViolation, type Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { Actor, Handlers, RequestContext } from '../../base/http/context.ts';
import { type Allowance, countGuess, forgetGuesses } from './attempts.ts';
import { findContractor } from './contractors-store.ts';
import type { AccountsDeps } from './deps.ts';
import { dropResets, findLink, type Link, markFounding, putLink, useLink } from './links-store.ts';
import { newSecret, parseEmail, secretHash } from './model.ts';
import {
  findUser,
  findUserByEmail,
  insertUser,
  lockNoStaffYet,
  membersWith,
  putMember,
  putStaff,
  startOver,
  type User,
} from './people-store.ts';
import { authorOf, type Chain, record } from './trail.ts';

/** So many can approve for each other. */
const FOUNDERS = 2;

type Routes = Pick<typeof accountRoutes, 'inspectAccountLink' | 'acceptAccountLink'>;

/** Guesses at the password of an existing account, by somebody who has the link. */
const GUESSES: Allowance = { limit: 10, minutes: 15 };

export type LinkRequest = Pick<Link, 'purpose' | 'email' | 'contractorId' | 'role'> & {
  readonly createdBy: string;
  readonly createdBehind: string | undefined;
  /** Default false. */
  readonly byProvider?: boolean;
  readonly hours: number;
};

/** Makes a one-time link. The code stands in the fragment, which browsers do not send: it reaches no log on the way. */
export async function makeLink(
  deps: Pick<AccountsDeps, 'clock' | 'publicUrl'>,
  tx: Tx,
  request: LinkRequest,
): Promise<{ readonly url: string; readonly expiresAt: Temporal.Instant }> {
  const now = deps.clock.now();
  const code = newSecret();
  const { hours, byProvider = false, ...link } = request;
  const expiresAt = now.add({ hours });
  await putLink(tx, { ...link, byProvider, hash: secretHash(code), expiresAt, now });
  return { url: `${deps.publicUrl}/setup#code=${code}`, expiresAt };
}

export function linkHandlers(deps: AccountsDeps): Handlers<Routes> {
  return {
    inspectAccountLink: async ({ body }) => {
      const link = await usable(deps, body.code);
      const { contractorId, email } = link;
      const contractor =
        contractorId && (await deps.db.asContractor(contractorId, (tx) => findContractor(tx, contractorId)));
      const user = email === undefined ? undefined : await deps.db.unbound((tx) => findUserByEmail(tx, email));
      return {
        purpose: link.purpose,
        email: email ?? null,
        contractorName: contractor?.name ?? null,
        role: link.role ?? null,
        accountExists: user !== undefined && link.purpose !== 'reset',
        expiresAt: link.expiresAt.toString(),
      };
    },
    acceptAccountLink: ({ body }, context) => accept(deps, body, context),
  };
}

async function usable(deps: AccountsDeps, code: string): Promise<Link> {
  const link = await deps.db.unbound((tx) => findLink(tx, secretHash(code)));
  if (!link) throw new DomainError('not_found', 'there is no such link', { reason: 'account_link.unknown' });
  if (link.usedAt) throw usedUp();
  if (Temporal.Instant.compare(link.expiresAt, deps.clock.now()) <= 0) {
    throw new DomainError('gone', 'the link is past its time', { reason: 'account_link.expired' });
  }
  return link;
}

function usedUp(): DomainError {
  return new DomainError('gone', 'the link was used', { reason: 'account_link.used' });
}

type Acceptance = {
  readonly code: string;
  readonly email?: string;
  readonly name?: string;
  readonly password: string;
};

/** The person who will hold the account: one that proved its password, or one to be made. */
type Holder = { readonly email: string } & (
  | { readonly user: User; readonly passwordHash?: string }
  | { readonly user: undefined; readonly name: string; readonly passwordHash: string }
);

async function accept(deps: AccountsDeps, body: Acceptance, context: RequestContext) {
  const link = await usable(deps, body.code);
  const holder = await holderOf(deps, link, body);
  const run = async (tx: Tx) => {
    const now = deps.clock.now();
    const taken = await useLink(tx, link.hash, now);
    if (!taken) throw usedUp();
    await settle(deps, tx, taken, holder, context);
  };
  try {
    await (link.contractorId ? deps.db.asContractor(link.contractorId, run) : deps.db.asProvider(run));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    // An account with this address was made between our look and our insert.
    throw new DomainError('conflict', 'the account was made meanwhile', { reason: 'account.exists', cause: error });
  }
  return { email: holder.email };
}

async function holderOf(deps: AccountsDeps, link: Link, body: Acceptance): Promise<Holder> {
  const given = link.email ?? body.email;
  if (given === undefined) throw missing('/email');
  const email = parseEmail(given);
  const user = await deps.db.unbound((tx) => findUserByEmail(tx, email));
  if (link.purpose === 'reset') {
    if (!user) throw usedUp();
    return { email, user, passwordHash: await hashPassword(body.password) };
  }
  if (user) {
    await requirePassword(deps, link, user, body.password);
    return { email, user };
  }
  const name = body.name?.trim();
  if (name === undefined || name === '') throw missing('/name');
  return { email, user, name, passwordHash: await hashPassword(body.password) };
}

function missing(pointer: string): DomainError {
  return new DomainError('invalid', 'a new account needs a name and an address', {
    reason: 'request.validation',
    errors: [{ pointer, detail: 'is required' }],
  });
}

async function requirePassword(deps: AccountsDeps, link: Link, user: User, password: string): Promise<void> {
  const key = `link:${link.hash.toString('base64url')}`;
  await countGuess(deps.db, key, GUESSES, deps.clock.now());
  if (user.passwordHash === undefined || !(await verifyPassword({ hash: user.passwordHash, password }))) {
    throw new DomainError('forbidden', 'the password of the account is wrong', {
      reason: 'account_link.wrong_password',
    });
  }
  await forgetGuesses(deps.db, key);
}

/** What the link is for, done inside the transaction that used it up. */
async function settle(deps: AccountsDeps, tx: Tx, link: Link, holder: Holder, context: RequestContext): Promise<void> {
  const now = deps.clock.now();
  const { email } = holder;
  if (link.purpose === 'first_administrator' && !(await lockNoStaffYet(tx))) throw usedUp();
  const userId = holder.user ? holder.user.userId : await insertUser(tx, { ...holder, now });
  const person = await findUser(tx, userId);
  const actor: Actor = { kind: 'user', id: userId, name: person?.name ?? email };
  const chains: Chain[] = [link.contractorId ?? 'provider'];
  const tell = (action: string, details: Readonly<Record<string, unknown>>) =>
    record(deps, tx, chains, authorOf(context, actor), {
      action,
      target: { kind: 'user', id: userId, name: actor.name },
      details: { email, ...details },
    });
  if (link.purpose === 'reset') {
    if (holder.passwordHash !== undefined) await startOver(tx, userId, holder.passwordHash, now);
    return tell('account.started_over', {});
  }
  // Who joins one more place may no longer be reset by an administrator of the place before.
  await dropResets(tx, email);
  const { contractorId } = link;
  if (contractorId) {
    const role = contractorRole(link.role);
    const founding = link.byProvider && (await membersWith(tx, contractorId, 'actions.approve')).length < FOUNDERS;
    if (founding) await markFounding(tx, link.hash);
    await putMember(tx, { contractorId, userId, role, now });
    return tell('member.joined', { role });
  }
  const role = providerRole(link.role);
  await putStaff(tx, userId, role, now);
  return tell('staff.joined', { role, first: link.purpose === 'first_administrator' });
}

function contractorRole(role: Link['role']): ContractorRole {
  const known = CONTRACTOR_ROLES.find((candidate) => candidate === role);
  if (!known) throw new Error('the link of a contractor names no role of contractors');
  return known;
}

function providerRole(role: Link['role']): ProviderRole {
  const known = PROVIDER_ROLES.find((candidate) => candidate === role);
  if (!known) throw new Error('the link of the provider names no role of the provider');
  return known;
}
