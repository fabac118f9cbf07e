import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ApnsClient } from './apns/index.ts';
import {
  BEHAVIOURS,
  type BehaviourName,
  DEVICE_KINDS,
  type DeviceKind,
  isBehaviour,
  ownKeys,
  Random,
  sharedKeys,
} from './apple-device/index.ts';
import { describeFailure, drawKind, enrollFleet, type FleetMember, FleetTally, makeFleet } from './fleet.ts';
import { simulateAndroid } from './simulate-android.ts';
import { EDITION_NAMES, type EditionName, findPlatform, makeWindowsFleet } from './windows-device/index.ts';
import { WnsClient } from './wns/index.ts';

const usage = `npm run simulate -- --url LINK [options]

Simulated devices enroll from an invitation's link and live until Ctrl-C: Apple devices or Windows PCs, as the page behind
the link says. For more than one device the invitation must be reusable. Works against any installation. With
--android-origin they are Android devices, which live in the stand-in of the Android Management API that the server uses.

  --url LINK             link of the invitation
  --count N              number of devices (1)
  --android-origin URL   origin of that stand-in; of the options below, --os (9 to 16), --ca and --seed apply
  --apns-control URL     control port of the push stand-in; without it Apple devices ask every half minute
  --behaviour NAME       ${Object.keys(BEHAVIOURS).join(', ')}, or mixed (steady)
  --kinds LIST           ${DEVICE_KINDS.join(',')} (all but AppleTV, as they occur in a company)
  --os VERSION           such as 17 or 18.5; default: any that the model runs
  --unsupervised         not prepared by a company, as for personally-owned devices
  --safari               opens the page as a person does, and takes the profile from there
  --legacy-scep          triple DES and SHA-1
  --unsigned             signs no message: mutual TLS alone says who it is
  --ca FILE              PEM of the root to trust, in place of the system's
  --allow-http           takes a server without TLS that is not this machine; for test networks only
  --seed TEXT            the same seed makes the same devices (demo)
  --concurrency N        enrollments at a time (8)
  --keys N               RSA keys shared by all devices; by default each makes its own, but for more than 50 devices
                         16 are shared, as making 1000 keys takes minutes
  --wns-control URL      control port of the stand-in for the Windows push service; without it PCs poll
  --edition NAME         ${EDITION_NAMES.join(', ')}; default: as they occur in a company
  --pace N               PCs poll N times faster than they are told (1)
  --once                 ends after enrolling
  --seconds N            ends after this time
`;

const NEEDS_ORIGIN =
  'this invitation is for Android. Simulated Android devices live in the stand-in of the Android Management API that the ' +
  'server uses; name it with --android-origin URL (npm run demo prints its own). Against Google itself nothing can be simulated.';

/** A mistake on the command line. */
class UsageError extends Error {}

const LIFE: readonly [BehaviourName, ...BehaviourName[]] = [
  'steady',
  'steady',
  'steady',
  'mobile',
  'mobile',
  'slow',
  'locked',
  'flaky',
  'refusing',
];
const EASY_COUNT = 50;
const POOL = 16;

function number(text: string | undefined, name: string, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new UsageError(`--${name} must be a positive whole number`);
  return value;
}

function kindsOf(text: string | undefined): readonly DeviceKind[] {
  if (text === undefined) return DEVICE_KINDS.filter((kind) => kind !== 'AppleTV');
  return text.split(',').map((word) => {
    const kind = DEVICE_KINDS.find((one) => one.toLowerCase() === word.trim().toLowerCase());
    if (kind === undefined) throw new UsageError(`--kinds: no such kind: ${word}`);
    return kind;
  });
}

function read() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      count: { type: 'string' },
      'android-origin': { type: 'string' },
      'apns-control': { type: 'string' },
      behaviour: { type: 'string', default: 'steady' },
      kinds: { type: 'string' },
      os: { type: 'string' },
      unsupervised: { type: 'boolean', default: false },
      safari: { type: 'boolean', default: false },
      'legacy-scep': { type: 'boolean', default: false },
      unsigned: { type: 'boolean', default: false },
      ca: { type: 'string' },
      'allow-http': { type: 'boolean', default: false },
      seed: { type: 'string', default: 'demo' },
      concurrency: { type: 'string' },
      keys: { type: 'string' },
      'wns-control': { type: 'string' },
      edition: { type: 'string' },
      pace: { type: 'string' },
      once: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

type Values = ReturnType<typeof read>;
/** The devices, and what is open for their sake. */
type Fleet = { readonly members: readonly FleetMember[]; close(): void };

async function makeApple(values: Values, count: number, tally: FleetTally): Promise<Fleet> {
  const { behaviour, seed } = values;
  if (behaviour !== 'mixed' && !isBehaviour(behaviour)) throw new UsageError(`--behaviour: no such one: ${behaviour}`);
  const pool = values.keys === undefined && count <= EASY_COUNT ? 0 : number(values.keys, 'keys', POOL);
  if (pool > 0) process.stdout.write(`The devices share ${pool} RSA keys.\n`);
  const kinds = kindsOf(values.kinds);
  const control = values['apns-control'];
  const push = control === undefined ? undefined : await ApnsClient.connect(control);
  const keys = pool > 0 ? sharedKeys(pool) : ownKeys;
  const draws = new Random(seed);
  const members = makeFleet(count, (index) => ({
    seed: `${seed} ${index}`,
    kind: drawKind(draws, kinds),
    behaviour: behaviour === 'mixed' ? draws.pick(LIFE) : behaviour,
    supervised: !values.unsupervised,
    keys,
    as: values.safari ? 'safari' : 'device',
    scep: values['legacy-scep'] ? 'legacy' : 'modern',
    unsigned: values.unsigned,
    allowHttp: values['allow-http'],
    onEvent: tally.note,
    ...(values.os === undefined ? {} : { osVersion: values.os }),
    ...trusted(values),
    ...(push === undefined ? {} : { push }),
  }));
  return { members, close: () => push?.close() };
}

/** Each with a key of its own: the server certifies a key once only. */
function makeWindows(values: Values, count: number, tally: FleetTally): Fleet {
  const control = values['wns-control'];
  const push = control === undefined ? undefined : new WnsClient(control);
  const members = makeWindowsFleet(count, values.seed, {
    allowHttp: values['allow-http'],
    pace: number(values.pace, 'pace', 1),
    onEvent: tally.noteWindows,
    ...editionOf(values.edition),
    ...trusted(values),
    ...(push === undefined ? {} : { push }),
  }).map((pc) => ({
    enroll: (url: string) => pc.enrollFromLink(url),
    live: (signal: AbortSignal) => pc.live(signal),
    close: () => pc.close(),
  }));
  return { members, close: () => push?.close() };
}

function trusted({ ca }: Values): { readonly ca?: readonly string[] } {
  return ca === undefined ? {} : { ca: [readFileSync(ca, 'utf8')] };
}

function editionOf(word: string | undefined): { readonly edition?: EditionName } {
  if (word === undefined) return {};
  const edition = EDITION_NAMES.find((name) => name === word);
  if (edition === undefined) throw new UsageError(`--edition: no such one: ${word}`);
  return { edition };
}

async function simulate(values: Values): Promise<number> {
  const { url } = values;
  if (url === undefined || !URL.canParse(url)) throw new UsageError('--url needs the link of an invitation');
  const count = number(values.count, 'count', 1);
  const origin = values['android-origin'];
  if (origin !== undefined) {
    const { os, ca, seed } = values;
    return (await simulateAndroid({ url, origin, count, seed, os, ca })) === count ? 0 : 1;
  }
  const tally = new FleetTally();
  const platform = await findPlatform(trusted(values), url);
  if (platform === 'android') throw new Error(NEEDS_ORIGIN);
  const fleet = platform === 'windows' ? makeWindows(values, count, tally) : await makeApple(values, count, tally);

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = showProgress(() => `${tally.line()}  of ${count}`, stop.signal);
  const started = performance.now();
  const { enrolled, lives } = await enrollFleet(
    fleet.members.map((device) => ({ device, url })),
    {
      signal: stop.signal,
      concurrency: number(values.concurrency, 'concurrency', 8),
      live: !values.once,
      onFailure: (_device, error) => tally.problem(describeFailure(error)),
    },
  );
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`\n${enrolled.length} of ${count} enrolled in ${seconds.toFixed(1)} s\n`);
  if (!values.once && enrolled.length > 0) {
    if (values.seconds !== undefined) setTimeout(() => stop.abort(), number(values.seconds, 'seconds', 1) * 1000);
    await lives;
  }
  stop.abort();
  await progress;
  fleet.close();
  for (const device of fleet.members) device.close();
  process.stdout.write(`\n${tally.summary()}`);
  return enrolled.length === count ? 0 : 1;
}

/** One line that changes on a terminal, a line now and then elsewhere. */
async function showProgress(line: () => string, signal: AbortSignal): Promise<void> {
  const terminal = process.stdout.isTTY;
  let shown = '';
  while (!signal.aborted) {
    await sleep(terminal ? 500 : 5000, undefined, { signal }).catch(() => undefined); // the end
    const now = line();
    if (now !== shown) process.stdout.write(terminal ? `\r\x1b[K${now}` : `${now}\n`);
    shown = now;
  }
}

try {
  const values = read();
  if (values.help) process.stdout.write(usage);
  else process.exitCode = await simulate(values);
} catch (error) {
  const mistaken =
    error instanceof UsageError ||
    (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  process.stderr.write(mistaken ? `${error.message}\n\n${usage}` : `simulate: ${describeFailure(error)}\n`);
  process.exitCode = 2;
}
