import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  admissible,
  BOOK,
  cancellation,
  charges,
  checkHistory,
  clauseLabel,
  explain,
  governing,
  type History,
  type KindId,
  type Reason,
  stateOn,
} from './index.ts';
import { append, contract, day, type Entry, history, month, TODAY } from './testing.ts';

/** The worked examples of the terms (reference sheet): C1 to C9, F1 to F5, H1 to H3, with the clauses that lead there. */
const clauses = (reasons: readonly Reason[]) => [...new Set(reasons.map((reason) => reason.clause))];

describe('cancellation (Art. 8-7, 10)', () => {
  for (const { name, arrivedOn, designatedOn, effectiveOn } of [
    { name: 'C1', arrivedOn: '2025-04-01', effectiveOn: '2025-05-01' },
    { name: 'C2', arrivedOn: '2025-04-01', designatedOn: '2025-04-15', effectiveOn: '2025-05-01' },
    { name: 'C3', arrivedOn: '2025-04-01', designatedOn: '2025-06-30', effectiveOn: '2025-06-30' },
    { name: 'C4', arrivedOn: '2024-01-31', effectiveOn: '2024-03-01' },
    { name: 'C5', arrivedOn: '2025-12-15', designatedOn: '2026-01-14', effectiveOn: '2026-01-14' },
  ]) {
    test(`${name}: arrives ${arrivedOn}, designates ${designatedOn ?? 'nothing'}: ends ${effectiveOn}`, () => {
      const answer = cancellation({
        book: BOOK,
        arrivedOn: day(arrivedOn),
        ...(designatedOn !== undefined && { designatedOn: day(designatedOn) }),
        subject: 'service',
      });
      assert.equal(String(answer.effectiveOn), effectiveOn);
      assert.deepEqual(clauses(answer.because), ['art-10-1', 'civil-140']);
      assert.equal(answer.because.at(-1)?.params?.['effectiveOn'], effectiveOn);
    });
  }

  test('C1 explains itself in both languages', () => {
    const { because } = cancellation({ book: BOOK, arrivedOn: day('2025-04-01'), subject: 'service' });
    assert.deepEqual(
      because.map((reason) => `${explain(reason, 'ja')}（${clauseLabel(reason.clause ?? '', 'ja')}）`),
      [
        'サービス契約の解約申込書による通知が2025年4月1日に到達しました。（第10条第1項）',
        '期間の初日である到達日2025年4月1日は算入しません。（民法第140条）',
        '到達した日から30日を経過する日は2025年5月1日です。（第10条第1項）',
        'いずれか遅い日である2025年5月1日に、サービス契約の終了の効力が生じます。（第10条第1項）',
      ],
    );
    assert.deepEqual(
      because.map((reason) => explain(reason, 'en')),
      [
        'The cancellation notice for the service contract arrived on 2025-04-01.',
        'The day of arrival, 2025-04-01, is not counted.',
        '30 days from arrival elapse on 2025-05-01.',
        'The later of these days counts: the service contract ends on 2025-05-01.',
      ],
    );
  });

  const optionStopped = (kind: KindId): History =>
    append(contract({ kind, on: '2025-01-10', requests: [{ subject: 'secure-app-connect' }] }), [
      '2025-04-01',
      { type: 'notice_arrived', subject: 'secure-app-connect' },
    ]);

  test('C6: under app-only the end of the container option ends the service contract too', () => {
    const answer = cancellation({
      book: BOOK,
      arrivedOn: day('2025-04-01'),
      subject: 'secure-app-connect',
      kind: 'app-only',
    });
    assert.deepEqual(
      answer.endings.map(({ subject, effectiveOn }) => [subject, String(effectiveOn)]),
      [
        ['secure-app-connect', '2025-05-01'],
        ['service', '2025-05-01'],
      ],
    );
    assert.deepEqual(clauses(answer.endings[1]?.because ?? []), ['art-8-7', 'civil-140', 'art-10-2']);
    const facts = optionStopped('app-only');
    const state = stateOn(BOOK, facts, day('2025-05-01'));
    assert.deepEqual([state.phase, String(state.endsOn), state.inForce], ['ending', '2025-05-01', true]);
    assert.deepEqual(clauses(state.endBecause), ['art-8-7', 'civil-140', 'art-10-2']);
    const after = stateOn(BOOK, facts, day('2025-05-02'));
    assert.deepEqual([after.phase, after.options[0]?.phase], ['ended', 'ended']);
  });

  test('C7: under device-and-app the option ends and the service contract goes on', () => {
    const answer = cancellation({
      book: BOOK,
      arrivedOn: day('2025-04-01'),
      subject: 'secure-app-connect',
      kind: 'device-and-app',
    });
    assert.deepEqual(
      answer.endings.map(({ subject }) => subject),
      ['secure-app-connect'],
    );
    const after = stateOn(BOOK, optionStopped('device-and-app'), day('2025-05-02'));
    assert.deepEqual([after.phase, after.endsOn, after.options[0]?.phase], ['in_force', undefined, 'ended']);
  });
});

describe('applications (Art. 5, 8-4)', () => {
  const appOnly = { contractId: 'c1', history: contract({ kind: 'app-only', on: '2025-04-10' }) };

  test('C8: a container option applied for a week after app-only is refused', () => {
    const answer = admissible(
      BOOK,
      [appOnly],
      { type: 'options', contractId: 'c1', requests: [{ subject: 'secure-app-connect' }] },
      day('2025-04-17'),
    );
    assert.equal(answer.admissible, false);
    assert.deepEqual(clauses(answer.because), ['art-8-4']);
  });

  test('C9: a second application for app-only is refused, one for device-and-app is not', () => {
    const wanted = (kind: KindId) =>
      admissible(
        BOOK,
        [appOnly],
        { type: 'service', item: 'MaaS360', kind, requests: [{ subject: 'service' }] },
        day('2025-05-01'),
      );
    assert.deepEqual(clauses(wanted('app-only').because), ['art-5']);
    assert.equal(wanted('app-only').admissible, false);
    assert.equal(wanted('device-and-app').admissible, true);
  });

  test('C9: an application that has no answer yet counts as well', () => {
    const waiting: History = history([
      '2025-04-10',
      {
        type: 'applied',
        application: 'a1',
        item: 'MaaS360',
        kind: 'app-only',
        requests: [{ subject: 'service' }],
      },
    ]);
    const answer = admissible(
      BOOK,
      [{ contractId: 'c1', history: waiting }],
      { type: 'service', item: 'MaaS360', kind: 'app-only', requests: [{ subject: 'service' }] },
      day('2025-04-10'),
    );
    assert.deepEqual(clauses(answer.because), ['art-5']);
  });
});

describe('fees of operation-proxy (Art. 8-5, 11, Sch. 1)', () => {
  const proxy = (billingStart: string, ...more: readonly Entry[]): History =>
    append(
      contract({
        kind: 'device-and-app',
        on: '2025-04-10',
        billingStart,
        requests: [{ subject: 'operation-proxy', deviceCount: 40 }],
      }),
      ...more,
    );
  const ask = (seq: number, on: string, deviceCount: number): readonly Entry[] => [
    [on, { type: 'count_asked', subject: 'operation-proxy', deviceCount }],
    [on, { type: 'count_accepted', asked: seq }],
  ];
  const next = proxy('2025-04-15').length + 1;

  for (const { name, facts, expected } of [
    {
      name: 'F1',
      facts: proxy('2025-04-15'),
      expected: ['2025-04 initial 20000', '2025-04 monthly 6000', '2025-05 monthly 6000'],
    },
    {
      name: 'F2',
      facts: proxy('2025-04-15', ...ask(next, '2025-05-20', 55)),
      expected: ['2025-05 monthly 6000', '2025-06 monthly 8250'],
    },
    {
      name: 'F3',
      facts: proxy('2025-04-15', ...ask(next, '2025-05-20', 55), ...ask(next + 2, '2025-05-28', 30)),
      expected: ['2025-05 monthly 6000', '2025-06 monthly 4500'],
    },
    {
      name: 'F4',
      facts: proxy('2025-04-15', ['2025-06-10', { type: 'notice_arrived', subject: 'operation-proxy' }]),
      expected: ['2025-06 monthly 6000', '2025-07 monthly 6000'],
    },
    { name: 'F5', facts: proxy('2025-04-30'), expected: ['2025-04 initial 20000', '2025-04 monthly 6000'] },
  ]) {
    test(`${name}: ${expected.join(', ')}`, () => {
      checkHistory(BOOK, facts, TODAY);
      const answer = charges(BOOK, facts, { from: month('2025-01'), to: month('2025-12') });
      assert.deepEqual(answer.problems, []);
      const lines = answer.charges
        .filter((charge) => charge.subject === 'operation-proxy')
        .map(({ month: of, fee, amount }) => `${of} ${fee} ${amount}`);
      for (const line of expected) assert.ok(lines.includes(line), `${line} of ${lines.join(', ')}`);
      if (name === 'F4') assert.ok(!lines.some((line) => line.startsWith('2025-08')), lines.join(', '));
    });
  }

  test('F4: the notice takes effect on 2025-07-10', () => {
    const facts = proxy('2025-04-15', ['2025-06-10', { type: 'notice_arrived', subject: 'operation-proxy' }]);
    assert.equal(String(stateOn(BOOK, facts, day('2025-06-10')).options[0]?.endsOn), '2025-07-10');
    assert.equal(stateOn(BOOK, facts, day('2025-06-09')).options[0]?.endsOn, undefined);
  });

  test('F2: the June charge says which request and clause it rests on', () => {
    const facts = proxy('2025-04-15', ...ask(next, '2025-05-20', 55));
    const june = charges(BOOK, facts, { from: month('2025-06'), to: month('2025-06') }).charges.find(
      ({ subject }) => subject === 'operation-proxy',
    );
    assert.deepEqual(clauses(june?.because ?? []), ['art-11', 'sch-1-2-2-note-2', 'sch-1-2-2', 'art-8-5']);
    assert.equal(june?.because.at(-1)?.seq, next);
    assert.equal(june?.quantity, 55);
  });
});

describe('historical items (supplementary provisions)', () => {
  const on = (facts: History, text: string) => {
    const { item, kind, inForce, revision } = governing(BOOK, facts, day(text));
    return [item, kind, inForce, String(revision.effectiveOn)];
  };

  test('H1: an iPad contract becomes one of デバイス管理', () => {
    const facts = contract({ item: 'iPad', on: '2011-06-01' });
    checkHistory(BOOK, facts, TODAY);
    assert.deepEqual(on(facts, '2011-09-30'), ['iPad', undefined, true, '2011-05-01']);
    assert.deepEqual(on(facts, '2011-10-01'), ['デバイス管理', undefined, true, '2011-10-01']);
    const { because } = governing(BOOK, facts, day('2011-10-01'));
    assert.ok(clauses(because).includes('sup-2011-10-01-2'));
  });

  test('H2: without a change application デバイス管理 is in force under previous terms until 2017-06-30', () => {
    const facts = contract({ item: 'デバイス管理', on: '2015-02-01' });
    checkHistory(BOOK, facts, TODAY);
    assert.deepEqual(on(facts, '2017-06-30'), ['デバイス管理', undefined, true, '2016-01-01']);
    assert.deepEqual(on(facts, '2017-07-01'), ['デバイス管理', undefined, false, '2017-07-01']);
    assert.equal(stateOn(BOOK, facts, day('2017-07-01')).phase, 'lapsed');
    assert.ok(clauses(governing(BOOK, facts, day('2017-07-01')).because).includes('sup-2016-04-01-2'));
  });

  test('H3: with a change application accepted 2017-05-01 it goes on as MaaS360', () => {
    const facts = append(
      contract({ item: 'デバイス管理', on: '2015-02-01' }),
      ['2017-05-01', { type: 'change_applied', application: 'a2', item: 'MaaS360', kind: 'device-and-app' }],
      ['2017-05-01', { type: 'accepted', application: 'a2', startOn: day('2017-07-01') }],
    );
    checkHistory(BOOK, facts, TODAY);
    assert.deepEqual(on(facts, '2017-06-30'), ['デバイス管理', undefined, true, '2016-01-01']);
    assert.deepEqual(on(facts, '2017-07-01'), ['MaaS360', 'device-and-app', true, '2017-07-01']);
    assert.equal(stateOn(BOOK, facts, day('2017-07-01')).endsOn, undefined);
  });

  test('H1 to H2: an iPad contract of 2011 lapses with the others', () => {
    const facts = contract({ item: 'iPad', on: '2011-06-01' });
    assert.deepEqual(on(facts, '2017-06-30'), ['デバイス管理', undefined, true, '2016-01-01']);
    assert.deepEqual(on(facts, '2017-07-01')[2], false);
  });
});
