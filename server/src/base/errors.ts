/** What a caller can expect to go wrong. Rooms know no status numbers; `http/problem.ts` maps these. */
export const ERROR_CODES = [
  'not_found',
  'conflict',
  'invalid',
  'forbidden',
  'unauthenticated',
  'reauthentication_required',
  'gone',
  'too_many',
  'unavailable',
  'precondition_failed',
  'too_large',
  'unsupported',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** One wrong place in what the caller sent; `pointer` is a JSON pointer (RFC 6901) into the body, or `?name`. */
export type FieldError = { readonly pointer: string; readonly detail: string };

export type ErrorParams = Readonly<Record<string, string | number | boolean>>;

/** What is said to the caller, in both languages. */
export type ErrorWords = { readonly ja: string; readonly en: string };

export type DomainErrorOptions = {
  /** A machine-readable name, `room.what` (`push_certificate.topic_changed`), under which the wording is looked up. */
  readonly reason?: string | undefined;
  /** Values for the wording; shown to the caller, so no secrets. */
  readonly params?: ErrorParams | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  /** The detail where no fixed wording can say it; otherwise it is looked up under `reason`. */
  readonly words?: ErrorWords | undefined;
  /** The clause of the service terms that refuses it: `art-8-4`. */
  readonly clause?: string | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
};

/** An error that is part of a promise made to the caller. The message is for logs: English, no payload, token or key. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  readonly params: ErrorParams;
  readonly errors: readonly FieldError[];
  readonly words: ErrorWords | undefined;
  readonly clause: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.reason = options.reason;
    this.params = options.params ?? {};
    this.errors = options.errors ?? [];
    this.words = options.words;
    this.clause = options.clause;
    this.retryAfter = options.retryAfter;
  }
}

/** The end of an exhaustive switch: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
}

/** The code of a Node or PostgreSQL error (`ECONNREFUSED`, `23505`), if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
