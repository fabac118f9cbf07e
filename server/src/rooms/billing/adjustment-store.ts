import { sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { Actor } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { ApprovedAdjustment } from './adjustment-line.ts';
import { type Month, monthColumn, monthOfColumn } from './days.ts';
import type { AdjustmentId } from './model.ts';
import type { BillingTables } from './tables.ts';

const over = (tx: Tx) => tables<BillingTables>(tx);

/** An adjustment with what became of it. */
export type AdjustmentRecord = {
  readonly contractorId: ContractorId;
  readonly adjustmentId: AdjustmentId;
  readonly month: Month;
  readonly description: string;
  readonly amount: number;
  readonly reason: string;
  readonly askedAt: Temporal.Instant;
  readonly askedBy: Actor;
  readonly state: 'asked' | 'approved' | 'refused' | 'billed';
  readonly decidedAt: Temporal.Instant | undefined;
  readonly decidedBy: Actor | undefined;
};

type Row = {
  contractor_id: ContractorId;
  adjustment_id: AdjustmentId;
  month: Temporal.PlainDate;
  description: string;
  amount: number;
  reason: string;
  asked_at: Temporal.Instant;
  asked_by: Actor;
  approved: boolean | null;
  decided_at: Temporal.Instant | null;
  decided_by: Actor | null;
  billed: boolean;
};

const BILLED = sql`exists (select from billed_charges b where b.contractor_id = a.contractor_id
  and b.charge = 'adjustment/' || a.adjustment_id)`;
const COLUMNS = sql`a.contractor_id, a.adjustment_id, a.month, a.description, a.amount, a.reason, a.asked_at, a.asked_by,
  d.approved, d.decided_at, d.decided_by, ${BILLED} as billed`;
const FROM = sql`from adjustments a left join adjustment_decisions d using (contractor_id, adjustment_id)`;

function recordOf(row: Row): AdjustmentRecord {
  const { approved, billed } = row;
  const state = billed ? 'billed' : approved === null ? 'asked' : approved ? 'approved' : 'refused';
  return {
    contractorId: row.contractor_id,
    adjustmentId: row.adjustment_id,
    month: monthOfColumn(row.month),
    description: row.description,
    amount: row.amount,
    reason: row.reason,
    askedAt: row.asked_at,
    askedBy: row.asked_by,
    state,
    decidedAt: row.decided_at ?? undefined,
    decidedBy: row.decided_by ?? undefined,
  };
}

/** Approved ones of months up to this one, billed or not, by contractor. */
export async function approvedUntil(
  tx: Tx,
  month: Month,
  contractorIds: readonly ContractorId[],
): Promise<ReadonlyMap<ContractorId, readonly ApprovedAdjustment[]>> {
  if (contractorIds.length === 0) return new Map();
  const { rows } = await sql<Row>`select ${COLUMNS} ${FROM} where a.contractor_id = any(${[...contractorIds]}::uuid[])
    and a.month <= ${monthColumn(month)} and d.approved order by a.adjustment_id`.execute(tx);
  const found = rows.map((row) => {
    const { askedBy, decidedBy, ...rest } = recordOf(row);
    return { ...rest, askedBy: askedBy.name, decidedBy: decidedBy?.name ?? '' };
  });
  return Map.groupBy(found, ({ contractorId }) => contractorId);
}

export async function insertAdjustment(
  tx: Tx,
  adjustment: Omit<AdjustmentRecord, 'state' | 'decidedAt' | 'decidedBy'>,
): Promise<void> {
  await over(tx)
    .insertInto('adjustments')
    .values({
      contractor_id: adjustment.contractorId,
      adjustment_id: adjustment.adjustmentId,
      month: monthColumn(adjustment.month),
      description: adjustment.description,
      amount: adjustment.amount,
      reason: adjustment.reason,
      asked_at: adjustment.askedAt,
      asked_by: json(adjustment.askedBy),
    })
    .execute();
}

export async function insertDecision(
  tx: Tx,
  decision: {
    readonly contractorId: ContractorId;
    readonly adjustmentId: AdjustmentId;
    readonly approved: boolean;
    readonly note: string;
    readonly by: Actor;
    readonly now: Temporal.Instant;
  },
): Promise<void> {
  const { contractorId, adjustmentId, approved, note, by, now } = decision;
  await over(tx)
    .insertInto('adjustment_decisions')
    .values({
      contractor_id: contractorId,
      adjustment_id: adjustmentId,
      approved,
      note,
      decided_at: now,
      decided_by: json(by),
    })
    .execute();
}

export async function findAdjustment(
  tx: Tx,
  contractorId: ContractorId,
  adjustmentId: AdjustmentId,
): Promise<AdjustmentRecord | undefined> {
  const { rows } = await sql<Row>`select ${COLUMNS} ${FROM} where a.contractor_id = ${contractorId}
    and a.adjustment_id = ${adjustmentId}`.execute(tx);
  return rows.map(recordOf)[0];
}

export type AdjustmentPage = {
  readonly state: AdjustmentRecord['state'] | undefined;
  readonly after: { readonly at: string; readonly id: string } | undefined;
  readonly limit: number;
};

const STATES = {
  asked: sql`d.approved is null`,
  refused: sql`d.approved = false`,
  approved: sql`d.approved and not ${BILLED}`,
  billed: BILLED,
} as const;

/** Newest first, in the provider's scope. */
export async function listAdjustments(tx: Tx, { state, after, limit }: AdjustmentPage): Promise<AdjustmentRecord[]> {
  const wanted = state === undefined ? sql`true` : STATES[state];
  const older =
    after === undefined
      ? sql`true`
      : sql`(a.asked_at, a.adjustment_id) < (${after.at}::timestamptz, ${after.id}::uuid)`;
  const { rows } = await sql<Row>`select ${COLUMNS} ${FROM} where ${wanted} and ${older}
    order by a.asked_at desc, a.adjustment_id desc limit ${limit}`.execute(tx);
  return rows.map(recordOf);
}
