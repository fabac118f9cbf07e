import type { SimpleCommand } from './model.ts';

type PollSet = { readonly count: number; readonly minutes: number };
type Schedule = { readonly first: PollSet; readonly second: PollSet; readonly remaining: PollSet };

const NODES = {
  first: ['NumberOfFirstRetries', 'IntervalForFirstSetOfRetries'],
  second: ['NumberOfSecondRetries', 'IntervalForSecondSetOfRetries'],
  remaining: ['NumberOfRemainingScheduledRetries', 'IntervalForRemainingScheduledRetries'],
} as const;

/** Gives a device another schedule of sessions (DMClient, Poll). */
export function setPollSchedule(schedule: Schedule, providerId: string): SimpleCommand {
  const poll = `./Device/Vendor/MSFT/DMClient/Provider/${encodeURIComponent(providerId)}/Poll`;
  const items = (['first', 'second', 'remaining'] as const).flatMap((set) => {
    const { count, minutes } = schedule[set];
    const [number, interval] = NODES[set];
    return [item(`${poll}/${number}`, count), item(`${poll}/${interval}`, minutes)];
  });
  return { verb: 'Replace', items };
}

function item(target: string, value: number) {
  return { target, format: 'int' as const, data: String(value) };
}

/**
 * Minutes until the next session of a device that was last here `idle` minutes ago, on a schedule that it was given `since`
 * minutes ago; undefined when the schedule has come to its end. Negative: overdue by so much.
 */
export function minutesToNextPoll(
  schedule: Schedule,
  { since, idle }: { since: number; idle: number },
): number | undefined {
  const interval = intervalAt(schedule, since - idle);
  return interval === undefined ? undefined : interval - idle;
}

/** The interval that runs `since` minutes after the schedule began. `count` 0 is without end; `minutes` 0 leaves a set out. */
function intervalAt(schedule: Schedule, since: number): number | undefined {
  let end = 0;
  for (const { count, minutes } of [schedule.first, schedule.second, schedule.remaining]) {
    if (minutes === 0) continue;
    if (count === 0) return minutes;
    end += count * minutes;
    if (since < end) return minutes;
  }
  return undefined;
}
