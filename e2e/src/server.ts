import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from './program.ts';
import { until } from './wait.ts';

export type ServerOptions = {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Modules of this folder that are loaded before the server's own. */
  readonly preload?: readonly string[];
};

/** The server as an operator runs it: a process of its own on a data directory, which it may be started on again. */
export class Server {
  readonly dataDir: string;
  readonly url: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #earlier: string[] = [];
  readonly #preload: readonly string[];
  #program: Program | undefined;

  private constructor(options: ServerOptions, port: number) {
    this.dataDir = options.dataDir;
    this.url = `http://localhost:${port}`;
    this.#preload = (options.preload ?? []).flatMap((file) => ['--import', `./e2e/src/${file}`]);
    this.#env = {
      TSUKASA_DATA_DIR: options.dataDir,
      TSUKASA_HOST: '127.0.0.1',
      TSUKASA_PORT: String(port),
      TSUKASA_LOG_LEVEL: 'info',
      ...options.env,
    };
  }

  /** A server that is not started yet, with a port of its own. */
  static async prepare(options: ServerOptions): Promise<Server> {
    return new Server(options, await freePort());
  }

  get program(): Program {
    if (this.#program === undefined) throw new Error('the server was not started');
    return this.#program;
  }

  /** What every run of it has printed. */
  get said(): string {
    return [...this.#earlier, this.#program?.said ?? ''].join('\n--- started again ---\n');
  }

  get env(): Readonly<Record<string, string>> {
    return this.#env;
  }

  /** Starts it without waiting: for what is expected to be refused. */
  launch(): Program {
    return new Program([...this.#preload, 'server/src/main.ts'], this.#env);
  }

  /** Starts it and waits until it answers `/readyz`. */
  async start(): Promise<void> {
    if (this.#program !== undefined) this.#earlier.push(this.#program.said);
    const program = this.launch();
    this.#program = program;
    await this.untilReady(program);
  }

  async untilReady(program: Program = this.program): Promise<void> {
    await until('the server is ready', 90_000, async () => {
      if (!program.running) throw new Error(`the server ended at its start:\n${program.said}`);
      const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
      await response?.arrayBuffer();
      return response?.ok === true;
    });
  }

  /** Asks it to end, and waits for that. Answers its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const program = this.#program;
    if (program === undefined || !program.running) return null;
    program.kill(signal);
    const late = setTimeout(() => program.kill('SIGKILL'), 60_000);
    const { code } = await program.ended;
    clearTimeout(late);
    return code;
  }

  /** Moves the clock of a server with `moved-clock.ts` before it, by hours, and waits until that has happened. */
  async moveClock(hours: number): Promise<void> {
    const file = join(this.dataDir, 'moved-clock');
    writeFileSync(file, Temporal.Duration.from({ hours }).toString());
    this.program.kill('SIGUSR2');
    await until('the clock has moved', 10_000, () => !existsSync(file));
  }

  /** Kills it so that it cannot say goodbye. */
  async crash(): Promise<void> {
    this.program.kill('SIGKILL');
    await this.program.ended;
  }

  /** The process id of the embedded PostgreSQL, as its own file says. */
  get postmaster(): number {
    return Number(readFileSync(join(this.dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  }

  /** Processes that work in the data directory's cluster: none may be left after a stop. */
  postgresProcesses(): Promise<readonly number[]> {
    return processesBelow(join(this.dataDir, 'postgres'));
  }
}

/** Processes whose working directory is this folder or below it. */
export async function processesBelow(folder: string): Promise<readonly number[]> {
  const entries = await readdir('/proc');
  return entries
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      const directory = workingDirectory(entry);
      return directory === folder || directory?.startsWith(`${folder}/`) === true;
    })
    .map(Number);
}

function workingDirectory(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // it has ended, or is nobody's business
  }
}

/** Whether a process lives; one that has ended and waits to be collected does not. */
export function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return false;
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** An empty folder; removed by the returned function. */
export async function temporaryFolder(name: string): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `tsukasa-e2e-${name}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port is free')),
      );
    });
  });
}
