import type { Action } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import type { RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { getDevice } from '../devices/index.ts';
import { type AskDeps, letGo, paramsPurpose, type Ready, secretPurpose } from './ask.ts';
import { assess } from './assess.ts';
import type { Lifted } from './breaker.ts';
import { notAwaited, notHeld, requireOther, toApprove, toRelease, trimmed } from './decisions.ts';
import {
  type Asker,
  decideApproval,
  type HoldRow,
  releaseHold,
  selectApprovals,
  selectHolds,
} from './decisions-store.ts';
import { noAction, record } from './follow-up.ts';
import type { ActionId, ActionParams, ActionSecrets } from './model.ts';
import { present } from './present.ts';
import { requirePossible, secretOf } from './rules.ts';
import * as store from './store.ts';

export type Decision = { readonly decision: 'approve' | 'reject'; readonly reason?: string | undefined };

/**
 * The second person's word on an action. Approved, the device and what the contracts include are looked at again, and the
 * breaker may still hold it. Throws `not_found`, `forbidden` (`approval.*`), `reauthentication_required`, `conflict` when it
 * is not awaited any more, `precondition_failed` when it cannot work any more; then it goes on waiting.
 */
export function decideAction(
  deps: AskDeps,
  contractorId: ContractorId,
  actionId: ActionId,
  { decision, reason }: Decision,
  context: RequestContext,
): Promise<Action> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await lockAction(tx, contractorId, actionId);
    const approval = (await selectApprovals(tx, contractorId, [actionId])).get(actionId);
    if (row.state !== 'awaiting_approval' || approval === undefined || isOver(row.expires_at, now)) {
      throw notAwaited(row.state);
    }
    await requireOther(deps, tx, approval, context, toApprove(contractorId));
    const ready = decision === 'approve' ? await readyAgain(deps, tx, contractorId, row, now) : undefined;
    const state = decision === 'approve' ? 'approved' : 'rejected';
    await decideApproval(tx, contractorId, actionId, { state, by: context.actor, reason: trimmed(reason) }, now);
    await record(deps, tx, contractorId, `action.${state}`, row, context, now, {
      reason: trimmed(reason) ?? undefined,
      askedBy: row.asked_by_name,
    });
    const shown =
      ready === undefined
        ? await store.endAction(tx, contractorId, actionId, { state: 'rejected' }, now)
        : await letGo(deps, tx, contractorId, ready, approval, now);
    return present(deps, tx, contractorId, shown ?? row, context);
  });
}

/**
 * Lets go what the breaker holds. A limit of the contractor is lifted by anybody who may approve, but not by the one who
 * asked; one of the installation by the provider. Throws like `decideAction`.
 */
export function releaseAction(
  deps: AskDeps,
  contractorId: ContractorId,
  actionId: ActionId,
  reason: string,
  context: RequestContext,
): Promise<Action> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await lockAction(tx, contractorId, actionId);
    const hold = (await selectHolds(tx, contractorId, [actionId])).get(actionId);
    if (row.state !== 'held' || hold === undefined || isOver(row.expires_at, now)) throw notHeld(row.state);
    await requireOther(deps, tx, hold, context, toRelease(hold));
    const ready = await readyAgain(deps, tx, contractorId, row, now);
    await record(deps, tx, contractorId, 'action.released', row, context, now, {
      reason,
      askedBy: row.asked_by_name,
      scope: hold.scope,
      limit: hold.hour_limit,
    });
    const shown = await letGo(deps, tx, contractorId, ready, askerOfHold(hold), now, liftedBy(context));
    if (shown.state !== 'held') await releaseHold(tx, contractorId, actionId, { by: context.actor, reason }, now);
    return present(deps, tx, contractorId, shown, context);
  });
}

/** What a release lifts: the contractor's limit, and the installation's if the caller may. */
export const liftedBy = (context: RequestContext): Lifted => ({
  contractor: true,
  installation: context.can('provider.safety.write'),
});
export const askerOfHold = ({ asked_by, asked_behind }: HoldRow): Asker => ({ asked_by, asked_behind });
export const isOver = (until: Temporal.Instant | null, now: Temporal.Instant): boolean =>
  until !== null && Temporal.Instant.compare(until, now) <= 0;

/** In the order in which everybody locks: the device's queue, then the action. */
async function lockAction(tx: Tx, contractorId: ContractorId, actionId: ActionId): Promise<store.ActionRow> {
  const seen = await store.selectAction(tx, contractorId, actionId);
  if (seen === undefined) throw noAction();
  await store.lockQueueOf(tx, contractorId, seen.device_id);
  const row = await store.selectAction(tx, contractorId, actionId, 'for update');
  if (row === undefined) throw noAction();
  return row;
}

/** The action as it would be told now. Throws what asking throws when it cannot work any more. */
async function readyAgain(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  row: store.ActionRow,
  now: Temporal.Instant,
): Promise<Ready> {
  await deps.entitlement.require(tx, contractorId, row.type === 'refresh' ? 'observe' : 'control', now);
  const device = await getDevice(tx, contractorId, row.device_id);
  const params = await openParams(deps, tx, contractorId, row.action_id, row.sealed_params);
  const secrets = await openSecret(deps, tx, contractorId, row);
  const whole = { ...params, ...secrets };
  requirePossible(row.type, whole, assess(deps, device, row.type, whole));
  return { row, device, params, secrets };
}

/** The parameters that something kept while it waited. */
export async function openParams(
  deps: Pick<AskDeps, 'secrets'>,
  tx: Tx,
  contractorId: ContractorId,
  subjectId: string,
  sealed: Buffer | null,
): Promise<ActionParams> {
  if (sealed === null) throw new Error('what waits for a person has lost its parameters');
  const plain = await deps.secrets.openFor(tx, contractorId, paramsPurpose(subjectId), sealed);
  return JSON.parse(plain.toString()) as ActionParams;
}

/** Whoever asked may have read the secret meanwhile: it is kept until the action ends. */
async function openSecret(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  { action_id, type }: store.ActionRow,
): Promise<ActionSecrets> {
  const secret = secretOf(type);
  if (secret === undefined) return {};
  const sealed = await store.selectSealed(tx, contractorId, action_id, secret.kind);
  if (sealed === undefined) return {};
  const plain = await deps.secrets.openFor(tx, contractorId, secretPurpose(action_id, secret.kind), sealed);
  return { [secret.param]: plain.toString() };
}
