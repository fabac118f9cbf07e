import { compareMonths, monthOf } from './days.ts';
import type { Life, Quote } from './lives.ts';
import { type FeeRule, type KindId, type QuoteLine, type Reason, SERVICE, type Subject } from './model.ts';
import { identityOn, revisionFor } from './revisions.ts';
import type { Reading } from './state.ts';
import { because } from './words.ts';

/** A unit price that applies, with where it comes from. */
export type PricedLine = Pick<QuoteLine, 'amount' | 'per' | 'os' | 'deviceCount'> & {
  readonly because: readonly Reason[];
};
export type Prices = { readonly lines: readonly PricedLine[]; readonly problem?: Reason };
export type PricedFee = 'initial' | 'monthly';

/** Where Schedule 1 speaks of a fee. */
export function feeClause(fee: PricedFee, subject: Subject): string {
  return `sch-1-${fee === 'initial' ? 1 : 2}-${subject === SERVICE ? 1 : 2}`;
}

/** The rule of Schedule 1 for a subject under a kind: one that names the kind before one that does not. */
export function feeRule(fees: readonly FeeRule[], subject: Subject, kind: KindId | undefined): FeeRule | undefined {
  const rules = fees.filter((rule) => rule.subject === subject);
  return rules.find((rule) => rule.kind === kind) ?? rules.find((rule) => rule.kind === undefined);
}

/** The prices of a run on a day: fixed by Schedule 1, or as shown to the contractor. */
export function pricesFor(reading: Reading, life: Life, fee: PricedFee, day: Temporal.PlainDate): Prices {
  const { kind } = identityOn(reading.course, day);
  const { revision } = revisionFor(reading.book, reading.course, life.subject, day);
  const price = feeRule(revision.rules.fees, life.subject, kind)?.[fee];
  const clause = feeClause(fee, life.subject);
  const params = { subject: life.subject, fee };
  if (price === undefined)
    return {
      lines: [],
      problem: because('price.not_in_schedule', clause, { ...params, effectiveOn: String(revision.effectiveOn) }),
    };
  if (price.type === 'fixed') {
    const fixed = because('price.fixed', clause, { ...params, unitAmount: price.amount, per: price.per });
    return { lines: [{ amount: price.amount, per: price.per, because: [fixed] }] };
  }
  const lines = quotedLines(reading.lives.quotes, life, fee, day);
  if (lines.length > 0) return { lines };
  return {
    lines: [],
    problem: because('price.not_quoted', clause, { ...params, month: String(monthOf(day)) }, life.acceptedSeq),
  };
}

/**
 * Of the prices shown for the subject, those that apply: of the application, or later ones of the running contract from
 * their month on. The newest statement about a subject replaces all older lines of that fee.
 */
function quotedLines(
  quotes: readonly Quote[],
  life: Life,
  fee: PricedFee,
  day: Temporal.PlainDate,
): readonly PricedLine[] {
  const month = monthOf(day);
  let best: { readonly quote: Quote; readonly lines: readonly QuoteLine[] } | undefined;
  for (const quote of quotes) {
    const ofApplication = quote.from === undefined && quote.application === life.application;
    const ofMonth = fee === 'monthly' && quote.from !== undefined && compareMonths(quote.from, month) <= 0;
    const lines = quote.lines.filter((line) => line.subject === life.subject && line.fee === fee);
    if (lines.length === 0 || !(ofApplication || ofMonth)) continue;
    if (best === undefined || !isOlder(quote, best.quote, life)) best = { quote, lines };
  }
  const { quote, lines } = best ?? { lines: [] };
  return lines.map((line) => ({
    ...line,
    because: [
      because(
        'price.quoted',
        feeClause(fee, life.subject),
        {
          subject: life.subject,
          fee,
          unitAmount: line.amount,
          per: line.per,
          quotedOn: String(quote?.on),
        },
        quote?.seq,
      ),
    ],
  }));
}

/** Prices from a later month rank above earlier ones (those of the application hold from its acceptance); then the later statement. */
function isOlder(a: Quote, b: Quote, life: Life): boolean {
  const since = ({ from, on }: Quote) => from ?? monthOf(life.acceptedOn ?? on);
  return (compareMonths(since(a), since(b)) || Temporal.PlainDate.compare(a.on, b.on) || a.seq - b.seq) < 0;
}
