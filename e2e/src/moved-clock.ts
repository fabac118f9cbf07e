/**
 * Loaded before the server: each SIGUSR2 moves its clock six minutes on, so that a re-authentication is no longer fresh
 * without anybody waiting. The library that checks passwords and codes goes by `Date`, which stays.
 */
const STEP = Temporal.Duration.from({ minutes: 6 });
const instant = Temporal.Now.instant.bind(Temporal.Now);
let moved = Temporal.Duration.from({ minutes: 0 });

Temporal.Now.instant = () => instant().add(moved);
process.on('SIGUSR2', () => {
  moved = moved.add(STEP);
});
