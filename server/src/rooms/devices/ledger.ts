import type { Db } from '../../base/db.ts';
import { retryDeadlock } from '../../base/deadlock.ts';
import type { Log } from '../../base/log.ts';
import { recordContacts } from './contacts.ts';
import { type ChannelEvent, recordChannelEvents } from './events.ts';
import type { Contact } from './model.ts';

/** A contact is written down when the one before is older than this. */
export const CONTACT_SECONDS = 30;
const FLUSH_MS = 1_000;
const BATCH = 500;
/** Events that may wait; more of them say nothing new. */
const MOST_EVENTS = 2_000;

/**
 * Contacts and events of the channel on their way to the database, in batches, once a second. What a killed process had not
 * written is lost: a contact's time is up to a minute older, an event of a refused message happens again.
 */
export class Ledger {
  readonly #db: Db;
  readonly #log: Log;
  #contacts = new Map<string, Contact>();
  #events: ChannelEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;

  constructor(db: Db, log: Log) {
    this.#db = db;
    this.#log = log;
  }

  contact(contact: Contact): void {
    this.#contacts.set(contact.deviceId, contact);
    this.#plan();
  }

  event(event: ChannelEvent): void {
    if (this.#events.length >= MOST_EVENTS) return;
    this.#events.push(event);
    this.#plan();
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    await this.#flushing;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#write();
    await this.#flushing;
    this.#flushing = undefined;
  }

  #plan(): void {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  async #write(): Promise<void> {
    const contacts = [...this.#contacts.values()];
    const events = this.#events;
    this.#contacts = new Map();
    this.#events = [];
    try {
      for (let at = 0; at < contacts.length; at += BATCH)
        await retryDeadlock(() => recordContacts(this.#db, contacts.slice(at, at + BATCH)));
      for (let at = 0; at < events.length; at += BATCH)
        await retryDeadlock(() => recordChannelEvents(this.#db, events.slice(at, at + BATCH)));
    } catch (error) {
      this.#log.warn('devices.ledger_failed', { error, count: contacts.length + events.length });
    }
  }
}
