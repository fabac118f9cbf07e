import type { Clock } from '../../base/clock.ts';
import type { Db } from '../../base/db.ts';
import type { RecordAudit } from '../../base/http/context.ts';
import type { Log } from '../../base/log.ts';
import type { Secrets } from '../../base/secrets.ts';

/** What this room is built from. */
export type AccountsDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly recordAudit: RecordAudit;
  /** Origin under which browsers reach the server; links and passkeys are bound to it. */
  readonly publicUrl: string;
  /** How long a session lasts, from sign-in to its end; never renewed. */
  readonly sessionLifetime: Temporal.Duration;
};
