import type { Line } from './model.ts';

/** A line that an issued invoice carries and no credit note has taken back. */
export type Billed = {
  readonly charge: string;
  /** How often the charge has been billed before, each time credited again. */
  readonly times: number;
  readonly invoiceId: string;
  /** Its place in the invoice, from 0. */
  readonly place: number;
  readonly quantity: number;
  readonly unitAmount: number;
  readonly taxRate: string;
  readonly taxCategory: string;
};

/** What is owed, as far as it decides whether it is billed: a line, or a charge that becomes one. */
export type Owed = Pick<Line, 'charge' | 'quantity' | 'unitAmount' | 'amount' | 'taxRate' | 'taxCategory'>;

export type ToCredit<O> = { readonly billed: Billed; readonly now: O | undefined };
export type Reconciled<O> = {
  readonly bill: readonly O[];
  readonly credit: readonly ToCredit<O>[];
};

/**
 * What is to be billed and credited so that all that was billed is what is owed: charges not billed yet become lines;
 * billed ones that no longer hold, or hold otherwise, are credited whole, and billed anew as they are. Doing it again
 * afterwards finds nothing. A reduction waits for a month in which there is enough to reduce.
 */
export function reconcile<O extends Owed>(owed: readonly O[], billed: readonly Billed[]): Reconciled<O> {
  const now = new Map(owed.map((line) => [line.charge, line]));
  const then = new Map(billed.map((each) => [each.charge, each]));
  const credit = billed.flatMap((each): ToCredit<O>[] => {
    const line = now.get(each.charge);
    if (line !== undefined && isSame(line, each)) return [];
    return [{ billed: each, now: line }];
  });
  const bill = owed.filter((line) => {
    const before = then.get(line.charge);
    return line.amount !== 0 && (before === undefined || !isSame(line, before));
  });
  return { bill: withoutExcess(bill), credit };
}

function isSame(line: Owed, billed: Billed): boolean {
  return (
    line.quantity === billed.quantity &&
    line.unitAmount === billed.unitAmount &&
    line.taxRate === billed.taxRate &&
    line.taxCategory === billed.taxCategory
  );
}

/** Reductions are adjustments; each is taken only while its rate's total stays at zero or above. */
function withoutExcess<O extends Owed>(lines: readonly O[]): readonly O[] {
  if (lines.every(({ amount }) => amount > 0)) return lines;
  const left = new Map<string, number>();
  const rate = ({ taxCategory, taxRate }: O) => `${taxCategory} ${taxRate}`;
  for (const line of lines) if (line.amount > 0) left.set(rate(line), (left.get(rate(line)) ?? 0) + line.amount);
  return lines.filter((line) => {
    if (line.amount > 0) return true;
    const rest = (left.get(rate(line)) ?? 0) + line.amount;
    if (rest < 0) return false;
    left.set(rate(line), rest);
    return true;
  });
}

const FEES = ['monthly', 'initial', 'one_time', 'adjustment'];

/** The order of lines on an invoice: by contract, month, fee, and what it is for; adjustments last. */
export function byPlace(a: Line, b: Line): number {
  return (
    compare(a.contractNumber ?? '\uffff', b.contractNumber ?? '\uffff') ||
    compare(a.month, b.month) ||
    FEES.indexOf(a.fee) - FEES.indexOf(b.fee) ||
    Number(b.subject === 'service') - Number(a.subject === 'service') ||
    compare(a.key, b.key)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
