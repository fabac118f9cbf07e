import type { FaultDetail, FaultSubcode } from '@tsukasa/windows-mdm';
import type { ContractorId } from '../../base/ids.ts';
import type { DeviceId, Severity } from '../devices/index.ts';

type Answer = {
  readonly subcode: FaultSubcode;
  readonly detail?: FaultDetail;
  readonly severity: Severity;
  /** For the person at the PC, who sees it with the error code. */
  readonly reason: string;
};

/** Why an enrollment or a renewal is refused: the fault that Windows gets, and the event that an administrator sees. */
export const ENROLLMENT_REFUSALS = {
  'enrollment.malformed': {
    subcode: 'MessageFormat',
    severity: 'notice',
    reason: 'The request cannot be read.',
  },
  'enrollment.too_large': {
    subcode: 'MessageFormat',
    severity: 'notice',
    reason: 'The request is too large.',
  },
  'enrollment.unsupported_sign_in': {
    subcode: 'Authentication',
    detail: 'NotSupported',
    severity: 'warning',
    reason: 'This kind of sign-in is not supported. Use the invitation.',
  },
  'enrollment.no_credential': {
    subcode: 'Authentication',
    severity: 'warning',
    reason: 'The password is missing: it is the invitation code.',
  },
  'enrollment.wrong_code': {
    subcode: 'Authentication',
    severity: 'warning',
    reason: 'The invitation code is not correct.',
  },
  'enrollment.bad_token': {
    subcode: 'Authentication',
    severity: 'warning',
    reason: 'The sign-in is not valid or took too long. Begin again.',
  },
  'enrollment.token_reused': {
    subcode: 'Authentication',
    severity: 'alarm',
    reason: 'The sign-in was used already. Begin again.',
  },
  'enrollment.too_many_tries': {
    subcode: 'EnrollmentServer',
    detail: 'InMaintenance',
    severity: 'warning',
    reason: 'Too many failed tries. Wait a few minutes.',
  },
  'enrollment.other_platform': {
    subcode: 'Authorization',
    detail: 'DeviceNotSupported',
    severity: 'warning',
    reason: 'The invitation is for devices of another kind.',
  },
  'enrollment.invitation_not_usable': {
    subcode: 'Authorization',
    severity: 'warning',
    reason: 'The invitation was withdrawn or has expired. Ask for another one.',
  },
  'enrollment.invitation_used_up': {
    subcode: 'Authorization',
    detail: 'DeviceCapReached',
    severity: 'warning',
    reason: 'The invitation has been used. Ask for another one.',
  },
  'enrollment.not_entitled': {
    subcode: 'Authorization',
    detail: 'UserLicense',
    severity: 'warning',
    reason: 'The company has no contract in force for this.',
  },
  'enrollment.not_supported': {
    subcode: 'Authorization',
    detail: 'DeviceNotSupported',
    severity: 'warning',
    reason: 'This version of Windows is not supported.',
  },
  'enrollment.hardware_differs': {
    subcode: 'Authorization',
    severity: 'alarm',
    reason: 'Another device is enrolled under this device id.',
  },
  'enrollment.no_device_id': {
    subcode: 'MessageFormat',
    severity: 'warning',
    reason: 'The request names no device.',
  },
  'enrollment.bad_request': {
    subcode: 'CertificateRequest',
    severity: 'warning',
    reason: 'The certificate request cannot be read or is not signed by its key.',
  },
  'enrollment.weak_key': {
    subcode: 'CertificateRequest',
    severity: 'warning',
    reason: 'The key must be RSA with at least 2048 bits.',
  },
  'enrollment.key_reused': {
    subcode: 'CertificateRequest',
    severity: 'alarm',
    reason: 'This key has been certified before.',
  },
  'renewal.bad_signature': {
    subcode: 'InvalidSecurity',
    severity: 'alarm',
    reason: 'The renewal is not signed by the present certificate.',
  },
  'renewal.unknown_certificate': {
    subcode: 'Authorization',
    detail: 'NotEligibleToRenew',
    severity: 'warning',
    reason: 'The certificate is not known here. Enroll again.',
  },
  'renewal.not_valid': {
    subcode: 'Authorization',
    detail: 'NotEligibleToRenew',
    severity: 'alarm',
    reason: 'The certificate was revoked or replaced. Enroll again.',
  },
  'renewal.gone': {
    subcode: 'Authorization',
    detail: 'NotEligibleToRenew',
    severity: 'notice',
    reason: 'The device is not managed any more. Enroll again.',
  },
  'renewal.not_due': {
    subcode: 'Authorization',
    detail: 'NotEligibleToRenew',
    severity: 'notice',
    reason: 'The certificate is not to be renewed at this time.',
  },
  'renewal.too_many': {
    subcode: 'Authorization',
    detail: 'NotEligibleToRenew',
    severity: 'warning',
    reason: 'The certificate has been renewed too often.',
  },
} as const satisfies Readonly<Record<string, Answer>>;
export type EnrollmentRefusalKind = keyof typeof ENROLLMENT_REFUSALS;

/** A refusal on its way to the endpoint. `detail` names a place or a code, never a value. */
export class EnrollmentRefusal extends Error {
  readonly kind: EnrollmentRefusalKind;
  readonly contractorId: ContractorId | undefined;
  readonly detail: string | undefined;
  readonly deviceId: DeviceId | undefined;
  /** What makes two of them the same event, and what is slowed down when it fails again and again. */
  readonly subject: string;

  constructor(
    kind: EnrollmentRefusalKind,
    about: {
      readonly contractorId?: ContractorId | undefined;
      readonly detail?: string | undefined;
      readonly deviceId?: DeviceId | undefined;
      readonly subject?: string | undefined;
    } = {},
  ) {
    super(kind);
    this.name = 'EnrollmentRefusal';
    this.kind = kind;
    this.contractorId = about.contractorId;
    this.detail = about.detail;
    this.deviceId = about.deviceId;
    this.subject = about.subject ?? about.deviceId ?? '';
  }
}

export function faultOf(kind: EnrollmentRefusalKind): Answer {
  return ENROLLMENT_REFUSALS[kind];
}
