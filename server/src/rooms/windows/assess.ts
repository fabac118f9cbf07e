import type { ActionType, Note, WindowsWipeMethod } from '@tsukasa/api';
import {
  COMPUTER_NAME,
  type Command,
  canRun,
  checkAgainstNodes,
  findDevice,
  hasBitLocker,
  itemsOf,
  lock,
  NODES,
  type NodeProblem,
  type RawProblem,
  readRawCommands,
  rename,
  reservedProblem,
  restart,
  rotateRecoveryPasswords,
  WIPE_METHODS,
  WIPES,
  type WindowsTarget,
  wipe,
} from '@tsukasa/windows-mdm';
import type { FieldError } from '../../base/errors.ts';
import type { ActionParams, Assessment, RawCommand } from '../actions/index.ts';
import type { DeviceFacts } from '../devices/index.ts';
import type { EffectCode, RefusalCode, WarningCode } from './codes.ts';
import { targetOf } from './target.ts';

const NOTHING: Assessment = { effects: [], warnings: [], options: [], requiredOptions: [] };

/** Longest summary of a raw command that is kept and shown, in characters. */
const LONGEST_SUMMARY = 200;

/** What an action really does on this PC: pure. The catalogue of nodes decides what its build and edition have. */
export function assess(device: DeviceFacts, type: ActionType, params: ActionParams): Assessment {
  const target = targetOf(device);
  switch (type) {
    case 'refresh':
      return possible(device, [effect('refresh')]);
    case 'lock':
      return assessLock(device, target);
    case 'restart':
      return needs(restart(), target) ?? company(device) ?? restartable(device);
    case 'erase':
      return company(device) ?? assessErase(device, target, params);
    case 'locate':
      return company(device) ?? needs(findDevice()[0], target) ?? locatable(device);
    case 'rename':
      return company(device) ?? needs(rename('PC'), target) ?? assessRename(device, params);
    case 'remove_management':
      return removable(device);
    case 'rotate_recovery_key':
      return company(device) ?? assessRotation(device, target);
    case 'raw':
      return company(device) ?? assessRaw(params, target);
    case 'clear_passcode':
    case 'shut_down':
    case 'lost_mode_on':
    case 'lost_mode_off':
    case 'play_sound':
    case 'reset_passcode':
    case 'clear_app_data':
    case 'relinquish_ownership':
      return refused('action.not_on_this_platform');
  }
}

function refused(code: RefusalCode, params?: Readonly<Record<string, unknown>>): Assessment {
  return { ...NOTHING, refusal: note(code, params) };
}

function note(code: string, params?: Readonly<Record<string, unknown>>): Note {
  return params === undefined ? { code } : { code, params: { ...params } };
}

const effect = (code: EffectCode, params?: Readonly<Record<string, unknown>>): Note => note(code, params);
const warning = (code: WarningCode, params?: Readonly<Record<string, unknown>>): Note => note(code, params);

function possible(
  device: DeviceFacts,
  effects: readonly Note[],
  warnings: readonly Note[] = [],
  options: readonly string[] = [],
  requiredOptions: readonly string[] = [],
): Assessment {
  const unknown = device.osVersion === undefined ? [warning('os_version_unknown')] : [];
  return { effects, warnings: [...unknown, ...warnings], options, requiredOptions };
}

/** On a person's own PC the company sees whether it is safe and may end management; nothing else, as on other platforms. */
function company(device: DeviceFacts): Assessment | undefined {
  return device.usageMode === 'personally-owned' ? refused('windows.personally_owned') : undefined;
}

/** The refusal when the PC does not have the node of a command. */
function needs(command: Command | undefined, target: WindowsTarget): Assessment | undefined {
  const [problem] = command === undefined ? [] : checkAgainstNodes(command, target);
  return problem && { ...NOTHING, refusal: problemNote(problem, target) };
}

function problemNote({ code, needs: builds }: NodeProblem, { build }: WindowsTarget): Note {
  if (code !== 'build_too_old') return note('windows.not_in_edition' satisfies RefusalCode);
  return note('windows.build_too_old' satisfies RefusalCode, { needs: builds?.join(', ') ?? '', build: build ?? 0 });
}

/** PCs have no remote lock (fact sheet 5.2); an edition that is not known counts as a PC's. */
function assessLock(device: DeviceFacts, target: WindowsTarget): Assessment {
  if (target.edition === undefined || !canRun(lock(), target)) return refused('windows.no_remote_lock');
  return company(device) ?? possible(device, [effect('screen_locks')], [warning('windows.lock_needs_pin')]);
}

function restartable(device: DeviceFacts): Assessment {
  const effects = [effect('restarts'), effect('windows.restarts_within_minutes')];
  return possible(device, effects, [warning('windows.unsaved_work_lost'), warning('answer_may_not_arrive')]);
}

function assessErase(device: DeviceFacts, target: WindowsTarget, params: ActionParams): Assessment {
  const methods = WIPE_METHODS.filter((method) => canRun(wipe(method), target));
  const method = wipeMethodOf(params);
  const errors: FieldError[] = methods.includes(method)
    ? []
    : [{ pointer: '/params/wipeMethod', detail: `this Windows has ${methods.join(', ')}` }];
  const { keeps, fromCloud, relentless } = WIPES[method];
  const effects = [
    ...(keeps === 'nothing' ? [effect('all_data_erased')] : []),
    effect(`windows.wipe_keeps_${keeps}`),
    effect(fromCloud ? 'windows.wipe_reinstalls_from_cloud' : 'windows.wipe_reinstalls_from_disk'),
    ...(relentless ? [effect('windows.wipe_goes_on_after_power_loss')] : []),
    effect('leaves_management'),
    effect('windows.wipe_methods', { methods }),
  ];
  const warnings = [
    warning(relentless ? 'windows.wipe_may_not_start_again' : 'windows.wipe_can_be_interrupted'),
    warning('windows.wipe_needs_recovery_environment'),
    ...(fromCloud ? [warning('windows.wipe_needs_internet')] : []),
    ...(device.encrypted === true ? [] : [warning('windows.data_stays_readable_on_disk')]),
    ...(keeps === 'user_files' ? [warning('windows.user_files_stay')] : []),
    warning('answer_may_not_arrive'),
  ];
  return { ...possible(device, effects, warnings, ['wipeMethod']), errors };
}

/** What was asked; `doWipe` when nothing was. */
export function wipeMethodOf({ wipeMethod }: ActionParams): WindowsWipeMethod {
  return WIPE_METHODS.find((method) => method === wipeMethod) ?? 'doWipe';
}

function locatable(device: DeviceFacts): Assessment {
  return possible(device, [effect('location_asked')], [warning('windows.location_services_needed')]);
}

function assessRename(device: DeviceFacts, { name }: ActionParams): Assessment {
  const joined = device.domainName === undefined ? [] : [warning('windows.not_for_domain_members')];
  const bad = name !== undefined && (typeof name !== 'string' || !COMPUTER_NAME.test(name));
  const errors: FieldError[] = bad
    ? [{ pointer: '/params/name', detail: 'must be 1 to 15 letters, digits and hyphens, and more than digits' }]
    : [];
  return { ...possible(device, [effect('windows.renamed_after_restart')], joined, ['name'], ['name']), errors };
}

function removable(device: DeviceFacts): Assessment {
  const effects = [effect('management_removed'), effect('windows.keeps_bitlocker_and_accounts')];
  const warnings = [
    warning('windows.no_answer_to_removal'),
    warning('windows.administrator_needed_after_removal'),
    warning('reenroll_by_hand'),
  ];
  return possible(device, effects, warnings);
}

/** Whether the script has left keys with us is known when the action is queued. */
function assessRotation(device: DeviceFacts, target: WindowsTarget): Assessment {
  if (!hasBitLocker(target)) return refused('windows.no_bitlocker');
  const inDirectory = device.domainName !== undefined && canRun(rotateRecoveryPasswords(''), target);
  return possible(
    device,
    [effect('windows.recovery_password_rotates')],
    [warning('windows.rotation_needs_script'), ...(inDirectory ? [warning('windows.rotation_in_directory')] : [])],
  );
}

function assessRaw({ syncml }: ActionParams, target: WindowsTarget): Assessment {
  const base = { ...NOTHING, effects: [effect('raw_command')], options: ['syncml'], requiredOptions: ['syncml'] };
  if (typeof syncml !== 'string') return base;
  const read = readRawCommands(syncml);
  if ('problem' in read) {
    return {
      ...base,
      errors: [{ pointer: '/params/syncml', detail: wordsOf(read.problem) }],
      summary: { requestType: null },
    };
  }
  const problems = read.commands.flatMap((command) => checkAgainstNodes(command, target));
  const errors = problems.map(({ code, target: uri }) => ({ pointer: '/params/syncml', detail: `${code} (${uri})` }));
  return {
    ...base,
    ...(errors.length === 0 ? {} : { errors }),
    summary: { requestType: summaryOf(read.commands) },
    secondPerson: !read.commands.every((command) => command.verb === 'Get'),
  };
}

/** `Get ./DevDetail/SwV; Replace ./Vendor/…`: verbs and nodes, no values. */
export function summaryOf(commands: readonly Command[]): string {
  const text = commands.map(
    (command) =>
      `${command.verb} ${itemsOf(command)
        .map(({ target }) => target)
        .join(' ')}`,
  );
  const all = text.join('; ');
  return all.length <= LONGEST_SUMMARY ? all : `${all.slice(0, LONGEST_SUMMARY - 1)}…`;
}

function wordsOf(problem: RawProblem): string {
  const { code, ...params } = problem;
  const values = Object.entries(params).filter(([, value]) => value !== undefined);
  return values.length === 0
    ? code
    : `${code} (${values.map(([name, value]) => `${name} ${String(value)}`).join(', ')})`;
}

/** Every node of the catalogue with each of its verbs, and whether an expert may use it on this PC. */
export function rawCommands(device: DeviceFacts): readonly RawCommand[] {
  const target = targetOf(device);
  const own = company(device)?.refusal;
  return NODES.flatMap((node) =>
    node.verbs.map((verb): RawCommand => {
      const value = verb === 'Get' || verb === 'Delete' ? {} : { format: node.format, data: '' };
      const command: Command = { verb, items: [{ target: node.uri, ...value }] };
      const [problem] = checkAgainstNodes(command, target);
      const refusal = own ?? (problem && problemNote(problem, target)) ?? reservedNote(command);
      const type = verb === 'Get' || verb === 'Delete' ? null : node.format;
      return {
        requestType: `${verb} ${node.uri}`,
        possible: refusal === undefined,
        refusal: refusal ?? null,
        keys: type === null ? [] : [{ name: 'Data', type, required: type !== 'null' }],
      };
    }),
  );
}

/** Nodes whose change has an action of its own, or belongs to the server. */
function reservedNote(command: Command): Note | undefined {
  return reservedProblem(command) === undefined ? undefined : note('action.reserved_node' satisfies RefusalCode);
}
