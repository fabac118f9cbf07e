import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainError } from '../../base/errors.ts';
import { dueDay, isOver } from './days.ts';
import { type BillingSettings, checkSettings, DEFAULT_SETTINGS, rateOn, roundingOf } from './settings.ts';

const day = (text: string) => Temporal.PlainDate.from(text);
const month = (text: string) => Temporal.PlainYearMonth.from(text);

for (const { on, category, rate } of [
  { on: '2011-05-01', category: 'standard', rate: '5' },
  { on: '2014-03-31', category: 'standard', rate: '5' },
  { on: '2014-04-01', category: 'standard', rate: '8' },
  { on: '2019-09-30', category: 'standard', rate: '8' },
  { on: '2019-10-01', category: 'standard', rate: '10' },
  { on: '2019-10-01', category: 'reduced', rate: '8' },
] as const)
  test(`${category} rate on ${on} is ${rate} %`, () => assert.equal(rateOn(DEFAULT_SETTINGS, category, day(on)), rate));

test('no rate for the day is said, not guessed', () => {
  for (const [category, on] of [
    ['standard', '1997-03-31'],
    ['reduced', '2019-09-30'],
  ] as const)
    assert.throws(() => rateOn(DEFAULT_SETTINGS, category, day(on)), { reason: 'billing.no_tax_rate' });
});

test('rounding is that of the last day of the month', () => {
  const settings: BillingSettings = {
    ...DEFAULT_SETTINGS,
    rounding: [
      { from: '2026-04-30', mode: 'up' },
      { from: '1997-04-01', mode: 'down' },
    ],
  };
  assert.equal(roundingOf(settings, month('2026-03')), 'down');
  assert.equal(roundingOf(settings, month('2026-04')), 'up');
});

for (const { issued, months, due } of [
  { issued: '2026-11-02', months: 0, due: '2026-11-30' },
  { issued: '2026-11-02', months: 1, due: '2026-12-31' },
  { issued: '2027-01-31', months: 1, due: '2027-02-28' },
])
  test(`issued ${issued}, ${months} months later is ${due}`, () =>
    assert.equal(dueDay(day(issued), months).toString(), due));

test('a month is over on the day after its last', () => {
  assert.equal(isOver(month('2026-10'), day('2026-10-31')), false);
  assert.equal(isOver(month('2026-10'), day('2026-11-01')), true);
});

const change = (over: Partial<BillingSettings>): BillingSettings => ({ ...DEFAULT_SETTINGS, ...over });
const rates = DEFAULT_SETTINGS.taxRates;

test('two rates of one kind from the same day contradict each other', () => {
  const wanted = change({ taxRates: [...rates, { from: '2019-10-01', category: 'standard', rate: '12' }] });
  assert.throws(
    () => checkSettings(wanted, DEFAULT_SETTINGS, undefined),
    (error) => {
      assert.ok(error instanceof DomainError);
      return error.reason === 'billing.settings_repeated' && error.errors[0]?.pointer === '/taxRates/4';
    },
  );
});

const closed = month('2026-10');
for (const { name, wanted } of [
  {
    name: 'another rate in the past',
    wanted: change({ taxRates: rates.map((r) => (r.rate === '10' ? { ...r, rate: '11' } : r)) }),
  },
  {
    name: 'a new rate within closed months',
    wanted: change({ taxRates: [...rates, { from: '2026-10-31', category: 'standard' as const, rate: '12' }] }),
  },
  { name: 'another rounding of the past', wanted: change({ rounding: [{ from: '1997-04-01', mode: 'up' as const }] }) },
  { name: 'another first month', wanted: change({ firstMonth: '2026-01' }) },
])
  test(`once a month is closed, refused: ${name}`, () => {
    checkSettings(wanted, DEFAULT_SETTINGS, undefined);
    assert.throws(() => checkSettings(wanted, DEFAULT_SETTINGS, closed), { reason: 'billing.settings_past' });
  });

test('what begins later, and the issuer, may change', () => {
  const later = { from: '2026-11-01', category: 'standard' as const, rate: '12' };
  const reordered = [later, ...[...rates].reverse()];
  checkSettings(change({ taxRates: reordered, dueMonths: 2, numberPrefix: 'A-' }), DEFAULT_SETTINGS, closed);
});
