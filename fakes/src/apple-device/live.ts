import { setTimeout as sleep } from 'node:timers/promises';
import type { Behaviour, Range } from './behaviour.ts';
import { type Device, ServerRefused } from './device.ts';
import { ConnectionFailed } from './http.ts';
import type { Random } from './random.ts';

const LONGEST_RETRY_S = 3600;
/** Timers take no more; waiting in pieces costs nothing. */
const LONGEST_SLEEP_MS = 2 ** 30;

/** The daily life of an enrolled device: waits for pushes, comes and goes, is locked, restarted, switched on again. */
export async function live(device: Device, signal: AbortSignal): Promise<void> {
  const life = new Life(device, signal);
  while (!signal.aborted && device.state.phase === 'enrolled') await life.step();
  if (!signal.aborted && device.comeback !== undefined) {
    await life.rest(device.options.behaviour.boot);
    if (signal.aborted) return;
    await device.enrollFromProfile(device.comeback);
    await live(device, signal);
  }
}

class Life {
  readonly #device: Device;
  readonly #signal: AbortSignal;
  readonly #behaviour: Behaviour;
  readonly #random: Random;
  /** Monotonic milliseconds. */
  #contactAt: number;
  #leaveAt: number;
  #retry: number;

  constructor(device: Device, signal: AbortSignal) {
    this.#device = device;
    this.#signal = signal;
    this.#behaviour = device.options.behaviour;
    this.#random = device.random;
    this.#retry = this.#behaviour.retry;
    this.#contactAt = device.options.push === undefined ? this.#in([0, 2]) : Number.POSITIVE_INFINITY;
    this.#leaveAt = this.#in(this.#behaviour.online);
  }

  async step(): Promise<void> {
    const { reach } = this.#device.state;
    if (reach !== 'here') return this.#returnFrom(reach);
    const now = performance.now();
    if (now >= this.#leaveAt) return this.#beAway(this.#behaviour.offline);
    if (this.#device.pushed || now >= this.#contactAt) return this.#connect();
    await this.#waitUntil(Math.min(this.#contactAt, this.#leaveAt));
  }

  /** Sleeps for some seconds of the range. */
  async rest(range: Range): Promise<void> {
    const until = this.#in(range);
    while (!this.#signal.aborted && performance.now() < until) await this.#sleep(until - performance.now());
  }

  #in([least, most]: Range): number {
    if (least === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    return performance.now() + this.#random.within([least, most]) * 1000;
  }

  async #sleep(milliseconds: number, signal = this.#signal): Promise<void> {
    await sleep(Math.min(milliseconds, LONGEST_SLEEP_MS), undefined, { signal }).catch(() => undefined); // woken
  }

  /** Until then, or until a push comes. */
  async #waitUntil(time: number): Promise<void> {
    const woken = new AbortController();
    const enough = new AbortController();
    const wake = () => woken.abort();
    this.#signal.addEventListener('abort', wake);
    void this.#device.nextPush(enough.signal).then(wake);
    await this.#sleep(Math.max(1, time - performance.now()), woken.signal);
    enough.abort();
    this.#signal.removeEventListener('abort', wake);
  }

  async #beAway(range: Range): Promise<void> {
    this.#device.leave();
    await this.rest(range);
    if (this.#signal.aborted) return;
    await this.#device.comeBack();
    this.#leaveAt = this.#in(this.#behaviour.online);
  }

  async #returnFrom(reach: 'restarting' | 'off' | 'pin'): Promise<void> {
    const ranges = { restarting: this.#behaviour.boot, off: this.#behaviour.powerOn, pin: this.#behaviour.pin };
    await this.#beAway(ranges[reach]);
    const { macPin } = this.#device.state;
    if (macPin !== undefined) this.#device.enterPin(macPin);
    this.#device.switchOn();
    this.#contactAt = performance.now();
  }

  async #connect(): Promise<void> {
    const device = this.#device;
    if (!device.state.locked && this.#random.chance(this.#behaviour.locked)) device.lock();
    try {
      const { endedWithNotNow } = await device.connectOnce();
      this.#retry = this.#behaviour.retry;
      this.#contactAt = device.options.push === undefined ? this.#in(this.#behaviour.poll) : Number.POSITIVE_INFINITY;
      if (device.state.locked) await this.#stayLocked(endedWithNotNow);
    } catch (error) {
      if (!(error instanceof ConnectionFailed) && !(error instanceof ServerRefused)) throw error;
      if (error instanceof ConnectionFailed) device.emit({ type: 'unreachable' });
      this.#contactAt = this.#in([this.#retry, this.#retry * 1.5]);
      this.#retry = Math.min(this.#retry * 2, LONGEST_RETRY_S);
    }
  }

  /** Somebody takes it up later. It asks again by itself only if NotNow was its last word (fact sheet 3.2.5). */
  async #stayLocked(endedWithNotNow: boolean): Promise<void> {
    const until = this.#in(this.#behaviour.lockedFor);
    while (performance.now() < until && !this.#signal.aborted && !this.#device.pushed) await this.#waitUntil(until);
    if (performance.now() >= until) this.#device.unlock();
    if (endedWithNotNow) this.#contactAt = performance.now();
  }
}
