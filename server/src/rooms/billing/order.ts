import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import * as store from './closing-store.ts';
import { compareMonths, dayOf, isOver, type Month } from './days.ts';
import type { BillingDeps } from './deps.ts';
import { draftAll, frameOf } from './draft.ts';
import { currentSettings } from './settings-store.ts';

export type ClosingList = { readonly closings: readonly store.ClosingRecord[]; readonly next: Month | undefined };

/** All months that were begun, and the one to close next: undefined while nothing was ever owed. */
export async function closingsAndNext(deps: BillingDeps): Promise<ClosingList> {
  const closings = await deps.db.asProvider((tx) => store.listClosings(tx));
  return { closings, next: await nextMonth(deps, closings) };
}

async function nextMonth(deps: BillingDeps, closings: readonly store.ClosingRecord[]): Promise<Month | undefined> {
  const last = lastClosed(closings);
  if (last !== undefined) return last.add({ months: 1 });
  const { settings } = await deps.db.asProvider((tx) => currentSettings(tx));
  if (settings.firstMonth !== undefined) return Temporal.PlainYearMonth.from(settings.firstMonth);
  return deps.db.jobs((tx) => oldestChargedMonth(deps, tx));
}

/** The newest month whose closing was approved. */
export function lastClosed(closings: readonly store.ClosingRecord[]): Month | undefined {
  return closings.findLast(({ state }) => state === 'approved' || state === 'issuing')?.month;
}

/** Looks at all contracts, so only until the first month is closed. */
async function oldestChargedMonth(deps: BillingDeps, tx: Tx): Promise<Month | undefined> {
  const { settings } = await currentSettings(tx);
  const frame = await frameOf(deps, tx, dayOf(deps.clock.now()).toPlainYearMonth(), settings);
  let oldest: string | undefined;
  for await (const rows of draftAll(deps, tx, frame))
    for (const { lines } of rows)
      for (const { month } of lines) if (oldest === undefined || month < oldest) oldest = month;
  return oldest === undefined ? undefined : Temporal.PlainYearMonth.from(oldest);
}

/** Throws `conflict` unless the month is over and is the next to be closed: months close in order, each once. */
export async function requireNext(deps: BillingDeps, month: Month): Promise<void> {
  const { closings, next } = await closingsAndNext(deps);
  const last = lastClosed(closings);
  if (last !== undefined && compareMonths(month, last) <= 0) throw alreadyClosed(month);
  if (next === undefined) throw new DomainError('conflict', 'nothing is owed yet', { reason: 'billing.nothing_owed' });
  if (compareMonths(month, next) !== 0)
    throw new DomainError('conflict', 'months are closed in order', {
      reason: 'billing.out_of_order',
      params: { month: month.toString(), next: next.toString() },
    });
  requireOver(deps, month);
}

export function requireOver(deps: BillingDeps, month: Month): void {
  if (isOver(month, dayOf(deps.clock.now()))) return;
  throw new DomainError('conflict', 'a month is closed once it is over', {
    reason: 'billing.month_not_over',
    params: { month: month.toString() },
  });
}

export function alreadyClosed(month: Month): DomainError {
  return new DomainError('conflict', 'the month is closed', {
    reason: 'billing.already_closed',
    params: { month: month.toString() },
  });
}
