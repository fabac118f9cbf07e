import { sql } from 'kysely';
import type { DeviceHandler } from '../../../base/http/app.ts';
import type { ContractorId } from '../../../base/ids.ts';
import type { AndroidDeps } from '../deps.ts';
import type { Scope } from '../google/index.ts';
import { Periodic } from '../periodic.ts';
import { findInstallationProject, findOwnProject, INSTALLATION } from '../project-store.ts';
import { PUBSUB, PushEndpoint, type PushTarget } from './endpoint.ts';
import { Inbox, Refusals } from './inbox.ts';
import { SigningKeys } from './keys.ts';

/** How long what a project says of its push messages is believed. */
const TARGET_MS = 10_000;
const MOST_TARGETS = 1_000;
const FLUSH_MS = 5_000;

/** Receives push messages: endpoint, keys, inbox, and what is counted. */
export class PushService {
  readonly #deps: AndroidDeps;
  readonly #endpoint: PushEndpoint;
  readonly #refusals: Refusals;
  readonly #loop: Periodic;
  readonly #targets = new Map<Scope, { readonly until: number; readonly target: Promise<PushTarget | undefined> }>();
  readonly #heard = new Set<Scope>();

  constructor(deps: AndroidDeps, arrived: () => void) {
    const { db, clock, log, config } = deps;
    this.#deps = deps;
    this.#refusals = new Refusals({ db, clock });
    this.#endpoint = new PushEndpoint({
      db,
      clock,
      log,
      keys: new SigningKeys(config.google.certsOrigin, clock),
      inbox: new Inbox({ db, clock, arrived }),
      refusals: this.#refusals,
      target: (scope) => this.#target(scope),
      heard: (scope) => void this.#heard.add(scope),
    });
    this.#loop = new Periodic(
      FLUSH_MS,
      () => this.flush(),
      (error) => log.warn('android.counts_not_written', { error }),
    );
  }

  get handle(): DeviceHandler {
    return this.#endpoint.handle;
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.flush().catch((error: unknown) => this.#deps.log.warn('android.counts_not_written', { error }));
  }

  /** Writes what was counted since. */
  async flush(): Promise<void> {
    const { db, clock } = this.#deps;
    await this.#refusals.flush();
    const heard = [...this.#heard];
    this.#heard.clear();
    if (heard.length === 0) return;
    const now = clock.now();
    await db.jobs((tx) =>
      sql`insert into google_usage (scope, allowance, filled_at, minute_at, last_message_at)
        select scope, 0, ${now}, date_trunc('minute', ${now}::timestamptz), ${now} from unnest(${heard}::text[]) as t(scope)
        on conflict (scope) do update set last_message_at = excluded.last_message_at`.execute(tx),
    );
  }

  #target(scope: Scope): Promise<PushTarget | undefined> {
    const known = this.#targets.get(scope);
    const now = performance.now();
    if (known !== undefined && known.until > now) return known.target;
    const target = this.#read(scope);
    target.catch(() => this.#targets.delete(scope));
    this.#targets.delete(scope);
    this.#targets.set(scope, { until: now + TARGET_MS, target });
    for (const oldest of this.#targets.keys()) {
      if (this.#targets.size <= MOST_TARGETS) break;
      this.#targets.delete(oldest);
    }
    return target;
  }

  async #read(scope: Scope): Promise<PushTarget | undefined> {
    const { db, config } = this.#deps;
    const contractorId = scope as ContractorId;
    const row =
      scope === INSTALLATION
        ? await db.jobs((tx) => findInstallationProject(tx))
        : await db.jobsFor(contractorId, (tx) => findOwnProject(tx, contractorId));
    if (row === undefined || row.push_service_account === null) return undefined;
    const endpoint = `${config.publicUrl}${PUBSUB}${scope}`;
    return { sender: row.push_service_account, audience: row.push_audience ?? endpoint };
  }
}
