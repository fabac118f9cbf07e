import type * as api from '@tsukasa/api';
import { type ContractComparison, compareBooks } from '@tsukasa/terms';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { revisionOf, withRevision } from './book.ts';
import { findRevision } from './book-store.ts';
import { contractorsWithContracts } from './contract-store.ts';
import { selectContracts } from './fact-store.ts';
import type { LedgerDeps } from './ledger.ts';
import type { ContractRecord } from './model.ts';
import { type Language, presentReasons } from './present.ts';
import { parseDay } from './reading.ts';

const BATCH = 500;
/** Most rows of the table; `changed` counts all. Our choice: more cannot be read. */
const MOST_ROWS = 2000;

/**
 * Tries a draft on the whole book of contracts: what would be otherwise for whom on a day, by default the day on which the
 * draft takes effect. Changes nothing; reads batch by batch, each in a short transaction. Throws `not_found`.
 */
export async function tryRevision(
  deps: LedgerDeps,
  request: { readonly effectiveOn: string; readonly on: string | undefined },
  context: RequestContext,
): Promise<api.Trial> {
  const effectiveOn = parseDay(request.effectiveOn, ':effectiveOn');
  const on = request.on === undefined ? effectiveOn : parseDay(request.on, '?on');
  const { now, drafted } = await deps.db.asProvider(async (tx) => {
    const { book } = await deps.books.current(tx);
    const draft = await findRevision(tx, effectiveOn);
    if (draft === undefined) throw new DomainError('not_found', 'no such revision', { reason: 'revision.not_found' });
    return { now: book, drafted: withRevision(book, revisionOf(draft)) };
  });
  const trial = { contracts: 0, changed: 0, monthlyBefore: 0, monthlyAfter: 0, rows: [] as api.TrialRow[] };
  let after: ContractorId | undefined;
  for (;;) {
    const batch = await batchOf(deps, after);
    for (const { contractorId, name, contracts } of batch) {
      for (const [at, answer] of compareBooks(now, drafted, contracts, { on, months: 1 }).entries()) {
        trial.contracts += 1;
        trial.monthlyBefore += answer.monthlyBefore;
        trial.monthlyAfter += answer.monthlyAfter;
        const contract = contracts[at];
        if (contract === undefined || answer.changes.length === 0) continue;
        trial.changed += 1;
        if (trial.rows.length < MOST_ROWS)
          trial.rows.push(rowOf(contractorId, name, contract, answer, context.language));
      }
    }
    after = batch.at(-1)?.contractorId;
    if (batch.length < BATCH) break;
  }
  return { on: on.toString(), ...trial };
}

function rowOf(
  contractorId: ContractorId,
  contractorName: string,
  { contractId, contractNumber }: ContractRecord,
  { changes }: ContractComparison,
  language: Language,
): api.TrialRow {
  return {
    contractorId,
    contractorName,
    contractId,
    contractNumber,
    changes: changes.map(({ what, subject, before, after, because }) => ({
      what,
      subject,
      before: before ?? null,
      after: after ?? null,
      because: presentReasons(because, language),
    })),
  };
}

function batchOf(deps: LedgerDeps, after: ContractorId | undefined) {
  return deps.db.asProvider(async (tx) => {
    const ids = await contractorsWithContracts(tx, after, BATCH);
    const contracts = await selectContracts(tx, ids);
    const batch = [];
    for (const contractorId of ids) {
      const customer = await deps.findCustomer(tx, contractorId);
      batch.push({ contractorId, name: customer?.name ?? '', contracts: contracts.get(contractorId) ?? [] });
    }
    return batch;
  });
}
