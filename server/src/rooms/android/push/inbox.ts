import type { Clock } from '../../../base/clock.ts';
import type { Db } from '../../../base/db.ts';
import { DomainError } from '../../../base/errors.ts';
import type { ContractorId } from '../../../base/ids.ts';
import type { Scope } from '../google/index.ts';

/** Messages in one statement. */
const BATCH = 256;
/** Statements at one time. */
const AT_ONCE = 2;
/** More than this waits: the sender is told to come again. */
const MOST_WAITING = 5000;

/** Stores what is new and tells of each message whose it is: one round trip for a batch. */
const STORE = {
  name: 'android-messages',
  text: `with input as (
    select * from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::timestamptz[])
      as t(n, scope, enterprise, message_id, kind, data, published_at)
  ), known as (
    select i.*, e.contractor_id from input i left join lateral (
      select e.contractor_id from android_enterprises e
      where e.enterprise_name = i.enterprise
        and i.scope = case e.project_scope when 'installation' then 'installation' else e.contractor_id::text end
      limit 1) e on true
  ), stored as (
    insert into android_messages (contractor_id, message_id, kind, data, published_at, received_at)
    select distinct on (contractor_id, message_id) contractor_id, message_id, kind, data, published_at, $8::timestamptz
    from known where contractor_id is not null order by contractor_id, message_id, n
    on conflict (contractor_id, message_id) do nothing
    returning 1
  )
  select n, contractor_id, (select count(*) from stored)::integer as stored from known`,
};

/** Counts a refusal, or an arrival, of a project. */
const REFUSED = `insert into google_refusals (scope, reason, hour, count, last_at)
  select scope, reason, $3::timestamptz, count, $4::timestamptz
  from unnest($1::text[], $2::text[], $5::integer[]) as t(scope, reason, count) order by 1, 2
  on conflict (scope, reason, hour) do update set count = google_refusals.count + excluded.count, last_at = excluded.last_at`;

export type Incoming = {
  readonly scope: Scope;
  readonly enterprise: string;
  readonly messageId: string;
  readonly kind: string;
  readonly data: Buffer;
  readonly publishedAt: Temporal.Instant;
};

type Waiting = {
  readonly message: Incoming;
  readonly resolve: (contractorId: ContractorId | undefined) => void;
  readonly reject: (error: unknown) => void;
};

/** Makes messages durable, many with one statement. */
export class Inbox {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #arrived: () => void;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(options: { readonly db: Db; readonly clock: Clock; readonly arrived: () => void }) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#arrived = options.arrived;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whose the message is, once it is durable; undefined, and nothing kept, for an enterprise that nobody here has. */
  store(message: Incoming): Promise<ContractorId | undefined> {
    if (this.#waiting.length >= MOST_WAITING) {
      return Promise.reject(new DomainError('unavailable', 'too many messages wait', { retryAfter: 10 }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#running >= AT_ONCE || this.#waiting.length === 0) return;
    this.#running += 1;
    void this.#write(this.#waiting.splice(0, BATCH)).finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      const messages = batch.map(({ message }) => message);
      const { rows } = await this.#db.device.query<{ n: number; contractor_id: ContractorId | null; stored: number }>({
        ...STORE,
        values: [
          messages.map((_, n) => n),
          messages.map(({ scope }) => scope),
          messages.map(({ enterprise }) => enterprise),
          messages.map(({ messageId }) => messageId),
          messages.map(({ kind }) => kind),
          messages.map(({ data }) => data),
          messages.map(({ publishedAt }) => publishedAt.toString()),
          this.#clock.now().toString(),
        ],
      });
      for (const row of rows) batch[row.n]?.resolve(row.contractor_id ?? undefined);
      if ((rows[0]?.stored ?? 0) > 0) this.#arrived();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

/** Refusals are counted in memory and written together, so that a flood of bad messages costs no statement each. */
export class Refusals {
  readonly #db: Db;
  readonly #clock: Clock;
  #counts = new Map<string, number>();

  constructor(options: { readonly db: Db; readonly clock: Clock }) {
    this.#db = options.db;
    this.#clock = options.clock;
  }

  add(scope: Scope, reason: string): void {
    const key = `${scope} ${reason}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  async flush(): Promise<void> {
    if (this.#counts.size === 0) return;
    const counts = this.#counts;
    this.#counts = new Map();
    const entries = [...counts].map(([key, count]) => ({ scope: key.split(' ')[0], reason: key.split(' ')[1], count }));
    const now = this.#clock.now();
    const hour = now.round({ smallestUnit: 'hour', roundingMode: 'floor' });
    try {
      await this.#db.device.query(REFUSED, [
        entries.map(({ scope }) => scope),
        entries.map(({ reason }) => reason),
        hour.toString(),
        now.toString(),
        entries.map(({ count }) => count),
      ]);
    } catch (error) {
      for (const [key, count] of counts) this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
      throw error;
    }
  }
}
