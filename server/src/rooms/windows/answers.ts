import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { type Db, isTransient, type Tx } from '../../base/db.ts';
import { DomainError, errorCode } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { Periodic } from '../../base/periodic.ts';
import type { Actions } from '../actions/index.ts';
import type { Certificates } from '../certificates/index.ts';
import { markManaged, markUnmanaged, recordEvent } from '../devices/index.ts';
import {
  type AnswerRow,
  deleteAnswer,
  findOverdue,
  findWaiting,
  giveUp,
  lockAnswer,
  postponeAnswer,
  serialsInForce,
  takeAnswers,
} from './answer-store.ts';
import { finishOpen } from './command-store.ts';
import { type Interpreter, type SessionReport, UnreadableAnswer } from './model.ts';
import { finishedOf, reportOf } from './reading.ts';
import type { SessionMetrics } from './session-metrics.ts';

/** Answers of one contractor in one transaction: fewer commits, and few enough that nobody waits long for a lock. */
const BATCH = 64;
const POLL_MS = 1_000;
/** Answers that waited longer are late: more than sessions that wait for them are in the way. */
const LATE_MS = 2_000;
/** Tries of an answer that fails for a reason of ours; one that cannot mean anything fails at once. */
const MOST_ATTEMPTS = 5;

export type AnswersDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: SessionMetrics;
  readonly interpreter: () => Interpreter;
  readonly actions: () => Actions;
  readonly certificates: () => Certificates;
};

/**
 * Interprets what devices said, after they were told that it arrived, and gives up commands whose time is over: each in
 * one transaction with what follows from it, so that it counts once whatever dies in between.
 */
export class AnswerWorker {
  readonly #deps: AnswersDeps;
  readonly #loop: Periodic;
  /** How long the oldest of the last answers had waited. */
  #waitedMs = 0;

  constructor(deps: AnswersDeps) {
    this.#deps = deps;
    this.#loop = new Periodic(
      POLL_MS,
      () => this.drain(),
      (error) => deps.log.warn('windows.answers_failed', { error }),
    );
  }

  start(): void {
    this.#loop.start();
  }

  /** Answers come faster than they are interpreted. */
  get isBehind(): boolean {
    return this.#waitedMs > LATE_MS;
  }

  nudge(): void {
    this.#loop.nudge();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Interprets all that waits and is not held by another worker; then gives up what is over. */
  async drain(): Promise<void> {
    const { db, clock } = this.#deps;
    for (;;) {
      const contractors = await db.jobs((tx) => findWaiting(tx, clock.now()));
      let taken = 0;
      for (const contractorId of contractors) taken += await this.#ofContractor(contractorId);
      if (taken === 0) {
        this.#waitedMs = 0;
        break;
      }
    }
    for (const contractorId of await db.jobs((tx) => findOverdue(tx, clock.now()))) await this.#giveUp(contractorId);
  }

  async #ofContractor(contractorId: ContractorId): Promise<number> {
    let taken = 0;
    for (let some = BATCH; some === BATCH; taken += some) some = await this.#batch(contractorId);
    return taken;
  }

  /** Many at once; when one of them fails nothing has happened, and each is tried by itself. */
  async #batch(contractorId: ContractorId): Promise<number> {
    const { db, clock, metrics } = this.#deps;
    let claimed: readonly AnswerRow[] = [];
    try {
      await db.jobsFor(contractorId, async (tx) => {
        const now = clock.now();
        claimed = await takeAnswers(tx, contractorId, BATCH, now);
        const waited = claimed.map(({ receivedAt }) => now.since(receivedAt).total('milliseconds'));
        this.#waitedMs = Math.max(0, ...waited);
        for (const answer of claimed) await this.#settle(tx, answer);
      });
      for (const _ of claimed) metrics.interpreted('done').inc();
      return claimed.length;
    } catch (error) {
      if (isPassing(error)) return 0; // the whole batch is tried again a second later
      for (const answer of claimed) await this.#alone(answer);
      return claimed.length;
    }
  }

  async #alone({ contractorId, seq }: AnswerRow): Promise<void> {
    const { db, metrics } = this.#deps;
    await db.jobsFor(contractorId, async (tx) => {
      const answer = await lockAnswer(tx, { contractorId, seq });
      if (answer === undefined) return; // another worker was faster
      await sql`savepoint answer`.execute(tx);
      try {
        await this.#settle(tx, answer);
        await deleteAnswer(tx, answer);
        metrics.interpreted('done').inc();
      } catch (error) {
        if (isPassing(error)) throw error;
        await sql`rollback to savepoint answer`.execute(tx);
        await this.#postpone(tx, answer, error);
      }
    });
  }

  async #settle(tx: Tx, answer: AnswerRow): Promise<void> {
    const { interpreter, clock } = this.#deps;
    const { command } = answer;
    if (command !== undefined) {
      await interpreter().finished(tx, finishedOf(answer, command), clock.now());
      return;
    }
    const { leaving, ...report } = reportOf(answer);
    if (report.first && !answer.gone) await markManaged(tx, report.contractorId, report.deviceId, report.at);
    await interpreter().reported(tx, report, clock.now());
    if (leaving) await this.#left(tx, report);
  }

  /** The device said that it leaves; the message that said so has already ended its enrollment (windows_turn). */
  async #left(tx: Tx, report: SessionReport): Promise<void> {
    const { actions, certificates, interpreter } = this.#deps;
    const { contractorId, enrollmentId, deviceId, at } = report;
    const actor = { kind: 'device' as const, id: deviceId, name: deviceId };
    for (const serial of await serialsInForce(tx, contractorId, enrollmentId)) {
      await certificates().revoke(tx, contractorId, { serial, reason: 'unenrolled', actor, now: at });
    }
    await markUnmanaged(tx, contractorId, deviceId, 'checked_out', at);
    await interpreter().unenrolled(tx, { contractorId, enrollmentId, deviceId, at });
    await actions().supersedeAll(tx, contractorId, deviceId, 'unenrolled', at);
    await finishOpen(tx, contractorId, enrollmentId, 'superseded', at);
  }

  /** One contractor's commands whose time is over. What one of them leads to must not keep the others waiting. */
  async #giveUp(contractorId: ContractorId): Promise<void> {
    const { db, clock, interpreter, log } = this.#deps;
    await db.jobsFor(contractorId, async (tx) => {
      const now = clock.now();
      for (const { request, ...facts } of await giveUp(tx, contractorId, BATCH, now)) {
        await sql`savepoint given_up`.execute(tx);
        try {
          await interpreter().finished(tx, { ...facts, command: request, outcome: undefined }, now);
        } catch (error) {
          if (isPassing(error)) throw error;
          await sql`rollback to savepoint given_up`.execute(tx);
          log.error('windows.given_up_not_interpreted', { contractorId, error });
        }
      }
    });
  }

  async #postpone(tx: Tx, answer: AnswerRow, error: unknown): Promise<void> {
    const { contractorId, deviceId, attempts, command } = answer;
    const unreadable = error instanceof UnreadableAnswer;
    const now = this.#deps.clock.now();
    const reason = command === undefined ? 'report' : command.request.verb;
    if (!unreadable && attempts + 1 < MOST_ATTEMPTS) {
      this.#deps.log.warn('windows.answer_failed', { contractorId, reason, attempt: attempts + 1, error });
      await postponeAnswer(tx, answer, { retryAt: now.add({ seconds: 5 * 4 ** attempts }) });
      this.#deps.metrics.interpreted('retried').inc();
      return;
    }
    this.#deps.log.error('windows.answer_given_up', { contractorId, reason, attempt: attempts + 1, error });
    const problem = unreadable ? `unreadable ${error.code}` : 'failed';
    await postponeAnswer(tx, answer, { problem });
    await recordEvent(tx, contractorId, {
      kind: 'answer.not_interpreted',
      severity: 'alarm',
      deviceId,
      dedupe: `${deviceId} ${reason}`,
      details: { requestType: reason, problem },
      now,
    });
    this.#deps.metrics.interpreted('given_up').inc();
    if (command?.actionId === undefined) return;
    const failure = { code: 'unreadable_answer', params: { problem } };
    await this.#deps.actions().finish(tx, contractorId, command.actionId, { state: 'failed', failure }, now);
  }
}

/** Nothing wrong with the answer: the database was away, or another transaction had the same rows. */
function isPassing(error: unknown): boolean {
  if (error instanceof DomainError && error.code === 'unavailable') return true;
  const code = errorCode(error);
  return isTransient(error) || code === '40P01' || code === '40001' || code === '55P03';
}
