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

/** First contacts in a second, at least: each verifies a certificate. */
const FIRST_CONTACTS = 2_000;

type Row = {
  readonly name: string;
  readonly connections: number;
  readonly measured: Measured;
  /** Messages a second of the echo around it. */
  readonly echo?: number;
  /** Microseconds of CPU for each message. */
  readonly cpu: { readonly server: number; readonly postgres: number; readonly generator: number };
};
type Bench = {
  readonly options: Options;
  readonly generator: Generator;
  readonly server: BenchServer;
  readonly echo: BenchServer;
  readonly owner: pg.Client;
  readonly fleet: Fleet;
};

/** `npm run bench -- windows-session`: OMA DM sessions against a bare `node:http` echo, in one run. */
export async function windowsSession(args: readonly string[]): Promise<void> {
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
    const fleet = await makeFleet(owner, options.devices);
    say(`${options.devices} PCs enrolled`);
    const file = join(dataDir, 'fleet.json');
    await saveFleet(file, fleet);
    const generator = new Generator();
    undo.push(() => generator.stop());
    const echo = await startEcho();
    undo.push(() => echo.stop());
    await generator.tell({ kind: 'load', file });
    await compare({ options, generator, server, echo, owner, fleet });
  } finally {
    await clean();
  }
}

async function compare(bench: Bench): Promise<void> {
  const { options, owner, fleet } = bench;
  await measureMemory(bench);
  table(`${options.devices} PCs, no finished commands`, await rows(bench));
  if (options.history === 0) return;
  await insertHistory(owner, fleet, options.history);
  table(`${options.devices} PCs, ${options.history} finished commands each`, await rows(bench));
}

/** Every PC once, so that its certificate is known: what a process keeps of it is what memory grows by. */
async function measureMemory(bench: Bench): Promise<void> {
  const { options, server } = bench;
  const few = Math.min(500, options.devices);
  await run(bench, 'warm up', { ...task(bench, 'poll', 16), devices: few });
  const before = residentBytes(server.pid);
  const seconds = Math.max(4, options.devices / FIRST_CONTACTS);
  await run(bench, 'first contacts', { ...task(bench, 'poll', 16), seconds });
  const after = residentBytes(server.pid);
  await untilInterpreted(bench.owner);
  say(`memory of the server: ${mb(before)} MB with ${few} PCs seen, ${mb(after)} MB with all`);
}

/** Every scenario between two runs of the echo, so that a busy machine slows both. */
async function rows(bench: Bench): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (const connections of bench.options.connections) {
    const onEcho = { ...task(bench, 'echo', connections), port: bench.echo.port };
    const before = await run({ ...bench, server: bench.echo }, 'echo', onEcho);
    const poll = await run(bench, 'poll', task(bench, 'poll', connections));
    await untilInterpreted(bench.owner);
    await insertCommands(bench.owner, bench.fleet, bench.options.commands);
    const session = await run(bench, 'session', task(bench, 'session', connections));
    await untilInterpreted(bench.owner);
    const after = await run({ ...bench, server: bench.echo }, 'echo', onEcho);
    const echo = (rate(before) + rate(after)) / 2;
    found.push(before, { ...poll, echo }, { ...session, echo });
  }
  return found;
}

function task({ options, server }: Bench, kind: 'echo' | 'poll' | 'session', connections: number) {
  const { seconds, devices, commands } = options;
  return { kind, port: server.port, connections, seconds, devices, commands } as const;
}

/** The server interprets answers after it has acknowledged them; the next measurement waits for that. */
async function untilInterpreted(owner: pg.Client): Promise<void> {
  for (const until = performance.now() + 300_000; performance.now() < until; ) {
    const { rowCount } = await owner.query('select 1 from windows_answers where problem is null limit 1');
    if (rowCount === 0) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('answers were not interpreted within five minutes');
}

async function run({ generator, server }: Bench, name: string, asked: Exclude<Task, { kind: 'load' }>): Promise<Row> {
  let from = [0, 0, 0];
  const now = () => [cpuOf(server.pid), cpuOfDescendants(server.pid), cpuOf(generator.pid)];
  const told = await generator.tell(asked, () => {
    from = now();
  });
  if (told.kind !== 'measured') throw new Error('the generator measured nothing');
  const [own = 0, postgres = 0, devices = 0] = now().map((value, index) => (value - (from[index] ?? 0)) * 1e6);
  if (told.failures > 0) say(`  ${name}: ${told.failures} of ${told.sessions} sessions did not go as they should`);
  const per = (value: number) => value / Math.max(1, told.messages);
  const cpu = { server: per(own), postgres: per(postgres), generator: per(devices) };
  return { name, connections: asked.connections, measured: told, cpu };
}

async function startEcho(): Promise<BenchServer> {
  const child = fork(fileURLToPath(new URL('../harness/echo.ts', import.meta.url)));
  const port = await new Promise<number>((done) => child.once('message', (message) => done(Number(message))));
  return { port, pid: child.pid ?? 0, stop: async () => void child.kill() };
}

/** The process with the simulated PCs. */
class Generator {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('./generator.ts', import.meta.url)));

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  tell(asked: Task, began?: () => void): Promise<Told> {
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
      this.#child.send(asked);
    });
  }

  stop(): void {
    this.#child.kill();
  }
}

/** Messages a second. */
function rate({ measured }: Row): number {
  return measured.messages / measured.seconds;
}

function table(title: string, all: readonly Row[]): void {
  say(`\n${title}`);
  say(
    '             conn  sessions/s  messages/s   of echo   p50 ms   p99 ms   CPU µs a message: server  postgres  generator',
  );
  for (const row of all) {
    const { name, connections, measured, cpu, echo } = row;
    const cells = [
      name.padEnd(10),
      String(connections).padStart(7),
      (measured.sessions / measured.seconds).toFixed(0).padStart(12),
      rate(row).toFixed(0).padStart(12),
      (echo === undefined ? '-' : `${((100 * rate(row)) / echo).toFixed(0)} %`).padStart(10),
      measured.p50.toFixed(2).padStart(9),
      measured.p99.toFixed(2).padStart(9),
      cpu.server.toFixed(0).padStart(27),
      cpu.postgres.toFixed(0).padStart(10),
      cpu.generator.toFixed(0).padStart(11),
    ];
    say(cells.join(''));
  }
}

function mb(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
