import { isObject, type Message } from '../android-management/validate.ts';
import { isAtLeast, neededStrength } from './passwords.ts';
import { type LockStrength, modeLetter, type Phone } from './phone.ts';
import type { CommandOutcome } from './port.ts';

/** What the device does after it has said how the command ended. */
export type Aftermath = 'wipe' | 'relinquish' | 'reboot' | 'lost';
export type Executed = CommandOutcome & { readonly after?: Aftermath };

/** How long after a new password, or after its user has left lost mode, a device does not enter lost mode. */
const LOST_MODE_REST_MS = 12 * 3_600_000;
/** Android lets nobody clear these. */
const PROTECTED = ['com.google.android.gms', 'com.google.android.apps.work.clouddpc', 'com.android.vending'];

const COMMANDS: Readonly<Record<string, (phone: Phone, command: Message, now: number) => Executed>> = {
  LOCK: (phone) => {
    phone.locked = true;
    return {};
  },
  REBOOT: (phone) => (modeLetter(phone.mode) === 'F' ? { after: 'reboot' } : { errorCode: 'MANAGEMENT_MODE' }),
  RESET_PASSWORD: resetPassword,
  RELINQUISH_OWNERSHIP: (phone) =>
    modeLetter(phone.mode) === 'C' ? { after: 'relinquish' } : { errorCode: 'MANAGEMENT_MODE' },
  WIPE: () => ({ after: 'wipe' }),
  CLEAR_APP_DATA: clearAppData,
  START_LOST_MODE: startLostMode,
  STOP_LOST_MODE: stopLostMode,
  ADD_ESIM: (phone) => esim(phone, 'SUCCESS'),
  REMOVE_ESIM: (phone, command) => {
    const params = command['removeEsimParams'];
    const known = isObject(params) && params['iccId'] === phone.blueprint.iccId;
    return esim(phone, known ? 'SUCCESS' : 'ERROR_ICC_ID_NOT_FOUND');
  },
  REQUEST_DEVICE_INFO: deviceIdentity,
};

/** Carries out a command. `now` in epoch milliseconds. */
export function execute(phone: Phone, command: Message, now: number): Executed {
  return COMMANDS[String(command['type'])]?.(phone, command, now) ?? { errorCode: 'UNSUPPORTED' };
}

function resetPassword(phone: Phone, command: Message, now: number): Executed {
  const password = typeof command['newPassword'] === 'string' ? command['newPassword'] : '';
  if (!phone.resetToken) return { errorCode: 'UNKNOWN' };
  if (/^\d{1,5}$/.test(password) && phone.blueprint.apiLevel >= 34) return { errorCode: 'INVALID_VALUE' };
  const needed = neededStrength(phone.applied?.policy ?? {}, modeLetter(phone.mode), phone.blueprint.apiLevel);
  const strength = strengthOf(password);
  if (!isAtLeast(strength, needed)) return { errorCode: 'INVALID_VALUE' };
  phone.lock = strength;
  phone.lastPasswordReset = now;
  const flags = command['resetPasswordFlags'];
  if (Array.isArray(flags) && flags.includes('LOCK_NOW')) phone.locked = true;
  return {};
}

/** In the bands of Android 12. */
export function strengthOf(password: string): LockStrength {
  if (password === '') return 'none';
  if (!/^\d+$/.test(password)) return password.length >= 6 ? 'high' : password.length >= 4 ? 'medium' : 'low';
  if (password.length < 4 || hasRun(password)) return 'low';
  return password.length >= 8 ? 'high' : 'medium';
}

/** Four digits that repeat or follow one another. */
function hasRun(digits: string): boolean {
  const steps = [...digits].slice(1).map((digit, index) => Number(digit) - Number(digits[index]));
  return steps.some((step, i) => Math.abs(step) <= 1 && step === steps[i + 1] && step === steps[i + 2]);
}

function clearAppData(phone: Phone, command: Message): Executed {
  const params = command['clearAppsDataParams'];
  const names = isObject(params) && Array.isArray(params['packageNames']) ? params['packageNames'].map(String) : [];
  const results = names.map((name) => {
    const clearingResult = PROTECTED.includes(name)
      ? 'APP_PROTECTED'
      : phone.apps.get(name)?.managed === true
        ? 'SUCCESS'
        : 'APP_NOT_FOUND';
    return [name, { clearingResult }] as const;
  });
  return { status: { clearAppsDataStatus: { results: Object.fromEntries(results) } } };
}

function startLostMode(phone: Phone, command: Message, now: number): Executed {
  const mode = modeLetter(phone.mode);
  if (mode === 'P') return { errorCode: 'MANAGEMENT_MODE' };
  if (mode === 'C' && phone.blueprint.apiLevel < 30) return { errorCode: 'API_LEVEL' };
  const recently = (at: number | undefined) => at !== undefined && now - at < LOST_MODE_REST_MS;
  const end = (status: string): Executed => ({ status: { startLostModeStatus: { status } } });
  if (phone.lost !== undefined) return end('ALREADY_IN_LOST_MODE');
  if (recently(phone.lastPasswordReset)) return end('RESET_PASSWORD_RECENTLY');
  if (recently(phone.leftLostModeByUser)) return end('USER_EXIT_LOST_MODE_RECENTLY');
  const params = command['startLostModeParams'];
  phone.lost = {
    message: isObject(params) ? params : {},
    since: Temporal.Instant.fromEpochMilliseconds(now).toString(),
  };
  phone.locked = true;
  return { ...end('SUCCESS'), after: 'lost' };
}

function stopLostMode(phone: Phone): Executed {
  if (modeLetter(phone.mode) === 'P') return { errorCode: 'MANAGEMENT_MODE' };
  const status = phone.lost === undefined ? 'NOT_IN_LOST_MODE' : 'SUCCESS';
  phone.lost = undefined;
  return { status: { stopLostModeStatus: { status } } };
}

function esim(phone: Phone, status: string): Executed {
  if (phone.blueprint.apiLevel < 35) return { errorCode: 'API_LEVEL' };
  if (phone.blueprint.eid === undefined) return { errorCode: 'UNSUPPORTED' };
  const { iccId } = phone.blueprint;
  const info = status === 'SUCCESS' && iccId !== undefined ? { esimInfo: { iccId } } : {};
  return { status: { esimStatus: { status, ...info } } };
}

function deviceIdentity(phone: Phone): Executed {
  if (modeLetter(phone.mode) !== 'P') return { errorCode: 'MANAGEMENT_MODE' };
  if (phone.blueprint.apiLevel < 33) return { errorCode: 'API_LEVEL' };
  const { eid } = phone.blueprint;
  if (eid === undefined) return { status: { requestDeviceInfoStatus: { status: 'UNSUPPORTED' } } };
  return { status: { requestDeviceInfoStatus: { status: 'SUCCEEDED', eidInfo: { eids: [{ eid }] } } } };
}
