import type { Action, Approval, Hold, Platform } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import { type ContractorId, PROVIDER_ID } from '../../base/ids.ts';
import { briefDevices } from '../devices/index.ts';
import { hasOthers, showApproval, showHold, toApprove, type Viewer, whyNot } from './decisions.ts';
import { selectApprovals, selectHolds } from './decisions-store.ts';
import type { ActionId, Dialect, Progress } from './model.ts';
import { type Course, follow } from './rules.ts';
import * as store from './store.ts';

type PresentDeps = { readonly dialects: ReadonlyMap<Platform, Dialect> };

export async function present(
  deps: PresentDeps,
  tx: Tx,
  contractorId: ContractorId,
  row: store.ActionRow,
  viewer: Viewer,
): Promise<Action> {
  const [action] = await presentAll(deps, tx, contractorId, [row], viewer);
  if (action === undefined) throw new Error('an action that was read is gone');
  return action;
}

/** Rows as the interface shows them: names, secrets and progress are each read once for all of them. */
export async function presentAll(
  deps: PresentDeps,
  tx: Tx,
  contractorId: ContractorId,
  rows: readonly store.ActionRow[],
  viewer: Viewer,
): Promise<Action[]> {
  const devices = await briefDevices(
    tx,
    contractorId,
    rows.map((row) => row.device_id),
  );
  const ids = rows.map((row) => row.action_id);
  const secrets = Map.groupBy(await store.selectSecrets(tx, contractorId, ids), (secret) => secret.action_id);
  const decisions = await decisionsOn(tx, contractorId, decidable(rows), viewer);
  const progress = new Map<ActionId, Progress>();
  const told = rows.filter((row) => row.queued_at !== null);
  for (const [platform, some] of Map.groupBy(told, (row) => devices.get(row.device_id)?.platform)) {
    const dialect = platform === undefined ? undefined : deps.dialects.get(platform);
    const found = await dialect?.progress(
      tx,
      contractorId,
      some.map((row) => row.action_id),
    );
    for (const [id, each] of found ?? []) progress.set(id, each);
  }
  const reportsFetch = ({ device_id }: store.ActionRow) => {
    const platform = devices.get(device_id)?.platform;
    return platform === undefined || deps.dialects.get(platform)?.reportsFetch !== false;
  };
  return rows.map((row) => ({
    actionId: row.action_id,
    deviceId: row.device_id,
    deviceName: devices.get(row.device_id)?.displayName ?? null,
    type: row.type,
    params: { ...row.params },
    ...follow(
      {
        state: row.state,
        askedAt: row.asked_at,
        queuedAt: row.queued_at ?? undefined,
        finishedAt: row.finished_at ?? undefined,
        cancelRequestedAt: row.cancel_requested_at ?? undefined,
        reportsFetch: reportsFetch(row),
        approval: approvedStep(decisions.get(row.action_id)?.approval),
      },
      progress.get(row.action_id) ?? {},
    ),
    reason: row.reason,
    askedBy: { kind: row.asked_by_kind, id: row.asked_by, name: row.asked_by_name },
    askedAt: row.asked_at.toString(),
    expiresAt: row.expires_at.toString(),
    finishedAt: row.finished_at?.toString() ?? null,
    effects: row.effects,
    result: row.result,
    failure: failureOf(row),
    cancelRequestedAt: row.cancel_requested_at?.toString() ?? null,
    batchId: row.batch_id,
    approval: decisions.get(row.action_id)?.approval ?? null,
    hold: decisions.get(row.action_id)?.hold ?? null,
    secrets: (secrets.get(row.action_id) ?? []).map((secret) => ({
      kind: secret.kind,
      readAt: secret.read_at?.toString() ?? null,
      readBy: secret.read_by,
    })),
  }));
}

/** Those about which somebody may have decided. */
const decidable = (rows: readonly store.ActionRow[]) =>
  rows.filter((row) => row.destructive && row.batch_id === null).map((row) => row.action_id);

function approvedStep(approval: Approval | null | undefined): Course['approval'] {
  if (approval === null || approval === undefined) return undefined;
  const at = approval.state === 'approved' ? approval.decidedAt : null;
  return { approvedAt: at === null ? undefined : Temporal.Instant.from(at) };
}

export type Decisions = { readonly approval: Approval | null; readonly hold: Hold | null };

/** Approvals and holds of several actions, bulk actions or changes, as the caller meets them. */
export async function decisionsOn(
  tx: Tx,
  contractorId: ContractorId,
  subjectIds: readonly string[],
  viewer: Viewer,
): Promise<ReadonlyMap<string, Decisions>> {
  const approvals = await selectApprovals(tx, contractorId, subjectIds);
  const holds = await selectHolds(tx, contractorId, subjectIds);
  const needed = toApprove(contractorId);
  const shown = new Map<string, Decisions>();
  for (const subjectId of subjectIds) {
    const [approval, hold] = [approvals.get(subjectId), holds.get(subjectId)];
    if (approval === undefined && hold === undefined) continue;
    const own = approval?.state === 'awaited' && whyNot(approval, viewer, needed)?.code === 'approval.own_request';
    const alone = own && contractorId !== PROVIDER_ID && !(await hasOthers(tx, contractorId, approval));
    shown.set(subjectId, {
      approval: approval === undefined ? null : showApproval(approval, viewer, needed, alone),
      hold: hold === undefined ? null : showHold(hold, viewer),
    });
  }
  return shown;
}

function failureOf({ failure }: store.ActionRow): Action['failure'] {
  if (failure === null) return null;
  const { code, params, chain } = failure;
  return {
    code,
    ...(params === undefined ? {} : { params: { ...params } }),
    ...(chain === undefined ? {} : { chain: chain.map((link) => ({ ...link })) }),
  };
}
