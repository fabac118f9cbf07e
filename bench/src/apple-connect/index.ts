import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { cpuOf, cpuOfDescendants, residentBytes } from '../harness/processes.ts';
import { type BenchServer, connectOwner, startServer } from '../harness/server.ts';
import { type Fleet, insertCommands, insertHistory, makeFleet, saveFleet } from './fleet.ts';
import type { Measured, Task, Told } from './generator.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import type { Transport } from './requests.ts';

/** First contacts in a second, at least. */
const FIRST_CONTACTS = 3_000;
/** Devices that sign: each signature is made before the clock starts, and takes half a millisecond. */
const SIGNERS = 4_000;

type Row = {
  readonly name: string;
  readonly connections: number;
  readonly measured: Measured;
  /** Rate of the echo around it. */
  readonly echo?: number;
  /** Microseconds of CPU for each poll or cycle. */
  readonly cpu: { readonly server: number; readonly postgres: number; readonly generator: number };
};
type Bench = {
  readonly options: Options;
  readonly generator: Generator;
  readonly server: BenchServer;
  readonly owner: pg.Client;
  readonly fleet: Fleet;
};

/** `npm run bench -- apple-connect`: the device channel against a bare `node:http` echo, in one run. */
export async function appleConnect(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    say(USAGE);
    return;
  }
  const options = readOptions(args);
  const dataDir = await mkdtemp(join(tmpdir(), 'tsukasa-bench-'));
  const undo: (() => Promise<void> | void)[] = [() => (options.keep ? undefined : rm(dataDir, { recursive: true }))];
  const clean = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void clean().finally(() => process.exit(1)));
  }
  try {
    const server = await startServer(dataDir);
    undo.push(() => server.stop());
    const owner = await connectOwner(dataDir);
    undo.push(() => owner.end());
    const fleet = await timed(`${options.devices} devices enrolled`, () => makeFleet(owner, options.devices));
    const file = join(dataDir, 'fleet.json');
    await saveFleet(file, fleet);
    const generator = new Generator();
    undo.push(() => generator.stop());
    await generator.tell({ kind: 'load', file });
    await compare({ options, generator, server, owner, fleet });
  } finally {
    await clean();
  }
}

async function compare(bench: Bench): Promise<void> {
  const { options, owner, fleet } = bench;
  await measureMemory(bench);
  const without = await channel(bench);
  table(`${options.devices} devices, no finished commands`, without);
  if (options.history === 0) return;
  await timed(`${options.history} finished commands of each device inserted`, () =>
    insertHistory(owner, fleet, options.history),
  );
  const withHistory = await channel(bench);
  table(`${options.devices} devices, ${options.history} finished commands each`, withHistory);
  say('\nslope with history: share of the echo with ÷ without, CPU of PostgreSQL with ÷ without');
  for (const [index, row] of withHistory.entries()) {
    const other = without[index];
    if (other === undefined || row.echo === undefined || other.echo === undefined) continue;
    const share = rate(row) / row.echo / (rate(other) / other.echo);
    const postgres = row.cpu.postgres / other.cpu.postgres;
    say(`  ${label(row)}${share.toFixed(2).padStart(8)}${postgres.toFixed(2).padStart(8)}`);
  }
}

async function measureMemory(bench: Bench): Promise<void> {
  const { options, server, generator } = bench;
  const few = Math.min(1000, options.devices);
  await poll(bench, 'warm up', 'header', 16, few);
  const before = residentBytes(server.pid);
  const seconds = Math.max(4, options.devices / 5000);
  await generator.tell({ ...idleTask(bench, 'header', 16, options.devices), seconds });
  const grown = residentBytes(server.pid) - before;
  say(
    `memory of the server: ${mb(before)} MB with ${few} devices seen, ${mb(before + grown)} MB with ${options.devices}`,
  );
  if (options.devices > few) say(`  ${mb(grown / ((options.devices - few) / 1000))} MB per 1,000 devices`);
}

/** Every scenario right after the echo with requests of the same size, so that a busy machine slows both. */
async function channel(bench: Bench): Promise<readonly Row[]> {
  const { options } = bench;
  const yardstick = await startEcho();
  const rows: Row[] = [];
  try {
    for (const transport of ['header', 'signature'] as const) {
      const devices = transport === 'header' ? options.devices : Math.min(SIGNERS, options.devices);
      for (const connections of options.connections) {
        const on = { ...bench, server: yardstick };
        // Long enough for every device: a first contact verifies its certificate, which is not what is measured here.
        await poll(bench, 'warm up', transport, connections, devices, Math.max(1, Math.ceil(devices / FIRST_CONTACTS)));
        const before = await poll(on, `echo, ${transport}`, transport, connections, Math.min(SIGNERS, devices));
        const idle = await poll(bench, `idle, ${transport}`, transport, connections, devices);
        const cycled = await cycle(bench, transport, connections, devices);
        const after = await poll(on, `echo, ${transport}`, transport, connections, Math.min(SIGNERS, devices));
        const echo = (rate(before) + rate(after)) / 2;
        rows.push(before, { ...idle, echo }, { ...cycled, echo });
      }
    }
  } finally {
    await yardstick.stop();
  }
  return rows;
}

async function startEcho(): Promise<BenchServer> {
  const child = fork(fileURLToPath(new URL('../harness/echo.ts', import.meta.url)));
  const port = await new Promise<number>((done) => child.once('message', (message) => done(Number(message))));
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill();
    },
  };
}

function idleTask({ options, server }: Bench, transport: Transport, connections: number, devices: number) {
  return { kind: 'idle', port: server.port, transport, connections, seconds: options.seconds, devices } as const;
}

async function poll(
  bench: Bench,
  name: string,
  transport: Transport,
  connections: number,
  devices: number,
  seconds = bench.options.seconds,
): Promise<Row> {
  return run(bench, name, connections, { ...idleTask(bench, transport, connections, devices), seconds });
}

async function cycle(bench: Bench, transport: Transport, connections: number, devices: number): Promise<Row> {
  const { options, server, owner, fleet } = bench;
  const commands = await insertCommands(owner, fleet, devices);
  const { seconds } = options;
  const task = { kind: 'cycle', port: server.port, transport, connections, seconds, commands } as const;
  const row = await run(bench, `cycle, ${transport}`, connections, task);
  await untilInterpreted(owner);
  return row;
}

/** The server interprets answers after it has acknowledged them; the next measurement waits for that. */
async function untilInterpreted(owner: pg.Client): Promise<void> {
  for (const until = performance.now() + 120_000; performance.now() < until; ) {
    const { rowCount } = await owner.query('select 1 from apple_answers limit 1');
    if (rowCount === 0) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('answers were not interpreted within two minutes');
}

async function run({ generator, server }: Bench, name: string, connections: number, task: Task): Promise<Row> {
  let from = [0, 0, 0];
  const now = () => [cpuOf(server.pid), cpuOfDescendants(server.pid), cpuOf(generator.pid)];
  const told = await generator.tell(task, () => {
    from = now();
  });
  if (told.kind !== 'measured') throw new Error('the generator measured nothing');
  const [own = 0, postgres = 0, devices = 0] = now().map((value, index) => (value - (from[index] ?? 0)) * 1e6);
  if (told.failures > 0) say(`  ${name}: ${told.failures} of ${told.count} were not answered as expected`);
  const per = (value: number) => value / Math.max(1, told.count);
  return {
    name,
    connections,
    measured: told,
    cpu: { server: per(own), postgres: per(postgres), generator: per(devices) },
  };
}

/** The process with the simulated devices. */
class Generator {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('./generator.ts', import.meta.url)));

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  tell(task: Task, began?: () => void): Promise<Told> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error('the generator ended'));
      const onMessage = (message: unknown) => {
        const told = message as Told;
        if (told.kind === 'began') {
          began?.();
          return;
        }
        this.#child.off('message', onMessage).off('exit', onExit);
        resolve(told);
      };
      this.#child.on('message', onMessage).on('exit', onExit);
      this.#child.send(task);
    });
  }

  stop(): void {
    this.#child.kill();
  }
}

function rate({ measured }: Row): number {
  return measured.count / measured.seconds;
}

function label({ name, connections }: Row): string {
  return `${name.padEnd(18)}${String(connections).padStart(5)}`;
}

function table(title: string, rows: readonly Row[]): void {
  say(`\n${title}`);
  say('                   conn      /s   of echo   p50 ms   p99 ms   CPU µs: server  postgres  generator');
  for (const row of rows) {
    const { measured, cpu, echo } = row;
    const share = echo === undefined ? '-' : `${((100 * rate(row)) / echo).toFixed(0)} %`;
    const numbers = [
      Math.round(rate(row)).toString().padStart(8),
      share.padStart(10),
      measured.p50.toFixed(2).padStart(9),
      measured.p99.toFixed(2).padStart(9),
      cpu.server.toFixed(0).padStart(17),
      cpu.postgres.toFixed(0).padStart(10),
      cpu.generator.toFixed(0).padStart(11),
    ];
    say(`${label(row)}${numbers.join('')}`);
  }
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  say(`${what} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

function mb(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
