import type { Clock } from '../../base/clock.ts';
import type { Config } from '../../base/config.ts';
import type { Db, Tx } from '../../base/db.ts';
import type { RecordAudit } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Actions } from '../actions/index.ts';
import type { DeviceSupport, Entitlement, PageLanguage } from '../devices/index.ts';
import type { Google } from './google/index.ts';

/** What this room knows of a contractor. */
export type ContractorFacts = {
  readonly name: string;
  readonly language: PageLanguage;
  readonly helpdeskPhone: string;
};

export type AndroidDeps = {
  readonly config: Pick<Config, 'publicUrl' | 'google'>;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly recordAudit: RecordAudit;
  readonly contractor: (tx: Tx, contractorId: ContractorId) => Promise<ContractorFacts>;
  /** Asked for when it is needed: that room is made with this one's dialect. */
  readonly actions: () => Actions;
  readonly entitlement: Entitlement;
  readonly support: DeviceSupport;
};

/** The same with Google, as the parts of this room get it. */
export type Parts = AndroidDeps & { readonly google: Google };
