/** A push on its way to a device. */
export type Push = { readonly token: string; readonly topic: string; readonly magic: string; readonly id: string };
type Stored = Push & { readonly expiration: number };
type Listener = (push: Push) => void;
type Registration = {
  readonly topic: string;
  readonly listeners: Set<Listener>;
  kept: Stored | undefined;
  /** Epoch milliseconds since when the token is no longer valid. */
  goneSince: number | undefined;
};

/** What became of an accepted push. */
export type Delivery = 'delivered' | 'kept' | 'replaced' | 'dropped';

/**
 * Tokens, who listens for them, and for a device that is away the newest push of its topic: APNs keeps no more than
 * that. A token belongs to one topic from its registration on.
 */
export class TokenRegistry {
  readonly #tokens = new Map<string, Registration>();
  readonly #now: () => number;

  /** `now` gives epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#tokens.size;
  }

  /** Makes a token known. Throws for one of another topic. */
  register(token: string, topic: string): void {
    const hex = token.toLowerCase();
    const known = this.#tokens.get(hex);
    if (known === undefined) {
      this.#tokens.set(hex, { topic, listeners: new Set(), kept: undefined, goneSince: undefined });
    } else if (known.topic !== topic) {
      throw new Error('the token belongs to another topic');
    } else {
      known.goneSince = undefined;
    }
  }

  /** The device is gone: pushes to its token are answered 410. Returns whether the token was known. */
  unregister(token: string): boolean {
    const known = this.#tokens.get(token.toLowerCase());
    if (known === undefined) return false;
    known.goneSince ??= this.#now();
    known.kept = undefined;
    known.listeners.clear();
    return true;
  }

  /** What is known of a token: `unknown`, `other_topic`, `gone` with its time, or `ok`. */
  look(token: string, topic: string): 'unknown' | 'other_topic' | 'ok' | { readonly goneSince: number } {
    const known = this.#tokens.get(token);
    if (known === undefined) return 'unknown';
    if (known.topic !== topic) return 'other_topic';
    return known.goneSince === undefined ? 'ok' : { goneSince: known.goneSince };
  }

  /** The device is there: it gets what was kept for it at once, and what comes until the returned function is called. */
  subscribe(token: string, topic: string, listener: Listener): () => void {
    this.register(token, topic);
    const registration = this.#tokens.get(token.toLowerCase());
    if (registration === undefined) throw new Error('registered just now');
    registration.listeners.add(listener);
    const { kept } = registration;
    registration.kept = undefined;
    if (kept !== undefined && kept.expiration * 1000 > this.#now()) listener(kept);
    return () => {
      registration.listeners.delete(listener);
    };
  }

  deliver(push: Push, expiration: number): Delivery {
    const registration = this.#tokens.get(push.token);
    if (registration === undefined) return 'dropped';
    if (registration.listeners.size > 0) {
      for (const listener of registration.listeners) listener(push);
      return 'delivered';
    }
    if (expiration * 1000 <= this.#now()) return 'dropped';
    const delivery = registration.kept === undefined ? 'kept' : 'replaced';
    registration.kept = { ...push, expiration };
    return delivery;
  }
}
