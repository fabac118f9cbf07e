import { Timers } from './timers.ts';

/** How often, in real time, a clock that somebody else moves is looked at. */
const LOOK_MS = 200;

/**
 * The time of the stand-in and its devices. It follows the real time, or the source it is given, and can be moved forward;
 * what is planned for the time in between then happens in its order.
 */
export class StandInClock {
  readonly #source: () => number;
  readonly #timers = new Timers();
  readonly #running = new Set<Promise<void>>();
  /** What went wrong in planned work: a mistake of the stand-in, thrown by the next `settle`. */
  readonly #problems: unknown[] = [];
  #offset = 0;
  #waiting: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  #closed = false;

  /** `source` gives epoch milliseconds. */
  constructor(source: () => number = () => Temporal.Now.instant().epochMilliseconds) {
    this.#source = source;
  }

  /** Epoch milliseconds. */
  get milliseconds(): number {
    return Math.floor(this.#source()) + this.#offset;
  }

  now(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(this.milliseconds);
  }

  /** RFC 3339, as in every message. */
  stamp(): string {
    return this.now().toString();
  }

  /** Plans work; 0 means as soon as what runs now has ended. The returned function takes it back. */
  after(milliseconds: number, work: () => unknown): () => void {
    const timer = this.#timers.add(this.milliseconds + Math.max(0, milliseconds), work);
    if (timer.at < this.#wakesAt) this.#arm();
    return () => {
      timer.cancelled = true;
    };
  }

  /** Moves the clock forward; resolves when everything planned until then has been done. */
  async advance(milliseconds: number): Promise<void> {
    const target = this.milliseconds + milliseconds;
    await this.settle();
    for (let next = this.#timers.first(); next !== undefined && next.at <= target; next = this.#timers.first()) {
      this.#moveTo(next.at);
      await this.settle();
    }
    this.#moveTo(target);
    await this.settle();
    this.#arm(); // what waits was planned by the old time
  }

  /** Resolves when nothing is due and nothing runs. Throws what planned work has thrown. */
  async settle(): Promise<void> {
    while (!this.#closed && (this.#runDue() || this.#running.size > 0)) await Promise.all(this.#running);
    const [problem] = this.#problems.splice(0);
    if (problem !== undefined) throw problem;
  }

  close(): void {
    this.#closed = true;
    this.#timers.clear();
    clearTimeout(this.#waiting);
  }

  #moveTo(at: number): void {
    if (at > this.milliseconds) this.#offset += at - this.milliseconds;
  }

  #arm(): void {
    clearTimeout(this.#waiting);
    this.#wakesAt = Number.POSITIVE_INFINITY;
    const next = this.#timers.first();
    if (next === undefined || this.#closed) return;
    const wait = Math.min(LOOK_MS, Math.max(0, next.at - this.milliseconds));
    this.#wakesAt = this.milliseconds + wait;
    this.#waiting = setTimeout(() => {
      this.#runDue();
      this.#arm();
    }, wait);
    this.#waiting.unref();
  }

  #runDue(): boolean {
    const due = this.#timers.take(this.milliseconds);
    for (const { work } of due) {
      const running: Promise<void> = (async () => work())()
        .then(() => undefined)
        .catch((error: unknown) => void this.#problems.push(error))
        .finally(() => void this.#running.delete(running));
      this.#running.add(running);
    }
    return due.length > 0;
  }
}
