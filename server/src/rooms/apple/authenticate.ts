import type { UsageMode } from '@tsukasa/api';
import { accessRightsFor, platformOf } from '@tsukasa/apple-mdm';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Issued } from '../certificates/index.ts';
import {
  countUse,
  describeInvitation,
  type FoundInvitation,
  findDeviceByHardware,
  type InvitationId,
  type ObservedValues,
  recordEvent,
  registerDevice,
} from '../devices/index.ts';
import type { CheckInDeps, Message } from './check-in.ts';
import { finishOpen } from './command-store.ts';
import {
  endEnrollment,
  findEnrollmentOfSerial,
  findIdentity,
  findLive,
  hasUsedInvitation,
  type IdentityRow,
  insertEnrollment,
  insertIdentity,
  lockDevice,
} from './enrollment-store.ts';
import type { EnrollmentId, EnrollmentRow, KnownCertificate } from './model.ts';
import { Refusal } from './refusal.ts';
import { requireInForce } from './speaker.ts';

type Authenticate = Message<'Authenticate'>;

/**
 * A profile is being installed (fact sheet 2.3, 2.6). Three honest cases: the same certificate again changes nothing; a
 * certificate that we issued to renew the device's present enrollment joins it, and its queue stays; any other begins a new
 * enrollment, and what the old one had (queue, tokens) ends. Throws `Refusal`.
 */
export async function authenticate(
  deps: CheckInDeps,
  tx: Tx,
  known: KnownCertificate,
  message: Authenticate,
  now: Temporal.Instant,
): Promise<void> {
  const { contractorId, hash } = known;
  const udid = message.ids.udid ?? '';
  await lockDevice(tx, contractorId, udid);
  const identity = await findIdentity(tx, contractorId, hash);
  if (identity !== undefined) return repeat(identity, known, udid, now);
  const issued = await requireIssued(deps, tx, known, now);
  const live = await findLive(tx, contractorId, udid);
  const renewed = issued.enrollmentId ?? (await enrollmentRenewedBy(tx, contractorId, issued));
  if (renewed !== undefined) {
    // Asked for by a renewal: it may only go on with that very enrollment.
    if (live?.enrollmentId !== renewed) {
      throw new Refusal('channel.certificate_of_another_device', { subject: hash });
    }
    await bind(tx, known, udid, live.enrollmentId, now);
    return;
  }
  const { invitationId } = issued;
  if (invitationId === undefined) throw new Refusal('channel.unknown_certificate', { subject: hash });
  await enroll(deps, tx, known, message, invitationId, live, now);
}

/** The certificate is bound already: to this device, for ever. */
function repeat(identity: IdentityRow, known: KnownCertificate, udid: string, now: Temporal.Instant): void {
  const { deviceId } = identity;
  if (identity.certificateUdid !== udid) throw new Refusal('channel.certificate_of_another_device', { deviceId });
  requireInForce(identity, known, now);
  if (identity.state === 'gone') throw new Refusal('channel.replayed_certificate', { deviceId });
}

async function requireIssued(
  { certificates }: CheckInDeps,
  tx: Tx,
  known: KnownCertificate,
  now: Temporal.Instant,
): Promise<Issued> {
  const subject = known.hash;
  const at = now.epochMilliseconds;
  if (at > known.notAfter || at < known.notBefore) throw new Refusal('channel.expired_certificate', { subject });
  const issued = await certificates().findIssued(tx, known.contractorId, Buffer.from(known.hash, 'hex'));
  if (issued === undefined || issued.state === 'reserved')
    throw new Refusal('channel.unknown_certificate', { subject });
  if (issued.state === 'revoked') throw new Refusal('channel.revoked_certificate', { subject });
  return issued;
}

/** A SCEP client that renewed by itself signed with the certificate it had. Apple's do not (fact sheet 1.5). */
async function enrollmentRenewedBy(tx: Tx, contractorId: ContractorId, { renews }: Issued) {
  return renews === undefined ? undefined : findEnrollmentOfSerial(tx, contractorId, renews);
}

async function bind(
  tx: Tx,
  { contractorId, hash, serial, notAfter }: KnownCertificate,
  udid: string,
  enrollmentId: EnrollmentId,
  now: Temporal.Instant,
): Promise<void> {
  const end = Temporal.Instant.fromEpochMilliseconds(notAfter);
  await insertIdentity(tx, { contractorId, enrollmentId, hash, udid, serial, notAfter: end, now });
}

async function enroll(
  deps: CheckInDeps,
  tx: Tx,
  known: KnownCertificate,
  message: Authenticate,
  invitationId: InvitationId,
  live: EnrollmentRow | undefined,
  now: Temporal.Instant,
): Promise<void> {
  const { contractorId } = known;
  const udid = message.ids.udid ?? '';
  await requireEntitled(deps, tx, known, now);
  await refuseOtherHardware(tx, known, message);
  const found = await useInvitation(tx, known, udid, invitationId, now);
  await requireSupported(deps, tx, known, valuesOf(message), found.invitation.usageMode, now);
  if (live !== undefined) await replace(deps, tx, live, now);
  const { invitation } = found;
  const { deviceId } = await registerDevice(
    tx,
    {
      contractorId,
      platform: 'apple',
      hardwareId: udid,
      usageMode: invitation.usageMode,
      invitationId,
      personId: invitation.personId,
      ...(invitation.label === '' ? {} : { label: invitation.label }),
      values: valuesOf(message),
      now,
    },
    deps.support,
  );
  const enrollmentId = await insertEnrollment(tx, {
    contractorId,
    deviceId,
    invitationId,
    udid,
    accessRights: accessRightsFor(invitation.usageMode),
    topic: message.topic,
    profile: deps.profiles.facts(contractorId),
    now,
  });
  await bind(tx, known, udid, enrollmentId, now);
}

/** Without a contract that takes devices under management nobody enrolls (terms, Art. 2). */
async function requireEntitled(
  { entitlement }: CheckInDeps,
  tx: Tx,
  { contractorId, hash: subject }: KnownCertificate,
  now: Temporal.Instant,
): Promise<void> {
  try {
    await entitlement.require(tx, contractorId, 'enroll', now);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new Refusal('channel.not_entitled', { detail: error.reason, subject });
  }
}

/** OS, version and usage mode must be among those that the provider specifies (terms, Art. 1 and 3). */
async function requireSupported(
  { support }: CheckInDeps,
  tx: Tx,
  { hash: subject }: KnownCertificate,
  { osFamily, osVersion }: ObservedValues,
  usageMode: UsageMode,
  now: Temporal.Instant,
): Promise<void> {
  if (typeof osFamily !== 'string') return; // it has not said what it is; what it observes later is looked at
  const [problem] = await support.check(tx, { osFamily, osVersion: osVersion ?? undefined, usageMode }, now);
  if (problem === undefined) return;
  throw new Refusal('channel.not_supported', { detail: `${problem.code}: ${problem.supported}`, subject });
}

/** The device enrolls anew: what waited for the old enrollment must not reach the new one (fact sheet 8.1). */
async function replace(deps: CheckInDeps, tx: Tx, live: EnrollmentRow, now: Temporal.Instant): Promise<void> {
  const { contractorId, deviceId, enrollmentId } = live;
  await deps.actions().supersedeAll(tx, contractorId, deviceId, 'reenrolled', now);
  await finishOpen(tx, contractorId, enrollmentId, 'superseded', now);
  await endEnrollment(tx, contractorId, enrollmentId, 'reenrolled', now);
  await recordEvent(tx, contractorId, {
    kind: 'enrollment.replaced',
    severity: 'notice',
    deviceId,
    dedupe: enrollmentId,
    now,
  });
}

/**
 * A UDID is only what the device says of itself, and every invited device could say another's. Where the serial number is
 * known and differs it is not the same hardware.
 */
async function refuseOtherHardware(tx: Tx, known: KnownCertificate, message: Authenticate): Promise<void> {
  const { serialNumber } = message.facts;
  if (serialNumber === undefined) return;
  const device = await findDeviceByHardware(tx, known.contractorId, 'apple', message.ids.udid ?? '');
  if (device?.serialNumber === undefined || device.serialNumber === serialNumber) return;
  throw new Refusal('channel.hardware_differs', { deviceId: device.deviceId });
}

/** Counted at the first use; the same device may use it again while it is neither revoked nor expired. */
async function useInvitation(
  tx: Tx,
  known: KnownCertificate,
  udid: string,
  invitationId: InvitationId,
  now: Temporal.Instant,
): Promise<FoundInvitation> {
  const { contractorId, hash: subject } = known;
  const found = await describeInvitation(tx, contractorId, invitationId, now);
  const again = await hasUsedInvitation(tx, contractorId, udid, invitationId);
  const inTime = Temporal.Instant.compare(now, found.invitation.expiresAt) < 0;
  if (again && inTime && (found.problem === undefined || found.problem === 'used_up')) return found;
  if (await countUse(tx, contractorId, invitationId, now)) return found;
  throw new Refusal('channel.invitation_not_usable', { detail: found.problem ?? 'used_up', subject });
}

function valuesOf({ facts }: Authenticate): ObservedValues {
  const { deviceName, model, modelName, productName, osVersion, buildVersion, serialNumber, imei, meid } = facts;
  const osFamily = platformOf(productName, modelName);
  return {
    name: deviceName,
    model,
    modelName,
    productName,
    osFamily,
    osVersion,
    osBuild: buildVersion,
    serialNumber,
    imei,
    meid,
  };
}
