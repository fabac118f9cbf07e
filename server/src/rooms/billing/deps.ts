import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import type { RecordAudit } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Contracts, Customer } from '../contracts/index.ts';

export type BillingDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly recordAudit: RecordAudit;
  /** The provider's book of terms, from the room of contracts. */
  readonly books: Contracts['books'];
  /** Undefined for a contractor that does not exist. */
  readonly findCustomer: (tx: Tx, contractorId: ContractorId) => Promise<Customer | undefined>;
  /** Contractors in the order of their ids, after one of them; in a transaction of the provider or of the jobs. */
  readonly listCustomers: (
    tx: Tx,
    page: { readonly after: ContractorId | undefined; readonly limit: number },
  ) => Promise<readonly Customer[]>;
};
