import type { DEVICE_SORTS } from '@tsukasa/api';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { Type } from 'typebox';
import { DomainError } from '../../base/errors.ts';
import { type Cursor, defineCursor } from '../../base/http/cursor.ts';
import { UUID_TEXT } from './cursors.ts';

export type DeviceSort = (typeof DEVICE_SORTS)[number];
export type Order = 'asc' | 'desc';

/** The value of the last row shown, as PostgreSQL writes it, or null; the id decides between equal ones. */
export type Position = { readonly value: string | null; readonly id: string };

type SortColumn = {
  /** Over `devices d left join device_contacts c`. */
  readonly expression: RawBuilder<unknown>;
  /** A position's text as a value to compare with the expression. */
  readonly value: (text: string) => RawBuilder<unknown>;
  /** What a position's text can look like: anything else never reaches the database. */
  readonly check: (text: string) => boolean;
};

const words = (expression: RawBuilder<unknown>): SortColumn => ({
  expression,
  value: (text) => sql`${text}::text collate ja`,
  // Values that we stored hold no control characters.
  check: (text) => text.length <= 400 && !/\p{Cc}/u.test(text),
});
const time = (expression: RawBuilder<unknown>): SortColumn => ({
  expression,
  value: (text) => sql`${text}::timestamptz`,
  check: isTimestamp,
});

const SORTS: Readonly<Record<DeviceSort, SortColumn>> = {
  name: words(sql`d.name collate ja`),
  serialNumber: {
    expression: sql`d.serial_number`,
    value: (text) => sql`${text}::text`,
    check: words(sql`null`).check,
  },
  person: words(sql`d.person_sort collate ja`),
  modelName: words(sql`d.model_name collate ja`),
  osVersion: {
    expression: sql`d.os_version_sort`,
    value: (text) => sql`${text}::integer[]`,
    check: (text) => /^\{\d{1,6}(,\d{1,6}){0,4}\}$/.test(text),
  },
  lastContactAt: time(sql`c.last_contact_at`),
  enrolledAt: time(sql`d.enrolled_at`),
  batteryLevel: {
    expression: sql`d.battery_level`,
    value: (text) => sql`${text}::real`,
    check: (text) => /^(0|1|0\.\d{1,9})$/.test(text),
  },
  availableBytes: {
    expression: sql`d.available_bytes`,
    value: (text) => sql`${text}::bigint`,
    check: (text) => /^\d{1,18}$/.test(text),
  },
};

/** PostgreSQL's own spelling, in UTC. */
function isTimestamp(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/.test(text)) return false;
  try {
    Temporal.Instant.from(text.replace(' ', 'T'));
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const encoded = defineCursor(
  Type.Tuple([Type.String(), Type.String(), Type.Union([Type.String({ maxLength: 400 }), Type.Null()]), UUID_TEXT]),
);

/** Positions in one order of the list: a cursor of another order is refused. */
export function sortCursor(sort: DeviceSort, order: Order): Cursor<Position> {
  return {
    encode: ({ value, id }) => encoded.encode([sort, order, value, id]),
    decode: (cursor) => {
      const found = encoded.decode(cursor);
      if (found === undefined) return undefined;
      const [itsSort, itsOrder, value, id] = found;
      if (itsSort === sort && itsOrder === order && (value === null || SORTS[sort].check(value))) return { value, id };
      throw new DomainError('invalid', 'the cursor is not of this list', { reason: 'request.cursor' });
    },
  };
}

/** What stands behind the position: rows without a value come last in both orders. */
export function afterCondition(sort: DeviceSort, order: Order, { value, id }: Position): RawBuilder<SqlBool> {
  const { expression, value: typed } = SORTS[sort];
  const beyond = order === 'asc' ? sql`>` : sql`<`;
  if (value === null) return sql`(${expression} is null and d.device_id ${beyond} ${id}::uuid)`;
  const there = typed(value);
  return sql`(${expression} ${beyond} ${there} or (${expression} = ${there} and d.device_id ${beyond} ${id}::uuid)
    or ${expression} is null)`;
}

export function orderBy(sort: DeviceSort, order: Order): RawBuilder<unknown> {
  const direction = order === 'asc' ? sql`asc` : sql`desc`;
  return sql`${SORTS[sort].expression} ${direction} nulls last, d.device_id ${direction}`;
}

/** The sort value as a position holds it. */
export const positionValue = (sort: DeviceSort): RawBuilder<string | null> => sql`(${SORTS[sort].expression})::text`;
