import { checkCommand, type PlistDict, type Problem, type ProblemCode } from '@tsukasa/apple-mdm';
import { type Answer, type CommandContext, failed, isPhoneOrPad, MDM_ERROR } from '../state.ts';
import { clearPasscode, deviceLock, eraseDevice, restartDevice, shutDownDevice } from './control.ts';
import { deviceInformation } from './information.ts';
import { certificateList, installedApplicationList, managedApplicationList, profileList } from './inventory.ts';
import { deviceLocation, disableLostMode, enableLostMode, playLostModeSound } from './lost-mode.ts';
import { installProfile, removeProfile } from './profiles.ts';
import { securityInfo } from './security.ts';
import { settings } from './settings.ts';

type Handler = (context: CommandContext, command: PlistDict, problems: readonly Problem[]) => Answer | Promise<Answer>;

const HANDLERS: Readonly<Record<string, Handler>> = {
  DeviceInformation: deviceInformation,
  SecurityInfo: securityInfo,
  InstalledApplicationList: installedApplicationList,
  ManagedApplicationList: managedApplicationList,
  ProfileList: profileList,
  CertificateList: certificateList,
  DeviceLock: deviceLock,
  ClearPasscode: clearPasscode,
  RestartDevice: restartDevice,
  ShutDownDevice: shutDownDevice,
  EraseDevice: eraseDevice,
  EnableLostMode: enableLostMode,
  DisableLostMode: disableLostMode,
  DeviceLocation: deviceLocation,
  PlayLostModeSound: playLostModeSound,
  Settings: settings,
  InstallProfile: installProfile,
  RemoveProfile: removeProfile,
  DeclarativeManagement: () => ({ status: 'Acknowledged', aftermath: { kind: 'sync_declarations' } }),
  Restrictions: () => ({ status: 'Acknowledged', body: { GlobalRestrictions: {}, ProfileRestrictions: {} } }),
  ProvisioningProfileList: () => ({ status: 'Acknowledged', body: { ProvisioningProfileList: [] } }),
};

/** Commands a device in Lost Mode still takes; every other is refused with 12078. `DeviceLock` says so in its own way. */
const IN_LOST_MODE: ReadonlySet<string> = new Set([
  'DeviceInformation',
  'SecurityInfo',
  'ProfileList',
  'CertificateList',
  'InstalledApplicationList',
  'DeviceLock',
  'EraseDevice',
  'EnableLostMode',
  'DisableLostMode',
  'DeviceLocation',
  'PlayLostModeSound',
  'RestartDevice',
  'ShutDownDevice',
  'DeclarativeManagement',
  'RemoveProfile',
]);

/** Gates on a key of a command: a device that lacks the key's feature passes over the key. */
const GATES: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
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
]);

/** A device's answer to one command: checked against the catalogue as strictly as a device does, then carried out. */
export async function perform(context: CommandContext, command: PlistDict): Promise<Answer> {
  const requestType = typeof command.RequestType === 'string' ? command.RequestType : '';
  const check = checkCommand(command, context.target);
  const problems = check.ok ? [] : check.problems;
  const refusal = refuse(requestType, problems);
  if (refusal !== undefined) return refusal;
  if (context.state.lostMode !== undefined && !IN_LOST_MODE.has(requestType)) {
    return failed(MDM_ERROR.invalidInLostMode, `“${requestType}” is not valid while the device is in Lost Mode.`);
  }
  const handler = HANDLERS[requestType];
  return handler === undefined ? unsupported(requestType) : await handler(context, command, problems);
}

function unsupported(requestType: string): Answer {
  return failed(MDM_ERROR.invalidRequestType, `“${requestType}” is not a valid request type.`);
}

function refuse(requestType: string, problems: readonly Problem[]): Answer | undefined {
  const whole = problems.filter(({ path, code }) => path === '' && GATES.has(code));
  const missing = problems.some(({ code }) => code === 'unknown_command' || code === 'no_request_type');
  if (whole.some(({ code }) => code === 'access_rights')) {
    return failed(MDM_ERROR.notAuthorized, 'The server has not the right to ask this.');
  }
  if (missing || whole.length > 0) return unsupported(requestType);
  const wrong = problems.filter((problem) => !isPassedOver(requestType, problem));
  if (wrong.length === 0) return undefined;
  const description = `The request is malformed: ${wrong.map(({ path, code }) => `${path || requestType} ${code}`).join(', ')}`;
  return {
    status: 'CommandFormatError',
    errors: [{ domain: 'MCMDMErrorDomain', code: MDM_ERROR.malformedRequest, description }],
  };
}

/** Unknown queries are left unanswered, settings fail one by one, and keys of other systems are not read. */
function isPassedOver(requestType: string, { path, code }: Problem): boolean {
  if (requestType === 'DeviceInformation' && /^Queries\[/.test(path)) return code !== 'wrong_type';
  return path !== '' && GATES.has(code);
}

/** iOS never says NotNow to these; the fact sheet's list (3.2.6), and what a locked phone is lost or wiped with. */
const NEVER_NOT_NOW_MOBILE: ReadonlySet<string> = new Set([
  'DeviceInformation',
  'ProfileList',
  'DeviceLock',
  'EraseDevice',
  'ClearPasscode',
  'ProvisioningProfileList',
  'InstalledApplicationList',
  'Restrictions',
  'EnableLostMode',
  'DisableLostMode',
  'DeviceLocation',
  'PlayLostModeSound',
  'RestartDevice',
  'ShutDownDevice',
  'DeclarativeManagement',
]);
const NEVER_NOT_NOW_MAC: ReadonlySet<string> = new Set([
  'DeleteUser',
  'DeviceLock',
  'EraseDevice',
  'RestartDevice',
  'ShutDownDevice',
  'UserList',
  'ActivationLockBypassCode',
  'ClearActivationLockBypassCode',
  'UnlockUserAccount',
]);

/** Whether a device whose screen is locked, or a Mac in Power Nap, puts this command off. */
export function mayDefer(context: Pick<CommandContext, 'blueprint'>, requestType: string): boolean {
  const never = isPhoneOrPad(context) ? NEVER_NOT_NOW_MOBILE : NEVER_NOT_NOW_MAC;
  return !never.has(requestType);
}
