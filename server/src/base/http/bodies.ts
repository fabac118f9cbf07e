import type { IncomingMessage } from 'node:http';

/** A body is larger than its endpoint reads. What still comes of it is dropped. */
export class BodyTooLarge extends Error {
  constructor() {
    super('the body is too large');
    this.name = 'BodyTooLarge';
  }
}

/** Too much is being received at once; the device is asked to come again. */
export class Overloaded extends Error {
  constructor() {
    super('too many bytes are being received');
    this.name = 'Overloaded';
  }
}

/** The device went away, or stopped sending, before its message was whole. */
export class Interrupted extends Error {
  constructor() {
    super('the request ended before its body did');
    this.name = 'Interrupted';
  }
}

/**
 * Receives bodies within a limit each and a budget for all. How long a body may take is `SERVER_LIMITS.requestTimeout`,
 * which ends the connection.
 */
export class BodyReader {
  readonly #limit: number;
  readonly #budget: number;
  #held = 0;

  /** Bytes of one body, and of all bodies that are being received at one time. */
  constructor({ limit, budget }: { readonly limit: number; readonly budget: number }) {
    this.#limit = limit;
    this.#budget = budget;
  }

  /** Bytes of unfinished bodies. */
  get held(): number {
    return this.#held;
  }

  /** Rejects with `BodyTooLarge`, `Overloaded` or `Interrupted`. */
  read(request: IncomingMessage): Promise<Buffer> {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > this.#limit) return Promise.reject(new BodyTooLarge());
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let length = 0;
      let settled = false;
      const settle = (error: Error | undefined) => {
        if (settled) return;
        settled = true;
        this.#held -= length;
        if (error === undefined) resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length));
        else reject(error);
      };
      // Without a listener for `error` an interrupted request only closes. After a refusal what still comes is dropped.
      request.on('data', (chunk: Buffer) => {
        if (settled) return;
        length += chunk.length;
        this.#held += chunk.length;
        if (length > this.#limit) settle(new BodyTooLarge());
        else if (this.#held > this.#budget) settle(new Overloaded());
        else chunks.push(chunk);
      });
      request.on('end', () => settle(undefined));
      request.on('close', () => settle(new Interrupted()));
    });
  }
}
