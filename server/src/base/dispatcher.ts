/** One contact that waits for the database. Two jobs with one key never run at the same time. */
export type Job<Payload, Reply> = {
  readonly key: string;
  readonly payload: Payload;
  /** Bytes it adds to the statement. */
  readonly size: number;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
};

/** One contact of a batch failed while others did not. */
export class Failed {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

export type Lane<Payload, Reply> = {
  /** One reply for each payload, in order. */
  readonly run: (payloads: readonly Payload[]) => Promise<readonly (Reply | Failed)[]>;
  readonly observe?: (size: number) => void;
};

export type DispatcherOptions = {
  readonly batch: number;
  readonly inFlight: number;
  /** A second statement of one lane starts only when so many contacts wait: fewer and larger ones cost less. */
  readonly second: number;
  /** Bytes of one statement. */
  readonly bytes: number;
  /** Contacts that may wait; more are turned away. */
  readonly waiting: number;
};

export const DISPATCHER: DispatcherOptions = {
  batch: 256,
  inFlight: 2,
  second: 24,
  bytes: 4 * 1024 * 1024,
  waiting: 10_000,
};

/** More contacts wait than we let wait. */
export class TooManyWaiting extends Error {
  constructor() {
    super('too many contacts wait for the database');
    this.name = 'TooManyWaiting';
  }
}

type Entry<Payload, Reply> = { readonly turn: number; readonly job: Job<Payload, Reply> };

/** One lane's contacts and how many of its statements run. */
class Queue<Payload, Reply> {
  readonly lane: Lane<Payload, Reply>;
  readonly entries: Entry<Payload, Reply>[] = [];
  inFlight = 0;

  constructor(lane: Lane<Payload, Reply>) {
    this.lane = lane;
  }
}

type AnyLane = { readonly waitingSince: number | undefined; readonly launch: () => boolean };

/**
 * Gathers waiting contacts into statements: at most `inFlight` of them at a time over all lanes, each of at most `batch`
 * contacts. While statements run, the next contacts gather by themselves, so that load makes batches larger and an idle
 * server answers at once.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #lanes: AnyLane[] = [];
  readonly #busy = new Set<string>();
  #inFlight = 0;
  #waiting = 0;
  #turn = 0;
  #scheduled = false;

  constructor(options: DispatcherOptions = DISPATCHER) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** A queue of its own whose statements share the limit. */
  lane<Payload, Reply>(lane: Lane<Payload, Reply>): (key: string, payload: Payload, size?: number) => Promise<Reply> {
    const queue = new Queue(lane);
    const { second } = this.#options;
    this.#lanes.push({
      get waitingSince() {
        const enough = queue.inFlight === 0 || queue.entries.length >= second;
        return enough ? queue.entries[0]?.turn : undefined;
      },
      launch: () => this.#launch(queue),
    });
    return (key, payload, size = 0) => {
      if (this.#waiting >= this.#options.waiting) return Promise.reject(new TooManyWaiting());
      return new Promise<Reply>((resolve, reject) => {
        this.#waiting += 1;
        queue.entries.push({ turn: this.#turn++, job: { key, payload, size, resolve, reject } });
        this.#schedule();
      });
    };
  }

  /** After the sockets that are readable now have been read: their contacts share a statement. */
  #schedule(): void {
    if (this.#scheduled || this.#inFlight >= this.#options.inFlight) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#inFlight < this.#options.inFlight) {
      const [next, other] = this.#lanes
        .filter((lane) => lane.waitingSince !== undefined)
        .sort((a, b) => (a.waitingSince ?? 0) - (b.waitingSince ?? 0));
      if (!next?.launch() && !other?.launch()) return;
    }
  }

  #launch<Payload, Reply>(queue: Queue<Payload, Reply>): boolean {
    const batch = this.#take(queue);
    if (batch.length === 0) return false;
    this.#inFlight += 1;
    queue.inFlight += 1;
    this.#waiting -= batch.length;
    for (const { key } of batch) this.#busy.add(key);
    queue.lane.observe?.(batch.length);
    void this.#run(queue.lane, batch).finally(() => {
      this.#inFlight -= 1;
      queue.inFlight -= 1;
      for (const { key } of batch) this.#busy.delete(key);
      this.#pump();
    });
    return true;
  }

  /** The oldest whose key is free; those of a busy key keep their place. */
  #take<Payload, Reply>(queue: Queue<Payload, Reply>): Job<Payload, Reply>[] {
    const { batch, bytes } = this.#options;
    const taken: Job<Payload, Reply>[] = [];
    const left: Entry<Payload, Reply>[] = [];
    const keys = new Set<string>();
    let size = 0;
    for (const entry of queue.entries) {
      const { job } = entry;
      const fits = taken.length < batch && (taken.length === 0 || size + job.size <= bytes);
      if (!fits || this.#busy.has(job.key) || keys.has(job.key)) left.push(entry);
      else {
        taken.push(job);
        keys.add(job.key);
        size += job.size;
      }
    }
    queue.entries.splice(0, queue.entries.length, ...left);
    return taken;
  }

  async #run<Payload, Reply>(lane: Lane<Payload, Reply>, batch: readonly Job<Payload, Reply>[]): Promise<void> {
    try {
      const replies = await lane.run(batch.map(({ payload }) => payload));
      for (const [index, job] of batch.entries()) {
        const reply = replies[index];
        if (reply === undefined) job.reject(new Error('a batch answered fewer contacts than it was given'));
        else if (reply instanceof Failed) job.reject(reply.error);
        else job.resolve(reply);
      }
    } catch (error) {
      for (const job of batch) job.reject(error);
    }
  }
}
