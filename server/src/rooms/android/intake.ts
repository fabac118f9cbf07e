import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import {
  countUse,
  type DeviceId,
  describeInvitation,
  findDeviceByHardware,
  type Invitation,
  type InvitationId,
  markManaged,
  markUnmanaged,
  observe,
  observeApps,
  recordEvent,
  registerDevice,
} from '../devices/index.ts';
import { ENDS_WITH_DEVICE, openCommandsOf, settleCommandsOf } from './command-store.ts';
import type { Parts } from './deps.ts';
import {
  type AndroidDeviceRow,
  insertDevice,
  knownHardware,
  liveOthers,
  lockByName,
  updateDevice,
} from './device-store.ts';
import { invitationOfData } from './enrollment-tokens.ts';
import { type Json, latest } from './json.ts';
import type { DeviceReport } from './report.ts';
import { invitationOfToken, unwantToken } from './token-store.ts';

export type Taken = {
  readonly contractorId: ContractorId;
  readonly report: DeviceReport;
  /** The `Device` as it came, to be kept. */
  readonly body: Json;
  /** When it was published; stands for the times that a sparse report lacks. */
  readonly publishedAt: Temporal.Instant;
  /** As the history shows it. */
  readonly source: 'enrollment' | 'status_report' | 'reconciliation' | 'refresh';
  /** Google lists the device now: a tombstone of ours was a mistake. */
  readonly listed?: boolean;
};
/** `old`: nothing newer than what is known. `late`: of a device that is gone. `not_entitled`: no contract allows it. */
export type Fate = 'taken' | 'old' | 'late' | 'gone' | 'not_entitled';

/** So long a device that has enrolled is given to report by itself, before Google is asked for it. */
export const LOOK_AFTER_MINUTES = 5;

/** A contact to be recorded once the transaction has committed. */
export type Contacted = { readonly deviceId: DeviceId; readonly at: Temporal.Instant };
export type Intake = { readonly fate: Fate; readonly contact?: Contacted | undefined };

/** Takes in what Google tells of one device, in one transaction: registration, observation, end (fact sheet 5.4). */
export async function takeDevice(parts: Parts, tx: Tx, taken: Taken): Promise<Intake> {
  const { contractorId, report } = taken;
  const known = await lockByName(tx, contractorId, report.name);
  if (known === undefined) return report.deleted ? { fate: 'late' } : enroll(parts, tx, taken);
  if (known.state === 'gone' && taken.listed !== true) return { fate: 'late' };
  if (report.deleted) {
    await leave(parts, tx, contractorId, known, 'deleted');
    return { fate: 'gone' };
  }
  if (known.state === 'gone') return revive(parts, tx, taken, known);
  return { fate: await update(parts, tx, taken, known), contact: contactOf(known.device_id, report) };
}

function contactOf(deviceId: DeviceId, report: DeviceReport): Contacted | undefined {
  return report.saidAt === undefined ? undefined : { deviceId, at: report.saidAt };
}

async function enroll(parts: Parts, tx: Tx, taken: Taken): Promise<Intake> {
  const { clock, support } = parts;
  const { contractorId, report, publishedAt } = taken;
  const now = clock.now();
  if (!(await isEntitled(parts, tx, contractorId, 'enroll', now))) {
    await tell(tx, taken, now, 'android.not_entitled', 'alarm', {});
    return { fate: 'not_entitled' };
  }
  const earlier = await knownHardware(tx, contractorId, report);
  if (earlier !== undefined) await endEarlier(parts, tx, taken, earlier, now);
  const invitation = await invitationOf(parts, tx, taken, now);
  const hardwareId = earlier ?? lastPart(report.name);
  const saidAt = report.saidAt ?? publishedAt;
  const { deviceId } = await registerDevice(
    tx,
    {
      contractorId,
      platform: 'android',
      hardwareId,
      usageMode: report.usageMode,
      // Google does not tell a dedicated device from a fully managed one; the invitation does.
      managementMode: report.managementMode === 'work-profile' ? 'work-profile' : dedicatedOr(invitation),
      invitationId: invitation?.invitationId,
      personId: invitation?.personId,
      label: invitation?.label,
      values: report.values,
      saidAt,
      now,
    },
    support,
  );
  await insertDevice(tx, contractorId, {
    device_name: report.name,
    device_id: deviceId,
    hardware_id: hardwareId,
    enterprise_specific_id: report.enterpriseSpecificId ?? null,
    serial_number: report.serialNumber ?? null,
    applied_state: report.appliedState ?? null,
    reported_at: saidAt,
    synced_at: report.syncedAt ?? null,
    look_at: isHeard(taken) ? null : now.add({ minutes: LOOK_AFTER_MINUTES }),
    enrolled_at: report.enrolledAt ?? now,
    details: report.details,
  });
  await observeReport(parts, tx, taken, deviceId);
  await follow(tx, contractorId, deviceId, report, now);
  return { fate: 'taken', contact: contactOf(deviceId, report) };
}

/** The same hardware has enrolled again: what was open for its earlier record ends. */
async function endEarlier(
  parts: Parts,
  tx: Tx,
  { contractorId, report }: Taken,
  hardwareId: string,
  now: Temporal.Instant,
): Promise<void> {
  const device = await findDeviceByHardware(tx, contractorId, 'android', hardwareId);
  if (device === undefined) return;
  await parts.actions().supersedeAll(tx, contractorId, device.deviceId, 'reenrolled', now);
  for (const other of await liveOthers(tx, contractorId, device.deviceId, report.name)) {
    await settleCommandsOf(tx, contractorId, other, 'superseded', now);
    await updateDevice(tx, contractorId, other, { state: 'gone', gone_at: now, gone_reason: 'reenrolled' });
  }
}

const dedicatedOr = (invitation: Invitation | undefined) =>
  invitation?.managementMode === 'dedicated' ? 'dedicated' : 'fully-managed';
const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** The invitation that the device used, counted; a device that came otherwise is taken in all the same, and told of. */
async function invitationOf(
  parts: Parts,
  tx: Tx,
  taken: Taken,
  now: Temporal.Instant,
): Promise<Invitation | undefined> {
  const { contractorId, report } = taken;
  const id =
    invitationOfData(parts.secrets, contractorId, report.tokenData) ??
    (report.tokenName === undefined ? undefined : await invitationOfToken(tx, contractorId, report.tokenName));
  const found = id === undefined ? undefined : await findInvitationById(tx, contractorId, id, now);
  if (found === undefined) {
    await tell(tx, taken, now, 'android.without_invitation', 'warning', {});
    return undefined;
  }
  const { invitation } = found;
  const counted = await countUse(tx, contractorId, invitation.invitationId, now);
  if (!counted) {
    const problem = found.problem ?? 'used_up';
    await tell(tx, taken, now, 'android.invitation_not_usable', 'warning', {
      problem,
      invitationId: invitation.invitationId,
    });
  }
  // Google cannot count to more than one: the token of an invitation that is used up must not let anybody else in.
  if (!counted || invitation.uses + 1 >= invitation.maxUses)
    await unwantToken(tx, contractorId, invitation.invitationId, now);
  return invitation;
}

async function findInvitationById(tx: Tx, contractorId: ContractorId, id: InvitationId, now: Temporal.Instant) {
  try {
    return await describeInvitation(tx, contractorId, id, now);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not_found') return undefined;
    throw error;
  }
}

function tell(
  tx: Tx,
  { contractorId, report }: Taken,
  now: Temporal.Instant,
  kind: string,
  severity: 'warning' | 'alarm',
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { values, name } = report;
  const facts = { deviceName: name, model: values.modelName, serialNumber: report.serialNumber, ...details };
  return recordEvent(tx, contractorId, { kind, severity, dedupe: name, details: facts, now });
}

async function isEntitled(
  { entitlement }: Parts,
  tx: Tx,
  contractorId: ContractorId,
  what: 'enroll' | 'observe',
  now: Temporal.Instant,
): Promise<boolean> {
  try {
    await entitlement.require(tx, contractorId, what, now);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'precondition_failed') return false;
    throw error;
  }
}

/** A device that was thought gone, and is not. */
async function revive(parts: Parts, tx: Tx, taken: Taken, known: AndroidDeviceRow): Promise<Intake> {
  const { contractorId, report } = taken;
  const now = parts.clock.now();
  await updateDevice(tx, contractorId, report.name, { state: 'enrolled', gone_at: null, gone_reason: null });
  await markManaged(tx, contractorId, known.device_id, now);
  await tell(tx, taken, now, 'android.device_found_again', 'warning', {});
  const fate = await update(parts, tx, taken, { ...known, state: 'enrolled' });
  return { fate: fate === 'old' ? 'taken' : fate, contact: contactOf(known.device_id, report) };
}

/** The device itself has spoken: what Google tells of an enrollment may come before that (fact sheet 2.7). */
function isHeard({ source, report }: Taken): boolean {
  return source === 'status_report' || report.reportedAt !== undefined;
}

/** Whether its device spoke earlier than in what was taken in last. */
function isOld(taken: Taken, known: AndroidDeviceRow, saidAt: Temporal.Instant): boolean {
  const { source, report } = taken;
  const order = Temporal.Instant.compare(saidAt, known.reported_at);
  // An enrollment is told sparsely: the full report of the same moment says more, whichever comes first.
  const old = order < 0 || (order === 0 && source === 'enrollment');
  const wasHeard = known.look_at === null;
  // Before the first report nothing was known that it could be older than.
  if (isHeard(taken)) return wasHeard && old;
  const again = report.enrolledAt !== undefined && Temporal.Instant.compare(report.enrolledAt, known.reported_at) > 0;
  return old || (wasHeard && !again);
}

/** Accepts a report only if its device spoke no earlier than in the one that was taken in last. */
async function update(parts: Parts, tx: Tx, taken: Taken, known: AndroidDeviceRow): Promise<Fate> {
  const { contractorId, report, publishedAt } = taken;
  const now = parts.clock.now();
  const saidAt = report.saidAt ?? publishedAt;
  if (!(await isEntitled(parts, tx, contractorId, 'observe', now))) return 'not_entitled';
  if (isOld(taken, known, saidAt)) return 'old';
  await updateDevice(tx, contractorId, report.name, {
    applied_state: report.appliedState ?? known.applied_state,
    reported_at: latest([saidAt, known.reported_at]) ?? saidAt,
    synced_at: report.syncedAt ?? known.synced_at,
    ...(isHeard(taken) ? { look_at: null } : {}),
    enterprise_specific_id: report.enterpriseSpecificId ?? known.enterprise_specific_id,
    serial_number: report.serialNumber ?? known.serial_number,
    details: report.details,
  });
  await observeReport(parts, tx, taken, known.device_id);
  await follow(tx, contractorId, known.device_id, report, now);
  return 'taken';
}

async function observeReport({ clock, support }: Parts, tx: Tx, taken: Taken, deviceId: DeviceId): Promise<void> {
  const { contractorId, report, body, publishedAt, source } = taken;
  const at = report.saidAt ?? publishedAt;
  // Lists have a place of their own.
  const { applicationReports, ...rest } = body;
  const said = {
    section: isHeard(taken) ? 'android_device' : 'enrollment',
    at,
    source,
    values: report.values,
    body: rest,
  };
  await observe(tx, contractorId, deviceId, said, { support, now: clock.now() });
  if (report.apps !== undefined) {
    await observeApps(tx, contractorId, deviceId, { at, source, items: report.apps, body: applicationReports });
  }
}

/** `PROVISIONING` is still on its way; every other state is managed. */
async function follow(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  { appliedState }: DeviceReport,
  now: Temporal.Instant,
): Promise<void> {
  if (appliedState === undefined || appliedState === 'PROVISIONING') return;
  await markManaged(tx, contractorId, deviceId, now);
}

/**
 * What an action wanted has happened when the device's record is gone: the device said so itself, or Google had the command
 * and keeps a record until the device has acknowledged it (fact sheet 4.3). A deletion is done only when the device says so.
 */
async function finishEnding(
  parts: Parts,
  tx: Tx,
  contractorId: ContractorId,
  name: string,
  why: 'deleted' | 'missing',
  now: Temporal.Instant,
): Promise<void> {
  for (const { actionId, type, handedAt, sentAt } of await openCommandsOf(tx, contractorId, name)) {
    if (actionId === undefined || !ENDS_WITH_DEVICE.includes(type)) continue;
    const happened =
      why === 'deleted' ? (handedAt ?? sentAt) !== undefined : handedAt !== undefined && type !== 'DELETE';
    if (!happened) continue;
    const result = why === 'deleted' ? { deviceReported: 'DELETED' } : { deviceRecord: 'gone' };
    await parts.actions().finish(tx, contractorId, actionId, { state: 'done', result }, now);
  }
}

/**
 * The device is gone at Google: `deleted` says that it reported so itself, otherwise nothing was heard of it. Its open
 * actions end.
 */
export async function leave(
  parts: Parts,
  tx: Tx,
  contractorId: ContractorId,
  known: Pick<AndroidDeviceRow, 'device_name' | 'device_id' | 'state'>,
  why: 'deleted' | 'missing' | 'released',
): Promise<void> {
  const now = parts.clock.now();
  const { device_name: name, device_id: deviceId } = known;
  if (why !== 'released') await finishEnding(parts, tx, contractorId, name, why, now);
  await parts.actions().supersedeAll(tx, contractorId, deviceId, 'unenrolled', now);
  await settleCommandsOf(tx, contractorId, name, why === 'deleted' ? 'answered' : 'superseded', now);
  await updateDevice(tx, contractorId, name, { state: 'gone', gone_at: now, gone_reason: why });
  await markUnmanaged(
    tx,
    contractorId,
    deviceId,
    why === 'deleted' ? 'device_reported_deletion' : `android_${why}`,
    now,
  );
}
