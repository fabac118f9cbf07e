import { TermsError } from './errors.ts';
import type { EffectiveFact } from './history.ts';
import { type Life, runOn } from './lives.ts';
import type { Book, ClauseId, Reason } from './model.ts';
import type { Reading } from './state.ts';

/** The largest single amount that people type in, in yen; our choice. */
export const MAX_AMOUNT = 1_000_000_000;
/** The largest fee that one line of a quote can come to, in yen; our choice. Sums of many such stay exact. */
export const MAX_LINE = 100_000_000_000;

/** What a check looks at: the facts before the new one, corrections applied, and what the terms make of them. */
export type Before = {
  readonly book: Book;
  readonly facts: readonly EffectiveFact[];
  /** Of everything recorded so far; absent before the service was applied for. */
  readonly reading: Reading | undefined;
  readonly today: Temporal.PlainDate;
};
export type Checked<T extends EffectiveFact['type']> = Extract<EffectiveFact, { type: T }>;

/** Throws the first of the reasons, if there is one. */
export function refuseWith(reasons: readonly Reason[]): void {
  const [first] = reasons;
  if (first !== undefined) throw new TermsError(first.code as TermsError['code'], first.params, first.clause);
}

/** The reading, for facts that only a contract applied for can have. */
export function applied(before: Before, on: Temporal.PlainDate): Reading {
  if (before.reading === undefined) throw new TermsError('history.not_applied', { on: String(on) });
  return before.reading;
}

/** The run of a subject that is accepted on a day. Throws `subject.before_acceptance` or `subject.unknown`. */
export function acceptedRun(
  { lives }: Reading,
  subject: string,
  on: Temporal.PlainDate,
  early: { readonly code: TermsError['code']; readonly clause?: ClauseId },
): Life {
  const runs = [lives.service, ...lives.options];
  const run = runOn(runs, subject, on);
  if (run !== undefined) return run;
  const asked = runs.find((life) => life.subject === subject);
  if (asked === undefined) throw new TermsError('subject.unknown', { subject });
  const acceptedOn = asked.acceptedOn === undefined ? '' : String(asked.acceptedOn);
  if (acceptedOn === '') throw new TermsError('subject.not_accepted', { subject, on: String(on) }, early.clause);
  throw new TermsError(early.code, { subject, on: String(on), acceptedOn }, early.clause);
}
