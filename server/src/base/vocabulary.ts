/**
 * The one vocabulary of log fields: a line is an event name (`room.what_happened`) and some of these. A room adds its own
 * words by declaration merging (`declare module '../../base/vocabulary.ts' { interface LogFields { deviceId?: string } }`).
 * Never bodies, tokens or keys.
 */
export interface LogFields {
  readonly requestId?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly status?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly sourceIp?: string | undefined;
  readonly contractorId?: string | undefined;
  readonly principal?: string | undefined;
  readonly reason?: string | undefined;
  readonly job?: string | undefined;
  readonly jobId?: string | undefined;
  readonly attempt?: number | undefined;
  readonly count?: number | undefined;
  readonly role?: string | undefined;
  readonly migration?: string | undefined;
  readonly version?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly pid?: number | undefined;
  readonly signal?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly file?: string | undefined;
  readonly message?: string | undefined;
  readonly error?: unknown;
}

/** `room.what_happened`, a fixed name. */
export type LogEvent = `${string}.${string}`;
