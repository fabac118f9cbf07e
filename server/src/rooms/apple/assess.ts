import type { ActionType, Note } from '@tsukasa/api';
import { accessRightsFor, type CommandTarget, checkCommand, type PlistDict, type Problem } from '@tsukasa/apple-mdm';
import type { ActionParams, Assessment } from '../actions/index.ts';
import type { DeviceFacts } from '../devices/index.ts';
import { commandOf, type ForeignAction } from './action-commands.ts';
import { parseRawCommand, pointerOf } from './raw-command.ts';
import { isSupervised, targetOf } from './target.ts';

const NOTHING: Pick<Assessment, 'effects' | 'warnings' | 'options' | 'requiredOptions'> = {
  effects: [],
  warnings: [],
  options: [],
  requiredOptions: [],
};

/** The rights the enrollment of such a device has. */
export function rightsOf(device: DeviceFacts): number {
  return accessRightsFor(device.usageMode);
}

/** What an action really does on this device: pure. Refusals are named `action.*`; the catalogue decides what can work. */
export function assess(device: DeviceFacts, type: ActionType, params: ActionParams): Assessment {
  const target = targetOf(device, rightsOf(device));
  if (device.managementState !== 'managed') return refused({ code: 'action.device_not_managed' });
  switch (type) {
    case 'refresh':
      return { ...NOTHING, effects: [note('refresh')], warnings: warnings(device, target) };
    case 'reset_passcode':
    case 'clear_app_data':
    case 'rotate_recovery_key':
    case 'relinquish_ownership':
      return refused(note('action.not_on_this_platform'));
    case 'raw':
      return assessRaw(params, target);
    case 'remove_management':
      return {
        ...NOTHING,
        effects: [note('management_removed'), note('managed_data_removed')],
        warnings: [...warnings(device, target), note('reenroll_by_hand')],
      };
    default:
      return assessCommand(device, type, params, target);
  }
}

function refused(refusal: Note): Assessment {
  return { ...NOTHING, refusal };
}

function note(code: string, params?: Readonly<Record<string, unknown>>): Note {
  return params === undefined ? { code } : { code, params: { ...params } };
}

type OneCommand = Exclude<ActionType, 'refresh' | 'raw' | 'remove_management' | ForeignAction>;

/** Any value a command of the type takes: what is asked here is whether the device takes the command at all. */
function sampleOf(type: OneCommand, target: CommandTarget): PlistDict {
  if (type === 'clear_passcode') return { RequestType: 'ClearPasscode', UnlockToken: Buffer.from('token') };
  const sample = { message: 'x', name: 'x' };
  const params = type === 'lock' ? {} : sample;
  return commandOf(type, params, target, target.platform === 'macOS' ? '000000' : undefined);
}

function assessCommand(device: DeviceFacts, type: OneCommand, params: ActionParams, target: CommandTarget): Assessment {
  const check = checkCommand(sampleOf(type, target), target);
  if (!check.ok) return refused(problemNote(check.problems[0]));
  const state = refusalByState(device, type);
  if (state !== undefined) return refused(state);
  const options = optionsOf(type, target);
  const isMac = target.platform === 'macOS';
  return {
    effects: effectsOf(type, device, target),
    warnings: [...warnings(device, target), ...warningsOf(type, device, target)],
    options,
    requiredOptions: type === 'rename' ? ['name'] : [],
    ...((type === 'lock' || type === 'erase') && isMac ? { needsPin: true } : {}),
    ...(type === 'lost_mode_on' ? lostModeErrors(params) : {}),
  };
}

/** What the device last said of itself decides; unknown counts as no obstacle. */
function refusalByState(device: DeviceFacts, type: OneCommand): Note | undefined {
  switch (type) {
    case 'locate':
    case 'play_sound':
    case 'lost_mode_off':
      return device.lostMode === true ? undefined : note('action.not_in_lost_mode');
    case 'clear_passcode':
      return device.passcodePresent === false ? note('action.no_passcode') : undefined;
    default:
      return undefined;
  }
}

function lostModeErrors({ message, phoneNumber }: ActionParams): Pick<Assessment, 'errors'> {
  if (message !== undefined || phoneNumber !== undefined) return {};
  return { errors: [{ pointer: '/params/message', detail: 'message_or_phone_number' }] };
}

/** Which of the action's fields this device's OS takes: the catalogue is asked for each. */
function optionsOf(type: OneCommand, target: CommandTarget): readonly string[] {
  const pin = target.platform === 'macOS' ? '000000' : undefined;
  const samples: readonly (readonly [string, unknown])[] = OPTION_SAMPLES[type] ?? [];
  const taken = samples.filter(([name, value]) => {
    const command = commandOf(
      type === 'clear_passcode' ? 'shut_down' : type,
      { ...(type === 'lost_mode_on' ? { message: 'x' } : {}), [name]: value },
      target,
      pin,
    );
    return checkCommand(command, target).ok;
  });
  const names = taken.map(([name]) => name);
  return (type === 'lock' || type === 'erase') && pin !== undefined ? [...names, 'pin'] : names;
}

const OPTION_SAMPLES: Partial<Record<OneCommand, readonly (readonly [string, unknown])[]>> = {
  lock: [
    ['message', 'x'],
    ['phoneNumber', '1'],
  ],
  restart: [['notifyUser', true]],
  erase: [
    ['preserveDataPlan', true],
    ['disallowProximitySetup', true],
    ['obliterationBehavior', 'Default'],
  ],
  lost_mode_on: [
    ['message', 'x'],
    ['phoneNumber', '1'],
    ['footnote', 'x'],
  ],
  rename: [['name', 'x']],
};

function effectsOf(type: OneCommand, device: DeviceFacts, target: CommandTarget): readonly Note[] {
  const isMac = target.platform === 'macOS';
  switch (type) {
    case 'lock':
      return isMac ? [note('mac_restarts_locked'), note('pin_unlocks')] : lockEffects(device);
    case 'clear_passcode':
      return [note('passcode_removed'), note('device_opens_without_code')];
    case 'restart':
      return [note('restarts')];
    case 'shut_down':
      return [note('shuts_down'), note('someone_must_turn_on')];
    case 'erase':
      return [note('all_data_erased'), ...(isMac ? [note('mac_may_need_reinstall')] : []), note('leaves_management')];
    case 'lost_mode_on':
      return [note('locked_until_lost_mode_off'), note('message_shown'), note('location_available')];
    case 'lost_mode_off':
      return [note('unlocks_from_lost_mode'), note('user_told_of_location')];
    case 'locate':
      return [note('location_asked')];
    case 'play_sound':
      return [note('sound_plays')];
    case 'rename':
      return [note('name_changes')];
  }
}

function lockEffects(device: DeviceFacts): readonly Note[] {
  const code = device.passcodePresent === false ? [note('no_passcode_opens_at_once')] : [note('passcode_opens')];
  return [note('screen_locks'), ...code];
}

function warningsOf(type: OneCommand, device: DeviceFacts, target: CommandTarget): readonly Note[] {
  switch (type) {
    case 'clear_passcode':
      // Whether the device left its token with us is known when the action is queued.
      return [note('needs_unlock_token'), note('wifi_before_first_unlock')];
    case 'erase':
      return [
        note('answer_may_not_arrive'),
        ...(device.activationLock === true ? [note('activation_lock_stays')] : []),
      ];
    case 'lock':
      return target.platform === 'macOS' ? [note('answer_may_not_arrive'), note('keep_the_pin')] : [];
    case 'shut_down':
    case 'restart':
      return [note('answer_may_not_arrive')];
    default:
      return [];
  }
}

function warnings(device: DeviceFacts, target: CommandTarget): readonly Note[] {
  const unknown = device.osVersion === undefined ? [note('os_version_unknown')] : [];
  const supervision =
    device.supervised === undefined && !isSupervised(device, target.platform) ? [note('supervision_unknown')] : [];
  return [...unknown, ...supervision];
}

function assessRaw(params: ActionParams, target: CommandTarget): Assessment {
  const base = { ...NOTHING, effects: [note('raw_command')], options: ['plist'], requiredOptions: ['plist'] };
  if (params.plist === undefined) return base;
  const { command, errors } = parseRawCommand(params);
  if (command === undefined) return { ...base, errors, summary: { requestType: null } };
  const summary = { requestType: typeof command.RequestType === 'string' ? command.RequestType.slice(0, 100) : null };
  const check = checkCommand(command, target);
  if (check.ok) return { ...base, summary };
  const problems = check.problems.map((problem) => ({ pointer: pointerOf(problem), detail: wordsOf(problem) }));
  return { ...base, summary, errors: problems };
}

function wordsOf({ code, params }: Problem): string {
  const values = Object.entries(params).map(([name, value]) => `${name} ${String(value)}`);
  return values.length === 0 ? code : `${code} (${values.join(', ')})`;
}

/** A problem of the catalogue as the reason of a refusal: `action.not_supervised`, `action.os_too_old`... */
export function problemNote(problem: Problem | undefined): Note {
  if (problem === undefined) return note('action.not_possible');
  const { code, params, path } = problem;
  return note(`action.${code}`, path === '' ? params : { ...params, path });
}
