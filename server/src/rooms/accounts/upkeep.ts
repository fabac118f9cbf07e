import { Type } from 'typebox';
import { type Tx, tables } from '../../base/db.ts';
import { defineJob, type Jobs } from '../../base/jobs.ts';
import type { AccountsDeps } from './deps.ts';
import type { AccountTables } from './tables.ts';

const FORGET = defineJob('accounts.forget_expired', Type.Object({}));

/** Once a day: what is past its time and looked for by nobody any more. */
export function registerUpkeep(deps: Pick<AccountsDeps, 'db' | 'clock'>, jobs: Jobs): void {
  jobs.register(FORGET, () => deps.db.unbound((tx) => forgetExpired(tx, deps.clock.now())));
  jobs.cron('41 3 * * *', FORGET);
}

/** Links stay for thirty days after their end, so that a late visitor is told what happened to them. */
const LINK_HOURS = 30 * 24;

/** Deletes ended sessions, unanswered challenges, old counts of guesses and old links. `tx` is bound to nothing. */
export async function forgetExpired(tx: Tx, now: Temporal.Instant): Promise<void> {
  const db = tables<AccountTables>(tx);
  await db.deleteFrom('auth.session').where('expiresAt', '<', now).execute();
  await db.deleteFrom('auth.verification').where('expiresAt', '<', now).execute();
  await db
    .deleteFrom('auth.attempts')
    .where('started_at', '<', now.subtract({ hours: 24 }))
    .execute();
  await db
    .deleteFrom('account_links')
    .where('expires_at', '<', now.subtract({ hours: LINK_HOURS }))
    .execute();
}
