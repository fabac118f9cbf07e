import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DISPATCHER, Dispatcher, Failed, TooManyWaiting } from './dispatcher.ts';

const OPTIONS = { ...DISPATCHER, batch: 4, second: 2 };
const pause = () => new Promise((done) => setImmediate(done));

test('what comes together goes together, and each gets its own answer', async () => {
  const sizes: number[] = [];
  const dispatcher = new Dispatcher({ ...OPTIONS, batch: 256 });
  const double = dispatcher.lane<number, number>({
    run: async (numbers) => numbers.map((n) => 2 * n),
    observe: (size) => sizes.push(size),
  });
  const answers = await Promise.all([1, 2, 3].map((n) => double(String(n), n)));
  assert.deepEqual(answers, [2, 4, 6]);
  assert.deepEqual(sizes, [3]);
});

test('never more than two statements, never one key twice at a time, and nobody is forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), lane: fc.boolean() }), {
        maxLength: 60,
      }),
      async (contacts) => {
        let running = 0;
        const busy = new Set<string>();
        const order = new Map<string, number[]>();
        const dispatcher = new Dispatcher(OPTIONS);
        const run = async (batch: readonly { readonly key: string; readonly n: number }[]) => {
          running += 1;
          assert.ok(running <= 2 && batch.length <= 4);
          for (const { key, n } of batch) {
            assert.ok(!busy.has(key));
            busy.add(key);
            order.set(key, [...(order.get(key) ?? []), n]);
          }
          await pause();
          for (const { key } of batch) busy.delete(key);
          running -= 1;
          return batch.map(({ n }) => n);
        };
        const lanes = [dispatcher.lane({ run }), dispatcher.lane({ run })] as const;
        const answers = await Promise.all(contacts.map(({ key, lane }, n) => lanes[lane ? 0 : 1](key, { key, n })));
        assert.deepEqual(
          answers,
          contacts.map((_, n) => n),
        );
        assert.equal(dispatcher.waiting, 0);
      },
    ),
    { numRuns: 50 },
  );
});

test('one that fails alone does not fail the others; a batch that fails fails all of its own', async () => {
  const dispatcher = new Dispatcher(OPTIONS);
  const some = dispatcher.lane<number, number>({
    run: async (numbers) => numbers.map((n) => (n === 2 ? new Failed(new Error('two')) : n)),
  });
  const results = await Promise.allSettled([1, 2, 3].map((n) => some(String(n), n)));
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  const all = dispatcher.lane<number, number>({ run: async () => Promise.reject(new Error('away')) });
  await assert.rejects(all('x', 1), /away/);
  assert.equal(await some('4', 4), 4);
});

test('those beyond the limit are turned away at once', async () => {
  const dispatcher = new Dispatcher({ ...OPTIONS, waiting: 1 });
  const echo = dispatcher.lane<number, number>({ run: async (numbers) => numbers });
  const first = echo('a', 1);
  await assert.rejects(echo('b', 2), TooManyWaiting);
  assert.equal(await first, 1);
});

test('a statement takes only so many bytes, and always at least one contact', async () => {
  const sizes: number[] = [];
  const dispatcher = new Dispatcher({ ...OPTIONS, bytes: 10 });
  const echo = dispatcher.lane<number, number>({
    run: async (numbers) => numbers,
    observe: (size) => sizes.push(size),
  });
  await Promise.all([echo('a', 1, 6), echo('b', 2, 6), echo('c', 3, 60)]);
  assert.deepEqual(sizes, [1, 1, 1]);
});
