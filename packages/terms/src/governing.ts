import { TermsError } from './errors.ts';
import { effectiveFacts } from './history.ts';
import { type Book, type History, type ItemId, type KindId, type Reason, type Revision, SERVICE } from './model.ts';
import { revisionFor } from './revisions.ts';
import { readFacts, stateOf } from './state.ts';

export type Governing = {
  readonly item: ItemId;
  readonly kind?: KindId;
  readonly revision: Revision;
  readonly inForce: boolean;
  readonly because: readonly Reason[];
};

/**
 * Which item and kind a contract has on a day, which version of the terms governs it, and whether it is in force
 * (Sup. 2011-10-01 (2), Sup. 2016-04-01 (2), (3); H1 to H3). Throws `history.not_applied`.
 */
export function governing(book: Book, history: History, day: Temporal.PlainDate): Governing {
  const reading = readFacts(book, effectiveFacts(history), day);
  if (reading === undefined) throw new TermsError('history.not_applied', { on: String(day) });
  const { item, kind, inForce, because } = stateOf(reading, day);
  const { revision } = revisionFor(book, reading.course, SERVICE, day);
  return { item, ...(kind !== undefined && { kind }), revision, inForce, because };
}
