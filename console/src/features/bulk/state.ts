import type { ActionBatch, BatchDevice, BatchState } from '@tsukasa/api';
import type { Tone } from '../../shared/status.tsx';
import { ACTION_TONE } from '../actions/state.ts';

export const BATCH_TONE: Readonly<Record<BatchState, Tone>> = {
  awaiting_approval: 'warning',
  held: 'warning',
  running: 'active',
  finished: 'good',
  rejected: 'quiet',
  cancelled: 'quiet',
};
export const DEVICE_TONE: Readonly<Record<BatchDevice['state'], Tone>> = {
  ...ACTION_TONE,
  skipped: 'quiet',
  waiting: 'active',
};

/** Parts of a bulk action in the order in which they are shown, with their tones. */
export const COUNTS = ['done', 'failed', 'open', 'waiting', 'ended', 'skipped'] as const satisfies readonly Count[];
export type Count = keyof ActionBatch['counts'];
export const COUNT_TONE: Readonly<Record<Count, Tone>> = {
  done: 'good',
  failed: 'bad',
  open: 'active',
  waiting: 'warning',
  ended: 'quiet',
  skipped: 'quiet',
};

/** How often what still moves is asked for again, in ms. */
export const POLL_RUNNING = 2_000;
export const isMoving = (state: BatchState): boolean =>
  state === 'running' || state === 'held' || state === 'awaiting_approval';
