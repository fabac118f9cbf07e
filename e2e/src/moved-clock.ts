import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Loaded before the server: each SIGUSR2 moves its clock six minutes on, so that a re-authentication is no longer fresh
 * without anybody waiting. The library that checks passwords and codes goes by `Date`, which stays.
 *
 * Where the data directory holds a file `moved-clock`, the clock moves by the ISO 8601 duration in it, and `Date` with it:
 * weeks later sessions are over and codes are those of that day. The file is then taken away.
 */
const STEP = Temporal.Duration.from({ minutes: 6 });
const FILE = join(process.env['TSUKASA_DATA_DIR'] ?? '.', 'moved-clock');
const instant = Temporal.Now.instant.bind(Temporal.Now);
let moved = Temporal.Duration.from({ minutes: 0 });
let dateMovedMs = 0;

Temporal.Now.instant = () => instant().add(moved);
globalThis.Date = new Proxy(Date, {
  construct: (real, given, called) =>
    Reflect.construct(real, given.length === 0 ? [real.now() + dateMovedMs] : given, called === Date ? real : called),
  get: (real, key) => (key === 'now' ? () => real.now() + dateMovedMs : Reflect.get(real, key)),
});

process.on('SIGUSR2', () => {
  const step = asked();
  moved = moved.add(step ?? STEP);
  dateMovedMs += step?.total('milliseconds') ?? 0;
  rmSync(FILE, { force: true });
});

function asked(): Temporal.Duration | undefined {
  try {
    return Temporal.Duration.from(readFileSync(FILE, 'utf8').trim());
  } catch {
    return undefined; // there is no file
  }
}
