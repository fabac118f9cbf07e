import {
  type Command,
  findDevice,
  lock,
  readRawCommands,
  rename,
  restart,
  rotateRecoveryPasswords,
  unenroll,
  wipe,
} from '@tsukasa/windows-mdm';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { Dialect, EnqueueRequest } from '../actions/index.ts';
import { progressOf, withdraw } from './action-store.ts';
import { assess, rawCommands, wipeMethodOf } from './assess.ts';
import type { RefusalCode } from './codes.ts';
import { PROVIDER_ID } from './enrollment-model.ts';
import type { EnqueueCommands, NewCommand } from './model.ts';
import { questionCommands } from './questions.ts';
import { startRotation } from './recovery-store.ts';
import { targetOf } from './target.ts';
import { findLiveOfDevice, type LiveEnrollment } from './upkeep-store.ts';
import type { WakeUps } from './wake/index.ts';

export type DialectDeps = { readonly enqueueCommands: EnqueueCommands; readonly wakeUps: WakeUps };

/** The Windows dialect of actions. Reasons it throws: `action.not_enrolled`, `windows.rotation_not_possible`, `windows.queue_full`. */
export function createDialect(deps: DialectDeps): Dialect {
  return {
    platform: 'windows',
    reportsFetch: true,
    assess,
    enqueue: (tx, request) => enqueue(deps, tx, request),
    cancel: withdraw,
    progress: progressOf,
    rawCommands,
  };
}

async function enqueue({ enqueueCommands, wakeUps }: DialectDeps, tx: Tx, request: EnqueueRequest): Promise<void> {
  const { contractorId, device, now } = request;
  const enrollment = await findLiveOfDevice(tx, contractorId, device.deviceId);
  if (enrollment === undefined) throw refusal('action.not_enrolled', 'the device is not enrolled');
  const commands = await commandsFor(tx, request, enrollment);
  if (commands.length === 0) return; // the device hears of it when it brings its keys
  await enqueueCommands(tx, enrollment, commands, now);
  await wakeUps.wantWake(tx, contractorId, enrollment.enrollmentId, now);
}

function refusal(reason: RefusalCode, message: string): DomainError {
  return new DomainError('precondition_failed', message, { reason });
}

async function commandsFor(
  tx: Tx,
  request: EnqueueRequest,
  enrollment: LiveEnrollment,
): Promise<readonly NewCommand[]> {
  const { device, type, params, actionId, priority, expiresAt } = request;
  const ordered = { purpose: 'action', actionId, priority, expiresAt } as const;
  const one = (command: Command, more: Partial<NewCommand> = {}): readonly NewCommand[] => [
    { ...ordered, command, note: { action: type }, ...more },
  ];
  // What must not happen twice is never sent again by itself.
  const once = { delivery: 'once' } as const;
  switch (type) {
    case 'refresh':
      return questionCommands(device, ordered).commands;
    case 'lock':
      return one(lock());
    case 'restart':
      return one(restart(), once);
    case 'erase': {
      const method = wipeMethodOf(params);
      return one(wipe(method), { ...once, note: { action: type, method } });
    }
    case 'rename': {
      const name = String(params.name);
      return one(rename(name), { note: { action: type, name } });
    }
    case 'locate':
      return findDevice().map((command, step) => ({ ...ordered, command, note: { action: type, step } }));
    case 'remove_management':
      return one(unenroll(PROVIDER_ID), once);
    case 'rotate_recovery_key':
      return rotationCommands(tx, request, enrollment, ordered);
    case 'raw':
      return rawCommandsOf(params, { ...ordered, purpose: 'raw' });
    default:
      throw refusal('action.not_on_this_platform', 'Windows PCs have no such action');
  }
}

/** By our own script where it has left keys with us; by the CSP where the device is joined to a directory. */
async function rotationCommands(
  tx: Tx,
  { contractorId, actionId, device, now }: EnqueueRequest,
  { enrollmentId }: LiveEnrollment,
  ordered: Pick<NewCommand, 'purpose' | 'actionId' | 'priority' | 'expiresAt'>,
): Promise<readonly NewCommand[]> {
  const { deviceId } = device;
  if (await startRotation(tx, { contractorId, actionId, enrollmentId, deviceId, now })) return [];
  const { build } = targetOf(device);
  if (device.domainName === undefined || build === undefined || build < 18_363) {
    throw refusal('windows.rotation_not_possible', 'the device has left no keys and is joined to no directory');
  }
  const command = rotateRecoveryPasswords(actionId);
  return [{ ...ordered, command, delivery: 'once', note: { action: 'rotate_recovery_key' } }];
}

function rawCommandsOf(
  { syncml }: EnqueueRequest['params'],
  ordered: Omit<NewCommand, 'command'>,
): readonly NewCommand[] {
  const read = readRawCommands(typeof syncml === 'string' ? syncml : '');
  if ('problem' in read) throw new Error('a raw command that was checked cannot be read');
  // An expert's values may be secrets. What changes something is sent once, what only reads may be sent again.
  return read.commands.map((command, index) => ({
    ...ordered,
    command,
    secret: true,
    delivery: command.verb === 'Exec' || command.verb === 'Atomic' ? 'once' : 'again',
    note: { action: 'raw', index, verb: command.verb },
  }));
}
