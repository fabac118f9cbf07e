import type { ContractorId, Id } from '../../base/ids.ts';
import type { KnownCertificate as Known } from '../certificates/index.ts';
import type { DeviceId } from '../devices/index.ts';

export type EnrollmentId = Id<'Enrollment'>;
export type CommandId = Id<'Command'>;

/** `authenticated`: the profile is being installed; usable (`enrolled`) from the first TokenUpdate on (fact sheet 2.3). */
export const ENROLLMENT_STATES = ['authenticated', 'enrolled', 'gone'] as const;
export type EnrollmentState = (typeof ENROLLMENT_STATES)[number];

/**
 * Why a command was queued. `action` and `raw` (an expert's own) belong to an action; the server makes the others by
 * itself.
 */
export const COMMAND_PURPOSES = ['action', 'raw', 'observation', 'renewal', 'declarative'] as const;
export type CommandPurpose = (typeof COMMAND_PURPOSES)[number];

/** How a command ended. The first three are the device's words, the others ours. */
export const COMMAND_OUTCOMES = [
  'acknowledged',
  'error',
  'format_error',
  'cancelled',
  'expired',
  'superseded',
  'abandoned',
] as const;
export type CommandOutcome = (typeof COMMAND_OUTCOMES)[number];

/** Why an enrollment ended. */
export type GoneReason = 'reenrolled' | 'checked_out';

/** To whom a certificate belongs; never changes once it exists. */
export type Binding = { readonly enrollmentId: EnrollmentId; readonly deviceId: DeviceId; readonly udid: string };
export type KnownCertificate = Known<Binding>;

/** Deliveries without an answer after which a command lets the others go first. */
export const STUCK_AFTER = 3;

/** What a renewal must repeat byte for byte (fact sheet 1.5), as kept in `apple_enrollments.profile`. */
export type ProfileFacts = {
  readonly identifier: string;
  readonly serverUrl: string;
  readonly checkInUrl: string;
};

export type EnrollmentRow = {
  readonly contractorId: ContractorId;
  readonly enrollmentId: EnrollmentId;
  readonly deviceId: DeviceId;
  readonly udid: string;
  readonly state: EnrollmentState;
  readonly accessRights: number;
  readonly topic: string;
  readonly profile: ProfileFacts;
  readonly tokenUpdates: number;
};

/** Minutes until a device that said "not now" is woken again; the last one repeats. */
const NOT_NOW_MINUTES = [5, 15, 30, 60] as const;

/** When to wake a device that has said "not now" `count` times to one command. */
export function notNowDelay(count: number): Temporal.Duration {
  const minutes = NOT_NOW_MINUTES[Math.min(Math.max(count, 1), NOT_NOW_MINUTES.length) - 1] ?? 60;
  return Temporal.Duration.from({ minutes });
}
