import { sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { DeviceId, InvitationId } from '../devices/index.ts';
import type { GoneReason, WindowsEnrollment } from './enrollment-model.ts';
import type { WindowsEnrollmentTables } from './enrollment-tables.ts';
import type { EnrollmentId } from './model.ts';

const at = (tx: Tx) => tables<WindowsEnrollmentTables>(tx);

const ENROLLMENT = [
  'e.contractor_id',
  'e.enrollment_id',
  'e.device_id',
  'e.invitation_id',
  'e.dev_id',
  'e.hw_dev_id',
  'e.kind',
  'e.state',
  'e.user_name',
  'e.md5_name',
  'e.md5_nonce',
  'e.poll',
  'e.renewal_asked_at',
] as const;

type RawEnrollment = Pick<
  WindowsEnrollmentTables['windows_enrollments'],
  | 'contractor_id'
  | 'enrollment_id'
  | 'device_id'
  | 'invitation_id'
  | 'dev_id'
  | 'hw_dev_id'
  | 'kind'
  | 'state'
  | 'md5_name'
  | 'md5_nonce'
  | 'poll'
  | 'renewal_asked_at'
> & { readonly user_name: string };

function enrollmentOf(row: RawEnrollment): WindowsEnrollment {
  return {
    contractorId: row.contractor_id as ContractorId,
    enrollmentId: row.enrollment_id as EnrollmentId,
    deviceId: row.device_id as DeviceId,
    invitationId: (row.invitation_id ?? undefined) as InvitationId | undefined,
    devId: row.dev_id,
    hardwareId: row.hw_dev_id ?? undefined,
    kind: row.kind,
    state: row.state,
    userName: row.user_name,
    md5Name: row.md5_name,
    md5Nonce: row.md5_nonce,
    poll: row.poll,
    renewalAskedAt: row.renewal_asked_at ?? undefined,
  };
}

/** Requests that speak of one of these ids run one after another. */
export async function lockIds(tx: Tx, contractorId: ContractorId, ids: readonly string[]): Promise<void> {
  for (const id of [...new Set(ids)].sort()) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`windows/${contractorId}/${id}`}, 0))`.execute(tx);
  }
}

/** A certificate and the enrollment it belongs to. */
export type IdentityRow = {
  readonly enrollment: WindowsEnrollment;
  readonly serial: string;
  readonly notAfter: Temporal.Instant;
  readonly spkiHash: Buffer;
  readonly firstUsedAt: Temporal.Instant | undefined;
  readonly supersededAt: Temporal.Instant | undefined;
  readonly revokedAt: Temporal.Instant | undefined;
};

function identities(tx: Tx, contractorId: ContractorId) {
  return at(tx)
    .selectFrom('windows_identities as i')
    .innerJoin('windows_enrollments as e', (join) =>
      join.onRef('e.contractor_id', '=', 'i.contractor_id').onRef('e.enrollment_id', '=', 'i.enrollment_id'),
    )
    .select(['i.serial', 'i.not_after', 'i.spki_sha256', 'i.first_used_at', 'i.superseded_at', 'i.revoked_at'])
    .select(ENROLLMENT)
    .where('i.contractor_id', '=', contractorId);
}

type RawIdentity = RawEnrollment &
  Pick<
    WindowsEnrollmentTables['windows_identities'],
    'serial' | 'not_after' | 'spki_sha256' | 'first_used_at' | 'superseded_at' | 'revoked_at'
  >;

function identityOf(row: RawIdentity): IdentityRow {
  return {
    enrollment: enrollmentOf(row),
    serial: row.serial,
    notAfter: row.not_after,
    spkiHash: row.spki_sha256,
    firstUsedAt: row.first_used_at ?? undefined,
    supersededAt: row.superseded_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}

/** The newest certificate that a client got for this key. */
export async function findIdentityOfClient(
  tx: Tx,
  contractorId: ContractorId,
  devId: string,
  spkiHash: Buffer,
): Promise<IdentityRow | undefined> {
  const row = await identities(tx, contractorId)
    .where('i.spki_sha256', '=', spkiHash)
    .where('e.dev_id', '=', devId)
    .orderBy('i.issued_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && identityOf(row);
}

/** The certificate of an enrollment for this key. */
export async function findIdentityOfKey(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  spkiHash: Buffer,
): Promise<IdentityRow | undefined> {
  const row = await identities(tx, contractorId)
    .where('i.spki_sha256', '=', spkiHash)
    .where('i.enrollment_id', '=', enrollmentId)
    .executeTakeFirst();
  return row && identityOf(row);
}

/** The certificate with this SHA-256; its enrollment is locked against other renewals. */
export async function findIdentity(
  tx: Tx,
  contractorId: ContractorId,
  sha256: Buffer,
): Promise<IdentityRow | undefined> {
  const row = await identities(tx, contractorId)
    .where('i.certificate_sha256', '=', sha256)
    .forNoKeyUpdate('e')
    .executeTakeFirst();
  return row && identityOf(row);
}

/** All certificates of an enrollment, the newest first. */
export async function listIdentities(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
): Promise<readonly IdentityRow[]> {
  const rows = await identities(tx, contractorId)
    .where('i.enrollment_id', '=', enrollmentId)
    .orderBy('i.issued_at', 'desc')
    .execute();
  return rows.map(identityOf);
}

/** The newest enrollment of a client, live or not. */
export async function findNewestOfClient(
  tx: Tx,
  contractorId: ContractorId,
  devId: string,
): Promise<WindowsEnrollment | undefined> {
  const row = await enrollments(tx, contractorId)
    .where('e.dev_id', '=', devId)
    .orderBy('e.requested_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && enrollmentOf(row);
}

/** Live enrollments of a device: one, or none. */
export async function listLiveOfDevice(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
): Promise<readonly WindowsEnrollment[]> {
  const rows = await enrollments(tx, contractorId)
    .where('e.device_id', '=', deviceId)
    .where('e.state', '<>', 'gone')
    .execute();
  return rows.map(enrollmentOf);
}

function enrollments(tx: Tx, contractorId: ContractorId) {
  return at(tx).selectFrom('windows_enrollments as e').select(ENROLLMENT).where('e.contractor_id', '=', contractorId);
}

/** Whether this client has used this invitation before: then it is not counted again. */
export async function hasUsedInvitation(
  tx: Tx,
  contractorId: ContractorId,
  devId: string,
  invitationId: InvitationId,
): Promise<boolean> {
  const row = await at(tx)
    .selectFrom('windows_enrollments')
    .select('enrollment_id')
    .where('contractor_id', '=', contractorId)
    .where('dev_id', '=', devId)
    .where('invitation_id', '=', invitationId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export type NewEnrollment = Omit<WindowsEnrollment, 'state' | 'renewalAskedAt' | 'invitationId'> & {
  readonly invitationId: InvitationId;
  readonly osEdition: number | undefined;
  readonly osVersion: string | undefined;
  readonly sealedMd5: Buffer;
  readonly now: Temporal.Instant;
};

export async function insertEnrollment(tx: Tx, enrollment: NewEnrollment): Promise<void> {
  await at(tx)
    .insertInto('windows_enrollments')
    .values({
      contractor_id: enrollment.contractorId,
      enrollment_id: enrollment.enrollmentId,
      device_id: enrollment.deviceId,
      invitation_id: enrollment.invitationId,
      dev_id: enrollment.devId,
      hw_dev_id: enrollment.hardwareId ?? null,
      kind: enrollment.kind,
      state: 'pending',
      user_name: enrollment.userName,
      os_edition: enrollment.osEdition ?? null,
      os_version: enrollment.osVersion ?? null,
      md5_name: enrollment.md5Name,
      sealed_md5: enrollment.sealedMd5,
      md5_nonce: enrollment.md5Nonce,
      poll: json(enrollment.poll),
      requested_at: enrollment.now,
    })
    .execute();
}

export async function insertIdentity(
  tx: Tx,
  identity: {
    readonly contractorId: ContractorId;
    readonly enrollmentId: EnrollmentId;
    readonly sha256: Buffer;
    readonly spkiHash: Buffer;
    readonly serial: string;
    readonly notAfter: Temporal.Instant;
    readonly now: Temporal.Instant;
  },
): Promise<void> {
  await at(tx)
    .insertInto('windows_identities')
    .values({
      contractor_id: identity.contractorId,
      certificate_sha256: identity.sha256,
      enrollment_id: identity.enrollmentId,
      spki_sha256: identity.spkiHash,
      serial: identity.serial,
      not_after: identity.notAfter,
      issued_at: identity.now,
    })
    .execute();
}

/** Certificates of an enrollment that were issued and never seen, but for those in `kept`, open nothing any more. */
export async function supersedeUnused(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  kept: readonly string[],
  now: Temporal.Instant,
): Promise<void> {
  await at(tx)
    .updateTable('windows_identities')
    .set({ superseded_at: now })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .where('serial', 'not in', [...kept])
    .where('first_used_at', 'is', null)
    .where('superseded_at', 'is', null)
    .execute();
}

/** Ends an enrollment. */
export async function endEnrollment(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  why: GoneReason,
  now: Temporal.Instant,
): Promise<void> {
  await at(tx)
    .updateTable('windows_enrollments')
    .set({ state: 'gone', gone_at: now, gone_reason: why })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .where('state', '<>', 'gone')
    .execute();
}

/** The server asks for a renewal before it is due (`RenewNow`), or has got it. */
export async function updateRenewalAsked(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  askedAt: Temporal.Instant | undefined,
): Promise<void> {
  await at(tx)
    .updateTable('windows_enrollments')
    .set({ renewal_asked_at: askedAt ?? null })
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .execute();
}
