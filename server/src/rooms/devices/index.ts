export { recordContacts } from './contacts.ts';
export { type Moment, momentCursor, pageOf, UUID_TEXT } from './cursors.ts';
export { durationOf, parseDuration } from './duration.ts';
export { acceptedLanguage, createEnrollmentDoor, type EnrollmentDoorDeps } from './enrollment-door.ts';
export {
  enrollmentDocument,
  escapeHtml,
  helpParagraph,
  htmlList,
  PAGE_POLICY,
  sendPage,
} from './enrollment-frame.ts';
export { type ChannelEvent, recordChannelEvents, recordEvent } from './events.ts';
export {
  CONTACT_AGES,
  type ContactAge,
  countFleet,
  type FleetCounts,
  type FleetGlance,
  glanceAtFleets,
} from './fleet.ts';
export { contractorOfCode, countUse, describeInvitation, findInvitation } from './invitations.ts';
export { CONTACT_SECONDS, Ledger } from './ledger.ts';
export { observeApps, observeCertificates, observeProfiles } from './lists.ts';
export type * from './model.ts';
export { INVITATION_PROBLEMS, SEVERITIES } from './model.ts';
export { reportBody } from './raw-report.ts';
export {
  briefDevices,
  findDeviceByHardware,
  firstEnrollment,
  getDevice,
  markManaged,
  markUnmanaged,
  observe,
  observeLocation,
  personDevices,
  registerDevice,
} from './registry.ts';
export { type Retention, registerRetention } from './retention.ts';
export { type DeviceDeps, deviceHandlers, deviceMessages } from './routes.ts';
export { getDevices, type SelectionDeps, selectDevices } from './selection.ts';
export { registerSupportReview, reviewSupport, reviewSupportSoon } from './support.ts';
export type { SurroundingDeps } from './surroundings.ts';
