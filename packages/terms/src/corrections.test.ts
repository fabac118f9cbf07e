import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BOOK, checkFact, checkHistory, type History, stateOn } from './index.ts';
import { contract, day, TODAY } from './testing.ts';

const proxy = contract({
  kind: 'device-and-app',
  on: '2025-04-10',
  billingStart: '2025-04-15',
  requests: [{ subject: 'operation-proxy', deviceCount: 40 }],
});

describe('corrections', () => {
  const start = proxy.findIndex((fact) => fact.type === 'billing_started') + 1;
  const correct = (facts: History, corrects: number, by?: string): History => [
    ...facts,
    {
      seq: facts.length + 1,
      on: TODAY,
      type: 'corrected',
      corrects,
      reason: 'typed wrong',
      ...(by !== undefined && {
        by: { on: day(by), type: 'billing_started', subjects: ['service', 'operation-proxy'] } as const,
      }),
    },
  ];
  const billingStart = (facts: History) => {
    checkHistory(BOOK, facts, TODAY);
    return stateOn(BOOK, facts, TODAY).billingStartOn?.toString();
  };

  test('replace a fact, take it out, and can be corrected themselves', () => {
    assert.equal(proxy[start - 1]?.type, 'billing_started');
    const once = correct(proxy, start, '2025-05-01');
    assert.equal(billingStart(once), '2025-05-01');
    assert.equal(billingStart(correct(proxy, start)), undefined);
    assert.equal(billingStart(correct(once, once.length, '2025-06-01')), '2025-06-01', 'a correction corrected');
    assert.equal(billingStart(correct(once, once.length)), '2025-04-15', 'a correction taken back');
    const twice = correct(once, start, '2025-07-01');
    assert.equal(billingStart(twice), '2025-07-01', 'the last correction holds');
    assert.equal(billingStart(correct(twice, twice.length)), '2025-05-01', 'taken back, the one before holds');
    const chain = correct(correct(once, once.length, '2025-06-01'), once.length + 1);
    assert.equal(billingStart(chain), '2025-05-01', 'the correction of the correction taken back');
  });

  for (const { name, fact, code } of [
    { name: 'of nothing', fact: { corrects: 99 }, code: 'history.corrects_unknown' },
    { name: 'of itself', fact: { corrects: proxy.length + 1 }, code: 'history.corrects_unknown' },
    {
      name: 'into another type',
      fact: { corrects: start, by: { on: day('2025-05-01'), type: 'notice_arrived', subject: 'service' } as const },
      code: 'correction.other_type',
    },
    {
      name: 'that puts billing before acceptance',
      fact: { corrects: start, by: { on: day('2025-04-01'), type: 'billing_started', subjects: ['service'] } as const },
      code: 'billing.before_acceptance',
    },
    { name: 'that takes the acceptance from under what follows', fact: { corrects: 3 }, code: 'subject.not_accepted' },
  ]) {
    test(`${name} are refused: ${code}`, () => {
      const correction = { seq: proxy.length + 1, on: TODAY, type: 'corrected', reason: 'r', ...fact } as const;
      assert.throws(() => checkFact(BOOK, proxy, correction, TODAY), { name: 'TermsError', code });
    });
  }
});
