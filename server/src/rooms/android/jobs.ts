import { Type } from 'typebox';
import { defineJob, type Jobs } from '../../base/jobs.ts';
import type { Parts } from './deps.ts';
import { lookAfter } from './look-after.ts';
import { forgetMessages } from './message-store.ts';
import { reconcileDue } from './reconcile.ts';

export const reconcileJob = defineJob('android.reconcile', Type.Object({}));
const lookAfterJob = defineJob('android.look_after', Type.Object({}));
const upkeepJob = defineJob('android.upkeep', Type.Object({}));

/** Pub/Sub keeps a message 31 days at the most: after that no duplicate can come. */
const KEPT_DAYS = 32;

/** Comparisons, and looking after devices that have not reported, when they are due, every minute; forgetting, every night. */
export function registerAndroidJobs(parts: Parts, jobs: Jobs): void {
  const { db, clock } = parts;
  jobs.register(reconcileJob, (_, { signal }) => reconcileDue(parts, signal));
  jobs.cron('* * * * *', reconcileJob);
  jobs.register(lookAfterJob, (_, { signal }) => lookAfter(parts, signal));
  jobs.cron('* * * * *', lookAfterJob);
  jobs.register(upkeepJob, () => db.jobs((tx) => forgetMessages(tx, clock.now().subtract({ hours: 24 * KEPT_DAYS }))));
  jobs.cron('41 17 * * *', upkeepJob);
}
