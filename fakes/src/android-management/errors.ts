/** Google's canonical words (google.rpc.Code) with the HTTP status and the number that each has. */
export const CODES = {
  CANCELLED: [499, 1],
  INVALID_ARGUMENT: [400, 3],
  DEADLINE_EXCEEDED: [504, 4],
  NOT_FOUND: [404, 5],
  PERMISSION_DENIED: [403, 7],
  RESOURCE_EXHAUSTED: [429, 8],
  FAILED_PRECONDITION: [400, 9],
  UNIMPLEMENTED: [501, 12],
  INTERNAL: [500, 13],
  UNAVAILABLE: [503, 14],
  UNAUTHENTICATED: [401, 16],
} as const;
export type Code = keyof typeof CODES;

/** A field that is wrong, by its path in the request (`applications[2].installType`). */
export type FieldViolation = { readonly field: string; readonly description: string };

/** A refusal in Google's envelope. */
export class ApiError extends Error {
  readonly code: Code;
  readonly details: readonly object[];
  /** Whether the request itself is wrong, whatever the state of the service: what `violations()` lists. */
  readonly malformed: boolean;

  constructor(code: Code, message: string, options: { details?: readonly object[]; malformed?: boolean } = {}) {
    super(message);
    this.code = code;
    this.details = options.details ?? [];
    this.malformed = options.malformed ?? false;
  }

  get httpStatus(): number {
    return CODES[this.code][0];
  }

  /** The JSON body of the answer. */
  envelope(): object {
    const { httpStatus: code, message, code: status, details } = this;
    return { error: { code, message, status, ...(details.length > 0 ? { details } : {}) } };
  }
}

/** 400: the request breaks the API's rules; one line per field. */
export function invalid(violations: readonly FieldViolation[]): ApiError {
  const message = violations.map(({ field, description }) => (field === '' ? description : `${field}: ${description}`));
  const details = [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations }];
  return new ApiError('INVALID_ARGUMENT', message.join('\n'), { details, malformed: true });
}

/** 400 for one field. */
export function invalidField(field: string, description: string): ApiError {
  return invalid([{ field, description }]);
}

/** 400: well formed, but not in this state. */
export function failedPrecondition(message: string): ApiError {
  return new ApiError('FAILED_PRECONDITION', message);
}

/** 404. */
export function notFound(name: string): ApiError {
  return new ApiError('NOT_FOUND', `${name} was not found.`);
}

/** 403: also what is answered for an enterprise that was deleted. */
export function notAuthorized(): ApiError {
  return new ApiError('PERMISSION_DENIED', 'Caller is not authorized to manage enterprise.');
}

/** `google.rpc.ErrorInfo`. */
export function errorInfo(reason: string, domain: string, metadata: Readonly<Record<string, string>> = {}): object {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain, metadata };
}
