import { type ApnsReason, isReason } from './reasons.ts';

/** Ways to fail that no status expresses. `goaway` ends the connection in the middle of the stream. */
export const FAILURE_EVENTS = ['hang', 'goaway', 'refuse_stream', 'reset'] as const;
export type FailureEvent = (typeof FAILURE_EVENTS)[number];

/** A scripted failure. Without `token` and `topic` it meets every push; without `count` it stays; default certain. */
export type FailureScript = {
  readonly fail: ApnsReason | FailureEvent;
  readonly token?: string;
  readonly topic?: string;
  readonly count?: number;
  readonly probability?: number;
  /** For the 410 reasons: epoch milliseconds since when the token is gone. Default: now. */
  readonly timestamp?: number;
};

/** Whether a word names a failure. */
export function isFailure(word: string): word is ApnsReason | FailureEvent {
  return isReason(word) || FAILURE_EVENTS.some((event) => event === word);
}

/** The failures in force, first come first served; one with a count disappears when it is used up. */
export class Failures {
  #scripts: { script: FailureScript; left: number }[] = [];
  readonly #random: () => number;

  /** `random` gives numbers from 0 to below 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  add(script: FailureScript): void {
    this.#scripts.push({ script, left: script.count ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#scripts = [];
  }

  list(): readonly FailureScript[] {
    return this.#scripts.map(({ script }) => script);
  }

  /** The failure that meets this push, counted as used. */
  take(token: string, topic: string): FailureScript | undefined {
    const found = this.#scripts.find(
      ({ script }) =>
        (script.token === undefined || script.token.toLowerCase() === token) &&
        (script.topic === undefined || script.topic === topic) &&
        this.#random() < (script.probability ?? 1),
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#scripts = this.#scripts.filter((entry) => entry !== found);
    return found.script;
  }
}
