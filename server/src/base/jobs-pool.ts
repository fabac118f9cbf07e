import type pg from 'pg';
import { isTransient } from './db.ts';

/** PostgreSQL's "cannot connect now": of the ways in which a database can be away, the one that graphile-worker waits for. */
const COME_BACK_LATER = '57P03';

function translate(error: unknown): never {
  if (!isTransient(error)) throw error;
  throw Object.assign(new Error('the database is away', { cause: error }), { code: COME_BACK_LATER });
}

/**
 * A pool for graphile-worker, which records the end of a job without anybody waiting for it: when the connection breaks in
 * that moment the rejection would end the process. Every loss of the database is therefore told as one that it repeats.
 */
export function patientPool(pool: pg.Pool): { readonly pool: pg.Pool; close(): Promise<void> } {
  let busy = 0;
  let closed = false;
  const borrow = async (): Promise<pg.PoolClient> => {
    // A repetition that outlives the worker: its job is given back to others, so nobody needs this to end.
    if (closed) return new Promise(() => undefined);
    busy += 1;
    const client = await pool.connect().catch((error: unknown) => {
      busy -= 1;
      return translate(error);
    });
    let released = false;
    const release = (broken?: Error | boolean) => {
      if (!released) busy -= 1;
      released = true;
      client.release(broken);
    };
    const query = (...args: unknown[]) => {
      const result: unknown = Reflect.apply(client.query, client, args);
      return result instanceof Promise ? result.catch(translate) : result;
    };
    return over(client, { release, query });
  };
  // The listener asks with a callback and has a patience of its own.
  const connect = (...args: unknown[]) => (args.length > 0 ? Reflect.apply(pool.connect, pool, args) : borrow());
  return {
    pool: over(pool, { connect }),
    close: async () => {
      for (let i = 0; busy > 0 && i < 100; i++) await new Promise((done) => setTimeout(done, 20));
      closed = true;
    },
  };
}

/** The same object with some of its functions replaced. */
function over<T extends object>(target: T, replaced: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get: (_, name) => {
      if (typeof name === 'string' && name in replaced) return replaced[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
