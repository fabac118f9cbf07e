import { sql } from 'kysely';
import { isTransient, type Tx } from '../../base/db.ts';
import { DomainError, errorCode } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type Contact, recordContacts, recordEvent } from '../devices/index.ts';
import type { Parts } from './deps.ts';
import { interpretMessage, Later } from './interpret.ts';
import {
  findWaiting,
  lockMessage,
  type MessageRow,
  noteArrival,
  postponeMessage,
  settleMessages,
  takeMessages,
} from './message-store.ts';
import { Periodic } from './periodic.ts';

/** Notifications of one contractor in one transaction. */
const BATCH = 64;
const POLL_MS = 1_000;
/** Tries of a notification that fails for a reason of ours. */
const MOST_ATTEMPTS = 5;
/** Tries of one whose time has not come, five seconds to minutes apart. */
const MOST_WAITS = 12;

/**
 * Works on notifications after Google was told that they arrived: what one says and its end in one transaction, so that
 * each counts once whatever dies in between.
 */
export class MessageWorker {
  readonly #parts: Parts;
  readonly #loop: Periodic;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#loop = new Periodic(
      POLL_MS,
      () => this.drain(),
      (error) => parts.log.warn('android.messages_failed', { error }),
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

  /** Works on all that waits and is not held by another worker. */
  async drain(): Promise<void> {
    const { db, clock } = this.#parts;
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
    const { db, clock } = this.#parts;
    let claimed: readonly MessageRow[] = [];
    try {
      const contacts: Contact[] = [];
      await db.jobsFor(contractorId, async (tx) => {
        claimed = await takeMessages(tx, contractorId, BATCH, clock.now());
        for (const message of claimed) await this.#settle(tx, message, contacts);
        const ids = claimed.map(({ messageId }) => messageId);
        await settleMessages(tx, contractorId, ids, clock.now());
        const newest = claimed.at(-1);
        if (newest !== undefined) await noteArrival(tx, contractorId, newest.receivedAt);
      });
      await recordContacts(db, contacts);
      return claimed.length;
    } catch (error) {
      if (isPassing(error)) return 0; // the whole batch is tried again a second later
      for (const message of claimed) await this.#alone(message);
      return claimed.length;
    }
  }

  async #settle(tx: Tx, message: MessageRow, contacts: Contact[]): Promise<void> {
    const contact = await interpretMessage(this.#parts, tx, message);
    if (contact !== undefined) contacts.push({ contractorId: message.contractorId, ...contact });
  }

  async #alone({ contractorId, messageId }: MessageRow): Promise<void> {
    const { db, clock } = this.#parts;
    const contacts: Contact[] = [];
    await db.jobsFor(contractorId, async (tx) => {
      const message = await lockMessage(tx, contractorId, messageId);
      if (message === undefined) return; // another worker was faster
      await sql`savepoint message`.execute(tx);
      try {
        await this.#settle(tx, message, contacts);
        await settleMessages(tx, contractorId, [messageId], clock.now());
      } catch (error) {
        if (isPassing(error)) throw error;
        await sql`rollback to savepoint message`.execute(tx);
        contacts.length = 0;
        await this.#postpone(tx, message, error);
      }
      await noteArrival(tx, contractorId, message.receivedAt);
    });
    await recordContacts(db, contacts);
  }

  async #postpone(tx: Tx, message: MessageRow, error: unknown): Promise<void> {
    const { contractorId, kind, attempts, messageId } = message;
    const { clock, log } = this.#parts;
    const now = clock.now();
    const waits = error instanceof Later;
    if (attempts + 1 < (waits ? MOST_WAITS : MOST_ATTEMPTS)) {
      if (!waits) log.warn('android.message_failed', { contractorId, reason: kind, attempt: attempts + 1, error });
      await postponeMessage(tx, message, { retryAt: now.add({ seconds: Math.min(5 * 2 ** attempts, 300) }) });
      return;
    }
    const problem = waits ? error.message : 'failed';
    if (!waits) log.error('android.message_given_up', { contractorId, reason: kind, attempt: attempts + 1, error });
    await postponeMessage(tx, message, { problem });
    await recordEvent(tx, contractorId, {
      kind: 'android.message_not_interpreted',
      severity: waits ? 'notice' : 'alarm',
      dedupe: messageId,
      details: { notificationType: kind, problem },
      now,
    });
  }
}

/** Nothing wrong with the notification: the database was away, or another transaction had the same rows. */
function isPassing(error: unknown): boolean {
  if (error instanceof DomainError && error.code === 'unavailable') return true;
  const code = errorCode(error);
  return isTransient(error) || code === '40P01' || code === '40001' || code === '55P03';
}
