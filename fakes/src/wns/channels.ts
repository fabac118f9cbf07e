import { randomBytes } from 'node:crypto';
import type { WnsApp } from './apps.ts';

/** A PC's end of a channel. */
export type WnsChannel = {
  readonly uri: string;
  /** It is out of reach, or again in reach; then it gets what was kept for it. */
  setConnected(connected: boolean): void;
  /** It asks for no pushes any more. */
  close(): void;
};

type Entry = {
  readonly app: WnsApp;
  readonly expiresAt: number;
  listener: (() => void) | undefined;
  connected: boolean;
  /** Until when the newest notification is kept. */
  keptUntil: number | undefined;
};

const CHANNEL_MS = 30 * 86_400_000;

/** What became of a notification. */
export type Delivery = 'received' | 'dropped';

/** The channels of all PCs. Of notifications for a PC that is away only the newest is kept, and only when asked for. */
export class Channels {
  readonly #entries = new Map<string, Entry>();
  readonly #gone = new Set<string>();

  get size(): number {
    return this.#entries.size;
  }

  open(app: WnsApp, origin: string, now: () => number, listener: () => void): WnsChannel {
    const token = randomBytes(32).toString('base64');
    const entry: Entry = { app, listener, connected: true, expiresAt: now() + CHANNEL_MS, keptUntil: undefined };
    this.#entries.set(token, entry);
    return {
      uri: `${origin}/?token=${encodeURIComponent(token)}`,
      setConnected: (connected) => {
        entry.connected = connected;
        if (!connected || entry.keptUntil === undefined) return;
        const inTime = now() < entry.keptUntil;
        entry.keptUntil = undefined;
        if (inTime) entry.listener?.();
      },
      close: () => {
        entry.listener = undefined;
        entry.connected = false;
      },
    };
  }

  /** `unknown` is 404, `expired` 410. */
  look(token: string, now: number): Entry | 'unknown' | 'expired' {
    if (this.#gone.has(token)) return 'expired';
    const entry = this.#entries.get(token);
    if (entry === undefined) return 'unknown';
    return now < entry.expiresAt ? entry : 'expired';
  }

  deliver(entry: Entry, keepFor: number | undefined, now: number): Delivery {
    if (entry.connected && entry.listener !== undefined) {
      entry.listener();
      return 'received';
    }
    if (keepFor === undefined) return 'dropped';
    entry.keptUntil = now + keepFor;
    return 'received';
  }

  /** The channel ends before its time. */
  expire(uri: string): void {
    this.#gone.add(tokenOf(uri));
  }

  /** The service has never heard of the channel. */
  forget(uri: string): void {
    this.#entries.delete(tokenOf(uri));
  }
}

export function tokenOf(uri: string): string {
  return new URL(uri).searchParams.get('token') ?? '';
}
