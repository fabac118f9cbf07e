import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BOOK,
  cancellation,
  charges,
  checkFact,
  countsByMonth,
  effectiveFacts,
  entitlements,
  explain,
  type Fact,
  type FactBody,
  factFromJson,
  factToJson,
  type History,
  type Reason,
  stateOn,
  TermsError,
} from './index.ts';
import { day, month, TODAY } from './testing.ts';

const BEGIN = day('2025-01-01');
const dayOf = (offset: number) => BEGIN.add({ days: offset });
const RANGE = { from: month('2025-01'), to: month('2026-12') };
const SUBJECTS = ['service', 'operation-proxy', 'secure-app-connect'] as const;
const offset = fc.nat(500);
const subject = fc.constantFrom(...SUBJECTS);

/** Anything that somebody might try to record after an application, sensible or not. */
const candidate: fc.Arbitrary<{ on: number; body: FactBody }> = fc.oneof(
  fc.record({ on: offset, body: fc.record({ type: fc.constant('notice_arrived' as const), subject }) }),
  fc.record({ on: offset, designated: offset, subject }).map(({ on, designated, subject: of }) => ({
    on,
    body: { type: 'notice_arrived' as const, subject: of, designatedOn: dayOf(designated) },
  })),
  fc.record({
    on: offset,
    body: fc.record({
      type: fc.constant('notice_withdrawn' as const),
      notice: fc.integer({ min: 1, max: 20 }),
      reason: fc.constant('agreed'),
    }),
  }),
  fc.record({
    on: offset,
    body: fc.record({ type: fc.constant('billing_started' as const), subjects: fc.tuple(subject) }),
  }),
  fc.record({ on: offset, body: fc.record({ type: fc.constant('activated' as const), subjects: fc.tuple(subject) }) }),
  fc.record({
    on: offset,
    body: fc.record({
      type: fc.constant('count_asked' as const),
      subject,
      deviceCount: fc.integer({ min: 1, max: 500 }),
    }),
  }),
  fc.record({
    on: offset,
    body: fc.record({ type: fc.constant('count_accepted' as const), asked: fc.integer({ min: 1, max: 20 }) }),
  }),
  fc.record({
    on: offset,
    body: fc.record({
      type: fc.constant('one_time_fee' as const),
      subject,
      amount: fc.integer({ min: 1, max: 99_999 }),
      cause: fc.constant('moved'),
    }),
  }),
  fc.record({ on: offset, number: fc.nat(9) }).map(({ on, number }) => ({
    on,
    body: {
      type: 'applied' as const,
      application: `later-${number}`,
      item: 'MaaS360',
      kind: 'device-and-app',
      requests: [{ subject: 'operation-proxy', deviceCount: 7 }],
    },
  })),
  fc.record({ on: offset, number: fc.nat(9) }).map(({ on, number }) => ({
    on,
    body: { type: 'accepted' as const, application: `later-${number}`, startOn: dayOf(on) },
  })),
);
const correction = fc.record({
  corrects: fc.integer({ min: 1, max: 12 }),
  by: fc.option(fc.record({ on: offset }), { nil: undefined }),
});

/** Lets what names another fact name one that is there, if there is one; half of the time that is sensible. */
function aimed(
  facts: History,
  kind: string,
  on: Temporal.PlainDate,
  body: FactBody,
): { on: Temporal.PlainDate } & FactBody {
  if (body.type === 'applied') return { on, ...body, kind };
  if (body.type === 'count_accepted') {
    const asked = facts.findLast((fact) => fact.type === 'count_asked');
    return asked === undefined ? { on, ...body } : { on: asked.on, ...body, asked: asked.seq };
  }
  if (body.type === 'notice_withdrawn') {
    const notice = facts.findLast((fact) => fact.type === 'notice_arrived');
    return notice === undefined ? { on, ...body } : { on: notice.on.add({ days: 3 }), ...body, notice: notice.seq };
  }
  const applied = facts.findLast((fact) => fact.type === 'applied');
  if (body.type !== 'accepted' || applied?.type !== 'applied') return { on, ...body };
  return { on: applied.on, ...body, application: applied.application, startOn: applied.on };
}

/** Histories that the checks have admitted fact by fact, with what they refused on the way. */
const recorded = fc
  .record({
    kind: fc.constantFrom('device-and-app', 'app-only'),
    container: fc.boolean(),
    billed: fc.boolean(),
    tries: fc.array(fc.oneof({ weight: 5, arbitrary: candidate }, { weight: 1, arbitrary: correction }), {
      maxLength: 25,
    }),
  })
  .map(({ kind, container, billed, tries }): { facts: History; refused: readonly TermsError[] } => {
    const facts: Fact[] = [];
    const refused: TermsError[] = [];
    const record = (fact: Fact) => {
      try {
        checkFact(BOOK, facts, fact, TODAY);
        facts.push(fact);
      } catch (error) {
        if (!(error instanceof TermsError)) throw error;
        refused.push(error);
      }
    };
    const requests = [
      { subject: 'service' },
      { subject: 'operation-proxy', deviceCount: 40 },
      ...(container ? [{ subject: 'secure-app-connect' }] : []),
    ];
    const lines = ['service', ...(container ? ['secure-app-connect'] : [])].map((of) => ({
      subject: of,
      fee: 'monthly' as const,
      amount: 1000,
      per: 'contract' as const,
    }));
    record({ seq: 1, on: dayOf(0), type: 'applied', application: 'a1', item: 'MaaS360', kind, requests });
    record({ seq: 2, on: dayOf(0), type: 'quoted', application: 'a1', lines });
    record({ seq: 3, on: dayOf(9), type: 'accepted', application: 'a1', startOn: dayOf(10) });
    if (billed)
      record({ seq: 4, on: dayOf(20), type: 'billing_started', subjects: requests.map((each) => each.subject) });
    for (const each of tries) {
      const seq = facts.length + 1;
      if ('body' in each) {
        record({ seq, ...aimed(facts, kind, dayOf(each.on), each.body) });
        continue;
      }
      const target = facts.find((fact) => fact.seq === each.corrects);
      if (target === undefined || target.type === 'corrected') {
        record({ seq, on: TODAY, type: 'corrected', corrects: each.corrects, reason: 'never so' });
        continue;
      }
      const { seq: _, ...body } = target;
      const by = each.by === undefined ? {} : { by: { ...body, on: dayOf(each.by.on) } };
      record({ seq, on: TODAY, type: 'corrected', corrects: each.corrects, ...by, reason: 'mistaken' });
    }
    return { facts, refused };
  });

/** Maps, sets and days compared by what they say. */
const plainOf = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, each: unknown) => (each instanceof Set ? [...each].sort() : each)));
const shuffled = (facts: History) =>
  fc.shuffledSubarray([...facts], { minLength: facts.length, maxLength: facts.length });
const statesOf = (facts: History) =>
  [9, 60, 200, 400].map((at) => {
    const { because: _, ...state } = stateOn(BOOK, facts, dayOf(at));
    return plainOf(state);
  });

test('a cancellation is never effective before arrival + 30 days, nor before the designated day', () => {
  fc.assert(
    fc.property(
      fc.nat(9000),
      fc.option(fc.integer({ min: -400, max: 400 }), { nil: undefined }),
      subject,
      (at, by, of) => {
        const arrivedOn = day('2011-05-01').add({ days: at });
        const designatedOn = by === undefined ? undefined : arrivedOn.add({ days: by });
        const answer = cancellation({
          book: BOOK,
          arrivedOn,
          ...(designatedOn && { designatedOn }),
          subject: of,
          kind: 'app-only',
        });
        const elapsed = arrivedOn.until(answer.effectiveOn).days;
        assert.equal(elapsed, Math.max(30, by ?? 0));
        for (const ending of answer.endings) assert.ok(ending.effectiveOn.equals(answer.effectiveOn));
      },
    ),
  );
});

test('no recorded notice ends anything before arrival + 30 days', () => {
  fc.assert(
    fc.property(recorded, ({ facts }) => {
      const arrivals = effectiveFacts(facts).flatMap((fact) => (fact.type === 'notice_arrived' ? [fact.on] : []));
      const state = stateOn(BOOK, facts, day('2026-11-26'));
      for (const { endsOn } of [state, ...state.options]) {
        if (endsOn === undefined) continue;
        assert.ok(
          arrivals.some((on) => on.until(endsOn).days >= 30),
          String(endsOn),
        );
      }
    }),
  );
});

test('the order in which the array of facts comes changes nothing', () => {
  fc.assert(
    fc.property(
      recorded.chain(({ facts }) => fc.tuple(fc.constant(facts), shuffled(facts))),
      ([facts, other]) => {
        assert.deepEqual(plainOf(charges(BOOK, other, RANGE)), plainOf(charges(BOOK, facts, RANGE)));
        assert.deepEqual(statesOf(other), statesOf(facts));
      },
    ),
    { numRuns: 60 },
  );
});

test('what happened on one day may be recorded in any order, where nothing names or outbids another', () => {
  const independent: readonly FactBody[] = [
    { type: 'billing_started', subjects: ['service'] },
    { type: 'billing_started', subjects: ['operation-proxy'] },
    { type: 'notice_arrived', subject: 'operation-proxy' },
    { type: 'one_time_fee', subject: 'service', amount: 500, cause: 'moved' },
    { type: 'activated', subjects: ['service', 'operation-proxy'] },
  ];
  const requests = [{ subject: 'service' }, { subject: 'operation-proxy', deviceCount: 40 }];
  const start: History = [
    { seq: 1, on: dayOf(0), type: 'applied', application: 'a1', item: 'MaaS360', kind: 'device-and-app', requests },
    { seq: 2, on: dayOf(0), type: 'accepted', application: 'a1', startOn: dayOf(0) },
  ];
  const told = (bodies: readonly FactBody[]): History => [
    ...start,
    ...bodies.map((body, index): Fact => ({ seq: index + 3, on: dayOf(20), ...body })),
  ];
  const amounts = (facts: History) =>
    charges(BOOK, facts, RANGE).charges.map(
      ({ month: of, subject: about, fee, amount }) => `${of} ${about} ${fee} ${amount}`,
    );
  const expected = amounts(told(independent));
  assert.ok(expected.length > 3);
  fc.assert(
    fc.property(fc.shuffledSubarray([...independent], { minLength: 5 }), (bodies) => {
      assert.deepEqual(amounts(told(bodies)), expected);
    }),
  );
});

test('no month of a subject is charged twice, no key comes twice, and amounts are whole yen', () => {
  fc.assert(
    fc.property(recorded, ({ facts }) => {
      const { charges: all } = charges(BOOK, facts, RANGE);
      const months = all
        .filter(({ fee }) => fee === 'monthly')
        .map(({ month: of, subject: about }) => `${of} ${about}`);
      assert.equal(new Set(months).size, months.length);
      assert.equal(new Set(all.map(({ key }) => key)).size, all.length);
      for (const { amount, quantity, unitAmount } of all) {
        assert.ok(Number.isSafeInteger(amount) && amount >= 0);
        assert.equal(amount, quantity * unitAmount);
      }
    }),
  );
});

test('a range of months split anywhere adds up', () => {
  fc.assert(
    fc.property(recorded, fc.integer({ min: 0, max: 22 }), ({ facts }, at) => {
      const split = RANGE.from.add({ months: at });
      const whole = charges(BOOK, facts, RANGE);
      const parts = [
        charges(BOOK, facts, { from: RANGE.from, to: split }),
        charges(BOOK, facts, { from: split.add({ months: 1 }), to: RANGE.to }),
      ];
      assert.deepEqual(plainOf(parts.flatMap((part) => part.charges)), plainOf(whole.charges));
      const problems = (list: readonly Reason[]) => list.map((each) => JSON.stringify(each)).sort();
      assert.deepEqual(problems(parts.flatMap((part) => part.problems)), problems(whole.problems));
    }),
    { numRuns: 60 },
  );
});

test('a history that went through JSON and is replayed gives the same state, charges and entitlements', () => {
  fc.assert(
    fc.property(recorded, ({ facts }) => {
      const read = facts.map((fact) => factFromJson(JSON.parse(JSON.stringify(factToJson(fact)))));
      const replayed: Fact[] = [];
      for (const fact of read) {
        checkFact(BOOK, replayed, fact, TODAY);
        replayed.push(fact);
      }
      assert.deepEqual(statesOf(replayed), statesOf(facts));
      assert.deepEqual(plainOf(charges(BOOK, replayed, RANGE)), plainOf(charges(BOOK, facts, RANGE)));
      const entitled = (history: History) =>
        plainOf(entitlements(BOOK, [{ contractId: 'c', history }], dayOf(100), { retentionDays: 90 }));
      assert.deepEqual(entitled(replayed), entitled(facts));
    }),
    { numRuns: 60 },
  );
});

test('a month that has begun keeps its count, whatever is asked for later', () => {
  fc.assert(
    fc.property(
      recorded,
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 40, max: 400 }),
      ({ facts }, deviceCount, at) => {
        const on = dayOf(at);
        const asked: Fact = { seq: facts.length + 1, on, type: 'count_asked', subject: 'operation-proxy', deviceCount };
        const answered: Fact = { seq: facts.length + 2, on, type: 'count_accepted', asked: asked.seq };
        const until = (history: History) =>
          plainOf(countsByMonth(BOOK, history, 'operation-proxy', RANGE.from, on.toPlainYearMonth()));
        assert.deepEqual(until([...facts, asked, answered]), until(facts));
      },
    ),
  );
});

test('an option never outlives its service, and a function comes from something in force', () => {
  fc.assert(
    fc.property(recorded, offset, ({ facts }, at) => {
      const state = stateOn(BOOK, facts, dayOf(at));
      for (const option of state.options) {
        assert.ok(!option.inForce || state.inForce);
        if (state.endsOn === undefined || option.acceptedOn === undefined) continue;
        assert.ok(option.endsOn !== undefined && Temporal.PlainDate.compare(option.endsOn, state.endsOn) <= 0);
      }
      const entitled = entitlements(BOOK, [{ contractId: 'c', history: facts }], dayOf(at), { retentionDays: 90 });
      assert.equal(entitled.functions.size > 0, state.inForce);
      assert.equal(entitled.functions.has('control'), state.inForce && state.kind === 'device-and-app');
      const managed = entitled.servicePeriods.some(
        ({ from, until }) =>
          Temporal.PlainDate.compare(from, dayOf(at)) <= 0 &&
          (until === undefined || Temporal.PlainDate.compare(dayOf(at), until) <= 0),
      );
      assert.equal(managed, entitled.functions.has('enroll'));
    }),
  );
});

test('every refusal and every reason has words in both languages, with every value in its place', () => {
  fc.assert(
    fc.property(recorded, ({ facts, refused }) => {
      const state = stateOn(BOOK, facts, dayOf(300));
      const { charges: all, problems } = charges(BOOK, facts, RANGE);
      const reasons = [...state.because, ...problems, ...all.flatMap((charge) => charge.because), ...refused];
      for (const reason of reasons) {
        for (const language of ['ja', 'en'] as const) {
          const text = explain(reason, language);
          assert.notEqual(text, reason.code);
          assert.doesNotMatch(text, /[{}]|undefined|（）|\(\)/, `${reason.code}: ${text}`);
        }
      }
    }),
  );
});
