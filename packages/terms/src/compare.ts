import type { ContractHistory } from './applications.ts';
import { charges } from './charges.ts';
import { monthOf } from './days.ts';
import { TermsError } from './errors.ts';
import type { Book, ContractState, Reason, Subject, Yen } from './model.ts';
import { stateOn } from './state.ts';
import { because } from './words.ts';

export const CHANGED = ['item', 'in_force', 'ends_on', 'monthly_amount', 'option_ends_on', 'revision'] as const;
export type Change = {
  readonly what: (typeof CHANGED)[number];
  readonly subject: Subject;
  readonly before?: string;
  readonly after?: string;
  readonly because: readonly Reason[];
};
export type ContractComparison = {
  readonly contractId: string;
  readonly changes: readonly Change[];
  /** Monthly fees of the compared months together, as far as prices are known. */
  readonly monthlyBefore: Yen;
  readonly monthlyAfter: Yen;
};

/**
 * What another book (a drafted revision, a changed catalogue) would change for each contract: its state on a day and its
 * monthly fees for `months` months from the month of that day. Contracts not yet applied for on that day compare as empty.
 */
export function compareBooks(
  now: Book,
  drafted: Book,
  contracts: readonly ContractHistory[],
  { on, months }: { readonly on: Temporal.PlainDate; readonly months: number },
): readonly ContractComparison[] {
  const range = { from: monthOf(on), to: monthOf(on).add({ months: months - 1 }) };
  return contracts.map(({ contractId, history }) => {
    const [before, after] = [now, drafted].map((book) => ({
      state: stateIfAny(book, history, on),
      ...monthlyOf(book, history, range),
    }));
    if (before === undefined || after === undefined) throw new RangeError('two books are compared');
    const changes = [...stateChanges(before.state, after.state), ...amountChange(before, after, range)];
    return { contractId, changes, monthlyBefore: before.amount, monthlyAfter: after.amount };
  });
}

function stateIfAny(
  book: Book,
  history: ContractHistory['history'],
  on: Temporal.PlainDate,
): ContractState | undefined {
  try {
    return stateOn(book, history, on);
  } catch (error) {
    if (error instanceof TermsError && error.code === 'history.not_applied') return undefined;
    throw error;
  }
}

type Monthly = { readonly amount: Yen; readonly because: readonly Reason[] };

function monthlyOf(book: Book, history: ContractHistory['history'], range: Parameters<typeof charges>[2]): Monthly {
  const { charges: all, problems } = charges(book, history, range);
  const monthly = all.filter(({ fee }) => fee === 'monthly');
  return {
    amount: monthly.reduce((sum, { amount }) => sum + amount, 0),
    because: [...monthly.flatMap((charge) => charge.because), ...problems],
  };
}

function amountChange(
  before: Monthly,
  after: Monthly,
  range: { readonly from: Temporal.PlainYearMonth },
): readonly Change[] {
  if (before.amount === after.amount) return [];
  const known = new Set(before.because.map((reason) => JSON.stringify(reason)));
  const fresh = after.because.filter((reason) => !known.has(JSON.stringify(reason)));
  const params = { month: String(range.from), before: before.amount, after: after.amount };
  return [
    {
      what: 'monthly_amount',
      subject: 'service',
      before: String(before.amount),
      after: String(after.amount),
      because: [because('compare.monthly', undefined, params), ...fresh],
    },
  ];
}

function stateChanges(before: ContractState | undefined, after: ContractState | undefined): readonly Change[] {
  if (before === undefined || after === undefined) return [];
  const reasons = after.because.length > 0 ? after.because : before.because;
  const text = (value: { toString(): string } | undefined) => value?.toString();
  const identity = (state: ContractState) => [state.item, state.kind].filter((part) => part !== undefined).join(' ');
  const changes = [
    changed('item', 'service', identity(before), identity(after), reasons),
    changed('in_force', 'service', String(before.inForce), String(after.inForce), reasons),
    changed('ends_on', 'service', text(before.endsOn), text(after.endsOn), ends(before, after)),
    changed('revision', 'service', text(before.revision), text(after.revision), reasons),
    ...before.options.map((option, index) => {
      const other = after.options[index] ?? option;
      return changed('option_ends_on', option.subject, text(option.endsOn), text(other.endsOn), ends(option, other));
    }),
  ];
  return changes.flat();
}

type Ending = Pick<ContractState, 'endBecause'>;
const ends = (before: Ending, after: Ending): readonly Reason[] =>
  after.endBecause.length > 0 ? after.endBecause : before.endBecause;

function changed(
  what: Change['what'],
  subject: Subject,
  before: string | undefined,
  after: string | undefined,
  reasons: readonly Reason[],
): readonly Change[] {
  if (before === after) return [];
  return [
    { what, subject, ...(before !== undefined && { before }), ...(after !== undefined && { after }), because: reasons },
  ];
}
