import { createHmac, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../../base/errors.ts';
import { type ContractorId, isUuid } from '../../base/ids.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Invitation, InvitationId } from '../devices/index.ts';
import type { Parts } from './deps.ts';
import { type Reach, reach, requireReach } from './enterprise.ts';
import { explain, GoogleError } from './google/index.ts';
import { createEnrollmentToken, deleteEnrollmentToken, getEnrollmentToken } from './google/requests.ts';
import { field, instantOf, parseObject, textOf } from './json.ts';
import { personalUsageOf } from './model.ts';
import { DEFAULT_POLICY } from './policy.ts';
import {
  claimMinting,
  claimUnwanted,
  findToken,
  forgetMinting,
  keepToken,
  markChecked,
  markDeleted,
  type TokenRow,
  type Unwanted,
} from './token-store.ts';

/** What opens an invitation on a device. Secrets. */
export type EnrollmentToken = {
  readonly value: string;
  /** The text of the QR code, as Google makes it. */
  readonly qrCode: string;
  readonly expiresAt: Temporal.Instant;
};

const tokenPurpose = (invitationId: string) => ({ use: 'android.enrollment_token', row: invitationId });

/** How long one making may take, and how long others wait for it. */
const MINTING_SECONDS = 60;
const WAIT_MS = 250;
const MOST_WAITS = 60;
/** A kept token is looked for at Google before it is given out again, at most once within this time. */
const CHECK_MINUTES = 60;

/**
 * The token of an open invitation, made at Google when it is first wanted, and anew when it is gone there. Throws what the
 * binding and Google refuse.
 */
export async function enrollmentToken(
  parts: Parts,
  contractorId: ContractorId,
  invitation: Invitation,
): Promise<EnrollmentToken> {
  const found = await requireReach(parts, contractorId);
  for (let waits = 0; waits < MOST_WAITS; waits += 1) {
    const kept = await keptToken(parts, contractorId, invitation, found);
    if ('value' in kept) return kept;
    if (await claim(parts, contractorId, invitation, found, kept.seen))
      return mint(parts, contractorId, invitation, found);
    await sleep(WAIT_MS);
  }
  throw new DomainError('unavailable', 'the enrollment token is being made', {
    reason: 'google.unavailable',
    retryAfter: 5,
  });
}

/** No token, or one that is of no use any more, by its name. */
type Unusable = { readonly seen: string | null };

async function keptToken(
  parts: Parts,
  contractorId: ContractorId,
  { invitationId }: Invitation,
  { enterprise, project }: Reach,
): Promise<EnrollmentToken | Unusable> {
  const { db, clock, secrets, google } = parts;
  const now = clock.now();
  const row = await db.asContractor(contractorId, (tx) => findToken(tx, contractorId, invitationId));
  if (row?.delete_at !== null && row !== undefined) throw revoked();
  const unusable = { seen: row?.token_name ?? null };
  if (!isUsable(row, enterprise.enterprise_name, now)) return unusable;
  const checkedAt = row.checked_at ?? row.created_at;
  if (Temporal.Instant.compare(checkedAt.add({ minutes: CHECK_MINUTES }), now) < 0) {
    try {
      await google.call(project, 'action', getEnrollmentToken(row.token_name));
      await db.asContractor(contractorId, (tx) => markChecked(tx, contractorId, invitationId, now));
    } catch (error) {
      if (!(error instanceof GoogleError)) throw error;
      if (error.kind === 'gone') return unusable;
      if (error.kind === 'denied' || error.kind === 'key') throw explain(error, now);
      // Anything passing: the token was there an hour ago.
    }
  }
  const opened = await db.asContractor(contractorId, (tx) =>
    secrets.openFor(tx, contractorId, tokenPurpose(invitationId), row.sealed),
  );
  const kept = parseObject(opened);
  const [value, qrCode] = [textOf(field(kept, 'value')), textOf(field(kept, 'qrCode'), 10_000)];
  return value === undefined || qrCode === undefined ? unusable : { value, qrCode, expiresAt: row.expires_at };
}

type Usable = TokenRow & {
  readonly token_name: string;
  readonly sealed: Buffer;
  readonly expires_at: Temporal.Instant;
};

function isUsable(row: TokenRow | undefined, enterpriseName: string, now: Temporal.Instant): row is Usable {
  if (row === undefined || row.minting_until !== null || row.enterprise_name !== enterpriseName) return false;
  if (row.token_name === null || row.sealed === null || row.expires_at === null) return false;
  return Temporal.Instant.compare(row.expires_at, now) > 0;
}

const revoked = () => new DomainError('gone', 'the invitation is withdrawn', { reason: 'invitation.revoked' });

function claim(
  { db, clock }: Parts,
  contractorId: ContractorId,
  { invitationId }: Invitation,
  { enterprise }: Reach,
  seen: string | null,
): Promise<boolean> {
  const now = clock.now();
  const until = now.add({ seconds: MINTING_SECONDS });
  const wanted = { invitationId, enterpriseName: enterprise.enterprise_name, seen, now, until };
  return db.asContractor(contractorId, (tx) => claimMinting(tx, contractorId, wanted));
}

async function mint(
  parts: Parts,
  contractorId: ContractorId,
  invitation: Invitation,
  { enterprise, project }: Reach,
): Promise<EnrollmentToken> {
  const { db, clock, secrets, google } = parts;
  const { invitationId, managementMode, maxUses, expiresAt } = invitation;
  const now = clock.now();
  try {
    const seconds = Math.max(60, Math.ceil(now.until(expiresAt).total('seconds')));
    const request = createEnrollmentToken(enterprise.enterprise_name, {
      policyName: DEFAULT_POLICY,
      allowPersonalUsage: personalUsageOf(managementMode),
      duration: `${seconds}s`,
      additionalData: additionalData(secrets, contractorId, invitationId),
      ...(maxUses === 1 ? { oneTimeOnly: true } : {}),
    });
    const answer = await google.call(project, 'action', request);
    const name = textOf(field(answer, 'name'));
    const [value, qrCode] = [textOf(field(answer, 'value')), textOf(field(answer, 'qrCode'), 10_000)];
    if (name === undefined || value === undefined || qrCode === undefined) {
      throw new GoogleError('passing', 'the answer holds no token');
    }
    const until = instantOf(field(answer, 'expirationTimestamp')) ?? now.add({ seconds });
    await db.asContractor(contractorId, async (tx) => {
      const plain = Buffer.from(JSON.stringify({ value, qrCode }));
      const sealed = await secrets.sealFor(tx, contractorId, tokenPurpose(invitationId), plain);
      await keepToken(tx, contractorId, invitationId, { name, sealed, expiresAt: until, now });
    });
    return { value, qrCode, expiresAt: until };
  } catch (error) {
    await db.asContractor(contractorId, (tx) => forgetMinting(tx, contractorId, invitationId));
    throw explain(error, now);
  }
}

const MAC_BYTES = 16;

function macOf(secrets: Secrets, contractorId: ContractorId, invitationId: string): Buffer {
  const mac = createHmac('sha256', secrets.derive('android.additional_data'));
  return mac.update(`${contractorId} ${invitationId}`).digest().subarray(0, MAC_BYTES);
}

/** What a device brings back from its token: the invitation, signed, because others may make tokens in the same enterprise. */
export function additionalData(secrets: Secrets, contractorId: ContractorId, invitationId: InvitationId): string {
  const signature = macOf(secrets, contractorId, invitationId).toString('base64url');
  return JSON.stringify({ invitation: invitationId, signature });
}

/** The invitation in what a device brought back; undefined unless this server signed it for this contractor. */
export function invitationOfData(
  secrets: Secrets,
  contractorId: ContractorId,
  data: string | undefined,
): InvitationId | undefined {
  const parsed = data === undefined ? undefined : parseObject(Buffer.from(data));
  const [invitation, signature] = [field(parsed, 'invitation'), field(parsed, 'signature')];
  if (typeof invitation !== 'string' || !isUuid(invitation) || typeof signature !== 'string') return undefined;
  const given = Buffer.from(signature, 'base64url');
  const wanted = macOf(secrets, contractorId, invitation);
  if (given.byteLength !== wanted.byteLength || !timingSafeEqual(given, wanted)) return undefined;
  return invitation as InvitationId;
}

const BATCH = 20;
const LEASE_MINUTES = 5;
/** After this many tries a token is left to its expiry. */
const MOST_ATTEMPTS = 12;

/** Deletes at Google the tokens of withdrawn and used-up invitations. How many were taken on. */
export async function deleteUnwanted(parts: Parts): Promise<number> {
  const { db, clock } = parts;
  const now = clock.now();
  const due = await db.jobs((tx) => claimUnwanted(tx, now, now.add({ minutes: LEASE_MINUTES }), BATCH));
  for (const unwanted of due) await deleteOne(parts, unwanted);
  return due.length;
}

async function deleteOne(parts: Parts, unwanted: Unwanted): Promise<void> {
  const { db, clock, google, log } = parts;
  const { contractor_id: contractorId, invitation_id: invitationId, token_name: name } = unwanted;
  const settled = () => db.jobsFor(contractorId, (tx) => markDeleted(tx, contractorId, invitationId, clock.now()));
  const found = name === null ? undefined : await reach(parts, contractorId);
  if (name === null || (found === undefined && unwanted.delete_attempts >= MOST_ATTEMPTS)) return settled();
  if (found === undefined) return;
  try {
    await google.call(found.project, 'action', deleteEnrollmentToken(name));
    await settled();
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    if (error.kind === 'gone' || unwanted.delete_attempts >= MOST_ATTEMPTS) return settled();
    log.warn('android.token_not_deleted', { contractorId, status: error.status, message: error.message });
  }
}
