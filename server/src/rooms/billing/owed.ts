import {
  type Book,
  type Charge,
  charges,
  effectiveFacts,
  governing,
  type History,
  SERVICE,
  type Words,
} from '@tsukasa/terms';
import { type ContractRecord, nameOf } from '../contracts/index.ts';
import { compareMonths, type Day, lastDay, type Month } from './days.ts';
import { type KeptReason, keptReason, type Line } from './model.ts';
import type { Owed } from './reconcile.ts';
import { type BillingSettings, rateOn } from './settings.ts';

/** A charge that becomes a line only if it is billed: the words cost more than the sum. */
export type OwedCharge = Owed & { readonly line: () => Line };
export type OwedBy = { readonly owed: readonly OwedCharge[]; readonly problems: readonly KeptReason[] };

/** The standard rate of a day; every charge of the service bears it. */
export type RateOf = (day: Day) => string;

/** Looks each day up once. Throws `precondition_failed` (`billing.no_tax_rate`). */
export function standardRates(settings: BillingSettings): RateOf {
  const known = new Map<string, string>();
  return (day) => {
    const key = day.toString();
    const rate = known.get(key) ?? rateOn(settings, 'standard', day);
    known.set(key, rate);
    return rate;
  };
}

export type OwedRange = { readonly from: Month | undefined; readonly to: Month };

/** What a contract owes for all months of a range, from its history (Art. 11, Sch. 1). */
export function owedBy(book: Book, contract: ContractRecord, rates: RateOf, range: OwedRange): OwedBy {
  const { contractId, contractNumber, history } = contract;
  const oldest = oldestMonth(history);
  if (oldest === undefined) return { owed: [], problems: [] };
  const from = range.from === undefined || compareMonths(range.from, oldest) < 0 ? oldest : range.from;
  if (compareMonths(from, range.to) > 0) return { owed: [], problems: [] };
  const answer = charges(book, history, { from, to: range.to });
  const owed = answer.charges.map((charge): OwedCharge => {
    const { quantity, unitAmount, amount } = charge;
    const priced = { quantity, unitAmount, amount, taxRate: rates(taxPoint(charge)), taxCategory: 'standard' as const };
    const key = `${contractId}/${charge.key}`;
    return { charge: key, ...priced, line: () => lineOf(book, contract, charge, { charge: key, ...priced }) };
  });
  const problems = answer.problems.map((problem) => {
    const kept = keptReason(problem);
    return { ...kept, params: { ...kept.params, contractNumber } };
  });
  return { owed, problems };
}

/** No charge is older than the oldest day that the history or one of its corrections names. */
export function oldestMonth(history: History): Month | undefined {
  const days = history.flatMap((fact) =>
    fact.type === 'corrected' && fact.by !== undefined ? [fact.on, fact.by.on] : [fact.on],
  );
  return days.toSorted(Temporal.PlainDate.compare).at(0)?.toPlainYearMonth();
}

/** Monthly fees are taxed at the rate of the month's last day, others at that of the day on which they fell due. */
function taxPoint({ fee, month, dueOn }: Charge): Day {
  return fee === 'monthly' ? lastDay(month) : dueOn;
}

function lineOf(book: Book, contract: ContractRecord, charge: Charge, owed: Owed): Line {
  const { contractId, contractNumber, history } = contract;
  const { key, month, subject, fee, os, dueOn, because } = charge;
  return {
    ...owed,
    contractId,
    contractNumber,
    key,
    month: month.toString(),
    subject,
    fee,
    os: os ?? null,
    description: describe(charge, nameOf(book, subject, identityOn(book, history, charge))),
    dueOn: dueOn.toString(),
    because: because.map(keptReason),
  };
}

/** The item and kind under which the charge arose: transitional rules rename contracts. */
function identityOn(book: Book, history: History, { subject, dueOn }: Charge) {
  const applied = effectiveFacts(history).find((fact) => fact.type === 'applied');
  const identity = { item: applied?.item ?? '', kind: applied?.kind };
  if (subject !== SERVICE || identity.kind !== undefined) return identity;
  const { item, kind } = governing(book, history, dueOn);
  return { item, kind };
}

const FEE_WORDS: Readonly<Record<Charge['fee'], Words>> = {
  initial: { ja: '初期費用', en: 'initial fee' },
  monthly: { ja: '月額費用', en: 'monthly fee' },
  one_time: { ja: '一時費用', en: 'one-time fee' },
};

function describe({ fee, month, os, because }: Charge, name: Words): Words {
  const words = FEE_WORDS[fee];
  const cause =
    fee === 'one_time' ? because.find(({ params }) => params?.['cause'] !== undefined)?.params?.['cause'] : undefined;
  const ja = [name.ja, os === undefined ? '' : `（${os}）`, ' ', words.ja, cause === undefined ? '' : ` ${cause}`];
  const en = [name.en, os === undefined ? '' : ` (${os})`, ', ', words.en, cause === undefined ? '' : `: ${cause}`];
  return {
    ja: `${ja.join('')}（${month.year}年${month.month}月分）`,
    en: `${en.join('')} (${month.toString()})`,
  };
}
