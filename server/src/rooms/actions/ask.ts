import { randomInt } from 'node:crypto';
import { ACTION_PERMISSIONS, type Action, type ActionRequest, DESTRUCTIVE_ACTIONS, URGENT_ACTIONS } from '@tsukasa/api';
import type { Clock } from '../../base/clock.ts';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RecordAudit, RequestContext } from '../../base/http/context.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import type { Secrets } from '../../base/secrets.ts';
import {
  type DeviceFacts,
  type DeviceId,
  type Entitlement,
  getDevice,
  parseDuration,
  type SelectionDeps,
} from '../devices/index.ts';
import { type AssessDeps, assess } from './assess.ts';
import { type Lifted, letGoOrHold } from './breaker.ts';
import { askerOf, DECIDE_WITHIN, trimmed, type Viewer } from './decisions.ts';
import { type Asker, insertApproval } from './decisions-store.ts';
import type { ActionId, ActionParams, ActionSecrets, Assessment } from './model.ts';
import { present } from './present.ts';
import {
  checkParams,
  DEFAULT_EXPIRY,
  needsSecondPerson,
  requirePossible,
  secretOf,
  shownParams,
  withoutSecret,
} from './rules.ts';
import { readSafety } from './safety-store.ts';
import * as store from './store.ts';

export type AskDeps = AssessDeps & {
  readonly clock: Clock;
  readonly recordAudit: RecordAudit;
  readonly secrets: Secrets;
  readonly entitlement: Entitlement;
  readonly channels: SelectionDeps['channels'];
  /** How long people whom the same hands let in cannot decide for each other; default a day. */
  readonly newcomersWait?: Temporal.Duration | undefined;
};

/** Most open actions of one device. Our choice: more is a program gone wild, and each costs the device a fetch. */
export const MOST_OPEN = 100;
const URGENT = 10;

/** What the parameters of something that waits for a person are bound to. */
export const paramsPurpose = (subjectId: string) => ({ use: 'actions.params', row: subjectId });

/** What a sealed secret is bound to. */
export const secretPurpose = (actionId: ActionId, kind: store.SecretKind) => ({
  use: 'actions.secret',
  row: `${actionId}/${kind}`,
});

/**
 * Asks for an action: checked, recorded, audited and, unless a person must agree first, queued in one transaction. A second
 * refresh while one is open answers that one. Throws `forbidden`, `reauthentication_required`, `not_found`, `invalid`,
 * `too_many`, and `precondition_failed` when the contracts do not include it, or with the reason why it cannot work on this
 * device.
 */
export async function ask(
  deps: AskDeps,
  contractorId: ContractorId,
  deviceId: DeviceId,
  request: ActionRequest,
  context: RequestContext,
): Promise<Action> {
  const { type, params = {} } = request;
  const { reason, expiresIn } = checkRequest(request, context);
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    await deps.entitlement.require(tx, contractorId, type === 'refresh' ? 'observe' : 'control', now);
    await store.lockQueueOf(tx, contractorId, deviceId);
    const device = await getDevice(tx, contractorId, deviceId);
    const assessment = assess(deps, device, type, params);
    requirePossible(type, params, assessment);
    const same = type === 'refresh' ? await store.findOpen(tx, contractorId, deviceId, type) : undefined;
    if (same !== undefined) return present(deps, tx, contractorId, same, context);
    const [open] = await store.countOpenByDevice(tx, contractorId, [deviceId]);
    requireRoom(open?.count ?? 0);
    const asked = { type, params, reason, device, assessment, expiresIn, asker: context, now, batchId: null };
    const { row, secrets } = await record(deps, tx, contractorId, asked);
    const shown = await approveOrLetGo(deps, tx, contractorId, { row, device, params, secrets }, context, now);
    return present(deps, tx, contractorId, shown, context);
  });
}

/**
 * What of a request does not depend on the device. Throws `forbidden`, `invalid`, and `reauthentication_required` for what
 * cannot be undone.
 */
export function checkRequest(
  request: ActionRequest,
  context: RequestContext,
): { readonly reason: string | null; readonly expiresIn: string } {
  const { type, params = {} } = request;
  context.require(ACTION_PERMISSIONS[type]);
  checkParams(type, params);
  const reason = reasonOf(request);
  const expiresIn = request.expiresIn ?? DEFAULT_EXPIRY[type];
  parseDuration(expiresIn, EXPIRY_LIMITS);
  if (DESTRUCTIVE_ACTIONS.includes(type)) context.requireFresh();
  return { reason, expiresIn };
}

const EXPIRY_LIMITS = { pointer: '/expiresIn', min: 'PT1M', max: 'P90D' } as const;

/** When an action that is let go now is given up. */
export const expiryFrom = (now: Temporal.Instant, expiresIn: string) =>
  now.add(parseDuration(expiresIn, EXPIRY_LIMITS));
/** Until when a person must have decided: not longer than the action would have waited for its device. */
export function decideBy(now: Temporal.Instant, expiresIn: string): Temporal.Instant {
  const [day, expiry] = [now.add(DECIDE_WITHIN), expiryFrom(now, expiresIn)];
  return Temporal.Instant.compare(day, expiry) < 0 ? day : expiry;
}

/** An action that is ready to be told to its device. */
export type Ready = {
  readonly row: store.ActionRow;
  readonly device: DeviceFacts;
  /** All of them; the secret one may be here too, but `secrets` counts. */
  readonly params: ActionParams;
  readonly secrets: ActionSecrets;
};

async function approveOrLetGo(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  ready: Ready,
  viewer: Viewer,
  now: Temporal.Instant,
): Promise<store.ActionRow> {
  const { row } = ready;
  const needed = row.destructive && (await readSafety(tx, contractorId)).secondPerson;
  if (!needed) return letGo(deps, tx, contractorId, ready, askerOf(viewer), now);
  const until = decideBy(now, row.expires_in ?? DEFAULT_EXPIRY[row.type]);
  const approval = { subject_id: row.action_id, kind: 'action', asked_at: now, expires_at: until } as const;
  await insertApproval(tx, contractorId, { ...askerOf(viewer), ...approval });
  const awaiting = await waiting(deps, tx, contractorId, ready, 'awaiting_approval', until);
  return store.updateAction(tx, contractorId, row.action_id, awaiting);
}

/**
 * Tells the device, unless the breaker holds the action; the expiry counts from now. Call it last in a transaction: whoever
 * lets something destructive go waits for the others.
 */
export async function letGo(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  ready: Ready,
  asker: Asker,
  now: Temporal.Instant,
  lifted?: Lifted,
): Promise<store.ActionRow> {
  const { row, device, params, secrets } = ready;
  const { action_id: actionId, type, priority } = row;
  const expiresIn = row.expires_in ?? DEFAULT_EXPIRY[type];
  // What a bulk action lets go was counted as a whole.
  const counts = row.destructive && row.batch_id === null;
  if (counts) {
    const letting = { ...asker, subjectId: actionId, kind: 'action', type, count: 1 } as const;
    const held = await waiting(deps, tx, contractorId, ready, 'held', decideBy(now, expiresIn));
    if (!(await letGoOrHold(tx, contractorId, letting, now, lifted))) {
      return store.updateAction(tx, contractorId, actionId, held);
    }
  }
  const expiresAt = expiryFrom(now, expiresIn);
  const gone = { state: 'queued', queued_at: now, expires_at: expiresAt, sealed_params: null } as const;
  const shown = await store.updateAction(tx, contractorId, actionId, { ...gone, let_go_at: counts ? now : null });
  const dialect = deps.dialects.get(device.platform);
  const told = { contractorId, actionId, device, type, params: withoutSecret(type, params), secrets, priority };
  await dialect?.enqueue(tx, { ...told, expiresAt, now });
  return shown;
}

/** An action that waits for a person keeps everything that telling the device will need, sealed. */
async function waiting(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  { row, params }: Ready,
  state: 'awaiting_approval' | 'held',
  until: Temporal.Instant,
) {
  const plain = Buffer.from(JSON.stringify(withoutSecret(row.type, params)));
  const sealed = await deps.secrets.sealFor(tx, contractorId, paramsPurpose(row.action_id), plain);
  return { state, queued_at: null, expires_at: until, sealed_params: sealed, let_go_at: null };
}

/** The reason given; destructive actions need one. */
function reasonOf({ type, reason }: ActionRequest): string | null {
  const given = trimmed(reason);
  if (given !== null) return given;
  if ((reason ?? '').trim() === '' && !DESTRUCTIVE_ACTIONS.includes(type)) return null;
  throw new DomainError('invalid', 'the action needs a reason', {
    reason: 'action.reason_missing',
    errors: [{ pointer: '/reason', detail: 'must be given for this action' }],
  });
}

/** Throws `too_many` for a device whose queue is full. */
export function requireRoom(open: number): void {
  if (open < MOST_OPEN) return;
  throw new DomainError('too_many', 'the device has too many open actions', {
    reason: 'action.too_many_open',
    params: { most: MOST_OPEN },
  });
}

export type Asked = {
  readonly type: ActionRequest['type'];
  readonly params: ActionParams;
  readonly reason: string | null;
  readonly device: DeviceFacts;
  readonly assessment: Assessment;
  readonly expiresIn: string;
  readonly asker: Author;
  readonly now: Temporal.Instant;
  readonly batchId: string | null;
};
/** Who asks, and from where; a bulk action goes on without a request. */
export type Author = Pick<RequestContext, 'actor'> & Partial<Pick<RequestContext, 'requestId' | 'sourceIp'>>;

/** Writes the action and its secret down and audits it; nobody is told yet. */
export async function record(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  asked: Asked,
): Promise<{ readonly row: store.ActionRow; readonly secrets: ActionSecrets }> {
  const row = actionRow(asked);
  await store.insertAction(tx, contractorId, row);
  const secrets = await sealSecret(deps, tx, contractorId, row, asked.params, asked.assessment);
  await recordAsked(deps, tx, contractorId, row, asked.device, asked.asker);
  return { row, secrets };
}

function actionRow(asked: Asked): store.ActionRow {
  const { type, params, reason, device, assessment, expiresIn, asker, now, batchId } = asked;
  return {
    action_id: newId<'Action'>(now.epochMilliseconds),
    device_id: device.deviceId,
    type,
    params: shownParams(type, params, assessment),
    priority: priorityOf(type),
    state: 'queued',
    reason,
    effects: [...assessment.effects],
    asked_by_kind: asker.actor.kind,
    asked_by: asker.actor.id,
    asked_by_name: asker.actor.name,
    asked_at: now,
    queued_at: now,
    expires_at: expiryFrom(now, expiresIn),
    finished_at: null,
    result: null,
    failure: null,
    cancel_requested_at: null,
    batch_id: batchId,
    expires_in: expiresIn,
    destructive: needsSecondPerson(type, assessment),
    let_go_at: null,
    sealed_params: null,
  };
}

export const priorityOf = (type: ActionRequest['type']) => (URGENT_ACTIONS.includes(type) ? URGENT : 0);

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
  { actor, requestId, sourceIp }: Author,
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
      ...(row.batch_id === null ? {} : { batchId: row.batch_id }),
    },
    requestId,
    sourceIp,
  });
}
