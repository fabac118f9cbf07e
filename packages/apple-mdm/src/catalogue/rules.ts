// Conditions Apple states in prose only, so that no schema file holds them.
import { type PlistDict, valueAt } from '../plist-value.ts';
import { type CommandTarget, type Problem, type Reason, schemaPlatform } from './target.ts';

const CHIPS: { readonly [requestType: string]: 'apple_silicon_only' | 'intel_only' | undefined } = {
  SetRecoveryLock: 'apple_silicon_only',
  VerifyRecoveryLock: 'apple_silicon_only',
  SetFirmwarePassword: 'intel_only',
  VerifyFirmwarePassword: 'intel_only',
};

/** Conditions of a whole command beyond its gates: the chip of a Mac, and Shared iPad's own user command. */
export function rulesOf(requestType: string, target: CommandTarget): readonly Reason[] {
  const chip = CHIPS[requestType];
  if (chip !== undefined && target.appleSilicon !== undefined) {
    if (target.appleSilicon !== (chip === 'apple_silicon_only')) return [{ code: chip, params: {} }];
  }
  // Its gate lists Shared iPad as allowed, but only users of a Shared iPad ever wait.
  if (requestType === 'UserConfigured' && target.sharedIPad !== true) return [{ code: 'shared_ipad_only', params: {} }];
  return [];
}

/** Conditions between keys of one command. */
export function commandRules(requestType: string, command: PlistDict, target: CommandTarget): readonly Problem[] {
  switch (requestType) {
    case 'EnableLostMode':
      return atLeastOne(command, ['Message', 'PhoneNumber']);
    case 'InstallApplication':
      return exactlyOne(command, ['iTunesStoreID', 'Identifier', 'ManifestURL']);
    case 'InstallEnterpriseApplication':
      return exactlyOne(command, ['Manifest', 'ManifestURL']);
    case 'DeviceLock':
      return schemaPlatform(target.platform) === 'macOS' ? [...required(command, 'PIN'), ...sixDigits(command)] : [];
    case 'EraseDevice':
      return sixDigits(command);
    case 'DeleteUser':
      return valueAt(command, 'DeleteAllUsers') === true ? [] : required(command, 'UserName');
    default:
      return [];
  }
}

function present(command: PlistDict, keys: readonly string[]): readonly string[] {
  return keys.filter((key) => {
    const value = valueAt(command, key);
    return value !== undefined && value !== '';
  });
}

function atLeastOne(command: PlistDict, keys: readonly string[]): readonly Problem[] {
  return present(command, keys).length > 0 ? [] : [{ path: '', code: 'one_of_required', params: { keys } }];
}

function exactlyOne(command: PlistDict, keys: readonly string[]): readonly Problem[] {
  return present(command, keys).length === 1 ? [] : [{ path: '', code: 'exactly_one', params: { keys } }];
}

function required(command: PlistDict, key: string): readonly Problem[] {
  return valueAt(command, key) === undefined ? [{ path: key, code: 'missing_key', params: {} }] : [];
}

/** Apple asks for six characters; digits only, since that is what the lock screen of a Mac takes. */
function sixDigits(command: PlistDict): readonly Problem[] {
  const pin = valueAt(command, 'PIN');
  if (typeof pin !== 'string' || /^[0-9]{6}$/.test(pin)) return [];
  return [{ path: 'PIN', code: 'format', params: { expected: '000000-999999' } }];
}
