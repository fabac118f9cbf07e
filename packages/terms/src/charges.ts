import type { Ends } from './cancellation.ts';
import { countIn } from './counts.ts';
import { compareMonths, firstDay, isAfter, isBefore, later, monthOf, monthsBetween } from './days.ts';
import { TermsError } from './errors.ts';
import { effectiveFacts } from './history.ts';
import type { Life } from './lives.ts';
import { type Book, type Charge, type History, type Reason, SERVICE } from './model.ts';
import { type PricedLine, pricesFor } from './prices.ts';
import { type Reading, readFacts } from './state.ts';
import { because } from './words.ts';

export type MonthRange = { readonly from: Temporal.PlainYearMonth; readonly to: Temporal.PlainYearMonth };
export type ChargesAnswer = {
  /** In the order of months, then initial, monthly, one-time, then of subjects. */
  readonly charges: readonly Charge[];
  /** What is due but has no known price or number. */
  readonly problems: readonly Reason[];
};

/**
 * What a contract owes for a range of months, both included (Art. 11, Sch. 1; F1 to F5), as its whole history tells it.
 * Amounts are whole yen without tax. No month of a subject is charged twice, and a range split at any month adds up.
 * Throws `range.reversed`, `range.too_long`, `amount.too_large`.
 */
export function charges(book: Book, history: History, range: MonthRange): ChargesAnswer {
  const months = monthsBetween(range.from, range.to);
  const reading = readFacts(book, effectiveFacts(history));
  if (reading === undefined) return { charges: [], problems: [] };
  return chargesOf(reading, { ...range, months });
}

type Months = MonthRange & { readonly months: readonly Temporal.PlainYearMonth[] };
const within = (day: Temporal.PlainDate, range: MonthRange): boolean =>
  compareMonths(monthOf(day), range.from) >= 0 && compareMonths(monthOf(day), range.to) <= 0;

function chargesOf(reading: Reading, range: Months): ChargesAnswer {
  const { service, options } = reading.lives;
  const runs = [service, ...options].filter((life) => life.acceptedOn !== undefined);
  const found: Charge[] = [];
  const problems: Reason[] = [];
  for (const life of runs) initialCharges(reading, life, range, found, problems);
  monthlyCharges(reading, runs, range, found, problems);
  oneTimeCharges(reading, range, found);
  return { charges: found.sort(byMonthAndKey), problems };
}

const FEES: readonly Charge['fee'][] = ['initial', 'monthly', 'one_time'];

function byMonthAndKey(a: Charge, b: Charge): number {
  const bySubject = Number(b.subject === SERVICE) - Number(a.subject === SERVICE);
  return (
    compareMonths(a.month, b.month) ||
    FEES.indexOf(a.fee) - FEES.indexOf(b.fee) ||
    bySubject ||
    (a.key < b.key ? -1 : Number(a.key > b.key))
  );
}

/** Art. 11: the duty to pay the initial fee arises when the application is accepted. */
function initialCharges(reading: Reading, life: Life, range: Months, found: Charge[], problems: Reason[]): void {
  if (life.acceptedOn === undefined || !within(life.acceptedOn, range)) return;
  const due = because(
    'fee.initial_due',
    'art-11',
    { subject: life.subject, acceptedOn: String(life.acceptedOn) },
    life.acceptedSeq,
  );
  const prices = pricesFor(reading, life, 'initial', life.acceptedOn);
  if (prices.problem !== undefined) problems.push(prices.problem);
  for (const line of prices.lines) {
    const key = ['initial', life.subject, ...(line.os === undefined ? [] : [line.os]), life.application];
    const counted = quantityOf(reading, life, line, monthOf(life.acceptedOn));
    if ('problem' in counted) problems.push(counted.problem);
    else
      found.push(
        charge(line, counted.quantity, {
          month: monthOf(life.acceptedOn),
          subject: life.subject,
          fee: 'initial',
          dueOn: life.acceptedOn,
          key: keyOf(key),
          because: [due, ...line.because, ...counted.because],
        }),
      );
  }
}

/** Sch. 1-2: months in full, never prorated, from the billing start to the effective date of a cancellation. */
function monthlyCharges(
  reading: Reading,
  runs: readonly Life[],
  range: Months,
  found: Charge[],
  problems: Reason[],
): void {
  const charged = new Set<string>();
  for (const life of [...runs].sort(byBillingStart)) {
    const span = billedSpan(life, reading.ends);
    if (span === undefined) continue;
    for (const month of range.months) {
      if (compareMonths(month, monthOf(span.from)) < 0 || (span.to && compareMonths(month, monthOf(span.to)) > 0))
        continue;
      const once = `${month} ${life.subject}`;
      if (charged.has(once)) continue;
      charged.add(once);
      chargeMonth(reading, life, span.from, month, found, problems);
    }
  }
}

function byBillingStart(a: Life, b: Life): number {
  if (a.billingStartOn === undefined || b.billingStartOn === undefined) return a.seq - b.seq;
  return Temporal.PlainDate.compare(a.billingStartOn, b.billingStartOn) || a.seq - b.seq;
}

function billedSpan(
  life: Life,
  ends: Ends,
): { readonly from: Temporal.PlainDate; readonly to: Temporal.PlainDate | undefined } | undefined {
  if (life.billingStartOn === undefined) return undefined;
  const to = ends.get(life)?.on;
  return to !== undefined && isBefore(to, life.billingStartOn) ? undefined : { from: life.billingStartOn, to };
}

function chargeMonth(
  reading: Reading,
  life: Life,
  from: Temporal.PlainDate,
  month: Temporal.PlainYearMonth,
  found: Charge[],
  problems: Reason[],
): void {
  const dueOn = later(from, firstDay(month));
  const prices = pricesFor(reading, life, 'monthly', dueOn);
  if (prices.problem !== undefined) problems.push(prices.problem);
  for (const line of prices.lines) {
    const counted = quantityOf(reading, life, line, month);
    if ('problem' in counted) {
      problems.push(counted.problem);
      continue;
    }
    const key = ['monthly', life.subject, ...(line.os === undefined ? [] : [line.os]), String(month)];
    found.push(
      charge(line, counted.quantity, {
        month,
        subject: life.subject,
        fee: 'monthly',
        dueOn,
        key: keyOf(key),
        because: [...monthReasons(reading, life, from, month), ...line.because, ...counted.because],
      }),
    );
  }
}

function monthReasons(
  reading: Reading,
  life: Life,
  from: Temporal.PlainDate,
  month: Temporal.PlainYearMonth,
): readonly Reason[] {
  const clause = life.subject === SERVICE ? 'sch-1-2-1-note' : 'sch-1-2-2-note-2';
  const reasons = [
    because('fee.monthly_due', 'art-11', { subject: life.subject, billingStartOn: String(from) }, life.billingSeq),
    because('fee.full_month', clause, { month: String(month) }),
  ];
  const end = reading.ends.get(life)?.on;
  if (end !== undefined && compareMonths(monthOf(end), month) === 0)
    reasons.push(
      because('fee.last_month', life.subject === SERVICE ? 'art-10-1' : 'art-8-7', {
        month: String(month),
        effectiveOn: String(end),
      }),
    );
  return reasons;
}

type Counted = { readonly quantity: number; readonly because: readonly Reason[] } | { readonly problem: Reason };

function quantityOf(reading: Reading, life: Life, line: PricedLine, month: Temporal.PlainYearMonth): Counted {
  if (line.per === 'contract') return { quantity: 1, because: [] };
  if (line.deviceCount !== undefined) return { quantity: line.deviceCount, because: [] };
  const count = countIn(reading.lives, life, month);
  if (count !== undefined) return { quantity: count.deviceCount, because: count.because };
  return { problem: because('count.not_known', 'sch-1-2-2-note-1', { subject: life.subject, month: String(month) }) };
}

/** Art. 11: a fee whose cause is a fact arises with it. */
function oneTimeCharges(reading: Reading, range: Months, found: Charge[]): void {
  for (const { seq, on, subject, amount, cause } of reading.lives.oneTimeFees) {
    if (!within(on, range)) continue;
    const reason = because('fee.one_time_due', 'art-11', { subject, on: String(on), cause }, seq);
    found.push({
      month: monthOf(on),
      subject,
      fee: 'one_time',
      quantity: 1,
      unitAmount: amount,
      amount,
      dueOn: on,
      key: keyOf(['one_time', subject, String(seq)]),
      because: [reason],
    });
  }
}

type ChargeFrame = Pick<Charge, 'month' | 'subject' | 'fee' | 'dueOn' | 'key' | 'because'>;

function charge(line: PricedLine, quantity: number, frame: ChargeFrame): Charge {
  const amount = quantity * line.amount;
  if (!Number.isSafeInteger(amount))
    throw new TermsError('amount.too_large', { subject: frame.subject, quantity, unitAmount: line.amount });
  const { month, subject, fee, ...rest } = frame;
  return {
    month,
    subject,
    fee,
    ...(line.os !== undefined && { os: line.os }),
    quantity,
    unitAmount: line.amount,
    amount,
    ...rest,
  };
}

const keyOf = (parts: readonly string[]): string => parts.map(encodeURIComponent).join(':');

/** The last month that is charged in full when a subject ends on a day, absent when its billing never starts by then. */
export function lastChargedMonth(
  billingStartOn: Temporal.PlainDate | undefined,
  endsOn: Temporal.PlainDate,
): Temporal.PlainYearMonth | undefined {
  if (billingStartOn === undefined || isAfter(billingStartOn, endsOn)) return undefined;
  return monthOf(endsOn);
}
