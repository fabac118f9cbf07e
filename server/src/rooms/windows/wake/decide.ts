import type { WnsSent } from './wns-client.ts';

/** What is known of an enrollment whose wake-up is due. */
export type Due = {
  readonly gone: boolean;
  readonly channelUri: string | undefined;
  readonly channelAt: Temporal.Instant | undefined;
  readonly channelDeadAt: Temporal.Instant | undefined;
  /** Wake-ups since somebody last asked for one. */
  readonly attempts: number;
  /** Commands that wait. */
  readonly open: number;
};

export type Decision =
  | { readonly do: 'push'; readonly channelUri: string }
  /** Nothing to wake for, or no way to: the device comes by its schedule. */
  | { readonly do: 'rest'; readonly reason: string | null };

export function decide(due: Due, hasIdentity: boolean): Decision {
  if (due.open === 0 || due.gone) return { do: 'rest', reason: null };
  if (!hasIdentity) return { do: 'rest', reason: 'windows.no_push_identity' };
  if (due.channelUri === undefined) return { do: 'rest', reason: 'windows.no_channel' };
  if (isDead(due)) return { do: 'rest', reason: 'push_token_dead' };
  return { do: 'push', channelUri: due.channelUri };
}

/** WNS said that the channel is gone, and the device has brought none since. */
export function isDead(of: Pick<Due, 'channelAt' | 'channelDeadAt'>): boolean {
  if (of.channelDeadAt === undefined) return false;
  return of.channelAt === undefined || Temporal.Instant.compare(of.channelAt, of.channelDeadAt) <= 0;
}

/** Minutes until a device that did not come is woken once more; after the last one the schedule is the guarantee. */
const ABSENT_MINUTES = [5, 30, 240] as const;
/** Minutes between tries while WNS asks for patience or does not answer; the last one repeats. */
const RETRY_MINUTES = [0.5, 2, 8, 30, 120, 360] as const;

export type Consequence = {
  readonly outcome: string;
  readonly accepted: boolean;
  readonly status: number | null;
  readonly reason: string | null;
  readonly channelDead: boolean;
  /** Seconds until the next try; undefined: none. */
  readonly nextSeconds: number | undefined;
  /** What administrators should know. */
  readonly event:
    | 'push.token_dead'
    | 'windows.push_wrong_package'
    | 'windows.push_refused'
    | 'windows.channel_refused'
    | 'push.rejected'
    | 'push.unreachable'
    | undefined;
};

/** What follows from WNS's answer to the `attempt`-th wake-up, from 1. */
export function consequenceOf(sent: WnsSent, attempt: number): Consequence {
  const later = minutesAt(RETRY_MINUTES, attempt) * 60;
  const base = { accepted: false, status: null, channelDead: false } as const;
  switch (sent.kind) {
    case 'refused_address':
      return {
        ...base,
        outcome: 'refused_address',
        reason: 'windows.channel_refused',
        channelDead: true,
        nextSeconds: undefined,
        event: 'windows.channel_refused',
      };
    case 'no_token':
      return {
        ...base,
        outcome: 'no_token',
        status: sent.status ?? null,
        reason: 'no_token',
        nextSeconds: later,
        event: 'windows.push_refused',
      };
    case 'unreachable':
      return {
        ...base,
        outcome: 'unreachable',
        reason: sent.reason,
        nextSeconds: later,
        event: attempt >= 3 ? 'push.unreachable' : undefined,
      };
    case 'answered':
      return answered(sent, attempt, later);
  }
}

function answered(sent: Extract<WnsSent, { kind: 'answered' }>, attempt: number, later: number): Consequence {
  const { outcome, status, notification } = sent;
  const base = {
    outcome,
    accepted: false,
    status,
    reason: notification ?? `status_${status}`,
    channelDead: false,
  } as const;
  switch (outcome) {
    case 'accepted': {
      const minutes = attempt <= ABSENT_MINUTES.length ? ABSENT_MINUTES[attempt - 1] : undefined;
      return { ...base, accepted: true, reason: null, nextSeconds: minutes && minutes * 60, event: undefined };
    }
    case 'dropped':
    case 'later':
      return { ...base, nextSeconds: Math.max(later, sent.retryAfterSeconds ?? 0), event: undefined };
    case 'channel_gone':
      return { ...base, channelDead: true, nextSeconds: undefined, event: 'push.token_dead' };
    case 'token':
      return { ...base, nextSeconds: later, event: 'windows.push_refused' };
    case 'wrong_identity':
      return { ...base, channelDead: true, nextSeconds: undefined, event: 'windows.push_wrong_package' };
    case 'bug':
      return { ...base, nextSeconds: undefined, event: 'push.rejected' };
  }
}

function minutesAt(table: readonly number[], nth: number): number {
  return table[Math.min(Math.max(nth, 1), table.length) - 1] ?? 0;
}
