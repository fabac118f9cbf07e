import type { Gate, Gates, SchemaPlatform } from './model.ts';

export const TARGET_PLATFORMS = ['iOS', 'iPadOS', 'macOS', 'tvOS', 'visionOS', 'watchOS'] as const;
export type TargetPlatform = (typeof TARGET_PLATFORMS)[number];

/** How a device is enrolled. `automated` is Automated Device Enrolment, `user` is User Enrolment. */
export const ENROLLMENT_MODES = ['device', 'user', 'automated'] as const;
export type EnrollmentMode = (typeof ENROLLMENT_MODES)[number];

/**
 * What a command is checked against. An absent `osVersion` or `appleSilicon` leaves out the checks that need it.
 * `accessRights` is ignored for User Enrolment, as devices do. `sharedIPad` absent means not shared.
 */
export type CommandTarget = {
  readonly platform: TargetPlatform;
  readonly osVersion?: string;
  readonly supervised: boolean;
  readonly enrollment: EnrollmentMode;
  readonly channel: 'device' | 'user';
  readonly accessRights: number;
  readonly appleSilicon?: boolean;
  readonly sharedIPad?: boolean;
};

/** Why a command does not suit a target. A closed set, so that a console can word each in its languages. */
export const PROBLEM_CODES = [
  'no_request_type',
  'unknown_command',
  'platform',
  'os_too_old',
  'os_too_new',
  'not_supervised',
  'not_automated',
  'access_rights',
  'channel',
  'user_enrollment',
  'user_enrollment_only',
  'shared_ipad',
  'shared_ipad_only',
  'apple_silicon_only',
  'intel_only',
  'unknown_key',
  'missing_key',
  'wrong_type',
  'not_in_list',
  'out_of_range',
  'format',
  'one_of_required',
  'exactly_one',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Values a wording may use: versions, key names, bit masks, allowed values. JSON-safe, never a value of the command. */
export type ProblemParams = { readonly [name: string]: string | number | readonly (string | number)[] };

/** One problem; `path` is empty for the command itself, else like `Settings[0].Where`. */
export type Problem = { readonly path: string; readonly code: ProblemCode; readonly params: ProblemParams };

/** A reason without its place. */
export type Reason = { readonly code: ProblemCode; readonly params: ProblemParams };

/** The schema's name of a target's platform. */
export function schemaPlatform(platform: TargetPlatform): SchemaPlatform {
  return platform === 'iPadOS' ? 'iOS' : platform;
}

/** Compares dotted versions number by number: negative, zero or positive. Text that is no number counts as 0. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = numeric(left[i]) - numeric(right[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numeric(part: string | undefined): number {
  const value = Number.parseInt(part ?? '0', 10);
  return Number.isSafeInteger(value) ? value : 0;
}

/** The reasons a whole command does not suit a target; empty when it does. */
export function commandReasons(os: Gates, target: CommandTarget): readonly Reason[] {
  const gate = os[schemaPlatform(target.platform)];
  if (gate === undefined || gate === 'n/a') return [reason('platform', { platform: target.platform })];
  return [...commonReasons(gate, target), ...commandChannel(gate, target), ...commandUserEnrollment(gate, target)];
}

/** The reasons one key of a command does not suit a target the command suits; empty when it does. */
export function keyReasons(os: Gates | undefined, target: CommandTarget): readonly Reason[] {
  const gate = os?.[schemaPlatform(target.platform)];
  if (gate === undefined) return [];
  if (gate === 'n/a') return [reason('platform', { platform: target.platform })];
  return [...commonReasons(gate, target), ...keyChannel(gate, target), ...keyUserEnrollment(gate, target)];
}

function reason(code: ProblemCode, params: ProblemParams = {}): Reason {
  return { code, params };
}

function commonReasons(gate: Gate, target: CommandTarget): readonly Reason[] {
  const reasons: Reason[] = [...versionReasons(gate, target.osVersion)];
  if (gate.supervised === true && !target.supervised) reasons.push(reason('not_supervised'));
  if (gate.requiresDep === true && target.enrollment !== 'automated') reasons.push(reason('not_automated'));
  const needed = gate.accessRights ?? 0;
  if (target.enrollment !== 'user' && (target.accessRights & needed) !== needed) {
    reasons.push(reason('access_rights', { needed, missing: needed & ~target.accessRights }));
  }
  if (gate.sharedIPad?.mode === 'required' && !isSharedIPad(target)) reasons.push(reason('shared_ipad_only'));
  if (gate.sharedIPad?.mode === 'forbidden' && isSharedIPad(target)) reasons.push(reason('shared_ipad'));
  return reasons;
}

function versionReasons(gate: Gate, version: string | undefined): readonly Reason[] {
  if (version === undefined) return [];
  if (gate.introduced !== undefined && compareVersions(version, gate.introduced) < 0) {
    return [reason('os_too_old', { introduced: gate.introduced, version })];
  }
  if (gate.removed !== undefined && compareVersions(version, gate.removed) >= 0) {
    return [reason('os_too_new', { removed: gate.removed, version })];
  }
  return [];
}

function isSharedIPad(target: CommandTarget): boolean {
  return target.sharedIPad === true && schemaPlatform(target.platform) === 'iOS';
}

/** Only Macs and Shared iPads have a user channel; on other devices the schema's Shared iPad channels say nothing. */
function commandChannel(gate: Gate, target: CommandTarget): readonly Reason[] {
  const refused = [reason('channel', { channel: target.channel })];
  if (target.platform === 'macOS') {
    const open = target.channel === 'user' ? gate.userChannel === true : gate.deviceChannel !== false;
    return open ? [] : refused;
  }
  if (!isSharedIPad(target)) return target.channel === 'user' ? refused : [];
  const open =
    target.channel === 'user' ? gate.sharedIPad?.userChannel === true : gate.sharedIPad?.deviceChannel !== false;
  return open ? [] : refused;
}

function keyChannel(gate: Gate, target: CommandTarget): readonly Reason[] {
  const channels = target.platform === 'macOS' ? gate : isSharedIPad(target) ? gate.sharedIPad : undefined;
  const open = target.channel === 'user' ? channels?.userChannel : channels?.deviceChannel;
  return open === false ? [reason('channel', { channel: target.channel })] : [];
}

/** tvOS and watchOS have no User Enrolment, and the schema says nothing there: a command it does not allow is refused. */
function commandUserEnrollment(gate: Gate, target: CommandTarget): readonly Reason[] {
  if (target.enrollment !== 'user') return gate.userEnrollment === 'required' ? [reason('user_enrollment_only')] : [];
  return gate.userEnrollment === 'allowed' || gate.userEnrollment === 'required' ? [] : [reason('user_enrollment')];
}

function keyUserEnrollment(gate: Gate, target: CommandTarget): readonly Reason[] {
  if (gate.userEnrollment === 'forbidden' && target.enrollment === 'user') return [reason('user_enrollment')];
  if (gate.userEnrollment === 'required' && target.enrollment !== 'user') return [reason('user_enrollment_only')];
  return [];
}
