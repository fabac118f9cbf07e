import type { ActionType } from '@tsukasa/api';
import type { ActionParams } from '../actions/index.ts';
import type { CommandBody } from './google/requests.ts';

/** What is asked of Google for an action. */
export type Asked =
  | { readonly kind: 'issue'; readonly body: Omit<CommandBody, 'duration'> & { type: string } }
  | { readonly kind: 'delete' }
  | { readonly kind: 'get' };

export type CommandFacts = {
  /** Shown on a device in lost mode. */
  readonly organization: string;
  readonly personal: boolean;
  readonly passcode: string | undefined;
};

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const message = (value: unknown) => {
  const told = text(value);
  return told === undefined ? undefined : { defaultMessage: told };
};
type Known<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Fields with the value undefined left out: they would not be JSON. */
function known<T extends object>(fields: T): Partial<Known<T>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Known<T>>;
}

/** The command of an action; undefined for an action that Android does not have. */
export function commandOf(type: ActionType, params: ActionParams, facts: CommandFacts): Asked | undefined {
  switch (type) {
    case 'refresh':
      return { kind: 'get' };
    case 'remove_management':
      return { kind: 'delete' };
    case 'lock':
      return issue({ type: 'LOCK' });
    case 'restart':
      return issue({ type: 'REBOOT' });
    case 'relinquish_ownership':
      return issue({ type: 'RELINQUISH_OWNERSHIP' });
    case 'reset_passcode':
      return issue(resetPassword(params, facts.passcode));
    case 'erase':
      return issue(wipe(params, facts.personal));
    case 'lost_mode_on':
      return issue(startLostMode(params, facts.organization));
    case 'lost_mode_off':
      return issue({ type: 'STOP_LOST_MODE', stopLostModeParams: {} });
    case 'clear_app_data':
      return issue({ type: 'CLEAR_APP_DATA', clearAppsDataParams: { packageNames: packageNames(params) } });
    default:
      return undefined;
  }
}

const issue = (body: Omit<CommandBody, 'duration'> & { type: string }): Asked => ({ kind: 'issue', body });

function packageNames({ packageNames: names }: ActionParams): string[] {
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

function resetPassword({ lockNow, requireEntry }: ActionParams, passcode: string | undefined) {
  const flags = [...(lockNow === true ? ['LOCK_NOW'] : []), ...(requireEntry === true ? ['REQUIRE_ENTRY'] : [])];
  return {
    type: 'RESET_PASSWORD',
    ...(passcode === undefined ? {} : { newPassword: passcode }),
    ...(flags.length > 0 ? { resetPasswordFlags: flags } : {}),
  };
}

function wipe(params: ActionParams, personal: boolean) {
  const flags = [
    ...(params.preserveResetProtection === true ? ['PRESERVE_RESET_PROTECTION_DATA'] : []),
    ...(params.wipeExternalStorage === true ? ['WIPE_EXTERNAL_STORAGE'] : []),
    ...(params.wipeEsims === true ? ['WIPE_ESIMS'] : []),
  ];
  const wipeReason = personal ? message(params.wipeMessage) : undefined;
  // The object is sent even when it is empty (fact sheet 4.5).
  return { type: 'WIPE', wipeParams: known({ wipeDataFlags: flags.length > 0 ? flags : undefined, wipeReason }) };
}

function startLostMode(params: ActionParams, organization: string) {
  return {
    type: 'START_LOST_MODE',
    startLostModeParams: known({
      lostOrganization: message(organization),
      lostMessage: message(params.message),
      lostPhoneNumber: message(params.phoneNumber),
      lostStreetAddress: message(params.streetAddress),
      lostEmailAddress: text(params.email),
    }),
  };
}

/** Seconds for which Google keeps a command: as long as the action lasts. Without it a phone that sleeps misses it after ten minutes. */
export function durationOfCommand(expiresAt: Temporal.Instant, now: Temporal.Instant): string {
  return `${Math.max(60, Math.floor(now.until(expiresAt).total('seconds')))}s`;
}
