import type { billingRoutes } from '@tsukasa/api';
import type { Handlers } from '../../base/http/context.ts';
import type { Jobs } from '../../base/jobs.ts';
import { issueAll } from './approve.ts';
import type { BillingDeps } from './deps.ts';
import { ISSUE } from './issue.ts';
import { billingHandlers } from './routes.ts';

export interface Billing {
  readonly handlers: Handlers<typeof billingRoutes>;
  /** Goes on issuing what an approval numbered. Before the jobs start. */
  registerJobs(jobs: Jobs): void;
}

/** Builds the room. */
export function createBilling(deps: BillingDeps): Billing {
  return {
    handlers: billingHandlers(deps),
    registerJobs: (jobs) =>
      jobs.register(ISSUE, async ({ month }) => {
        await issueAll(deps, Temporal.PlainYearMonth.from(month));
      }),
  };
}
