export type { InstalledMsi, InstalledPackage } from './apps.ts';
export type { WindowsBlueprint, WindowsBlueprintChoice } from './blueprint.ts';
export { makeWindowsBlueprint } from './blueprint.ts';
export { COMPANY_SIZE, companyPcs, makeWindowsFleet } from './company.ts';
export type { GenericAlert } from './csp/rule.ts';
export { NodeRefused } from './csp/rule.ts';
export type { SessionChoice } from './device.ts';
export { NotEnrolled, WindowsDevice } from './device.ts';
export type { EditionName } from './editions.ts';
export { EDITION_NAMES, EDITIONS } from './editions.ts';
export type { EnrollmentChoice } from './enrollment.ts';
export type { NodeFault } from './execute.ts';
export type { WindowsIdentity } from './identity.ts';
export type { InvitationLink } from './link.ts';
export { findPlatform, parseDeepLink, readInvitationPage } from './link.ts';
export { ServerMistake } from './mistakes.ts';
export type {
  WindowsDeviceChoice,
  WindowsDeviceEvent,
  WindowsDeviceOptions,
  WnsSource,
} from './options.ts';
export { accountUid } from './provisioning.ts';
export { RecoveryKeysRefused } from './recovery-script.ts';
export type { Mishap, WindowsSession } from './session.ts';
export { SessionRefused } from './session.ts';
export { WindowsEnrollmentRefused } from './soap.ts';
export type { WindowsState } from './state.ts';
