import type { ActionType, Note } from '@tsukasa/api';
import type { FieldError } from '../../base/errors.ts';
import type { ActionParams, Assessment } from '../actions/index.ts';
import type { DeviceFacts } from '../devices/index.ts';
import { type AndroidMode, apiLevelOf, modeOf, versionOfLevel } from './model.ts';

type Told = { readonly mode: AndroidMode; readonly level: number | undefined; readonly device: DeviceFacts };
type Judgement = Omit<Assessment, 'options' | 'requiredOptions'> & {
  readonly options?: readonly string[];
  readonly requiredOptions?: readonly string[];
};

/** What an action really does on this Android device (fact sheet 4.3 and 4.5). Pure. */
export function assess(device: DeviceFacts, type: ActionType, params: ActionParams): Assessment {
  if (device.managementState !== 'managed') return whole(refused('action.device_not_managed'));
  const told = { mode: modeOf(device), level: apiLevelOf(device), device };
  return whole(judge(told, type, params));
}

function whole({ options = [], requiredOptions = [], ...rest }: Judgement): Assessment {
  return { ...rest, options, requiredOptions };
}

function judge(told: Told, type: ActionType, params: ActionParams): Judgement {
  switch (type) {
    case 'refresh':
      return { effects: [note('android.reads_last_report')], warnings: [note('android.no_way_to_ask_the_device')] };
    case 'lock':
      return { effects: [note(lockEffect(told))], warnings: waits(told) };
    case 'reset_passcode':
      return resetPasscode(told, params);
    case 'restart':
      return restart(told);
    case 'erase':
      return erase(told);
    case 'relinquish_ownership':
      return relinquish(told);
    case 'remove_management':
      return removeManagement(told);
    case 'lost_mode_on':
      return lostModeOn(told, params);
    case 'lost_mode_off':
      return lostModeOff(told);
    case 'locate':
      return refused(told.device.lostMode === true ? 'android.location_comes_by_itself' : 'action.not_in_lost_mode');
    case 'clear_app_data':
      return clearAppData(told);
    case 'clear_passcode':
    case 'shut_down':
    case 'play_sound':
    case 'rename':
    case 'rotate_recovery_key':
    case 'raw':
      return refused('action.not_on_this_platform');
  }
}

function refused(code: string, params?: Readonly<Record<string, unknown>>): Judgement {
  return { refusal: note(code, params), effects: [], warnings: [] };
}

function note(code: string, params?: Readonly<Record<string, unknown>>): Note {
  return params === undefined ? { code } : { code, params: { ...params } };
}

/** Google keeps a command until the device comes, or until the action's time is over. */
function waits({ mode }: Told): readonly Note[] {
  return [
    note('android.google_delivers'),
    ...(mode === 'fully_managed' ? [] : [note('android.profile_may_be_paused')]),
  ];
}

/** The device has an older Android than the action needs. What is not known is let through: the device decides. */
function tooOld({ level, device }: Told, least: number): Judgement | undefined {
  if (level === undefined || level >= least) return undefined;
  const version = device.osVersion ?? versionOfLevel(level);
  return refused('action.os_too_old', { introduced: versionOfLevel(least), version });
}

function lockEffect({ mode, level }: Told): string {
  if (mode === 'fully_managed') return 'screen_locks';
  const wholeDevice = mode === 'company_profile' && level !== undefined && level < 30;
  return wholeDevice ? 'screen_locks' : 'android.work_profile_locks';
}

function resetPasscode(told: Told, params: ActionParams): Judgement {
  const { mode, level } = told;
  const device = mode === 'fully_managed';
  const { passcode } = params;
  const weak = typeof passcode === 'string' && /^\d{1,5}$/.test(passcode) && (level === undefined || level >= 34);
  const errors: readonly FieldError[] = weak
    ? [{ pointer: '/params/passcode', detail: 'a numeric passcode has at least 6 digits from Android 14 on' }]
    : [];
  return {
    effects: [note(device ? 'android.device_password_changes' : 'android.profile_password_changes')],
    warnings: [note('android.reset_token_needed'), ...waits(told)],
    options: ['passcode', 'lockNow', 'requireEntry'],
    ...(errors.length > 0 ? { errors } : {}),
  };
}

function restart(told: Told): Judgement {
  if (told.mode !== 'fully_managed') return refused('android.fully_managed_only');
  return tooOld(told, 24) ?? { effects: [note('restarts')], warnings: waits(told) };
}

function erase(told: Told): Judgement {
  if (told.mode === 'personal_profile') {
    return {
      effects: [note('android.work_profile_removed'), note('android.personal_side_stays')],
      warnings: [note('reenroll_by_hand'), ...waits(told)],
      options: ['wipeMessage'],
    };
  }
  const both = told.mode === 'company_profile' ? [note('android.personal_side_lost_too')] : [];
  return {
    effects: [note('android.factory_reset'), ...both],
    warnings: [note('reenroll_by_hand'), ...waits(told)],
    options: ['preserveResetProtection', 'wipeExternalStorage', 'wipeEsims'],
  };
}

function relinquish(told: Told): Judgement {
  if (told.mode !== 'company_profile') return refused('android.company_profile_only');
  const effects = [
    note('android.work_profile_removed'),
    note('android.personal_side_stays'),
    note('android.person_keeps_device'),
  ];
  return tooOld(told, 26) ?? { effects, warnings: [note('reenroll_by_hand'), ...waits(told)] };
}

/** `devices.delete`: Google forgets the device at once, whether or not it ever hears of it (fact sheet 4.3). */
function removeManagement({ mode }: Told): Judgement {
  const does =
    mode === 'personal_profile'
      ? [note('android.work_profile_removed'), note('android.personal_side_stays')]
      : [
          note('android.factory_reset'),
          ...(mode === 'company_profile' ? [note('android.personal_side_lost_too')] : []),
        ];
  const better = mode === 'company_profile' ? [note('android.relinquish_keeps_personal_side')] : [];
  return {
    effects: [note('android.record_deleted'), ...does],
    warnings: [
      note('android.delete_is_not_confirmed'),
      note('android.erase_is_followed'),
      ...better,
      note('reenroll_by_hand'),
    ],
  };
}

/** Something to show beside the organization is asked for (fact sheet 4.5). */
const LOST_MODE_TEXTS = ['message', 'phoneNumber', 'email', 'streetAddress'];

function lostModeOn(told: Told, params: ActionParams): Judgement {
  if (told.mode === 'personal_profile') return refused('android.company_owned_only');
  if (told.device.lostMode === true) return refused('android.already_in_lost_mode');
  const old = told.mode === 'company_profile' ? tooOld(told, 30) : undefined;
  if (old !== undefined) return old;
  const empty = !LOST_MODE_TEXTS.some((name) => params[name] !== undefined);
  const errors = [
    { pointer: '/params/message', detail: 'a message, phone number, e-mail or street address must be given' },
  ];
  return {
    effects: [note('lost_mode_on'), note('android.location_comes_by_itself')],
    warnings: [note('android.lost_mode_after_password_change'), ...waits(told)],
    options: LOST_MODE_TEXTS,
    ...(empty ? { errors } : {}),
  };
}

function lostModeOff(told: Told): Judgement {
  if (told.mode === 'personal_profile') return refused('android.company_owned_only');
  if (told.device.lostMode !== true) return refused('action.not_in_lost_mode');
  return { effects: [note('lost_mode_off')], warnings: waits(told) };
}

function clearAppData(told: Told): Judgement {
  const ready: Judgement = {
    effects: [note('android.app_data_cleared')],
    warnings: [note('android.some_apps_are_protected'), ...waits(told)],
    options: ['packageNames'],
    requiredOptions: ['packageNames'],
  };
  return tooOld(told, 28) ?? ready;
}
