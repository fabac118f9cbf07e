import { TermsError } from './errors.ts';
import type { Fact, FactBody, History } from './model.ts';

/** A fact as it is to be read now: corrections are applied, `seq` is that of the fact first recorded. */
export type EffectiveFact = { readonly seq: number; readonly on: Temporal.PlainDate } & FactBody;
type Correction = Extract<Fact, { type: 'corrected' }>;
type Reading = ({ readonly on: Temporal.PlainDate } & FactBody) | 'void';

/**
 * The history with its corrections applied, in the order of days and, on one day, of recording. Of several corrections of
 * one fact the last one holds. Correcting a correction replaces what it says; taking one back brings the older reading
 * back. The order of the array does not matter. Throws `history.corrects_unknown`, `history.same_seq`.
 */
export function effectiveFacts(history: History): readonly EffectiveFact[] {
  const bySeq = indexBySeq(history);
  const readings = readingsOf(history, bySeq);
  const facts: EffectiveFact[] = [];
  for (const fact of history) {
    if (fact.type === 'corrected') continue;
    const reading = readings.get(fact.seq);
    if (reading === 'void') continue;
    facts.push(reading === undefined ? fact : { ...reading, seq: fact.seq });
  }
  return facts.sort((a, b) => Temporal.PlainDate.compare(a.on, b.on) || a.seq - b.seq);
}

function indexBySeq(history: History): ReadonlyMap<number, Fact> {
  const bySeq = new Map<number, Fact>();
  for (const fact of history) {
    if (bySeq.has(fact.seq)) throw new TermsError('history.same_seq', { seq: fact.seq });
    bySeq.set(fact.seq, fact);
  }
  return bySeq;
}

/** Newest first, so that a correction's own corrections are known before it is applied. */
function readingsOf(history: History, bySeq: ReadonlyMap<number, Fact>): ReadonlyMap<number, Reading> {
  const readings = new Map<number, Reading>();
  const corrections = history.filter((fact): fact is Correction => fact.type === 'corrected');
  for (const correction of corrections.sort((a, b) => b.seq - a.seq)) {
    if (correction.corrects >= correction.seq || !bySeq.has(correction.corrects))
      throw new TermsError('history.corrects_unknown', { seq: correction.seq, corrects: correction.corrects });
    const own = readings.get(correction.seq);
    if (own === 'void' || readings.has(correction.corrects)) continue;
    readings.set(correction.corrects, own ?? correction.by ?? 'void');
  }
  return readings;
}

/** The facts that a day knows: what happened until then, and days set in advance (activation, billing start). */
export function knownOn(facts: readonly EffectiveFact[], day: Temporal.PlainDate): readonly EffectiveFact[] {
  return facts.filter(
    (fact) =>
      Temporal.PlainDate.compare(fact.on, day) <= 0 || fact.type === 'activated' || fact.type === 'billing_started',
  );
}
