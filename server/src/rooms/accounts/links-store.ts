import type { ContractorRole, ProviderRole } from '@tsukasa/api';
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
};

const COLUMNS = ['code_hash', 'purpose', 'email', 'contractor_id', 'role', 'expires_at', 'used_at'] as const;

function linkOf(row: Pick<AccountTables['account_links'], (typeof COLUMNS)[number]>): Link {
  return {
    hash: row.code_hash,
    purpose: row.purpose,
    email: row.email ?? undefined,
    contractorId: row.contractor_id ?? undefined,
    role: row.role ?? undefined,
    expiresAt: row.expires_at,
    usedAt: row.used_at ?? undefined,
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

/** Takes back the open links by which a person could start over. */
export async function dropResets(tx: Tx, email: string): Promise<void> {
  await over(tx)
    .deleteFrom('account_links')
    .where('purpose', '=', 'reset')
    .where('email', '=', email)
    .where('used_at', 'is', null)
    .execute();
}

/** Whether one of `makers` let this person in, or gave them a new start, since then: their account may be in those hands. */
export async function wasLetInBy(tx: Tx, userId: string, makers: readonly string[], since: Instant): Promise<boolean> {
  if (makers.length === 0) return false;
  const row = await over(tx)
    .selectFrom('account_links as l')
    .innerJoin('auth.user as u', 'u.email', 'l.email')
    .select('l.code_hash')
    .where('u.id', '=', userId)
    .where('l.created_behind', 'in', [...makers])
    .where('l.used_at', '>', since)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
