import type { Generated } from 'kysely';
import type { CommandOutcome, CommandPurpose, EnrollmentState } from './model.ts';

type Instant = Temporal.Instant;

export type AppleTables = {
  apple_enrollments: {
    contractor_id: string;
    enrollment_id: string;
    device_id: string;
    invitation_id: string | null;
    udid: string;
    kind: 'device' | 'user';
    state: EnrollmentState;
    access_rights: number;
    topic: string;
    profile: unknown;
    push_token: Buffer | null;
    push_magic: string | null;
    sealed_unlock_token: Buffer | null;
    sealed_bootstrap_token: Buffer | null;
    awaiting_configuration: Generated<boolean>;
    token_updates: Generated<number>;
    authenticated_at: Instant;
    token_updated_at: Instant | null;
    enrolled_at: Instant | null;
    gone_at: Instant | null;
    gone_reason: string | null;
  };
  apple_identities: {
    contractor_id: string;
    certificate_sha256: Buffer;
    enrollment_id: string;
    udid: string;
    serial: string;
    not_after: Instant;
    first_used_at: Instant;
    superseded_at: Instant | null;
    revoked_at: Instant | null;
  };
  apple_commands: {
    contractor_id: string;
    enrollment_id: string;
    command_id: string;
    seq: Generated<number>;
    purpose: CommandPurpose;
    action_id: string | null;
    request_type: string;
    payload: Buffer | null;
    sealed: Generated<boolean>;
    priority: Generated<number>;
    created_at: Instant;
    expires_at: Instant;
    woken_at: Instant | null;
    sent_at: Instant | null;
    attempts: Generated<number>;
    resting: Generated<boolean>;
    not_now_at: Instant | null;
    not_now_count: Generated<number>;
    finished_at: Instant | null;
    outcome: CommandOutcome | null;
  };
  apple_answers: {
    contractor_id: string;
    enrollment_id: string;
    command_id: string;
    seq: Generated<number>;
    status: string;
    body: Buffer;
    received_at: Instant;
    attempts: Generated<number>;
    retry_at: Instant | null;
    problem: string | null;
  };
  apple_wakeups: {
    contractor_id: string;
    enrollment_id: string;
    wake_at: Instant | null;
    attempts: Generated<number>;
    last_sent_at: Instant | null;
    last_accepted_at: Instant | null;
    last_status: number | null;
    last_reason: string | null;
    token_dead_at: Instant | null;
    observe_at: Instant | null;
  };
  apple_declarative: {
    contractor_id: string;
    enrollment_id: string;
    declarations_token: string | null;
    last_sync_at: Instant | null;
    last_status_at: Instant | null;
    status: unknown;
    errors: unknown;
  };
};
