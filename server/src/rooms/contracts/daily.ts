import { type ContractState, entitlements } from '@tsukasa/terms';
import { Type } from 'typebox';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { defineJob, type Jobs } from '../../base/jobs.ts';
import { contractorsWithContracts } from './contract-store.ts';
import { BY_ITSELF, Ledger, type LedgerDeps } from './ledger.ts';
import type { ContractRecord } from './model.ts';
import { ENDING_DAYS } from './overview.ts';
import { stateIfApplied } from './projection.ts';
import type { ContractTables } from './tables.ts';
import { sealBook } from './verify-book.ts';

export const DAILY = defineJob('contracts.daily', Type.Object({}));
export const REDERIVE = defineJob('contracts.rederive', Type.Object({}));

/** Just after the day has begun in Japan (00:05 JST), and after a change of the book. */
export function registerDaily(deps: LedgerDeps, jobs: Jobs): void {
  jobs.register(DAILY, async (_, { signal }) => {
    await sealBook(deps);
    await forEveryContractor(deps, signal);
  });
  jobs.register(REDERIVE, (_, { signal }) => forEveryContractor(deps, signal));
  jobs.cron('5 15 * * *', DAILY);
}

const BATCH = 500;

/**
 * Each contractor in a transaction of its own; idempotent, so that what was interrupted is simply done again. One that fails
 * holds up no other: all are tried, and then the first failure is thrown, so that the job comes again.
 */
export async function forEveryContractor(deps: LedgerDeps, signal?: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  let after: ContractorId | undefined;
  for (;;) {
    const batch = await deps.db.jobs((tx) => contractorsWithContracts(tx, after, BATCH));
    for (const contractorId of batch) {
      if (signal?.aborted) return;
      await deps.db
        .jobsFor(contractorId, (tx) => newDay(deps, tx, contractorId))
        .catch((error: unknown) => failures.push(error));
    }
    after = batch.at(-1);
    if (batch.length < BATCH) break;
  }
  if (failures.length > 0) {
    throw new Error(`the day of ${failures.length} contractors could not be begun`, { cause: failures[0] });
  }
}

/** Records the ends that were reached, warns of those to come, and brings what is derived up to the day. */
async function newDay(deps: LedgerDeps, tx: Tx, contractorId: ContractorId): Promise<void> {
  const ledger = await Ledger.open(deps, tx, contractorId, BY_ITSELF);
  let ended = false;
  for (const contract of ledger.contracts) {
    const state = stateIfApplied(ledger.book, contract.history, ledger.today);
    if (state === undefined) continue;
    ended = (await recordEnds(ledger, contract, state)) || ended;
    await warn(deps, tx, ledger, contract, state);
  }
  await ledger.settle();
  await ledger.derive();
  if (ended) await afterEnd(deps, tx, ledger);
}

const OVER: readonly string[] = ['ended', 'lapsed'];

/** The end follows from the notice; that it was reached is written into the history, for whoever reads it. */
async function recordEnds(
  ledger: Ledger,
  { contractId, history }: ContractRecord,
  state: ContractState,
): Promise<boolean> {
  const told = new Set(
    history.flatMap((fact) => (fact.type === 'ended' ? fact.subjects.map((subject) => `${subject} ${fact.on}`) : [])),
  );
  const reached = [state, ...state.options].flatMap(({ subject, phase, endsOn }) =>
    OVER.includes(phase) && endsOn !== undefined && !told.has(`${subject} ${endsOn}`) ? [{ subject, endsOn }] : [],
  );
  for (const [on, ends] of Map.groupBy(reached, ({ endsOn }) => endsOn.toString())) {
    const subjects = ends.map(({ subject }) => subject);
    await ledger.record(contractId, { type: 'ended', on: Temporal.PlainDate.from(on), subjects });
  }
  return reached.length > 0;
}

const SEVERITY = { 60: 'notice', 30: 'warning', 7: 'alarm' } as const;

/** Both sides are told 60, 30 and 7 days before an end, once each; of several at once only the nearest. */
async function warn(
  deps: LedgerDeps,
  tx: Tx,
  ledger: Ledger,
  contract: ContractRecord,
  state: ContractState,
): Promise<void> {
  for (const { subject, inForce, endsOn } of [state, ...state.options]) {
    if (!inForce || endsOn === undefined) continue;
    const daysLeft = ledger.today.until(endsOn).days;
    const due = ENDING_DAYS.filter((days) => daysLeft <= days);
    const nearest = due.at(-1);
    if (nearest === undefined) continue;
    const { contractId, contractNumber } = contract;
    const fresh = await remember(tx, ledger, { contract_id: contractId, subject, ends_on: endsOn }, due);
    if (!fresh.includes(nearest)) continue;
    await deps.surroundings.tell(tx, ledger.contractorId, {
      kind: 'contract.ending',
      severity: SEVERITY[nearest],
      dedupe: `${contractId} ${subject} ${endsOn} ${nearest}`,
      details: { contractId, contractNumber, subject, endsOn: endsOn.toString(), daysLeft },
      now: ledger.now,
    });
  }
}

type Warning = Pick<ContractTables['contract_warnings'], 'contract_id' | 'subject' | 'ends_on'>;

/** Which of the warnings had not been given. */
async function remember(
  tx: Tx,
  { contractorId, now }: Ledger,
  warning: Warning,
  days: readonly number[],
): Promise<readonly number[]> {
  const rows = await tables<ContractTables>(tx)
    .insertInto('contract_warnings')
    .values(days.map((each) => ({ contractor_id: contractorId, ...warning, days: each, told_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .returning('days')
    .execute();
  return rows.map((row) => row.days);
}

/** When the last contract that lets devices be managed has ended, nothing of it goes on. */
async function afterEnd(deps: LedgerDeps, tx: Tx, ledger: Ledger): Promise<void> {
  const retentionDays = deps.keepAfterContract.total('days');
  const { functions, readableUntil } = entitlements(ledger.book, ledger.contracts, ledger.today, { retentionDays });
  if (functions.has('control')) return;
  await deps.surroundings.serviceEnded(tx, ledger.contractorId, ledger.now);
  await deps.surroundings.tell(tx, ledger.contractorId, {
    kind: 'contract.ended',
    severity: 'alarm',
    dedupe: ledger.today.toString(),
    details: { readableUntil: readableUntil?.toString() ?? null },
    now: ledger.now,
  });
}
