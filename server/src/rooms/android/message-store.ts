import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { AndroidTables } from './tables.ts';

/** A notification as received. */
export type MessageRow = {
  readonly contractorId: ContractorId;
  readonly messageId: string;
  readonly kind: string;
  readonly data: Buffer;
  readonly publishedAt: Temporal.Instant;
  readonly receivedAt: Temporal.Instant;
  readonly attempts: number;
};
const at = (tx: Tx) => tables<AndroidTables>(tx);

/** Contractors with notifications that can be worked on now; each is found by one look into the index. */
export async function findWaiting(tx: Tx, now: Temporal.Instant): Promise<readonly ContractorId[]> {
  const { rows } = await sql<{ contractor_id: ContractorId }>`
    with recursive each as (
      (select contractor_id from android_messages where done_at is null and problem is null order by contractor_id limit 1)
      union all
      select (select m.contractor_id from android_messages m where m.done_at is null and m.problem is null
        and m.contractor_id > each.contractor_id order by m.contractor_id limit 1)
      from each where each.contractor_id is not null
    )
    select contractor_id from each where exists (
      select from android_messages m where m.contractor_id = each.contractor_id and m.done_at is null and m.problem is null
        and (m.retry_at is null or m.retry_at <= ${now}))`.execute(tx);
  return rows.map((row) => row.contractor_id);
}

type Claimed = {
  readonly message_id: string;
  readonly kind: string;
  readonly data: Buffer | null;
  readonly published_at: Temporal.Instant;
  readonly received_at: Temporal.Instant;
  readonly attempts: number;
};

/** Takes up to `limit` of a contractor's notifications, oldest first, for as long as the transaction lasts. */
export async function takeMessages(
  tx: Tx,
  contractorId: ContractorId,
  limit: number,
  now: Temporal.Instant,
): Promise<readonly MessageRow[]> {
  const { rows } = await sql<Claimed>`
    select message_id, kind, data, published_at, received_at, attempts from android_messages
    where contractor_id = ${contractorId} and done_at is null and problem is null
      and (retry_at is null or retry_at <= ${now})
    order by seq limit ${limit} for update skip locked`.execute(tx);
  return rows.map((row) => rowOf(contractorId, row));
}

/** One notification, locked; undefined when another worker has it, or had it. */
export async function lockMessage(
  tx: Tx,
  contractorId: ContractorId,
  messageId: string,
): Promise<MessageRow | undefined> {
  const { rows } = await sql<Claimed>`
    select message_id, kind, data, published_at, received_at, attempts from android_messages
    where contractor_id = ${contractorId} and message_id = ${messageId} and done_at is null and problem is null
    for update skip locked`.execute(tx);
  const [row] = rows;
  return row && rowOf(contractorId, row);
}

function rowOf(contractorId: ContractorId, row: Claimed): MessageRow {
  return {
    contractorId,
    messageId: row.message_id,
    kind: row.kind,
    data: row.data ?? Buffer.alloc(0),
    publishedAt: row.published_at,
    receivedAt: row.received_at,
    attempts: row.attempts,
  };
}

/** Worked on: emptied, and kept so that a duplicate is known. */
export async function settleMessages(
  tx: Tx,
  contractorId: ContractorId,
  messageIds: readonly string[],
  now: Temporal.Instant,
): Promise<void> {
  if (messageIds.length === 0) return;
  await at(tx)
    .updateTable('android_messages')
    .set({ done_at: now, data: null, retry_at: null })
    .where('contractor_id', '=', contractorId)
    .where('message_id', 'in', [...messageIds])
    .execute();
}

/** Keeps a notification for another try, or for ever with its problem. */
export async function postponeMessage(
  tx: Tx,
  { contractorId, messageId, attempts }: MessageRow,
  next: { readonly retryAt: Temporal.Instant } | { readonly problem: string },
): Promise<void> {
  await at(tx)
    .updateTable('android_messages')
    .set({ attempts: attempts + 1, ...('retryAt' in next ? { retry_at: next.retryAt } : { problem: next.problem }) })
    .where('contractor_id', '=', contractorId)
    .where('message_id', '=', messageId)
    .execute();
}

/** When the newest notification came. */
export async function noteArrival(tx: Tx, contractorId: ContractorId, at_: Temporal.Instant): Promise<void> {
  await sql`update android_enterprises set last_message_at = greatest(last_message_at, ${at_})
    where contractor_id = ${contractorId} and (last_message_at is null or last_message_at < ${at_})`.execute(tx);
}

export async function countWaitingMessages(tx: Tx, contractorId: ContractorId): Promise<number> {
  const row = await at(tx)
    .selectFrom('android_messages')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('contractor_id', '=', contractorId)
    .where('done_at', 'is', null)
    .where('problem', 'is', null)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Old notifications and refusals, over all contractors: Pub/Sub repeats nothing that old. As the jobs role. */
export async function forgetMessages(tx: Tx, before: Temporal.Instant): Promise<void> {
  await at(tx).deleteFrom('android_messages').where('received_at', '<', before).execute();
  await at(tx).deleteFrom('google_refusals').where('hour', '<', before).execute();
}
