import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTION_STEPS, ACTION_TYPES, ActionRequest } from '@tsukasa/api';
import fc from 'fast-check';
import { DomainError } from '../../base/errors.ts';
import type { Progress } from './index.ts';
import { checkParams, follow, shownParams } from './rules.ts';

const start = Temporal.Instant.from('2026-04-01T00:00:00Z');
const moment = fc.nat(10_000).map((seconds) => start.add({ seconds }));
const progress: fc.Arbitrary<Progress> = fc.record(
  {
    queuedAt: moment,
    wokenAt: moment,
    wakeProblem: fc.constant({ code: 'push_token_dead' }),
    fetchedAt: moment,
    deferredAt: moment,
    deferredCount: fc.nat(9),
    answeredAt: moment,
  },
  { requiredKeys: [] },
);
const finals = ['done', 'failed', 'cancelled', 'expired', 'superseded'] as const;

test('steps keep their order, and an open action waits for the first that has not come', () => {
  fc.assert(
    fc.property(progress, (given) => {
      const { steps, waitingFor, state } = follow(
        { state: 'queued', askedAt: start, queuedAt: start, finishedAt: undefined, reportsFetch: true },
        given,
      );
      const order = steps.map(({ step }) => ACTION_STEPS.indexOf(step));
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
      );
      assert.equal(waitingFor, steps.find(({ at }) => at === null)?.step ?? null);
      assert.equal(state === 'deferred', given.deferredAt !== undefined);
      if (state === 'deferred') assert.equal(steps.find(({ step }) => step === 'fetched')?.at, null);
    }),
  );
});

test('a final action keeps its state, waits for nothing and cannot be cancelled', () => {
  fc.assert(
    fc.property(progress, fc.constantFrom(...finals), (given, state) => {
      const shown = follow({ state, askedAt: start, queuedAt: start, finishedAt: start, reportsFetch: true }, given);
      assert.deepEqual([shown.state, shown.waitingFor, shown.cancellable], [state, null, false]);
      if (state === 'done' || state === 'failed') assert.notEqual(shown.steps.at(-1)?.at, null);
    }),
  );
});

test('a device that came by itself needs no waking; one that cannot be woken says why', () => {
  const course = {
    state: 'queued',
    askedAt: start,
    queuedAt: start,
    finishedAt: undefined,
    reportsFetch: true,
  } as const;
  assert.deepEqual(
    follow(course, { fetchedAt: start }).steps.map(({ step }) => step),
    ['asked', 'queued', 'fetched', 'answered'],
  );
  const waiting = follow(course, { wakeProblem: { code: 'no_push_certificate' } });
  assert.equal(waiting.waitingFor, 'woken');
  assert.deepEqual(waiting.steps.find(({ step }) => step === 'woken')?.detail, { code: 'no_push_certificate' });
});

const pointersOf = (run: () => void) => {
  try {
    run();
    return [];
  } catch (error) {
    assert.ok(error instanceof DomainError && error.code === 'invalid');
    return error.errors.map(({ pointer }) => pointer).sort();
  }
};

for (const [type, params, pointers] of [
  ['lock', { pin: '12345', nonsense: 1 }, ['/params/nonsense', '/params/pin']],
  ['lock', { message: 'a\u0000' }, ['/params/message']],
  ['lock', { message: '\ud800' }, ['/params/message']],
  ['rename', {}, ['/params/name']],
  ['rename', { name: '' }, ['/params/name']],
  ['erase', { obliterationBehavior: 'Sometimes' }, ['/params/obliterationBehavior']],
  ['refresh', { anything: true }, ['/params/anything']],
  ['lock', { message: 'お電話ください', phoneNumber: '+81 3-0000-0000' }, []],
] as const) {
  test(`${type} with ${JSON.stringify(params)}`, () =>
    assert.deepEqual([...new Set(pointersOf(() => checkParams(type, params)))], pointers));
}

test('whatever is given as parameters, nothing but `invalid` comes out of it', () => {
  const params = fc.dictionary(fc.string(), fc.anything());
  fc.assert(
    fc.property(
      fc.constantFrom(...ACTION_TYPES),
      params,
      (type, given) => void pointersOf(() => checkParams(type, given)),
    ),
  );
  assert.ok(ActionRequest);
});

test('a PIN and a raw property list are never shown', () => {
  const nothing = { effects: [], warnings: [], options: [], requiredOptions: [] };
  assert.deepEqual(shownParams('lock', { pin: '123456', message: 'x' }, nothing), { message: 'x' });
  assert.deepEqual(shownParams('raw', { plist: '<secret/>' }, nothing), {});
});
