import { sql } from 'kysely';
import { type Db, tables } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { AccountTables } from './tables.ts';

/** At most `limit` guesses at one thing within `minutes`. */
export type Allowance = { readonly limit: number; readonly minutes: number };

/**
 * Counts a guess, in a transaction of its own so that it counts whatever becomes of the guess. Throws `too_many` when the
 * allowance is used up. `key` names the thing guessed at, without secrets.
 */
export async function countGuess(
  db: Db,
  key: string,
  { limit, minutes }: Allowance,
  now: Temporal.Instant,
): Promise<void> {
  const begun = now.subtract({ minutes });
  const { count, started_at } = await db.unbound(async (tx) => {
    const attempts = tables<AccountTables>(tx);
    return attempts
      .insertInto('auth.attempts')
      .values({ key, count: 1, started_at: now })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet({
          count: sql<number>`case when attempts.started_at <= ${begun} then 1 else attempts.count + 1 end`,
          started_at: sql<Temporal.Instant>`case when attempts.started_at <= ${begun} then ${now} else attempts.started_at end`,
        }),
      )
      .returning(['count', 'started_at'])
      .executeTakeFirstOrThrow();
  });
  if (count <= limit) return;
  const retryAfter = Math.max(1, Math.ceil(started_at.add({ minutes }).since(now).total('seconds')));
  throw new DomainError('too_many', 'too many guesses', { reason: 'accounts.too_many_guesses', retryAfter });
}

/** A right guess: those before it do not count any more. */
export async function forgetGuesses(db: Db, key: string): Promise<void> {
  await db.unbound((tx) => tables<AccountTables>(tx).deleteFrom('auth.attempts').where('key', '=', key).execute());
}
