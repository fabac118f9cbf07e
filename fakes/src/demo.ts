import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ApnsControl, FakeApns } from './apns/index.ts';
import { ownKeys } from './apple-device/index.ts';
import { Caller } from './demo/api.ts';
import { type Company, foundCompany } from './demo/company.ts';
import { type Login, newPassword, signInFirst, totp } from './demo/people.ts';
import { playScenes } from './demo/scenes.ts';
import { bootstrap, endOrphan, ServerProcess } from './demo/server-process.ts';
import { COMPANIES } from './demo/story.ts';
import { describeFailure, enrollFleet, FleetTally } from './fleet.ts';

const usage = `npm run demo -- [--port 8420 (or TSUKASA_PORT)] [--keep]

A server on a throw-away data directory, a stand-in for Apple's push service, two contractors and forty simulated devices.
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
  const apns = await FakeApns.start();
  closing.defer(() => apns.close());
  const control = await ApnsControl.start(apns);
  closing.defer(() => control.close());
  const caFile = join(folder, 'apns-ca.pem');
  await writeFile(caFile, apns.rootPem);
  const environment = serverEnvironment(port, join(folder, 'data'), { origin: apns.origin, caFile });
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
  const played = play({ origin, token, provider, apns, control, until });
  for (const promise of [dead, played]) promise.catch(() => undefined); // the first of them is heard below
  await Promise.race([dead, played]);
  if (!signal.aborted) await Promise.race([dead, aborted(signal)]);
}

/** Only our own data directory and our own push service, whatever the shell has set. */
function serverEnvironment(port: number, dataDir: string, apns: { readonly origin: string; readonly caFile: string }) {
  const { DATABASE_URL: _, ...inherited } = process.env;
  const ours = Object.entries(inherited).filter(([name]) => !name.startsWith('TSUKASA_') || name === 'TSUKASA_HOST');
  return {
    ...Object.fromEntries(ours),
    TSUKASA_PORT: String(port),
    TSUKASA_PUBLIC_URL: `http://localhost:${port}`,
    TSUKASA_DATA_DIR: dataDir,
    TSUKASA_APPROVER_WAIT: 'PT0S', // everybody in it was let in a moment ago
    TSUKASA_APNS_ORIGIN: apns.origin,
    TSUKASA_APNS_CA_FILE: apns.caFile,
    TSUKASA_LOG_LEVEL: process.env.TSUKASA_LOG_LEVEL ?? 'info',
  };
}

type Play = {
  readonly origin: string;
  readonly token: string;
  readonly provider: { readonly email: string; readonly password: string; readonly name: string };
  readonly apns: FakeApns;
  readonly control: ApnsControl;
  readonly until: AbortSignal;
};

async function play({ origin, token, provider, apns, control, until }: Play): Promise<void> {
  const tally = new FleetTally();
  const tools = { origin, provider: new Caller(origin, token), apns, keys: ownKeys, tally };
  const title = '提供者管理者 / Provider administrator';
  const staff = await signInFirst(origin, { title, email: provider.email, password: provider.password });
  const companies = await Promise.all(COMPANIES.map((story) => foundCompany(tools, story)));
  const started = performance.now();
  const recruits = companies.flatMap((company) => company.recruits);
  const { enrolled } = await enrollFleet(recruits, {
    signal: until,
    concurrency: 6,
    onFailure: (device, error) => say(`  ${device.blueprint.name}: ${describeFailure(error)}`),
  });
  if (until.aborted) return;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`${enrolled.length} / ${recruits.length} 台を登録 / devices enrolled (${seconds} s)`);
  printLogins(origin, control.origin, staff, companies);
  say(`  CLI: TSUKASA_URL=${origin} TSUKASA_TOKEN=${token} npx tsukasa contractors list\n`);
  const scenes = companies.map((company) => playScenes(company, until, (what) => say(`  ${what}`)));
  await Promise.all(scenes).catch((error: unknown) => {
    if (!until.aborted) say(`  ${describeFailure(error)}`);
  });
}

function printLogins(origin: string, control: string, staff: Login, companies: readonly Company[]): void {
  say(`\n  ${origin}\n`);
  printLogin(staff);
  for (const { story, logins } of companies) {
    say(`\n  ${story.name}`);
    for (const login of logins) printLogin(login);
  }
  say('\n  二段階認証は上の URI を認証アプリに登録するか、次のコマンドで今のコードを表示してください。');
  say('  For the second factor add the URI to an authenticator app, or print the code of the moment with');
  say('    npm run demo -- --code SECRET');
  say(`\n  プッシュの代役 / Push stand-in: ${control}/statistics`);
  say('  Ctrl-C で終了し、データを消します / Ctrl-C ends it and removes its data.\n');
}

function printLogin({ title, email, password, otpauth, secret }: Login): void {
  say(`  ${title}`);
  say(`    ${email}   ${password}`);
  say(`    ${otpauth}`);
  say(`    現在のコード / code now: ${totp(secret, Temporal.Now.instant().epochMilliseconds)}   (${secret})`);
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
