import type { Tx } from '../../base/db.ts';
import { getDevice, markManaged } from '../devices/index.ts';
import type { CheckInDeps, Message } from './check-in.ts';
import { finishOpen } from './command-store.ts';
import { supersedeOthers, updateTokens } from './enrollment-store.ts';
import type { EnrollmentRow, KnownCertificate } from './model.ts';

/**
 * Tokens are precious: a device cannot be asked to send them again (fact sheet 2.4). The first one makes the enrollment
 * usable: the device counts as managed, is asked everything once, and is woken.
 */
export async function tokenUpdate(
  deps: CheckInDeps,
  tx: Tx,
  known: KnownCertificate,
  enrollment: EnrollmentRow,
  message: Message<'TokenUpdate'>,
  now: Temporal.Instant,
): Promise<void> {
  const { contractorId, enrollmentId, deviceId } = enrollment;
  const { unlockToken } = message;
  const purpose = { use: 'apple.unlock_token', row: enrollmentId };
  await updateTokens(tx, contractorId, enrollmentId, {
    topic: message.topic,
    token: message.token,
    pushMagic: message.pushMagic,
    sealedUnlockToken: unlockToken && (await deps.secrets.sealFor(tx, contractorId, purpose, unlockToken)),
    awaitingConfiguration: message.awaitingConfiguration,
    now,
  });
  const renewed = await supersedeOthers(tx, contractorId, enrollmentId, known.hash, now);
  // The renewal that is still in the queue has done what it was for; its answer may never come.
  if (renewed) await finishOpen(tx, contractorId, enrollmentId, 'acknowledged', now, 'renewal');
  if (enrollment.tokenUpdates === 0) {
    await markManaged(tx, contractorId, deviceId, now);
    const device = await getDevice(tx, contractorId, deviceId);
    await deps.observer.afterEnrollment(tx, { ...enrollment, state: 'enrolled' }, device, now);
  }
  await deps.wakeUps.tokenUpdated(tx, contractorId, enrollmentId, now);
}
