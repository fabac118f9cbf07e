import type { ContractorRole, ProviderRole } from '@tsukasa/api';
import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { AccountTables, LinkPurpose } from './tables.ts';

type Instant = Temporal.Instant;
const over = (tx: Tx) => tables<AccountTables>(tx);

export type Link = {
  readonly hash: Buffer;
  readonly purpose: LinkPurpose;
  readonly email: string | undefined;
  readonly contractorId: ContractorId | undefined;
  readonly role: ContractorRole | ProviderRole | undefined;
  readonly expiresAt: Instant;
  readonly usedAt: Instant | undefined;
  /** Made by an administrator of the provider. */
  readonly byProvider: boolean;
};

const COLUMNS = [
  'code_hash',
  'purpose',
  'email',
  'contractor_id',
  'role',
  'expires_at',
  'used_at',
  'by_provider',
] as const;

function linkOf(row: Pick<AccountTables['account_links'], (typeof COLUMNS)[number]>): Link {
  return {
    hash: row.code_hash,
    purpose: row.purpose,
    email: row.email ?? undefined,
    contractorId: row.contractor_id ?? undefined,
    role: row.role ?? undefined,
    expiresAt: row.expires_at,
    usedAt: row.used_at ?? undefined,
    byProvider: row.by_provider,
  };
}

export type NewLink = Omit<Link, 'usedAt'> & {
  readonly createdBy: string;
  readonly createdBehind: string | undefined;
  readonly now: Instant;
};

/** Adds a link in place of those before it for the same purpose, person and place: the newest is the one that works. */
export async function putLink(tx: Tx, link: NewLink): Promise<void> {
  const db = over(tx);
  const email = link.email ?? null;
  const contractorId = link.contractorId ?? null;
  await db
    .deleteFrom('account_links')
    .where('purpose', '=', link.purpose)
    .where('email', 'is not distinct from', email)
    .where('contractor_id', 'is not distinct from', contractorId)
    .where('used_at', 'is', null)
    .execute();
  await db
    .insertInto('account_links')
    .values({
      code_hash: link.hash,
      purpose: link.purpose,
      email,
      contractor_id: contractorId,
      role: link.role ?? null,
      created_by: link.createdBy,
      created_behind: link.createdBehind ?? null,
      by_provider: link.byProvider,
      founding: false,
      created_at: link.now,
      expires_at: link.expiresAt,
      used_at: null,
    })
    .execute();
}

export async function findLink(tx: Tx, hash: Buffer): Promise<Link | undefined> {
  const row = await over(tx)
    .selectFrom('account_links')
    .select(COLUMNS)
    .where('code_hash', '=', hash)
    .executeTakeFirst();
  return row && linkOf(row);
}

/** Uses a link up; undefined when it was used or is past its time. Of two at once one waits here, and then gets nothing. */
export async function useLink(tx: Tx, hash: Buffer, now: Instant): Promise<Link | undefined> {
  const row = await over(tx)
    .updateTable('account_links')
    .set({ used_at: now })
    .where('code_hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning(COLUMNS)
    .executeTakeFirst();
  return row && linkOf(row);
}

/** Marks a used link as one of those by which the provider sets a contractor up. */
export async function markFounding(tx: Tx, hash: Buffer): Promise<void> {
  await over(tx).updateTable('account_links').set({ founding: true }).where('code_hash', '=', hash).execute();
}

/** Takes back the open links by which a person could start over. */
export async function dropResets(tx: Tx, email: string): Promise<void> {
  await over(tx)
    .deleteFrom('account_links')
    .where('purpose', '=', 'reset')
    .where('email', '=', email)
    .where('used_at', 'is', null)
    .execute();
}

/**
 * Whether the account of `userId` and one of `others` may be in the same hands: one let the other in, or gave them a new
 * start, since then, or a third one did so with both, be it over others in between. Whom the provider let in while the
 * contractor had not yet two who may approve counts for nobody's: somebody must be the first.
 */
export async function mayShareHands(
  tx: Tx,
  userId: string,
  others: readonly string[],
  since: Instant,
): Promise<boolean> {
  if (others.length === 0) return false;
  // An email names one account. `union` ends where people let each other in.
  const { rows } = await sql`with recursive made as (
      select u.id, l.created_behind as maker from account_links l join auth."user" u on u.email = l.email
      where l.used_at > ${since} and l.created_behind is not null and not l.founding
    ), mine as (
      select ${userId}::text as id union select made.maker from made join mine on made.id = mine.id
    ), theirs as (
      select unnest(${[...others]}::text[]) as id union select made.maker from made join theirs on made.id = theirs.id
    )
    select 1 from mine join theirs using (id) limit 1`.execute(tx);
  return rows.length > 0;
}
