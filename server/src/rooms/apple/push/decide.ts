import { classifyPushAnswer, type PushOutcome } from '@tsukasa/apple-mdm';
import type { PushAnswer } from './apns-client.ts';
import { absentDelay, notNowDelay, retryDelay } from './schedule.ts';

/** What is known of an enrollment when its wake-up is due. */
export type Due = {
  readonly state: 'authenticated' | 'enrolled' | 'gone';
  readonly token: Buffer | undefined;
  readonly pushMagic: string | undefined;
  readonly tokenUpdatedAt: Temporal.Instant | undefined;
  readonly tokenDeadAt: Temporal.Instant | undefined;
  /** Pushes since somebody last asked for one. */
  readonly attempts: number;
  /** Commands that wait, and how many of them were not deferred by NotNow. */
  readonly open: number;
  readonly ready: number;
  /** The last NotNow to any of them, and how often the least deferred one was deferred. */
  readonly notNowAt: Temporal.Instant | undefined;
  readonly notNowCount: number;
};

export type Decision =
  | { readonly do: 'push'; readonly token: Buffer; readonly pushMagic: string }
  | { readonly do: 'wait'; readonly until: Temporal.Instant }
  /** Nothing to wake for, or no way to: whoever brings work or a token asks again. */
  | { readonly do: 'rest'; readonly reason: string | undefined };

export function decide(due: Due, now: Temporal.Instant): Decision {
  if (due.open === 0) return { do: 'rest', reason: undefined };
  if (due.state === 'gone') return { do: 'rest', reason: 'not_enrolled' };
  if (!due.token || due.pushMagic === undefined) return { do: 'rest', reason: 'no_push_token' };
  if (due.tokenDeadAt && !isAfter(due.tokenUpdatedAt, due.tokenDeadAt))
    return { do: 'rest', reason: 'push_token_dead' };
  if (due.ready === 0 && due.notNowAt) {
    const until = due.notNowAt.add(notNowDelay(due.notNowCount));
    if (isAfter(until, now)) return { do: 'wait', until };
  }
  return { do: 'push', token: due.token, pushMagic: due.pushMagic };
}

export function isAfter(a: Temporal.Instant | undefined, b: Temporal.Instant): boolean {
  return a !== undefined && Temporal.Instant.compare(a, b) > 0;
}

/** What an answer means for one enrollment, and for its contractor. */
export type Consequence = {
  readonly outcome: PushOutcome | 'unreachable';
  readonly status: number | undefined;
  readonly reason: string | undefined;
  /** Until the next push; absent: none, the token is dead. */
  readonly next: Temporal.Duration | undefined;
};

/** Reads an answer (fact sheet 4.3). `due.attempts` does not count this push yet. */
export function consequenceOf(answer: PushAnswer, due: Due): Consequence {
  const attempt = due.attempts + 1;
  if (answer.kind !== 'answered') {
    const outcome = answer.kind === 'refused' ? 'tenant_fault' : 'unreachable';
    return { outcome, status: undefined, reason: answer.reason, next: retryDelay(attempt) };
  }
  const { status, reason } = answer;
  const outcome = classifyPushAnswer(status, reason);
  const said = { status, reason: reason ?? (status === 200 ? undefined : `status_${status}`) };
  switch (outcome) {
    case 'accepted':
      return { outcome, ...said, next: acceptedDelay(due, attempt) };
    case 'token_gone':
      // A token that came after Apple's "gone since" is another one, or the same one alive again.
      if (answer.goneSince && isAfter(due.tokenUpdatedAt, answer.goneSince)) {
        return { outcome: 'retry', ...said, next: retryDelay(attempt) };
      }
      return { outcome, ...said, next: undefined };
    case 'retry':
      return { outcome, ...said, next: longer(retryDelay(attempt), answer.retryAfterSeconds) };
    case 'tenant_fault':
    case 'wrong_topic':
      return { outcome, ...said, next: retryDelay(attempt) };
    case 'token_refused':
      return { outcome, ...said, next: retryDelay(attempt + 2) };
    case 'bug':
      return { outcome, ...said, next: retryDelay(attempt + 4) };
  }
}

function acceptedDelay(due: Due, attempt: number): Temporal.Duration {
  const absent = absentDelay(attempt);
  return due.ready > 0 ? absent : longer(absent, notNowDelay(due.notNowCount).total('seconds'));
}

function longer(delay: Temporal.Duration, seconds: number | undefined): Temporal.Duration {
  return seconds !== undefined && seconds > delay.total('seconds') ? Temporal.Duration.from({ seconds }) : delay;
}
