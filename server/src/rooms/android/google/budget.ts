import { sql } from 'kysely';
import { type Tx, tables } from '../../../base/db.ts';
import type { AndroidTables } from '../tables.ts';

/** Whose project a request goes through. */
export type Scope = string;

/** The state of a project's allowance, in requests. */
export type Allowance = { readonly allowance: number; readonly filledAt: Temporal.Instant };

/**
 * What goes first when requests are scarce. `urgent` may use all there is; `action` (what somebody waits for) leaves a
 * tenth of the bucket to it, `background` half.
 */
export type Lane = 'urgent' | 'action' | 'background';
const LEFT_TO_OTHERS: Readonly<Record<Lane, number>> = { urgent: 0, action: 0.1, background: 0.5 };

/** A tenth of what a minute grants may go out at once; the rest flows in evenly, so that no minute sees more than granted. */
export const bucketSize = (perMinute: number): number => Math.max(2, perMinute / 10);
const flowPerMs = (perMinute: number): number => (perMinute - bucketSize(perMinute)) / 60_000;

/** How many of `wanted` requests may go out now, and what is left. Pure. */
export function take(
  before: Allowance,
  { wanted, lane, perMinute, now }: { wanted: number; lane: Lane; perMinute: number; now: Temporal.Instant },
): { readonly granted: number; readonly after: Allowance } {
  const size = bucketSize(perMinute);
  const elapsed = Math.max(0, now.epochMilliseconds - before.filledAt.epochMilliseconds);
  const filled = Math.min(size, before.allowance + elapsed * flowPerMs(perMinute));
  const usable = filled - size * LEFT_TO_OTHERS[lane];
  const granted = Math.max(0, Math.min(wanted, Math.floor(usable + 1e-9)));
  return { granted, after: { allowance: filled - granted, filledAt: now } };
}

/** Milliseconds until one more request of this lane may go out. */
export function waitMs({ allowance }: Allowance, lane: Lane, perMinute: number): number {
  const missing = 1 + bucketSize(perMinute) * LEFT_TO_OTHERS[lane] - allowance;
  return Math.max(0, Math.ceil(missing / flowPerMs(perMinute)));
}

export type Grant = {
  readonly granted: number;
  /** When to ask again, if nothing was granted. */
  readonly retryAt: Temporal.Instant;
};

const at = (tx: Tx) => tables<AndroidTables>(tx);

/** Takes up to `wanted` requests out of the project's allowance, over all copies of the server. As the jobs role. */
export async function takeRequests(
  tx: Tx,
  scope: Scope,
  asked: { readonly wanted: number; readonly lane: Lane; readonly perMinute: number; readonly now: Temporal.Instant },
): Promise<Grant> {
  const { perMinute, now, lane, wanted } = asked;
  const fresh = { scope, allowance: bucketSize(perMinute), filled_at: now, minute_at: minuteOf(now) };
  await at(tx)
    .insertInto('google_usage')
    .values(fresh)
    .onConflict((conflict) => conflict.column('scope').doNothing())
    .execute();
  const row = await at(tx)
    .selectFrom('google_usage')
    .select(['allowance', 'filled_at', 'blocked_until', 'minute_at', 'this_minute', 'last_minute'])
    .where('scope', '=', scope)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const before = { allowance: row.allowance, filledAt: row.filled_at };
  if (row.blocked_until !== null && Temporal.Instant.compare(row.blocked_until, now) > 0) {
    return { granted: 0, retryAt: row.blocked_until };
  }
  const { granted, after } = take(before, { wanted, lane, perMinute, now });
  const minute = minuteOf(now);
  const counted = countedIn(row, minute);
  await at(tx)
    .updateTable('google_usage')
    .set({
      allowance: after.allowance,
      filled_at: after.filledAt,
      blocked_until: null,
      minute_at: minute,
      this_minute: counted.this + granted,
      last_minute: counted.last,
    })
    .where('scope', '=', scope)
    .execute();
  const milliseconds = granted > 0 ? 0 : waitMs(after, lane, perMinute);
  return { granted, retryAt: now.add({ milliseconds }) };
}

const minuteOf = (now: Temporal.Instant) => now.round({ smallestUnit: 'minute', roundingMode: 'floor' });

type Counted = { readonly minute_at: Temporal.Instant; readonly this_minute: number; readonly last_minute: number };

function countedIn(row: Counted, minute: Temporal.Instant): { readonly this: number; readonly last: number } {
  const minutes = (minute.epochMilliseconds - row.minute_at.epochMilliseconds) / 60_000;
  if (minutes <= 0) return { this: row.this_minute, last: row.last_minute };
  return { this: 0, last: minutes === 1 ? row.this_minute : 0 };
}

/** Requests within the last sixty seconds, estimated from two counted minutes. */
export function usedLastMinute(row: Counted, now: Temporal.Instant): number {
  const minute = minuteOf(now);
  const { this: current, last } = countedIn(row, minute);
  const passed = (now.epochMilliseconds - minute.epochMilliseconds) / 60_000;
  return Math.round(current + last * (1 - passed));
}

/** Google refused for quota: nothing goes out before `until`, whoever asks. */
export async function blockRequests(tx: Tx, scope: Scope, until: Temporal.Instant): Promise<void> {
  await at(tx)
    .updateTable('google_usage')
    .set({ blocked_until: sql<Temporal.Instant>`greatest(blocked_until, ${until}::timestamptz)`, allowance: 0 })
    .where('scope', '=', scope)
    .execute();
}
