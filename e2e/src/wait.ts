import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is true (or a value); fails with `what` when the time is over. */
export async function until<T>(
  what: string,
  patienceMs: number,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  everyMs = 100,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`waited ${patienceMs} ms in vain until ${what}`);
    await sleep(everyMs);
  }
}
