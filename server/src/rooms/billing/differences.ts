import { type Credit, type Difference, type KeptReason, type Line, negated } from './model.ts';
import { sumYen } from './money.ts';

/** What a closing issues for one contractor, as far as two months are compared by it. */
export type Issued = { readonly lines: readonly Line[]; readonly credits: readonly Pick<Credit, 'lines'>[] };
export const NOTHING: Issued = { lines: [], credits: [] };

export function netOf({ lines, credits }: Issued): number {
  const back = credits.flatMap((credit) => credit.lines.map((line) => 0 - line.amount));
  return sumYen([...lines.map(({ amount }) => amount), ...back]);
}

/**
 * Why a month is not what the month before was. The amounts add up to the difference of the two nets: fees that came,
 * went, or changed by count or price; initial and one-time fees, adjustments and corrections of either month.
 */
export function differences(month: string, now: Issued, before: Issued): Difference[] {
  const [current, previous] = [regular(month, now), regular(previousMonth(month), before)];
  const keys = new Set([...current.keys(), ...previous.keys()]);
  const recurring = [...keys].flatMap((key) => compareFees(month, current.get(key), previous.get(key)));
  const all = [...recurring, ...single(month, now, 1), ...single(previousMonth(month), before, -1)];
  return all.filter(({ amount }) => amount !== 0);
}

function previousMonth(month: string): string {
  return Temporal.PlainYearMonth.from(month).subtract({ months: 1 }).toString();
}

/** Monthly fees of the month itself; what is billed late for an earlier one is a correction. */
function regular(month: string, { lines }: Issued): Map<string, Line> {
  const monthly = lines.filter((line) => line.fee === 'monthly' && line.month === month);
  return new Map(monthly.map((line) => [`${line.contractId} ${line.subject} ${line.os ?? ''}`, line]));
}

function compareFees(month: string, now: Line | undefined, before: Line | undefined): Difference[] {
  if (now === undefined && before === undefined) return [];
  if (now === undefined && before !== undefined) {
    const last = before.because.filter(({ code }) => code === 'fee.last_month');
    const gone: KeptReason = { code: 'billing.no_longer_due', clause: null, params: { month }, seq: null };
    return [{ subject: before.subject, what: 'ended', amount: 0 - before.amount, because: [...last, gone] }];
  }
  if (now === undefined) return [];
  const { subject, because } = now;
  if (before === undefined) return [{ subject, what: 'new', amount: now.amount, because }];
  const byCount = (now.quantity - before.quantity) * before.unitAmount;
  const count: Difference = {
    subject,
    what: 'count',
    amount: byCount,
    because: [changed('billing.count_changed', before.quantity, now.quantity), ...because],
  };
  const price: Difference = {
    subject,
    what: 'price',
    amount: now.amount - before.amount - byCount,
    because: [changed('billing.price_changed', before.unitAmount, now.unitAmount), ...because],
  };
  return [count, price];
}

function changed(code: string, before: number, after: number): KeptReason {
  return { code, clause: null, params: { before, after }, seq: null };
}

/** What does not recur: it came with this month (`sign` 1) or went with the one before (-1). */
function single(month: string, issued: Issued, sign: 1 | -1): Difference[] {
  const own = issued.lines
    .filter((line) => !(line.fee === 'monthly' && line.month === month))
    .map((line) => {
      const late = line.month !== month && line.fee !== 'adjustment';
      return { line, what: late || line.fee === 'monthly' ? ('correction' as const) : line.fee };
    });
  const back = issued.credits.flatMap((credit) =>
    credit.lines.map((line) => ({ line: negated(line), what: 'correction' as const })),
  );
  return [...own, ...back].map(({ line, what }) => ({
    subject: line.subject,
    what,
    amount: sign === 1 ? line.amount : 0 - line.amount,
    because: sign === 1 ? reasonsOf(line, what, month) : [billedOnce(line)],
  }));
}

function reasonsOf(line: Line, what: Difference['what'], month: string): readonly KeptReason[] {
  if (what !== 'correction') return line.because;
  const code = line.amount < 0 ? 'billing.credited' : 'billing.late';
  return [{ code, clause: null, params: { chargedMonth: line.month, month }, seq: null }, ...line.because];
}

function billedOnce(line: Line): KeptReason {
  return { code: 'billing.billed_once', clause: null, params: { month: line.month }, seq: null };
}
