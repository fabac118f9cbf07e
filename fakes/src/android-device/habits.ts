import type { LockStrength } from './phone.ts';

/** How a device and its user live. */
export type AndroidHabits = {
  /** From being woken to acting. */
  readonly latencyMs: readonly [least: number, most: number];
  readonly installMs: readonly [least: number, most: number];
  /** Routine reports. */
  readonly reportEveryMs: number;
  /** When its user does what the screen asks for; absent: never. */
  readonly obeysAfterMs: number | undefined;
  readonly lock: LockStrength;
  /** 0 to 100; absent: drawn from the seed. */
  readonly battery: number | undefined;
  /** Applications that do not install, with the reason. */
  readonly failingApps: Readonly<Record<string, string>>;
};

/** Everything at once, for tests. */
export const DEFAULT_HABITS: AndroidHabits = {
  latencyMs: [0, 0],
  installMs: [0, 0],
  reportEveryMs: 24 * 3_600_000,
  obeysAfterMs: undefined,
  lock: 'medium',
  battery: undefined,
  failingApps: {},
};

/** As devices are in a company: seconds to a command, minutes to an application. */
export const LIFELIKE: Partial<AndroidHabits> = {
  latencyMs: [500, 6_000],
  installMs: [5_000, 90_000],
};
