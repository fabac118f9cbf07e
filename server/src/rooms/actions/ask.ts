import { randomInt } from 'node:crypto';
import { ACTION_PERMISSIONS, type Action, type ActionRequest, DESTRUCTIVE_ACTIONS, URGENT_ACTIONS } from '@tsukasa/api';
import type { Clock } from '../../base/clock.ts';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RecordAudit, RequestContext } from '../../base/http/context.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import type { Secrets } from '../../base/secrets.ts';
import { type DeviceFacts, type DeviceId, type Entitlement, getDevice, parseDuration } from '../devices/index.ts';
import { type AssessDeps, assess } from './assess.ts';
import type { ActionId, ActionParams, ActionSecrets, Assessment } from './model.ts';
import { present } from './present.ts';
import { checkParams, DEFAULT_EXPIRY, pinKind, requirePossible, shownParams } from './rules.ts';
import * as store from './store.ts';

export type AskDeps = AssessDeps & {
  readonly clock: Clock;
  readonly recordAudit: RecordAudit;
  readonly secrets: Secrets;
  readonly entitlement: Entitlement;
};

/** Most open actions of one device. Our choice: more is a program gone wild, and each costs the device a fetch. */
export const MOST_OPEN = 100;
const URGENT = 10;

/** What a sealed PIN is bound to. */
export const secretPurpose = (actionId: ActionId, kind: store.SecretKind) => ({
  use: 'actions.secret',
  row: `${actionId}/${kind}`,
});

/**
 * Asks for an action: checked, recorded, audited and queued in one transaction. A second refresh while one is open
 * answers that one. Throws `forbidden`, `reauthentication_required`, `not_found`, `invalid`, `too_many`, and
 * `precondition_failed` when the contracts do not include it, or with the reason why it cannot work on this device.
 */
export async function ask(
  deps: AskDeps,
  contractorId: ContractorId,
  deviceId: DeviceId,
  request: ActionRequest,
  context: RequestContext,
): Promise<Action> {
  const { type, params = {} } = request;
  context.require(ACTION_PERMISSIONS[type]);
  checkParams(type, params);
  const reason = reasonOf(request);
  const now = deps.clock.now();
  const limits = { pointer: '/expiresIn', min: 'PT1M', max: 'P90D' };
  const expiresAt = now.add(parseDuration(request.expiresIn ?? DEFAULT_EXPIRY[type], limits));
  if (DESTRUCTIVE_ACTIONS.includes(type)) context.requireFresh();
  return deps.db.asContractor(contractorId, async (tx) => {
    await deps.entitlement.require(tx, contractorId, type === 'refresh' ? 'observe' : 'control', now);
    await store.lockQueueOf(tx, contractorId, deviceId);
    const device = await getDevice(tx, contractorId, deviceId);
    const assessment = assess(deps, device, type, params);
    requirePossible(type, params, assessment);
    const same = type === 'refresh' ? await store.findOpen(tx, contractorId, deviceId, type) : undefined;
    if (same !== undefined) return present(deps, tx, contractorId, same);
    await requireRoom(tx, contractorId, deviceId);
    const row = actionRow({ type, params, reason, device, assessment, context, now, expiresAt });
    await store.insertAction(tx, contractorId, row);
    const secrets = await sealPin(deps, tx, contractorId, row, params, assessment);
    await recordAsked(deps, tx, contractorId, row, device, context);
    const { pin: _, ...rest } = params;
    await deps.dialects.get(device.platform)?.enqueue(tx, {
      contractorId,
      actionId: row.action_id,
      device,
      type,
      params: rest,
      secrets,
      priority: row.priority,
      expiresAt,
      now,
    });
    return present(deps, tx, contractorId, row);
  });
}

/** The reason given; destructive actions need one. */
function reasonOf({ type, reason }: ActionRequest): string | null {
  const given = reason?.trim() ?? '';
  if (given !== '' && !given.includes('\u0000')) return given;
  if (given === '' && !DESTRUCTIVE_ACTIONS.includes(type)) return null;
  throw new DomainError('invalid', 'the action needs a reason', {
    reason: 'action.reason_missing',
    errors: [{ pointer: '/reason', detail: 'must be given for this action' }],
  });
}

async function requireRoom(tx: Tx, contractorId: ContractorId, deviceId: DeviceId): Promise<void> {
  const [open] = await store.countOpenByDevice(tx, contractorId, [deviceId]);
  if ((open?.count ?? 0) < MOST_OPEN) return;
  throw new DomainError('too_many', 'the device has too many open actions', {
    reason: 'action.too_many_open',
    params: { most: MOST_OPEN },
  });
}

type Asked = {
  readonly type: ActionRequest['type'];
  readonly params: ActionParams;
  readonly reason: string | null;
  readonly device: DeviceFacts;
  readonly assessment: Assessment;
  readonly context: RequestContext;
  readonly now: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
};

function actionRow({ type, params, reason, device, assessment, context, now, expiresAt }: Asked): store.ActionRow {
  return {
    action_id: newId<'Action'>(now.epochMilliseconds),
    device_id: device.deviceId,
    type,
    params: shownParams(type, params, assessment),
    priority: URGENT_ACTIONS.includes(type) ? URGENT : 0,
    state: 'queued',
    reason,
    effects: [...assessment.effects],
    asked_by_kind: context.actor.kind,
    asked_by: context.actor.id,
    asked_by_name: context.actor.name,
    asked_at: now,
    queued_at: now,
    expires_at: expiresAt,
    finished_at: null,
    result: null,
    failure: null,
  };
}

/** The PIN, given or made, is sealed before anything is queued: a Mac must not be locked with one that nobody can read. */
async function sealPin(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  row: store.ActionRow,
  params: ActionParams,
  assessment: Assessment,
): Promise<ActionSecrets> {
  const given = typeof params.pin === 'string' ? params.pin : undefined;
  if (given === undefined && assessment.needsPin !== true) return {};
  const pin = given ?? String(randomInt(1_000_000)).padStart(6, '0');
  const kind = pinKind(row.type);
  const purpose = secretPurpose(row.action_id, kind);
  const sealed = await deps.secrets.sealFor(tx, contractorId, purpose, Buffer.from(pin));
  await store.insertSecret(tx, contractorId, row.action_id, { kind, sealed }, row.asked_at);
  return { pin };
}

function recordAsked(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  row: store.ActionRow,
  device: DeviceFacts,
  { actor, requestId, sourceIp }: RequestContext,
): Promise<void> {
  return deps.recordAudit(tx, contractorId, {
    at: row.asked_at,
    actor,
    action: 'action.asked',
    target: { kind: 'device', id: device.deviceId, name: device.displayName },
    reason: row.reason ?? undefined,
    details: {
      actionId: row.action_id,
      type: row.type,
      params: row.params,
      expiresAt: row.expires_at.toString(),
    },
    requestId,
    sourceIp,
  });
}
