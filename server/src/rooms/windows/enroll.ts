import { randomBytes } from 'node:crypto';
import { buildName, parseCertificate } from '@tsukasa/cms';
import {
  type DeviceContext,
  type EnrollmentRequest,
  writeProvisioning,
  writeRenewedProvisioning,
} from '@tsukasa/windows-mdm';
import type { Clock } from '../../base/clock.ts';
import type { Config } from '../../base/config.ts';
import type { Db, Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { SYSTEM } from '../../base/http/context.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Actions } from '../actions/index.ts';
import type { Certificates, ReservedIdentity } from '../certificates/index.ts';
import {
  countUse,
  type DeviceId,
  type DeviceSupport,
  type Entitlement,
  type FoundInvitation,
  findDeviceByHardware,
  getDevice,
  type ObservedValues,
  recordEvent,
  registerDevice,
} from '../devices/index.ts';
import { finishOpen } from './command-store.ts';
import { type Claim, claimOf, invitationOf, notUsable } from './credential.ts';
import { type ProvedKey, provedKey } from './csr.ts';
import { type DmAccounts, md5Purpose } from './dm-account.ts';
import {
  commonNameOf,
  FIRST_POLL,
  IDENTITY_LIFETIME,
  PROVIDER_ID,
  RENEWAL,
  typeOf,
  type WindowsEnrollment,
} from './enrollment-model.ts';
import { EnrollmentRefusal } from './enrollment-refusal.ts';
import {
  endEnrollment,
  findIdentityOfClient,
  findIdentityOfKey,
  findNewestOfClient,
  hasUsedInvitation,
  type IdentityRow,
  insertEnrollment,
  insertIdentity,
  listIdentities,
  listLiveOfDevice,
  lockIds,
} from './enrollment-store.ts';
import type { EnrollmentGuard } from './guard.ts';
import type { EnrollmentId } from './model.ts';
import { type SigninTokens, useToken } from './signin-token.ts';

export type EnrollDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly config: Pick<Config, 'publicUrl' | 'wns'>;
  readonly guard: EnrollmentGuard;
  readonly tokens: SigninTokens;
  readonly accounts: DmAccounts;
  readonly certificates: () => Certificates;
  readonly actions: () => Actions;
  readonly entitlement: Entitlement;
  readonly support: DeviceSupport;
  readonly contractorName: (tx: Tx, contractorId: ContractorId) => Promise<string>;
  /** The first questions to a device, queued with its enrollment so that its first session answers them. */
  readonly begin: (
    tx: Tx,
    enrollment: { readonly contractorId: ContractorId; readonly enrollmentId: EnrollmentId },
    deviceId: DeviceId,
    now: Temporal.Instant,
  ) => Promise<void>;
};

/** Longest id of a client or its hardware that is kept, in characters. Windows sends 32 and 64 hex digits; its form may change. */
const LONGEST_ID = 256;

type Applicant = {
  readonly claim: Claim;
  readonly key: ProvedKey;
  readonly context: DeviceContext;
  readonly devId: string;
  readonly hardwareId: string | undefined;
};

/**
 * Enrolls a device (MS-WSTEP, Issue) and gives its provisioning document. The serial number is committed before the
 * signature; everything else, the use of the invitation too, in one transaction with the certificate's record. The same
 * request again, by the same key, changes nothing and gets the same document. Throws `EnrollmentRefusal`.
 */
export async function enroll(
  deps: EnrollDeps,
  { credential, context }: EnrollmentRequest,
  csr: Buffer,
): Promise<string> {
  const claim = claimOf(credential, deps.tokens, deps.clock.now());
  const { contractorId } = claim;
  const prepared = await deps.db.jobsFor(contractorId, (tx) => prepare(deps, tx, claim, context, csr));
  if (typeof prepared === 'string') return prepared;
  const { applicant, reserved, enrollmentId } = prepared;
  const subject = buildName([['CN', commonNameOf(contractorId, enrollmentId)]]);
  const now = deps.clock.now();
  const order = { spki: applicant.key.spki, subject, lifetime: IDENTITY_LIFETIME, now };
  const certificate = deps.certificates().signIdentity(reserved, order);
  return deps.db.jobsFor(contractorId, (tx) => conclude(deps, tx, applicant, { enrollmentId, reserved, certificate }));
}

type Prepared = {
  readonly applicant: Applicant;
  readonly reserved: ReservedIdentity;
  readonly enrollmentId: EnrollmentId;
};

/** Everything that can be refused before a signature is made. Only who may come in costs us more than a look-up. */
async function prepare(
  deps: EnrollDeps,
  tx: Tx,
  claim: Claim,
  context: DeviceContext,
  csr: Buffer,
): Promise<Prepared | string> {
  const now = deps.clock.now();
  const { contractorId } = claim;
  const found = await invitationOf(tx, claim, now);
  const { invitationId } = found.invitation;
  const about = { contractorId, subject: invitationId };
  deps.guard.requirePatience(contractorId, invitationId, now);
  const key = provedKey(csr, about);
  const devId = idOf(context.deviceId);
  if (devId === undefined) throw new EnrollmentRefusal('enrollment.no_device_id', about);
  const applicant = { claim, key, context, devId, hardwareId: idOf(context.hardwareId) };
  const again = await repeated(deps, tx, applicant, found);
  if (again !== undefined) return again;
  await requireUsable(tx, applicant, found, now);
  await requireEntitled(deps, tx, applicant, found, now);
  await requireSupported(deps, tx, applicant, found, now);
  await hardwareOf(tx, applicant);
  const reserved = await deps.certificates().reserveIdentity(tx, contractorId, { invitationId, now });
  return { applicant, reserved, enrollmentId: newId<'Enrollment'>(now.epochMilliseconds) };
}

function idOf(value: string | undefined): string | undefined {
  return value === undefined || value.length > LONGEST_ID ? undefined : value;
}

/** The answer that this key of this client got before through this invitation, when it still stands. */
async function repeated(
  deps: EnrollDeps,
  tx: Tx,
  { claim, key, devId }: Applicant,
  { invitation }: FoundInvitation,
): Promise<string | undefined> {
  const { contractorId } = claim;
  const known = await findIdentityOfClient(tx, contractorId, devId, key.spkiHash);
  if (known === undefined) return undefined;
  const { enrollment, revokedAt, supersededAt } = known;
  const stands = enrollment.state !== 'gone' && revokedAt === undefined && supersededAt === undefined;
  return stands && enrollment.invitationId === invitation.invitationId ? documentOf(deps, tx, known) : undefined;
}

async function requireUsable(
  tx: Tx,
  { claim, devId }: Applicant,
  found: FoundInvitation,
  now: Temporal.Instant,
): Promise<void> {
  if (found.problem === undefined) return;
  if (!(await mayUseAgain(tx, claim.contractorId, devId, found, now))) throw notUsable(claim.contractorId, found);
}

/** An invitation is counted at the first use: the same device may use it again while it is neither revoked nor expired. */
async function mayUseAgain(
  tx: Tx,
  contractorId: ContractorId,
  devId: string,
  { invitation, problem }: FoundInvitation,
  now: Temporal.Instant,
): Promise<boolean> {
  if (problem !== undefined && problem !== 'used_up') return false;
  if (Temporal.Instant.compare(now, invitation.expiresAt) >= 0) return false;
  return hasUsedInvitation(tx, contractorId, devId, invitation.invitationId);
}

/** Without a contract that takes devices under management nobody enrolls (terms, Art. 2). */
async function requireEntitled(
  { entitlement }: EnrollDeps,
  tx: Tx,
  { claim: { contractorId } }: Applicant,
  { invitation: { invitationId: subject } }: FoundInvitation,
  now: Temporal.Instant,
): Promise<void> {
  try {
    await entitlement.require(tx, contractorId, 'enroll', now);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new EnrollmentRefusal('enrollment.not_entitled', { contractorId, detail: error.reason, subject });
  }
}

/** Version and usage mode must be among those that the provider specifies (terms, Art. 1 and 3). */
async function requireSupported(
  { support }: EnrollDeps,
  tx: Tx,
  { claim: { contractorId }, context }: Applicant,
  { invitation: { invitationId: subject, usageMode } }: FoundInvitation,
  now: Temporal.Instant,
): Promise<void> {
  const device = { osFamily: 'Windows', osVersion: context.osVersion, usageMode };
  const [problem] = await support.check(tx, device, now);
  if (problem === undefined) return;
  const detail = `${problem.code}: ${problem.supported}`;
  throw new EnrollmentRefusal('enrollment.not_supported', { contractorId, detail, subject });
}

/**
 * The lasting name of the hardware. HWDevID survives a reset, which makes a new DeviceID; a client that does not send it is
 * known by what it enrolled as before. While an enrollment lives, its DeviceID belongs to its hardware: every invited device
 * could say another's. Throws `EnrollmentRefusal`.
 */
async function hardwareOf(tx: Tx, { claim: { contractorId }, devId, hardwareId }: Applicant): Promise<string> {
  const before = await findNewestOfClient(tx, contractorId, devId);
  if (before === undefined) return hardwareId ?? `DeviceID:${devId}`;
  const differs = hardwareId !== undefined && before.hardwareId !== undefined && hardwareId !== before.hardwareId;
  if (!differs) return (await getDevice(tx, contractorId, before.deviceId)).hardwareId;
  if (before.state === 'gone') return hardwareId;
  throw new EnrollmentRefusal('enrollment.hardware_differs', { contractorId, deviceId: before.deviceId });
}

type Concluding = {
  readonly enrollmentId: EnrollmentId;
  readonly reserved: ReservedIdentity;
  readonly certificate: Buffer;
};

async function conclude(
  deps: EnrollDeps,
  tx: Tx,
  applicant: Applicant,
  { enrollmentId, reserved, certificate }: Concluding,
): Promise<string> {
  const now = deps.clock.now();
  const { claim, key, context, devId, hardwareId } = applicant;
  const { contractorId } = claim;
  await lockIds(tx, contractorId, [devId, ...(hardwareId === undefined ? [] : [hardwareId])]);
  const found = await invitationOf(tx, claim, now);
  const again = await repeated(deps, tx, applicant, found); // the same request was faster
  if (again !== undefined) return again;
  const hardware = await hardwareOf(tx, applicant);
  await useInvitation(tx, applicant, found, now);
  if ('token' in claim && !(await useToken(tx, claim.token, { spkiHash: key.spkiHash, devId }, now))) {
    throw new EnrollmentRefusal('enrollment.token_reused', { contractorId, subject: claim.token.tokenId });
  }
  await replaceLive(deps, tx, contractorId, hardware, now);
  const deviceId = await register(deps, tx, applicant, found, hardware, now);
  if (!(await deps.certificates().recordIdentity(tx, contractorId, reserved, certificate, now))) {
    throw new EnrollmentRefusal('enrollment.key_reused', { contractorId, deviceId, detail: 'revoked' });
  }
  const account = deps.accounts.ofDevice(enrollmentId);
  await insertEnrollment(tx, {
    contractorId,
    enrollmentId,
    deviceId,
    invitationId: found.invitation.invitationId,
    devId,
    hardwareId,
    kind: context.enrollmentType === 'Device' ? 'device' : 'full',
    userName: claim.userName,
    osEdition: context.osEdition,
    osVersion: context.osVersion,
    md5Name: account.name,
    sealedMd5: await deps.secrets.sealFor(tx, contractorId, md5Purpose(enrollmentId), account.hash),
    md5Nonce: randomBytes(16),
    poll: FIRST_POLL,
    now,
  });
  await deps.begin(tx, { contractorId, enrollmentId }, deviceId, now);
  const { sha256, notAfter } = parseCertificate(certificate);
  const end = Temporal.Instant.fromEpochMilliseconds(notAfter);
  const identity = { contractorId, enrollmentId, sha256, spkiHash: key.spkiHash, serial: reserved.serial, now };
  await insertIdentity(tx, { ...identity, notAfter: end });
  const made = await findIdentityOfKey(tx, contractorId, enrollmentId, key.spkiHash);
  if (made === undefined) throw new Error('the identity cannot be read back');
  return documentOf(deps, tx, made);
}

async function useInvitation(
  tx: Tx,
  { claim: { contractorId }, devId }: Applicant,
  found: FoundInvitation,
  now: Temporal.Instant,
): Promise<void> {
  if (await mayUseAgain(tx, contractorId, devId, found, now)) return;
  if (await countUse(tx, contractorId, found.invitation.invitationId, now)) return;
  throw notUsable(contractorId, found);
}

/** The device enrolls anew: what waited for the old enrollment must not reach the new one (fact sheet 7.3). */
async function replaceLive(
  deps: EnrollDeps,
  tx: Tx,
  contractorId: ContractorId,
  hardware: string,
  now: Temporal.Instant,
): Promise<void> {
  const device = await findDeviceByHardware(tx, contractorId, 'windows', hardware);
  if (device === undefined) return;
  const { deviceId } = device;
  const live = await listLiveOfDevice(tx, contractorId, deviceId);
  if (live.length === 0) return;
  await deps.actions().supersedeAll(tx, contractorId, deviceId, 'reenrolled', now);
  for (const { enrollmentId } of live) {
    await finishOpen(tx, contractorId, enrollmentId, 'superseded', now);
    await endEnrollment(tx, contractorId, enrollmentId, 'reenrolled', now);
    await revokeIdentities(deps, tx, contractorId, enrollmentId, 're-enrolled', now);
    const event = { kind: 'enrollment.replaced', severity: 'notice', deviceId, dedupe: enrollmentId, now } as const;
    await recordEvent(tx, contractorId, event);
  }
}

/** Every certificate of an enrollment that ended; audited by the room of certificates. */
export async function revokeIdentities(
  { certificates }: Pick<EnrollDeps, 'certificates'>,
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
  reason: string,
  now: Temporal.Instant,
): Promise<void> {
  for (const { serial, revokedAt } of await listIdentities(tx, contractorId, enrollmentId)) {
    if (revokedAt === undefined) await certificates().revoke(tx, contractorId, { serial, reason, actor: SYSTEM, now });
  }
}

async function register(
  deps: EnrollDeps,
  tx: Tx,
  { claim: { contractorId }, context }: Applicant,
  { invitation }: FoundInvitation,
  hardwareId: string,
  now: Temporal.Instant,
): Promise<DeviceId> {
  const { usageMode, managementMode, invitationId, personId, label } = invitation;
  const registration = {
    contractorId,
    platform: 'windows',
    hardwareId,
    usageMode,
    managementMode,
    invitationId,
    personId,
    ...(label === '' ? {} : { label }),
    values: valuesOf(context),
    now,
  } as const;
  return (await registerDevice(tx, registration, deps.support)).deviceId;
}

function valuesOf(context: DeviceContext): ObservedValues {
  const { deviceName: name, osVersion, serialNumber, model, manufacturer, imei } = context;
  return { name, osFamily: 'Windows', osVersion, serialNumber, model, manufacturer, imei };
}

/** The provisioning document of a certificate that was issued. */
async function documentOf(deps: EnrollDeps, tx: Tx, identity: IdentityRow): Promise<string> {
  const { enrollment, serial } = identity;
  const { contractorId, enrollmentId, deviceId, kind, userName, md5Name, md5Nonce, poll } = enrollment;
  const { root, certificate } = await certificatesOf(deps, tx, contractorId, serial);
  const { publicUrl, wns } = deps.config;
  const device = await getDevice(tx, contractorId, deviceId);
  const company = await deps.contractorName(tx, contractorId);
  return writeProvisioning({
    enrollmentType: typeOf(kind),
    root,
    certificate,
    subject: `CN=${commonNameOf(contractorId, enrollmentId)}`,
    providerId: PROVIDER_ID,
    serverName: company === '' ? PROVIDER_ID : company,
    serverUrl: `${publicUrl}/ManagementServer/${contractorId}/MDM.svc`,
    serverSecret: deps.accounts.ofServer(enrollmentId),
    deviceSecret: { name: md5Name, secret: deps.accounts.ofDevice(enrollmentId).secret, nonce: md5Nonce },
    renewal: RENEWAL,
    upn: userName === '' ? undefined : userName,
    deviceName: device.displayName,
    entDmId: deviceId,
    poll,
    pushPackage: wns.identity?.pfn,
  });
}

/** What the answer to a renewal holds. */
export async function renewedDocumentOf(
  deps: Pick<EnrollDeps, 'certificates' | 'clock'>,
  tx: Tx,
  { contractorId, kind }: Pick<WindowsEnrollment, 'contractorId' | 'kind'>,
  serial: string,
): Promise<string> {
  const both = await certificatesOf(deps, tx, contractorId, serial);
  return writeRenewedProvisioning({ ...both, enrollmentType: typeOf(kind), providerId: PROVIDER_ID });
}

async function certificatesOf(
  { certificates, clock }: Pick<EnrollDeps, 'certificates' | 'clock'>,
  tx: Tx,
  contractorId: ContractorId,
  serial: string,
) {
  const certificate = await certificates().findCertificate(tx, contractorId, serial);
  if (certificate === undefined)
    throw new EnrollmentRefusal('enrollment.key_reused', { contractorId, subject: serial });
  const { certificate: root } = await certificates().authorityOf(tx, contractorId, clock.now());
  return { root: root.der, certificate };
}
