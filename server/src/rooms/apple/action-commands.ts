import type { ActionType } from '@tsukasa/api';
import {
  type CommandTarget,
  deviceLocation,
  deviceLock,
  disableLostMode,
  enableLostMode,
  eraseDevice,
  OBLITERATION_BEHAVIORS,
  type PlistDict,
  playLostModeSound,
  restartDevice,
  setDeviceName,
  shutDownDevice,
} from '@tsukasa/apple-mdm';
import type { ActionParams } from '../actions/index.ts';

/** Actions that Apple's devices do not have. */
export type ForeignAction = 'reset_passcode' | 'clear_app_data' | 'rotate_recovery_key' | 'relinquish_ownership';
export type SingleType = Exclude<
  ActionType,
  'refresh' | 'clear_passcode' | 'remove_management' | 'raw' | ForeignAction
>;

/** The command of an action that is one command; only with the keys that this device takes. */
export function commandOf(
  type: SingleType,
  params: ActionParams,
  target: CommandTarget,
  pin: string | undefined,
): PlistDict {
  const withPin = pin === undefined ? {} : { pin };
  switch (type) {
    case 'lock':
      return deviceLock({
        ...texts(params, ['message', 'phoneNumber']),
        ...(target.platform === 'macOS' ? withPin : {}),
      });
    case 'restart':
      return restartDevice(flags(params, ['notifyUser']));
    case 'shut_down':
      return shutDownDevice();
    case 'erase': {
      const obliterationBehavior = OBLITERATION_BEHAVIORS.find((one) => one === params.obliterationBehavior);
      return eraseDevice({
        ...flags(params, ['preserveDataPlan', 'disallowProximitySetup']),
        ...(obliterationBehavior === undefined ? {} : { obliterationBehavior }),
        ...(target.platform === 'macOS' ? withPin : {}),
      });
    }
    case 'lost_mode_on':
      return enableLostMode(texts(params, ['message', 'phoneNumber', 'footnote']));
    case 'lost_mode_off':
      return disableLostMode();
    case 'locate':
      return deviceLocation();
    case 'play_sound':
      return playLostModeSound();
    case 'rename':
      return setDeviceName(texts(params, ['name']).name ?? '');
  }
}

function texts<K extends string>(params: ActionParams, keys: readonly K[]): { readonly [k in K]?: string } {
  const entries = keys.flatMap((key) => (typeof params[key] === 'string' ? [[key, params[key]] as const] : []));
  return Object.fromEntries(entries) as { readonly [k in K]?: string };
}

function flags<K extends string>(params: ActionParams, keys: readonly K[]): { readonly [k in K]?: boolean } {
  const entries = keys.flatMap((key) => (typeof params[key] === 'boolean' ? [[key, params[key]] as const] : []));
  return Object.fromEntries(entries) as { readonly [k in K]?: boolean };
}
