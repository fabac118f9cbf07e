import type { TaxTotal } from '@tsukasa/api';

/** How a tax that is no whole yen becomes one. */
export const ROUNDINGS = ['down', 'half_up', 'up'] as const;
export type Rounding = (typeof ROUNDINGS)[number];
export type TaxCategory = TaxTotal['taxCategory'];

/** Whatever is taxed: whole yen without tax, the rate in percent (`10`, `8`, `7.8`). */
export type Taxed = { readonly amount: number; readonly taxRate: string; readonly taxCategory: TaxCategory };

/** Hundredths of a percent in the whole. */
const UNITS = 10_000n;

/** Hundredths of a percent: `10` is 1000. Throws `RangeError` on anything else than up to two digits and two decimals. */
export function rateUnits(rate: string): number {
  const match = /^(\d{1,2})(?:\.(\d{1,2}))?$/.exec(rate);
  if (!match) throw new RangeError('a tax rate is not a percentage with at most two decimals');
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

/** The sum in yen. Throws `RangeError` beyond 2^53 instead of losing a yen. */
export function sumYen(amounts: Iterable<number>): number {
  let sum = 0;
  for (const amount of amounts) {
    sum += amount;
    if (!Number.isSafeInteger(sum)) throw new RangeError('a sum of yen is no safe integer');
  }
  return sum;
}

/**
 * Consumption tax on a total of one rate, rounded once (as qualified invoices require), in integers only. `down` is towards
 * minus infinity and `up` the other way, also below zero: only then do differences of two taxes stay within a yen of the
 * exact one, which is what credit notes are made of.
 */
export function taxOf(taxable: number, rate: string, rounding: Rounding): number {
  if (!Number.isSafeInteger(taxable)) throw new RangeError('a taxable amount is no safe integer');
  const product = BigInt(taxable) * BigInt(rateUnits(rate));
  const rest = ((product % UNITS) + UNITS) % UNITS;
  const up = rounding === 'up' ? rest > 0n : rounding === 'half_up' && rest * 2n >= UNITS;
  return Number((product - rest) / UNITS + (up ? 1n : 0n));
}

/** Totals by rate and category, standard before reduced, higher rates first; one rounding for each. */
export function taxTotals(lines: readonly Taxed[], rounding: Rounding): TaxTotal[] {
  return taxableTotals(lines).map((total) => ({ ...total, tax: taxOf(total.taxable, total.taxRate, rounding) }));
}

type TaxableTotal = Omit<TaxTotal, 'tax'>;

function taxableTotals(lines: readonly Taxed[]): TaxableTotal[] {
  const groups = Map.groupBy(lines, ({ taxCategory, taxRate }) => `${taxCategory} ${rateUnits(taxRate)}`);
  const totals = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { taxRate, taxCategory } = first;
    return [{ taxRate, taxCategory, taxable: sumYen(group.map(({ amount }) => amount)) }];
  });
  const order = (total: TaxableTotal) => (total.taxCategory === 'standard' ? 0 : 1);
  return totals.sort((a, b) => order(a) - order(b) || rateUnits(b.taxRate) - rateUnits(a.taxRate));
}

/**
 * Totals of a credit note over `credited` lines of an invoice (their amounts as billed), of which `before` had been
 * credited earlier. The tax given back is what the invoice's tax falls by, so that all credit notes of an invoice together
 * give back its tax to the yen, and never more. Amounts are negative.
 */
export function creditTotals(
  original: readonly TaxTotal[],
  before: readonly Taxed[],
  credited: readonly Taxed[],
  rounding: Rounding,
): TaxTotal[] {
  const earlier = taxableTotals(before);
  return taxableTotals(credited).map((total) => {
    const { taxRate, taxCategory, taxable } = total;
    const same = (other: TaxableTotal) => other.taxRate === taxRate && other.taxCategory === taxCategory;
    const left = (original.find(same)?.taxable ?? 0) - (earlier.find(same)?.taxable ?? 0);
    const tax = taxOf(left - taxable, taxRate, rounding) - taxOf(left, taxRate, rounding);
    return { taxRate, taxCategory, taxable: 0 - taxable, tax };
  });
}
