/** Where every instant comes from: one clock, so that a test can move it. */
export interface Clock {
  now(): Temporal.Instant;
}

/** The machine's clock, in microseconds, the precision that PostgreSQL keeps. */
export const systemClock: Clock = {
  now: () => Temporal.Now.instant().round({ smallestUnit: 'microsecond', roundingMode: 'floor' }),
};

/** A clock that stands still until it is told to move. */
export interface MovableClock extends Clock {
  set(to: Temporal.Instant | string): void;
  advance(by: Temporal.Duration | Temporal.DurationLike | string): void;
}

/** A clock for tests; starts at 2026-04-01T00:00:00Z unless told otherwise. */
export function fixedClock(start: Temporal.Instant | string = '2026-04-01T00:00:00Z'): MovableClock {
  let current = Temporal.Instant.from(start);
  return {
    now: () => current,
    set: (to) => {
      current = Temporal.Instant.from(to);
    },
    // Days and longer have no fixed length on an instant; a test means 24 hours by a day.
    advance: (by) => {
      const { days, weeks, ...rest } = fields(Temporal.Duration.from(by));
      current = current.add({ ...rest, hours: rest.hours + 24 * (days + 7 * weeks) });
    },
  };
}

function fields(duration: Temporal.Duration) {
  const { weeks, days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds } = duration;
  return { weeks, days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds };
}
