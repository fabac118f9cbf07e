import {
  type CommandTarget,
  declarationsToken,
  declarativeManagement,
  installProfile,
  supportsDeclarations,
  tokensDocument,
} from '@tsukasa/apple-mdm';
import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { type Db, type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { Periodic } from '../../base/periodic.ts';
import type { Secrets } from '../../base/secrets.ts';
import { type DeviceFacts, getDevice, recordEvent } from '../devices/index.ts';
import { forgetOldProblems } from './answer-store.ts';
import { countOpen, expireOwn, insertCommands, MOST_OPEN, type NewCommand } from './command-store.ts';
import { declarationsFor, findServedToken } from './declarative.ts';
import { findLiveById } from './enrollment-store.ts';
import { EXPIRED_GRACE_DAYS } from './limits.ts';
import type { EnrollmentId, EnrollmentRow } from './model.ts';
import { observationCommands } from './observation.ts';
import type { ProfileMaker } from './profile-maker.ts';
import type { WakeUps } from './push/index.ts';
import { inService } from './service-days.ts';
import type { AppleTables } from './tables.ts';
import { targetOf } from './target.ts';

/** An observation that was not answered in this time is asked anew. */
const OBSERVATION_DAYS = 7;
/** How long a device that refused declarative management is left alone with it. */
const DECLARATIVE_REFUSED_DAYS = 30;
/** From when on an identity is renewed, how long one attempt may take, and how many there are. */
export const RENEWAL = { daysBefore: 30, attemptDays: 7, retryHours: 24, attempts: 12 } as const;
const DUE_BATCH = 200;

/** What a contractor decides about its devices. */
export type ContractorFacts = { readonly name: string; readonly observeEvery: Temporal.Duration };

export type ObserverDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly wakeUps: WakeUps;
  readonly profiles: ProfileMaker;
  readonly contractor: (tx: Tx, contractorId: ContractorId) => Promise<ContractorFacts>;
};

type Key = { readonly contractorId: ContractorId; readonly enrollmentId: EnrollmentId };

const at = (tx: Tx) => tables<AppleTables>(tx);

/** Asks devices about themselves, on schedule, and gives them new identities in time. */
export class Observer {
  readonly #deps: ObserverDeps;
  readonly #often: Periodic;
  readonly #seldom: Periodic;

  constructor(deps: ObserverDeps) {
    this.#deps = deps;
    const failed = (error: unknown) => deps.log.warn('apple.schedule_failed', { error });
    this.#often = new Periodic(5_000, () => this.observeDue(), failed);
    this.#seldom = new Periodic(
      60_000,
      async () => {
        await deps.db.jobs((tx) => forgetOldProblems(tx, deps.clock.now()));
        await this.renewDue();
      },
      failed,
    );
  }

  start(): void {
    this.#often.start();
    this.#seldom.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#often.stop(), this.#seldom.stop()]);
  }

  /** The first questions to a new device. The caller asks for its wake-up. */
  async afterEnrollment(tx: Tx, enrollment: EnrollmentRow, device: DeviceFacts, now: Temporal.Instant): Promise<void> {
    await this.#ask(tx, enrollment, device, now);
    await this.#plan(tx, enrollment, now);
  }

  /** Asks every device that is due; copies of the server share the work. Answers how many were. */
  async observeDue(): Promise<number> {
    const now = this.#deps.clock.now();
    const due = await this.#deps.db.jobs((tx) =>
      at(tx)
        .selectFrom('apple_wakeups')
        .select(['contractor_id', 'enrollment_id'])
        .where('observe_at', '<=', now)
        .orderBy('observe_at')
        .limit(DUE_BATCH)
        .execute(),
    );
    for (const row of due) await this.#observeOne(keyOf(row), now);
    return due.length;
  }

  async #observeOne({ contractorId, enrollmentId }: Key, now: Temporal.Instant): Promise<void> {
    await this.#deps.db.jobsFor(contractorId, async (tx) => {
      const mine = await at(tx)
        .selectFrom('apple_wakeups')
        .select('enrollment_id')
        .where('contractor_id', '=', contractorId)
        .where('enrollment_id', '=', enrollmentId)
        .where('observe_at', '<=', now)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (mine === undefined) return; // another copy has it
      const enrollment = await findLiveById(tx, contractorId, enrollmentId);
      if (enrollment?.state !== 'enrolled') return this.#forget(tx, contractorId, enrollmentId);
      const device = await getDevice(tx, contractorId, enrollment.deviceId);
      const served = await this.#isServed(tx, contractorId, now);
      if (served && (await this.#ask(tx, enrollment, device, now))) {
        await this.#deps.wakeUps.wantWake(tx, contractorId, enrollmentId, now);
      }
      await this.#plan(tx, enrollment, now);
    });
  }

  async #isServed(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<boolean> {
    const condition = sql.raw(inService(`'${contractorId}'`, `'${now.toString()}'::timestamptz`));
    const { rows } = await sql<{ served: boolean }>`select ${condition} as served`.execute(tx);
    return rows[0]?.served ?? false;
  }

  /** Queues what is to be asked, unless it is asked already. */
  async #ask(tx: Tx, enrollment: EnrollmentRow, device: DeviceFacts, now: Temporal.Instant): Promise<boolean> {
    const { contractorId, enrollmentId } = enrollment;
    await expireOwn(tx, contractorId, enrollmentId, now);
    const open = await countOpen(tx, contractorId, enrollmentId);
    if (open.all >= MOST_OPEN) return true; // it has more than enough to come for
    const commands: NewCommand[] = [];
    const target = targetOf(device, enrollment.accessRights);
    if (open.byPurpose.observation === 0) {
      const expiresAt = now.add({ hours: 24 * OBSERVATION_DAYS });
      for (const command of observationCommands(target, device.usageMode)) {
        commands.push({ command, purpose: 'observation', secret: false, priority: 0, expiresAt });
      }
    }
    if (open.byPurpose.declarative === 0 && (await this.#mayDeclare(tx, enrollment, target, now))) {
      const declarations = declarationsFor(device, enrollment.accessRights);
      if ((await findServedToken(tx, contractorId, enrollmentId)) !== declarationsToken(declarations)) {
        const command = declarativeManagement(tokensDocument(declarations, now));
        const expiresAt = now.add({ hours: 24 * OBSERVATION_DAYS });
        commands.push({ command, purpose: 'declarative', secret: false, priority: 0, expiresAt });
      }
    }
    await insertCommands(tx, this.#deps.secrets, enrollment, commands, now);
    return commands.length > 0;
  }

  /**
   * Not before the OS version is known and has it, nor again for a while after the device refused it: nothing is lost by
   * waiting, since the commands observe all the same.
   */
  async #mayDeclare(tx: Tx, key: Key, target: CommandTarget, now: Temporal.Instant): Promise<boolean> {
    if (target.osVersion === undefined || !supportsDeclarations(target)) return false;
    const refused = await at(tx)
      .selectFrom('apple_commands')
      .select('command_id')
      .where('contractor_id', '=', key.contractorId)
      .where('enrollment_id', '=', key.enrollmentId)
      .where('purpose', '=', 'declarative')
      .where('outcome', 'in', ['error', 'format_error'])
      .where('finished_at', '>', now.subtract({ hours: 24 * DECLARATIVE_REFUSED_DAYS }))
      .limit(1)
      .executeTakeFirst();
    return refused === undefined;
  }

  async #plan(tx: Tx, { contractorId, enrollmentId }: Key, now: Temporal.Instant): Promise<void> {
    const { observeEvery } = await this.#deps.contractor(tx, contractorId);
    // Up to a tenth later, so that devices enrolled together do not stay together.
    const seconds = observeEvery.total('seconds') * (1 + Math.random() / 10);
    await at(tx)
      .updateTable('apple_wakeups')
      .set({ observe_at: now.add({ seconds: Math.round(seconds) }) })
      .where('contractor_id', '=', contractorId)
      .where('enrollment_id', '=', enrollmentId)
      .execute();
  }

  async #forget(tx: Tx, contractorId: ContractorId, enrollmentId: EnrollmentId): Promise<void> {
    await at(tx)
      .updateTable('apple_wakeups')
      .set({ observe_at: null })
      .where('contractor_id', '=', contractorId)
      .where('enrollment_id', '=', enrollmentId)
      .execute();
  }

  /** Gives every enrollment whose identity is nearing its end another one. */
  async renewDue(): Promise<number> {
    const now = this.#deps.clock.now();
    const due = await this.#deps.db.jobs((tx) => findRenewals(tx, now));
    for (const row of due) await this.#renewOne(keyOf(row), row.attempts, now);
    return due.length;
  }

  async #renewOne({ contractorId, enrollmentId }: Key, attempts: number, now: Temporal.Instant): Promise<void> {
    await this.#deps.db.jobsFor(contractorId, async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`apple/renew/${enrollmentId}`}, 0))`.execute(tx);
      const enrollment = await findLiveById(tx, contractorId, enrollmentId);
      await expireOwn(tx, contractorId, enrollmentId, now);
      const open = await countOpen(tx, contractorId, enrollmentId);
      if (enrollment?.state !== 'enrolled' || open.byPurpose.renewal > 0) return;
      const { deviceId, topic, accessRights, profile: facts } = enrollment;
      if (attempts >= RENEWAL.attempts) {
        const details = { attempts };
        await recordEvent(tx, contractorId, {
          kind: 'identity.renewal_failed',
          severity: 'alarm',
          deviceId,
          dedupe: enrollmentId,
          details,
          now,
        });
        return;
      }
      const { name } = await this.#deps.contractor(tx, contractorId);
      const { usageMode } = await getDevice(tx, contractorId, deviceId);
      const expiresAt = now.add({ hours: 24 * RENEWAL.attemptDays });
      const profile = await this.#deps.profiles.make(tx, {
        contractorId,
        contractorName: name,
        usageMode,
        topic,
        accessRights,
        facts,
        subject: { enrollmentId },
        challengeExpiresAt: expiresAt,
        now,
      });
      const command = { command: installProfile(profile), purpose: 'renewal', secret: true, priority: 5 } as const;
      await insertCommands(tx, this.#deps.secrets, enrollment, [{ ...command, expiresAt }], now);
      await this.#deps.wakeUps.wantWake(tx, contractorId, enrollmentId, now);
    });
  }
}

function keyOf(row: { readonly contractor_id: string; readonly enrollment_id: string }): Key {
  return { contractorId: row.contractor_id as ContractorId, enrollmentId: row.enrollment_id as EnrollmentId };
}

/** Enrollments whose certificate ends soon, none of whose attempts is open or younger than a day. */
async function findRenewals(tx: Tx, now: Temporal.Instant) {
  const soon = now.add({ hours: 24 * RENEWAL.daysBefore });
  const tooLate = now.subtract({ hours: 24 * EXPIRED_GRACE_DAYS });
  const again = now.subtract({ hours: RENEWAL.retryHours });
  const rows = await at(tx)
    .selectFrom('apple_identities as i')
    .innerJoin('apple_enrollments as e', (join) =>
      join.onRef('e.contractor_id', '=', 'i.contractor_id').onRef('e.enrollment_id', '=', 'i.enrollment_id'),
    )
    .leftJoin('apple_commands as c', (join) =>
      join
        .onRef('c.contractor_id', '=', 'i.contractor_id')
        .onRef('c.enrollment_id', '=', 'i.enrollment_id')
        .on('c.purpose', '=', 'renewal')
        .onRef('c.created_at', '>', 'i.first_used_at'),
    )
    .select(['i.contractor_id', 'i.enrollment_id', (eb) => eb.fn.count<number>('c.command_id').as('attempts')])
    .where('i.not_after', '<', soon)
    .where('i.not_after', '>', tooLate)
    .where('i.superseded_at', 'is', null)
    .where('i.revoked_at', 'is', null)
    .where('e.state', '=', 'enrolled')
    .where(sql.raw<boolean>(inService('i.contractor_id', `'${now.toString()}'::timestamptz`)))
    .groupBy(['i.contractor_id', 'i.enrollment_id'])
    .having((eb) => eb.fn.coalesce(eb.fn.max('c.created_at'), sql<Temporal.Instant>`'-infinity'`), '<', again)
    .limit(DUE_BATCH)
    .execute();
  return rows;
}
