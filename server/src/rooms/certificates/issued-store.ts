import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Issued } from './model.ts';
import type { CertificateTables } from './tables.ts';

const COLUMNS = [
  'serial',
  'subject',
  'state',
  'sha256',
  'invitation_id',
  'enrollment_id',
  'renews',
  'issued_at',
  'not_after',
  'revoked_at',
  'revocation_reason',
] as const;

function rows(tx: Tx, contractorId: ContractorId) {
  return tables<CertificateTables>(tx)
    .selectFrom('issued_certificates')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId);
}

type Row = Awaited<ReturnType<ReturnType<typeof rows>['executeTakeFirstOrThrow']>>;

function issuedOf(row: Row): Issued {
  return {
    serial: row.serial,
    subject: row.subject,
    state: row.state,
    sha256: row.sha256?.toString('hex'),
    invitationId: row.invitation_id ?? undefined,
    enrollmentId: row.enrollment_id ?? undefined,
    renews: row.renews ?? undefined,
    issuedAt: row.issued_at ?? undefined,
    notAfter: row.not_after ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    revocationReason: row.revocation_reason ?? undefined,
  };
}

export async function findBySha256(
  tx: Tx,
  contractorId: ContractorId,
  sha256: Uint8Array,
): Promise<Issued | undefined> {
  const row = await rows(tx, contractorId).where('sha256', '=', Buffer.from(sha256)).executeTakeFirst();
  return row && issuedOf(row);
}

export async function findBySerial(tx: Tx, contractorId: ContractorId, serial: string): Promise<Issued | undefined> {
  const row = await rows(tx, contractorId).where('serial', '=', serial).executeTakeFirst();
  return row && issuedOf(row);
}

export async function listBySerials(
  tx: Tx,
  contractorId: ContractorId,
  serials: readonly string[],
): Promise<readonly Issued[]> {
  if (serials.length === 0) return [];
  const found = await rows(tx, contractorId)
    .where('serial', 'in', [...serials])
    .orderBy('reserved_at', 'desc')
    .orderBy('serial')
    .execute();
  return found.map(issuedOf);
}

/** DER of an issued certificate that is not revoked. */
export async function findCertificate(tx: Tx, contractorId: ContractorId, serial: string): Promise<Buffer | undefined> {
  const row = await tables<CertificateTables>(tx)
    .selectFrom('issued_certificates')
    .select('certificate')
    .where('contractor_id', '=', contractorId)
    .where('serial', '=', serial)
    .where('state', '=', 'issued')
    .executeTakeFirst();
  return row?.certificate ?? undefined;
}

/** Marks as revoked what is not yet; false when there was nothing to change. */
export async function markRevoked(
  tx: Tx,
  contractorId: ContractorId,
  serial: string,
  revocation: { readonly at: Temporal.Instant; readonly reason: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tables<CertificateTables>(tx)
    .updateTable('issued_certificates')
    .set({ state: 'revoked', revoked_at: revocation.at, revocation_reason: revocation.reason })
    .where('contractor_id', '=', contractorId)
    .where('serial', '=', serial)
    .where('state', '<>', 'revoked')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
