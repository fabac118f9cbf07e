import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { Connection } from '../harness/connection.ts';
import { cpuOf, cpuOfDescendants, residentBytes } from '../harness/processes.ts';
import { type BenchServer, connectOwner, startServer } from '../harness/server.ts';
import { type Fleet, makeFleet, makeToken, pushRequest, startKeys } from './fleet.ts';

const USAGE = `usage: npm run bench -- android-notifications [options]
  --devices N        enrolled devices (5000)
  --seconds N        length of one measurement (6)
  --connections A,B  kept-alive connections (4,16)`;

type Options = { readonly devices: number; readonly seconds: number; readonly connections: readonly number[] };
type Bench = {
  readonly server: BenchServer;
  readonly echo: BenchServer;
  readonly owner: pg.Client;
  readonly fleet: Fleet;
};
type Measured = {
  readonly messages: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
};

/**
 * `npm run bench -- android-notifications`: push messages of about 10 KB, signed, received and made durable, beside a bare
 * `node:http` echo of the same requests in the same run; then how fast what was received is worked off. The fleet has no
 * contract, so its reports are read, judged and dropped: what is stored of a report is measured by `apple-connect`'s answers.
 */
export async function androidNotifications(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return say(USAGE);
  const options = readOptions(args);
  const dataDir = await mkdtemp(join(tmpdir(), 'tsukasa-bench-'));
  const undo: (() => Promise<void> | void)[] = [() => rm(dataDir, { recursive: true })];
  try {
    const keys = await startKeys();
    undo.push(() => keys.stop());
    const server = await startServer(dataDir, { TSUKASA_GOOGLE_CERTS_ORIGIN: keys.origin });
    undo.push(() => server.stop());
    const owner = await connectOwner(dataDir);
    undo.push(() => owner.end());
    const fleet = await makeFleet(owner, options.devices);
    const echo = await startEcho();
    undo.push(() => echo.stop());
    say(`${options.devices} devices enrolled; memory of the server ${mb(residentBytes(server.pid))} MB`);
    await compare({ server, echo, owner, fleet }, options);
    say(`memory of the server ${mb(residentBytes(server.pid))} MB`);
  } finally {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  }
}

function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { devices: text, seconds: text, connections: text } });
  const { devices = '5000', seconds = '6', connections = '4,16' } = values;
  return {
    devices: whole(devices, 'devices', 10),
    seconds: whole(seconds, 'seconds', 1),
    connections: connections.split(',').map((one) => whole(one, 'connections', 1)),
  };
}

function whole(text: string, name: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least)) throw new Error(`--${name} must be a whole number of at least ${least}`);
  return value;
}

let turn = 0;

async function compare({ server, echo, owner, fleet }: Bench, { connections, seconds }: Options): Promise<void> {
  say('             conn   messages/s   of echo   p50 ms   p99 ms   CPU µs a message: server  postgres');
  for (const count of connections) {
    const before = await measure(echo.port, fleet, count, seconds);
    const from = [cpuOf(server.pid), cpuOfDescendants(server.pid)];
    const pushed = await measure(server.port, fleet, count, seconds);
    const [own = 0, postgres = 0] = [cpuOf(server.pid), cpuOfDescendants(server.pid)].map(
      (now, n) => now - (from[n] ?? 0),
    );
    const share = (100 * rate(pushed)) / rate(before);
    const per = (value: number) => ((value * 1e6) / Math.max(1, pushed.messages)).toFixed(0);
    row('echo', count, before, '-', '', '');
    row('push', count, pushed, `${share.toFixed(0)} %`, per(own), per(postgres));
    if (pushed.failures > 0) say(`  ${pushed.failures} messages were not acknowledged`);
    const [waiting, took] = await workedOff(owner);
    say(`  of ${pushed.messages} messages ${waiting} waited at the end, worked off within ${took.toFixed(1)} s`);
  }
}

async function measure(port: number, fleet: Fleet, count: number, seconds: number): Promise<Measured> {
  const token = makeToken();
  const open = await Promise.all(Array.from({ length: count }, () => Connection.open(port)));
  const took: number[] = [];
  let failures = 0;
  const began = performance.now();
  await Promise.all(
    open.map(async (connection) => {
      while (performance.now() - began < seconds * 1000) {
        turn += 1;
        const request = pushRequest(token, fleet.devices[turn % fleet.devices.length] ?? '', turn);
        const from = performance.now();
        const { status } = await connection.send(request);
        took.push(performance.now() - from);
        if (status !== 204 && status !== 200) failures += 1;
      }
    }),
  );
  const passed = (performance.now() - began) / 1000;
  for (const connection of open) connection.close();
  took.sort((a, b) => a - b);
  const quantile = (q: number) => took[Math.min(took.length - 1, Math.floor(took.length * q))] ?? 0;
  return { messages: took.length, seconds: passed, p50: quantile(0.5), p99: quantile(0.99), failures };
}

const rate = ({ messages, seconds }: Measured) => messages / seconds;

/** How many messages wait, and the seconds until none does. */
async function workedOff(owner: pg.Client): Promise<readonly [number, number]> {
  const began = performance.now();
  const count = async () => {
    const text = 'select count(*)::integer as count from android_messages where done_at is null and problem is null';
    return (await owner.query<{ count: number }>(text)).rows[0]?.count ?? 0;
  };
  const first = await count();
  while (performance.now() - began < 300_000) {
    if ((await count()) === 0) return [first, (performance.now() - began) / 1000];
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('messages were not worked off within five minutes');
}

async function startEcho(): Promise<BenchServer> {
  const child = fork(fileURLToPath(new URL('../harness/echo.ts', import.meta.url)));
  const port = await new Promise<number>((done) => child.once('message', (message) => done(Number(message))));
  return { port, pid: child.pid ?? 0, stop: async () => void child.kill() };
}

function row(name: string, count: number, measured: Measured, share: string, own: string, postgres: string): void {
  const cells = [
    name.padEnd(10),
    String(count).padStart(7),
    rate(measured).toFixed(0).padStart(13),
    share.padStart(10),
    measured.p50.toFixed(2).padStart(9),
    measured.p99.toFixed(2).padStart(9),
    own.padStart(27),
    postgres.padStart(10),
  ];
  say(cells.join(''));
}

const mb = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
