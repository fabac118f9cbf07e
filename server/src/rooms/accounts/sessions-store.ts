import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Factor, Person, Principal, Standing, TokenCredential } from './model.ts';
import type { AccountTables } from './tables.ts';

type Instant = Temporal.Instant;
const over = (tx: Tx) => tables<AccountTables>(tx);

/** The person behind a session's token; undefined when it is unknown, past its time or older than `since`. */
export async function findSession(tx: Tx, token: string, now: Instant, since: Instant): Promise<Person | undefined> {
  const row = await over(tx)
    .selectFrom('auth.session as s')
    .innerJoin('auth.user as u', 'u.id', 's.userId')
    .leftJoin('auth.session_assurance as a', 'a.session_id', 's.id')
    .leftJoin('provider_staff as p', (join) => join.onRef('p.user_id', '=', 'u.id').on('p.disabled_at', 'is', null))
    .select(['s.id', 's.userId', 'u.name', 'u.email', 'u.twoFactorEnabled', 'p.role'])
    .select(['a.second_factor_at', 'a.reauthenticated_at'])
    .select((eb) =>
      eb.exists(eb.selectFrom('auth.passkey as k').select('k.id').whereRef('k.userId', '=', 'u.id')).as('passkey'),
    )
    .where('s.token', '=', token)
    .where('s.expiresAt', '>', now)
    .where('s.createdAt', '>', since)
    .executeTakeFirst();
  if (!row) return undefined;
  const factors: Factor[] = [];
  if (row.twoFactorEnabled === true) factors.push('totp');
  if (row.passkey === true) factors.push('passkey');
  return {
    kind: 'user',
    userId: row.userId,
    name: row.name,
    email: row.email,
    sessionId: row.id,
    staffRole: row.role ?? undefined,
    factors,
    // A second factor that was taken away since does not count any more.
    assurance: row.second_factor_at !== null && factors.length > 0 ? 'full' : 'password',
    reauthenticatedAt: row.reauthenticated_at ?? undefined,
  };
}

/** What a session has proven: its second factor, which is a fresh authentication as well. */
export async function markSecondFactor(tx: Tx, sessionId: string, factor: string, now: Instant): Promise<void> {
  const proven = { second_factor_at: now, second_factor: factor, reauthenticated_at: now };
  await over(tx)
    .insertInto('auth.session_assurance')
    .values({ session_id: sessionId, ...proven })
    .onConflict((conflict) => conflict.column('session_id').doUpdateSet(proven))
    .execute();
}

export async function markReauthenticated(tx: Tx, sessionId: string, now: Instant): Promise<void> {
  await over(tx)
    .updateTable('auth.session_assurance')
    .set({ reauthenticated_at: now })
    .where('session_id', '=', sessionId)
    .execute();
}

export async function markSignedIn(tx: Tx, userId: string, now: Instant): Promise<void> {
  await over(tx)
    .insertInto('auth.sign_ins')
    .values({ user_id: userId, last_at: now })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ last_at: now }))
    .execute();
}

export async function endSession(tx: Tx, sessionId: string): Promise<void> {
  await over(tx).deleteFrom('auth.session').where('id', '=', sessionId).execute();
}

/** Ends the sessions that never gave a second factor: the person has one, so they never can. */
export async function endUnprovenSessions(tx: Tx, userId: string): Promise<void> {
  await over(tx)
    .deleteFrom('auth.session as s')
    .where('s.userId', '=', userId)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom('auth.session_assurance as a').select('a.session_id').whereRef('a.session_id', '=', 's.id'),
        ),
      ),
    )
    .execute();
}

/** All sessions of a person fall back to the password alone: the last second factor is gone. */
export async function forgetSecondFactors(tx: Tx, userId: string): Promise<void> {
  const db = over(tx);
  await db
    .deleteFrom('auth.session_assurance')
    .where('session_id', 'in', db.selectFrom('auth.session').select('id').where('userId', '=', userId))
    .execute();
}

/** The sealed TOTP secret of a person, once it is confirmed. */
export async function findTotpSecret(tx: Tx, userId: string): Promise<string | undefined> {
  const row = await over(tx)
    .selectFrom('auth.twoFactor as t')
    .innerJoin('auth.user as u', 'u.id', 't.userId')
    .select('t.secret')
    .where('t.userId', '=', userId)
    .where('u.twoFactorEnabled', '=', true)
    .where((eb) => eb.or([eb('t.verified', '=', true), eb('t.verified', 'is', null)]))
    .executeTakeFirst();
  return row?.secret;
}

/** A contractor as a person meets it. `tx` is bound to that contractor. */
export async function findStanding(
  tx: Tx,
  contractorId: ContractorId,
  userId: string | undefined,
): Promise<Standing | undefined> {
  const row = await over(tx)
    .selectFrom('contractors as c')
    .leftJoin('contractor_members as m', (join) =>
      join
        .onRef('m.contractor_id', '=', 'c.contractor_id')
        .on('m.user_id', '=', userId ?? '')
        .on('m.disabled_at', 'is', null),
    )
    .select(['c.state', 'm.role'])
    .where('c.contractor_id', '=', contractorId)
    .executeTakeFirst();
  return row && { state: row.state, role: row.role ?? undefined };
}

/** The time of the last use is written at most this often. */
const USE_SECONDS = 60;

/** The token behind a credential; undefined when unknown, expired or revoked. `tx` is bound to its contractor. */
export async function findToken(tx: Tx, credential: TokenCredential, now: Instant): Promise<Principal | undefined> {
  const db = over(tx);
  const stale = now.subtract({ seconds: USE_SECONDS });
  if (credential.scope === 'provider') {
    const row = await db
      .selectFrom('provider_api_tokens')
      .select(['token_id', 'name', 'role', 'last_used_at', 'created_behind'])
      .where('secret_hash', '=', credential.hash)
      .where('expires_at', '>', now)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (!row) return undefined;
    if (isBefore(row.last_used_at, stale)) {
      await db
        .updateTable('provider_api_tokens')
        .set({ last_used_at: now })
        .where('token_id', '=', row.token_id)
        .where(sql<boolean>`coalesce(last_used_at < ${stale}, true)`)
        .execute();
    }
    const madeBy = row.created_behind ?? undefined;
    return { kind: 'token', scope: 'provider', tokenId: row.token_id, name: row.name, role: row.role, madeBy };
  }
  const { contractorId } = credential;
  const row = await db
    .selectFrom('api_tokens')
    .select(['token_id', 'name', 'role', 'last_used_at', 'created_behind'])
    .where('contractor_id', '=', contractorId)
    .where('secret_hash', '=', credential.hash)
    .where('expires_at', '>', now)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (!row) return undefined;
  if (isBefore(row.last_used_at, stale)) {
    await db
      .updateTable('api_tokens')
      .set({ last_used_at: now })
      .where('contractor_id', '=', contractorId)
      .where('token_id', '=', row.token_id)
      .where(sql<boolean>`coalesce(last_used_at < ${stale}, true)`)
      .execute();
  }
  const { token_id: tokenId, name, role } = row;
  return {
    kind: 'token',
    scope: 'contractor',
    contractorId,
    tokenId,
    name,
    role,
    madeBy: row.created_behind ?? undefined,
  };
}

function isBefore(one: Instant | null, other: Instant): boolean {
  return one === null || Temporal.Instant.compare(one, other) < 0;
}
