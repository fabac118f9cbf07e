import type { EnrollmentType, PollSchedule } from '@tsukasa/windows-mdm';
import type { ContractorId } from '../../base/ids.ts';
import type { DeviceId, InvitationId } from '../devices/index.ts';
import type { EnrollmentId } from './model.ts';

/** `pending`: the certificate was issued; `enrolled` from the first session on. */
export const ENROLLMENT_STATES = ['pending', 'enrolled', 'gone'] as const;
export type EnrollmentState = (typeof ENROLLMENT_STATES)[number];

/** Why an enrollment ended. */
export type GoneReason = 'reenrolled' | 'unenrolled';

/** Our name among the management servers of a device: a LocURI segment, the same for ever (`DMClient/Provider/Tsukasa`). */
export const PROVIDER_ID = 'Tsukasa';

/** Windows renews by itself, so that a year is enough (fact sheet 3.4); it begins 60 days before the end. */
export const IDENTITY_LIFETIME = Temporal.Duration.from({ hours: 365 * 24 });
export const RENEWAL = { periodDays: 60, retryDays: 4 } as const;
/** Days before its end at which an administrator is told that a certificate was not renewed: 46 days after Windows began to try. */
export const EXPIRY_WARNING_DAYS = 14;
export type ExpiryTold = 'expiring' | 'expired';
/** Keys shorter than this are not certified. */
export const MIN_RSA_BITS = 2048;

/**
 * The schedule that a device enrolls with: every three minutes for half an hour, so that it is set up soon, then every
 * quarter of an hour for two and a half, then every hour. Polling is the guarantee, WNS only makes it faster.
 */
export const FIRST_POLL: PollSchedule = {
  first: { count: 10, minutes: 3 },
  second: { count: 10, minutes: 15 },
  remaining: { count: 0, minutes: 60 },
};

export type WindowsEnrollment = {
  readonly contractorId: ContractorId;
  readonly enrollmentId: EnrollmentId;
  readonly deviceId: DeviceId;
  readonly invitationId: InvitationId | undefined;
  /** The client's own stable id: DevInfo/DevId, the source of its sessions. */
  readonly devId: string;
  readonly hardwareId: string | undefined;
  readonly kind: 'full' | 'device';
  readonly state: EnrollmentState;
  readonly userName: string;
  readonly md5Name: string;
  readonly md5Nonce: Buffer;
  readonly poll: PollSchedule;
  readonly renewalAskedAt: Temporal.Instant | undefined;
};

export const typeOf = (kind: WindowsEnrollment['kind']): EnrollmentType => (kind === 'device' ? 'Device' : 'Full');

/**
 * Common name of an enrollment's certificates, 64 hex digits (X.520's limit): whose they are, so that a renewal, which comes
 * to an address without a contractor, can be looked up. It proves nothing. Every renewed certificate has the same one:
 * Windows finds its certificate by it.
 */
export function commonNameOf(contractorId: ContractorId, enrollmentId: EnrollmentId): string {
  return `${contractorId}${enrollmentId}`.replaceAll('-', '');
}

/** Contractor and enrollment that a common name claims; undefined when it is none of ours. */
export function ownerOf(
  commonName: string,
): { readonly contractorId: ContractorId; readonly enrollmentId: EnrollmentId } | undefined {
  if (!/^[0-9a-f]{64}$/.test(commonName)) return undefined;
  const uuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return {
    contractorId: uuid(commonName.slice(0, 32)) as ContractorId,
    enrollmentId: uuid(commonName.slice(32)) as EnrollmentId,
  };
}
