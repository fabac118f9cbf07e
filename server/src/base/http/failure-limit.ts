import { isIPv6 } from 'node:net';

export type FailureAllowance = {
  /** Failures in a row before anybody has to wait. */
  readonly burst: number;
  /** How many of them are forgiven each minute. */
  readonly perMinute: number;
  /** Most keys remembered; the one not heard of for longest is forgotten first. Default 10,000. */
  readonly keys?: number;
};

/** Milliseconds that it would take to forgive everything, as of `at`. */
type Debt = { readonly owed: number; readonly at: number };

/**
 * Slows down whoever fails again and again, for endpoints without sign-in that cost us much. Only failures count, so that
 * an office behind one address can do any number of things that succeed. In the memory of this process: each copy of the
 * server counts for itself.
 */
export class FailureLimit {
  /** Milliseconds after which one failure is forgiven. */
  readonly #each: number;
  readonly #burst: number;
  readonly #keys: number;
  readonly #debts = new Map<string, Debt>();

  constructor({ burst, perMinute, keys = 10_000 }: FailureAllowance) {
    this.#each = 60_000 / perMinute;
    this.#burst = burst;
    this.#keys = keys;
  }

  /** Whole seconds until another try is taken; 0 when it is taken now. */
  wait(key: string, now: Temporal.Instant): number {
    const over = this.#owed(key, now.epochMilliseconds) - (this.#burst - 1) * this.#each;
    return Math.max(0, Math.ceil(over / 1000));
  }

  /** A try that was taken has failed. */
  failed(key: string, now: Temporal.Instant): void {
    const at = now.epochMilliseconds;
    const owed = this.#owed(key, at) + this.#each;
    this.#debts.delete(key);
    this.#debts.set(key, { owed, at }); // at the end: the first is the one not heard of for longest
    for (const oldest of this.#debts.keys()) {
      if (this.#debts.size <= this.#keys) break;
      this.#debts.delete(oldest);
    }
  }

  #owed(key: string, at: number): number {
    const debt = this.#debts.get(key);
    if (debt === undefined) return 0;
    return Math.max(0, debt.owed - Math.max(0, at - debt.at));
  }
}

/** What one subscriber has: an IPv4 address as it is, of IPv6 the first 64 bits, within which addresses are free. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = new URL(`http://[${address.split('%', 1)[0]}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [head, tail].map((part) => (part === '' ? [] : part.split(':')));
  const groups = [...(before ?? []), ...Array(8).fill('0'), ...(after ?? [])];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
