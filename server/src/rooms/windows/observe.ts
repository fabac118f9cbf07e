import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { Periodic } from '../../base/periodic.ts';
import type { ActionId, Actions } from '../actions/index.ts';
import { type DeviceId, type Entitlement, getDevice, markUnmanaged } from '../devices/index.ts';
import type { ResultNote } from './codes.ts';
import { countOpen } from './command-store.ts';
import type { EnqueueCommands, EnrollmentId } from './model.ts';
import { questionCommands } from './questions.ts';
import { findLive, type Key, lockUpkeep, updateUpkeep } from './upkeep-store.ts';
import type { WakeUps } from './wake/index.ts';

/** An observation that was not answered in this time is asked anew. */
const OBSERVATION_DAYS = 7;
const DUE_BATCH = 200;
/** A device that was told to leave and has been silent so long has left. */
export const SILENCE_HOURS = 24;

/** What a contractor decides about its devices. */
export type ObservationSettings = { readonly observeEvery: Temporal.Duration };

export type ObserverDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly wakeUps: WakeUps;
  readonly entitlement: Entitlement;
  readonly enqueueCommands: EnqueueCommands;
  readonly actions: () => Actions;
  readonly contractor: (tx: Tx, contractorId: ContractorId) => Promise<ObservationSettings>;
};

/** Asks devices about themselves, on schedule, and takes the silence of those that were told to leave for an answer. */
export class Observer {
  readonly #deps: ObserverDeps;
  readonly #often: Periodic;
  readonly #seldom: Periodic;

  constructor(deps: ObserverDeps) {
    this.#deps = deps;
    const failed = (error: unknown) => deps.log.warn('windows.schedule_failed', { error });
    this.#often = new Periodic(5_000, () => this.observeDue(), failed);
    this.#seldom = new Periodic(10 * 60_000, () => this.endSilent(), failed);
  }

  start(): void {
    this.#often.start();
    this.#seldom.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#often.stop(), this.#seldom.stop()]);
  }

  /** The first questions to a device that has come for the first time: it is here, so nobody wakes it. */
  async begin(tx: Tx, key: Key, deviceId: DeviceId, now: Temporal.Instant): Promise<void> {
    await lockUpkeep(tx, key);
    await this.#ask(tx, key, deviceId, now);
    await this.#plan(tx, key, now);
  }

  /** Asks every device that is due; copies of the server share the work. Answers how many were. */
  async observeDue(): Promise<number> {
    const now = this.#deps.clock.now();
    const { rows } = await this.#deps.db.jobs((tx) =>
      sql<{ contractor_id: ContractorId; enrollment_id: EnrollmentId }>`select contractor_id, enrollment_id
        from windows_upkeep where observe_at <= ${now}::timestamptz order by observe_at limit ${DUE_BATCH}`.execute(tx),
    );
    for (const row of rows) {
      await this.#observeOne({ contractorId: row.contractor_id, enrollmentId: row.enrollment_id }, now);
    }
    return rows.length;
  }

  async #observeOne(key: Key, now: Temporal.Instant): Promise<void> {
    const { contractorId, enrollmentId } = key;
    const { db, wakeUps } = this.#deps;
    await db.jobsFor(contractorId, async (tx) => {
      const { rows } = await sql`select 1 from windows_upkeep where contractor_id = ${contractorId}
        and enrollment_id = ${enrollmentId} and observe_at <= ${now}::timestamptz for update skip locked`.execute(tx);
      if (rows.length === 0) return; // another copy has it
      const enrollment = await findLive(tx, contractorId, enrollmentId);
      if (enrollment?.state !== 'enrolled') return updateUpkeep(tx, key, { observe_at: null });
      const served = await this.#isServed(tx, contractorId, now);
      if (served && (await this.#ask(tx, key, enrollment.deviceId, now))) {
        await wakeUps.wantWake(tx, contractorId, enrollmentId, now);
      }
      await this.#plan(tx, key, now);
    });
  }

  async #isServed(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<boolean> {
    try {
      await this.#deps.entitlement.require(tx, contractorId, 'observe', now);
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'precondition_failed') return false;
      throw error;
    }
  }

  /** Queues what is to be asked, unless it is asked already. */
  async #ask(tx: Tx, key: Key, deviceId: DeviceId, now: Temporal.Instant): Promise<boolean> {
    const { byPurpose } = await countOpen(tx, key.contractorId, key.enrollmentId);
    if (byPurpose.observation > 0) return true; // it has something to come for
    const device = await getDevice(tx, key.contractorId, deviceId);
    const expiresAt = now.add({ hours: 24 * OBSERVATION_DAYS });
    const { round, commands } = questionCommands(device, { purpose: 'observation', expiresAt });
    try {
      await this.#deps.enqueueCommands(tx, key, commands, now);
    } catch (error) {
      if (error instanceof DomainError && error.reason === 'windows.queue_full') return true;
      throw error;
    }
    await updateUpkeep(tx, key, { round });
    return true;
  }

  async #plan(tx: Tx, key: Key, now: Temporal.Instant): Promise<void> {
    const { observeEvery } = await this.#deps.contractor(tx, key.contractorId);
    // Up to a tenth later, so that devices enrolled together do not stay together.
    const seconds = Math.round(observeEvery.total('seconds') * (1 + Math.random() / 10));
    await updateUpkeep(tx, key, { observe_at: now.add({ seconds }) });
  }

  /**
   * Ends the removals that devices were given and that were followed by silence: a PC that leaves answers nothing (fact sheet
   * 7.4). Answers how many there were. One that is only switched off comes back, is managed again, and shown as an event.
   */
  async endSilent(): Promise<number> {
    const now = this.#deps.clock.now();
    const { rows } = await this.#deps.db.jobs((tx) => findSilent(tx, now));
    for (const { contractor_id: contractorId, device_id: deviceId, action_id: actionId, sent_at: sentAt } of rows) {
      await this.#deps.db.jobsFor(contractorId, async (tx) => {
        const note: ResultNote = 'windows.left_by_silence';
        const result = { note, silentSince: sentAt.toString() };
        const first = await this.#deps.actions().finish(tx, contractorId, actionId, { state: 'done', result }, now);
        await sql`update windows_commands set finished_at = ${now}::timestamptz, ended = 'unknown', payload = null
          where contractor_id = ${contractorId} and action_id = ${actionId} and finished_at is null`.execute(tx);
        if (first) await markUnmanaged(tx, contractorId, deviceId, 'removed', now);
      });
    }
    return rows.length;
  }
}

type Silent = {
  readonly contractor_id: ContractorId;
  readonly device_id: DeviceId;
  readonly action_id: ActionId;
  readonly sent_at: Temporal.Instant;
};

/** Contacts are written down a little later than they were; sessions take a moment. */
const AFTERWARDS_MINUTES = 15;

function findSilent(tx: Tx, now: Temporal.Instant) {
  const before = now.subtract({ hours: SILENCE_HOURS });
  return sql<Silent>`
    select c.contractor_id, e.device_id, c.action_id, c.sent_at from windows_commands c
    join windows_enrollments e using (contractor_id, enrollment_id)
    left join device_contacts k on k.contractor_id = e.contractor_id and k.device_id = e.device_id
    where c.finished_at is null and c.note ->> 'action' = 'remove_management' and c.sent_at <= ${before}::timestamptz
      and coalesce(k.last_contact_at, c.sent_at) <= c.sent_at + make_interval(mins => ${AFTERWARDS_MINUTES})
    limit ${DUE_BATCH}`.execute(tx);
}
