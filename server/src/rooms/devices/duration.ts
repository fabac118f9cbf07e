import { DomainError } from '../../base/errors.ts';

/**
 * An ISO 8601 duration as exact time; a day is 24 hours. Throws `invalid` at `pointer` for anything else, for months and
 * years, which have no fixed length, and outside of the limits.
 */
export function parseDuration(
  text: string,
  limits: { readonly pointer: string; readonly min: string; readonly max: string },
): Temporal.Duration {
  const { pointer, min, max } = limits;
  const seconds = secondsOf(text);
  const [least = 0, most = 0] = [secondsOf(min), secondsOf(max)];
  if (seconds === undefined || seconds < least || seconds > most) {
    const detail = `must be an ISO 8601 duration from ${min} to ${max}, without months and years`;
    throw new DomainError('invalid', 'a duration is malformed or out of its limits', {
      reason: 'request.validation',
      errors: [{ pointer, detail }],
    });
  }
  return Temporal.Duration.from({ milliseconds: Math.round(seconds * 1000) });
}

/** A stored duration, known to be good. */
export function durationOf(text: string): Temporal.Duration {
  const seconds = secondsOf(text);
  if (seconds === undefined) throw new RangeError('not a duration of fixed length');
  return Temporal.Duration.from({ milliseconds: Math.round(seconds * 1000) });
}

function secondsOf(text: string): number | undefined {
  try {
    const { years, months, weeks, days, hours, minutes, seconds } = Temporal.Duration.from(text);
    return years !== 0 || months !== 0 ? undefined : (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
