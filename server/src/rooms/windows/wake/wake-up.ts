import { Counter, type Registry } from 'prom-client';
import type { Clock } from '../../../base/clock.ts';
import { type Db, isTransient, type Tx } from '../../../base/db.ts';
import { DomainError } from '../../../base/errors.ts';
import type { ContractorId } from '../../../base/ids.ts';
import type { Log } from '../../../base/log.ts';
import { Periodic } from '../../../base/periodic.ts';
import { recordEvent } from '../../devices/index.ts';
import type { EnrollmentId } from '../model.ts';
import { type Consequence, consequenceOf, decide } from './decide.ts';
import { type Claimed, claimDue, type Settlement, settle, upsertWake } from './store.ts';
import type { WnsClient } from './wns-client.ts';

export type WakeUpsDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
  /** Undefined without a push identity: then devices come by their schedule. */
  readonly client: WnsClient | undefined;
};

export interface WakeUps {
  /** Whether this installation has an identity with WNS at all. */
  readonly canPush: boolean;
  isAllowed(channelUri: string): boolean;
  /** Asks in the caller's transaction that an enrollment be woken at `at`; the earliest time wins. */
  wantWake(tx: Tx, contractorId: ContractorId, enrollmentId: EnrollmentId, at: Temporal.Instant): Promise<void>;
  start(): void;
  stop(): Promise<void>;
  /** Everything that is due now, to its end. */
  wakeDue(): Promise<number>;
}

/** Also the most requests at a time. */
const BATCH = 50;
const POLL_MS = 1_000;
/** Longer than a token and a push together can take. */
const LEASE_SECONDS = 60;
/** After a request to wake: its transaction has usually committed by then. */
const NUDGE_MS = 50;

export function createWakeUps(deps: WakeUpsDeps): WakeUps {
  return new WakeUpWorker(deps);
}

class WakeUpWorker implements WakeUps {
  readonly #deps: WakeUpsDeps;
  readonly #loop: Periodic;
  readonly #outcomes: Counter<'outcome'>;
  #nudge: NodeJS.Timeout | undefined;

  constructor(deps: WakeUpsDeps) {
    this.#deps = deps;
    this.#loop = new Periodic(
      POLL_MS,
      () => this.wakeDue(),
      (error) => {
        if (isTransient(error) || (error instanceof DomainError && error.code === 'unavailable')) return;
        deps.log.error('windows.wake_failed', { error });
      },
    );
    this.#outcomes = new Counter({
      name: 'tsukasa_windows_pushes_total',
      help: 'Due wake-ups, by what became of them.',
      labelNames: ['outcome'],
      registers: [deps.registry],
    });
  }

  get canPush(): boolean {
    return this.#deps.client !== undefined;
  }

  isAllowed(channelUri: string): boolean {
    return this.#deps.client?.isAllowed(channelUri) ?? false;
  }

  async wantWake(tx: Tx, contractorId: ContractorId, enrollmentId: EnrollmentId, at: Temporal.Instant): Promise<void> {
    await upsertWake(tx, contractorId, enrollmentId, at);
    this.#nudge ??= setTimeout(() => {
      this.#nudge = undefined;
      this.#loop.nudge();
    }, NUDGE_MS).unref();
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#nudge);
    await this.#loop.stop();
  }

  async wakeDue(): Promise<number> {
    let woken = 0;
    for (;;) {
      const now = this.#deps.clock.now();
      const lease = now.add({ seconds: LEASE_SECONDS });
      const claimed = await this.#deps.db.jobs((tx) => claimDue(tx, { now, lease, limit: BATCH }));
      if (claimed.length === 0) return woken;
      const done = await Promise.all(claimed.map((each) => this.#wake(each)));
      await this.#write(done);
      woken += claimed.length;
      if (claimed.length < BATCH) return woken;
    }
  }

  async #wake(claimed: Claimed): Promise<Done> {
    const decision = decide(claimed, this.canPush);
    const { client, clock } = this.#deps;
    if (decision.do === 'rest' || client === undefined) {
      const reason = decision.do === 'rest' ? decision.reason : null;
      this.#outcomes.inc({ outcome: reason ?? 'nothing_waits' });
      const settlement = { ...NOT_SENT, claimed, reason };
      return { settlement, event: undefined };
    }
    const attempts = claimed.attempts + 1;
    const consequence = consequenceOf(await client.wake(decision.channelUri), attempts);
    this.#outcomes.inc({ outcome: consequence.outcome });
    const now = clock.now();
    const { nextSeconds: seconds, accepted, status, reason, channelDead, event } = consequence;
    // Up to a tenth later: devices that were woken together are not woken together for ever.
    const wakeAt =
      seconds === undefined ? undefined : now.add({ seconds: Math.round(seconds * (1 + Math.random() / 10)) });
    return { settlement: { claimed, wakeAt, attempts, sentAt: now, accepted, status, reason, channelDead }, event };
  }

  async #write(done: readonly Done[]): Promise<void> {
    const now = this.#deps.clock.now();
    await this.#deps.db.jobs(async (tx) => {
      await settle(
        tx,
        done.map(({ settlement }) => settlement),
        now,
      );
    });
    for (const { settlement, event } of done) {
      if (event === undefined) continue;
      const { contractorId, deviceId } = settlement.claimed;
      const details = { status: settlement.status, reason: settlement.reason };
      // What concerns the installation's identity is one event for all devices.
      const ofDevice = event === 'push.token_dead' || event === 'windows.channel_refused';
      const of = ofDevice ? { deviceId, dedupe: deviceId } : { dedupe: '' };
      const severity = ofDevice ? 'warning' : 'alarm';
      await this.#deps.db.jobsFor(contractorId, (tx) =>
        recordEvent(tx, contractorId, { kind: event, severity, ...of, details, now }),
      );
    }
  }
}

type Done = { readonly settlement: Settlement; readonly event: Consequence['event'] };

const NOT_SENT = {
  wakeAt: undefined,
  attempts: 0,
  sentAt: undefined,
  accepted: false,
  status: null,
  channelDead: false,
} as const;
