import { setTimeout as sleep } from 'node:timers/promises';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { addJob } from '../../base/jobs.ts';
import type { Author } from './closing.ts';
import { recordClosing } from './closing.ts';
import * as store from './closing-store.ts';
import { type Day, dayOf, lastDay, type Month } from './days.ts';
import type { BillingDeps } from './deps.ts';
import { ISSUE, issueBatch } from './issue.ts';
import { alreadyClosed, requireNext } from './order.ts';
import { currentSettings } from './settings-store.ts';

export type Approval = { readonly fingerprint: string; readonly issuedOn: Day | undefined };

/**
 * Approves the draft that the fingerprint names: every document gets its number in one transaction, and is then written,
 * batch by batch, by whoever is there: this call, and a job that goes on where a process ended. Answers when all are
 * written. Throws `conflict`: already closed, out of order, another draft, open problems; `precondition_failed` without
 * an issuer and its registration number; `invalid` for a day of issue that cannot be.
 */
export async function approveClosing(
  deps: BillingDeps,
  month: Month,
  approval: Approval,
  author: Author,
): Promise<store.ClosingRecord> {
  await beginIssuing(deps, month, approval, author);
  return issueAll(deps, month);
}

/** The first half: decides and gives the numbers. From its commit on the closing cannot be undone. */
export async function beginIssuing(deps: BillingDeps, month: Month, approval: Approval, author: Author): Promise<void> {
  const before = await deps.db.asProvider((tx) => store.findClosing(tx, month));
  if (before?.state !== 'issuing' && before?.state !== 'approved') await requireNext(deps, month);
  await deps.db.jobs(async (tx) => {
    const closing = await store.lockClosing(tx, month);
    await requireDraft(tx, closing, approval.fingerprint);
    const issuedOn = await dayOfIssue(deps, tx, month, approval.issuedOn);
    const numbered = await giveNumbers(tx, month, issuedOn);
    await store.startIssuing(tx, month, issuedOn, author.actor, deps.clock.now());
    const details = { fingerprint: approval.fingerprint, issuedOn: issuedOn.toString(), ...closing.sums, ...numbered };
    await recordClosing(deps, tx, 'closing.approved', month, author, details);
    await addJob(tx, ISSUE, { month: month.toString() }, { key: `billing.issue ${month.toString()}` });
  });
}

async function requireDraft(tx: Tx, closing: store.ClosingRecord, fingerprint: string): Promise<void> {
  const { month, state, sums } = closing;
  if (state === 'issuing' || state === 'approved') throw alreadyClosed(month);
  const { version, settings } = await currentSettings(tx);
  const refuse = (reason: string, message: string, params = {}) =>
    new DomainError('conflict', message, { reason, params: { month: month.toString(), ...params } });
  if (state === 'open') throw refuse('billing.no_draft', 'the month has no draft');
  if (closing.settingsVersion !== version)
    throw refuse('billing.draft_outdated', 'the settings changed after the draft');
  if (closing.fingerprint !== fingerprint) throw refuse('billing.other_draft', 'the draft is another one');
  if (sums.problems > 0) throw refuse('billing.problems', 'charges without a price', { problems: sums.problems });
  const { name, registrationNumber } = settings.issuer;
  if (name === '' || registrationNumber === '')
    throw new DomainError('precondition_failed', 'the issuer of qualified invoices is not set', {
      reason: 'billing.no_registration_number',
    });
}

/** Between the day after the month and today, and never before a document that was issued already. */
async function dayOfIssue(deps: BillingDeps, tx: Tx, month: Month, wanted: Day | undefined): Promise<Day> {
  const today = dayOf(deps.clock.now());
  const day = wanted ?? today;
  const last = (await store.listClosings(tx)).flatMap(({ issuedOn }) => issuedOn ?? []).at(-1);
  const isBefore = (other: Day) => Temporal.PlainDate.compare(day, other) < 0;
  if (
    !isBefore(lastDay(month).add({ days: 1 })) &&
    !(last && isBefore(last)) &&
    Temporal.PlainDate.compare(day, today) <= 0
  )
    return day;
  throw new DomainError('invalid', 'documents are not issued on that day', {
    reason: 'billing.issue_day',
    params: { day: day.toString(), month: month.toString() },
    errors: [{ pointer: '/issuedOn', detail: 'must lie between the end of the month and today, in order' }],
  });
}

type Numbered = { readonly invoices: number; readonly creditNotes: number };

async function giveNumbers(tx: Tx, month: Month, issuedOn: Day): Promise<Numbered> {
  const { settings } = await currentSettings(tx);
  const rows = await store.rowsToNumber(tx, month);
  const invoices = rows.filter(({ invoice }) => invoice).length;
  const creditNotes = rows.reduce((sum, { documents }) => sum + documents, 0) - invoices;
  const year = issuedOn.year;
  let invoice = await store.takeNumbers(tx, 'invoice', year, invoices);
  let note = await store.takeNumbers(tx, 'credit_note', year, creditNotes);
  const text = (kind: string, number: number) =>
    `${settings.numberPrefix}${kind}-${year}-${String(number).padStart(6, '0')}`;
  const numbers = rows.map(({ contractorId, documents, invoice: first }) => ({
    contractorId,
    numbers: Array.from({ length: documents }, (_, index) => {
      if (index === 0 && first) return text('INV', ++invoice);
      return text('CN', ++note);
    }),
  }));
  await store.putNumbers(tx, month, numbers);
  return { invoices, creditNotes };
}

/** Writes what is not written yet; others may do the same at the same time. Answers when nothing is left. */
export async function issueAll(deps: BillingDeps, month: Month): Promise<store.ClosingRecord> {
  for (;;) {
    const written = await issueBatch(deps, month);
    if (written > 0) continue;
    if (await deps.db.jobs((tx) => store.finishIssuing(tx, month))) break;
    await sleep(50); // the last rows are in somebody else's hands
  }
  const done = await deps.db.asProvider((tx) => store.findClosing(tx, month));
  if (done === undefined) throw new Error('a closing cannot be read back');
  return done;
}
