import type { Judgement } from './server.ts';

const RECENT = 200;

/** What the stand-in saw, for tests and people. */
export class Statistics {
  readonly #counts = new Map<string, number>();
  readonly #byTopic = new Map<string, number>();
  #recent: (Judgement & { readonly at: string })[] = [];

  count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  push(judgement: Judgement, at: Temporal.Instant): void {
    this.count('push');
    this.count(judgement.outcome);
    const { topic } = judgement;
    if (topic !== undefined) this.#byTopic.set(topic, (this.#byTopic.get(topic) ?? 0) + 1);
    this.#recent.push({ ...judgement, at: at.toString() });
    if (this.#recent.length > 2 * RECENT) this.#recent = this.#recent.slice(-RECENT);
  }

  /** How often something was counted: an outcome, a delivery, `push`, `connection`. */
  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Everything, ready for JSON; the last 200 pushes one by one. */
  report(): object {
    return {
      counts: Object.fromEntries(this.#counts),
      topics: Object.fromEntries(this.#byTopic),
      recent: this.#recent.slice(-RECENT),
    };
  }

  reset(): void {
    this.#counts.clear();
    this.#byTopic.clear();
    this.#recent = [];
  }
}
