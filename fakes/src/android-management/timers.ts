/** Work planned for a time. */
export type Timer = { readonly at: number; readonly order: number; readonly work: () => unknown; cancelled: boolean };

/** Planned work, the earliest first; what is planned for the same time keeps its order. A binary heap. */
export class Timers {
  readonly #heap: Timer[] = [];
  #order = 0;

  add(at: number, work: () => unknown): Timer {
    const timer = { at, order: this.#order++, work, cancelled: false };
    this.#heap.push(timer);
    for (let i = this.#heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#swapUnless(parent, i)) break;
      i = parent;
    }
    return timer;
  }

  /** The earliest that was not taken back. */
  first(): Timer | undefined {
    while (this.#heap[0]?.cancelled === true) this.#removeFirst();
    return this.#heap[0];
  }

  /** Takes out everything planned for `until` or earlier. */
  take(until: number): readonly Timer[] {
    const due: Timer[] = [];
    for (let next = this.first(); next !== undefined && next.at <= until; next = this.first()) {
      due.push(next);
      this.#removeFirst();
    }
    return due;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const smaller = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapUnless(i, smaller)) return;
      i = smaller;
    }
  }

  /** Puts the two in order; whether they had to change places. */
  #swapUnless(upper: number, lower: number): boolean {
    if (!this.#isBefore(lower, upper)) return false;
    const [a, b] = [this.#heap[upper], this.#heap[lower]];
    if (a === undefined || b === undefined) return false;
    this.#heap[upper] = b;
    this.#heap[lower] = a;
    return true;
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    return a !== undefined && (b === undefined || a.at < b.at || (a.at === b.at && a.order < b.order));
  }
}
