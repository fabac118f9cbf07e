import type pg from 'pg';
import { arrayOf, ChannelDb } from '../../base/channel-db.ts';
import type { Clock } from '../../base/clock.ts';
import { retryTransient } from '../../base/db.ts';
import { Dispatcher, type DispatcherOptions } from '../../base/dispatcher.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { DeviceId } from '../devices/index.ts';
import { BINDING, TURN } from './channel-sql.ts';
import type { CommandId, EnrollmentId } from './model.ts';
import type { Heard } from './session-message.ts';

/** To whom a certificate belongs; never changes once it exists. */
export type Binding = { readonly enrollmentId: EnrollmentId; readonly deviceId: DeviceId; readonly devId: string };

/** By what a message proves its sender; none for one that only goes on with a session. */
export type Proof =
  | { readonly kind: 'certificate'; readonly hash: string; readonly signed: boolean }
  | { readonly kind: 'digest'; readonly nonce: Buffer }
  | { readonly kind: 'none' };

/** One message at the door. */
export type Contact = {
  readonly contractorId: ContractorId;
  readonly proof: Proof;
  readonly devId: string;
  readonly sessionId: string;
  readonly msgId: number;
  /** SHA-256 of the body in hex. */
  readonly bodyHash: string;
  readonly heard: Heard;
  readonly maxMsgSize: number | undefined;
  /** Bytes of the reply without commands. */
  readonly replyBytes: number;
  readonly final: boolean;
  /** How often its session may be kept open for what its answers lead to. */
  readonly patience: number;
  /** Random: what is used of them is given back. */
  readonly nextNonce: Buffer;
  readonly newToken: string;
};

export const VERDICTS = [
  'go',
  'repeat',
  'no_proof',
  'out_of_order',
  'flooded',
  'unknown',
  'revoked',
  'superseded',
  'gone',
  'other_device',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export type QueuedCommand = {
  readonly index: number;
  readonly commandId: CommandId;
  readonly sealed: boolean;
  readonly asReplace: boolean;
  readonly payload: Buffer;
};

export type TurnReply = {
  readonly verdict: Verdict;
  readonly deviceId: DeviceId | undefined;
  readonly token: string | undefined;
  readonly nonce: Buffer | undefined;
  /** False: the message might be a replay, so that the room must ask something before it says something. */
  readonly fresh: boolean;
  /** A session began with this message. */
  readonly opened: boolean;
  /** There are no commands yet: a harmless question goes out, since answers of this session may lead to some. */
  readonly linger: boolean;
  /** Answers to no open command of this session. */
  readonly stray: number;
  readonly commands: readonly QueuedCommand[];
};

type Row = {
  readonly n: number;
  readonly verdict: Verdict;
  readonly device: DeviceId | null;
  readonly token: string | null;
  readonly nonce: Buffer | null;
  readonly fresh: boolean | null;
  readonly opened: boolean | null;
  readonly linger: boolean;
  readonly stray: number | null;
  readonly place: number | null;
  readonly command: CommandId | null;
  readonly sealed: boolean | null;
  readonly as_replace: boolean | null;
  readonly payload: Buffer | null;
};

export type ChannelStoreOptions = {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly dispatcher?: DispatcherOptions;
  readonly patience?: number;
  readonly observeBatch?: (size: number) => void;
};

/** The channel's tables as the device role sees them: one round trip for many messages. */
export class ChannelStore {
  readonly #options: ChannelStoreOptions;
  readonly #db: ChannelDb;
  readonly #dispatcher: Dispatcher;
  readonly #turn: (key: string, contact: Contact, size?: number) => Promise<TurnReply>;

  constructor(options: ChannelStoreOptions) {
    this.#options = options;
    this.#db = new ChannelDb({ pool: options.pool, patience: options.patience });
    this.#dispatcher = new Dispatcher(options.dispatcher);
    this.#turn = this.#dispatcher.lane<Contact, TurnReply>({
      run: (contacts) => this.#db.batch(contacts, (some) => this.#run(some)),
      observe: (size) => options.observeBatch?.(size),
    });
  }

  get waiting(): number {
    return this.#dispatcher.waiting;
  }

  /** Takes one message, durably when this resolves, and gives what goes out in answer. */
  turn(contact: Contact): Promise<TurnReply> {
    const { contractorId, devId, heard } = contact;
    return this.#turn(`${contractorId} ${devId}`, contact, (heard.answers?.length ?? 0) + (heard.report?.length ?? 0));
  }

  /** To whom a certificate belongs, if it is one of an enrollment's. */
  async findBinding(contractorId: ContractorId, hash: string): Promise<Binding | undefined> {
    const values = [contractorId, Buffer.from(hash, 'hex')];
    const { rows } = await retryTransient(
      () =>
        this.#options.pool.query<{ enrollment_id: EnrollmentId; device_id: DeviceId; dev_id: string }>({
          name: 'windows_binding',
          text: BINDING,
          values,
        }),
      this.#options.patience,
    );
    const [row] = rows;
    return row && { enrollmentId: row.enrollment_id, deviceId: row.device_id, devId: row.dev_id };
  }

  async #run(contacts: readonly Contact[]): Promise<readonly TurnReply[]> {
    // Rows are locked in one order, whichever copies of the server met these devices.
    const order = contacts.map((_, index) => index).sort((a, b) => compare(contacts[a], contacts[b]));
    const sorted = order.flatMap((index) => contacts[index] ?? []);
    const rows = await this.#db.query<Row>('windows_turn', TURN, turnValues(sorted, this.#options.clock.now()));
    const byContact: Row[][] = contacts.map(() => []);
    for (const row of rows) {
      const index = order[row.n - 1];
      if (index !== undefined) byContact[index]?.push(row);
    }
    return byContact.map(replyOf);
  }
}

function compare(a: Contact | undefined, b: Contact | undefined): number {
  const [left, right] = [a, b].map((one) => `${one?.contractorId} ${one?.devId}`);
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

function turnValues(contacts: readonly Contact[], now: Temporal.Instant): unknown[] {
  const column = <T>(of: (contact: Contact) => T) => contacts.map(of);
  const hashOf = ({ proof }: Contact) => (proof.kind === 'certificate' ? Buffer.from(proof.hash, 'hex') : null);
  return [
    arrayOf(column(({ contractorId }) => contractorId)),
    column(hashOf),
    arrayOf(column(({ proof }) => (proof.kind === 'certificate' && proof.signed ? 't' : 'f'))),
    column(({ devId }) => devId),
    column(({ proof }) => (proof.kind === 'digest' ? proof.nonce : null)),
    column(({ nextNonce }) => nextNonce),
    column(({ sessionId }) => sessionId),
    arrayOf(column(({ msgId }) => msgId)),
    column(({ bodyHash }) => Buffer.from(bodyHash, 'hex')),
    arrayOf(column(({ heard }) => (heard.opening ? 't' : 'f'))),
    column(({ heard }) => heard.echo ?? null),
    arrayOf(column(({ newToken }) => newToken)),
    column(({ heard }) => heard.login ?? null),
    column(({ heard }) => heard.tree ?? null),
    column(({ maxMsgSize }) => maxMsgSize ?? null),
    arrayOf(column(({ replyBytes }) => replyBytes)),
    arrayOf(column(({ final }) => (final ? 't' : 'f'))),
    arrayOf(column(({ heard }) => heard.weight)),
    arrayOf(column(({ heard }) => (heard.leaving ? 't' : 'f'))),
    column(({ heard }) => heard.answers ?? null),
    column(({ heard }) => heard.report ?? null),
    arrayOf(column(({ patience }) => patience)),
    now,
  ];
}

function replyOf(rows: readonly Row[]): TurnReply {
  const [first] = rows;
  if (first === undefined) throw new Error('a message got no verdict');
  return {
    verdict: first.verdict,
    deviceId: first.device ?? undefined,
    token: first.token ?? undefined,
    nonce: first.nonce ?? undefined,
    fresh: first.fresh === true,
    opened: first.opened === true,
    linger: first.linger,
    stray: first.stray ?? 0,
    commands: rows.flatMap(({ place, command, sealed, as_replace: asReplace, payload }) =>
      place === null || command === null || payload === null
        ? []
        : [{ index: place, commandId: command, sealed: sealed === true, asReplace: asReplace === true, payload }],
    ),
  };
}
