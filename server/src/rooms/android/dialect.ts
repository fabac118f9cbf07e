import type { ActionType } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import type { ActionId, Dialect, EnqueueRequest, Withdrawal } from '../actions/index.ts';
import { markUnmanaged } from '../devices/index.ts';
import { assess } from './assess.ts';
import {
  type CommandRow,
  commandPurpose,
  finishCommand,
  insertCommand,
  lockOfAction,
  progressOf,
  updateCommand,
} from './command-store.ts';
import { commandOf } from './commands.ts';
import type { Parts } from './deps.ts';
import { findOfDevice, statesOf, updateDevice } from './device-store.ts';
import { findBound } from './enterprise-store.ts';

/** What cannot wait behind anything: what protects a device that is lost. */
const URGENT: readonly ActionType[] = ['erase', 'lock', 'lost_mode_on', 'remove_management', 'relinquish_ownership'];

/** The Android dialect of actions. Reasons it throws: `action.not_enrolled`, `android.not_bound`. */
export function createDialect(parts: Parts, nudge: () => void): Dialect {
  return {
    platform: 'android',
    reportsFetch: false,
    assess,
    enqueue: async (tx, request) => {
      await enqueue(parts, tx, request);
      nudge();
    },
    cancel: async (tx, contractorId, actionId, outcome, now) => {
      const fate = await withdraw(tx, contractorId, actionId, outcome, now);
      nudge();
      return fate;
    },
    progress: progressOf,
    rawCommands: () => [],
  };
}

/** A row only: Google is asked by the budget, whoever waits. */
async function enqueue(parts: Parts, tx: Tx, request: EnqueueRequest): Promise<void> {
  const { contractorId, actionId, device, type, params, secrets: given, expiresAt, now } = request;
  const known = await findOfDevice(tx, contractorId, device.deviceId);
  if (known === undefined || known.state !== 'enrolled')
    throw refusal('action.not_enrolled', 'the device is not enrolled');
  if ((await findBound(tx, contractorId)) === undefined) throw refusal('android.not_bound', 'no enterprise is bound');
  const facts = {
    organization: (await parts.contractor(tx, contractorId)).name,
    personal: device.usageMode === 'personally-owned',
    passcode: given.passcode,
  };
  const asked = commandOf(type, params, facts);
  if (asked === undefined) throw refusal('action.not_on_this_platform', 'Android devices have no such action');
  const commandId = newId<'AndroidCommand'>(now.epochMilliseconds);
  const body = asked.kind === 'issue' ? Buffer.from(JSON.stringify(asked.body)) : undefined;
  const sealed = body && (await parts.secrets.sealFor(tx, contractorId, commandPurpose(commandId), body));
  await insertCommand(tx, contractorId, {
    command_id: commandId,
    device_id: device.deviceId,
    device_name: known.device_name,
    action_id: actionId,
    kind: asked.kind,
    command_type: asked.kind === 'issue' ? asked.body.type : null,
    sealed_payload: sealed ?? null,
    lane: URGENT.includes(type) ? 0 : type === 'refresh' ? 2 : 1,
    created_at: now,
    expires_at: expiresAt,
  });
}

function refusal(reason: string, message: string): DomainError {
  return new DomainError('precondition_failed', message, { reason });
}

/**
 * What Google does not have yet is stopped here; what it has, it is asked to take back, and tells the end by the operation.
 * A deletion cannot be taken back. Google itself ends a command with the time of its action.
 */
async function withdraw(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  outcome: Withdrawal,
  now: Temporal.Instant,
): Promise<'stopped' | 'too_late' | 'requested'> {
  const command = await lockOfAction(tx, contractorId, actionId);
  if (command === undefined || command.finished_at !== null) return command === undefined ? 'stopped' : 'too_late';
  if (isHere(command)) {
    await finishCommand(tx, command, outcome, now);
    return 'stopped';
  }
  if (command.kind === 'delete') return deleted(tx, contractorId, command, outcome, now);
  if (command.kind === 'get') {
    await finishCommand(tx, command, outcome, now);
    return 'stopped';
  }
  if (outcome === 'expired') {
    await updateCommand(tx, command, { step: command.operation_name === null ? 'resolve' : 'check', due_at: now });
    return 'too_late';
  }
  const states = await statesOf(tx, contractorId, [command.device_name]);
  if (states.get(command.device_name)?.state !== 'enrolled') return 'too_late';
  const step = command.operation_name === null ? {} : ({ step: 'cancel', due_at: now } as const);
  await updateCommand(tx, command, { cancel_wanted: true, ...step });
  return 'requested';
}

/** Not sent, or refused for quota since. */
const isHere = (command: CommandRow): boolean => command.step === 'send' && command.sent_at === null;

/** The device never told that it heard: for us it is gone, as it is for Google. */
async function deleted(
  tx: Tx,
  contractorId: ContractorId,
  command: CommandRow,
  outcome: Withdrawal,
  now: Temporal.Instant,
): Promise<'too_late'> {
  if (outcome === 'expired' && command.handed_at !== null) {
    await finishCommand(tx, command, 'expired', now);
    await updateDevice(tx, contractorId, command.device_name, {
      state: 'gone',
      gone_at: now,
      gone_reason: 'unconfirmed',
    });
    await markUnmanaged(tx, contractorId, command.device_id, 'android_deletion_unconfirmed', now);
  }
  return 'too_late';
}
