import type { Problem } from '@tsukasa/api';
import { isTransient } from '../db.ts';
import { DomainError, type ErrorCode, errorCode, type FieldError } from '../errors.ts';
import { BASE_MESSAGES, type Language, type Messages, TITLES, type Wording, word } from './messages.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Rooms know no status numbers; they are here. `reauthentication_required` follows RFC 9470. */
export const STATUS = {
  not_found: 404,
  conflict: 409,
  invalid: 422,
  forbidden: 403,
  unauthenticated: 401,
  reauthentication_required: 401,
  gone: 410,
  too_many: 429,
  unavailable: 503,
  precondition_failed: 409,
  too_large: 413,
  unsupported: 415,
} as const satisfies Record<ErrorCode, number>;

/** A problem and the headers that belong to it. */
export type ProblemAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Problem;
  /** True for a bug or a failure of ours, which goes to the log with everything that the caller is not told. */
  readonly internal: boolean;
};

type Reader = { readonly language: Language; readonly requestId: string; readonly messages?: Messages | undefined };

/** Any error as problem details (RFC 9457). Whatever is not ours to explain becomes 500 with the request id only. */
export function problemOf(error: unknown, reader: Reader): ProblemAnswer {
  const known = error instanceof DomainError ? error : translate(error);
  if (known === undefined) return internalProblem(reader);
  return domainProblem(known, reader, UNREADABLE.includes(known.reason) ? 400 : STATUS[known.code]);
}

function domainProblem(error: DomainError, reader: Reader, status: number): ProblemAnswer {
  const { language, requestId } = reader;
  const wording = wordingOf(error.reason, reader.messages);
  // The message of a DomainError is written for logs, in English and without secrets: better than nothing for a program.
  const fixed = wording ? word(wording, language, error.params) : language === 'en' ? error.message : undefined;
  const detail = error.words?.[language] ?? fixed;
  const body: Problem = {
    type: `urn:tsukasa:problem:${error.code}`,
    title: TITLES[error.code][language],
    status,
    ...(detail === undefined ? {} : { detail }),
    instance: requestId,
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    ...(error.clause === undefined ? {} : { clause: error.clause }),
    ...(Object.keys(error.params).length === 0 ? {} : { params: { ...error.params } }),
    ...(error.errors.length === 0 ? {} : { errors: [...error.errors] }),
  };
  return { status, headers: headersOf(error), body, internal: status >= 500 };
}

function wordingOf(reason: string | undefined, messages: Messages | undefined): Wording | undefined {
  return reason === undefined ? undefined : (messages?.[reason] ?? BASE_MESSAGES[reason]);
}

function headersOf(error: DomainError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.retryAfter !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfter));
  if (error.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  if (error.code === 'reauthentication_required') {
    headers['www-authenticate'] = 'Bearer error="insufficient_user_authentication"';
  }
  return headers;
}

function internalProblem({ language, requestId }: Reader): ProblemAnswer {
  const body = {
    type: 'urn:tsukasa:problem:internal',
    title: TITLES.internal[language],
    status: 500,
    instance: requestId,
  };
  return { status: 500, headers: {}, body, internal: true };
}

/** What an unknown route, or a known path with another method, is answered with. */
export function missingRouteProblem(allow: readonly string[], reader: Reader): ProblemAnswer {
  if (allow.length === 0)
    return domainProblem(new DomainError('not_found', 'there is nothing at this address'), reader, 404);
  const body = {
    type: 'urn:tsukasa:problem:method_not_allowed',
    title: TITLES.method_not_allowed[reader.language],
    status: 405,
    instance: reader.requestId,
  };
  return { status: 405, headers: { allow: allow.join(', ') }, body, internal: false };
}

/** Fastify's own errors, by code; and the database being away. */
function translate(error: unknown): DomainError | undefined {
  const validation = validationErrors(error);
  if (validation) {
    return new DomainError('invalid', 'the request does not fit its schema', {
      reason: 'request.validation',
      errors: validation,
    });
  }
  if (isTransient(error)) {
    return new DomainError('unavailable', 'the database is not reachable', {
      reason: 'database',
      retryAfter: 5,
      cause: error,
    });
  }
  if (malformed(error))
    return new DomainError('invalid', 'the body is not JSON', { reason: 'request.malformed', cause: error });
  switch (errorCode(error)) {
    case 'FST_ERR_BAD_URL':
      return new DomainError('invalid', 'the address cannot be decoded', { reason: 'request.address', cause: error });
    case 'FST_ERR_MAX_PARAM_LENGTH': // no id of ours is that long
      return new DomainError('not_found', 'there is nothing at this address', { cause: error });
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new DomainError('too_large', 'the body is too large', { reason: 'request.body_too_large', cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new DomainError('unsupported', 'the body has another media type', {
        reason: 'request.media_type',
        cause: error,
      });
    default:
      return undefined;
  }
}

const MALFORMED = [
  'FST_ERR_CTP_EMPTY_JSON_BODY',
  'FST_ERR_CTP_INVALID_JSON_BODY',
  'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
];

/** 400 for what could not even be read, 422 for what was read and does not fit. */
const UNREADABLE: readonly (string | undefined)[] = ['request.malformed', 'request.utf8', 'request.address'];

function malformed(error: unknown): boolean {
  if (MALFORMED.includes(errorCode(error) ?? '')) return true;
  // secure-json-parse refuses __proto__ with a plain SyntaxError that Fastify marks as 400.
  return error instanceof SyntaxError && 'statusCode' in error && error.statusCode === 400;
}

const MOST_ERRORS = 20;

function validationErrors(error: unknown): readonly FieldError[] | undefined {
  if (typeof error !== 'object' || error === null || !('validation' in error) || !Array.isArray(error.validation))
    return undefined;
  const context = 'validationContext' in error ? error.validationContext : 'body';
  return error.validation.slice(0, MOST_ERRORS).map((entry: unknown) => fieldError(entry, String(context)));
}

type AjvError = {
  instancePath?: unknown;
  message?: unknown;
  params?: { missingProperty?: unknown; additionalProperty?: unknown };
};

function fieldError(entry: unknown, context: string): FieldError {
  const { instancePath, message, params } = entry as AjvError;
  const below = params?.missingProperty ?? params?.additionalProperty;
  const escaped = typeof below === 'string' ? `/${below.replaceAll('~', '~0').replaceAll('/', '~1')}` : '';
  const pointer = `${typeof instancePath === 'string' ? instancePath : ''}${escaped}`;
  const place =
    context === 'body'
      ? pointer
      : `${context === 'querystring' ? '?' : context === 'params' ? ':' : `${context}:`}${pointer.slice(1)}`;
  return { pointer: place, detail: typeof message === 'string' ? message : 'is not valid' };
}
