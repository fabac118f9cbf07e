import { field, isRecord, textOf } from '../json.ts';

/**
 * What a failed request means for us. `quota`: not done, come again at `retryAt`. `passing`: nobody knows whether it was
 * done. `refused`: not done, and repeating it changes nothing. `gone`: what it names is not there. `denied`: the
 * project may not, or the enterprise is lost. `key`: the project's key is not accepted.
 */
export const FAILURES = ['quota', 'passing', 'refused', 'gone', 'denied', 'key'] as const;
export type FailureKind = (typeof FAILURES)[number];

/** A failed request to Google. The message is Google's own, shortened; it is shown to administrators and never parsed. */
export class GoogleError extends Error {
  readonly kind: FailureKind;
  readonly status: number | undefined;
  /** Google's canonical word (`RESOURCE_EXHAUSTED`), if it said one. */
  readonly code: string | undefined;
  readonly retryAt: Temporal.Instant | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    options: {
      readonly status?: number | undefined;
      readonly code?: string | undefined;
      readonly retryAt?: Temporal.Instant | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GoogleError';
    this.kind = kind;
    this.status = options.status;
    this.code = options.code;
    this.retryAt = options.retryAt;
  }
}

/** Longest message of Google's that is kept, in characters. */
const LONGEST = 1000;
/** Google's advice after a refusal for quota: a minute at the least (fact sheet 1.5). */
const QUOTA_PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 3600;

export type Answered = {
  readonly status: number | undefined;
  readonly body: unknown;
  /** Seconds, as the header says. */
  readonly retryAfter: string | undefined;
};

/**
 * Reads a refusal. The class follows from the status alone: bodies may be HTML or torn (fact sheet 1.7). `jitter` runs
 * from 0 to 1.
 */
export function readRefusal(answer: Answered, now: Temporal.Instant, jitter: number, cause?: unknown): GoogleError {
  const { status, body } = answer;
  const error = isRecord(body) ? field(body, 'error') : undefined;
  const code = textOf(field(error, 'status')) ?? textOf(error);
  const said = textOf(field(error, 'message')) ?? textOf(field(body, 'error_description'));
  const message = (said ?? (status === undefined ? 'no answer' : `HTTP ${status}`)).slice(0, LONGEST);
  const kind = kindOf(status, code);
  const retryAt = kind === 'quota' ? now.add({ milliseconds: pauseMs(answer.retryAfter, jitter) }) : undefined;
  return new GoogleError(kind, message, { status, code, retryAt, cause });
}

function kindOf(status: number | undefined, code: string | undefined): FailureKind {
  if (status === undefined || status >= 500 || status < 400) return 'passing';
  if (status === 429) return 'quota';
  if (status === 404) return 'gone';
  if (status === 403) return 'denied';
  if (status === 401 || code === 'invalid_grant' || code === 'invalid_client') return 'key';
  return status === 408 ? 'passing' : 'refused';
}

function pauseMs(retryAfter: string | undefined, jitter: number): number {
  const asked = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0;
  const seconds = Math.min(Math.max(asked, QUOTA_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS);
  return Math.round((seconds + jitter * 0.5 * QUOTA_PAUSE_SECONDS) * 1000);
}
