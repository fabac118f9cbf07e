import type { ActionBatch, ActionType, BatchDevice, BatchState } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { type RequestContext, SYSTEM } from '../../base/http/context.ts';
import { defineCursor } from '../../base/http/cursor.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { JobContext } from '../../base/jobs.ts';
import { momentCursor, pageOf, UUID_TEXT } from '../devices/index.ts';
import type { AskDeps } from './ask.ts';
import { withdrawSoon } from './batch-job.ts';
import * as store from './batch-store.ts';
import { letBatchGo } from './batches.ts';
import { askerOfHold, type Decision, isOver, liftedBy } from './decide.ts';
import { notAwaited, notHeld, requireOther, toApprove, toRelease, trimmed, type Viewer } from './decisions.ts';
import { closeDecisions, decideApproval, releaseHold, selectApprovals, selectHolds } from './decisions-store.ts';
import { presentBatch, presentBatches, presentMembers, recordBatch, stateOf } from './present-batch.ts';

const noBatch = () => new DomainError('not_found', 'no such bulk action', { reason: 'batch.not_found' });

/** Throws `not_found`. */
export function getBatch(
  deps: AskDeps,
  contractorId: ContractorId,
  batchId: string,
  viewer: Viewer,
): Promise<ActionBatch> {
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await store.selectBatch(tx, contractorId, batchId);
    if (row === undefined) throw noBatch();
    return presentBatch(tx, contractorId, row, viewer);
  });
}

type Paged = { readonly cursor?: string | undefined; readonly limit?: number | undefined };
type BatchQuery = Paged & { readonly state?: readonly BatchState[]; readonly type?: readonly ActionType[] };

/** Newest first. */
export function listBatches(
  deps: AskDeps,
  contractorId: ContractorId,
  { state, type, cursor, limit = 50 }: BatchQuery,
  viewer: Viewer,
): Promise<{ items: ActionBatch[]; nextCursor: string | null }> {
  const after = momentCursor.decode(cursor);
  return deps.db.asContractor(contractorId, async (tx) => {
    const filter = { states: state, types: type };
    const rows = await store.selectBatches(tx, contractorId, filter, { after, limit: limit + 1 });
    const { shown, nextCursor } = pageOf(rows, limit, (row) => ({ at: row.asked_at, id: row.batch_id }));
    return { items: await presentBatches(tx, contractorId, shown, viewer), nextCursor };
  });
}

const memberCursor = defineCursor(UUID_TEXT);
/** Pages read to fill one whose states only the channels know; then it is shorter than asked. */
const MOST_ROUNDS = 10;
type MemberQuery = Paged & { readonly state?: readonly BatchDevice['state'][] };

/** Devices of a bulk action, by id. Throws `not_found`. */
export function listBatchDevices(
  deps: AskDeps,
  contractorId: ContractorId,
  batchId: string,
  { state = [], cursor, limit = 50 }: MemberQuery,
  viewer: Viewer,
): Promise<{ items: BatchDevice[]; nextCursor: string | null }> {
  let after: string | undefined = memberCursor.decode(cursor);
  return deps.db.asContractor(contractorId, async (tx) => {
    const batch = await store.selectBatch(tx, contractorId, batchId);
    if (batch === undefined) throw noBatch();
    const items: BatchDevice[] = [];
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const rows = await store.selectMembers(tx, contractorId, batch.batch_id, state, { after, limit: limit + 1 });
      const page = rows.slice(0, limit);
      for (const device of await presentMembers(deps, tx, contractorId, page, viewer)) {
        if (items.length === limit) return { items, nextCursor: memberCursor.encode(items.at(-1)?.deviceId ?? '') };
        if (state.length === 0 || state.includes(device.state)) items.push(device);
      }
      after = rows.length > limit ? page.at(-1)?.device_id : undefined;
      if (after === undefined || items.length === limit) break;
    }
    return { items, nextCursor: after === undefined ? null : memberCursor.encode(after) };
  });
}

/**
 * Nobody is asked any more, and what no device has fetched is taken back behind the answer. Throws `not_found`, and `conflict`
 * when it has ended.
 */
export function cancelBatch(
  deps: AskDeps,
  contractorId: ContractorId,
  batchId: string,
  reason: string | undefined,
  context: RequestContext,
): Promise<ActionBatch> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await store.selectBatch(tx, contractorId, batchId, 'for update');
    if (row === undefined) throw noBatch();
    const counts = (await store.countMembers(tx, contractorId, [batchId])).get(batchId) ?? store.NO_COUNTS;
    const state = stateOf(row, counts);
    if (state === 'finished' || state === 'cancelled' || state === 'rejected') {
      const options = { reason: 'batch.already_finished', params: { state } };
      throw new DomainError('conflict', 'the bulk action has ended', options);
    }
    const said = trimmed(reason);
    await endBatch(tx, contractorId, row, 'cancelled', now);
    const by = { cancelled_by: context.actor, cancel_reason: said, withdrawing: counts.open > 0 };
    const ended = await store.updateBatch(tx, contractorId, row.batch_id, by);
    await recordBatch(deps, tx, contractorId, 'batch.cancelled', row, context, now, { reason: said });
    if (counts.open > 0) await withdrawSoon(tx);
    return presentBatch(tx, contractorId, ended, context);
  });
}

/** The second person's word on a bulk action. Throws like `decideAction`. */
export function decideBatch(
  deps: AskDeps,
  contractorId: ContractorId,
  batchId: string,
  { decision, reason }: Decision,
  context: RequestContext,
): Promise<ActionBatch> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await store.selectBatch(tx, contractorId, batchId, 'for update');
    if (row === undefined) throw noBatch();
    const approval = (await selectApprovals(tx, contractorId, [batchId])).get(batchId);
    if (row.state !== 'awaiting_approval' || approval === undefined || isOver(row.decide_by, now)) {
      throw notAwaited(row.state);
    }
    await requireOther(deps, tx, approval, context, toApprove(contractorId));
    const state = decision === 'approve' ? 'approved' : 'rejected';
    if (state === 'approved') await requireIncluded(deps, tx, contractorId, row, now);
    await decideApproval(tx, contractorId, batchId, { state, by: context.actor, reason: trimmed(reason) }, now);
    const said = { reason: trimmed(reason), askedBy: row.asked_by_name };
    await recordBatch(deps, tx, contractorId, `batch.${state}`, row, context, now, said);
    const shown =
      state === 'rejected'
        ? await endBatch(tx, contractorId, row, 'rejected', now)
        : await letBatchGo(tx, contractorId, await recounted(tx, contractorId, row), approval, now);
    return presentBatch(tx, contractorId, shown, context);
  });
}

/** Lets go the whole that the breaker holds. Throws like `releaseAction`. */
export function releaseBatch(
  deps: AskDeps,
  contractorId: ContractorId,
  batchId: string,
  reason: string,
  context: RequestContext,
): Promise<ActionBatch> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await store.selectBatch(tx, contractorId, batchId, 'for update');
    if (row === undefined) throw noBatch();
    const hold = (await selectHolds(tx, contractorId, [batchId])).get(batchId);
    if (row.state !== 'held' || hold === undefined || isOver(row.decide_by, now)) throw notHeld(row.state);
    await requireOther(deps, tx, hold, context, toRelease(hold));
    await requireIncluded(deps, tx, contractorId, row, now);
    const said = { reason, askedBy: row.asked_by_name, scope: hold.scope, limit: hold.hour_limit };
    await recordBatch(deps, tx, contractorId, 'batch.released', row, context, now, said);
    const fresh = await recounted(tx, contractorId, row);
    const shown = await letBatchGo(tx, contractorId, fresh, askerOfHold(hold), now, liftedBy(context));
    if (shown.state !== 'held') await releaseHold(tx, contractorId, batchId, { by: context.actor, reason }, now);
    return presentBatch(tx, contractorId, shown, context);
  });
}

function requireIncluded(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  { type }: store.BatchRow,
  now: Temporal.Instant,
): Promise<void> {
  return deps.entitlement.require(tx, contractorId, type === 'refresh' ? 'observe' : 'control', now);
}

async function recounted(tx: Tx, contractorId: ContractorId, row: store.BatchRow): Promise<store.BatchRow> {
  return { ...row, destructive: await store.countDestructive(tx, contractorId, row.batch_id) };
}

async function endBatch(
  tx: Tx,
  contractorId: ContractorId,
  row: store.BatchRow,
  state: 'cancelled' | 'rejected',
  now: Temporal.Instant,
): Promise<store.BatchRow> {
  await store.endWaiting(tx, contractorId, row.batch_id, state);
  await closeDecisions(tx, contractorId, [row.batch_id], now);
  return store.updateBatch(tx, contractorId, row.batch_id, { state, ended_at: now, asking: false, decide_by: null });
}

/** Ends bulk actions about which nobody decided in time. */
export async function lapseBatches(deps: AskDeps, { log }: Pick<JobContext, 'log'>): Promise<void> {
  const now = deps.clock.now();
  const undecided = await deps.db.jobs((tx) => store.selectUndecided(tx, now));
  for (const { contractor_id: contractorId, batch_id: batchId } of undecided) {
    try {
      await deps.db.jobsFor(contractorId, (tx) => lapseOne(deps, tx, contractorId, batchId, now));
    } catch (error) {
      log.warn('actions.lapse_failed', { contractorId, error });
    }
  }
}

async function lapseOne(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  batchId: store.BatchId,
  now: Temporal.Instant,
): Promise<void> {
  const row = await store.selectBatch(tx, contractorId, batchId, 'for update');
  if (row === undefined || (row.state !== 'awaiting_approval' && row.state !== 'held')) return;
  const ended = await endBatch(tx, contractorId, row, 'rejected', now);
  await recordBatch(deps, tx, contractorId, 'batch.lapsed', ended, { actor: SYSTEM }, now);
}
