import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import type { RecordAudit } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';

/** What this room knows of a contractor besides its contracts; accounts answers. */
export type Customer = { readonly contractorId: ContractorId; readonly name: string; readonly nameKana: string };

/** An end that comes near, for the events that both sides see. */
export type EndingNotice = {
  readonly kind: 'contract.ending' | 'contract.ended';
  readonly severity: 'notice' | 'warning' | 'alarm';
  readonly dedupe: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly now: Temporal.Instant;
};

/** What other rooms, which are below, do for this one. */
export interface ContractSurroundings {
  /** Whether an item of the checklist that completes itself is complete, and since when if that is known. */
  probe(
    tx: Tx,
    contractorId: ContractorId,
    probe: 'push_certificate' | 'first_device' | 'first_member',
  ): Promise<{ readonly done: boolean; readonly at?: Temporal.Instant | undefined }>;
  tell(tx: Tx, contractorId: ContractorId, notice: EndingNotice): Promise<void>;
  /** No contract lets devices be managed any more: what is still open towards them ends. */
  serviceEnded(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<void>;
  /** The provider's catalogue says something else once `tx` has committed. */
  catalogueChanged(tx: Tx): Promise<void>;
}

export type ContractsDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly recordAudit: RecordAudit;
  /** Undefined for a contractor that does not exist. */
  readonly findCustomer: (tx: Tx, contractorId: ContractorId) => Promise<Customer | undefined>;
  readonly surroundings: ContractSurroundings;
  /** How long data can be read after the last contract has ended. */
  readonly keepAfterContract: Temporal.Duration;
};
