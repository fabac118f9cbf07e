import type { Action, Platform } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { briefDevices } from '../devices/index.ts';
import type { ActionId, Dialect, Progress } from './model.ts';
import { follow } from './rules.ts';
import * as store from './store.ts';

type PresentDeps = { readonly dialects: ReadonlyMap<Platform, Dialect> };

export async function present(
  deps: PresentDeps,
  tx: Tx,
  contractorId: ContractorId,
  row: store.ActionRow,
): Promise<Action> {
  const [action] = await presentAll(deps, tx, contractorId, [row]);
  if (action === undefined) throw new Error('an action that was read is gone');
  return action;
}

/** Rows as the interface shows them: names, secrets and progress are each read once for all of them. */
export async function presentAll(
  deps: PresentDeps,
  tx: Tx,
  contractorId: ContractorId,
  rows: readonly store.ActionRow[],
): Promise<Action[]> {
  const devices = await briefDevices(
    tx,
    contractorId,
    rows.map((row) => row.device_id),
  );
  const ids = rows.map((row) => row.action_id);
  const secrets = Map.groupBy(await store.selectSecrets(tx, contractorId, ids), (secret) => secret.action_id);
  const progress = new Map<ActionId, Progress>();
  for (const [platform, some] of Map.groupBy(rows, (row) => devices.get(row.device_id)?.platform)) {
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
    approval: null,
    hold: null,
    secrets: (secrets.get(row.action_id) ?? []).map((secret) => ({
      kind: secret.kind,
      readAt: secret.read_at?.toString() ?? null,
      readBy: secret.read_by,
    })),
  }));
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
