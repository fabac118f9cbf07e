import type { contractRoutes, EntitledFunction, Route, termsRoutes } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import type { Handlers, RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { addJob, type Jobs } from '../../base/jobs.ts';
import { admitAfterEnd } from './after-end.ts';
import { BookKeeper } from './book.ts';
import { DAILY, registerDaily } from './daily.ts';
import type { ContractsDeps } from './deps.ts';
import { EntitlementDesk } from './entitlement.ts';
import { contractHandlers, termsHandlers } from './routes.ts';
import { checkSupport, type EnrollingDevice, type OutOfSupport } from './support.ts';
import type { InvoiceCheck } from './verify.ts';

export interface Contracts {
  readonly handlers: Handlers<typeof termsRoutes & typeof contractRoutes>;
  /** Throws `precondition_failed` (`entitlement.<function>`), naming the clause and what to do, unless today's contracts allow it. */
  require(tx: Tx, contractorId: ContractorId, what: EntitledFunction, now: Temporal.Instant): Promise<void>;
  /** What of a device is out of support today (Art. 1, 3). */
  check(tx: Tx, device: EnrollingDevice, now: Temporal.Instant): Promise<readonly OutOfSupport[]>;
  /** For each authorized request: throws `precondition_failed` for what an ended contract leaves no right to. */
  admit(route: Pick<Route, 'access'>, context: RequestContext): Promise<void>;
  /** The provider's book as `tx` sees it. */
  readonly books: BookKeeper;
  readonly desk: EntitlementDesk;
  /** The daily look at ends. Before the jobs start. */
  registerJobs(jobs: Jobs): void;
  /** Once at start: a server that stood still at midnight catches up. */
  started(): Promise<void>;
}

/** Builds the room. `checkInvoices` is what a room below adds to the verification. */
export function createContracts(given: ContractsDeps & { readonly checkInvoices: InvoiceCheck }): Contracts {
  const books = new BookKeeper(() => given.clock.now());
  const ledger = { ...given, books };
  const desk = new EntitlementDesk(ledger);
  const deps = { ...ledger, desk };
  return {
    handlers: { ...termsHandlers(deps), ...contractHandlers(deps) },
    require: (tx, contractorId, what, now) => desk.require(tx, contractorId, what, now),
    check: (tx, device, now) => checkSupport(books, tx, device, now),
    admit: admitAfterEnd(deps, desk),
    books,
    desk,
    registerJobs: (jobs) => registerDaily(deps, jobs),
    started: () => given.db.jobs((tx) => addJob(tx, DAILY, {}, { key: 'contracts.daily' })),
  };
}
