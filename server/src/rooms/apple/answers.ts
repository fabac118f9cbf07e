import { PlistError } from '@tsukasa/apple-mdm';
import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import { isTransient } from '../../base/db.ts';
import { DomainError, errorCode } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { Periodic } from '../../base/periodic.ts';
import type { ActionOutcome, Actions } from '../actions/index.ts';
import { type DeviceSupport, recordEvent } from '../devices/index.ts';
import {
  type AnswerRow,
  commandsOfAction,
  deleteAnswer,
  findWaiting,
  lockAnswer,
  observeSoon,
  postponeAnswer,
  takeAnswers,
} from './answer-store.ts';
import { type Interpretation, interpret } from './interpret.ts';
import type { AppleMetrics } from './metrics.ts';
import { notNowDelay } from './model.ts';
import type { WakeUps } from './push/index.ts';

/** Answers of one contractor in one transaction: fewer commits, and few enough that nobody waits long for a lock. */
const BATCH = 64;
const POLL_MS = 1_000;
/** Tries of an answer that fails for a reason of ours; one that is not what was asked fails at once. */
const MOST_ATTEMPTS = 5;

export type AnswersDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: AppleMetrics;
  readonly actions: () => Actions;
  readonly wakeUps: WakeUps;
  readonly support: DeviceSupport;
};

/**
 * Interprets what devices answered, after they were told that it arrived: observed values, the action's result and the
 * deletion of the answer in one transaction, so that each counts once whatever dies in between.
 */
export class AnswerWorker {
  readonly #deps: AnswersDeps;
  readonly #loop: Periodic;

  constructor(deps: AnswersDeps) {
    this.#deps = deps;
    this.#loop = new Periodic(
      POLL_MS,
      () => this.drain(),
      (error) => deps.log.warn('apple.answers_failed', { error }),
    );
  }

  start(): void {
    this.#loop.start();
  }

  nudge(): void {
    this.#loop.nudge();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Interprets all that waits and is not held by another worker. */
  async drain(): Promise<void> {
    const { db, clock } = this.#deps;
    for (;;) {
      const contractors = await db.jobs((tx) => findWaiting(tx, clock.now()));
      let taken = 0;
      for (const contractorId of contractors) taken += await this.#ofContractor(contractorId);
      if (taken === 0) return;
    }
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
        claimed = await takeAnswers(tx, contractorId, BATCH, clock.now());
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
      const answer = await lockAnswer(tx, contractorId, seq);
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
    const { contractorId, enrollmentId, actionId, gone } = answer;
    const now = this.#deps.clock.now();
    if (answer.status === 'NotNow') {
      // The device comes back by itself only when "not now" was its last word (fact sheet 3.2, rule 5).
      const at = answer.receivedAt.add(notNowDelay(answer.notNowCount));
      if (!gone) await this.#deps.wakeUps.wantWake(tx, contractorId, enrollmentId, at);
      return;
    }
    const interpretation = await interpret(tx, answer, { support: this.#deps.support, now });
    if (actionId !== undefined) await this.#finish(tx, { ...answer, actionId }, interpretation, now);
    if (interpretation.askAgain && !gone) await observeSoon(tx, contractorId, enrollmentId, now);
  }

  /** An action of several commands (a refresh) is done when all of them are, and failed when the first one fails. */
  async #finish(
    tx: Tx,
    answer: AnswerRow & { readonly actionId: NonNullable<AnswerRow['actionId']> },
    { outcome }: Interpretation,
    now: Temporal.Instant,
  ): Promise<void> {
    const { contractorId, actionId, requestType, receivedAt } = answer;
    const finish = (last: ActionOutcome) => this.#deps.actions().finish(tx, contractorId, actionId, last, now);
    const commands = await commandsOfAction(tx, contractorId, actionId);
    const [first] = commands;
    if (commands.length <= 1) {
      await finish(outcome);
      return;
    }
    if (outcome.state === 'failed' && first?.requestType === requestType) {
      await finish(outcome);
      return;
    }
    // Answers of one device are interpreted in their order: the command that ended last is interpreted last.
    if (commands.some(({ finishedAt }) => isAfter(finishedAt, receivedAt))) return;
    const answered = (wanted: boolean) =>
      commands
        .filter((command) => (command.outcome === 'acknowledged') === wanted)
        .map((command) => command.requestType);
    await finish({ state: 'done', result: { answered: answered(true), refused: answered(false) } });
  }

  async #postpone(tx: Tx, answer: AnswerRow, error: unknown): Promise<void> {
    const { contractorId, deviceId, requestType, attempts, actionId } = answer;
    const unreadable = error instanceof PlistError;
    const now = this.#deps.clock.now();
    if (!unreadable && attempts + 1 < MOST_ATTEMPTS) {
      this.#deps.log.warn('apple.answer_failed', { contractorId, reason: requestType, attempt: attempts + 1, error });
      await postponeAnswer(tx, answer, { retryAt: now.add({ seconds: 5 * 4 ** attempts }) });
      this.#deps.metrics.interpreted('retried').inc();
      return;
    }
    this.#deps.log.error('apple.answer_given_up', { contractorId, reason: requestType, attempt: attempts + 1, error });
    const problem = unreadable ? `unreadable ${error.code}` : 'failed';
    await postponeAnswer(tx, answer, { problem });
    await recordEvent(tx, contractorId, {
      kind: 'answer.not_interpreted',
      severity: 'alarm',
      deviceId,
      dedupe: `${deviceId} ${requestType}`,
      details: { requestType, problem },
      now,
    });
    this.#deps.metrics.interpreted('given_up').inc();
    if (actionId === undefined) return;
    const failure = { code: 'unreadable_answer', params: { problem } };
    await this.#finish(tx, { ...answer, actionId }, { outcome: { state: 'failed', failure }, askAgain: false }, now);
  }
}

/** Not yet, or later. */
function isAfter(finishedAt: Temporal.Instant | undefined, than: Temporal.Instant): boolean {
  return finishedAt === undefined || Temporal.Instant.compare(finishedAt, than) > 0;
}

/** Nothing wrong with the answer: the database was away, or another transaction had the same rows. */
function isPassing(error: unknown): boolean {
  if (error instanceof DomainError && error.code === 'unavailable') return true;
  const code = errorCode(error);
  return isTransient(error) || code === '40P01' || code === '40001' || code === '55P03';
}
