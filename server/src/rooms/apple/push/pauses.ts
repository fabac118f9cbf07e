import type { ContractorId } from '../../../base/ids.ts';
import type { EnrollmentId } from '../model.ts';
import { pauseDelay } from './schedule.ts';

/** Refused tokens in a row, without one accepted push, that say: the certificate is wrong, not the devices. */
const REFUSED_TOKENS = 3;

type Pause = { readonly until: Temporal.Instant; readonly nth: number };

/**
 * Contractors whose certificate APNs refuses: pushing on would be useless, and Apple closes connections that misbehave.
 * In memory: another copy of the server finds out for itself.
 */
export class Pauses {
  readonly #pauses = new Map<ContractorId, Pause>();
  readonly #refused = new Map<ContractorId, Set<EnrollmentId>>();

  active(now: Temporal.Instant): readonly ContractorId[] {
    return [...this.#pauses].filter(([, { until }]) => Temporal.Instant.compare(until, now) > 0).map(([id]) => id);
  }

  /** Until when the contractor rests; begins a pause unless one runs. */
  begin(
    contractorId: ContractorId,
    now: Temporal.Instant,
  ): { readonly until: Temporal.Instant; readonly isNew: boolean } {
    const known = this.#pauses.get(contractorId);
    if (known && Temporal.Instant.compare(known.until, now) > 0) return { until: known.until, isNew: false };
    const nth = (known?.nth ?? 0) + 1;
    const until = now.add(pauseDelay(nth));
    this.#pauses.set(contractorId, { until, nth });
    return { until, isNew: true };
  }

  /** True once so many devices' tokens were refused that the certificate must be the wrong one. */
  tokenRefused(contractorId: ContractorId, enrollmentId: EnrollmentId): boolean {
    const refused = this.#refused.get(contractorId) ?? new Set();
    this.#refused.set(contractorId, refused.add(enrollmentId));
    return refused.size >= REFUSED_TOKENS;
  }

  /** A push was accepted, or the certificate replaced. */
  clear(contractorId: ContractorId): void {
    this.#pauses.delete(contractorId);
    this.#refused.delete(contractorId);
  }
}
