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
import { checkParams, DEFAULT_EXPIRY, requirePossible, secretOf, shownParams, withoutSecret } from './rules.ts';
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

/** What a sealed secret is bound to. */
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
    const secrets = await sealSecret(deps, tx, contractorId, row, params, assessment);
    await recordAsked(deps, tx, contractorId, row, device, context);
    await deps.dialects.get(device.platform)?.enqueue(tx, {
      contractorId,
      actionId: row.action_id,
      device,
      type,
      params: withoutSecret(type, params),
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
    cancel_requested_at: null,
    batch_id: null,
    expires_in: null,
    destructive: false,
    let_go_at: null,
    sealed_params: null,
  };
}

/**
 * The secret, given or made, is sealed before anything is queued: a device must not be locked with one that nobody can
 * read.
 */
async function sealSecret(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  row: store.ActionRow,
  params: ActionParams,
  assessment: Assessment,
): Promise<ActionSecrets> {
  const secret = secretOf(row.type);
  if (secret === undefined) return {};
  const given = params[secret.param];
  const made = secret.param === 'passcode' ? makePasscode : assessment.needsPin === true ? makePin : undefined;
  const value = typeof given === 'string' ? given : made?.();
  if (value === undefined) return {};
  const purpose = secretPurpose(row.action_id, secret.kind);
  const sealed = await deps.secrets.sealFor(tx, contractorId, purpose, Buffer.from(value));
  await store.insertSecret(tx, contractorId, row.action_id, { kind: secret.kind, sealed }, row.asked_at);
  return { [secret.param]: value };
}

const makePin = () => String(randomInt(1_000_000)).padStart(6, '0');

/** Eight digits that no device refuses as too simple: no three alike and no three in a row (123, 321). */
export function makePasscode(): string {
  for (;;) {
    const digits = Array.from({ length: 8 }, () => randomInt(10));
    const simple = digits.some((digit, at) => {
      const [first, second] = [digits[at + 1], digits[at + 2]];
      if (first === undefined || second === undefined) return false;
      return first - digit === second - first && Math.abs(first - digit) <= 1;
    });
    if (!simple) return digits.join('');
  }
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
