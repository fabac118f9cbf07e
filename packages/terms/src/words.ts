import type { ClauseId, Reason, Words } from './model.ts';
import { ANSWER_WORDS } from './words/answers.ts';
import { REFUSAL_WORDS } from './words/refusals.ts';

/** Every code of a reason or an error with its words; `{name}` stands for a parameter. */
export const WORDS = { ...ANSWER_WORDS, ...REFUSAL_WORDS } as const satisfies Readonly<Record<string, Words>>;
export type ReasonCode = keyof typeof WORDS;
export const REASON_CODES: readonly ReasonCode[] = Object.keys(WORDS) as ReasonCode[];

/** One step of an explanation. */
export function because(
  code: ReasonCode,
  clause?: ClauseId,
  params?: Readonly<Record<string, string | number>>,
  seq?: number,
): Reason {
  return {
    code,
    ...(clause !== undefined && { clause }),
    ...(params !== undefined && { params }),
    ...(seq !== undefined && { seq }),
  };
}
