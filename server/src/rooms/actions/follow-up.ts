import type { Action, ActionState, ActionType } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { type Actor, type RequestContext, SYSTEM } from '../../base/http/context.ts';
import { type ContractorId, PROVIDER_ID } from '../../base/ids.ts';
import type { JobContext } from '../../base/jobs.ts';
import { briefDevices, type DeviceId, momentCursor, pageOf } from '../devices/index.ts';
import { type AskDeps, secretPurpose } from './ask.ts';
import { endBatches } from './batch-store.ts';
import type { Viewer } from './decisions.ts';
import { closeDecisions } from './decisions-store.ts';
import type { ActionId, ActionOutcome, Fate, SupersedeReason, Withdrawal } from './model.ts';
import { present, presentAll } from './present.ts';
import { NO_ANSWER } from './rules.ts';
import * as store from './store.ts';

export const noAction = () => new DomainError('not_found', 'no such action', { reason: 'action.not_found' });

/** Throws `not_found`, also when the action is another device's than `deviceId`. */
export function getAction(
  deps: AskDeps,
  contractorId: ContractorId,
  actionId: ActionId,
  viewer: Viewer,
  deviceId?: DeviceId,
): Promise<Action> {
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await store.selectAction(tx, contractorId, actionId);
    if (row === undefined || (deviceId !== undefined && row.device_id !== deviceId)) throw noAction();
    return present(deps, tx, contractorId, row, viewer);
  });
}

export type ActionQuery = {
  readonly deviceId?: DeviceId | undefined;
  readonly state?: readonly ActionState[] | undefined;
  readonly type?: readonly ActionType[] | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
};

/** Rounds of looking for open actions in one very state, whose channel alone knows it: then the page is as it is. */
const MOST_ROUNDS = 10;

/** Newest first. A page may be shorter than asked although more follows: `nextCursor` says so. */
export async function listActions(
  deps: AskDeps,
  contractorId: ContractorId,
  { deviceId, state, type, cursor, limit = 50 }: ActionQuery,
  viewer: Viewer,
): Promise<{ items: Action[]; nextCursor: string | null }> {
  let after = momentCursor.decode(cursor);
  const filter = { deviceId, states: state, types: type };
  const wanted = (action: Action) => state === undefined || state.length === 0 || state.includes(action.state);
  return deps.db.asContractor(contractorId, async (tx) => {
    const items: Action[] = [];
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const rows = await store.selectActions(tx, contractorId, filter, { after, limit: limit + 1 });
      const { shown, nextCursor } = pageOf(rows, limit, (row) => ({ at: row.asked_at, id: row.action_id }));
      const actions = (await presentAll(deps, tx, contractorId, shown, viewer)).filter(wanted);
      const taken = actions.slice(0, limit - items.length);
      items.push(...taken);
      const last = taken.at(-1);
      if (taken.length < actions.length && last !== undefined) {
        const at = Temporal.Instant.from(last.askedAt);
        return { items, nextCursor: momentCursor.encode({ at, id: last.actionId }) };
      }
      if (nextCursor === null || items.length === limit) return { items, nextCursor };
      after = momentCursor.decode(nextCursor);
    }
    return { items, nextCursor: after === undefined ? null : momentCursor.encode(after) };
  });
}

/**
 * Throws `not_found`; `conflict` when the device has fetched it (`action.already_fetched`), it is final, or somebody asked
 * before. Where the platform must be asked to take it back, the action stays open until it tells the end.
 */
export function cancelAction(
  deps: AskDeps,
  contractorId: ContractorId,
  actionId: ActionId,
  reason: string | undefined,
  context: RequestContext,
): Promise<Action> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await store.selectAction(tx, contractorId, actionId, 'for update');
    if (row === undefined) throw noAction();
    if (row.finished_at !== null) {
      const options = { reason: 'action.already_finished', params: { state: row.state } };
      throw new DomainError('conflict', 'the action is final', options);
    }
    if (row.cancel_requested_at !== null) {
      throw new DomainError('conflict', 'asked before', { reason: 'action.cancel_requested' });
    }
    const fate = await withdraw(deps, tx, contractorId, row, 'cancelled', now);
    if (fate === 'too_late') {
      throw new DomainError('conflict', 'the device has the action', { reason: 'action.already_fetched' });
    }
    const ended =
      fate === 'requested'
        ? await store.markCancelRequested(tx, contractorId, actionId, now)
        : await store.endAction(tx, contractorId, actionId, { state: 'cancelled' }, now);
    const action = fate === 'requested' ? 'action.cancel_requested' : 'action.cancelled';
    await record(deps, tx, contractorId, action, row, context, now, {
      reason: reason?.trim() || undefined,
    });
    return present(deps, tx, contractorId, ended ?? row, context);
  });
}

/** The PIN, once. Throws `not_found`, `gone` (`action_secret.already_read`), `reauthentication_required`. */
export function readSecret(
  deps: AskDeps,
  contractorId: ContractorId,
  actionId: ActionId,
  kind: store.SecretKind,
  context: RequestContext,
): Promise<{ kind: string; value: string }> {
  context.requireFresh();
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await store.selectAction(tx, contractorId, actionId);
    if (row === undefined) throw noAction();
    const sealed = await store.takeSecret(tx, contractorId, actionId, kind, context.actor.name, now);
    if (sealed === undefined) throw await missingSecret(tx, contractorId, actionId, kind);
    const value = await deps.secrets.openFor(tx, contractorId, secretPurpose(actionId, kind), sealed);
    await record(deps, tx, contractorId, 'action.secret_read', row, context, now, { kind });
    return { kind, value: value.toString() };
  });
}

async function missingSecret(tx: Tx, contractorId: ContractorId, actionId: ActionId, kind: store.SecretKind) {
  const kept = await store.selectSecrets(tx, contractorId, [actionId]);
  return kept.some((secret) => secret.kind === kind)
    ? new DomainError('gone', 'the secret was read before', { reason: 'action_secret.already_read' })
    : new DomainError('not_found', 'the action has no such secret', { reason: 'action_secret.not_found' });
}

/** See `Actions.finish`. */
export async function finish(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  outcome: ActionOutcome,
  now: Temporal.Instant,
): Promise<boolean> {
  const row = await store.endAction(tx, contractorId, actionId, outcome, now);
  if (row === undefined) return false;
  const by = outcome.state === 'cancelled' ? 'system' : 'device';
  await recordFinished(deps, tx, contractorId, row, by, now);
  return true;
}

/** See `Actions.supersedeAll`. */
export async function supersedeAll(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  why: SupersedeReason,
  now: Temporal.Instant,
): Promise<void> {
  await store.lockQueueOf(tx, contractorId, deviceId);
  for (const row of await store.lockOpenActions(tx, contractorId, deviceId)) {
    const fate = await withdraw(deps, tx, contractorId, row, 'superseded', now);
    const seen = fate !== 'stopped' ? SEEN_DONE[why][row.type] : undefined;
    const ending: store.Ending =
      seen === undefined ? { state: 'superseded', failure: { code: why } } : { state: 'done', result: seen };
    const ended = await store.endAction(tx, contractorId, row.action_id, ending, now);
    const by = seen === undefined ? 'system' : 'device';
    if (ended !== undefined) await recordFinished(deps, tx, contractorId, ended, by, now);
  }
}

/** What a device shows by leaving or coming back to have done, when it had fetched it: its own answer may never arrive. */
const SEEN_DONE: Readonly<Record<SupersedeReason, Partial<Record<ActionType, Readonly<Record<string, unknown>>>>>> = {
  unenrolled: { remove_management: { checkedOut: true } },
  reenrolled: { erase: { enrolledAnew: true }, remove_management: { enrolledAnew: true } },
  contract_ended: {},
};

/** See `Actions.endAll`. */
export async function endAll(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  why: SupersedeReason,
  now: Temporal.Instant,
): Promise<void> {
  await closeDecisions(tx, contractorId, await endBatches(tx, contractorId, now), now);
  for (const deviceId of await store.devicesWithOpen(tx, contractorId))
    await supersedeAll(deps, tx, contractorId, deviceId, why, now);
}

/** The channel has not been told: it waits for a second person, or is held. */
const awaitsPerson = ({ state }: store.ActionRow) => state === 'awaiting_approval' || state === 'held';

/** Takes an action back: from its channel, or from those who would decide about it. */
export async function withdraw(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  row: store.ActionRow,
  outcome: Withdrawal,
  now: Temporal.Instant,
): Promise<Fate> {
  if (awaitsPerson(row)) {
    await closeDecisions(tx, contractorId, [row.action_id], now);
    return 'stopped';
  }
  const device = (await briefDevices(tx, contractorId, [row.device_id])).get(row.device_id);
  const dialect = device === undefined ? undefined : deps.dialects.get(device.platform);
  return dialect === undefined ? 'stopped' : dialect.cancel(tx, contractorId, row.action_id, outcome, now);
}

const BATCH = 200;

/** Ends what nobody fetched or answered in time. One that cannot be ended is logged and tried again a minute later. */
export async function expireDue(deps: AskDeps, { log, signal }: Pick<JobContext, 'log' | 'signal'>): Promise<void> {
  const now = deps.clock.now();
  for (let after: string = PROVIDER_ID; signal?.aborted !== true; ) {
    const from = after;
    const due = await deps.db.jobs((tx) => store.selectDue(tx, now, from, BATCH));
    for (const { contractor_id: contractorId, action_id: actionId } of due) {
      try {
        await deps.db.jobsFor(contractorId, (tx) => expireOne(deps, tx, contractorId, actionId, now));
      } catch (error) {
        log.warn('actions.expiry_failed', { contractorId, error });
      }
    }
    const last = due.at(-1);
    if (due.length < BATCH || last === undefined) return;
    after = last.action_id;
  }
}

async function expireOne(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  now: Temporal.Instant,
): Promise<void> {
  const row = await store.selectAction(tx, contractorId, actionId, 'skip locked');
  if (row === undefined || row.finished_at !== null) return;
  const fate = await withdraw(deps, tx, contractorId, row, 'expired', now);
  const ended = await store.endAction(tx, contractorId, actionId, expiryOf(row, fate), now);
  if (ended !== undefined) await recordFinished(deps, tx, contractorId, ended, 'system', now);
}

function expiryOf(row: store.ActionRow, fate: Fate): store.Ending {
  if (row.state === 'awaiting_approval') return { state: 'rejected', failure: { code: 'approval_lapsed' } };
  if (row.state === 'held') return { state: 'rejected', failure: { code: 'hold_lapsed' } };
  return fate === 'stopped' ? { state: 'expired' } : { state: 'expired', failure: { code: NO_ANSWER } };
}

/** Audits what a person did with an action. */
export async function record(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  action: string,
  row: store.ActionRow,
  { actor, requestId, sourceIp }: RequestContext,
  at: Temporal.Instant,
  { reason, ...more }: { readonly reason?: string | undefined; readonly [detail: string]: unknown },
): Promise<void> {
  const target = await targetOf(tx, contractorId, row);
  const details = { actionId: row.action_id, type: row.type, ...more };
  await deps.recordAudit(tx, contractorId, { at, actor, action, target, reason, details, requestId, sourceIp });
}

/** Audits how an action ended. */
export async function recordFinished(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  row: store.ActionRow,
  by: 'device' | 'system',
  at: Temporal.Instant,
): Promise<void> {
  const target = await targetOf(tx, contractorId, row);
  const actor: Actor = by === 'system' ? SYSTEM : { kind: 'device', id: target.id, name: target.name };
  const details = { actionId: row.action_id, type: row.type, state: row.state, failure: row.failure?.code ?? null };
  await deps.recordAudit(tx, contractorId, { at, actor, action: 'action.finished', target, details });
}

async function targetOf(tx: Tx, contractorId: ContractorId, { device_id }: store.ActionRow) {
  const name = (await briefDevices(tx, contractorId, [device_id])).get(device_id)?.displayName ?? '';
  return { kind: 'device', id: device_id, name };
}
