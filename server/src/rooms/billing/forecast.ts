import { setImmediate as breathe } from 'node:timers/promises';
import type { Forecast, WhatIf, WhatIfRequest } from '@tsukasa/api';
import { type Charge, charges, checkFact, type Fact, type History } from '@tsukasa/terms';
import { DomainError } from '../../base/errors.ts';
import type { Language } from '../../base/http/messages.ts';
import type { ContractorId } from '../../base/ids.ts';
import { contractsOf, selectContracts, underTerms } from '../contracts/index.ts';
import { dayOf, type Month } from './days.ts';
import type { BillingDeps } from './deps.ts';
import { keptReason } from './model.ts';
import { sumYen } from './money.ts';
import { presentReasons } from './words.ts';

const BATCH = 100;

const monthsFrom = (first: Month, count: number): Month[] =>
  Array.from({ length: count }, (_, index) => first.add({ months: index }));

function sumOf(found: readonly Charge[], month: Month, fee?: Charge['fee']): number {
  const wanted = found.filter((each) => each.month.equals(month) && (fee === undefined || each.fee === fee));
  return sumYen(wanted.map(({ amount }) => amount));
}

/** What will be owed from this month on by what is known today, by contractor. Excluding tax. */
export function forecast(deps: BillingDeps, count: number): Promise<Forecast> {
  const first = dayOf(deps.clock.now()).toPlainYearMonth();
  const months = monthsFrom(first, count);
  const range = { from: first, to: first.add({ months: count - 1 }) };
  return deps.db.jobs(async (tx) => {
    const { book } = await deps.books.current(tx);
    const rows: Forecast['rows'] = [];
    const all: Charge[] = [];
    let after: ContractorId | undefined;
    for (;;) {
      const customers = await deps.listCustomers(tx, { after, limit: BATCH });
      const contracts = await selectContracts(
        tx,
        customers.map(({ contractorId }) => contractorId),
      );
      for (const { contractorId, name } of customers) {
        const answers = (contracts.get(contractorId) ?? []).map(({ history }) => charges(book, history, range));
        const found = answers.flatMap((answer) => answer.charges);
        const unknown = answers.reduce((sum, { problems }) => sum + problems.length, 0);
        if (found.length === 0 && unknown === 0) continue;
        all.push(...found);
        const amounts = months.map((month) => sumOf(found, month));
        rows.push({ contractorId, contractorName: name, amounts, unknown });
      }
      if (customers.length < BATCH) break;
      after = customers.at(-1)?.contractorId;
      await breathe();
    }
    return { months: months.map((month, index) => monthOf(month, index, all, rows)), rows: rows.sort(byAmount) };
  });
}

function monthOf(
  month: Month,
  index: number,
  all: readonly Charge[],
  rows: Forecast['rows'],
): Forecast['months'][number] {
  return {
    month: month.toString(),
    net: sumOf(all, month),
    initial: sumOf(all, month, 'initial'),
    monthly: sumOf(all, month, 'monthly'),
    contractors: rows.filter(({ amounts }) => (amounts[index] ?? 0) !== 0).length,
  };
}

/** The largest first. */
function byAmount(a: Forecast['rows'][number], b: Forecast['rows'][number]): number {
  return sumYen(b.amounts) - sumYen(a.amounts) || (a.contractorId < b.contractorId ? -1 : 1);
}

/**
 * What another number of devices or another kind would cost; nothing is recorded. Counts change under the rule of Art. 8-5,
 * so a month that has begun is refused. Throws `not_found`, `conflict` with the clause.
 */
export function whatIf(
  deps: BillingDeps,
  contractorId: ContractorId,
  request: WhatIfRequest,
  language: Language,
): Promise<WhatIf> {
  const today = dayOf(deps.clock.now());
  return deps.db.asContractor(contractorId, async (tx) => {
    const { book } = await deps.books.current(tx);
    const contract = (await contractsOf(tx, contractorId)).find((each) => each.contractId === request.contractId);
    if (contract === undefined)
      throw new DomainError('not_found', 'there is no such contract', { reason: 'billing.contract_unknown' });
    const { kind } = request;
    if (kind !== undefined && !book.catalogue.kinds.some(({ id }) => id === kind))
      throw new DomainError('invalid', 'there is no such kind', { reason: 'billing.kind_unknown', params: { kind } });
    const from = Temporal.PlainYearMonth.from(request.from);
    let imagined: History = contract.history;
    for (const { subject, deviceCount } of request.counts ?? []) {
      const asked: Fact = { type: 'count_asked', subject, deviceCount, from, seq: imagined.length + 1, on: today };
      underTerms('conflict', () => checkFact(book, imagined, asked, today));
      imagined = [...imagined, asked, { type: 'count_accepted', asked: asked.seq, seq: asked.seq + 1, on: today }];
    }
    if (kind !== undefined) imagined = imagined.map((fact) => (fact.type === 'applied' ? { ...fact, kind } : fact));
    const months = monthsFrom(from, request.months);
    const range = { from, to: from.add({ months: request.months - 1 }) };
    const [before, after] = [charges(book, contract.history, range), charges(book, imagined, range)];
    const reasons = after.charges.find(({ month, fee }) => month.equals(from) && fee === 'monthly')?.because ?? [];
    const kindNote =
      kind === undefined ? [] : [{ code: 'billing.kind_price', clause: 'sch-1-2-1', params: {}, seq: null }];
    return {
      months: months.map((month) => ({
        month: month.toString(),
        before: sumOf(before.charges, month),
        after: sumOf(after.charges, month),
      })),
      because: presentReasons([...[...after.problems, ...reasons].map(keptReason), ...kindNote], language),
    };
  });
}
