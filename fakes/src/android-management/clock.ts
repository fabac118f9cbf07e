type Timer = { readonly at: number; readonly order: number; readonly work: () => unknown };

/** How often, in real time, a clock that somebody else moves is looked at. */
const LOOK_MS = 200;

/**
 * The time of the stand-in and its devices. It follows the real time, or the source it is given, and can be moved forward;
 * what is planned for the time in between then happens in its order.
 */
export class StandInClock {
  readonly #source: () => number;
  #offset = 0;
  #order = 0;
  #timers: Timer[] = [];
  readonly #running = new Set<Promise<void>>();
  #waiting: NodeJS.Timeout | undefined;
  #closed = false;
  /** What went wrong in planned work: a mistake of the stand-in, thrown by the next `settle`. */
  readonly #problems: unknown[] = [];

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
    const timer = { at: this.milliseconds + Math.max(0, milliseconds), order: this.#order++, work };
    this.#timers.push(timer);
    this.#arm();
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Moves the clock forward; resolves when everything planned until then has been done. */
  async advance(milliseconds: number): Promise<void> {
    const target = this.milliseconds + milliseconds;
    await this.settle();
    for (let next = this.#earliest(); next !== undefined && next.at <= target; next = this.#earliest()) {
      this.#moveTo(next.at);
      await this.settle();
    }
    this.#moveTo(target);
    await this.settle();
  }

  /** Resolves when nothing is due and nothing runs. Throws what planned work has thrown. */
  async settle(): Promise<void> {
    while (!this.#closed && (this.#runDue() || this.#running.size > 0)) await Promise.all(this.#running);
    const [problem] = this.#problems.splice(0);
    if (problem !== undefined) throw problem;
  }

  close(): void {
    this.#closed = true;
    this.#timers = [];
    clearTimeout(this.#waiting);
  }

  #moveTo(at: number): void {
    if (at > this.milliseconds) this.#offset += at - this.milliseconds;
  }

  #earliest(): Timer | undefined {
    return this.#timers.reduce<Timer | undefined>(
      (first, timer) =>
        first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order)
          ? timer
          : first,
      undefined,
    );
  }

  #arm(): void {
    clearTimeout(this.#waiting);
    const next = this.#earliest();
    if (next === undefined || this.#closed) return;
    const wait = Math.min(LOOK_MS, Math.max(0, next.at - this.milliseconds));
    this.#waiting = setTimeout(() => {
      this.#runDue();
      this.#arm();
    }, wait);
    this.#waiting.unref();
  }

  #runDue(): boolean {
    const now = this.milliseconds;
    const due = this.#timers.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at || a.order - b.order);
    if (due.length === 0) return false;
    this.#timers = this.#timers.filter(({ at }) => at > now);
    for (const { work } of due) {
      const running: Promise<void> = (async () => work())()
        .then(() => undefined)
        .catch((error: unknown) => void this.#problems.push(error))
        .finally(() => void this.#running.delete(running));
      this.#running.add(running);
    }
    return true;
  }
}
