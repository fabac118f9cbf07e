import type { PushIdentity } from '../../certificates/index.ts';
import type { PushAnswer } from './apns-client.ts';
import { ApnsConnection, type ApnsRequest, type ConnectOptions, type Failure } from './apns-connection.ts';

/** One connection carries a thousand pushes at a time; the second is for when that is not enough. */
const MAX_CONNECTIONS = 2;
const WAIT_MS = 10_000;
const BACKOFF_MS = { first: 1000, most: 60_000 } as const;

type Waiting = { readonly take: (slot: ApnsConnection | Failure) => void };

/** The connections of one push certificate, and the pushes that wait for room on them. */
export class ApnsPool {
  readonly #identity: PushIdentity;
  readonly #options: ConnectOptions;
  readonly #open = new Set<ApnsConnection>();
  readonly #waiting = new Set<Waiting>();
  #failures = 0;
  /** After a failed connection: what to answer until when, on the monotonic clock. */
  #resting: { readonly until: number; readonly failure: Failure } | undefined;
  #closed = false;

  constructor(identity: PushIdentity, options: ConnectOptions) {
    this.#identity = identity;
    this.#options = options;
  }

  get connections(): number {
    return this.#open.size;
  }

  /** Sends once more on another connection when the first certainly or probably did not process it: a push is a hint. */
  async send(request: ApnsRequest): Promise<PushAnswer> {
    let answer: PushAnswer = { kind: 'unreachable', reason: 'connection_lost' };
    for (const _try of [1, 2]) {
      const slot = await this.#slot();
      if (!(slot instanceof ApnsConnection)) return slot;
      const outcome = await slot.request(request);
      if (outcome.kind !== 'again') return outcome;
      answer = { kind: 'unreachable', reason: outcome.reason };
    }
    return answer;
  }

  async close(patience: number): Promise<void> {
    this.#closed = true;
    this.#failWaiting({ kind: 'unreachable', reason: 'stopping' });
    await Promise.all([...this.#open].map((connection) => connection.close(patience)));
  }

  /** A place on a connection, taken in the order of asking. */
  #slot(): Promise<ApnsConnection | Failure> {
    if (this.#closed) return Promise.resolve({ kind: 'unreachable', reason: 'stopping' });
    return new Promise((done) => {
      const waiting: Waiting = {
        take: (slot) => {
          clearTimeout(timer);
          this.#waiting.delete(waiting);
          done(slot);
        },
      };
      const timer = setTimeout(() => waiting.take({ kind: 'unreachable', reason: 'no_room' }), WAIT_MS).unref();
      this.#waiting.add(waiting);
      this.#serve();
    });
  }

  /** Gives free places to those who wait; opens a connection when there are not enough. */
  #serve(): void {
    for (const waiting of this.#waiting) {
      const free = this.#freest();
      if (!free) break;
      free.reserve();
      waiting.take(free);
    }
    if (this.#waiting.size === 0 || this.#closed) return;
    const usable = [...this.#open].filter(({ state }) => state !== 'draining');
    if (usable.some(({ state }) => state === 'connecting') || usable.length >= MAX_CONNECTIONS) return;
    if (this.#resting && performance.now() < this.#resting.until) {
      if (usable.length === 0) this.#failWaiting(this.#resting.failure);
      return;
    }
    this.#connect();
  }

  #freest(): ApnsConnection | undefined {
    let best: ApnsConnection | undefined;
    for (const each of this.#open) if (each.room > (best?.room ?? 0)) best = each;
    return best;
  }

  #connect(): void {
    const connection = new ApnsConnection(this.#identity, this.#options, {
      ready: () => {
        this.#failures = 0;
        this.#resting = undefined;
        this.#serve();
      },
      roomMade: () => this.#serve(),
      gone: (failure) => {
        this.#open.delete(connection);
        if (failure) this.#rest(failure);
        this.#serve();
      },
    });
    this.#open.add(connection);
  }

  /** Exponential, with jitter, so that many servers do not come back at once. */
  #rest(failure: Failure): void {
    const wait = Math.min(BACKOFF_MS.first * 2 ** this.#failures, BACKOFF_MS.most);
    this.#failures = Math.min(this.#failures + 1, 20);
    this.#resting = { until: performance.now() + wait * (0.75 + Math.random() / 2), failure };
  }

  #failWaiting(failure: Failure): void {
    for (const waiting of this.#waiting) waiting.take(failure);
  }
}
