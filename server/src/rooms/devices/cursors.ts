import { Type } from 'typebox';
import { type Cursor, defineCursor } from '../../base/http/cursor.ts';

/** A lower-case UUID as a cursor holds it: it goes into a uuid column as it is. */
export const UUID_TEXT = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

/** Position in a list that is ordered by time, then by id. */
export type Moment = { readonly at: Temporal.Instant; readonly id: string };

/** Microseconds since 1970: whatever digits come back, they are a time that the database knows. */
const position = defineCursor(Type.Tuple([Type.String({ pattern: '^[0-9]{1,16}$' }), UUID_TEXT]));

export const momentCursor: Cursor<Moment> = {
  encode: ({ at, id }) => position.encode([(at.epochNanoseconds / 1000n).toString(), id]),
  decode: (cursor) => {
    const found = position.decode(cursor);
    if (found === undefined) return undefined;
    return { at: Temporal.Instant.fromEpochNanoseconds(BigInt(found[0]) * 1000n), id: found[1] };
  },
};

/** A page out of `limit + 1` rows: what to show, and where to go on if the last row was one too many. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  moment: (row: Row) => Moment,
): { readonly shown: readonly Row[]; readonly nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { shown, nextCursor: last === undefined ? null : momentCursor.encode(moment(last)) };
}
