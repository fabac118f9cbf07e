import type { Clock } from '../../base/clock.ts';
import { type Db, type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type DeviceId, recordEvent } from '../devices/index.ts';
import { countOpen, MOST_OPEN } from './command-store.ts';
import { EXPIRY_WARNING_DAYS } from './enrollment-model.ts';
import type { WindowsEnrollmentTables } from './enrollment-tables.ts';
import type { EnqueueCommands, EnrollmentId } from './model.ts';

/** Enrollments looked at in one go; the next hour goes on. */
const BATCH = 1000;
const DAY_MS = 86_400_000;

type Ending = {
  readonly contractorId: ContractorId;
  readonly enrollmentId: EnrollmentId;
  readonly deviceId: DeviceId;
  readonly serial: string;
  readonly notAfter: Temporal.Instant;
};

/** Makes Windows renew at once (CertificateStore CSP). Doing it twice does no harm. */
const RENEW_NOW = {
  verb: 'Exec',
  items: [{ target: './Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew/RenewNow', format: 'null' }],
} as const;

export type ExpiryDeps = { readonly db: Db; readonly clock: Clock; readonly enqueue: EnqueueCommands };

/**
 * Tells administrators of devices whose newest certificate ends within two weeks, and once more when it has: a PC that does not
 * renew falls silent for good. Each once, whichever copy of the server runs this. The PC is told to try at once, too: one that
 * still comes may only have missed its own tries.
 */
export async function tellExpiries({ db, clock, enqueue }: ExpiryDeps): Promise<void> {
  const now = clock.now();
  const due = await db.jobs((tx) => listEnding(tx, undefined, now));
  for (const { contractorId, enrollmentId } of due) {
    await db.jobsFor(contractorId, async (tx) => {
      const [ending] = await listEnding(tx, enrollmentId, now);
      if (ending === undefined) return;
      await tell(tx, ending, now);
      await askToRenew(tx, enqueue, ending, now);
    });
  }
}

async function tell(tx: Tx, ending: Ending, now: Temporal.Instant): Promise<void> {
  const { contractorId, deviceId, serial, notAfter } = ending;
  const days = Math.floor((notAfter.epochMilliseconds - now.epochMilliseconds) / DAY_MS);
  const what = days < 0 ? 'expired' : 'expiring';
  await recordEvent(tx, contractorId, {
    kind: `identity.${what}`,
    severity: what === 'expired' ? 'alarm' : 'warning',
    deviceId,
    dedupe: serial,
    details: { serial, notAfter: notAfter.toString(), daysLeft: Math.max(days, 0) },
    now,
  });
  await tables<WindowsEnrollmentTables>(tx)
    .updateTable('windows_identities')
    .set({ expiry_told: what })
    .where('contractor_id', '=', contractorId)
    .where('serial', '=', serial)
    .execute();
}

async function askToRenew(
  tx: Tx,
  enqueue: EnqueueCommands,
  { contractorId, enrollmentId, notAfter }: Ending,
  now: Temporal.Instant,
): Promise<void> {
  if (Temporal.Instant.compare(notAfter, now) <= 0) return; // it cannot prove itself in a session any more
  const { all } = await countOpen(tx, contractorId, enrollmentId);
  if (all >= MOST_OPEN) return; // a PC that never comes: the event says so
  const command = { command: RENEW_NOW, purpose: 'upkeep', expiresAt: notAfter, note: { upkeep: 'renewal' } } as const;
  await enqueue(tx, { contractorId, enrollmentId }, [command], now);
}

/** What ends soon and was not told, of live enrollments that have no other certificate which lasts longer. */
async function listEnding(
  tx: Tx,
  enrollmentId: EnrollmentId | undefined,
  now: Temporal.Instant,
): Promise<readonly Ending[]> {
  let query = tables<WindowsEnrollmentTables>(tx)
    .selectFrom('windows_identities as i')
    .innerJoin('windows_enrollments as e', (join) =>
      join.onRef('e.contractor_id', '=', 'i.contractor_id').onRef('e.enrollment_id', '=', 'i.enrollment_id'),
    )
    .select(['i.contractor_id', 'i.enrollment_id', 'e.device_id', 'i.serial', 'i.not_after'])
    .where('e.state', '<>', 'gone')
    .where('i.superseded_at', 'is', null)
    .where('i.revoked_at', 'is', null)
    .where('i.not_after', '<=', now.add({ hours: EXPIRY_WARNING_DAYS * 24 }))
    .where(({ or, eb, and }) =>
      or([eb('i.expiry_told', 'is', null), and([eb('i.expiry_told', '=', 'expiring'), eb('i.not_after', '<', now)])]),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('windows_identities as newer')
            .select('newer.serial')
            .whereRef('newer.contractor_id', '=', 'i.contractor_id')
            .whereRef('newer.enrollment_id', '=', 'i.enrollment_id')
            .whereRef('newer.not_after', '>', 'i.not_after')
            .where('newer.superseded_at', 'is', null)
            .where('newer.revoked_at', 'is', null),
        ),
      ),
    )
    .orderBy('i.not_after')
    .limit(BATCH);
  if (enrollmentId !== undefined) query = query.where('i.enrollment_id', '=', enrollmentId).forUpdate('i');
  const rows = await query.execute();
  return rows.map((row) => ({
    contractorId: row.contractor_id as ContractorId,
    enrollmentId: row.enrollment_id as EnrollmentId,
    deviceId: row.device_id as DeviceId,
    serial: row.serial,
    notAfter: row.not_after,
  }));
}
