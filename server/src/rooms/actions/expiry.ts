import { Type } from 'typebox';
import { defineJob, type Jobs } from '../../base/jobs.ts';
import type { AskDeps } from './ask.ts';
import { lapseBatches } from './batch-follow-up.ts';
import { lapseChanges } from './decisions-store.ts';
import { expireDue } from './follow-up.ts';
import { forgetMinutes } from './safety-store.ts';

const expireJob = defineJob('actions.expire', Type.Object({}));

/** Every minute: what its device, or a second person, did not come to in time. */
export function registerExpiry(deps: AskDeps, jobs: Jobs): void {
  jobs.register(expireJob, async (_, context) => {
    await expireDue(deps, context);
    await lapseBatches(deps, context);
    const now = deps.clock.now();
    await deps.db.jobs((tx) => lapseChanges(tx, now));
    await deps.db.jobs((tx) => forgetMinutes(tx, now));
  });
  jobs.cron('* * * * *', expireJob);
}
