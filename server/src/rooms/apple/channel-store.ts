import type pg from 'pg';
import { arrayOf, ChannelDb, hexBytes } from '../../base/channel-db.ts';
import type { Clock } from '../../base/clock.ts';
import { retryTransient } from '../../base/db.ts';
import { Dispatcher, type DispatcherOptions } from '../../base/dispatcher.ts';
import type { ContractorId } from '../../base/ids.ts';
import { ANSWER, ANSWER_LARGE, BINDING, POLL } from './channel-sql.ts';
import { type Binding, type CommandId, type CommandOutcome, STUCK_AFTER } from './model.ts';

/** One device at the door. `hash` is the SHA-256 of its certificate in hex. */
export type Contact = {
  readonly contractorId: ContractorId;
  readonly hash: string;
  /** Its certificate has expired: it may only be given another one. */
  readonly renewalOnly: boolean;
};

export const ANSWER_STATUSES = ['Acknowledged', 'Error', 'CommandFormatError', 'NotNow'] as const;
export type AnswerStatus = (typeof ANSWER_STATUSES)[number];
export type Answer = Contact & { readonly commandId: CommandId; readonly status: AnswerStatus; readonly body: Buffer };

/** Why the database turns a contact away. */
export const VERDICTS = ['unknown', 'revoked', 'superseded', 'gone', 'authenticated'] as const;
export type Verdict = (typeof VERDICTS)[number];

export type NextCommand = { readonly commandId: CommandId; readonly payload: Buffer; readonly sealed: boolean };
export type PollReply = { readonly refused?: Verdict; readonly next?: NextCommand };
/**
 * `counted`: this answer was the one. `duplicate`: the device had answered before. `late`: we had given the command up.
 * `unknown`: there is no such command of this enrollment.
 */
export type Counted = 'counted' | 'duplicate' | 'late' | 'unknown';
export type AnswerReply = PollReply & { readonly counted: Counted };

type Row = {
  readonly n: number;
  readonly verdict: Verdict | 'enrolled';
  readonly command_id: CommandId | null;
  readonly sealed: boolean | null;
  readonly payload: Buffer | null;
  readonly raced: boolean;
  readonly counted?: boolean | null;
  readonly earlier?: CommandOutcome | 'open' | null;
};

/** A body of this size goes to the database by itself. */
const LARGE_BODY = 128 * 1024;
const BY_DEVICE: readonly (CommandOutcome | 'open')[] = ['acknowledged', 'error', 'format_error'];
const NOTHING: PollReply = {};

export type ChannelStoreOptions = {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly dispatcher?: DispatcherOptions;
  /** Milliseconds that a contact waits for a database that is away. */
  readonly patience?: number;
  readonly observeBatch?: (kind: 'poll' | 'answer', size: number) => void;
};

/** The channel's tables as the device role sees them: one round trip for many contacts. */
export class ChannelStore {
  readonly #options: ChannelStoreOptions;
  readonly #db: ChannelDb;
  readonly #dispatcher: Dispatcher;
  readonly #poll: (key: string, contact: Contact) => Promise<PollReply>;
  readonly #answer: (key: string, answer: Answer, size?: number) => Promise<AnswerReply>;

  constructor(options: ChannelStoreOptions) {
    this.#options = options;
    this.#db = new ChannelDb({ pool: options.pool, patience: options.patience });
    this.#dispatcher = new Dispatcher(options.dispatcher);
    this.#poll = this.#dispatcher.lane<Contact, PollReply>({
      run: (contacts) => this.#db.batch(contacts, (some) => this.#runPolls(some)),
      observe: (size) => options.observeBatch?.('poll', size),
    });
    this.#answer = this.#dispatcher.lane<Answer, AnswerReply>({
      run: (answers) => this.#db.batch(answers, (some) => this.#runAnswers(some)),
      observe: (size) => options.observeBatch?.('answer', size),
    });
  }

  get waiting(): number {
    return this.#dispatcher.waiting;
  }

  /** The next command of an enrollment at the beginning of a session. */
  poll(contact: Contact): Promise<PollReply> {
    return this.#poll(contact.hash, contact);
  }

  /** Records an answer, durably when this resolves, and gives the session's next command. */
  answer(answer: Answer): Promise<AnswerReply> {
    return this.#answer(answer.hash, answer, answer.body.length);
  }

  /** To whom a certificate belongs, if anybody has used it. */
  async findBinding(contractorId: ContractorId, hash: string): Promise<Binding | undefined> {
    const { rows } = await retryTransient(
      () =>
        this.#options.pool.query<{
          enrollment_id: Binding['enrollmentId'];
          device_id: Binding['deviceId'];
          udid: string;
        }>({ name: 'apple_binding', text: BINDING, values: [contractorId, Buffer.from(hash, 'hex')] }),
      this.#options.patience,
    );
    const [row] = rows;
    return row && { enrollmentId: row.enrollment_id, deviceId: row.device_id, udid: row.udid };
  }

  async #runPolls(contacts: readonly Contact[]): Promise<readonly PollReply[]> {
    const rows = await this.#db.query<Row>('apple_poll', POLL, contactValues(contacts, this.#options.clock.now()));
    const replies = contacts.map(() => NOTHING);
    for (const row of rows) replies[row.n - 1] = replyOf(row);
    return this.#askAgain(contacts, rows, replies);
  }

  async #runAnswers(answers: readonly Answer[]): Promise<readonly AnswerReply[]> {
    const [first] = answers;
    const large = answers.length === 1 && first !== undefined && first.body.length >= LARGE_BODY;
    const values = [
      ...contactValues(answers, this.#options.clock.now()),
      arrayOf(answers.map(({ commandId }) => commandId)),
      arrayOf(answers.map(({ status }) => status)),
      large ? first.body : arrayOf(answers.map(({ body }) => hexBytes(body.toString('hex')))),
    ];
    const rows = large
      ? await this.#db.query<Row>('apple_answer_large', ANSWER_LARGE, values)
      : await this.#db.query<Row>('apple_answer', ANSWER, values);
    const counted: Counted[] = answers.map(() => 'unknown');
    const replies = answers.map(() => NOTHING);
    for (const row of rows) {
      replies[row.n - 1] = replyOf(row);
      counted[row.n - 1] = countedOf(row);
    }
    const last = await this.#askAgain(answers, rows, replies);
    return last.map((reply, index) => ({ ...reply, counted: counted[index] ?? 'unknown' }));
  }

  /** The picked command was ended by somebody else at that moment: the next one is picked, once. */
  async #askAgain(contacts: readonly Contact[], rows: readonly Row[], replies: PollReply[]): Promise<PollReply[]> {
    const raced = rows.filter((row) => row.raced).map((row) => row.n - 1);
    if (raced.length === 0) return replies;
    const again = raced.flatMap((index) => contacts[index] ?? []);
    const found = await this.#db.query<Row>('apple_poll', POLL, contactValues(again, this.#options.clock.now()));
    for (const row of found) {
      const index = raced[row.n - 1];
      if (index !== undefined) replies[index] = replyOf(row);
    }
    return replies;
  }
}

function contactValues(contacts: readonly Contact[], now: Temporal.Instant): unknown[] {
  return [
    arrayOf(contacts.map(({ contractorId }) => contractorId)),
    arrayOf(contacts.map(({ hash }) => hexBytes(hash))),
    arrayOf(contacts.map(({ renewalOnly }) => (renewalOnly ? 't' : 'f'))),
    now,
    STUCK_AFTER,
  ];
}

function replyOf(row: Row): PollReply {
  if (row.verdict !== 'enrolled') return { refused: row.verdict };
  if (row.command_id === null || row.payload === null) return NOTHING;
  return { next: { commandId: row.command_id, payload: row.payload, sealed: row.sealed === true } };
}

function countedOf(row: Row): Counted {
  if (row.counted === true) return 'counted';
  if (row.earlier === null || row.earlier === undefined) return 'unknown';
  // `open`: another copy of the same answer is being counted at this moment.
  return row.earlier === 'open' || BY_DEVICE.includes(row.earlier) ? 'duplicate' : 'late';
}
