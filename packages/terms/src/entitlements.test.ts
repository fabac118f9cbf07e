import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  BOOK,
  bookOf,
  checkDevice,
  checklistFor,
  compareBooks,
  entitlementRefusal,
  entitlements,
  type History,
  licencesNeeded,
  noticePreview,
  type Revision,
  serviceEnd,
  stateOn,
  supportedOs,
} from './index.ts';
import { append, contract, day, history } from './testing.ts';

const both = contract({
  kind: 'device-and-app',
  on: '2026-02-01',
  billingStart: '2026-02-01',
  requests: [{ subject: 'operation-proxy', deviceCount: 40 }, { subject: 'secure-app-connect' }],
});
const appOnly = contract({ kind: 'app-only', on: '2026-02-01', requests: [{ subject: 'secure-app-connect' }] });
const on = (text: string, ...histories: readonly History[]) =>
  entitlements(
    BOOK,
    histories.map((each, index) => ({ contractId: String(index), history: each })),
    day(text),
    { retentionDays: 90 },
  );

describe('entitlements (Art. 2, 7, 8-2)', () => {
  test('without a contract there are none, and the refusal names Art. 2 and what to do', () => {
    const none = on('2026-03-01');
    assert.deepEqual([none.state, none.functions.size], ['none', 0]);
    const refusal = entitlementRefusal(none, 'enroll');
    assert.deepEqual([refusal?.code, refusal?.clause], ['entitlement.enroll', 'art-2']);
  });

  test('device-and-app gives everything of Art. 2, its options theirs', () => {
    const known = on('2026-03-01', both);
    assert.deepEqual([...known.functions].sort(), [
      'configure',
      'container',
      'control',
      'desk',
      'distribute_apps',
      'enroll',
      'observe',
    ]);
    assert.equal(known.deskDevices, 40);
    assert.equal(entitlementRefusal(known, 'desk'), undefined);
    assert.deepEqual(
      known.servicePeriods.map(({ from, until }) => [String(from), until]),
      [['2026-02-01', undefined]],
    );
  });

  test('devices are managed until the end of the last period that joins on', () => {
    const period = (from: string, until?: string) => ({
      from: day(from),
      ...(until === undefined ? {} : { until: day(until) }),
    });
    const [first, second] = [period('2026-02-01', '2026-03-31'), period('2026-04-01', '2026-05-15')];
    const open = period('2026-05-10');
    const endOf = (text: string, ...periods: Parameters<typeof serviceEnd>[0]) =>
      serviceEnd(periods, day(text))?.toString();
    assert.equal(endOf('2026-02-01', first), '2026-03-31');
    assert.equal(endOf('2026-03-31', first), '2026-03-31');
    assert.equal(endOf('2026-04-01', first), undefined);
    assert.equal(endOf('2026-01-31', first), undefined);
    assert.equal(endOf('2026-02-10', second, first), '2026-05-15');
    assert.equal(endOf('2026-02-10', second, first, open), undefined);
    assert.equal(endOf('2026-02-10', first, period('2026-04-02', '2026-05-01')), '2026-03-31');
  });

  test('app-only distributes applications and nothing else', () => {
    const known = on('2026-03-01', appOnly);
    assert.deepEqual([...known.functions].sort(), ['container', 'distribute_apps']);
    assert.equal(entitlementRefusal(known, 'control')?.clause, 'art-2');
    assert.deepEqual(known.servicePeriods, []);
  });

  test('from application to the end of retention, day by day', () => {
    const facts = append(both, ['2026-03-01', { type: 'notice_arrived', subject: 'service' }]);
    const states = ['2026-01-31', '2026-02-01', '2026-03-31', '2026-04-01', '2026-06-29', '2026-06-30'].map(
      (text) => on(text, facts).state,
    );
    assert.deepEqual(states, ['none', 'in_force', 'in_force', 'readable', 'readable', 'closed']);
    const last = on('2026-03-31', facts);
    assert.deepEqual([String(last.endsOn), String(last.readableUntil)], ['2026-03-31', '2026-06-29']);
    assert.equal(on('2026-02-28', facts).endsOn, undefined, 'not known before the notice');
    assert.deepEqual(on('2026-04-01', facts).functions.size, 0);
    assert.deepEqual(
      last.servicePeriods.map(({ from, until }) => `${from} ${until}`),
      ['2026-02-01 2026-03-31'],
    );
  });

  test('accepted but without the licence it waits, and says for what', () => {
    const waiting = history(
      [
        '2026-02-01',
        { type: 'applied', application: 'a', item: 'MaaS360', kind: 'app-only', requests: [{ subject: 'service' }] },
      ],
      ['2026-02-02', { type: 'accepted', application: 'a', startOn: day('2026-02-10') }],
    );
    assert.deepEqual(
      on('2026-02-01', waiting).because.map(({ code }) => code),
      ['entitlement.waiting_answer'],
    );
    assert.deepEqual(
      on('2026-02-02', waiting).because.map(({ code }) => code),
      ['entitlement.waiting_start', 'entitlement.waiting_licence'],
    );
    assert.equal(on('2026-02-10', waiting).state, 'waiting');
    assert.deepEqual(stateOn(BOOK, waiting, day('2026-02-10')).waitingFor, ['licence']);
  });

  test('a historical contract that goes on as MaaS360 manages devices from then on', () => {
    const facts = append(
      contract({ item: 'デバイス管理', on: '2015-02-01' }),
      ['2017-05-01', { type: 'change_applied', application: 'c', item: 'MaaS360', kind: 'device-and-app' }],
      ['2017-05-01', { type: 'accepted', application: 'c', startOn: day('2017-07-01') }],
    );
    assert.deepEqual([on('2017-06-30', facts).state, on('2017-06-30', facts).functions.size], ['in_force', 0]);
    assert.ok(on('2017-07-01', facts).functions.has('enroll'));
    assert.deepEqual(
      on('2017-07-01', facts).servicePeriods.map(({ from }) => String(from)),
      ['2017-07-01'],
    );
  });
});

describe('devices (Art. 1, 3)', () => {
  for (const { family, version, usageMode = 'company-owned', fails } of [
    { family: 'iOS', version: '16.0', fails: [] },
    { family: 'iOS', version: '26.1.1 (a)', fails: [] },
    { family: 'iOS', version: '14.8.1', fails: ['os'] },
    { family: 'iPadOS', version: '9.3.5', fails: ['os'] },
    { family: 'macOS', version: '13', fails: [] },
    { family: 'macOS', version: '11.7.10', fails: ['os'] },
    { family: 'Windows', version: '10.0.26100.1', fails: [] },
    { family: 'Android', version: '10', fails: [] },
    { family: 'Android', version: 'newest', fails: ['os'] },
    { family: 'iOS', version: undefined, fails: [] },
    { family: 'webOS', version: '99', fails: ['os'] },
    { family: 'iOS', version: '17', usageMode: 'shared', fails: ['usage_mode'] },
    { family: 'iOS', version: '1', usageMode: 'shared', fails: ['os', 'usage_mode'] },
  ]) {
    test(`${family} ${version ?? '(version not known)'}, ${usageMode}: ${fails.join(', ') || 'supported'}`, () => {
      const checked = { family, usageMode, ...(version !== undefined && { version }) };
      const answer = checkDevice(BOOK.catalogue, checked, day('2026-11-26'));
      assert.deepEqual([answer.supported, answer.fails], [fails.length === 0, fails]);
      assert.deepEqual(
        answer.because.map(({ clause }) => clause),
        ['art-3', 'art-1'],
      );
    });
  }

  test('a line holds on its days only, and an upper bound is excluded', () => {
    const lines = [
      { family: 'iOS', atLeast: '15', below: '17', from: day('2026-01-01'), until: day('2026-06-30') },
      { family: 'iOS', atLeast: '17', from: day('2026-07-01') },
    ];
    const catalogue = { ...BOOK.catalogue, supportedOs: lines };
    const supported = (version: string, text: string) =>
      checkDevice(catalogue, { family: 'iOS', version, usageMode: 'company-owned' }, day(text)).supported;
    assert.deepEqual(
      [
        supported('16.9', '2026-06-30'),
        supported('17', '2026-06-30'),
        supported('16.9', '2026-07-01'),
        supported('17', '2026-07-01'),
      ],
      [true, false, false, true],
    );
    assert.equal(supportedOs(catalogue, day('2026-06-30')).length, 1);
  });
});

describe('licences and checklist (Art. 6, 7)', () => {
  const documents = (kind: string | undefined, options: readonly string[], text = '2026-11-26') =>
    licencesNeeded(BOOK.catalogue, { ...(kind !== undefined && { kind }), options }, day(text)).map(
      ({ document }) => document,
    );

  test('the service needs its licence, the container option its own, the desk none', () => {
    assert.deepEqual(documents('app-only', []), ['service-software']);
    assert.deepEqual(documents('device-and-app', ['operation-proxy']), ['service-software']);
    assert.deepEqual(documents('app-only', ['secure-app-connect']), [
      'service-software',
      'secure-app-connect-software',
    ]);
    assert.deepEqual(documents(undefined, []), [], 'historical items');
    assert.deepEqual(documents('app-only', [], '2025-12-31'), [], 'before the texts existed');
  });

  test('of two versions the newer one is asked for', () => {
    const [first] = BOOK.catalogue.licences;
    assert.ok(first !== undefined);
    const catalogue = { ...BOOK.catalogue, licences: [{ ...first, version: '2', from: day('2026-06-01') }, first] };
    const version = (text: string) =>
      licencesNeeded(catalogue, { kind: 'app-only', options: [] }, day(text))[0]?.version;
    assert.deepEqual([version('2026-05-31'), version('2026-06-01')], ['1', '2']);
  });

  test('the checklist goes by the paragraphs of Art. 6-1, device steps only where devices are managed', () => {
    const list = checklistFor(BOOK.catalogue, 'device-and-app', day('2026-11-26'));
    assert.deepEqual(
      list.map(({ paragraph }) => paragraph),
      [...list.map(({ paragraph }) => paragraph)].sort(),
    );
    assert.deepEqual([...new Set(list.map(({ paragraph }) => paragraph))], [1, 2, 3, 4]);
    const probes = checklistFor(BOOK.catalogue, 'app-only', day('2026-11-26')).map(({ probe }) => probe);
    assert.ok(!probes.includes('push_certificate') && !probes.includes('first_device'));
  });
});

describe('a drafted revision (tried before it takes effect)', () => {
  const newest = BOOK.revisions.at(-1);
  assert.ok(newest !== undefined);
  const draft = (change: Partial<Revision>) =>
    bookOf([...BOOK.revisions, { ...newest, effectiveOn: day('2027-01-01'), ...change }], BOOK.catalogue);
  const rules = (change: Partial<Revision['rules']>) => draft({ rules: { ...newest.rules, ...change } });
  const contracts = [
    { contractId: 'both', history: both },
    { contractId: 'app', history: appOnly },
  ];

  test('another notice period holds for notices that arrive from its day on', () => {
    const book = rules({ noticeDays: 60 });
    const ends = (text: string) =>
      String(noticePreview(book, both, { subject: 'service', arrivedOn: day(text) }).endings[0]?.effectiveOn);
    assert.deepEqual([ends('2026-12-31'), ends('2027-01-01')], ['2027-01-30', '2027-03-02']);
  });

  test('without linked endings the service outlives the container option', () => {
    const notice = { subject: 'secure-app-connect', arrivedOn: day('2027-01-05') };
    const subjects = (book: typeof BOOK) => noticePreview(book, appOnly, notice).endings.map(({ subject }) => subject);
    assert.deepEqual(subjects(BOOK), ['secure-app-connect', 'service']);
    assert.deepEqual(subjects(rules({ linkedEndings: [] })), ['secure-app-connect']);
  });

  test('another price changes the months from its day on, and says so', () => {
    const fees = newest.rules.fees.map((fee) =>
      fee.subject === 'operation-proxy'
        ? { ...fee, monthly: { type: 'fixed' as const, amount: 180, per: 'device' as const } }
        : fee,
    );
    const [changed, same] = compareBooks(BOOK, rules({ fees }), contracts, { on: day('2027-01-01'), months: 1 });
    const amount = changed?.changes.find(({ what }) => what === 'monthly_amount');
    assert.equal((changed?.monthlyAfter ?? 0) - (changed?.monthlyBefore ?? 0), 40 * 30);
    assert.ok(amount?.because.some(({ code, params }) => code === 'price.fixed' && params?.['unitAmount'] === 180));
    assert.deepEqual(
      same?.changes.map(({ what }) => what),
      ['revision'],
    );
    const before = compareBooks(BOOK, rules({ fees }), contracts, { on: day('2026-12-31'), months: 1 });
    assert.deepEqual(
      before.flatMap(({ changes }) => changes),
      [],
    );
  });

  test('a transitional rule that lets an item lapse shows who would end when', () => {
    const transitions: Revision['transitions'] = [
      {
        type: 'previous_terms',
        subject: { item: 'MaaS360' },
        madeUntil: day('2026-12-31'),
        until: day('2027-12-31'),
        clause: 'sup-2027-01-01-2',
      },
    ];
    const [row] = compareBooks(BOOK, draft({ transitions }), contracts, { on: day('2027-01-01'), months: 1 });
    const ends = row?.changes.find(({ what }) => what === 'ends_on');
    assert.deepEqual([ends?.before, ends?.after], [undefined, '2027-12-31']);
    assert.equal(ends?.because[0]?.clause, 'sup-2027-01-01-2');
  });
});

describe('notices that meet', () => {
  test('the service ends first: everything ends on the earlier day', () => {
    const facts = append(
      appOnly,
      ['2026-03-01', { type: 'notice_arrived', subject: 'secure-app-connect', designatedOn: day('2026-08-31') }],
      ['2026-03-05', { type: 'notice_arrived', subject: 'service' }],
    );
    const state = stateOn(BOOK, facts, day('2026-03-10'));
    assert.deepEqual([String(state.endsOn), String(state.options[0]?.endsOn)], ['2026-04-04', '2026-04-04']);
  });

  test('a notice taken back ends nothing', () => {
    const given = append(both, ['2026-03-01', { type: 'notice_arrived', subject: 'service' }]);
    const taken = append(given, ['2026-03-05', { type: 'notice_withdrawn', notice: given.length, reason: 'stays' }]);
    assert.equal(String(stateOn(BOOK, taken, day('2026-03-04')).endsOn), '2026-03-31', 'before it was taken back');
    assert.equal(stateOn(BOOK, taken, day('2026-03-05')).endsOn, undefined);
  });

  test('a preview names the last month that is charged', () => {
    const preview = noticePreview(BOOK, both, { subject: 'service', arrivedOn: day('2026-03-10') });
    assert.deepEqual(
      preview.endings.map(({ subject }) => subject),
      ['service', 'operation-proxy', 'secure-app-connect'],
    );
    assert.equal(String(preview.lastChargedMonth), '2026-04');
  });
});
