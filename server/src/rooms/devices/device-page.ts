import type { Device } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import type { RecordAudit, RequestContext } from '../../base/http/context.ts';
import { type ContractorId, parseUuid } from '../../base/ids.ts';
import { momentCursor, pageOf } from './cursors.ts';
import { type ListDeps, summary } from './device-list.ts';
import { assignablePerson } from './invitations.ts';
import { LIST_SECTIONS, selectApps, selectCertificates, selectProfiles } from './lists.ts';
import type { DeviceId, DeviceSupport } from './model.ts';
import { deviceSearchKey } from './observed.ts';
import { displayName, personColumns } from './registry.ts';
import * as store from './store.ts';
import { problemsOf } from './support.ts';

export type PageDeps = ListDeps & { readonly recordAudit: RecordAudit; readonly support: DeviceSupport };

/** Throws `not_found`. */
export function showDevice(deps: PageDeps, contractorId: ContractorId, deviceId: DeviceId): Promise<Device> {
  return deps.db.asContractor(contractorId, (tx) => read(deps, tx, contractorId, deviceId));
}

/** Labels it, gives it to a person or takes it back. Throws `not_found`, `invalid` for a person who is not there. */
export function changeDevice(
  deps: PageDeps,
  contractorId: ContractorId,
  deviceId: DeviceId,
  change: { readonly label?: string; readonly personId?: string | null },
  context: RequestContext,
): Promise<Device> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const before = await store.lockDevice(tx, contractorId, deviceId);
    const label = change.label ?? before.label;
    const person = await personOf(tx, contractorId, change.personId, before);
    const details = {
      ...(label === before.label ? {} : { label: { before: before.label, after: label } }),
      ...(person.person_id === before.person_id
        ? {}
        : { person: { before: before.person_id, after: person.person_id } }),
    };
    if (Object.keys(details).length > 0) {
      const search_key = deviceSearchKey({ ...before, ...person, label });
      await store.updateDevice(tx, contractorId, deviceId, { ...person, label, search_key, updated_at: now });
      const { actor, requestId, sourceIp } = context;
      const target = { kind: 'device', id: deviceId, name: displayName({ ...before, label }) };
      const entry = { at: now, actor, action: 'device.changed', target, details, requestId, sourceIp };
      await deps.recordAudit(tx, contractorId, entry);
    }
    return read(deps, tx, contractorId, deviceId);
  });
}

async function personOf(tx: Tx, contractorId: ContractorId, asked: string | null | undefined, row: store.DeviceRow) {
  if (asked === null) return personColumns(undefined);
  if (asked === undefined || asked === row.person_id) {
    const { person_id, person_name, person_kana, person_department } = row;
    return { person_id, person_name, person_kana, person_department };
  }
  return personColumns(await assignablePerson(tx, contractorId, parseUuid<'Person'>(asked, 'personId')));
}

const NO_CHANNEL: Device['channel'] = {
  canWake: false,
  whyNot: 'no_channel',
  lastWakeAt: null,
  lastWakeAnswer: null,
  nextWakeAt: null,
  nextObservationAt: null,
  nextContactAt: null,
  nextContactBasis: null,
  identityNotAfter: null,
  identitySerial: null,
};

async function read(deps: PageDeps, tx: Tx, contractorId: ContractorId, deviceId: DeviceId): Promise<Device> {
  const row = await store.selectDevice(tx, contractorId, deviceId);
  if (row === undefined) throw store.noDevice();
  const open = await deps.openActions.openByDevice(tx, contractorId, [deviceId]);
  const dialect = deps.channels.get(row.platform);
  const channel = await dialect?.describe(tx, contractorId, deviceId);
  const details = await dialect?.details(tx, contractorId, deviceId);
  // What is supported instead is read from the catalogue of now: the row says only that the device is out of it.
  const flagged = row.support !== null && row.support !== 'supported';
  const problems = flagged ? await problemsOf(tx, row, { support: deps.support, now: deps.clock.now() }) : undefined;
  return {
    ...summary(row, open.get(deviceId) ?? 0),
    supportSince: row.support_since?.toString() ?? null,
    supportProblems: (problems ?? []).map(({ code, supported }) => ({ code, supported })),
    hardwareId: row.hardware_id,
    imei: row.imei,
    meid: row.meid,
    iccid: row.iccid,
    carrier: row.carrier,
    wifiMac: row.wifi_mac,
    bluetoothMac: row.bluetooth_mac,
    ethernetMac: row.ethernet_mac,
    userApproved: row.user_approved,
    appleSilicon: row.apple_silicon,
    manufacturer: row.manufacturer,
    osEdition: row.os_edition,
    securityPatchLevel: row.security_patch_level,
    apiLevel: row.api_level,
    secureBoot: row.secure_boot,
    tpmVersion: row.tpm_version,
    antivirusActive: row.antivirus_active,
    antivirusCurrent: row.antivirus_current,
    domainName: row.domain_name,
    passcodeCompliant: row.passcode_compliant,
    firewallEnabled: row.firewall_enabled,
    activationLock: row.activation_lock,
    location: location(row),
    observedAt: row.observed_at,
    invitationId: row.invitation_id,
    createdAt: row.created_at.toString(),
    unmanagedAt: row.unmanaged_at?.toString() ?? null,
    channel: channel ?? NO_CHANNEL,
    details: [...(details ?? [])],
  };
}

function location({ latitude, longitude, location_accuracy, location_at }: store.DeviceRow): Device['location'] {
  if (latitude === null || longitude === null || location_at === null) return null;
  return { latitude, longitude, accuracyMeters: location_accuracy, at: location_at.toString() };
}

/** Reads one of the device's lists with the time at which it was given. Throws `not_found`. */
function listOf<Row, Item>(
  deps: PageDeps,
  contractorId: ContractorId,
  deviceId: DeviceId,
  section: string,
  select: (tx: Tx, contractorId: ContractorId, deviceId: DeviceId) => Promise<Row[]>,
  present: (row: Row, seenAt: string) => Item,
): Promise<{ reportedAt: string | null; items: Item[] }> {
  return deps.db.asContractor(contractorId, async (tx) => {
    await mustExist(tx, contractorId, deviceId);
    const reportedAt = (await store.selectReportedAt(tx, contractorId, deviceId, section))?.toString() ?? null;
    if (reportedAt === null) return { reportedAt, items: [] };
    const rows = await select(tx, contractorId, deviceId);
    return { reportedAt, items: rows.map((row) => present(row, reportedAt)) };
  });
}

async function mustExist(tx: Tx, contractorId: ContractorId, deviceId: DeviceId): Promise<void> {
  const [row] = await store.selectNames(tx, contractorId, [deviceId]);
  if (row === undefined) throw store.noDevice();
}

export const listApps = (deps: PageDeps, contractorId: ContractorId, deviceId: DeviceId) =>
  listOf(deps, contractorId, deviceId, LIST_SECTIONS.apps, selectApps, (row, seenAt) => ({
    identifier: row.identifier,
    name: row.name,
    version: row.version,
    shortVersion: row.short_version,
    bundleBytes: row.bundle_bytes,
    managed: row.managed,
    seenAt,
  }));

export const listProfiles = (deps: PageDeps, contractorId: ContractorId, deviceId: DeviceId) =>
  listOf(deps, contractorId, deviceId, LIST_SECTIONS.profiles, selectProfiles, (row, seenAt) => ({
    identifier: row.identifier,
    uuid: row.uuid,
    displayName: row.display_name,
    managed: row.managed,
    payloadTypes: row.payload_types,
    seenAt,
  }));

export const listCertificates = (deps: PageDeps, contractorId: ContractorId, deviceId: DeviceId) =>
  listOf(deps, contractorId, deviceId, LIST_SECTIONS.certificates, selectCertificates, (row, seenAt) => ({
    sha256: row.sha256.toString('hex'),
    commonName: row.common_name,
    identity: row.identity,
    subject: row.subject,
    issuer: row.issuer,
    notBefore: row.not_before?.toString() ?? null,
    notAfter: row.not_after?.toString() ?? null,
    seenAt,
  }));

/** Newest first. Throws `not_found`. */
export async function listChanges(
  deps: PageDeps,
  contractorId: ContractorId,
  deviceId: DeviceId,
  query: { readonly cursor?: string; readonly limit?: number },
) {
  const limit = query.limit ?? 50;
  const after = momentCursor.decode(query.cursor);
  return deps.db.asContractor(contractorId, async (tx) => {
    await mustExist(tx, contractorId, deviceId);
    const rows = await store.selectChanges(tx, contractorId, deviceId, { after, limit: limit + 1 });
    const { shown, nextCursor } = pageOf(rows, limit, (row) => ({ at: row.at, id: row.change_id }));
    const items = shown.map((row) => ({
      changeId: row.change_id,
      at: row.at.toString(),
      source: row.source,
      field: row.field,
      oldValue: row.old_value,
      newValue: row.new_value,
    }));
    return { items, nextCursor };
  });
}

/** The last answer of each kind. Throws `not_found`. */
export function listReports(deps: PageDeps, contractorId: ContractorId, deviceId: DeviceId) {
  return deps.db.asContractor(contractorId, async (tx) => {
    await mustExist(tx, contractorId, deviceId);
    const rows = await store.selectReports(tx, contractorId, deviceId);
    const items = rows.map((row) => ({
      section: row.section,
      reportedAt: row.reported_at.toString(),
      body: row.body,
    }));
    return { items, nextCursor: null };
  });
}
