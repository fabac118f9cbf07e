import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connectOwner, startServer } from '../harness/server.ts';
import { fillBook } from './book.ts';

const CLI = fileURLToPath(new URL('../../../cli/bin/tsukasa.mjs', import.meta.url));
const USAGE = `usage: npm run bench -- billing [options]
  --contractors N  contractors with one contract each (10000)
  --months N       months of history, all but the last closed and billed (36)
  --keep           keep the data directory`;

/** `npm run bench -- billing`: closing a month, entitlements, and trying a revision, on a book of contracts, through HTTP. */
export async function billing(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      contractors: { type: 'string', default: '10000' },
      months: { type: 'string', default: '36' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(USAGE);
    return;
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'tsukasa-bench-'));
  const undo: (() => Promise<void> | void)[] = [() => (values.keep ? undefined : rm(dataDir, { recursive: true }))];
  try {
    const server = await startServer(dataDir);
    undo.push(() => server.stop());
    const owner = await connectOwner(dataDir);
    undo.push(() => owner.end());
    const filled = await timed('book filled', () => fillBook(owner, Number(values.contractors), Number(values.months)));
    const api = new Api(`http://127.0.0.1:${server.port}`, await bootstrap(dataDir));
    await closeMonth(api, filled.value.last.toString(), values);
    await measureEntitlements(api, '01900000-0000-7000-8000-000000000001');
    await tryRevision(api);
  } finally {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  }
}

async function closeMonth(
  api: Api,
  month: string,
  { contractors, months }: { readonly contractors: string; readonly months: string },
): Promise<void> {
  say(`\nclosing ${month}: ${contractors} contractors, ${months} months of history`);
  const at = `/api/v1/provider/billing/closings/${month}`;
  const drafts = [];
  for (const _ of [1, 2, 3]) drafts.push((await timed('  draft', () => api.send('PUT', at))).milliseconds);
  const draft = (await api.send('PUT', at)) as {
    fingerprint: string;
    contractors: number;
    net: number;
    problems: number;
  };
  say(`  ${draft.contractors} contractors, net ${draft.net}, ${draft.problems} problems`);
  const body = { fingerprint: draft.fingerprint };
  const approval = await timed('  approval', () => api.send('POST', `${at}/approval`, body));
  say(
    `  draft (median of ${drafts.length}) ${seconds(median(drafts))}, approval ${seconds(approval.milliseconds)}, together ${seconds(median(drafts) + approval.milliseconds)}`,
  );
}

/** The answer's share is what a request costs beyond one that only signs in. */
async function measureEntitlements(api: Api, contractorId: string): Promise<void> {
  const path = `/api/v1/contractors/${contractorId}/entitlements`;
  const once = async (at: string) => (await silently(() => api.send('GET', at))).milliseconds;
  const cold = await once(path);
  const repeat = async (at: string) => {
    const times: number[] = [];
    for (let round = 0; round < 500; round += 1) times.push(await once(at));
    return median(times);
  };
  const cached = await repeat(path);
  const session = await repeat('/api/v1/session');
  const contracts = (await api.send('GET', `/api/v1/contractors/${contractorId}/contracts`)) as {
    items: { contractId: string }[];
  };
  const changed: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const fee = { subject: 'service', amount: 100, on: new Date().toISOString().slice(0, 10), cause: 'bench' };
    await api.send(
      'POST',
      `/api/v1/provider/contractors/${contractorId}/contracts/${contracts.items[0]?.contractId}/one-time-fees`,
      fee,
    );
    changed.push(await once(path));
  }
  say('\nentitlements of one contractor, a whole request over HTTP (ms, median)');
  say(
    `  cold ${cold.toFixed(2)}  cached ${cached.toFixed(2)}  after a change ${median(changed).toFixed(2)}  session only ${session.toFixed(2)}`,
  );
}

async function tryRevision(api: Api): Promise<void> {
  const { items } = (await api.send('GET', '/api/v1/provider/terms/revisions')) as {
    items: { effectiveOn: string; title: object; rules: { fees: { subject: string }[] }; transitions: object[] }[];
  };
  const newest = items.toSorted((a, b) => (a.effectiveOn < b.effectiveOn ? 1 : -1))[0];
  if (newest === undefined) throw new Error('there is no revision');
  const fees = newest.rules.fees.map((fee) =>
    fee.subject === 'operation-proxy' ? { ...fee, monthly: { type: 'fixed', amount: 200, per: 'device' } } : fee,
  );
  const on = '2027-04-01';
  const draft = { title: newest.title, rules: { ...newest.rules, fees }, transitions: [] };
  await api.send('PUT', `/api/v1/provider/terms/revisions/${on}`, draft);
  say('\ntrying a revision on the whole book');
  const times: number[] = [];
  for (const _ of [1, 2, 3]) {
    const trial = await timed('  trial', () => api.send('POST', `/api/v1/provider/terms/revisions/${on}/trial`, {}));
    times.push(trial.milliseconds);
    const { contracts, changed } = trial.value as { contracts: number; changed: number };
    say(`  ${contracts} contracts, ${changed} changed`);
  }
  say(`  median ${seconds(median(times))}`);
}

class Api {
  readonly #origin: string;
  readonly #token: string;

  constructor(origin: string, token: string) {
    this.#origin = origin;
    this.#token = token;
  }

  async send(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return JSON.parse(text);
  }
}

/** The first provider administrator, made beside the running server as an operator makes it. */
async function bootstrap(dataDir: string): Promise<string> {
  const args = [CLI, 'bootstrap', '--email', 'bench@example.jp', '--password', 'correct horse battery', '--json'];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, TSUKASA_DATA_DIR: dataDir, DATABASE_URL: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk;
  });
  await new Promise((done) => child.once('exit', done));
  return (JSON.parse(printed) as { token: string }).token;
}

type Timed<T> = { readonly value: T; readonly milliseconds: number };

async function silently<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const began = performance.now();
  const value = await work();
  return { value, milliseconds: performance.now() - began };
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<Timed<T>> {
  const done = await silently(work);
  say(`${what} in ${seconds(done.milliseconds)}`);
  return done;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
