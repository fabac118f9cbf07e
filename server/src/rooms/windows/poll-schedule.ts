import type { PollSchedule } from '@tsukasa/windows-mdm';

const NONE = { count: 0, minutes: 0 } as const;

/** Once a device is set up: hourly without a way to wake it, every four hours with one. Polling is the guarantee. */
export const SETTLED_POLLS = {
  unwakeable: { first: { count: 0, minutes: 60 }, second: NONE, remaining: NONE },
  wakeable: { first: { count: 0, minutes: 240 }, second: NONE, remaining: NONE },
} as const satisfies Readonly<Record<string, PollSchedule>>;

export function settledPoll(canWake: boolean): PollSchedule {
  return canWake ? SETTLED_POLLS.wakeable : SETTLED_POLLS.unwakeable;
}

export function isSameSchedule(one: PollSchedule, other: PollSchedule): boolean {
  return (['first', 'second', 'remaining'] as const).every(
    (set) => one[set].count === other[set].count && one[set].minutes === other[set].minutes,
  );
}

/** Minutes between sessions in the long run; undefined when they end. */
export function restingMinutes({ first, second, remaining }: PollSchedule): number | undefined {
  return [first, second, remaining].find(({ count, minutes }) => count === 0 && minutes > 0)?.minutes;
}
