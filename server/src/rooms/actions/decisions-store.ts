import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { Actor } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';

/** What a second person decides about. */
export type SubjectKind = 'action' | 'batch' | 'safety';

type ApprovalsTable = {
  contractor_id: string;
  subject_id: string;
  kind: SubjectKind;
  state: 'awaited' | 'approved' | 'rejected' | 'lapsed';
  asked_by: string;
  asked_behind: string | null;
  asked_at: Temporal.Instant;
  expires_at: Temporal.Instant;
  decided_by_kind: Actor['kind'] | null;
  decided_by: string | null;
  decided_by_name: string | null;
  decided_at: Temporal.Instant | null;
  reason: string | null;
};
type HoldsTable = {
  contractor_id: string;
  subject_id: string;
  kind: Exclude<SubjectKind, 'safety'>;
  scope: 'contractor' | 'installation';
  hour_limit: number;
  in_last_hour: number;
  wanted: number;
  asked_by: string;
  asked_behind: string | null;
  held_at: Temporal.Instant;
  released_by_kind: Actor['kind'] | null;
  released_by: string | null;
  released_by_name: string | null;
  released_at: Temporal.Instant | null;
  reason: string | null;
  ended_at: Temporal.Instant | null;
};
type DecisionTables = { action_approvals: ApprovalsTable; action_holds: HoldsTable };

export type ApprovalRow = Omit<ApprovalsTable, 'contractor_id'>;
export type HoldRow = Omit<HoldsTable, 'contractor_id'>;

/** Who asked: the one who called, and the person behind. */
export type Asker = { readonly asked_by: string; readonly asked_behind: string | null };

const APPROVAL = [
  'subject_id',
  'kind',
  'state',
  'asked_by',
  'asked_behind',
  'asked_at',
  'expires_at',
  'decided_by_kind',
  'decided_by',
  'decided_by_name',
  'decided_at',
  'reason',
] as const;
const HOLD = [
  'subject_id',
  'kind',
  'scope',
  'hour_limit',
  'in_last_hour',
  'wanted',
  'asked_by',
  'asked_behind',
  'held_at',
  'released_by_kind',
  'released_by',
  'released_by_name',
  'released_at',
  'reason',
  'ended_at',
] as const;

const over = (tx: Tx) => tables<DecisionTables>(tx);

export async function insertApproval(
  tx: Tx,
  contractorId: ContractorId,
  approval: Asker & {
    readonly subject_id: string;
    readonly kind: SubjectKind;
    readonly asked_at: Temporal.Instant;
    readonly expires_at: Temporal.Instant;
  },
): Promise<void> {
  const undecided = { decided_by_kind: null, decided_by: null, decided_by_name: null, decided_at: null, reason: null };
  await over(tx)
    .insertInto('action_approvals')
    .values({ contractor_id: contractorId, state: 'awaited', ...approval, ...undecided })
    .execute();
}

export async function selectApprovals(
  tx: Tx,
  contractorId: ContractorId,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, ApprovalRow>> {
  if (subjectIds.length === 0) return new Map();
  const rows = await over(tx)
    .selectFrom('action_approvals')
    .select(APPROVAL)
    .where('contractor_id', '=', contractorId)
    .where('subject_id', 'in', [...subjectIds])
    .execute();
  return new Map(rows.map((row) => [row.subject_id, row]));
}

/** Decides what is awaited; false when it is not any more. */
export async function decideApproval(
  tx: Tx,
  contractorId: ContractorId,
  subjectId: string,
  decision: { readonly state: 'approved' | 'rejected'; readonly by: Actor; readonly reason: string | null },
  now: Temporal.Instant,
): Promise<boolean> {
  const { numUpdatedRows } = await over(tx)
    .updateTable('action_approvals')
    .set({
      state: decision.state,
      decided_by_kind: decision.by.kind,
      decided_by: decision.by.id,
      decided_by_name: decision.by.name,
      decided_at: now,
      reason: decision.reason,
    })
    .where('contractor_id', '=', contractorId)
    .where('subject_id', '=', subjectId)
    .where('state', '=', 'awaited')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** What waits for a person about these ends without one. */
export async function closeDecisions(
  tx: Tx,
  contractorId: ContractorId,
  subjectIds: readonly string[],
  now: Temporal.Instant,
): Promise<void> {
  await sql`with lapsed as (update action_approvals set state = 'lapsed'
      where contractor_id = ${contractorId} and subject_id = any(${[...subjectIds]}::uuid[]) and state = 'awaited')
    update action_holds set ended_at = ${now} where contractor_id = ${contractorId}
      and subject_id = any(${[...subjectIds]}::uuid[]) and released_at is null and ended_at is null`.execute(tx);
}

/** Changes of safety settings about which nobody decided in time, of all contractors. `tx` is the jobs role's. */
export async function lapseChanges(tx: Tx, now: Temporal.Instant): Promise<void> {
  await sql`update action_approvals set state = 'lapsed'
    where kind = 'safety' and state = 'awaited' and expires_at <= ${now}`.execute(tx);
}

/** Notes that something is held, or is held for another reason than before. */
export async function putHold(
  tx: Tx,
  contractorId: ContractorId,
  hold: Asker & Pick<HoldRow, 'subject_id' | 'kind' | 'scope' | 'hour_limit' | 'in_last_hour' | 'wanted' | 'held_at'>,
): Promise<void> {
  const { scope, hour_limit, in_last_hour, wanted } = hold;
  await over(tx)
    .insertInto('action_holds')
    .values({
      contractor_id: contractorId,
      ...hold,
      released_by_kind: null,
      released_by: null,
      released_by_name: null,
      released_at: null,
      reason: null,
      ended_at: null,
    })
    .onConflict((conflict) =>
      conflict.columns(['contractor_id', 'subject_id']).doUpdateSet({ scope, hour_limit, in_last_hour, wanted }),
    )
    .execute();
}

export async function selectHolds(
  tx: Tx,
  contractorId: ContractorId,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, HoldRow>> {
  if (subjectIds.length === 0) return new Map();
  const rows = await over(tx)
    .selectFrom('action_holds')
    .select(HOLD)
    .where('contractor_id', '=', contractorId)
    .where('subject_id', 'in', [...subjectIds])
    .execute();
  return new Map(rows.map((row) => [row.subject_id, row]));
}

export async function releaseHold(
  tx: Tx,
  contractorId: ContractorId,
  subjectId: string,
  release: { readonly by: Actor; readonly reason: string },
  now: Temporal.Instant,
): Promise<void> {
  await over(tx)
    .updateTable('action_holds')
    .set({
      released_by_kind: release.by.kind,
      released_by: release.by.id,
      released_by_name: release.by.name,
      released_at: now,
      reason: release.reason,
    })
    .where('contractor_id', '=', contractorId)
    .where('subject_id', '=', subjectId)
    .execute();
}

export type Pending = {
  readonly subject_id: string;
  readonly kind: SubjectKind;
  readonly at: Temporal.Instant;
};

/** What waits for a person, newest first. */
export async function selectPending(
  tx: Tx,
  contractorId: ContractorId,
  now: Temporal.Instant,
  page: { readonly after: { readonly at: Temporal.Instant; readonly id: string } | undefined; readonly limit: number },
): Promise<Pending[]> {
  const { after, limit } = page;
  const behind =
    after === undefined ? sql`` : sql`where (at, subject_id) < (${after.at}::timestamptz, ${after.id}::uuid)`;
  const { rows } = await sql<Pending>`select subject_id, kind, at from (
      select subject_id, kind, asked_at as at from action_approvals
      where contractor_id = ${contractorId} and state = 'awaited' and expires_at > ${now}
      union all
      select subject_id, kind, held_at from action_holds
      where contractor_id = ${contractorId} and released_at is null and ended_at is null
    ) waiting ${behind} order by at desc, subject_id desc limit ${limit}`.execute(tx);
  return rows;
}
