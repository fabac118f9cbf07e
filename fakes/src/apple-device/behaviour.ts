/** Seconds or milliseconds, least and most. */
export type Range = readonly [least: number, most: number];

/** How a device lives. Probabilities are per session unless said otherwise. */
export type Behaviour = {
  /** Seconds it stays in reach, and then out of reach; `online` of infinity means always. */
  readonly online: Range;
  readonly offline: Range;
  /** Milliseconds it thinks about a command. */
  readonly think: Range;
  /** Probability that a command is answered with an Error of the device. */
  readonly refuse: number;
  /** The request types that `refuse` is about; all when absent. */
  readonly refuseOnly?: readonly string[];
  /** Probability that a session finds it locked, or a Mac in Power Nap: many commands are put off. */
  readonly locked: number;
  /** Seconds until a locked one is used again; it then asks for what it put off. */
  readonly lockedFor: Range;
  /** Probability, per result, that it is sent a second time. */
  readonly duplicate: number;
  /** Probability, per result, that the connection breaks after the server took it. */
  readonly drop: number;
  /** Seconds between the removal of the management and its CheckOut. */
  readonly checkOutAfter: number;
  /** Seconds a restart takes; until somebody switches it on again; until somebody types the PIN of a Mac. */
  readonly boot: Range;
  readonly powerOn: Range;
  readonly pin: Range;
  /** Seconds between contacts of a device that has no push service. */
  readonly poll: Range;
  /** Seconds until the first try after a failed connection; doubles up to an hour. */
  readonly retry: number;
};

const STEADY: Behaviour = {
  online: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  offline: [0, 0],
  think: [5, 60],
  refuse: 0,
  locked: 0,
  lockedFor: [20, 60],
  duplicate: 0,
  drop: 0,
  checkOutAfter: 0,
  boot: [5, 15],
  powerOn: [60, 120],
  pin: [120, 300],
  poll: [20, 40],
  retry: 2,
};

/** Ways to live, by name. */
export const BEHAVIOURS = {
  steady: STEADY,
  mobile: { ...STEADY, online: [90, 400], offline: [20, 120], think: [50, 400] },
  away: { ...STEADY, online: [8, 12], offline: [3600, 7200] },
  slow: { ...STEADY, think: [1500, 6000] },
  refusing: { ...STEADY, refuse: 0.5 },
  locked: { ...STEADY, locked: 0.8, lockedFor: [45, 180] },
  flaky: { ...STEADY, duplicate: 0.2, drop: 0.2, checkOutAfter: 30, online: [60, 200], offline: [5, 30] },
} as const satisfies Readonly<Record<string, Behaviour>>;
export type BehaviourName = keyof typeof BEHAVIOURS;

/** Whether a word names a behaviour. */
export function isBehaviour(word: string): word is BehaviourName {
  return Object.hasOwn(BEHAVIOURS, word);
}
