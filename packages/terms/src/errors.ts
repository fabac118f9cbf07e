import type { ClauseId, Reason } from './model.ts';
import type { ReasonCode } from './words.ts';

/** The only error of this package: a code with values and, where there is one, the clause that is broken. `explain` words it. */
export class TermsError extends Error implements Reason {
  override readonly name = 'TermsError';
  readonly code: ReasonCode;
  readonly params: Readonly<Record<string, string | number>>;
  readonly clause?: ClauseId;

  constructor(code: ReasonCode, params: Readonly<Record<string, string | number>> = {}, clause?: ClauseId) {
    super(code);
    this.code = code;
    this.params = params;
    if (clause !== undefined) this.clause = clause;
  }
}

/** The same as a step of an explanation. */
export function reasonOf(error: TermsError): Reason {
  return {
    code: error.code,
    params: error.params,
    ...(error.clause !== undefined && { clause: error.clause }),
  };
}
