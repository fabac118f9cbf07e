import {
  CONTRACTOR_ROLES,
  type ContractorRole,
  type Member,
  type Permission,
  type ProviderRole,
  ROLE_PERMISSIONS,
} from '@tsukasa/api';
import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import type { AccountTables } from './tables.ts';

type Instant = Temporal.Instant;
const over = (tx: Tx) => tables<AccountTables>(tx);

export type User = {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string | undefined;
};

function users(tx: Tx) {
  return over(tx)
    .selectFrom('auth.user as u')
    .leftJoin('auth.account as a', (join) => join.onRef('a.userId', '=', 'u.id').on('a.providerId', '=', 'credential'))
    .select(['u.id', 'u.name', 'u.email', 'a.password']);
}

const userOf = (row: { id: string; name: string; email: string; password: string | null }): User => ({
  userId: row.id,
  name: row.name,
  email: row.email,
  passwordHash: row.password ?? undefined,
});

/** `email` in its one spelling (`normaliseEmail`). */
export async function findUserByEmail(tx: Tx, email: string): Promise<User | undefined> {
  const row = await users(tx).where('u.email', '=', email).executeTakeFirst();
  return row && userOf(row);
}

export async function findUser(tx: Tx, userId: string): Promise<User | undefined> {
  const row = await users(tx).where('u.id', '=', userId).executeTakeFirst();
  return row && userOf(row);
}

/** Makes an account that signs in with a password. Rejects with a unique violation when the address is taken. */
export async function insertUser(
  tx: Tx,
  user: { readonly name: string; readonly email: string; readonly passwordHash: string; readonly now: Instant },
): Promise<string> {
  const userId = newId<'User'>();
  const { name, email, now } = user;
  const times = { createdAt: now, updatedAt: now };
  await over(tx)
    .insertInto('auth.user')
    .values({ id: userId, name, email, emailVerified: true, twoFactorEnabled: false, ...times })
    .execute();
  await over(tx)
    .insertInto('auth.account')
    .values({
      id: newId(),
      accountId: userId,
      providerId: 'credential',
      userId,
      password: user.passwordHash,
      ...times,
    })
    .execute();
  return userId;
}

/** A new password, no second factor, no session: as if the account were new. */
export async function startOver(tx: Tx, userId: string, passwordHash: string, now: Instant): Promise<void> {
  const db = over(tx);
  await db
    .updateTable('auth.account')
    .set({ password: passwordHash, updatedAt: now })
    .where('userId', '=', userId)
    .where('providerId', '=', 'credential')
    .execute();
  await db.updateTable('auth.user').set({ twoFactorEnabled: false, updatedAt: now }).where('id', '=', userId).execute();
  await db.deleteFrom('auth.twoFactor').where('userId', '=', userId).execute();
  await db.deleteFrom('auth.passkey').where('userId', '=', userId).execute();
  await db.deleteFrom('auth.session').where('userId', '=', userId).execute();
}

export type Membership = {
  readonly contractorId: ContractorId;
  readonly name: string;
  readonly state: 'active' | 'suspended';
  readonly role: ContractorRole;
  readonly disabled: boolean;
};

/** Every contractor that a person is in, by name. Binds the transaction to that person, for reading only. */
export async function membershipsOf(tx: Tx, userId: string): Promise<readonly Membership[]> {
  await sql`select set_config('tsukasa.person_id', ${userId}, true)`.execute(tx);
  const rows = await over(tx)
    .selectFrom('contractor_members as m')
    .innerJoin('contractors as c', 'c.contractor_id', 'm.contractor_id')
    .select(['m.contractor_id', 'c.name', 'c.state', 'm.role', 'm.disabled_at'])
    .where('m.user_id', '=', userId)
    .orderBy(sql`c.name collate ja`)
    .orderBy('m.contractor_id')
    .execute();
  await sql`select set_config('tsukasa.person_id', '', true)`.execute(tx);
  return rows.map(({ contractor_id, disabled_at, ...row }) => ({
    ...row,
    contractorId: contractor_id,
    disabled: disabled_at !== null,
  }));
}

type MemberRow = {
  user_id: string;
  name: string;
  email: string;
  role: ContractorRole | ProviderRole;
  totp: boolean | null;
  passkey: boolean | number | string;
  created_at: Instant;
  last_at: Instant | null;
  disabled_at: Instant | null;
};

function memberOf(row: MemberRow): Member {
  return {
    userId: row.user_id,
    name: row.name,
    email: row.email,
    role: row.role,
    secondFactors: [
      ...(row.totp === true ? (['totp'] as const) : []),
      ...(row.passkey === true ? (['passkey'] as const) : []),
    ],
    createdAt: row.created_at.toString(),
    lastSignInAt: row.last_at?.toString() ?? null,
    disabledAt: row.disabled_at?.toString() ?? null,
  };
}

function members(tx: Tx, contractorId: ContractorId) {
  return over(tx)
    .selectFrom('contractor_members as m')
    .innerJoin('auth.user as u', 'u.id', 'm.user_id')
    .leftJoin('auth.sign_ins as s', 's.user_id', 'u.id')
    .select(['m.user_id', 'u.name', 'u.email', 'm.role', 'm.created_at', 'm.disabled_at', 's.last_at'])
    .select((eb) => [
      'u.twoFactorEnabled as totp',
      eb.exists(eb.selectFrom('auth.passkey as p').select('p.id').whereRef('p.userId', '=', 'u.id')).as('passkey'),
    ])
    .where('m.contractor_id', '=', contractorId);
}

export async function listMembers(tx: Tx, contractorId: ContractorId): Promise<Member[]> {
  const rows = await members(tx, contractorId).orderBy(sql`u.name collate ja`).orderBy('u.id').execute();
  return rows.map(memberOf);
}

export async function findMember(tx: Tx, contractorId: ContractorId, userId: string): Promise<Member | undefined> {
  const row = await members(tx, contractorId).where('m.user_id', '=', userId).executeTakeFirst();
  return row && memberOf(row);
}

/** Adds a member, or brings back a disabled one with the role given. */
export async function putMember(
  tx: Tx,
  member: { contractorId: ContractorId; userId: string; role: ContractorRole; now: Instant },
): Promise<void> {
  const { contractorId, userId, role, now } = member;
  await over(tx)
    .insertInto('contractor_members')
    .values({ contractor_id: contractorId, user_id: userId, role, created_at: now, disabled_at: null })
    .onConflict((conflict) => conflict.columns(['contractor_id', 'user_id']).doUpdateSet({ role, disabled_at: null }))
    .execute();
}

export async function updateMember(
  tx: Tx,
  contractorId: ContractorId,
  userId: string,
  change: { role: ContractorRole; disabled_at: Instant | null },
): Promise<void> {
  await over(tx)
    .updateTable('contractor_members')
    .set(change)
    .where('contractor_id', '=', contractorId)
    .where('user_id', '=', userId)
    .execute();
}

/** The contractor's administrators, locked: of two who would each remove "the other one", the second sees the truth. */
export async function lockAdministrators(tx: Tx, contractorId: ContractorId): Promise<readonly string[]> {
  const rows = await over(tx)
    .selectFrom('contractor_members')
    .select('user_id')
    .where('contractor_id', '=', contractorId)
    .where('role', '=', 'contractor_administrator')
    .where('disabled_at', 'is', null)
    .orderBy('user_id')
    .forUpdate()
    .execute();
  return rows.map((row) => row.user_id);
}

function staff(tx: Tx) {
  return over(tx)
    .selectFrom('provider_staff as m')
    .innerJoin('auth.user as u', 'u.id', 'm.user_id')
    .leftJoin('auth.sign_ins as s', 's.user_id', 'u.id')
    .select(['m.user_id', 'u.name', 'u.email', 'm.role', 'm.created_at', 'm.disabled_at', 's.last_at'])
    .select((eb) => [
      'u.twoFactorEnabled as totp',
      eb.exists(eb.selectFrom('auth.passkey as p').select('p.id').whereRef('p.userId', '=', 'u.id')).as('passkey'),
    ]);
}

export async function listStaff(tx: Tx): Promise<Member[]> {
  const rows = await staff(tx).orderBy(sql`u.name collate ja`).orderBy('u.id').execute();
  return rows.map(memberOf);
}

export async function findStaff(tx: Tx, userId: string): Promise<Member | undefined> {
  const row = await staff(tx).where('m.user_id', '=', userId).executeTakeFirst();
  return row && memberOf(row);
}

/** Adds staff, or brings back a disabled one. */
export async function putStaff(tx: Tx, userId: string, role: ProviderRole, now: Instant): Promise<void> {
  await over(tx)
    .insertInto('provider_staff')
    .values({ user_id: userId, role, created_at: now, disabled_at: null })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ role, disabled_at: null }))
    .execute();
}

export async function setStaffDisabled(tx: Tx, userId: string, at: Instant | null): Promise<void> {
  await over(tx).updateTable('provider_staff').set({ disabled_at: at }).where('user_id', '=', userId).execute();
}

/** The provider's administrators, locked. */
export async function lockProviderAdministrators(tx: Tx): Promise<readonly string[]> {
  const rows = await over(tx)
    .selectFrom('provider_staff')
    .select('user_id')
    .where('role', '=', 'provider_administrator')
    .where('disabled_at', 'is', null)
    .orderBy('user_id')
    .forUpdate()
    .execute();
  return rows.map((row) => row.user_id);
}

/** "Accounts", as an advisory lock: the first administrator is made once, however many ask at the same time. */
const FIRST_ADMINISTRATOR = 0x6163_6374;

/** True when nobody of the provider exists yet; nobody else can find that out until this transaction ends. */
export async function lockNoStaffYet(tx: Tx): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(${FIRST_ADMINISTRATOR})`.execute(tx);
  const row = await over(tx).selectFrom('provider_staff').select('user_id').limit(1).executeTakeFirst();
  return row === undefined;
}

/** Since when a contractor has a member of its own; undefined while it has none. */
export async function firstMember(tx: Tx, contractorId: ContractorId): Promise<Temporal.Instant | undefined> {
  const row = await over(tx)
    .selectFrom('contractor_members')
    .select((eb) => eb.fn.min('created_at').as('at'))
    .where('contractor_id', '=', contractorId)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  return row?.at ?? undefined;
}

/** Who is in a contractor with a role that holds this permission; the provider's staff are not counted. */
export async function membersWith(tx: Tx, contractorId: ContractorId, permission: Permission): Promise<string[]> {
  const roles = CONTRACTOR_ROLES.filter((role) => ROLE_PERMISSIONS[role].has(permission));
  const rows = await over(tx)
    .selectFrom('contractor_members')
    .select('user_id')
    .where('contractor_id', '=', contractorId)
    .where('disabled_at', 'is', null)
    .where('role', 'in', roles)
    .execute();
  return rows.map((row) => row.user_id);
}
