import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ownKeys } from './apple-device/index.ts';
import { saveGoogleProject } from './demo/android-enterprise.ts';
import { Caller } from './demo/api.ts';
import { everybody, foundCompany } from './demo/company.ts';
import { newPassword, signInFirst, totp } from './demo/people.ts';
import { printStage } from './demo/print.ts';
import { playScenes } from './demo/scenes.ts';
import { bootstrap, endOrphan, ServerProcess } from './demo/server-process.ts';
import { type StandIns, startStandIns } from './demo/stand-ins.ts';
import { COMPANIES } from './demo/story.ts';
import { describeFailure, enrollFleet, FleetTally } from './fleet.ts';

const usage = `npm run demo -- [--port 8420 (or TSUKASA_PORT)] [--keep]

A server on a throw-away data directory, stand-ins for the clouds of Apple, Microsoft and Google, two contractors, and a
hundred simulated devices: forty from Apple, thirty Windows PCs, thirty with Android.
--keep leaves the directory behind.
`;

const say = (text: string) => process.stdout.write(`${text}\n`);

/** The stage: what is opened is closed in the opposite order, whatever happens. */
async function demonstrate(port: number, keep: boolean, signal: AbortSignal): Promise<void> {
  await using closing = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'tsukasa-demo-'));
  closing.defer(async () => {
    if (keep) say(`データ / Data: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  });
  const standIns = await startStandIns(folder, closing);
  const environment = serverEnvironment(port, join(folder, 'data'), standIns);
  const origin = environment.TSUKASA_PUBLIC_URL;

  say('準備しています / Preparing …');
  const provider = { email: 'provider@example.jp', password: newPassword(), name: '提供者 太郎' };
  const token = await bootstrap(environment, provider);
  if (signal.aborted) return;
  closing.defer(() => endOrphan(environment.TSUKASA_DATA_DIR));
  const server = new ServerProcess(environment, join(folder, 'server.log'));
  closing.defer(() => server.stop());
  await server.ready(origin);
  const stop = new AbortController();
  closing.defer(() => stop.abort());
  const until = AbortSignal.any([signal, stop.signal]);
  const dead = server.died().then((how) => {
    throw new Error(`サーバーが終了しました / The server ended: ${how}`);
  });
  const played = play({ origin, token, provider, standIns, until });
  for (const promise of [dead, played]) promise.catch(() => undefined); // the first of them is heard below
  await Promise.race([dead, played]);
  if (!signal.aborted) await Promise.race([dead, aborted(signal)]);
}

/** Only our own data directory and our own stand-ins, whatever the shell has set. */
function serverEnvironment(port: number, dataDir: string, { settings }: StandIns) {
  const { DATABASE_URL: _, ...inherited } = process.env;
  const ours = Object.entries(inherited).filter(([name]) => !name.startsWith('TSUKASA_') || name === 'TSUKASA_HOST');
  return {
    ...Object.fromEntries(ours),
    TSUKASA_PORT: String(port),
    TSUKASA_PUBLIC_URL: `http://localhost:${port}`,
    TSUKASA_DATA_DIR: dataDir,
    ...settings,
    TSUKASA_APPROVER_WAIT: 'PT0S', // everybody in it was let in a moment ago
    TSUKASA_LOG_LEVEL: process.env.TSUKASA_LOG_LEVEL ?? 'info',
  };
}

type Play = {
  readonly origin: string;
  readonly token: string;
  readonly provider: { readonly email: string; readonly password: string; readonly name: string };
  readonly standIns: StandIns;
  readonly until: AbortSignal;
};

async function play({ origin, token, provider, standIns, until }: Play): Promise<void> {
  const tally = new FleetTally();
  const tools = { origin, provider: new Caller(origin, token), standIns, keys: ownKeys, tally };
  const title = '提供者管理者 / Provider administrator';
  const staff = await signInFirst(origin, { title, email: provider.email, password: provider.password });
  await saveGoogleProject(tools.provider, standIns.google);
  const companies = await Promise.all(COMPANIES.map((story) => foundCompany(tools, story)));
  const started = performance.now();
  const recruits = companies.flatMap(everybody);
  const { enrolled } = await enrollFleet(recruits, {
    signal: until,
    concurrency: 6,
    onFailure: (device, error) => say(`  ${device.title}: ${describeFailure(error)}`),
  });
  if (until.aborted) return;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`${enrolled.length} / ${recruits.length} 台を登録 / devices enrolled (${seconds} s)`);
  printStage({ origin, token, standIns, staff, companies }, say);
  const scenes = companies.map((company) => playScenes(company, until, (what) => say(`  ${what}`)));
  await Promise.all(scenes).catch((error: unknown) => {
    if (!until.aborted) say(`  ${describeFailure(error)}`);
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: process.env['TSUKASA_PORT'] ?? '8420' },
    keep: { type: 'boolean', default: false },
    code: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) say(usage);
else if (values.code !== undefined) say(totp(values.code, Temporal.Now.instant().epochMilliseconds));
else {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  try {
    await demonstrate(Number(values.port), values.keep, interrupted.signal);
  } catch (error) {
    if (!interrupted.signal.aborted) {
      process.stderr.write(`\n${describeFailure(error)}\n`);
      process.exitCode = 1;
    }
  }
  process.exit();
}
