import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import { DomainError } from '../../../base/errors.ts';
import { readKeySet } from './jwt.ts';

const PATH = '/oauth2/v3/certs';
const TIMEOUT_MS = 10_000;
const LARGEST = 256 * 1024;
/** Bounds of what the answer's Cache-Control says. */
const LEAST_SECONDS = 60;
const MOST_SECONDS = 24 * 3600;
/** A token may name any key: for those that are unknown the set is fetched again no more often than this. */
const REFETCH_SECONDS = 60;

type KeySet = { readonly keys: ReadonlyMap<string, KeyObject>; readonly fetchedAt: number; readonly until: number };

/** The keys with which Google signs push messages, kept in memory. */
export class SigningKeys {
  readonly #url: string;
  readonly #clock: Clock;
  #set: KeySet | undefined;
  #fetching: Promise<KeySet> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(certsOrigin: string, clock: Clock) {
    this.#url = `${certsOrigin}${PATH}`;
    this.#clock = clock;
  }

  /** Undefined for a key that Google does not have. Throws `unavailable` while the set cannot be had. */
  async find(kid: string): Promise<KeyObject | undefined> {
    const set = this.#set;
    const now = this.#seconds();
    if (set === undefined || set.until <= now) return (await this.#renewed(set)).keys.get(kid);
    const known = set.keys.get(kid);
    if (known !== undefined || now - set.fetchedAt < REFETCH_SECONDS) return known;
    return (await this.#renewed(set)).keys.get(kid);
  }

  #seconds(): number {
    return this.#clock.now().epochMilliseconds / 1000;
  }

  /** An old set is better than none for a while: keys are published long before they are used. */
  async #renewed(old: KeySet | undefined): Promise<KeySet> {
    if (this.#seconds() - this.#failedAt < REFETCH_SECONDS / 6) return old ?? unavailable(undefined);
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    try {
      this.#set = await this.#fetching;
      return this.#set;
    } catch (error) {
      this.#failedAt = this.#seconds();
      const usable = old !== undefined && this.#seconds() - old.fetchedAt < MOST_SECONDS;
      return usable ? old : unavailable(error);
    }
  }

  async #fetch(): Promise<KeySet> {
    const response = await fetch(this.#url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`the key set was answered with ${response.status}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (bytes.byteLength > LARGEST) throw new Error('the key set is too large');
    const keys = readKeySet(JSON.parse(bytes.toString()));
    if (keys.size === 0) throw new Error('the key set holds no usable key');
    const asked = /(?:^|,)\s*max-age=(\d{1,9})/i.exec(response.headers.get('cache-control') ?? '')?.[1];
    const seconds = Math.min(Math.max(Number(asked ?? 0), LEAST_SECONDS), MOST_SECONDS);
    const fetchedAt = this.#seconds();
    return { keys, fetchedAt, until: fetchedAt + seconds };
  }
}

function unavailable(cause: unknown): never {
  throw new DomainError('unavailable', 'the keys of Google cannot be fetched', { reason: 'google.unavailable', cause });
}
