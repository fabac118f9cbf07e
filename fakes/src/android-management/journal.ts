import type { FieldViolation } from './errors.ts';
import type { Message } from './validate.ts';

/** A request as the stand-in saw and judged it. */
export type JournalEntry = {
  readonly at: string;
  readonly httpMethod: string;
  readonly path: string;
  readonly query: string;
  /** Id in the discovery document; absent when no method matches. */
  readonly method?: string;
  readonly project?: string;
  readonly body?: Message;
  readonly status: number;
  /**
   * `ok`; `malformed`: it breaks the document or a rule of the API, whatever the state; `refused`: right, but not now or not
   * by this caller; `scripted`: a failure that a test asked for.
   */
  readonly verdict: 'ok' | 'malformed' | 'refused' | 'scripted';
  readonly violations: readonly FieldViolation[];
  /** Output-only fields that were passed over, deprecated ones that were used. */
  readonly notes: readonly string[];
};

const KEPT = 20_000;

/** Every request, the newest last. */
export class Journal {
  #entries: JournalEntry[] = [];

  add(entry: JournalEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > 2 * KEPT) this.#entries = this.#entries.slice(-KEPT);
  }

  entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** Requests that Google would refuse for what they are: empty after a good test. */
  violations(): readonly JournalEntry[] {
    return this.#entries.filter(({ verdict }) => verdict === 'malformed');
  }

  clear(): void {
    this.#entries = [];
  }
}
