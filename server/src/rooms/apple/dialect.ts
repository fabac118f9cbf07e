import { COMMANDS, checkCommand, clearPasscode, type PlistDict, removeProfile } from '@tsukasa/apple-mdm';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Dialect, EnqueueRequest, RawCommand } from '../actions/index.ts';
import type { DeviceFacts } from '../devices/index.ts';
import { commandOf } from './action-commands.ts';
import { assess, problemNote, rightsOf } from './assess.ts';
import { countOpen, insertCommands, MOST_OPEN, progressOf, withdraw } from './command-store.ts';
import { findLiveOfDevice, findSealedTokens } from './enrollment-store.ts';
import type { EnrollmentRow } from './model.ts';
import { observationCommands } from './observation.ts';
import type { WakeUps } from './push/index.ts';
import { parseRawCommand } from './raw-command.ts';
import { targetOf } from './target.ts';

export type DialectDeps = { readonly secrets: Secrets; readonly wakeUps: () => WakeUps };

/** The Apple dialect of actions. Reasons it throws: `action.not_enrolled`, `action.no_unlock_token`, `action.queue_full`. */
export function createDialect(deps: DialectDeps): Dialect {
  return {
    platform: 'apple',
    reportsFetch: true,
    assess,
    enqueue: (tx, request) => enqueue(deps, tx, request),
    cancel: withdraw,
    progress: progressOf,
    rawCommands,
  };
}

async function enqueue(deps: DialectDeps, tx: Tx, request: EnqueueRequest): Promise<void> {
  const { contractorId, actionId, device, type, priority, expiresAt, now } = request;
  const enrollment = await findLiveOfDevice(tx, contractorId, device.deviceId);
  if (enrollment?.state !== 'enrolled') throw refusal('action.not_enrolled', 'the device is not enrolled');
  const open = await countOpen(tx, contractorId, enrollment.enrollmentId);
  if (open.all >= MOST_OPEN) throw refusal('action.queue_full', 'too many commands wait for the device');
  const purpose = type === 'raw' ? 'raw' : 'action';
  const commands = await commandsFor(deps, tx, request, enrollment);
  const queued = commands.map(
    ({ command, secret }) => ({ command, purpose, actionId, secret, priority, expiresAt }) as const,
  );
  await insertCommands(tx, deps.secrets, enrollment, queued, now);
  await deps.wakeUps().wantWake(tx, contractorId, enrollment.enrollmentId, now);
}

function refusal(reason: string, message: string): DomainError {
  return new DomainError('precondition_failed', message, { reason });
}

type Made = { readonly command: PlistDict; readonly secret: boolean };

async function commandsFor(
  deps: DialectDeps,
  tx: Tx,
  { device, type, params, secrets }: EnqueueRequest,
  enrollment: EnrollmentRow,
): Promise<readonly Made[]> {
  const open = (command: PlistDict): readonly Made[] => [{ command, secret: false }];
  const sealed = (command: PlistDict): readonly Made[] => [{ command, secret: true }];
  const target = targetOf(device, enrollment.accessRights);
  switch (type) {
    case 'refresh':
      return observationCommands(target, device.usageMode).flatMap(open);
    case 'clear_passcode':
      return sealed(clearPasscode(await unlockToken(deps, tx, enrollment)));
    case 'remove_management':
      return open(removeProfile(enrollment.profile.identifier));
    case 'raw':
      return sealed(parseRawCommand(params).command ?? {});
    case 'lock':
    case 'erase': {
      const command = commandOf(type, params, target, secrets.pin);
      return secrets.pin === undefined ? open(command) : sealed(command);
    }
    case 'reset_passcode':
    case 'clear_app_data':
    case 'rotate_recovery_key':
    case 'relinquish_ownership':
      throw refusal('action.not_on_this_platform', 'Apple devices have no such action');
    default:
      return open(commandOf(type, params, target, undefined));
  }
}

async function unlockToken(deps: DialectDeps, tx: Tx, { contractorId, enrollmentId }: EnrollmentRow): Promise<Buffer> {
  const { unlock } = await findSealedTokens(tx, contractorId, enrollmentId);
  if (unlock === undefined) throw refusal('action.no_unlock_token', 'the device has left no unlock token with us');
  return deps.secrets.openFor(tx, contractorId, { use: 'apple.unlock_token', row: enrollmentId }, unlock);
}

/** Every command of the catalogue, and whether this device would take it. */
function rawCommands(device: DeviceFacts): readonly RawCommand[] {
  const target = targetOf(device, rightsOf(device));
  return COMMANDS.map((command) => {
    const check = checkCommand({ RequestType: command.requestType }, target);
    // Only what concerns the whole command: keys are for the expert to give.
    const whole = check.ok
      ? undefined
      : check.problems.find(({ path, code }) => path === '' && code !== 'one_of_required' && code !== 'exactly_one');
    return {
      requestType: command.requestType,
      possible: whole === undefined,
      refusal: whole === undefined ? null : problemNote(whole),
      keys: (command.keys ?? []).map(({ name, type, required }) => ({ name, type, required: required === true })),
    };
  });
}
