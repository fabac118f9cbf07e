import type { deviceRoutes, Platform } from '@tsukasa/api';
import type { Db, Tx } from '../../base/db.ts';
import type { Handlers } from '../../base/http/context.ts';
import type { Messages } from '../../base/http/messages.ts';
import type { ContractorId } from '../../base/ids.ts';
import type {
  Contact,
  DeviceEventInput,
  DeviceFacts,
  DeviceId,
  FoundInvitation,
  InvitationId,
  ListObservation,
  Observation,
  ObservedApp,
  ObservedCertificate,
  ObservedLocation,
  ObservedProfile,
  Registration,
} from './model.ts';

export type * from './model.ts';
export { INVITATION_PROBLEMS, SEVERITIES } from './model.ts';

const soon = (): never => {
  throw new Error('being built');
};
export const registerDevice = (_tx: Tx, _r: Registration): Promise<{ deviceId: DeviceId; isNew: boolean }> => soon();
/** To `managed`; true unless it was so already. */
export const markManaged = (_tx: Tx, _c: ContractorId, _d: DeviceId, _now: Temporal.Instant): Promise<boolean> =>
  soon();
/** To `unmanaged`, with the reason in the history (`checked_out`, `removed`); true unless it was so already. */
export const markUnmanaged = (
  _tx: Tx,
  _c: ContractorId,
  _d: DeviceId,
  _why: string,
  _now: Temporal.Instant,
): Promise<boolean> => soon();
export const observe = (_tx: Tx, _c: ContractorId, _d: DeviceId, _o: Observation): Promise<void> => soon();
export const observeApps = (_tx: Tx, _c: ContractorId, _d: DeviceId, _o: ListObservation<ObservedApp>): Promise<void> =>
  soon();
export const observeProfiles = (
  _tx: Tx,
  _c: ContractorId,
  _d: DeviceId,
  _o: ListObservation<ObservedProfile>,
): Promise<void> => soon();
export const observeCertificates = (
  _tx: Tx,
  _c: ContractorId,
  _d: DeviceId,
  _o: ListObservation<ObservedCertificate>,
): Promise<void> => soon();
export const observeLocation = (_tx: Tx, _c: ContractorId, _d: DeviceId, _l: ObservedLocation): Promise<void> => soon();
/** Never moves backwards; one statement for the whole batch. */
export const recordContacts = (_db: Db, _contacts: readonly Contact[]): Promise<void> => soon();
export const recordEvent = (_tx: Tx, _c: ContractorId, _event: DeviceEventInput): Promise<void> => soon();
/** The same on the device pool, in one statement. An event of a contractor that does not exist is dropped. */
export const recordChannelEvents = (
  _db: Db,
  _events: readonly (DeviceEventInput & { readonly contractorId: ContractorId })[],
): Promise<void> => soon();
/** The contractor whose code this is, by its form alone; undefined when it is no code. Bind the transaction with it. */
export const contractorOfCode = (_code: string): ContractorId | undefined => soon();
/** Undefined when there is no such invitation. */
export const findInvitation = (
  _tx: Tx,
  _c: ContractorId,
  _code: string,
  _now: Temporal.Instant,
): Promise<FoundInvitation | undefined> => soon();
/** By id, for what a profile made from it brings back. Throws `not_found`. */
export const describeInvitation = (
  _tx: Tx,
  _c: ContractorId,
  _id: InvitationId,
  _now: Temporal.Instant,
): Promise<FoundInvitation> => soon();
/** Counts one use, when there is one left; false (and nothing counted) when it is revoked, expired or used up by now. */
export const countUse = (_tx: Tx, _c: ContractorId, _id: InvitationId, _now: Temporal.Instant): Promise<boolean> =>
  soon();
/** Throws `not_found`. */
export const getDevice = (_tx: Tx, _c: ContractorId, _d: DeviceId): Promise<DeviceFacts> => soon();
export const findDeviceByHardware = (
  _tx: Tx,
  _c: ContractorId,
  _platform: Platform,
  _hardwareId: string,
): Promise<DeviceFacts | undefined> => soon();
export const deviceHandlers = (_deps: object): Handlers<typeof deviceRoutes> => soon();
export const deviceMessages: Messages = {};
