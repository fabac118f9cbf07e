import type { KeyObject } from 'node:crypto';
import type { ContractorId } from '../../base/ids.ts';
import type { Binding } from './model.ts';

/**
 * What is known of a certificate that chains to a contractor's authority. Only what can never change: whether it is revoked,
 * and the state of its enrollment, are read from the database at every contact.
 */
export type KnownCertificate = {
  readonly contractorId: ContractorId;
  /** SHA-256 of the DER in hex. */
  readonly hash: string;
  readonly serial: string;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Present once the certificate signed a message. */
  publicKey: KeyObject | undefined;
  /** Present once an enrollment uses it. */
  binding: Binding | undefined;
  /** When a contact was last written down, in epoch milliseconds. */
  contactAt: number;
};

/** Certificates in order of their last use; the one not used for longest goes first. */
export class IdentityCache {
  readonly #capacity: number;
  readonly #known = new Map<string, KnownCertificate>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#known.size;
  }

  find(hash: string): KnownCertificate | undefined {
    const known = this.#known.get(hash);
    if (known === undefined) return undefined;
    this.#known.delete(hash);
    this.#known.set(hash, known);
    return known;
  }

  add(known: KnownCertificate): KnownCertificate {
    this.#known.set(known.hash, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#capacity) break;
      this.#known.delete(oldest);
    }
    return known;
  }
}
