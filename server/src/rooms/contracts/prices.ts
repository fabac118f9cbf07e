import type { PriceLine } from '@tsukasa/api';
import { type Book, charges, type Fact, type History, type Reason } from '@tsukasa/terms';
import { type Language, presentReasons } from './present.ts';

/**
 * The prices of what an application asks for, as its acceptance on `day` would make them due: the rules compute them from
 * the history with that acceptance in it. What must still be quoted has no amount.
 */
export function pricesOf(
  book: Book,
  history: History,
  application: string,
  day: Temporal.PlainDate,
  language: Language,
): PriceLine[] {
  const asked = history.find(
    (fact) => 'application' in fact && fact.application === application && fact.type !== 'quoted',
  );
  if (asked?.type !== 'applied') return [];
  const subjects = asked.requests.map(({ subject }) => subject);
  const startOn = latest(asked.on, day, asked.startOn);
  const month = startOn.toPlainYearMonth();
  const assumed = withAnswer(history, application, { startOn, day, subjects });
  const { charges: due, problems } = charges(book, assumed, { from: month, to: month });
  const known = due
    .filter((charge) => subjects.includes(charge.subject) && charge.fee !== 'one_time')
    .map(
      (charge): PriceLine => ({
        subject: charge.subject,
        fee: charge.fee === 'initial' ? 'initial' : 'monthly',
        os: charge.os ?? null,
        unitAmount: charge.unitAmount,
        per: charge.because.some(({ params }) => params?.['per'] === 'device') ? 'device' : 'contract',
        quantity: charge.quantity,
        amount: charge.amount,
        because: presentReasons(charge.because, language),
      }),
    );
  return [...known, ...problems.flatMap((problem) => openLine(problem, subjects, language))];
}

/** What the rules say of a price that nobody has shown yet. */
function openLine(problem: Reason, subjects: readonly string[], language: Language): readonly PriceLine[] {
  const { subject, fee } = problem.params ?? {};
  if (typeof subject !== 'string' || !subjects.includes(subject)) return [];
  const because = presentReasons([problem], language);
  const name = fee === 'initial' ? 'initial' : 'monthly';
  return [{ subject, fee: name, os: null, unitAmount: null, per: 'contract', quantity: 1, amount: null, because }];
}

type Answer = {
  readonly startOn: Temporal.PlainDate;
  readonly day: Temporal.PlainDate;
  readonly subjects: readonly string[];
};

/** The history as if the application were accepted on the day and billed from its start, unless it has been answered. */
function withAnswer(history: History, application: string, { startOn, day, subjects }: Answer): History {
  const answered = history.some((fact) => fact.type === 'accepted' && fact.application === application);
  const kept = history.filter(
    (fact) =>
      !('application' in fact && fact.application === application && ['refused', 'withdrawn'].includes(fact.type)),
  );
  const next = Math.max(0, ...history.map(({ seq }) => seq)) + 1;
  const assumed: Fact[] = [];
  if (!answered) {
    assumed.push({ seq: next, on: day, type: 'accepted', application, startOn });
    assumed.push({ seq: next + 1, on: startOn, type: 'activated', subjects });
  }
  const billed = history.some(
    (fact) => fact.type === 'billing_started' && subjects.every((s) => fact.subjects.includes(s)),
  );
  if (!answered || !billed) assumed.push({ seq: next + 2, on: startOn, type: 'billing_started', subjects });
  return [...kept, ...assumed];
}

function latest(...days: readonly (Temporal.PlainDate | undefined)[]): Temporal.PlainDate {
  const [first, ...rest] = days
    .filter((day) => day !== undefined)
    .sort(Temporal.PlainDate.compare)
    .reverse();
  if (first === undefined) throw new RangeError(`no day among ${rest.length}`);
  return first;
}
