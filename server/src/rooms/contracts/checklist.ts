import type * as api from '@tsukasa/api';
import { type ChecklistItem, checklistFor } from '@tsukasa/terms';
import { type Tx, tables } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Place } from './changes.ts';
import type { LedgerDeps } from './ledger.ts';
import type { ContractId } from './model.ts';
import { stateIfApplied } from './projection.ts';
import { contractIn, type Read, reading } from './reading.ts';
import type { ContractTables } from './tables.ts';

type Tick = {
  readonly contract_id: ContractId;
  readonly item: string;
  readonly done_at: Temporal.Instant;
  readonly done_by: string;
};

function ticks(tx: Tx, contractorId: ContractorId): Promise<Tick[]> {
  return tables<ContractTables>(tx)
    .selectFrom('contract_checklist')
    .select(['contract_id', 'item', 'done_at', 'done_by'])
    .where('contractor_id', '=', contractorId)
    .execute();
}

const OPEN: readonly string[] = ['applied', 'quoted', 'accepted', 'in_force', 'ending'];

/** The items of the contracts that are live or may become so (Art. 6). */
export async function checklistIn(deps: LedgerDeps, read: Read): Promise<api.ChecklistEntry[]> {
  const { tx, book, customer, contracts, today } = read;
  const ticked = await ticks(tx, customer.contractorId);
  const entries: api.ChecklistEntry[] = [];
  for (const { contractId, history } of contracts) {
    const state = stateIfApplied(book, history, today);
    if (state === undefined || !OPEN.includes(state.phase)) continue;
    for (const item of checklistFor(book.catalogue, state.kind, today)) {
      const tick = ticked.find((row) => row.contract_id === contractId && row.item === item.id);
      entries.push(await present(deps, read, contractId, item, tick));
    }
  }
  return entries;
}

async function present(
  deps: LedgerDeps,
  { tx, customer }: Read,
  contractId: ContractId,
  item: ChecklistItem,
  tick: Tick | undefined,
): Promise<api.ChecklistEntry> {
  const { id, title, paragraph, probe } = item;
  const common = { contractId, item: id, title: { ...title }, paragraph, automatic: probe !== undefined };
  if (probe === undefined) {
    const doneAt = tick?.done_at.toString() ?? null;
    return { ...common, done: tick !== undefined, doneAt, doneBy: tick?.done_by ?? null };
  }
  const { done, at } = await deps.surroundings.probe(tx, customer.contractorId, probe);
  return { ...common, done, doneAt: done ? (at?.toString() ?? null) : null, doneBy: null };
}

/** Ticks an item, or takes the tick back; the same again changes nothing. Throws `not_found`, `conflict` for an automatic one. */
export function tick(
  deps: LedgerDeps,
  { contractorId, contractId }: Place,
  request: { readonly item: string; readonly done: boolean },
  context: RequestContext,
): Promise<api.ChecklistEntry> {
  return reading(deps, contractorId, context.language, async (read) => {
    const { tx, book, contracts, today, now } = read;
    const contract = contractIn(contracts, contractId);
    const state = stateIfApplied(book, contract.history, today);
    const item = checklistFor(book.catalogue, state?.kind, today).find(({ id }) => id === request.item);
    if (item === undefined) throw new DomainError('not_found', 'no such item', { reason: 'checklist.not_found' });
    if (item.probe !== undefined) {
      throw new DomainError('conflict', 'the item completes itself', {
        reason: 'checklist.automatic',
        clause: 'art-6',
      });
    }
    const changed = await put(tx, contractorId, contractId, request, context.actor.name, now);
    if (changed) {
      const { actor, requestId, sourceIp } = context;
      await deps.recordAudit(tx, contractorId, {
        at: now,
        actor,
        action: request.done ? 'checklist.ticked' : 'checklist.unticked',
        target: { kind: 'contract_checklist', id: contractId, name: contract.contractNumber },
        details: { item: item.id },
        requestId,
        sourceIp,
      });
    }
    const row = (await ticks(tx, contractorId)).find(
      (each) => each.contract_id === contractId && each.item === item.id,
    );
    return present(deps, read, contractId, item, row);
  });
}

async function put(
  tx: Tx,
  contractorId: ContractorId,
  contractId: ContractId,
  { item, done }: { readonly item: string; readonly done: boolean },
  by: string,
  now: Temporal.Instant,
): Promise<boolean> {
  const db = tables<ContractTables>(tx);
  if (!done) {
    const { numDeletedRows } = await db
      .deleteFrom('contract_checklist')
      .where('contractor_id', '=', contractorId)
      .where('contract_id', '=', contractId)
      .where('item', '=', item)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('contract_checklist')
    .values({ contractor_id: contractorId, contract_id: contractId, item, done_at: now, done_by: by })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}
