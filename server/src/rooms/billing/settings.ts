import type { BillingSettings } from '@tsukasa/api';
import { DomainError, type FieldError } from '../../base/errors.ts';
import { type Day, lastDay, type Month } from './days.ts';
import { type Rounding, rateUnits, type TaxCategory } from './money.ts';

export type { BillingSettings } from '@tsukasa/api';

/**
 * Until the provider sets its own. The rates are those of the consumption tax since 1997; the reduced one exists since
 * 2019-10-01.
 */
export const DEFAULT_SETTINGS: BillingSettings = {
  issuer: {
    name: '',
    postalCode: '',
    address: '',
    phone: '',
    email: '',
    registrationNumber: '',
    bankAccount: '',
    peppolId: '',
  },
  numberPrefix: '',
  dueMonths: 1,
  taxRates: [
    { from: '1997-04-01', category: 'standard', rate: '5' },
    { from: '2014-04-01', category: 'standard', rate: '8' },
    { from: '2019-10-01', category: 'standard', rate: '10' },
    { from: '2019-10-01', category: 'reduced', rate: '8' },
  ],
  rounding: [{ from: '1997-04-01', mode: 'down' }],
};

/** What holds on a day: the newest of those that began until then. Days are ISO texts, which sort as they are. */
function inEffect<T extends { readonly from: string }>(entries: readonly T[], day: Day): T | undefined {
  const on = day.toString();
  return entries
    .filter(({ from }) => from <= on)
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
    .at(-1);
}

/** The rate in percent on the tax point. Throws `precondition_failed` (`billing.no_tax_rate`). */
export function rateOn(settings: BillingSettings, category: TaxCategory, day: Day): string {
  const found = inEffect(
    settings.taxRates.filter((entry) => entry.category === category),
    day,
  );
  if (found) return found.rate;
  throw new DomainError('precondition_failed', 'no tax rate is set for a day', {
    reason: 'billing.no_tax_rate',
    params: { day: day.toString(), category },
  });
}

/** How tax is rounded on invoices of a month: as on its last day. */
export function roundingOf(settings: BillingSettings, month: Month): Rounding {
  return inEffect(settings.rounding, lastDay(month))?.mode ?? 'down';
}

/** Throws `invalid` with the wrong places, or `conflict` when the past of closed months would change. */
export function checkSettings(wanted: BillingSettings, before: BillingSettings, closed: Month | undefined): void {
  const errors = [
    ...repeated(wanted.taxRates, '/taxRates', (entry) => entry.category),
    ...repeated(wanted.rounding, '/rounding', () => ''),
  ];
  if (errors.length > 0)
    throw new DomainError('invalid', 'the billing settings contradict themselves', {
      reason: 'billing.settings_repeated',
      errors,
    });
  if (closed === undefined) return;
  const until = lastDay(closed).toString();
  const past = (settings: BillingSettings) =>
    JSON.stringify([
      settings.taxRates
        .filter(({ from }) => from <= until)
        .map((e) => `${e.from} ${e.category} ${rateUnits(e.rate)}`)
        .sort(),
      settings.rounding
        .filter(({ from }) => from <= until)
        .map((e) => `${e.from} ${e.mode}`)
        .sort(),
      settings.firstMonth ?? null,
    ]);
  if (past(wanted) !== past(before))
    throw new DomainError('conflict', 'rates, rounding and first month of closed months stay', {
      reason: 'billing.settings_past',
      params: { month: closed.toString() },
    });
}

function repeated<T extends { readonly from: string }>(
  entries: readonly T[],
  pointer: string,
  what: (entry: T) => string,
): FieldError[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, index) => {
    const key = `${entry.from} ${what(entry)}`;
    const again = seen.has(key);
    seen.add(key);
    return again ? [{ pointer: `${pointer}/${index}`, detail: 'another entry begins on the same day' }] : [];
  });
}
