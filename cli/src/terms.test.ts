import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The worked examples of the terms through the program itself; no server runs, and no sign-in is needed. */
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsukasa-terms-'));
});
after(() => rm(folder, { recursive: true }));

type Output = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function run(...args: readonly string[]): Promise<Output> {
  const env = { PATH: process.env['PATH'] ?? '', TSUKASA_CLI_CONFIG: join(folder, 'none.json'), LANG: 'C' };
  const child = spawn(process.execPath, [MAIN, 'terms', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

type Line = { readonly month: string; readonly subject: string; readonly fee: string; readonly amount: number };
type Answer = {
  readonly effectiveOn: string;
  readonly endings: readonly { readonly subject: string; readonly effectiveOn: string }[];
  readonly because: readonly { readonly code: string; readonly clause?: string; readonly text: string }[];
  readonly charges: readonly Line[];
  readonly months: readonly { readonly month: string; readonly amount: number }[];
  readonly total: number;
  readonly problems: readonly { readonly code: string }[];
  readonly item: string;
  readonly kind?: string;
  readonly inForce: boolean;
  readonly phase: string;
  readonly endsOn?: string;
  readonly revision: string;
  readonly options: readonly { readonly subject: string; readonly phase: string; readonly endsOn?: string }[];
  readonly admissible: boolean;
};

async function json(...args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await run(...args, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Answer;
}

let files = 0;
async function file(content: unknown): Promise<string> {
  const path = join(folder, `${++files}.json`);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('tsukasa terms cancellation', () => {
  for (const { name, flags, effectiveOn } of [
    { name: 'C1', flags: ['--arrived', '2025-04-01'], effectiveOn: '2025-05-01' },
    { name: 'C2', flags: ['--arrived', '2025-04-01', '--designated', '2025-04-15'], effectiveOn: '2025-05-01' },
    { name: 'C3', flags: ['--arrived', '2025-04-01', '--designated', '2025-06-30'], effectiveOn: '2025-06-30' },
    { name: 'C4', flags: ['--arrived', '2024-01-31'], effectiveOn: '2024-03-01' },
    { name: 'C5', flags: ['--arrived', '2025-12-15', '--designated', '2026-01-14'], effectiveOn: '2026-01-14' },
  ]) {
    test(`${name}: ${flags.join(' ')}: ${effectiveOn}`, async () => {
      const answer = await json('cancellation', ...flags);
      assert.equal(answer.effectiveOn, effectiveOn);
      assert.ok(answer.because.some(({ clause, text }) => clause === 'art-10-1' && text.includes(effectiveOn)));
    });
  }

  test('C6, C7: the container option takes the service with it under app-only alone', async () => {
    const option = ['cancellation', '--arrived', '2025-04-01', '--option', 'secure-app-connect'];
    const appOnly = await json(...option, '--kind', 'app-only');
    assert.deepEqual(
      appOnly.endings.map(({ subject, effectiveOn }) => `${subject} ${effectiveOn}`),
      ['secure-app-connect 2025-05-01', 'service 2025-05-01'],
    );
    const both = await json(...option, '--kind', 'device-and-app');
    assert.deepEqual(
      both.endings.map(({ subject }) => subject),
      ['secure-app-connect'],
    );
  });

  test('says in the chosen language why, each step with its clause', async () => {
    const { stdout } = await run('cancellation', '--arrived', '2025-04-01', '--language', 'ja');
    assert.match(stdout, /2025年5月1日に、サービス契約の終了の効力が生じます。 \[第10条第1項\]/);
    assert.match(stdout, /\[民法第140条\]/);
  });
});

const proxy = (more: object = {}) => ({
  kind: 'device-and-app',
  acceptedOn: '2025-04-10',
  billingStartOn: '2025-04-15',
  options: [{ option: 'operation-proxy', deviceCount: 40 }],
  ...more,
});

describe('tsukasa terms charges', () => {
  const ask = (askedOn: string, deviceCount: number) => ({ option: 'operation-proxy', askedOn, deviceCount });
  const CASES = [
    { name: 'F1', contract: proxy(), months: { '2025-04': 26_000, '2025-05': 6000 } },
    {
      name: 'F2',
      contract: proxy({ countChanges: [ask('2025-05-20', 55)] }),
      months: { '2025-05': 6000, '2025-06': 8250 },
    },
    {
      name: 'F3',
      contract: proxy({ countChanges: [ask('2025-05-20', 55), ask('2025-05-28', 30)] }),
      months: { '2025-06': 4500 },
    },
    {
      name: 'F4',
      contract: proxy({ notices: [{ arrivedOn: '2025-06-10' }] }),
      months: { '2025-06': 6000, '2025-07': 6000, '2025-08': 0 },
    },
    { name: 'F5', contract: proxy({ billingStartOn: '2025-04-30' }), months: { '2025-04': 26_000 } },
  ];
  for (const { name, contract, months } of CASES) {
    test(`${name}: ${JSON.stringify(months)}`, async () => {
      const answer = await json(
        ...['charges', '--contract', await file(contract), '--from', '2025-03', '--to', '2025-12'],
      );
      for (const [month, amount] of Object.entries(months))
        assert.equal(answer.months.find((each) => each.month === month)?.amount ?? 0, amount, month);
      assert.equal(
        answer.total,
        answer.charges.reduce((sum, each) => sum + each.amount, 0),
      );
      // The price of the service is quoted individually, and this contract says none.
      assert.ok(answer.problems.every(({ code }) => code === 'price.not_quoted'));
    });
  }

  test('quoted prices count, per device and per OS, and new ones from their month on', async () => {
    const prices = [
      { fee: 'initial', amount: 50_000 },
      { fee: 'monthly', amount: 300, per: 'device', os: 'iOS', deviceCount: 100 },
      { fee: 'monthly', amount: 350, per: 'device', os: 'Android', deviceCount: 10 },
      { fee: 'monthly', amount: 20_000, from: '2025-06' },
    ];
    const contract = await file({ kind: 'app-only', acceptedOn: '2025-04-10', billingStartOn: '2025-05-01', prices });
    const answer = await json('charges', '--contract', contract, '--from', '2025-04', '--to', '2025-06');
    assert.deepEqual(
      answer.charges.map(({ month, fee, amount }) => `${month} ${fee} ${amount}`),
      ['2025-04 initial 50000', '2025-05 monthly 3500', '2025-05 monthly 30000', '2025-06 monthly 20000'],
    );
    assert.deepEqual(answer.problems, []);
  });

  test('a history of facts is taken as well, corrections included', async () => {
    const facts = [
      {
        on: '2025-04-01',
        type: 'applied',
        application: 'a',
        item: 'MaaS360',
        kind: 'app-only',
        requests: [{ subject: 'service' }],
      },
      {
        on: '2025-04-01',
        type: 'quoted',
        application: 'a',
        lines: [{ subject: 'service', fee: 'monthly', amount: 900, per: 'contract' }],
      },
      { on: '2025-04-10', type: 'accepted', application: 'a', startOn: '2025-04-10' },
      { on: '2025-04-10', type: 'billing_started', subjects: ['service'] },
      {
        on: '2025-06-01',
        type: 'corrected',
        corrects: 4,
        by: { on: '2025-05-01', type: 'billing_started', subjects: ['service'] },
        reason: 'agreed',
      },
    ];
    const answer = await json('charges', '--contract', await file({ facts }), '--from', '2025-04', '--to', '2025-05');
    assert.deepEqual(
      answer.charges.map(({ month, amount }) => `${month} ${amount}`),
      ['2025-05 900'],
    );
  });
});

describe('tsukasa terms contract', () => {
  for (const { name, contract, on, expected } of [
    { name: 'H1', contract: { item: 'iPad', acceptedOn: '2011-06-01' }, on: '2011-09-30', expected: ['iPad', true] },
    {
      name: 'H1',
      contract: { item: 'iPad', acceptedOn: '2011-06-01' },
      on: '2011-10-01',
      expected: ['デバイス管理', true],
    },
    {
      name: 'H2',
      contract: { item: 'デバイス管理', acceptedOn: '2015-02-01' },
      on: '2017-06-30',
      expected: ['デバイス管理', true],
    },
    {
      name: 'H2',
      contract: { item: 'デバイス管理', acceptedOn: '2015-02-01' },
      on: '2017-07-01',
      expected: ['デバイス管理', false],
    },
    {
      name: 'H3',
      contract: {
        item: 'デバイス管理',
        acceptedOn: '2015-02-01',
        changes: [{ acceptedOn: '2017-05-01', kind: 'device-and-app' }],
      },
      on: '2017-07-01',
      expected: ['MaaS360', true],
    },
  ]) {
    test(`${name}: on ${on} ${expected.join(', in force: ')}`, async () => {
      const { item, inForce } = await json('contract', '--contract', await file(contract), '--on', on);
      assert.deepEqual([item, inForce], expected);
    });
  }

  test('C6, C7: with its options, a contract says what ends when', async () => {
    const stopped = (kind: string) => ({
      kind,
      acceptedOn: '2025-01-10',
      options: [{ option: 'secure-app-connect' }],
      notices: [{ subject: 'secure-app-connect', arrivedOn: '2025-04-01' }],
    });
    const appOnly = await json('contract', '--contract', await file(stopped('app-only')), '--on', '2025-05-02');
    assert.deepEqual([appOnly.phase, appOnly.endsOn], ['ended', '2025-05-01']);
    const both = await json('contract', '--contract', await file(stopped('device-and-app')), '--on', '2025-05-02');
    assert.deepEqual([both.phase, both.endsOn, both.options[0]?.endsOn], ['in_force', undefined, '2025-05-01']);
  });
});

describe('tsukasa terms check', () => {
  for (const { name, application, clause } of [
    { name: 'C8', application: { type: 'options', options: [{ option: 'secure-app-connect' }] }, clause: 'art-8-4' },
    { name: 'C9', application: { type: 'service', kind: 'app-only' }, clause: 'art-5' },
    { name: 'another kind', application: { type: 'service', kind: 'device-and-app' }, clause: undefined },
  ]) {
    test(`${name}: ${clause === undefined ? 'admissible' : `refused by ${clause}`}`, async () => {
      const contract = await file({ kind: 'app-only', acceptedOn: '2025-04-10' });
      const args = ['check', '--contract', contract, '--application', await file(application), '--on', '2025-04-17'];
      const { code, stdout } = await run(...args, '--json');
      const answer = JSON.parse(stdout) as Answer;
      assert.equal(code, clause === undefined ? 0 : 5);
      assert.equal(answer.admissible, clause === undefined);
      if (clause !== undefined) assert.deepEqual([...new Set(answer.because.map((each) => each.clause))], [clause]);
    });
  }
});

describe('what cannot be right ends with exit code 2 and says what is accepted', () => {
  const charge = (contract: object | string) => async () => [
    'charges',
    '--contract',
    await file(contract),
    '--from',
    '2025-04',
  ];
  const plain = { kind: 'app-only', acceptedOn: '2025-04-10' };
  const CASES: readonly { name: string; args: () => Promise<readonly string[]>; words: RegExp }[] = [
    { name: 'no command', args: async () => [], words: /cancellation, charges, contract, check/ },
    { name: 'no arrival', args: async () => ['cancellation'], words: /--arrived is missing/ },
    {
      name: 'a day that does not exist',
      args: async () => ['cancellation', '--arrived', '2025-02-29'],
      words: /2025-02-29 does not exist/,
    },
    {
      name: 'another form',
      args: async () => ['cancellation', '--arrived', '2025/04/01'],
      words: /a day like 2026-04-01, not "2025\/04\/01"/,
    },
    {
      name: 'a designated day in another form',
      args: async () => ['cancellation', '--arrived', '2025-04-01', '--designated', '30 June'],
      words: /--designated takes a day like/,
    },
    {
      name: 'an arrival in the future',
      args: async () => ['cancellation', '--arrived', '2025-04-02', '--today', '2025-04-01'],
      words: /today is 2025-04-01.*\[Art\. 10-1\]/,
    },
    {
      name: 'an unknown option',
      args: async () => ['cancellation', '--arrived', '2025-04-01', '--option', 'x'],
      words: /secure-app-connect, operation-proxy, not x/,
    },
    {
      name: 'before the service',
      args: async () => ['cancellation', '--arrived', '2010-04-01'],
      words: /No terms were in effect/,
    },
    {
      name: 'a month that does not exist',
      args: async () => ['charges', '--contract', await file(plain), '--from', '2025-13'],
      words: /2025-13 does not exist/,
    },
    {
      name: 'a file that is not there',
      args: async () => ['charges', '--contract', '/nowhere.json', '--from', '2025-04'],
      words: /cannot be read/,
    },
    { name: 'no JSON', args: charge('{'), words: /not valid JSON/ },
    {
      name: 'an unknown field',
      args: charge({ ...plain, colour: 'red' }),
      words: /unknown field "colour". Accepted: item, kind/,
    },
    {
      name: 'billing before acceptance',
      args: charge({ ...plain, billingStartOn: '2025-04-09' }),
      words: /before .* was accepted.*\[Art\. 11\]/,
    },
    {
      name: 'a count of zero',
      args: charge(proxy({ options: [{ option: 'operation-proxy', deviceCount: 0 }] })),
      words: /from 1 to 1,000,000, not 0/,
    },
    {
      name: 'a late container option',
      args: charge({ ...plain, options: [{ option: 'secure-app-connect', acceptedOn: '2025-04-17' }] }),
      words: /\[Art\. 8-4\]/,
    },
    {
      name: 'a notice before acceptance',
      args: charge({ ...plain, notices: [{ arrivedOn: '2025-04-09' }] }),
      words: /before .* was accepted.*\[Art\. 10-1\]/,
    },
  ];
  for (const { name, args, words } of CASES) {
    test(name, async () => {
      const { code, stdout, stderr } = await run(...(await args()));
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, words);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }

  test('in Japanese as well, and as JSON with code and clause', async () => {
    const late = await file({ ...plain, notices: [{ arrivedOn: '2025-04-09' }] });
    const args = ['charges', '--contract', late, '--from', '2025-04', '--language', 'ja', '--json'];
    const { code, stderr } = await run(...args);
    assert.equal(code, 2);
    const { error, problem } = JSON.parse(stderr) as { error: string; problem: { code: string; clause: string } };
    assert.match(error, /承諾日2025年4月10日/);
    assert.deepEqual([problem.code, problem.clause], ['notice.before_acceptance', 'art-10-1']);
  });
});
