import pg from 'pg';

/** PostgreSQL's type numbers (pg_type.dat) that we read as something better than text. */
const INT8 = 20;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

/** bigint as a number: counts and sequence numbers fit; one that does not is an error, never silently rounded. */
function parseBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint column is beyond 2^53');
  return value;
}

/** `2026-04-01 12:00:00.123456+00` as an instant; the session's time zone is always UTC. */
function parseTimestamptz(text: string): Temporal.Instant {
  return Temporal.Instant.from(text.replace(' ', 'T'));
}

const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [INT8]: parseBigint,
  [DATE]: (text) => Temporal.PlainDate.from(text),
  [TIMESTAMPTZ]: parseTimestamptz,
};

/** Reads timestamptz as `Temporal.Instant`, date as `Temporal.PlainDate`, bigint as `number`. */
export const temporalTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format ?? 'text') === 'text' && PARSERS[oid] !== undefined
      ? PARSERS[oid]
      : pg.types.getTypeParser(oid, format ?? 'text')) as typeof pg.types.getTypeParser,
};

function toParameter(value: unknown): unknown {
  const temporal =
    value instanceof Temporal.Instant || value instanceof Temporal.PlainDate || value instanceof Temporal.Duration;
  return temporal ? value.toString() : value;
}

/** A client that also takes `Temporal` values as parameters, which `pg` itself would quote as JSON. */
export class TemporalClient extends pg.Client {
  // The overloads of `query` are many; what they share is that values are the second argument or a property of the first.
  override query = ((first: unknown, ...rest: unknown[]) => {
    if (Array.isArray(rest[0])) rest[0] = rest[0].map(toParameter);
    else if (typeof first === 'object' && first !== null && 'values' in first && Array.isArray(first.values)) {
      first.values = first.values.map(toParameter);
    }
    return Reflect.apply(super.query, this, [first, ...rest]);
  }) as typeof pg.Client.prototype.query;
}
