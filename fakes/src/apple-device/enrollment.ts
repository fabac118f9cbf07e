import { randomBytes, randomUUID } from 'node:crypto';
import { ACCESS_RIGHTS, type CommandTarget, type PlistDict } from '@tsukasa/apple-mdm';
import { findNameValue, parseCertificate } from '@tsukasa/cms';
import type { Blueprint } from './blueprint.ts';
import { MdmConnection } from './connection.ts';
import type { HttpAnswer } from './http.ts';
import type { DeviceOptions } from './options.ts';
import type { EnrollmentProfile } from './profile.ts';
import { obtainIdentity } from './scep.ts';
import type { DeviceState, InstalledCertificate } from './state.ts';

/** A device's tie to one server. */
export type Enrollment = {
  readonly profile: EnrollmentProfile;
  readonly connection: MdmConnection;
  readonly target: CommandTarget;
  readonly token: Buffer;
  readonly pushMagic: string;
};

/** The server did not take a step of the enrollment. */
export class EnrollmentFailed extends Error {
  readonly step: string;
  readonly status: number | undefined;

  constructor(step: string, status?: number, options?: ErrorOptions) {
    super(`enrollment failed at ${step}${status === undefined ? '' : `: the server answered ${status}`}`, options);
    this.name = 'EnrollmentFailed';
    this.step = step;
    this.status = status;
  }
}

/** How the device looks to the catalogue under this profile. A Mac that a person approved counts as supervised. */
export function targetOf(blueprint: Blueprint, profile: EnrollmentProfile): CommandTarget {
  return {
    platform: blueprint.platform,
    osVersion: blueprint.osVersion,
    supervised: blueprint.supervised || blueprint.platform === 'macOS',
    enrollment: 'device',
    channel: 'device',
    accessRights: profile.instructions.accessRights,
    ...(blueprint.platform === 'macOS' ? { appleSilicon: blueprint.kind === 'Mac' } : {}),
  };
}

/** Key, certificate and connection for a profile. */
export async function openConnection(
  options: DeviceOptions,
  blueprint: Blueprint,
  profile: EnrollmentProfile,
): Promise<MdmConnection> {
  const { instructions } = profile;
  const ca = options.ca === undefined ? {} : { ca: options.ca };
  const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
  const now = options.now ?? systemNow;
  const identity = await obtainIdentity({
    instructions: instructions.scep,
    privateKey: await options.keys(Math.max(2048, instructions.scep.keySize)),
    ciphers: options.scep ?? 'modern',
    variables: {
      SerialNumber: blueprint.serialNumber,
      HardwareUUID: blueprint.udid,
      ComputerName: blueprint.name,
    },
    now: now(),
    ...ca,
    ...timeout,
  });
  const header = options.identityHeader === undefined ? {} : { identityHeader: options.identityHeader };
  const unsigned = options.unsigned === true;
  return new MdmConnection({ instructions, identity, now, unsigned, ...ca, ...timeout, ...header });
}

export function systemNow(): number {
  return Temporal.Now.instant().epochMilliseconds;
}

/** `Authenticate`, then `TokenUpdate`: anything but 200 ends it. Throws `EnrollmentFailed`. */
export async function introduce(enrollment: Enrollment, blueprint: Blueprint, state: DeviceState): Promise<void> {
  const { connection } = enrollment;
  expectOk('Authenticate', await connection.checkIn(authenticate(enrollment, blueprint, state)));
  await updateToken(enrollment, blueprint, state);
}

/** `TokenUpdate`, with a new unlock token where the device escrows one. */
export async function updateToken(enrollment: Enrollment, blueprint: Blueprint, state: DeviceState): Promise<void> {
  const { connection, token, pushMagic, target } = enrollment;
  const escrows =
    (blueprint.kind === 'iPhone' || blueprint.kind === 'iPad') &&
    (target.accessRights & ACCESS_RIGHTS.lockAndRemovePasscode) !== 0;
  const unlockToken = escrows ? randomBytes(1536) : undefined;
  const message = {
    MessageType: 'TokenUpdate',
    UDID: blueprint.udid,
    Topic: connection.instructions.topic,
    Token: token,
    PushMagic: pushMagic,
    AwaitingConfiguration: false,
    ...(unlockToken === undefined ? {} : { UnlockToken: unlockToken }),
  };
  expectOk('TokenUpdate', await connection.checkIn(message));
  if (unlockToken !== undefined) state.unlockToken = unlockToken;
}

function expectOk(step: string, answer: HttpAnswer): void {
  if (answer.status !== 200) throw new EnrollmentFailed(step, answer.status);
}

function authenticate({ connection, target }: Enrollment, blueprint: Blueprint, state: DeviceState): PlistDict {
  const message = { MessageType: 'Authenticate', UDID: blueprint.udid, Topic: connection.instructions.topic };
  if ((target.accessRights & ACCESS_RIGHTS.deviceInformation) === 0) return message;
  const { hardware, sim } = blueprint;
  const named = blueprint.platform === 'macOS' || blueprint.platform === 'tvOS';
  return {
    ...message,
    OSVersion: blueprint.osVersion,
    BuildVersion: blueprint.buildVersion,
    ProductName: hardware.productName,
    SerialNumber: blueprint.serialNumber,
    ...(named ? { DeviceName: state.name, Model: hardware.model, ModelName: hardware.modelName } : {}),
    ...(sim === undefined ? {} : { IMEI: sim.imei, MEID: sim.meid }),
  };
}

/** A Mac escrows its bootstrap token with a server that offers to keep it. */
export async function escrowBootstrapToken(
  { connection }: Enrollment,
  blueprint: Blueprint,
  state: DeviceState,
): Promise<void> {
  const offered = connection.instructions.serverCapabilities.includes('com.apple.mdm.bootstraptoken');
  if (blueprint.platform !== 'macOS' || !offered) return;
  const token = randomBytes(64);
  const message = { MessageType: 'SetBootstrapToken', UDID: blueprint.udid, BootstrapToken: token };
  const answer = await connection.checkIn({ ...message, AwaitingConfiguration: false });
  if (answer.status === 200) state.bootstrapToken = token;
}

/** New push address; a device that only renews keeps its own. */
export function newPushAddress(): Pick<Enrollment, 'token' | 'pushMagic'> {
  return { token: randomBytes(32), pushMagic: randomUUID().toUpperCase() };
}

/** What `CertificateList` tells of: the identity, and the roots of the profile. */
export function certificatesOf({ connection }: Enrollment): readonly InstalledCertificate[] {
  const { identity, instructions } = connection;
  const ders = [...identity.authorities, ...instructions.rootCertificates];
  const unique = ders.filter((der, index) => ders.findIndex((other) => other.equals(der)) === index);
  return [
    { der: identity.certificate.der, commonName: commonNameOf(identity.certificate.der), identity: true },
    ...unique.map((der) => ({ der, commonName: commonNameOf(der), identity: false })),
  ];
}

function commonNameOf(der: Buffer): string {
  return findNameValue(parseCertificate(der).subject, 'CN') ?? '';
}
