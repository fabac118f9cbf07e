import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { differences, NOTHING, netOf } from './differences.ts';
import type { Line } from './model.ts';
import { sumYen } from './money.ts';
import { type Billed, reconcile } from './reconcile.ts';

const MONTHS = ['2026-08', '2026-09', '2026-10'];

function line(over: Partial<Line> & { charge: string }): Line {
  const quantity = over.quantity ?? 1;
  const unitAmount = over.unitAmount ?? 1000;
  return {
    contractId: 'c',
    contractNumber: 'TK-1',
    key: over.charge,
    month: '2026-10',
    subject: 'service',
    fee: 'monthly',
    os: null,
    description: { ja: '月額', en: 'monthly' },
    dueOn: '2026-10-01',
    taxRate: '10',
    taxCategory: 'standard',
    because: [],
    ...over,
    quantity,
    unitAmount,
    amount: quantity * unitAmount,
  };
}

const owed = fc
  .uniqueArray(
    fc.record({
      charge: fc.nat(12).map(String),
      quantity: fc.integer({ min: 0, max: 50 }),
      unitAmount: fc.nat(5000),
      month: fc.constantFrom(...MONTHS),
      fee: fc.constantFrom('monthly' as const, 'initial' as const, 'one_time' as const),
      taxRate: fc.constantFrom('10', '8'),
    }),
    { selector: ({ charge }) => charge, maxLength: 12 },
  )
  .map((all) => all.map(line));

/** Bills what is to be billed and takes back what is to be credited, as issuing does. */
function settle(billed: readonly Billed[], lines: readonly Line[]): Billed[] {
  const { bill, credit } = reconcile(lines, billed);
  const kept = billed.filter((each) => !credit.some((taken) => taken.billed === each));
  const open = new Set(kept.map(({ charge }) => charge));
  for (const each of bill) assert.ok(!open.has(each.charge), 'a charge is never billed while it is billed');
  const fresh = bill.map((each, place) => ({ ...each, times: 1, invoiceId: 'i', place }));
  return [...kept, ...fresh];
}

test('after a closing, what is billed is what is owed, whatever was owed before; once more finds nothing', () => {
  fc.assert(
    fc.property(fc.array(owed, { minLength: 1, maxLength: 5 }), (versions) => {
      let billed: Billed[] = [];
      for (const version of versions) {
        billed = settle(billed, version);
        const amounts = (all: readonly { quantity: number; unitAmount: number }[]) =>
          sumYen(all.map(({ quantity, unitAmount }) => quantity * unitAmount));
        assert.equal(amounts(billed), amounts(version));
        const again = reconcile(version, billed);
        assert.deepEqual([again.bill, again.credit], [[], []]);
      }
    }),
  );
});

test('a changed charge is credited whole and billed anew; one that is gone is only credited', () => {
  const before = [line({ charge: 'a', quantity: 40 }), line({ charge: 'b' }), line({ charge: 'c' })];
  const billed = settle([], before);
  const now = [line({ charge: 'a', quantity: 30 }), line({ charge: 'c' })];
  const { bill, credit } = reconcile(now, billed);
  assert.deepEqual(
    bill.map(({ charge, amount }) => [charge, amount]),
    [['a', 30_000]],
  );
  assert.deepEqual(
    credit.map(({ billed, now }) => [billed.charge, billed.quantity, now?.quantity]),
    [
      ['a', 40, 30],
      ['b', 1, undefined],
    ],
  );
});

test('another tax rate is another line', () => {
  const billed = settle([], [line({ charge: 'a', taxRate: '8' })]);
  const { bill, credit } = reconcile([line({ charge: 'a', taxRate: '10' })], billed);
  assert.deepEqual([bill.length, credit.length], [1, 1]);
});

test('a reduction waits until its rate has enough to reduce', () => {
  const reduce = (charge: string, amount: number, taxRate = '10') =>
    line({ charge, fee: 'adjustment', quantity: -1, unitAmount: amount, taxRate });
  const charges = [line({ charge: 'm', unitAmount: 1000 }), reduce('x', 700), reduce('y', 400), reduce('z', 300)];
  assert.deepEqual(
    reconcile(charges, []).bill.map(({ charge }) => charge),
    ['m', 'x', 'z'],
  );
  assert.deepEqual(reconcile([line({ charge: 'm' }), reduce('w', 1, '8')], []).bill.length, 1);
});

test('differences add up to the difference of the nets', () => {
  const issued = (month: string) =>
    fc.tuple(owed, owed).map(([lines, credited]) => ({
      // Nothing later than the month itself is billed in it.
      lines: lines.map((each, index) => ({
        ...each,
        contractId: String(index),
        month: each.month > month ? month : each.month,
      })),
      credits: [{ lines: credited }],
    }));
  fc.assert(
    fc.property(issued('2026-10'), issued('2026-09'), (now, before) => {
      const found = differences('2026-10', now, before);
      assert.equal(sumYen(found.map(({ amount }) => amount)), netOf(now) - netOf(before));
    }),
  );
});

test('differences say what happened', () => {
  const before = {
    lines: [line({ charge: '1', month: '2026-09', quantity: 40, unitAmount: 150, subject: 'operation-proxy' })],
    credits: [],
  };
  const now = {
    lines: [
      line({ charge: '2', quantity: 55, unitAmount: 160, subject: 'operation-proxy' }),
      line({ charge: '3', fee: 'initial', unitAmount: 20_000, subject: 'operation-proxy' }),
      line({ charge: '4', month: '2026-09', unitAmount: 10 }),
    ],
    credits: [{ lines: [line({ charge: '5', month: '2026-08', unitAmount: 7 })] }],
  };
  const told = differences('2026-10', now, before).map(({ what, amount }) => [what, amount]);
  assert.deepEqual(told, [
    ['count', 2250],
    ['price', 550],
    ['initial', 20_000],
    ['correction', 10],
    ['correction', -7],
  ]);
  const ended = differences('2026-10', NOTHING, before);
  assert.deepEqual(
    ended.map(({ what, amount }) => [what, amount]),
    [['ended', -6000]],
  );
});
