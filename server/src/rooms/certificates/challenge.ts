import { hash, randomBytes } from 'node:crypto';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId, Id } from '../../base/ids.ts';
import { newSerial } from './authority.ts';
import type { ChallengeRequest } from './model.ts';
import type { Refusal } from './refusals.ts';
import type { CertificateTables } from './tables.ts';

/** 192 bits; in hex, so that they are a PrintableString, which every SCEP client can put into its request. */
const CHALLENGE_BYTES = 24;
/** Challenges that expired this long ago are forgotten; until then their use is told apart from a made-up one. */
const FORGOTTEN_HOURS = 30 * 24;

/** Makes a challenge and keeps its hash. */
export async function createChallenge(tx: Tx, contractorId: ContractorId, request: ChallengeRequest): Promise<string> {
  const challenge = randomBytes(CHALLENGE_BYTES).toString('hex');
  await tables<CertificateTables>(tx)
    .insertInto('scep_challenges')
    .values({
      contractor_id: contractorId,
      challenge_hash: hashOf(challenge),
      invitation_id: request.invitationId ?? null,
      enrollment_id: request.enrollmentId ?? null,
      created_at: request.now,
      expires_at: request.expiresAt,
    })
    .execute();
  return challenge;
}

/** Looking up the hash of a random value takes no time that tells anything about it. */
function hashOf(challenge: string): Buffer {
  return hash('sha256', challenge, 'buffer');
}

export type Claim =
  | { readonly refused: Refusal }
  /** Its certificate exists: the answer got lost. */
  | { readonly issued: string }
  /** The same key is being served, or was when the server stopped. */
  | { readonly serving: string }
  /** Free: reserve this serial number. */
  | {
      readonly serial: string;
      readonly invitationId: Id<'Invitation'> | undefined;
      readonly enrollmentId: Id<'Enrollment'> | undefined;
    };

type Claimant = { readonly challenge: string; readonly keyHash: Buffer; readonly now: Temporal.Instant };

/**
 * Takes a challenge for one public key. Until the certificate is recorded another key may take it over: a device that
 * makes a new key for its next try must not be locked out by a try that never ended.
 */
export async function claimChallenge(tx: Tx, contractorId: ContractorId, claimant: Claimant): Promise<Claim> {
  const row = await lock(tx, contractorId, claimant.challenge);
  if (!row) return { refused: 'scep.wrong_challenge' };
  const sameKey = row.used_by_key?.equals(claimant.keyHash) === true;
  if (row.used_at !== null) {
    return sameKey && row.serial !== null ? { issued: row.serial } : { refused: 'scep.challenge_reused' };
  }
  if (Temporal.Instant.compare(row.expires_at, claimant.now) <= 0) return { refused: 'scep.challenge_expired' };
  if (sameKey && row.serial !== null) return { serving: row.serial };
  return {
    serial: newSerial().toString('hex'),
    invitationId: row.invitation_id ?? undefined,
    enrollmentId: row.enrollment_id ?? undefined,
  };
}

/** Notes which reserved serial number and key a challenge serves. */
export async function markServing(
  tx: Tx,
  contractorId: ContractorId,
  { challenge, keyHash, serial }: Omit<Claimant, 'now'> & { readonly serial: string },
): Promise<void> {
  await tables<CertificateTables>(tx)
    .updateTable('scep_challenges')
    .set({ serial, used_by_key: keyHash })
    .where('contractor_id', '=', contractorId)
    .where('challenge_hash', '=', hashOf(challenge))
    .execute();
}

/** Uses the challenge up for `serial`. `already`: an identical request was faster. `lost`: another key took it over. */
export async function concludeChallenge(
  tx: Tx,
  contractorId: ContractorId,
  claimant: Claimant & { readonly serial: string },
): Promise<'done' | 'already' | 'lost'> {
  const row = await lock(tx, contractorId, claimant.challenge);
  if (row?.serial !== claimant.serial) return 'lost';
  if (row.used_at !== null) return 'already';
  await tables<CertificateTables>(tx)
    .updateTable('scep_challenges')
    .set({ used_at: claimant.now })
    .where('contractor_id', '=', contractorId)
    .where('challenge_hash', '=', hashOf(claimant.challenge))
    .execute();
  return 'done';
}

function lock(tx: Tx, contractorId: ContractorId, challenge: string) {
  return tables<CertificateTables>(tx)
    .selectFrom('scep_challenges')
    .select(['invitation_id', 'enrollment_id', 'expires_at', 'used_at', 'used_by_key', 'serial'])
    .where('contractor_id', '=', contractorId)
    .where('challenge_hash', '=', hashOf(challenge))
    .forUpdate()
    .executeTakeFirst();
}

/** Deletes challenges long expired; over all contractors, as the jobs role. */
export async function forgetChallenges(tx: Tx, now: Temporal.Instant): Promise<void> {
  await tables<CertificateTables>(tx)
    .deleteFrom('scep_challenges')
    .where('expires_at', '<', now.subtract({ hours: FORGOTTEN_HOURS }))
    .execute();
}
