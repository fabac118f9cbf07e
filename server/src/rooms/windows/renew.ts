import {
  buildName,
  type Certificate,
  CmsError,
  findNameValue,
  parseCertificate,
  parseSignedData,
  type SignedData,
  verifyIssuedBy,
  verifySigner,
} from '@tsukasa/cms';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { ReservedIdentity } from '../certificates/index.ts';
import { provedKey } from './csr.ts';
import { type EnrollDeps, renewedDocumentOf } from './enroll.ts';
import { commonNameOf, IDENTITY_LIFETIME, ownerOf, RENEWAL, type WindowsEnrollment } from './enrollment-model.ts';
import { EnrollmentRefusal } from './enrollment-refusal.ts';
import {
  findIdentity,
  findIdentityOfKey,
  type IdentityRow,
  insertIdentity,
  listIdentities,
  supersedeUnused,
  updateRenewalAsked,
} from './enrollment-store.ts';

export type RenewDeps = Pick<EnrollDeps, 'db' | 'clock' | 'certificates'>;

/** Clocks of PCs run wrong by up to this much. */
const SKEW_HOURS = 24;
/** How long after its end a certificate still opens the door to its own renewal: a PC that was off must be able to come back. */
const EXPIRED_GRACE_DAYS = 90;
/** Certificates that an enrollment may have; a client that renews more often is broken or hostile. */
const MOST_IDENTITIES = 50;

type Renewal = {
  readonly contractorId: ContractorId;
  readonly signer: Certificate;
  readonly csr: Buffer;
};

/**
 * Renews a certificate (MS-WSTEP, Renew): a request for a new key inside a CMS message by the present one. The old
 * certificate stays good until the new one is first seen. The same new key again gets the same certificate; another one takes
 * the place of what was not used yet. `peer` is the certificate of the TLS connection, if one was shown. Throws
 * `EnrollmentRefusal`.
 */
export async function renew(deps: RenewDeps, signedCsr: Buffer, peer: Buffer | undefined): Promise<string> {
  const renewal = opened(signedCsr);
  const { contractorId, signer } = renewal;
  const subject = signer.serialHex;
  if (peer !== undefined && !peer.equals(signer.der)) {
    throw new EnrollmentRefusal('renewal.bad_signature', { contractorId, detail: 'tls', subject });
  }
  const key = provedKey(renewal.csr, { contractorId, subject });
  const prepared = await deps.db.jobsFor(contractorId, (tx) => prepare(deps, tx, renewal, key.spkiHash));
  if (typeof prepared === 'string') return prepared;
  const { enrollment, reserved } = prepared;
  const name = buildName([['CN', commonNameOf(contractorId, enrollment.enrollmentId)]]);
  const order = { spki: key.spki, subject: name, lifetime: IDENTITY_LIFETIME, now: deps.clock.now() };
  const certificate = deps.certificates().signIdentity(reserved, order);
  return deps.db.jobsFor(contractorId, async (tx) => {
    // What was true before the signature may have changed: a revocation, or the same request on another connection.
    const present = await requirePresent(deps, tx, renewal);
    const again = await repeated(deps, tx, present, key.spkiHash);
    if (again !== undefined) return again;
    await bind(deps, tx, present, { reserved, certificate, spkiHash: key.spkiHash });
    return renewedDocumentOf(deps, tx, present.enrollment, reserved.serial);
  });
}

/** The signer's certificate and the request inside, the signature verified. Whose certificate it is comes afterwards. */
function opened(signedCsr: Buffer): Renewal {
  let signer: Certificate;
  let csr: Buffer | undefined;
  try {
    const message = parseSignedData(signedCsr);
    signer = verified(message);
    csr = message.content;
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
    throw new EnrollmentRefusal('renewal.bad_signature', { detail: error.code });
  }
  if (csr === undefined) throw new EnrollmentRefusal('renewal.bad_signature', { detail: 'detached' });
  const owner = ownerOf(findNameValue(signer.subject, 'CN') ?? '');
  if (owner === undefined) throw new EnrollmentRefusal('renewal.unknown_certificate', { subject: signer.serialHex });
  return { contractorId: owner.contractorId, signer, csr };
}

function verified(message: SignedData): Certificate {
  const [signer, second] = message.signers;
  if (signer === undefined || second !== undefined) throw new CmsError('malformed', 'not exactly one signer');
  return parseCertificate(verifySigner(message, signer, message.content ?? Buffer.alloc(0)).certificate);
}

async function prepare(
  deps: RenewDeps,
  tx: Tx,
  renewal: Renewal,
  spkiHash: Buffer,
): Promise<string | { readonly enrollment: WindowsEnrollment; readonly reserved: ReservedIdentity }> {
  const { contractorId, signer } = renewal;
  const present = await requirePresent(deps, tx, renewal);
  const { enrollment } = present;
  const again = await repeated(deps, tx, present, spkiHash);
  if (again !== undefined) return again;
  requireDue(present, deps.clock.now());
  const all = await listIdentities(tx, contractorId, enrollment.enrollmentId);
  if (all.length >= MOST_IDENTITIES) {
    throw new EnrollmentRefusal('renewal.too_many', { contractorId, deviceId: enrollment.deviceId });
  }
  const request = { enrollmentId: enrollment.enrollmentId, renews: signer.serialHex, now: deps.clock.now() };
  return { enrollment, reserved: await deps.certificates().reserveIdentity(tx, contractorId, request) };
}

/** The signer's certificate as we know it: byte for byte one of ours, of a device that is enrolled, neither revoked nor replaced. */
async function requirePresent(deps: RenewDeps, tx: Tx, { contractorId, signer }: Renewal): Promise<IdentityRow> {
  const subject = signer.serialHex;
  const present = await findIdentity(tx, contractorId, signer.sha256);
  const authorities = await deps.certificates().authorityCertificates(tx, contractorId);
  if (present === undefined || !authorities.some((authority) => verifyIssuedBy(signer, authority))) {
    throw new EnrollmentRefusal('renewal.unknown_certificate', { contractorId, subject });
  }
  const { enrollment, revokedAt, supersededAt } = present;
  const { deviceId } = enrollment;
  if (enrollment.state === 'gone') throw new EnrollmentRefusal('renewal.gone', { contractorId, deviceId });
  if (revokedAt !== undefined || supersededAt !== undefined) {
    throw new EnrollmentRefusal('renewal.not_valid', { contractorId, deviceId });
  }
  return present;
}

/** Between `periodDays` before its end and some time after it, or earlier when the server asked for it. */
function requireDue({ enrollment, notAfter }: IdentityRow, now: Temporal.Instant): void {
  const { contractorId, deviceId, renewalAskedAt } = enrollment;
  const from = notAfter.subtract({ hours: RENEWAL.periodDays * 24 + SKEW_HOURS });
  const until = notAfter.add({ hours: EXPIRED_GRACE_DAYS * 24 });
  const early = Temporal.Instant.compare(now, from) < 0 && renewalAskedAt === undefined;
  if (!early && Temporal.Instant.compare(now, until) <= 0) return;
  const detail = early ? 'early' : 'expired';
  throw new EnrollmentRefusal('renewal.not_due', { contractorId, deviceId, detail });
}

/** The answer that this new key got before. The present key is not a new one. */
async function repeated(
  deps: RenewDeps,
  tx: Tx,
  { enrollment: { contractorId, enrollmentId, deviceId, kind }, serial: present }: IdentityRow,
  spkiHash: Buffer,
): Promise<string | undefined> {
  const known = await findIdentityOfKey(tx, contractorId, enrollmentId, spkiHash);
  if (known === undefined) return undefined;
  const stands = known.revokedAt === undefined && known.supersededAt === undefined && known.serial !== present;
  if (!stands) throw new EnrollmentRefusal('enrollment.key_reused', { contractorId, deviceId });
  return renewedDocumentOf(deps, tx, { contractorId, kind }, known.serial);
}

async function bind(
  deps: RenewDeps,
  tx: Tx,
  { enrollment, serial: present }: IdentityRow,
  { reserved, certificate, spkiHash }: { reserved: ReservedIdentity; certificate: Buffer; spkiHash: Buffer },
): Promise<void> {
  const now = deps.clock.now();
  const { contractorId, enrollmentId, deviceId } = enrollment;
  if (!(await deps.certificates().recordIdentity(tx, contractorId, reserved, certificate, now))) {
    throw new EnrollmentRefusal('renewal.not_valid', { contractorId, deviceId });
  }
  const { serial } = reserved;
  const { sha256, notAfter: end } = parseCertificate(certificate);
  const notAfter = Temporal.Instant.fromEpochMilliseconds(end);
  await supersedeUnused(tx, contractorId, enrollmentId, [present, serial], now);
  await insertIdentity(tx, { contractorId, enrollmentId, sha256, spkiHash, serial, notAfter, now });
  await updateRenewalAsked(tx, contractorId, enrollmentId, undefined);
}
