import type { PollSchedule } from '@tsukasa/windows-mdm';
import type { Generated } from 'kysely';

type Instant = Temporal.Instant;

export type UpkeepTables = {
  windows_upkeep: {
    contractor_id: string;
    enrollment_id: string;
    wake_at: Instant | null;
    attempts: Generated<number>;
    last_sent_at: Instant | null;
    last_accepted_at: Instant | null;
    last_status: number | null;
    last_reason: string | null;
    channel_uri: string | null;
    channel_at: Instant | null;
    channel_dead_at: Instant | null;
    channel_asked_at: Instant | null;
    observe_at: Instant | null;
    round: string | null;
    observed_at: Instant | null;
    poll: PollSchedule | null;
    poll_since: Instant | null;
    poll_asked: PollSchedule | null;
    wiped_at: Instant | null;
  };
  windows_readings: {
    contractor_id: string;
    device_id: string;
    section: string;
    reported_at: Instant;
    body: unknown;
  };
  windows_gatherings: {
    contractor_id: string;
    enrollment_id: string;
    section: string;
    round: string;
    part: number;
    items: unknown;
  };
  windows_recovery_keys: {
    contractor_id: string;
    recovery_key_id: string;
    device_id: string;
    volume: string;
    protector_id: string;
    sealed_password: Buffer;
    escrowed_at: Instant;
    superseded_at: Instant | null;
    last_read_at: Instant | null;
    last_read_by: string | null;
  };
  windows_escrows: {
    contractor_id: string;
    device_id: string;
    made_at: Instant;
    received_at: Instant;
  };
  windows_rotations: {
    contractor_id: string;
    action_id: string;
    enrollment_id: string;
    device_id: string;
    protectors: string[];
    asked_at: Instant;
    told_at: Instant | null;
    withdrawn: Generated<boolean>;
    finished_at: Instant | null;
  };
};
