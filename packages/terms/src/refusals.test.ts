import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BOOK, checkFact, checkHistory, type FactBody, type History, type QuoteLine } from './index.ts';
import { append, contract, day, type Entry, history, month, TODAY } from './testing.ts';

const LAST = '2026-11-20';
const proxy = contract({
  kind: 'device-and-app',
  on: '2025-04-10',
  billingStart: '2025-04-15',
  requests: [{ subject: 'operation-proxy', deviceCount: 40 }],
});
const appOnly = contract({ kind: 'app-only', on: '2025-04-10' });
const device = contract({ item: 'デバイス管理', on: '2015-02-01' });
const request = (subject: string, deviceCount?: number) => ({
  subject,
  ...(deviceCount !== undefined && { deviceCount }),
});
const service = (kind: string, ...more: ReturnType<typeof request>[]): FactBody => ({
  type: 'applied',
  application: 'new',
  item: 'MaaS360',
  kind,
  requests: [request('service'), ...more],
});
const option = (subject: string, deviceCount?: number): Extract<FactBody, { type: 'applied' }> => ({
  type: 'applied',
  application: 'new',
  item: 'MaaS360',
  kind: 'device-and-app',
  requests: [request(subject, deviceCount)],
});
const waiting = history(['2025-04-01', service('device-and-app')]);
const counted = (deviceCount: number, from?: string): FactBody => ({
  type: 'count_asked',
  subject: 'operation-proxy',
  deviceCount,
  ...(from !== undefined && { from: month(from) }),
});
const ended = append(proxy, ['2025-06-10', { type: 'notice_arrived', subject: 'service' }]);

type Case = {
  readonly code: string;
  readonly clause?: string;
  readonly facts: History;
  readonly entry: Entry;
  readonly name?: string;
};
const CASES: readonly Case[] = [
  // Days
  {
    code: 'notice.arrived_in_future',
    clause: 'art-10-1',
    facts: proxy,
    entry: ['2026-11-27', { type: 'notice_arrived', subject: 'service' }],
  },
  { code: 'day.in_future', facts: [], entry: ['2026-11-27', service('app-only')] },
  // Applications
  { code: 'item.not_offered', clause: 'art-1', facts: [], entry: ['2016-03-31', service('app-only')] },
  { code: 'kind.not_offered', clause: 'art-2', facts: [], entry: [LAST, service('everything')] },
  {
    code: 'kind.missing',
    clause: 'art-2',
    facts: [],
    entry: [LAST, { type: 'applied', application: 'new', item: 'MaaS360', requests: [request('service')] }],
  },
  { code: 'option.not_offered', clause: 'art-8-2', facts: [], entry: [LAST, service('app-only', request('cleaning'))] },
  {
    code: 'option.other_item',
    clause: 'art-7-2',
    facts: device,
    entry: [
      '2017-06-01',
      { type: 'applied', application: 'new', item: 'デバイス管理', requests: [request('secure-app-connect')] },
    ],
  },
  {
    code: 'option.only_together',
    clause: 'art-8-4',
    facts: appOnly,
    entry: [
      '2025-04-17',
      {
        type: 'applied',
        application: 'new',
        item: 'MaaS360',
        kind: 'app-only',
        requests: [request('secure-app-connect')],
      },
    ],
  },
  { code: 'option.second', clause: 'art-8-1', facts: proxy, entry: [LAST, option('operation-proxy', 5)] },
  {
    code: 'application.not_a_contractor',
    clause: 'art-7',
    facts: waiting,
    entry: ['2025-04-02', { ...option('operation-proxy', 5), application: 'other' }],
  },
  { code: 'application.without_service', clause: 'art-8-1', facts: [], entry: [LAST, option('operation-proxy', 5)] },
  {
    code: 'application.repeated',
    clause: 'art-8-1',
    facts: [],
    entry: [LAST, service('app-only', request('service'))],
  },
  { code: 'application.other_contract', clause: 'art-7', facts: appOnly, entry: [LAST, option('operation-proxy', 5)] },
  { code: 'application.known', facts: waiting, entry: [LAST, service('app-only')] },
  { code: 'history.second_service', clause: 'art-5', facts: proxy, entry: [LAST, service('app-only')] },
  {
    code: 'count.missing',
    clause: 'sch-1-2-2-note-1',
    facts: [],
    entry: [LAST, service('app-only', request('operation-proxy'))],
  },
  ...[0, -1, 1.5, 1_000_001].map(
    (deviceCount): Case => ({
      name: `${deviceCount} devices`,
      code: 'count.out_of_range',
      clause: 'sch-1-2-2-note-1',
      facts: [],
      entry: [LAST, service('app-only', request('operation-proxy', deviceCount))],
    }),
  ),
  // Answers
  {
    code: 'application.unknown',
    facts: waiting,
    entry: [LAST, { type: 'accepted', application: 'other', startOn: day(LAST) }],
  },
  { code: 'application.answered', facts: proxy, entry: [LAST, { type: 'refused', application: 'a1', reason: 'no' }] },
  {
    code: 'answer.before_application',
    facts: waiting,
    entry: ['2025-03-31', { type: 'accepted', application: 'new', startOn: day('2025-03-31') }],
  },
  {
    code: 'start.before_acceptance',
    facts: waiting,
    entry: [LAST, { type: 'accepted', application: 'new', startOn: day('2026-11-19') }],
  },
  // Quotes
  { code: 'quote.what_for', facts: waiting, entry: [LAST, { type: 'quoted', lines: [] }] },
  {
    code: 'quote.other_subject',
    facts: waiting,
    entry: [LAST, quoted({ subject: 'operation-proxy', fee: 'monthly' })],
  },
  {
    code: 'quote.fixed_price',
    clause: 'sch-1-2-2',
    facts: proxy,
    entry: [
      LAST,
      { type: 'quoted', from: month('2026-12'), lines: [line({ subject: 'operation-proxy', fee: 'monthly' })] },
    ],
  },
  {
    code: 'quote.month_passed',
    clause: 'sch-1-2-1',
    facts: proxy,
    entry: [LAST, { type: 'quoted', from: month('2026-10'), lines: [line({ subject: 'service', fee: 'monthly' })] }],
  },
  {
    code: 'quote.initial_later',
    clause: 'sch-1-1-1',
    facts: proxy,
    entry: [LAST, { type: 'quoted', from: month('2026-12'), lines: [line({ subject: 'service', fee: 'initial' })] }],
  },
  {
    code: 'quote.os_elsewhere',
    clause: 'sch-1-2-1',
    facts: waiting,
    entry: [LAST, quoted({ subject: 'service', fee: 'initial', os: 'iOS' })],
  },
  {
    code: 'quote.repeated',
    facts: waiting,
    entry: [LAST, quoted({ subject: 'service', fee: 'monthly' }, { subject: 'service', fee: 'monthly' })],
  },
  {
    code: 'amount.too_large',
    clause: 'sch-1-2-1',
    facts: waiting,
    entry: [LAST, quoted({ subject: 'service', fee: 'monthly', amount: 100_001, per: 'device' })],
    name: 'a price for each device that may come to more than a line may',
  },
  {
    code: 'amount.too_large',
    clause: 'sch-1-2-1',
    facts: waiting,
    entry: [
      LAST,
      quoted({ subject: 'service', fee: 'monthly', os: 'iOS', amount: 1_000_000, per: 'device', deviceCount: 100_001 }),
    ],
  },
  {
    code: 'amount.out_of_range',
    clause: 'sch-1-2-1',
    facts: waiting,
    entry: [LAST, quoted({ subject: 'service', fee: 'monthly', amount: -1 })],
  },
  {
    code: 'quote.expired',
    clause: 'sch-1-1-1',
    facts: append(waiting, [
      '2025-04-02',
      { ...quoted({ subject: 'service', fee: 'monthly' }), validUntil: day('2025-04-30') },
    ]),
    entry: ['2025-05-01', { type: 'accepted', application: 'new', startOn: day('2025-05-01') }],
  },
  // Licences, activation, billing
  {
    code: 'licence.unknown',
    clause: 'art-7-1',
    facts: proxy,
    entry: [LAST, { type: 'licence_agreed', document: 'service-software', version: '9', sha256: 'a'.repeat(64) }],
  },
  {
    code: 'licence.other_text',
    clause: 'art-7-1',
    facts: proxy,
    entry: [LAST, { type: 'licence_agreed', document: 'service-software', version: '1', sha256: 'a'.repeat(64) }],
  },
  {
    code: 'licence.missing',
    clause: 'art-7-1',
    facts: append(waiting, [LAST, { type: 'accepted', application: 'new', startOn: day(LAST) }]),
    entry: [LAST, { type: 'activated', subjects: ['service'] }],
  },
  { code: 'activation.already', facts: proxy, entry: [LAST, { type: 'activated', subjects: ['service'] }] },
  {
    code: 'activation.before_start',
    facts: append(waiting, ['2025-05-01', { type: 'accepted', application: 'new', startOn: day('2025-06-01') }]),
    entry: ['2025-05-31', { type: 'activated', subjects: ['service'] }],
  },
  {
    code: 'billing.before_acceptance',
    clause: 'art-11',
    facts: appOnly,
    entry: ['2025-04-09', { type: 'billing_started', subjects: ['service'] }],
  },
  {
    code: 'subject.not_accepted',
    clause: 'art-11',
    facts: waiting,
    entry: [LAST, { type: 'billing_started', subjects: ['service'] }],
  },
  {
    code: 'billing.already',
    clause: 'art-11',
    facts: proxy,
    entry: [LAST, { type: 'billing_started', subjects: ['service'] }],
  },
  {
    code: 'billing.after_end',
    clause: 'art-11',
    facts: append(appOnly, ['2025-06-10', { type: 'notice_arrived', subject: 'service' }]),
    entry: ['2025-07-11', { type: 'billing_started', subjects: ['service'] }],
  },
  {
    code: 'subject.unknown',
    facts: appOnly,
    entry: [LAST, { type: 'billing_started', subjects: ['operation-proxy'] }],
  },
  // Counts
  ...[0, -40, 1_000_001].map(
    (count): Case => ({
      name: `${count} devices`,
      code: 'count.out_of_range',
      clause: 'art-8-5',
      facts: proxy,
      entry: ['2025-05-20', counted(count)],
    }),
  ),
  { code: 'count.month_begun', clause: 'art-8-5', facts: proxy, entry: ['2025-05-20', counted(55, '2025-05')] },
  {
    code: 'count.not_changeable',
    clause: 'art-8-5',
    facts: proxy,
    entry: ['2025-05-20', { type: 'count_asked', subject: 'service', deviceCount: 5 }],
  },
  { code: 'subject.before_acceptance', clause: 'art-8-5', facts: proxy, entry: ['2025-04-09', counted(55)] },
  { code: 'count.after_end', clause: 'art-8-5', facts: ended, entry: ['2025-07-01', counted(55)] },
  {
    code: 'count.unknown',
    clause: 'art-8-5',
    facts: proxy,
    entry: ['2025-05-20', { type: 'count_accepted', asked: 1 }],
  },
  {
    code: 'count.month_begun',
    clause: 'art-8-5',
    name: 'accepted too late',
    facts: append(proxy, ['2025-05-20', counted(55)]),
    entry: ['2025-06-01', { type: 'count_accepted', asked: proxy.length + 1 }],
  },
  {
    code: 'count.answered',
    clause: 'art-8-5',
    facts: append(
      proxy,
      ['2025-05-20', counted(55)],
      ['2025-05-20', { type: 'count_accepted', asked: proxy.length + 1 }],
    ),
    entry: ['2025-05-21', { type: 'count_refused', asked: proxy.length + 1, reason: 'no' }],
  },
  // Notices, ends, fees
  {
    code: 'notice.before_acceptance',
    clause: 'art-10-1',
    facts: proxy,
    entry: ['2025-04-09', { type: 'notice_arrived', subject: 'service' }],
  },
  {
    code: 'notice.before_acceptance',
    clause: 'art-8-7',
    name: 'for an option',
    facts: proxy,
    entry: ['2025-04-09', { type: 'notice_arrived', subject: 'operation-proxy' }],
  },
  {
    code: 'notice.already_ended',
    clause: 'art-10-1',
    facts: ended,
    entry: ['2025-07-11', { type: 'notice_arrived', subject: 'service' }],
  },
  {
    code: 'notice.changes_nothing',
    clause: 'art-10-1',
    facts: ended,
    entry: ['2025-06-20', { type: 'notice_arrived', subject: 'service' }],
  },
  {
    code: 'notice.unknown',
    clause: 'art-10-1',
    facts: proxy,
    entry: [LAST, { type: 'notice_withdrawn', notice: 1, reason: 'no' }],
  },
  {
    code: 'notice.took_effect',
    clause: 'art-10-1',
    facts: ended,
    entry: ['2025-07-10', { type: 'notice_withdrawn', notice: ended.length, reason: 'late' }],
  },
  {
    code: 'notice.withdrawn_early',
    clause: 'art-10-1',
    facts: ended,
    entry: ['2025-06-09', { type: 'notice_withdrawn', notice: ended.length, reason: 'early' }],
  },
  {
    code: 'ended.other_day',
    clause: 'art-10-1',
    facts: ended,
    entry: ['2025-07-09', { type: 'ended', subjects: ['service'] }],
  },
  {
    code: 'amount.out_of_range',
    clause: 'art-11',
    facts: proxy,
    entry: [LAST, { type: 'one_time_fee', subject: 'service', amount: 0, cause: 'x' }],
  },
  // Change applications
  {
    code: 'change.no_transition',
    clause: 'sup-2016-04-01-2',
    facts: appOnly,
    entry: [LAST, { type: 'change_applied', application: 'c', item: 'MaaS360', kind: 'app-only' }],
  },
  {
    code: 'change.no_transition',
    clause: 'sup-2016-04-01-2',
    name: 'after 2017-06-30',
    facts: device,
    entry: ['2017-07-01', { type: 'change_applied', application: 'c', item: 'MaaS360', kind: 'app-only' }],
  },
  {
    code: 'change.too_late',
    clause: 'sup-2016-04-01-2',
    facts: append(device, [
      '2017-06-30',
      { type: 'change_applied', application: 'c', item: 'MaaS360', kind: 'app-only' },
    ]),
    entry: ['2017-07-01', { type: 'accepted', application: 'c', startOn: day('2017-07-01') }],
  },
  {
    code: 'kind.not_offered',
    clause: 'art-2',
    name: 'as what it goes on',
    facts: device,
    entry: ['2017-05-01', { type: 'change_applied', application: 'c', item: 'MaaS360', kind: 'none' }],
  },
];

type Line = Pick<QuoteLine, 'subject' | 'fee'> & Partial<QuoteLine>;
function line(of: Line): QuoteLine {
  return { amount: 100, per: 'contract', ...of };
}
function quoted(...lines: readonly Line[]): Extract<FactBody, { type: 'quoted' }> {
  return { type: 'quoted', application: 'new', lines: lines.map(line) };
}

describe('a fact that breaks a rule is refused with its clause, and the history stays as it is', () => {
  for (const { code, clause, facts, entry, name } of CASES) {
    test(`${code}${name === undefined ? '' : ` (${name})`}`, () => {
      const before = JSON.stringify(facts);
      const [on, body] = entry;
      assert.throws(
        () => checkFact(BOOK, facts, { seq: facts.length + 1, on: day(on), ...body }, TODAY),
        (error: { name: string; code: string; clause?: string }) => {
          assert.deepEqual([error.name, error.code, error.clause], ['TermsError', code, clause]);
          return true;
        },
      );
      assert.equal(JSON.stringify(facts), before);
    });
  }

  test('what these start from is admitted', () => {
    for (const facts of new Set(CASES.map((each) => each.facts))) checkHistory(BOOK, facts, TODAY);
  });

  test('an entry with another number is refused', () => {
    assert.throws(() => checkFact(BOOK, proxy, { seq: 3, on: day(LAST), ...counted(5) }, TODAY), {
      code: 'history.seq',
    });
  });
});
