/** Runs something again and again, never twice at once; `nudge` runs it now. */
export class Periodic {
  readonly #everyMs: number;
  readonly #work: () => Promise<unknown>;
  readonly #failed: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #started = false;

  constructor(everyMs: number, work: () => Promise<unknown>, failed: (error: unknown) => void) {
    this.#everyMs = everyMs;
    this.#work = work;
    this.#failed = failed;
  }

  start(): void {
    this.#started = true;
    this.nudge();
  }

  /** Runs now, or once more when it is running. Nothing before `start` and after `stop`. */
  nudge(): void {
    if (!this.#started) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (!this.#started) return;
      if (this.#again) {
        this.#again = false;
        this.nudge();
      } else this.#timer = setTimeout(() => this.nudge(), this.#everyMs).unref();
    });
  }

  /** Waits for what runs. */
  async stop(): Promise<void> {
    this.#started = false;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      this.#failed(error);
    }
  }
}
