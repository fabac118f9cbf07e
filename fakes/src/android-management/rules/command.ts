import type { FieldViolation } from '../errors.ts';
import { durationMs } from '../scalars.ts';
import { isObject, type Message } from '../validate.ts';
import { checkUserFacing } from './enterprise.ts';

/** The params that a type must have, and those of others that it must not. */
const PARAMS: Readonly<Record<string, { readonly field: string; readonly required: boolean }>> = {
  CLEAR_APP_DATA: { field: 'clearAppsDataParams', required: true },
  START_LOST_MODE: { field: 'startLostModeParams', required: true },
  STOP_LOST_MODE: { field: 'stopLostModeParams', required: false },
  ADD_ESIM: { field: 'addEsimParams', required: true },
  REMOVE_ESIM: { field: 'removeEsimParams', required: true },
  REQUEST_DEVICE_INFO: { field: 'requestDeviceInfoParams', required: true },
  WIPE: { field: 'wipeParams', required: false },
};

const LOST_CONTACT = ['lostMessage', 'lostPhoneNumber', 'lostEmailAddress', 'lostStreetAddress'];
const MAX_WIPE_REASON = 200;

/** What a command must keep beside its schema. `identity` holds the mode of the device. */
export function checkCommand(command: Message, identity: Message): readonly FieldViolation[] {
  const type = command['type'];
  if (typeof type !== 'string' || type === 'COMMAND_TYPE_UNSPECIFIED')
    return [{ field: 'type', description: 'A command type is required.' }];
  return [...duration(command), ...params(command, type), ...details(command, type, identity)];
}

function duration(command: Message): readonly FieldViolation[] {
  const given = command['duration'];
  if (typeof given !== 'string' || durationMs(given) > 0) return [];
  return [{ field: 'duration', description: 'must be positive' }];
}

function params(command: Message, type: string): readonly FieldViolation[] {
  const own = PARAMS[type];
  const foreign = Object.values(PARAMS)
    .map(({ field }) => field)
    .filter((field) => field !== own?.field && command[field] !== undefined);
  const password = type !== 'RESET_PASSWORD' && ('newPassword' in command || 'resetPasswordFlags' in command);
  return [
    ...(own?.required === true && !isObject(command[own.field])
      ? [{ field: own.field, description: `is required for ${type}` }]
      : []),
    ...foreign.map((field) => ({ field, description: `does not belong to ${type}` })),
    ...(password ? [{ field: 'newPassword', description: `does not belong to ${type}` }] : []),
  ];
}

function details(command: Message, type: string, identity: Message): readonly FieldViolation[] {
  switch (type) {
    case 'CLEAR_APP_DATA':
      return clearAppData(command['clearAppsDataParams']);
    case 'START_LOST_MODE':
      return lostMode(command['startLostModeParams']);
    case 'WIPE':
      return wipe(command['wipeParams']);
    case 'ADD_ESIM':
      return addEsim(command['addEsimParams'], identity);
    case 'REMOVE_ESIM':
      return required(command['removeEsimParams'], 'removeEsimParams', 'iccId');
    default:
      return [];
  }
}

function clearAppData(params: unknown): readonly FieldViolation[] {
  const names = isObject(params) ? params['packageNames'] : undefined;
  const field = 'clearAppsDataParams.packageNames';
  return Array.isArray(names) && names.length > 0 ? [] : [{ field, description: 'At least one package is required.' }];
}

function lostMode(params: unknown): readonly FieldViolation[] {
  if (!isObject(params)) return [];
  const messages = Object.keys(params)
    .filter((name) => name !== 'lostEmailAddress')
    .flatMap((name) => checkUserFacing(params[name], `startLostModeParams.${name}`));
  if (LOST_CONTACT.some((name) => isSaid(params[name]))) return messages;
  const description = 'At least one of the message, phone number, mail or street address is required.';
  return [...messages, { field: 'startLostModeParams', description }];
}

function isSaid(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  return isObject(value) && typeof value['defaultMessage'] === 'string' && value['defaultMessage'] !== '';
}

function wipe(params: unknown): readonly FieldViolation[] {
  if (!isObject(params)) return [];
  const flags = params['wipeDataFlags'];
  const reason = params['wipeReason'];
  return [
    ...(Array.isArray(flags) && new Set(flags).size < flags.length
      ? [{ field: 'wipeParams.wipeDataFlags', description: 'has a flag twice' }]
      : []),
    ...checkUserFacing(reason, 'wipeParams.wipeReason', MAX_WIPE_REASON),
  ];
}

function addEsim(params: unknown, identity: Message): readonly FieldViolation[] {
  const missing = required(params, 'addEsimParams', 'activationCode');
  const activated = isObject(params) && params['activationState'] === 'ACTIVATED';
  if (!activated || identity['ownership'] !== 'PERSONALLY_OWNED') return missing;
  const description = 'A personally-owned device activates no eSIM by itself.';
  return [...missing, { field: 'addEsimParams.activationState', description }];
}

function required(params: unknown, field: string, name: string): readonly FieldViolation[] {
  const value = isObject(params) ? params[name] : undefined;
  if (typeof value === 'string' && value !== '') return [];
  return [{ field: `${field}.${name}`, description: 'is required' }];
}
