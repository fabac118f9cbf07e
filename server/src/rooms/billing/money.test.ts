import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { creditTotals, ROUNDINGS, rateUnits, sumYen, type Taxed, taxOf, taxTotals } from './money.ts';

const TABLE = [
  { taxable: 14_250, rate: '10', down: 1425, half_up: 1425, up: 1425 },
  { taxable: 14_255, rate: '10', down: 1425, half_up: 1426, up: 1426 },
  { taxable: 14_254, rate: '10', down: 1425, half_up: 1425, up: 1426 },
  { taxable: 6_250, rate: '8', down: 500, half_up: 500, up: 500 },
  { taxable: 6_256, rate: '8', down: 500, half_up: 500, up: 501 },
  { taxable: 99, rate: '5', down: 4, half_up: 5, up: 5 },
  { taxable: 1_001, rate: '7.8', down: 78, half_up: 78, up: 79 },
  { taxable: -14_255, rate: '10', down: -1426, half_up: -1425, up: -1425 },
  { taxable: 0, rate: '10', down: 0, half_up: 0, up: 0 },
  {
    taxable: 9_007_199_254_740_991,
    rate: '10',
    down: 900_719_925_474_099,
    half_up: 900_719_925_474_099,
    up: 900_719_925_474_100,
  },
];
for (const { taxable, rate, ...by } of TABLE)
  for (const rounding of ROUNDINGS)
    test(`${rate} % of ${taxable}, ${rounding}`, () => assert.equal(taxOf(taxable, rate, rounding), by[rounding]));

for (const rate of ['', '10%', '100', '1.234', '-1', '１０', '1e1'])
  test(`"${rate}" is no rate`, () => assert.throws(() => rateUnits(rate), RangeError));

test('a sum beyond what is exact is refused', () => {
  assert.throws(() => sumYen([Number.MAX_SAFE_INTEGER, 1]), RangeError);
  assert.throws(() => taxOf(2 ** 53, '10', 'down'), RangeError);
});

const rounding = fc.constantFrom(...ROUNDINGS);
const line: fc.Arbitrary<Taxed> = fc.record({
  amount: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
  taxRate: fc.constantFrom('10', '8', '5'),
  taxCategory: fc.constantFrom('standard' as const, 'reduced' as const),
});
const lines = fc.array(line, { maxLength: 30 });

test('tax lies between floor and ceiling of the exact product', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.constantFrom('10', '8', '5', '7.8'), rounding, (taxable, rate, mode) => {
      const exact = BigInt(taxable) * BigInt(rateUnits(rate));
      const difference = BigInt(taxOf(taxable, rate, mode)) * 10_000n - exact;
      assert.ok(difference > -10_000n && difference < 10_000n);
    }),
  );
});

test('each rate and category is rounded once, whatever the order of the lines', () => {
  fc.assert(
    fc.property(lines, rounding, (all, mode) => {
      const totals = taxTotals(all, mode);
      assert.deepEqual(taxTotals([...all].reverse(), mode), totals);
      assert.equal(sumYen(totals.map((t) => t.taxable)), sumYen(all.map((l) => l.amount)));
      for (const total of totals) {
        const same = all.filter((l) => l.taxRate === total.taxRate && l.taxCategory === total.taxCategory);
        assert.equal(total.tax, taxOf(sumYen(same.map((l) => l.amount)), total.taxRate, mode));
      }
    }),
  );
});

test('credit notes give back the tax of an invoice to the yen, whatever the parts', () => {
  const parts = fc.array(fc.tuple(line, fc.nat(3)), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(parts, rounding, (all, mode) => {
      const invoice = taxTotals(
        all.map(([each]) => each),
        mode,
      );
      const before: Taxed[] = [];
      const given: number[] = [];
      for (const part of [0, 1, 2, 3]) {
        const credited = all.filter(([, at]) => at === part).map(([each]) => each);
        for (const total of creditTotals(invoice, before, credited, mode)) {
          const exact = BigInt(total.taxable) * BigInt(rateUnits(total.taxRate));
          const off = BigInt(total.tax) * 10_000n - exact;
          assert.ok(off > -10_000n && off < 10_000n, 'each credit note is rounded to a neighbouring yen');
          given.push(total.tax);
        }
        before.push(...credited);
      }
      assert.equal(sumYen([...given, ...invoice.map((t) => t.tax)]), 0);
    }),
  );
});
