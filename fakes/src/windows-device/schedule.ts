import type { StoredValue } from './state.ts';

const SETS = [
  ['NumberOfFirstRetries', 'IntervalForFirstSetOfRetries'],
  ['NumberOfSecondRetries', 'IntervalForSecondSetOfRetries'],
  ['NumberOfRemainingScheduledRetries', 'IntervalForRemainingScheduledRetries'],
] as const;
const DEFAULTS: Readonly<Record<string, number>> = { NumberOfFirstRetries: 10, IntervalForFirstSetOfRetries: 15 };
const MINUTE_MS = 60_000;

/**
 * When a PC polls: three sets of a number and an interval in minutes, one after the other. An interval of 0 leaves a set
 * out, a number of 0 repeats it for ever. Starts anew when the server changes it.
 */
export class PollSchedule {
  readonly #minute: number;
  #key = '';
  #sets: { left: number; readonly interval: number }[] = [];
  #lastAt = 0;

  /** Runs `pace` times faster than the clock. */
  constructor(pace = 1) {
    this.#minute = MINUTE_MS / pace;
  }

  /** Takes the nodes as they are now. */
  update(values: ReadonlyMap<string, StoredValue>, pollNode: string, now: number): void {
    const read = (name: string) => Number(values.get(`${pollNode}/${name}`)?.data ?? DEFAULTS[name] ?? 0);
    const sets = SETS.map(([count, interval]) => ({ left: read(count), interval: read(interval) }));
    const key = JSON.stringify(sets);
    if (key === this.#key) return;
    this.#key = key;
    this.#lastAt = now;
    this.#sets = sets
      .filter(({ interval }) => interval > 0)
      .map(({ left, interval }) => ({ left: left === 0 ? Number.POSITIVE_INFINITY : left, interval }));
  }

  /** Epoch milliseconds of the next poll; `undefined` when the sets are used up. */
  get dueAt(): number | undefined {
    const [set] = this.#sets;
    return set === undefined ? undefined : this.#lastAt + set.interval * this.#minute;
  }

  /** A poll was tried. */
  polled(now: number): void {
    const [set] = this.#sets;
    if (set === undefined) return;
    this.#lastAt = now;
    set.left -= 1;
    if (set.left <= 0) this.#sets.shift();
  }

  stop(): void {
    this.#sets = [];
    this.#key = '';
  }
}
