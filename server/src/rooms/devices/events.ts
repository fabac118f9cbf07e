import { createHash } from 'node:crypto';
import type { DeviceEvent } from '@tsukasa/api';
import { CompiledQuery, sql } from 'kysely';
import { type Db, type Tx, tables } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { Actor } from '../../base/http/context.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { isForeignKeyViolation } from './contacts.ts';
import { momentCursor, pageOf } from './cursors.ts';
import type { DeviceEventInput, DeviceId, EventId, Severity } from './model.ts';
import { reportBody } from './raw-report.ts';
import type { DeviceTables } from './tables.ts';

/** Largest `details` of an event, in bytes of JSON. Our choice: facts for one sentence. */
const LARGEST_DETAILS = 8192;

type EventRow = {
  readonly contractor_id: ContractorId;
  readonly event_id: EventId;
  readonly kind: string;
  readonly severity: Severity;
  readonly device_id: string | null;
  readonly dedupe_key: string;
  readonly first_at: string;
  readonly last_at: string;
  readonly count: number;
  readonly details: unknown;
};

const UPSERT = `insert into device_events
    (contractor_id, event_id, kind, severity, device_id, dedupe_key, first_at, last_at, count, details)
  select contractor_id, event_id, kind, severity, device_id, dedupe_key, first_at, last_at, count, details
  from jsonb_to_recordset($1::jsonb) as e(contractor_id uuid, event_id uuid, kind text, severity text, device_id uuid,
    dedupe_key text, first_at timestamptz, last_at timestamptz, count integer, details jsonb)
  order by contractor_id, dedupe_key
  on conflict (contractor_id, dedupe_key) do update set
    count = device_events.count + excluded.count,
    last_at = greatest(device_events.last_at, excluded.last_at),
    details = excluded.details`;

/** Something that an administrator should know. The same (kind, `dedupe`) within one hour of the clock counts up. */
export async function recordEvent(tx: Tx, contractorId: ContractorId, event: DeviceEventInput): Promise<void> {
  await tx.executeQuery(CompiledQuery.raw(UPSERT, [JSON.stringify([eventRow(contractorId, event)])]));
}

export type ChannelEvent = DeviceEventInput & { readonly contractorId: ContractorId };

/** The same on the device pool, all in one statement. Events of a contractor that does not exist are dropped. */
export async function recordChannelEvents(db: Db, events: readonly ChannelEvent[]): Promise<void> {
  const rows = mergeRows(events.map((event) => eventRow(event.contractorId, event)));
  if (rows.length === 0) return;
  const write = (some: readonly EventRow[]) =>
    db.device.query({ name: 'devices-events', text: UPSERT, values: [JSON.stringify(some)] });
  try {
    await write(rows);
  } catch (error) {
    // A stranger may have put any contractor's id into an address: its event must not take the others with it.
    if (!isForeignKeyViolation(error)) throw error;
    for (const row of rows) {
      await write([row]).catch((inner: unknown) => {
        if (!isForeignKeyViolation(inner)) throw inner;
      });
    }
  }
}

function eventRow(contractorId: ContractorId, event: DeviceEventInput): EventRow {
  const at = event.now.toString();
  const hour = event.now.round({ smallestUnit: 'hour', roundingMode: 'floor' }).toString({ smallestUnit: 'minute' });
  return {
    contractor_id: contractorId,
    event_id: newId<'Event'>(event.now.epochMilliseconds),
    kind: event.kind,
    severity: event.severity,
    device_id: event.deviceId ?? null,
    dedupe_key: `${event.kind} ${hour} ${short(event.dedupe)}`,
    first_at: at,
    last_at: at,
    count: 1,
    details: boundedDetails(event.details ?? {}),
  };
}

/** What a device sent may be long, and unprintable. */
function short(dedupe: string): string {
  if (/^[\x20-\x7e]{0,100}$/.test(dedupe)) return dedupe;
  return createHash('sha256').update(dedupe).digest('hex');
}

function boundedDetails(details: Readonly<Record<string, unknown>>): unknown {
  const text = reportBody(details);
  return Buffer.byteLength(text) <= LARGEST_DETAILS ? JSON.parse(text) : { omitted: 'too_large' };
}

/** One statement may not touch a row twice. */
function mergeRows(rows: readonly EventRow[]): readonly EventRow[] {
  const merged = new Map<string, EventRow>();
  for (const row of rows) {
    const key = `${row.contractor_id} ${row.dedupe_key}`;
    const other = merged.get(key);
    if (other === undefined) merged.set(key, row);
    else merged.set(key, { ...other, count: other.count + 1, last_at: later(other.last_at, row.last_at) });
  }
  return [...merged.values()];
}

const later = (a: string, b: string) =>
  Temporal.Instant.compare(Temporal.Instant.from(a), Temporal.Instant.from(b)) < 0 ? b : a;

const EVENT_COLUMNS = [
  'event_id',
  'kind',
  'severity',
  'device_id',
  'first_at',
  'last_at',
  'count',
  'details',
  'acknowledged_at',
  'acknowledged_by',
] as const;
type Shown = Pick<DeviceTables['device_events'], (typeof EVENT_COLUMNS)[number]>;

export type EventQuery = {
  readonly deviceId?: DeviceId | undefined;
  /** True: not acknowledged; false: acknowledged; absent: all. */
  readonly open?: boolean | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
};

/** Newest first. */
export async function listEvents(
  tx: Tx,
  contractorId: ContractorId,
  { deviceId, open, cursor, limit = 50 }: EventQuery,
): Promise<{ items: DeviceEvent[]; nextCursor: string | null }> {
  const after = momentCursor.decode(cursor);
  let query = tables<DeviceTables>(tx)
    .selectFrom('device_events')
    .select(EVENT_COLUMNS)
    .where('contractor_id', '=', contractorId)
    .orderBy('first_at', 'desc')
    .orderBy('event_id', 'desc')
    .limit(limit + 1);
  if (deviceId !== undefined) query = query.where('device_id', '=', deviceId);
  if (open !== undefined) query = query.where('acknowledged_at', open ? 'is' : 'is not', null);
  if (after !== undefined) {
    query = query.where(sql<boolean>`(first_at, event_id) < (${after.at}::timestamptz, ${after.id}::uuid)`);
  }
  const rows = await query.execute();
  const { shown, nextCursor } = pageOf(rows, limit, (row) => ({ at: row.first_at, id: row.event_id }));
  return { items: shown.map(presentEvent), nextCursor };
}

/** Marks as seen; `again` when somebody had before. Throws `not_found`. */
export async function acknowledge(
  tx: Tx,
  contractorId: ContractorId,
  eventId: EventId,
  actor: Actor,
  now: Temporal.Instant,
): Promise<{ event: DeviceEvent; again: boolean }> {
  const updated = await tables<DeviceTables>(tx)
    .updateTable('device_events')
    .set({ acknowledged_at: now, acknowledged_by: actor.name })
    .where('contractor_id', '=', contractorId)
    .where('event_id', '=', eventId)
    .where('acknowledged_at', 'is', null)
    .returning(EVENT_COLUMNS)
    .executeTakeFirst();
  if (updated !== undefined) return { event: presentEvent(updated), again: false };
  const known = await tables<DeviceTables>(tx)
    .selectFrom('device_events')
    .select(EVENT_COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('event_id', '=', eventId)
    .executeTakeFirst();
  if (known === undefined) throw new DomainError('not_found', 'no such event', { reason: 'event.not_found' });
  return { event: presentEvent(known), again: true };
}

function presentEvent(row: Shown): DeviceEvent {
  return {
    eventId: row.event_id,
    kind: row.kind,
    severity: row.severity,
    deviceId: row.device_id,
    firstAt: row.first_at.toString(),
    lastAt: row.last_at.toString(),
    count: row.count,
    details: row.details,
    acknowledgedAt: row.acknowledged_at?.toString() ?? null,
    acknowledgedBy: row.acknowledged_by,
  };
}
