/**
 * What went wrong, for a caller that must branch. `malformed`: not the structure it should be. `unsupported`: well
 * formed, but an algorithm or choice we refuse. `bad_signature`: checked and wrong. `wrong_recipient`: not encrypted to
 * the given certificate. `decrypt_failed`: any failure after a recipient matched. `too_large`: over one of our limits.
 */
export type CmsErrorCode =
  | 'malformed'
  | 'unsupported'
  | 'bad_signature'
  | 'wrong_recipient'
  | 'decrypt_failed'
  | 'too_large';

/** The only error this package throws on outside bytes. Its message never carries those bytes. */
export class CmsError extends Error {
  readonly code: CmsErrorCode;

  constructor(code: CmsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CmsError';
    this.code = code;
  }
}
