import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { DomainError } from '../errors.ts';
import { requireStorable } from './content.ts';

/** Where a list goes on: opaque to the caller, checked when it comes back. */
export interface Cursor<Position> {
  encode(position: Position): string;
  /** Undefined for the beginning. Throws `invalid` (`request.cursor`). */
  decode(cursor: string | undefined): Position | undefined;
}

/**
 * A cursor whose position fits `schema`, such as the sort values of the last row shown. Not signed: a made-up position
 * only pages through what its caller may see anyway.
 */
export function defineCursor<const Schema extends TSchema>(schema: Schema): Cursor<Static<Schema>> {
  return {
    encode: (position) => Buffer.from(JSON.stringify(position)).toString('base64url'),
    decode: (cursor) => {
      if (cursor === undefined) return undefined;
      try {
        const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
        if (Value.Check(schema, value)) {
          requireStorable({ params: undefined, query: undefined, body: value });
          return value;
        }
      } catch {
        // Refused below, as a position of another list is, or one that no row can have.
      }
      throw new DomainError('invalid', 'the cursor is not of this list', { reason: 'request.cursor' });
    },
  };
}
