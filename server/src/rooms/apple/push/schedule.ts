/** Minutes between pushes that were accepted while the device stays away; the last one repeats. */
const ABSENT_MINUTES = [1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60] as const;
/** Minutes until a device that said NotNow is woken again, by how often it said so; the last one repeats. */
const NOT_NOW_MINUTES = [5, 15, 60, 3 * 60, 24 * 60] as const;
/** Minutes between tries when APNs does not answer or asks for patience; the last one repeats. */
const RETRY_MINUTES = [0.5, 2, 8, 30, 2 * 60, 6 * 60, 24 * 60] as const;
/** Minutes for which a contractor's pushes rest when APNs refuses its certificate, by how often in a row. */
const PAUSE_MINUTES = [5, 15, 60, 4 * 60] as const;

function minutes(table: readonly number[], nth: number): Temporal.Duration {
  const value = table[Math.min(Math.max(nth, 1), table.length) - 1] ?? 0;
  return Temporal.Duration.from({ seconds: value * 60 });
}

/** After the `attempt`-th accepted push, from 1. */
export function absentDelay(attempt: number): Temporal.Duration {
  return minutes(ABSENT_MINUTES, attempt);
}

/** After the `count`-th NotNow, from 1. */
export function notNowDelay(count: number): Temporal.Duration {
  return minutes(NOT_NOW_MINUTES, count);
}

/** After the `attempt`-th push without an answer, from 1. */
export function retryDelay(attempt: number): Temporal.Duration {
  return minutes(RETRY_MINUTES, attempt);
}

/** After the `nth` refusal of a certificate in a row, from 1. */
export function pauseDelay(nth: number): Temporal.Duration {
  return minutes(PAUSE_MINUTES, nth);
}

/** Up to a tenth later, so that devices that were woken together are not woken together for ever. `random` in 0..1. */
export function jittered(delay: Temporal.Duration, random: number): Temporal.Duration {
  return Temporal.Duration.from({ milliseconds: Math.round(delay.total('milliseconds') * (1 + random / 10)) });
}
