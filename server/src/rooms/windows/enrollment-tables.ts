import type { PollSchedule } from '@tsukasa/windows-mdm';
import type { Generated } from 'kysely';
import type { EnrollmentState, ExpiryTold } from './enrollment-model.ts';

type Instant = Temporal.Instant;

export type WindowsEnrollmentTables = {
  windows_enrollments: {
    contractor_id: string;
    enrollment_id: string;
    device_id: string;
    invitation_id: string | null;
    dev_id: string;
    hw_dev_id: string | null;
    kind: 'full' | 'device';
    state: EnrollmentState;
    user_name: Generated<string>;
    os_edition: number | null;
    os_version: string | null;
    md5_name: string;
    sealed_md5: Buffer;
    md5_nonce: Buffer;
    poll: PollSchedule;
    renewal_asked_at: Instant | null;
    requested_at: Instant;
    enrolled_at: Instant | null;
    gone_at: Instant | null;
    gone_reason: string | null;
  };
  windows_identities: {
    contractor_id: string;
    certificate_sha256: Buffer;
    enrollment_id: string;
    spki_sha256: Buffer;
    serial: string;
    not_after: Instant;
    issued_at: Instant;
    first_used_at: Instant | null;
    superseded_at: Instant | null;
    revoked_at: Instant | null;
    expiry_told: ExpiryTold | null;
  };
  windows_signin_tokens: {
    contractor_id: string;
    token_id: string;
    invitation_id: string;
    used_by_sha256: Buffer;
    used_at: Instant;
    expires_at: Instant;
  };
};
