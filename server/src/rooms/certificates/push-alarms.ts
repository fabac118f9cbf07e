import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { Db } from '../../base/db.ts';
import type { ContractorId, Id } from '../../base/ids.ts';
import { defineJob, type Jobs } from '../../base/jobs.ts';
import { recordEvent } from '../devices/index.ts';
import { forgetChallenges } from './challenge.ts';
import { listEnding, lockCurrent, markAlarmed } from './push-store.ts';

/** Days before the end at which an administrator is told, once each; then once more when it has ended. */
export const ALARM_DAYS = [60, 30, 14, 7] as const;
const DAY_MS = 86_400_000;
/** What `alarmed_days` holds once the end itself was told. */
const ENDED = -1;

const UPKEEP = defineJob('certificates.upkeep', Type.Object({}));

/** Whole days until `notAfter`, rounded down; negative once it has passed. */
export function daysLeft(notAfter: Temporal.Instant, now: Temporal.Instant): number {
  return Math.floor((notAfter.epochMilliseconds - now.epochMilliseconds) / DAY_MS);
}

/** The alarm that is due with so many days left: the smallest threshold reached, `ENDED`, or none. */
export function dueAlarm(days: number): number | undefined {
  if (days < 0) return ENDED;
  return ALARM_DAYS.findLast((threshold) => days <= threshold);
}

function severityOf(alarm: number): 'notice' | 'warning' | 'alarm' {
  if (alarm <= 7) return 'alarm';
  return alarm <= 30 ? 'warning' : 'notice';
}

/** Raises the alarms that are due, over all contractors; each once, whichever copy of the server runs this. */
export async function raiseExpiryAlarms(deps: { readonly db: Db; readonly clock: Clock }): Promise<void> {
  const now = deps.clock.now();
  const horizon = now.add({ milliseconds: (ALARM_DAYS[0] + 1) * DAY_MS });
  const ending = await deps.db.jobs((tx) => listEnding(tx, horizon));
  for (const { contractor_id, push_certificate_id } of ending) {
    await raise(deps, contractor_id, push_certificate_id, now);
  }
}

function raise(
  deps: { readonly db: Db },
  contractorId: ContractorId,
  id: Id<'PushCertificate'>,
  now: Temporal.Instant,
): Promise<void> {
  return deps.db.jobsFor(contractorId, async (tx) => {
    const row = await lockCurrent(tx, contractorId, id);
    if (!row?.not_after) return;
    const days = daysLeft(row.not_after, now);
    const alarm = dueAlarm(days);
    if (alarm === undefined || (row.alarmed_days !== null && row.alarmed_days <= alarm)) return;
    await recordEvent(tx, contractorId, {
      kind: alarm === ENDED ? 'push_certificate.expired' : 'push_certificate.expiring',
      severity: severityOf(alarm),
      dedupe: `${id}:${alarm}`,
      details: { topic: row.topic, notAfter: row.not_after.toString(), daysLeft: Math.max(days, 0), threshold: alarm },
      now,
    });
    await markAlarmed(tx, contractorId, id, alarm);
  });
}

/** Hourly although the thresholds are days: a server that is off at one hour of the day still tells in time. */
export function registerCertificateJobs(deps: { readonly db: Db; readonly clock: Clock }, jobs: Jobs): void {
  jobs.register(UPKEEP, async () => {
    await raiseExpiryAlarms(deps);
    await deps.db.jobs((tx) => forgetChallenges(tx, deps.clock.now()));
  });
  jobs.cron('23 * * * *', UPKEEP);
}
