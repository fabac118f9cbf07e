import { CmsError } from '@tsukasa/cms';
import type { FailInfo } from './constants.ts';
import type { RequestHeader } from './pki-message.ts';

/**
 * A message that cannot be served, in SCEP's own words. With `request` a FAILURE reply can be built for it; without, its
 * attributes were unreadable and there is nobody to answer in SCEP.
 */
export class ScepError extends Error {
  readonly failInfo: FailInfo;
  readonly request: RequestHeader | undefined;

  constructor(failInfo: FailInfo, message: string, options: ErrorOptions & { readonly request?: RequestHeader } = {}) {
    super(message, options);
    this.name = 'ScepError';
    this.failInfo = failInfo;
    this.request = options.request;
  }
}

/** failInfo for any error of this package or @tsukasa/cms; undefined for one that is a bug. */
export function failInfoOf(error: unknown): FailInfo | undefined {
  if (error instanceof ScepError) return error.failInfo;
  if (!(error instanceof CmsError)) return undefined;
  switch (error.code) {
    case 'unsupported':
      return 'badAlg';
    case 'bad_signature':
    case 'wrong_recipient':
    case 'decrypt_failed':
      return 'badMessageCheck';
    case 'malformed':
    case 'too_large':
      return 'badRequest';
  }
}

/** Runs `step`; what @tsukasa/cms refuses becomes a ScepError, with `request` to answer to. */
export function inScepTerms<T>(request: RequestHeader | undefined, step: () => T): T {
  try {
    return step();
  } catch (error) {
    const failInfo = failInfoOf(error);
    if (failInfo === undefined || !(error instanceof Error)) throw error;
    throw new ScepError(failInfo, error.message, { cause: error, ...(request && { request }) });
  }
}
