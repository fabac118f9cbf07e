import { errorCode } from './errors.ts';

/** Runs a transaction again that lost against another one which wanted the same rows in another order. */
export async function retryDeadlock<R>(run: () => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (errorCode(error) !== '40P01' || attempt === 3) throw error;
    }
  }
}
