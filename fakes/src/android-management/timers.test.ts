import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { StandInClock } from './clock.ts';
import { Timers } from './timers.ts';

describe('planned work', () => {
  test('comes in the order of its time, and of its planning within one time', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean())), (plan) => {
        const timers = new Timers();
        const made = plan.map(([at, cancelled], index) => {
          const timer = timers.add(at, () => index);
          timer.cancelled = cancelled;
          return timer;
        });
        const wanted = made.filter(({ cancelled }) => !cancelled).sort((a, b) => a.at - b.at || a.order - b.order);
        const early = timers.take(10);
        assert.deepEqual([...early, ...timers.take(20)], wanted);
        assert.ok(early.every(({ at }) => at <= 10));
        assert.equal(timers.first(), undefined);
      }),
    );
  });
});

describe('the clock', () => {
  test('stands still with its source, and moves when it is moved, doing everything on the way at its time', async () => {
    const clock = new StandInClock(() => 1_000_000);
    const done: string[] = [];
    const at = (what: string) => () => done.push(`${what} ${clock.milliseconds - 1_000_000}`);
    clock.after(50, at('late'));
    clock.after(0, at('at once'));
    clock.after(10, () => {
      at('early')();
      clock.after(15, at('follows'));
    });
    clock.after(20, at('never'))();
    await clock.settle();
    assert.deepEqual(done, ['at once 0']);
    await clock.advance(60);
    assert.deepEqual(done, ['at once 0', 'early 10', 'follows 25', 'late 50']);
    assert.equal(clock.milliseconds, 1_000_060);
    clock.close();
  });

  test('tells with the next settling what went wrong', async () => {
    const clock = new StandInClock(() => 0);
    clock.after(0, () => {
      throw new Error('wrong');
    });
    await assert.rejects(clock.settle(), { message: 'wrong' });
    await clock.settle();
    clock.close();
  });

  test('runs by itself in real time', async () => {
    const clock = new StandInClock();
    await new Promise<void>((resolve) => {
      clock.after(5, resolve);
      const keepAlive = setTimeout(() => undefined, 5_000);
      clock.after(5, () => clearTimeout(keepAlive));
    });
    clock.close();
  });
});
