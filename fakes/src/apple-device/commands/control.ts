import { isDict, type PlistDict } from '@tsukasa/apple-mdm';
import {
  type Aftermath,
  type Answer,
  acknowledged,
  type CommandContext,
  done,
  failed,
  isPhoneOrPad,
  MDM_ERROR,
} from '../state.ts';

function text(dict: PlistDict, key: string): string | undefined {
  const value = dict[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A Mac restarts into its PIN prompt; an iPhone says how it went with the message (fact sheet 8.1). */
export function deviceLock(context: CommandContext, command: PlistDict): Answer {
  const { state } = context;
  if (!isPhoneOrPad(context)) {
    state.macPin = text(command, 'PIN');
    state.lockMessage = text(command, 'Message');
    return { status: 'Acknowledged', aftermath: { kind: 'mac_lock' } };
  }
  if (state.lostMode !== undefined) return acknowledged({ MessageResult: 'DeviceInLostMode' });
  state.locked = true;
  if (text(command, 'Message') === undefined && text(command, 'PhoneNumber') === undefined) return done;
  if (!state.passcode) return acknowledged({ MessageResult: 'NoPasscodeSet' });
  state.lockMessage = text(command, 'Message');
  return acknowledged({ MessageResult: 'Success' });
}

/** Only the newest token that this device escrowed opens it. */
export function clearPasscode({ state }: CommandContext, command: PlistDict): Answer {
  const token = command.UnlockToken;
  if (!Buffer.isBuffer(token) || state.unlockToken === undefined || !token.equals(state.unlockToken)) {
    return failed(
      5004,
      'The passcode cannot be cleared: the unlock token is not the device’s.',
      'MCPasscodeErrorDomain',
    );
  }
  state.passcode = false;
  state.locked = false;
  return done;
}

export function restartDevice({ state }: CommandContext): Answer {
  state.restarts += 1;
  return { status: 'Acknowledged', aftermath: { kind: 'restart' } };
}

export function shutDownDevice(): Answer {
  return { status: 'Acknowledged', aftermath: { kind: 'shut_down' } };
}

/** What a Mac that cannot erase its contents does, is asked for by `ObliterationBehavior` (fact sheet 8.1). */
export function eraseDevice(context: CommandContext, command: PlistDict): Answer {
  const { blueprint } = context;
  const wipe = wipeOf(command);
  if (blueprint.platform !== 'macOS' || blueprint.canEraseContents) {
    return { status: 'Acknowledged', aftermath: wipe };
  }
  if (text(command, 'PIN') === undefined)
    return failed(MDM_ERROR.malformedRequest, 'This Mac needs a PIN to be erased.');
  const refusal = failed(
    12,
    'Erase All Content and Settings is not possible on this Mac.',
    'MDMEraseDeviceErrorDomain',
  );
  switch (text(command, 'ObliterationBehavior') ?? 'Default') {
    case 'DoNotObliterate':
      return refusal;
    case 'ObliterateWithWarning':
    case 'Always':
      return { status: 'Acknowledged', aftermath: wipe };
    default:
      return { ...refusal, aftermath: wipe };
  }
}

/** With `ReturnToService` the device comes back by itself with the profile it was given. */
function wipeOf(command: PlistDict): Aftermath {
  const service = command.ReturnToService;
  const profile = isDict(service) && service.Enabled === true ? service.MDMProfileData : undefined;
  return { kind: 'wipe', ...(Buffer.isBuffer(profile) ? { returnTo: profile } : {}) };
}
