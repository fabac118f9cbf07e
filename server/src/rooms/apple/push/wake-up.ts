import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../../base/clock.ts';
import { type Db, isTransient, type Tx } from '../../../base/db.ts';
import { DomainError } from '../../../base/errors.ts';
import type { ContractorId } from '../../../base/ids.ts';
import type { Log } from '../../../base/log.ts';
import type { PushIdentity } from '../../certificates/index.ts';
import { type DeviceEventInput, recordEvent } from '../../devices/index.ts';
import type { EnrollmentId } from '../model.ts';
import type { ApnsClient, PushAnswer } from './apns-client.ts';
import { type Consequence, consequenceOf, decide } from './decide.ts';
import { Pauses } from './pauses.ts';
import { jittered } from './schedule.ts';
import { type Claimed, claimDue, retryProblems, reviveToken, type Settlement, settle, upsertWake } from './store.ts';

export type WakeUpsDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly client: ApnsClient;
  readonly registry: Registry;
  /** `certificates.pushCertificateFor`. */
  readonly pushCertificateFor: (tx: Tx, contractorId: ContractorId, topic: string) => Promise<PushIdentity | undefined>;
  /** 0 to 1, for jitter. */
  readonly random?: () => number;
  /** Milliseconds between two looks for what nobody in this process asked for. Default 1000. */
  readonly pollMs?: number;
};

export interface WakeUps {
  /**
   * Asks in the caller's transaction that an enrollment be woken at `at`. At most one wake-up waits per enrollment: the
   * earliest time wins. A time that has come is acted on within about 50 ms after the commit in this process, within a
   * second by other copies. Begins the back-off anew.
   */
  wantWake(tx: Tx, contractorId: ContractorId, enrollmentId: EnrollmentId, at: Temporal.Instant): Promise<void>;
  /** A TokenUpdate brought a token: a dead one is forgotten, and what waits is woken at once. */
  tokenUpdated(tx: Tx, contractorId: ContractorId, enrollmentId: EnrollmentId, now: Temporal.Instant): Promise<void>;
  /** Another push certificate: whatever waited for one is due now. For the port `PushTopicUse.replaced`. */
  pushCertificateReplaced(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<void>;
  /** Looks for due wake-ups now. */
  nudge(): void;
  start(): void;
  /** Takes no more work and waits for what is in flight. */
  stop(): Promise<void>;
}

const BATCH = 200;
const MAX_IN_FLIGHT = 2000;
/** From so many of one contractor on nothing more of it is taken: answers that do not come must not hold up the others. */
const MAX_OF_CONTRACTOR = 1000;
const POLL_MS = 1000;
/** Longer than a push can take, connecting included. */
const LEASE_SECONDS = 60;
/** APNs keeps a push for a device that is off for so long. */
const EXPIRES_HOURS = 7 * 24;
const WITHOUT_CERTIFICATE_MINUTES = 5;
/** After a request to wake: its transaction has usually committed by one of these. */
const NUDGES_MS = [10, 40, 160] as const;
/** Answers gathered into one statement. */
const GATHER_MS = 15;
/** An event for administrators from this try on; a moment without APNs is none. */
const TRIES_BEFORE_EVENT = 3;

export function createWakeUps(deps: WakeUpsDeps): WakeUps {
  return new WakeUpWorker(deps);
}

type Sent = { readonly claimed: Claimed; readonly answer: PushAnswer; readonly at: Temporal.Instant };
type Settling = { readonly settlement: Settlement; readonly event: DeviceEventInput | undefined };

class WakeUpWorker implements WakeUps {
  readonly #deps: WakeUpsDeps;
  readonly #pauses = new Pauses();
  readonly #outcomes: Counter<'outcome'>;
  readonly #timers = new Set<NodeJS.Timeout>();
  #settling: Settling[] = [];
  #gathering: NodeJS.Timeout | undefined;
  #inFlight = 0;
  readonly #inFlightOf = new Map<ContractorId, number>();
  #nudged = false;
  #wakeLoop: (() => void) | undefined;
  #loop: Promise<void> | undefined;
  #stopping = false;
  /** Pushes and settlements under way, for `stop`. */
  readonly #running = new Set<Promise<unknown>>();

  constructor(deps: WakeUpsDeps) {
    this.#deps = deps;
    const registers = [deps.registry];
    this.#outcomes = new Counter({
      name: 'tsukasa_apple_pushes_total',
      help: 'Due wake-ups, by what became of them.',
      labelNames: ['outcome'],
      registers,
    });
    const inFlight = () => this.#inFlight;
    new Gauge({
      name: 'tsukasa_apple_pushes_in_flight',
      help: 'Pushes that wait for an answer.',
      registers,
      collect() {
        this.set(inFlight());
      },
    });
    new Gauge({
      name: 'tsukasa_apple_push_connections',
      help: 'Connections to APNs.',
      registers,
      collect() {
        this.set(deps.client.connections());
      },
    });
  }

  async wantWake(tx: Tx, contractorId: ContractorId, enrollmentId: EnrollmentId, at: Temporal.Instant): Promise<void> {
    await upsertWake(tx, contractorId, enrollmentId, at);
    this.#nudgeSoon();
  }

  async tokenUpdated(
    tx: Tx,
    contractorId: ContractorId,
    enrollmentId: EnrollmentId,
    now: Temporal.Instant,
  ): Promise<void> {
    await reviveToken(tx, contractorId, enrollmentId, now);
    this.#nudgeSoon();
  }

  async pushCertificateReplaced(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<void> {
    await retryProblems(tx, contractorId, now);
    this.#pauses.clear(contractorId); // also when this is rolled back: one push more finds out
    this.#nudgeSoon();
  }

  /** The caller's transaction has yet to commit; a few cheap looks cost less than a notification in every commit. */
  #nudgeSoon(): void {
    if (!this.#loop || this.#timers.size > 0) return;
    for (const delay of NUDGES_MS) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.nudge();
      }, delay);
      this.#timers.add(timer.unref());
    }
  }

  nudge(): void {
    this.#nudged = true;
    this.#wakeLoop?.();
  }

  start(): void {
    if (this.#loop || this.#stopping) return;
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.nudge();
    await this.#loop;
    while (this.#running.size > 0 || this.#settling.length > 0) {
      this.#flush();
      await Promise.allSettled(this.#running);
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#nudged = false;
      const more = await this.#round().catch((error: unknown) => {
        this.#report(error);
        return false;
      });
      if (!more && !this.#nudged) await this.#rest();
    }
  }

  /** A database that is away is told by others; this only waits. */
  #report(error: unknown): void {
    if (isTransient(error) || (error instanceof DomainError && error.code === 'unavailable')) return;
    this.#deps.log.error('push.round_failed', { error });
  }

  #rest(): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, this.#deps.pollMs ?? POLL_MS);
      this.#wakeLoop = () => {
        clearTimeout(timer);
        this.#wakeLoop = undefined;
        done();
      };
    });
  }

  /** Takes what is due and sends it, without waiting for answers. True when more may be due. */
  async #round(): Promise<boolean> {
    const limit = Math.min(BATCH, MAX_IN_FLIGHT - this.#inFlight);
    if (limit <= 0) return false;
    const now = this.#deps.clock.now();
    const lease = now.add({ seconds: LEASE_SECONDS });
    const paused = [...this.#pauses.active(now), ...this.#busy()];
    const claimed = await this.#deps.db.jobs((tx) => claimDue(tx, { now, lease, limit, paused }));
    const certificates = new Map<string, Promise<PushIdentity | undefined>>();
    for (const each of claimed) {
      const decision = decide(each, now);
      if (decision.do === 'push') this.#track(this.#push(each, decision, certificates));
      else {
        const wakeAt = decision.do === 'wait' ? decision.until : undefined;
        const reason = decision.do === 'rest' ? decision.reason : undefined;
        this.#unsent(each, {
          outcome: decision.do === 'wait' ? 'deferred' : (reason ?? 'nothing_waits'),
          wakeAt,
          reason,
        });
      }
    }
    return claimed.length === limit;
  }

  /** Contractors with so many pushes under way that the next places are for others. */
  #busy(): readonly ContractorId[] {
    return [...this.#inFlightOf].filter(([, count]) => count >= MAX_OF_CONTRACTOR).map(([id]) => id);
  }

  #count(contractorId: ContractorId, change: 1 | -1): void {
    this.#inFlight += change;
    const count = (this.#inFlightOf.get(contractorId) ?? 0) + change;
    if (count === 0) this.#inFlightOf.delete(contractorId);
    else this.#inFlightOf.set(contractorId, count);
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#report(error)) // the lease ends, and it is tried again
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async #push(
    claimed: Claimed,
    { token, pushMagic }: { readonly token: Buffer; readonly pushMagic: string },
    certificates: Map<string, Promise<PushIdentity | undefined>>,
  ): Promise<void> {
    const { contractorId, topic } = claimed;
    const { db, clock, client } = this.#deps;
    const name = `${contractorId}/${topic}`;
    const found =
      certificates.get(name) ??
      db.jobsFor(contractorId, (tx) => this.#deps.pushCertificateFor(tx, contractorId, topic));
    certificates.set(name, found);
    this.#count(contractorId, 1);
    try {
      const identity = await found;
      const now = clock.now();
      const isOver = identity && Temporal.Instant.compare(identity.notAfter, now) < 0;
      if (!identity || isOver) {
        const reason = isOver ? 'push_certificate_expired' : 'no_push_certificate';
        const wakeAt = now.add({ minutes: WITHOUT_CERTIFICATE_MINUTES });
        this.#unsent(claimed, { outcome: reason, wakeAt, reason });
        return;
      }
      const expiresAt = now.add({ hours: EXPIRES_HOURS });
      const answer = await client.send(identity, { topic, token, pushMagic, expiresAt });
      this.#answered({ claimed, answer, at: clock.now() });
    } finally {
      this.#count(contractorId, -1);
    }
  }

  #unsent(
    claimed: Claimed,
    what: {
      readonly outcome: string;
      readonly wakeAt: Temporal.Instant | undefined;
      readonly reason: string | undefined;
    },
  ): void {
    this.#outcomes.inc({ outcome: what.outcome });
    const { wakeAt, reason } = what;
    const attempts = wakeAt === undefined ? 0 : claimed.attempts;
    this.#gather(
      {
        claimed,
        wakeAt,
        attempts,
        sentAt: undefined,
        accepted: false,
        status: undefined,
        reason,
        tokenDead: false,
      },
      undefined,
    );
  }

  #answered({ claimed, answer, at }: Sent): void {
    const consequence = consequenceOf(answer, claimed);
    const { outcome, status, reason, next } = consequence;
    this.#outcomes.inc({ outcome });
    if (outcome === 'accepted') this.#pauses.clear(claimed.contractorId);
    const { event, until } = this.#judge(claimed, consequence, at);
    const random = this.#deps.random ?? Math.random;
    const wakeAt = next && (until ?? at).add(jittered(next, random()));
    this.#gather(
      {
        claimed,
        wakeAt,
        attempts: claimed.attempts + 1,
        sentAt: at,
        accepted: outcome === 'accepted',
        status,
        reason,
        tokenDead: outcome === 'token_gone',
      },
      event,
    );
  }

  /** What administrators should know of an answer, and whether the contractor's pushes rest because of it. */
  #judge(
    claimed: Claimed,
    { outcome, status, reason }: Consequence,
    now: Temporal.Instant,
  ): { readonly event: DeviceEventInput | undefined; readonly until?: Temporal.Instant } {
    const { contractorId, deviceId } = claimed;
    const details = { status: status ?? null, reason: reason ?? null, topic: claimed.topic };
    const ofDevice = (kind: string) =>
      ({ kind, severity: 'warning', deviceId, dedupe: deviceId, details, now }) as const;
    switch (outcome) {
      case 'token_gone':
        return { event: ofDevice('push.token_dead') };
      case 'token_refused':
        return { event: ofDevice('push.token_refused') };
      case 'wrong_topic':
        return this.#pause(contractorId, 'push.wrong_certificate', details, now);
      case 'tenant_fault':
        return this.#pause(contractorId, 'push.certificate_refused', details, now);
      case 'bug':
        return { event: { kind: 'push.rejected', severity: 'alarm', dedupe: reason ?? '', details, now } };
      case 'unreachable':
      case 'retry': {
        const tiresome = claimed.attempts + 1 >= TRIES_BEFORE_EVENT;
        const event = { kind: 'push.unreachable', severity: 'warning', dedupe: '', details, now } as const;
        return { event: tiresome ? event : undefined };
      }
      case 'accepted':
        return { event: undefined };
    }
  }

  #pause(
    contractorId: ContractorId,
    kind: string,
    details: Readonly<Record<string, unknown>>,
    now: Temporal.Instant,
  ): { readonly event: DeviceEventInput | undefined; readonly until: Temporal.Instant } {
    const { until, isNew } = this.#pauses.begin(contractorId, now);
    if (!isNew) return { event: undefined, until };
    this.#deps.log.warn('push.paused', { contractorId, reason: kind });
    const event = {
      kind,
      severity: 'alarm',
      dedupe: '',
      details: { ...details, until: until.toString() },
      now,
    } as const;
    return { event, until };
  }

  #gather(settlement: Settlement, event: DeviceEventInput | undefined): void {
    this.#settling.push({ settlement, event });
    if (this.#settling.length >= BATCH) this.#flush();
    else this.#gathering ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  #flush(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const batch = this.#settling;
    this.#settling = [];
    if (batch.length > 0) this.#track(this.#write(batch));
  }

  async #write(batch: readonly Settling[]): Promise<void> {
    const now = this.#deps.clock.now();
    const left = await this.#deps.db.jobs(async (tx) => {
      const leftOver = new Set(
        await settle(
          tx,
          batch.map(({ settlement }) => settlement),
          now,
        ),
      );
      for (const { settlement, event } of batch) {
        if (event && !leftOver.has(settlement)) await recordEvent(tx, settlement.claimed.contractorId, event);
      }
      return leftOver;
    });
    // Somebody held the row; they will be done by the next gathering.
    for (const { settlement, event } of batch) if (left.has(settlement)) this.#gather(settlement, event);
  }
}
