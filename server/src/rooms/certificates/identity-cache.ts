import type { KeyObject } from 'node:crypto';
import type { ContractorId } from '../../base/ids.ts';

/**
 * What is known of a certificate that chains to a contractor's authority. Only what can never change: whether it is revoked,
 * and the state of its enrollment, are read from the database at every contact.
 */
export type KnownCertificate<Binding> = {
  readonly contractorId: ContractorId;
  /** SHA-256 of the DER in hex. */
  readonly hash: string;
  readonly serial: string;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Present once the certificate signed a message. */
  publicKey: KeyObject | undefined;
  /** To whom it belongs, which never changes; present once an enrollment uses it. */
  binding: Binding | undefined;
  /** When a contact was last written down, in epoch milliseconds. */
  contactAt: number;
};

/**
 * At most `capacity` certificates, those used lately: in two halves, of which the older one is dropped whole when the younger
 * is full. What is used moves to the younger half. A hit costs one look-up, which an exact order of last use would triple.
 */
export class IdentityCache<Binding> {
  readonly #half: number;
  #young = new Map<string, KnownCertificate<Binding>>();
  #old = new Map<string, KnownCertificate<Binding>>();

  constructor(capacity: number) {
    this.#half = Math.max(1, Math.floor(capacity / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  find(hash: string): KnownCertificate<Binding> | undefined {
    const young = this.#young.get(hash);
    if (young !== undefined) return young;
    const old = this.#old.get(hash);
    if (old === undefined) return undefined;
    this.#old.delete(hash);
    return this.add(old);
  }

  add(known: KnownCertificate<Binding>): KnownCertificate<Binding> {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(known.hash, known);
    return known;
  }
}
