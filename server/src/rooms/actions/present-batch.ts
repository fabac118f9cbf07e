import type { ActionBatch, BatchDevice, BatchState } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import type { Actor, RecordAudit } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { briefDevices } from '../devices/index.ts';
import type { Author } from './ask.ts';
import { type BatchCounts, type BatchRow, countMembers, type MemberRow, NO_COUNTS } from './batch-store.ts';
import type { Viewer } from './decisions.ts';
import type { Dialect } from './model.ts';
import { decisionsOn, presentAll } from './present.ts';
import { selectActionsById } from './store.ts';

export async function presentBatch(
  tx: Tx,
  contractorId: ContractorId,
  row: BatchRow,
  viewer: Viewer,
): Promise<ActionBatch> {
  const [batch] = await presentBatches(tx, contractorId, [row], viewer);
  if (batch === undefined) throw new Error('a bulk action that was read is gone');
  return batch;
}

/** Rows as the interface shows them; counts and decisions are each read once for all of them. */
export async function presentBatches(
  tx: Tx,
  contractorId: ContractorId,
  rows: readonly BatchRow[],
  viewer: Viewer,
): Promise<ActionBatch[]> {
  const ids = rows.map((row) => row.batch_id);
  const counts = await countMembers(tx, contractorId, ids);
  const decisions = await decisionsOn(tx, contractorId, ids, viewer);
  return rows.map((row) => {
    const counted = counts.get(row.batch_id) ?? NO_COUNTS;
    const { lastAt, ...shown } = counted;
    const state = stateOf(row, counted);
    return {
      batchId: row.batch_id,
      type: row.type,
      params: { ...row.params },
      state,
      reason: row.reason,
      askedBy: askerShown(row),
      askedAt: row.asked_at.toString(),
      finishedAt: finishedAt(row, state, lastAt)?.toString() ?? null,
      approval: decisions.get(row.batch_id)?.approval ?? null,
      hold: decisions.get(row.batch_id)?.hold ?? null,
      total: row.total,
      counts: shown,
      cancellable: ['awaiting_approval', 'held', 'running'].includes(state),
    };
  });
}

/** A running one has finished when nobody is left to ask and nothing is open. */
export function stateOf({ state }: BatchRow, { waiting, open }: BatchCounts): BatchState {
  return state === 'running' && waiting === 0 && open === 0 ? 'finished' : state;
}

function finishedAt(row: BatchRow, state: BatchState, lastAt: Temporal.Instant | null): Temporal.Instant | null {
  if (state === 'finished') return lastAt ?? row.let_go_at;
  return row.ended_at;
}

export const askerShown = (row: Pick<BatchRow, 'asked_by_kind' | 'asked_by' | 'asked_by_name'>): Actor => ({
  kind: row.asked_by_kind,
  id: row.asked_by,
  name: row.asked_by_name,
});

/** Devices of a bulk action with how far each is. */
export async function presentMembers(
  deps: { readonly dialects: ReadonlyMap<string, Dialect> } & Parameters<typeof presentAll>[0],
  tx: Tx,
  contractorId: ContractorId,
  members: readonly MemberRow[],
  viewer: Viewer,
): Promise<BatchDevice[]> {
  const ids = members.flatMap(({ action_id }) => (action_id === null ? [] : [action_id]));
  const rows = await selectActionsById(tx, contractorId, ids);
  const actions = new Map(
    (await presentAll(deps, tx, contractorId, rows, viewer)).map((each) => [each.actionId, each]),
  );
  const devices = await briefDevices(
    tx,
    contractorId,
    members.map(({ device_id }) => device_id),
  );
  return members.flatMap((member) => {
    const device = devices.get(member.device_id);
    if (device === undefined) return [];
    const action = member.action_id === null ? undefined : actions.get(member.action_id);
    const state = member.state === 'asked' ? (action?.state ?? 'waiting') : member.state;
    return [
      {
        deviceId: member.device_id,
        deviceName: device.displayName,
        platform: device.platform,
        state,
        refusal: member.refusal,
        actionId: member.action_id,
        waitingFor: action?.waitingFor ?? null,
        failure: action?.failure === null || action?.failure === undefined ? null : { code: action.failure.code },
      },
    ];
  });
}

/** Audits what happened to a bulk action. */
export function recordBatch(
  deps: { readonly recordAudit: RecordAudit },
  tx: Tx,
  contractorId: ContractorId,
  action: string,
  row: BatchRow,
  { actor, requestId, sourceIp }: Author,
  at: Temporal.Instant,
  { reason = row.reason, ...more }: { readonly reason?: string | null; readonly [detail: string]: unknown } = {},
): Promise<void> {
  const details = { batchId: row.batch_id, type: row.type, params: row.params, devices: row.total, ...more };
  const target = { kind: 'action_batch', id: row.batch_id, name: row.type };
  const entry = { at, actor, action, target, details, requestId, sourceIp };
  return deps.recordAudit(tx, contractorId, { ...entry, reason: reason ?? undefined });
}
