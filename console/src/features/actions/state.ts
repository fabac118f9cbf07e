import { type ActionState, OPEN_ACTION_STATES } from '@tsukasa/api';
import type { Tone } from '../../shared/status.tsx';

/** How often an open action is asked for again, in ms. */
export const POLL_OPEN = 1_500;
const OPEN: ReadonlySet<ActionState> = new Set(OPEN_ACTION_STATES);
export const isOpen = (state: ActionState): boolean => OPEN.has(state);

export const ACTION_TONE: Readonly<Record<ActionState, Tone>> = {
  awaiting_approval: 'warning',
  held: 'warning',
  queued: 'active',
  sent: 'active',
  deferred: 'warning',
  done: 'good',
  failed: 'bad',
  cancelled: 'quiet',
  expired: 'warning',
  superseded: 'quiet',
  rejected: 'quiet',
};
