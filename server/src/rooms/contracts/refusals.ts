import { type ClauseId, explain, type Reason, TermsError } from '@tsukasa/terms';
import { DomainError, type ErrorCode } from '../../base/errors.ts';

/** A reason as the terms give it, as a refusal in both languages that names its clause. */
export function refusalOf(code: ErrorCode, reason: Reason, cause?: unknown): DomainError {
  const { clause, params = {} } = reason;
  const said = clause === undefined ? params : { ...params, clause };
  return new DomainError(code, `the terms refuse it: ${reason.code}`, {
    reason: `terms.${reason.code}`,
    params: said,
    clause,
    words: { ja: explain(reason, 'ja'), en: explain(reason, 'en') },
    cause,
  });
}

/**
 * What the rules say to a caller: their refusals become `conflict`, or `invalid` where what was sent is itself wrong.
 * Anything else is a bug and rises.
 */
export function underTerms<R>(code: 'conflict' | 'invalid', rule: () => R): R {
  try {
    return rule();
  } catch (error) {
    if (!(error instanceof TermsError)) throw error;
    throw refusalOf(code, error, error);
  }
}

/** A state that stands in the way, with its clause where there is one. */
export function inTheWay(reason: string, message: string, clause?: ClauseId): DomainError {
  return new DomainError('conflict', message, { reason, clause });
}
