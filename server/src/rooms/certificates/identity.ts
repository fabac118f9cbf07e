import { formatName, issueCertificate, parseCertificate } from '@tsukasa/cms';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId, Id } from '../../base/ids.ts';
import { BACKDATED_MINUTES } from './authority.ts';
import type { Authority } from './model.ts';
import type { CertificateTables } from './tables.ts';

// The three steps in which every identity of a device is made, whoever proved the possession of its key: the serial number
// is committed before the signature is made, and the certificate leaves the server when it is on record too.

/** A serial number that is on record, and who will sign under it. */
export type ReservedIdentity = { readonly authority: Authority; readonly serial: string };

export type Reservation = ReservedIdentity & {
  readonly invitationId?: Id<'Invitation'> | undefined;
  /** The enrollment that it is to renew. */
  readonly enrollmentId?: Id<'Enrollment'> | undefined;
  /** Serial of the certificate that it follows. */
  readonly renews?: string | undefined;
  readonly now: Temporal.Instant;
};

export async function reserveSerial(tx: Tx, contractorId: ContractorId, reservation: Reservation): Promise<void> {
  const { authority, serial, invitationId, enrollmentId, renews, now } = reservation;
  await tables<CertificateTables>(tx)
    .insertInto('issued_certificates')
    .values({
      contractor_id: contractorId,
      serial,
      authority_id: authority.authorityId,
      purpose: 'device-identity',
      state: 'reserved',
      subject: `CN=${serial}`,
      invitation_id: invitationId ?? null,
      enrollment_id: enrollmentId ?? null,
      renews: renews ?? null,
      reserved_at: now,
    })
    .execute();
}

export type IdentityOrder = {
  /** Of the key to certify, its possession proved. */
  readonly spki: Buffer;
  /** DER of a Name. */
  readonly subject: Buffer;
  readonly lifetime: Temporal.Duration;
  readonly now: Temporal.Instant;
};

/** Nothing of a request goes into the certificate but its public key: subject, dates and usages are ours. DER. */
export function signIdentity({ authority, serial }: ReservedIdentity, order: IdentityOrder): Buffer {
  const { spki, subject, lifetime, now } = order;
  return issueCertificate({
    issuer: authority.certificate,
    issuerKey: authority.privateKey,
    subject,
    spki,
    serial: Buffer.from(serial, 'hex'),
    notBefore: now.subtract({ minutes: BACKDATED_MINUTES }).epochMilliseconds,
    notAfter: now.add({ seconds: Math.floor(lifetime.total('seconds')) }).epochMilliseconds,
    keyUsage: ['digitalSignature', 'keyEncipherment'],
    extendedKeyUsage: ['clientAuth'],
  }).der;
}

/** Puts the certificate on record. False when it was revoked since its number was reserved: it must not be handed out. */
export async function recordIdentity(
  tx: Tx,
  contractorId: ContractorId,
  { authority, serial }: ReservedIdentity,
  der: Buffer,
  now: Temporal.Instant,
): Promise<boolean> {
  const certificate = parseCertificate(der);
  const { numUpdatedRows } = await tables<CertificateTables>(tx)
    .updateTable('issued_certificates')
    .set({
      state: 'issued',
      sha256: certificate.sha256,
      certificate: der,
      subject: formatName(certificate.subject),
      issued_at: now,
      not_after: Temporal.Instant.fromEpochMilliseconds(certificate.notAfter),
    })
    .where('contractor_id', '=', contractorId)
    .where('authority_id', '=', authority.authorityId)
    .where('serial', '=', serial)
    .where('state', '=', 'reserved')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
