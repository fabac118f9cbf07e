import { clauseLabel, explain, type Reason, TermsError } from '@tsukasa/terms';
import { DomainError, type ErrorCode, type ErrorWords } from '../../base/errors.ts';

/** A reason as the terms give it, as a refusal in both languages that names its clause. */
export function refusalOf(code: ErrorCode, reason: Reason, cause?: unknown): DomainError {
  const { clause, params = {} } = reason;
  const said = clause === undefined ? params : { ...params, clause };
  return new DomainError(code, `the terms refuse it: ${reason.code}`, {
    reason: `terms.${reason.code}`,
    params: said,
    clause,
    words: wordsOf(reason),
    cause,
  });
}

/** A reason in both languages, with the clause as people cite it. */
export function wordsOf(reason: Reason): ErrorWords {
  const { clause } = reason;
  const [ja, en] = [explain(reason, 'ja'), explain(reason, 'en')];
  if (clause === undefined) return { ja, en };
  return { ja: `${ja}（${clauseLabel(clause, 'ja')}）`, en: `${en} (${clauseLabel(clause, 'en')})` };
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
