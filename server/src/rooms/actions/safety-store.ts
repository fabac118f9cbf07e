import { sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { Actor } from '../../base/http/context.ts';
import { type ContractorId, PROVIDER_ID } from '../../base/ids.ts';

/** How dangerous hands are tied. `hourLimit` null: no limit. */
export type Safety = { readonly secondPerson: boolean; readonly hourLimit: number | null };
/** Fields of it to set. */
export type SafetySets = { readonly secondPerson?: boolean; readonly hourLimit?: number | null };

/** Our choice: more destructive actions in an hour than one person meant. */
export const CONTRACTOR_DEFAULTS: Safety = { secondPerson: true, hourLimit: 20 };
export const INSTALLATION_LIMIT = 100;
const INSTALLATION_KEY = 'breaker.hour_limit';

type ChangesTable = {
  contractor_id: string;
  change_id: string;
  sets: SafetySets;
  reason: string;
  asked_by_kind: Actor['kind'];
  asked_by: string;
  asked_by_name: string;
  asked_at: Temporal.Instant;
};
type SafetyTables = {
  safety_settings: {
    contractor_id: string;
    second_person: boolean;
    hour_limit: number | null;
    updated_at: Temporal.Instant;
  };
  safety_changes: ChangesTable;
  settings: { key: string; value: number | null; updated_at: Temporal.Instant };
};
export type ChangeRow = Omit<ChangesTable, 'contractor_id'>;

const over = (tx: Tx) => tables<SafetyTables>(tx);

/** The contractor's, or with `PROVIDER_ID` the installation's: it has no second person to turn off. */
export async function readSafety(tx: Tx, contractorId: ContractorId): Promise<Safety> {
  if (contractorId === PROVIDER_ID) return { secondPerson: true, hourLimit: await installationLimit(tx) };
  const row = await over(tx)
    .selectFrom('safety_settings')
    .select(['second_person', 'hour_limit'])
    .where('contractor_id', '=', contractorId)
    .executeTakeFirst();
  return row === undefined ? CONTRACTOR_DEFAULTS : { secondPerson: row.second_person, hourLimit: row.hour_limit };
}

export async function installationLimit(tx: Tx): Promise<number | null> {
  const { rows } = await sql<{ value: number | null }>`select value from settings
    where key = ${INSTALLATION_KEY}`.execute(tx);
  const [row] = rows;
  return row === undefined ? INSTALLATION_LIMIT : row.value;
}

export async function writeSafety(
  tx: Tx,
  contractorId: ContractorId,
  { secondPerson, hourLimit }: Safety,
  now: Temporal.Instant,
): Promise<void> {
  if (contractorId === PROVIDER_ID) {
    const value = { value: json(hourLimit), updated_at: now };
    await over(tx)
      .insertInto('settings')
      .values({ key: INSTALLATION_KEY, ...value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(value))
      .execute();
    return;
  }
  const values = { second_person: secondPerson, hour_limit: hourLimit, updated_at: now };
  await over(tx)
    .insertInto('safety_settings')
    .values({ contractor_id: contractorId, ...values })
    .onConflict((conflict) => conflict.column('contractor_id').doUpdateSet(values))
    .execute();
}

export async function insertChange(tx: Tx, contractorId: ContractorId, change: ChangeRow): Promise<void> {
  await over(tx)
    .insertInto('safety_changes')
    .values({ contractor_id: contractorId, ...change, sets: json(change.sets) })
    .execute();
}

export async function selectChanges(
  tx: Tx,
  contractorId: ContractorId,
  changeIds: readonly string[],
): Promise<readonly ChangeRow[]> {
  if (changeIds.length === 0) return [];
  return over(tx)
    .selectFrom('safety_changes')
    .select(['change_id', 'sets', 'reason', 'asked_by_kind', 'asked_by', 'asked_by_name', 'asked_at'])
    .where('contractor_id', '=', contractorId)
    .where('change_id', 'in', [...changeIds])
    .execute();
}

/** The changes that wait for somebody: at most one unless two were asked at the very same time. */
export async function awaitedChanges(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<string[]> {
  const { rows } = await sql<{ subject_id: string }>`select subject_id from action_approvals
    where contractor_id = ${contractorId} and kind = 'safety' and state = 'awaited' and expires_at > ${now}
    order by asked_at desc, subject_id desc`.execute(tx);
  return rows.map((row) => row.subject_id);
}

/** Of one contractor, or with `PROVIDER_ID` of the installation: one at a time decides what is let go, until it commits. */
export async function lockBreaker(tx: Tx, contractorId: ContractorId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`breaker ${contractorId}`}, 0))`.execute(tx);
}

/** Changes of one contractor's settings happen one after another; not the breaker's lock, which is taken last. */
export async function lockSafety(tx: Tx, contractorId: ContractorId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`safety ${contractorId}`}, 0))`.execute(tx);
}

const HOUR = { hours: 1 } as const;

/** Destructive actions that a contractor let go within the hour before `now`: single ones, and those of bulk actions. */
export async function letGoByContractor(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<number> {
  const since = now.subtract(HOUR);
  const { rows } = await sql<{ count: number }>`select
      (select count(*) from actions where contractor_id = ${contractorId} and let_go_at > ${since} and batch_id is null)
      + (select coalesce(sum(destructive), 0) from action_batches
         where contractor_id = ${contractorId} and let_go_at > ${since}) as count`.execute(tx);
  return Number(rows[0]?.count ?? 0);
}

/** The same of all contractors, by whole minutes: up to a minute more than an hour. */
export async function letGoByAll(tx: Tx, now: Temporal.Instant): Promise<number> {
  const { rows } = await sql<{ count: number }>`select coalesce(sum(let_go), 0) as count from breaker_minutes
    where minute >= ${minuteOf(now.subtract(HOUR))}`.execute(tx);
  return Number(rows[0]?.count ?? 0);
}

export async function countLetGo(tx: Tx, count: number, now: Temporal.Instant): Promise<void> {
  await sql`insert into breaker_minutes (minute, let_go) values (${minuteOf(now)}, ${count})
    on conflict (minute) do update set let_go = breaker_minutes.let_go + excluded.let_go`.execute(tx);
}

/** Minutes that no question reaches any more. */
export async function forgetMinutes(tx: Tx, now: Temporal.Instant): Promise<void> {
  await sql`delete from breaker_minutes where minute < ${now.subtract({ hours: 24 })}`.execute(tx);
}

const minuteOf = (at: Temporal.Instant) => at.round({ smallestUnit: 'minute', roundingMode: 'floor' });
