import type { Generated } from 'kysely';
import type { CommandEnd, CommandPurpose } from './model.ts';

type Instant = Temporal.Instant;

export type WindowsSessionTables = {
  windows_sessions: {
    contractor_id: string;
    enrollment_id: string;
    session_id: string;
    token: string;
    auth: 'certificate' | 'signature' | 'digest';
    fresh: boolean;
    login: 'user' | 'others' | 'none';
    tree: 'device' | 'user' | 'mixed';
    max_msg_size: number;
    held: Generated<number>;
    closed: Generated<boolean>;
    opened_at: Instant;
    last_at: Instant;
    msg: number;
    body_sha256: Buffer;
  };
  windows_commands: {
    contractor_id: string;
    enrollment_id: string;
    command_id: string;
    seq: Generated<number>;
    purpose: CommandPurpose;
    action_id: string | null;
    verb: string;
    request: unknown;
    note: unknown;
    payload: Buffer | null;
    sealed: Generated<boolean>;
    size: number;
    user_scope: Generated<boolean>;
    once: Generated<boolean>;
    as_replace: Generated<boolean>;
    priority: Generated<number>;
    created_at: Instant;
    expires_at: Instant;
    woken_at: Instant | null;
    sent_at: Instant | null;
    sent_token: string | null;
    sent_msg: number | null;
    sent_index: number | null;
    attempts: Generated<number>;
    answering: Generated<boolean>;
    withdrawn: Generated<boolean>;
    finished_at: Instant | null;
    ended: CommandEnd | null;
  };
  windows_answers: {
    contractor_id: string;
    seq: Generated<number>;
    enrollment_id: string;
    command_id: string | null;
    body: string;
    ready: boolean;
    received_at: Instant;
    attempts: Generated<number>;
    retry_at: Instant | null;
    problem: string | null;
  };
};
