import type { CheckinMessage } from '@tsukasa/apple-mdm';
import type { Tx } from '../../base/db.ts';
import { findIdentity, type IdentityRow, lockDevice } from './enrollment-store.ts';
import { EXPIRED_GRACE_DAYS } from './limits.ts';
import type { EnrollmentRow, KnownCertificate } from './model.ts';
import { Refusal } from './refusal.ts';

/** How long a certificate that another one replaced still speaks: late results of the session that brought the other. */
const SUPERSEDED_HOURS = 24;

/**
 * The live enrollment that a message other than Authenticate speaks for. Throws `Refusal`: the certificate must be bound to
 * this UDID, in force, and its enrollment not gone.
 */
export async function requireEnrollment(
  tx: Tx,
  known: KnownCertificate,
  message: Exclude<CheckinMessage, { readonly type: 'unknown' }>,
  now: Temporal.Instant,
): Promise<EnrollmentRow> {
  const udid = message.ids.udid ?? '';
  await lockDevice(tx, known.contractorId, udid);
  const identity = await findIdentity(tx, known.contractorId, known.hash);
  if (identity === undefined) throw new Refusal('channel.unknown_device', { subject: known.hash });
  const { deviceId } = identity;
  if (identity.certificateUdid !== udid) throw new Refusal('channel.certificate_of_another_device', { deviceId });
  requireInForce(identity, known, now);
  if (identity.state === 'gone') throw new Refusal('channel.gone', { deviceId });
  return identity;
}

/** Throws `Refusal` for a revoked certificate, one that was replaced a day ago, and one that expired long ago. */
export function requireInForce(identity: IdentityRow, known: KnownCertificate, now: Temporal.Instant): void {
  const { deviceId, revokedAt, supersededAt } = identity;
  if (revokedAt !== undefined) throw new Refusal('channel.revoked_certificate', { deviceId });
  if (supersededAt !== undefined && Temporal.Instant.compare(supersededAt.add({ hours: SUPERSEDED_HOURS }), now) < 0) {
    throw new Refusal('channel.superseded_certificate', { deviceId });
  }
  if (now.epochMilliseconds - known.notAfter > EXPIRED_GRACE_DAYS * 86_400_000) {
    throw new Refusal('channel.expired_certificate', { deviceId });
  }
}
