import type pg from 'pg';
import { isTransient, retryTransient } from './db.ts';
import { retryDeadlock } from './deadlock.ts';
import { Failed } from './dispatcher.ts';
import { errorCode } from './errors.ts';

export type ChannelDbOptions = {
  readonly pool: pg.Pool;
  /** Milliseconds that a contact waits for a database that is away. */
  readonly patience?: number | undefined;
};

/** A device channel's statements: prepared once for every batch size, and repeated when that is all that is needed. */
export class ChannelDb {
  readonly #options: ChannelDbOptions;
  readonly #primed = new WeakSet<pg.PoolClient>();

  constructor(options: ChannelDbOptions) {
    this.#options = options;
  }

  async query<Row extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    const client = await this.#options.pool.connect();
    let broken: unknown;
    try {
      if (!this.#primed.has(client)) {
        // A plan made for one batch size serves all; planning anew for each would cost more than running it.
        await client.query('set plan_cache_mode = force_generic_plan; set enable_seqscan = off');
        this.#primed.add(client);
      }
      const { rows } = await client.query<Row>({ name, text, values: [...values] });
      return rows;
    } catch (error) {
      broken = error;
      throw error;
    } finally {
      client.release(broken !== undefined && isTransient(broken));
    }
  }

  /**
   * Runs a batch whose statement may be repeated, also after two copies of the server met the same devices. One payload
   * that fails for its own reason does not fail the others.
   */
  async batch<Payload, Reply>(
    payloads: readonly Payload[],
    run: (some: readonly Payload[]) => Promise<readonly Reply[]>,
  ): Promise<readonly (Reply | Failed)[]> {
    const attempt = (some: readonly Payload[]) =>
      retryTransient(() => retryDeadlock(() => run(some)), this.#options.patience);
    try {
      return await attempt(payloads);
    } catch (error) {
      if (payloads.length === 1 || errorCode(error) === 'unavailable' || isTransient(error)) throw error;
    }
    const replies: (Reply | Failed)[] = [];
    for (const payload of payloads) {
      replies.push(...(await attempt([payload]).catch((error: unknown) => [new Failed(error)])));
    }
    return replies;
  }
}

/** A PostgreSQL array. Written here rather than by the driver, which escapes each element; none of these needs it. */
export function arrayOf(elements: readonly (string | number)[]): string {
  return `{${elements.join(',')}}`;
}

/** An element of a `bytea[]`. */
export function hexBytes(hex: string): string {
  return `"\\\\x${hex}"`;
}
