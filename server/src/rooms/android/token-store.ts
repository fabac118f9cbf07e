import { type Selectable, sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { InvitationId } from '../devices/index.ts';
import type { AndroidTables } from './tables.ts';

export type TokenRow = Selectable<AndroidTables['android_enrollment_tokens']>;
const at = (tx: Tx) => tables<AndroidTables>(tx);

export function findToken(
  tx: Tx,
  contractorId: ContractorId,
  invitationId: InvitationId,
): Promise<TokenRow | undefined> {
  return at(tx)
    .selectFrom('android_enrollment_tokens')
    .selectAll()
    .where('contractor_id', '=', contractorId)
    .where('invitation_id', '=', invitationId)
    .executeTakeFirst();
}

/** The invitation whose token has this name at Google. */
export async function invitationOfToken(
  tx: Tx,
  contractorId: ContractorId,
  tokenName: string,
): Promise<InvitationId | undefined> {
  const row = await at(tx)
    .selectFrom('android_enrollment_tokens')
    .select('invitation_id')
    .where('contractor_id', '=', contractorId)
    .where('token_name', '=', tokenName)
    .executeTakeFirst();
  return row?.invitation_id as InvitationId | undefined;
}

/**
 * Takes the making of an invitation's token; false while somebody else makes it, or has made one since `seen` was. That
 * one is forgotten for it.
 */
export async function claimMinting(
  tx: Tx,
  contractorId: ContractorId,
  claim: {
    readonly invitationId: InvitationId;
    readonly enterpriseName: string;
    /** The name of the token that was found unusable. */
    readonly seen: string | null;
    readonly now: Temporal.Instant;
    readonly until: Temporal.Instant;
  },
): Promise<boolean> {
  const { invitationId, enterpriseName, seen, now, until } = claim;
  const result = await sql`
    insert into android_enrollment_tokens as t (contractor_id, invitation_id, enterprise_name, created_at, minting_until)
    values (${contractorId}, ${invitationId}, ${enterpriseName}, ${now}, ${until})
    on conflict (contractor_id, invitation_id) do update set enterprise_name = excluded.enterprise_name,
      token_name = null, sealed = null, expires_at = null, checked_at = null, minting_until = excluded.minting_until
    where t.delete_at is null and t.token_name is not distinct from ${seen} and (t.minting_until is null or t.minting_until <= ${now})`.execute(
    tx,
  );
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** A claimed making came to nothing. */
export async function forgetMinting(tx: Tx, contractorId: ContractorId, invitationId: InvitationId): Promise<void> {
  await set(tx, contractorId, invitationId, { minting_until: null });
}

export async function keepToken(
  tx: Tx,
  contractorId: ContractorId,
  invitationId: InvitationId,
  token: {
    readonly name: string;
    readonly sealed: Buffer;
    readonly expiresAt: Temporal.Instant;
    readonly now: Temporal.Instant;
  },
): Promise<void> {
  await set(tx, contractorId, invitationId, {
    token_name: token.name,
    sealed: token.sealed,
    expires_at: token.expiresAt,
    checked_at: token.now,
    minting_until: null,
  });
}

export const markChecked = (tx: Tx, contractorId: ContractorId, invitationId: InvitationId, now: Temporal.Instant) =>
  set(tx, contractorId, invitationId, { checked_at: now });

async function set(
  tx: Tx,
  contractorId: ContractorId,
  invitationId: InvitationId,
  values: Partial<Omit<TokenRow, 'contractor_id' | 'invitation_id'>>,
): Promise<void> {
  await at(tx)
    .updateTable('android_enrollment_tokens')
    .set(values)
    .where('contractor_id', '=', contractorId)
    .where('invitation_id', '=', invitationId)
    .execute();
}

/** The token is to be deleted at Google; also one that is being made now. None is made for this invitation any more. */
export async function unwantToken(
  tx: Tx,
  contractorId: ContractorId,
  invitationId: InvitationId,
  now: Temporal.Instant,
): Promise<void> {
  await at(tx)
    .updateTable('android_enrollment_tokens')
    .set({ delete_at: now, sealed: null })
    .where('contractor_id', '=', contractorId)
    .where('invitation_id', '=', invitationId)
    .where('delete_at', 'is', null)
    .execute();
}

export type Unwanted = {
  readonly contractor_id: ContractorId;
  readonly invitation_id: InvitationId;
  readonly token_name: string | null;
  readonly delete_attempts: number;
};

/** Takes tokens whose deletion is due, over all contractors; each comes again at `until` unless it is settled. */
export async function claimUnwanted(
  tx: Tx,
  now: Temporal.Instant,
  until: Temporal.Instant,
  limit: number,
): Promise<readonly Unwanted[]> {
  const { rows } = await sql<Unwanted>`
    update android_enrollment_tokens t set delete_at = ${until}, delete_attempts = t.delete_attempts + 1
    from (select contractor_id, invitation_id from android_enrollment_tokens
      where delete_at <= ${now} and deleted_at is null and (minting_until is null or minting_until <= ${now})
      order by delete_at limit ${limit} for update skip locked) due
    where t.contractor_id = due.contractor_id and t.invitation_id = due.invitation_id
    returning t.contractor_id, t.invitation_id, t.token_name, t.delete_attempts`.execute(tx);
  return rows;
}

export const markDeleted = (tx: Tx, contractorId: ContractorId, invitationId: InvitationId, now: Temporal.Instant) =>
  set(tx, contractorId, invitationId, { deleted_at: now });

/** With the enterprise its tokens are gone. */
export async function deleteTokens(tx: Tx, contractorId: ContractorId): Promise<void> {
  await at(tx).deleteFrom('android_enrollment_tokens').where('contractor_id', '=', contractorId).execute();
}
