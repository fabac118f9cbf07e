import { sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { newId } from '../../base/ids.ts';
import type { DeviceId, InvitationId } from '../devices/index.ts';
import type { EnrollmentId, EnrollmentRow, GoneReason, ProfileFacts } from './model.ts';
import type { AppleTables } from './tables.ts';

const at = (tx: Tx) => tables<AppleTables>(tx);

/** A certificate and the enrollment it belongs to. */
export type IdentityRow = EnrollmentRow & {
  readonly certificateUdid: string;
  readonly revokedAt: Temporal.Instant | undefined;
  readonly supersededAt: Temporal.Instant | undefined;
};

const ENROLLMENT = [
  'e.contractor_id',
  'e.enrollment_id',
  'e.device_id',
  'e.udid',
  'e.state',
  'e.access_rights',
  'e.topic',
  'e.profile',
  'e.token_updates',
] as const;

type RawEnrollment = Pick<
  { [K in keyof AppleTables['apple_enrollments']]: AppleTables['apple_enrollments'][K] },
  'contractor_id' | 'enrollment_id' | 'device_id' | 'udid' | 'state' | 'access_rights' | 'topic' | 'profile'
> & { readonly token_updates: number };

function enrollmentOf(row: RawEnrollment): EnrollmentRow {
  return {
    contractorId: row.contractor_id as ContractorId,
    enrollmentId: row.enrollment_id as EnrollmentId,
    deviceId: row.device_id as DeviceId,
    udid: row.udid,
    state: row.state,
    accessRights: row.access_rights,
    topic: row.topic,
    profile: row.profile as ProfileFacts,
    tokenUpdates: row.token_updates,
  };
}

/** Messages about one device run one after another, whatever certificate they come with. */
export async function lockDevice(tx: Tx, contractorId: ContractorId, udid: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`apple/${contractorId}/${udid}`}, 0))`.execute(tx);
}

/** The certificate with this hash; its enrollment is locked against other messages, not against new commands. */
export async function findIdentity(tx: Tx, contractorId: ContractorId, hash: string): Promise<IdentityRow | undefined> {
  const row = await at(tx)
    .selectFrom('apple_identities as i')
    .innerJoin('apple_enrollments as e', (join) =>
      join.onRef('e.contractor_id', '=', 'i.contractor_id').onRef('e.enrollment_id', '=', 'i.enrollment_id'),
    )
    .select(['i.udid as certificate_udid', 'i.revoked_at', 'i.superseded_at', ...ENROLLMENT])
    .where('i.contractor_id', '=', contractorId)
    .where('i.certificate_sha256', '=', Buffer.from(hash, 'hex'))
    .forNoKeyUpdate('e')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    ...enrollmentOf(row),
    certificateUdid: row.certificate_udid,
    revokedAt: row.revoked_at ?? undefined,
    supersededAt: row.superseded_at ?? undefined,
  };
}

/** The enrollment that a device has now. */
export async function findLive(tx: Tx, contractorId: ContractorId, udid: string): Promise<EnrollmentRow | undefined> {
  const row = await at(tx)
    .selectFrom('apple_enrollments as e')
    .select(ENROLLMENT)
    .where('e.contractor_id', '=', contractorId)
    .where('e.udid', '=', udid)
    .where('e.state', '<>', 'gone')
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row && enrollmentOf(row);
}

/** The live enrollment of a device, usable or not. */
export async function findLiveOfDevice(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
): Promise<EnrollmentRow | undefined> {
  const row = await at(tx)
    .selectFrom('apple_enrollments as e')
    .select(ENROLLMENT)
    .where('e.contractor_id', '=', contractorId)
    .where('e.device_id', '=', deviceId)
    .where('e.state', '<>', 'gone')
    .executeTakeFirst();
  return row && enrollmentOf(row);
}

/** Whether this device has used this invitation before: then it is not counted again. */
export async function hasUsedInvitation(
  tx: Tx,
  contractorId: ContractorId,
  udid: string,
  invitationId: InvitationId,
): Promise<boolean> {
  const row = await at(tx)
    .selectFrom('apple_enrollments')
    .select('enrollment_id')
    .where('contractor_id', '=', contractorId)
    .where('udid', '=', udid)
    .where('invitation_id', '=', invitationId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export type NewEnrollment = {
  readonly contractorId: ContractorId;
  readonly deviceId: DeviceId;
  readonly invitationId: InvitationId;
  readonly udid: string;
  readonly accessRights: number;
  readonly topic: string;
  readonly profile: ProfileFacts;
  readonly now: Temporal.Instant;
};

export async function insertEnrollment(tx: Tx, enrollment: NewEnrollment): Promise<EnrollmentId> {
  const enrollmentId: EnrollmentId = newId(enrollment.now.epochMilliseconds);
  await at(tx)
    .insertInto('apple_enrollments')
    .values({
      contractor_id: enrollment.contractorId,
      enrollment_id: enrollmentId,
      device_id: enrollment.deviceId,
      invitation_id: enrollment.invitationId,
      udid: enrollment.udid,
      kind: 'device',
      state: 'authenticated',
      access_rights: enrollment.accessRights,
      topic: enrollment.topic,
      profile: json(enrollment.profile),
      authenticated_at: enrollment.now,
    })
    .execute();
  await at(tx)
    .insertInto('apple_wakeups')
    .values({ contractor_id: enrollment.contractorId, enrollment_id: enrollmentId })
    .execute();
  return enrollmentId;
}

export async function insertIdentity(
  tx: Tx,
  identity: {
    readonly contractorId: ContractorId;
    readonly enrollmentId: EnrollmentId;
    readonly hash: string;
    readonly udid: string;
    readonly serial: string;
    readonly notAfter: Temporal.Instant;
    readonly now: Temporal.Instant;
  },
): Promise<void> {
  await at(tx)
    .insertInto('apple_identities')
    .values({
      contractor_id: identity.contractorId,
      certificate_sha256: Buffer.from(identity.hash, 'hex'),
      enrollment_id: identity.enrollmentId,
      udid: identity.udid,
      serial: identity.serial,
      not_after: identity.notAfter,
      first_used_at: identity.now,
    })
    .execute();
}

/**
 * One current certificate per enrollment: all others are superseded from now on. One that is superseded itself supersedes
 * nothing: a late TokenUpdate under it would leave the device without any.
 */
export async function supersedeOthers(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  hash: string,
  now: Temporal.Instant,
): Promise<boolean> {
  const { numUpdatedRows } = await at(tx)
    .updateTable('apple_identities')
    .set({ superseded_at: now })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .where('certificate_sha256', '<>', Buffer.from(hash, 'hex'))
    .where('superseded_at', 'is', null)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('apple_identities as mine')
          .select('mine.contractor_id')
          .where('mine.contractor_id', '=', contractorId)
          .where('mine.certificate_sha256', '=', Buffer.from(hash, 'hex'))
          .where('mine.superseded_at', 'is', null),
      ),
    )
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Ends an enrollment: its tokens are dropped, nothing is due any more. */
export async function endEnrollment(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  why: GoneReason,
  now: Temporal.Instant,
): Promise<void> {
  await at(tx)
    .updateTable('apple_enrollments')
    .set({
      state: 'gone',
      gone_at: now,
      gone_reason: why,
      push_token: null,
      push_magic: null,
      sealed_unlock_token: null,
      sealed_bootstrap_token: null,
    })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .execute();
  await at(tx)
    .updateTable('apple_wakeups')
    .set({ wake_at: null, observe_at: null })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .execute();
}

export type TokenUpdate = {
  readonly topic: string;
  readonly token: Buffer;
  readonly pushMagic: string;
  readonly sealedUnlockToken: Buffer | undefined;
  readonly awaitingConfiguration: boolean;
  readonly now: Temporal.Instant;
};

/** Token, magic and topic together (fact sheet 9.3, 17); the unlock token only when there is one. */
export async function updateTokens(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  update: TokenUpdate,
): Promise<void> {
  const { sealedUnlockToken } = update;
  await at(tx)
    .updateTable('apple_enrollments')
    .set((eb) => ({
      state: 'enrolled' as const,
      topic: update.topic,
      push_token: update.token,
      push_magic: update.pushMagic,
      awaiting_configuration: update.awaitingConfiguration,
      token_updated_at: update.now,
      token_updates: eb('token_updates', '+', 1),
      enrolled_at: eb.fn.coalesce('enrolled_at', eb.val(update.now)),
      ...(sealedUnlockToken === undefined ? {} : { sealed_unlock_token: sealedUnlockToken }),
    }))
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .execute();
}

export async function updateBootstrapToken(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  sealed: Buffer | undefined,
): Promise<void> {
  await at(tx)
    .updateTable('apple_enrollments')
    .set({ sealed_bootstrap_token: sealed ?? null })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .execute();
}

/** The tokens that a device left with us, sealed. */
export async function findSealedTokens(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
): Promise<{ readonly unlock: Buffer | undefined; readonly bootstrap: Buffer | undefined }> {
  const row = await at(tx)
    .selectFrom('apple_enrollments')
    .select(['sealed_unlock_token', 'sealed_bootstrap_token'])
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .executeTakeFirst();
  return { unlock: row?.sealed_unlock_token ?? undefined, bootstrap: row?.sealed_bootstrap_token ?? undefined };
}

/** The enrollment that uses the certificate with this serial number. */
export async function findEnrollmentOfSerial(
  tx: Tx,
  contractorId: ContractorId,
  serial: string,
): Promise<EnrollmentId | undefined> {
  const row = await at(tx)
    .selectFrom('apple_identities')
    .select('enrollment_id')
    .where('contractor_id', '=', contractorId)
    .where('serial', '=', serial)
    .executeTakeFirst();
  return row?.enrollment_id as EnrollmentId | undefined;
}

/** By id, unless it is gone. */
export async function findLiveById(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
): Promise<EnrollmentRow | undefined> {
  const row = await at(tx)
    .selectFrom('apple_enrollments as e')
    .select(ENROLLMENT)
    .where('e.contractor_id', '=', contractorId)
    .where('e.enrollment_id', '=', enrollmentId)
    .where('e.state', '<>', 'gone')
    .executeTakeFirst();
  return row && enrollmentOf(row);
}
