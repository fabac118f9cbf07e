import type { ContractorId } from '../../../base/ids.ts';
import { pauseDelay } from './schedule.ts';

type Pause = { readonly until: Temporal.Instant; readonly nth: number };

/**
 * Contractors whose certificate, or its topic, APNs refuses: pushing on would be useless, and Apple closes connections
 * that misbehave. However many single tokens are refused, that stops nobody else's wake-ups.
 * In memory: another copy of the server finds out for itself.
 */
export class Pauses {
  readonly #pauses = new Map<ContractorId, Pause>();

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

  /** A push was accepted, or the certificate replaced. */
  clear(contractorId: ContractorId): void {
    this.#pauses.delete(contractorId);
  }
}
