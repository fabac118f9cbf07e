import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository: every program is started from here, as an operator does. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

type Environment = Readonly<Record<string, string>>;
export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };
export type Output = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Ours without what would lead a program to another installation or put it into test mode. */
function environment(own: Environment): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TSUKASA_|DATABASE_URL$|NODE_OPTIONS$|NODE_TEST_|PG[A-Z]+$|npm_)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...own };
}

/** A program of this repository that runs in the background; what it says is kept. */
export class Program {
  readonly #child: ChildProcess;
  readonly #said: string[] = [];
  readonly ended: Promise<Ended>;

  readonly #asGroup: boolean;

  /**
   * `args` begin with a path below the repository, run by the Node that runs the tests. With `command`, that program is
   * run in a process group of its own, and signals go to all of it, as from a terminal.
   */
  constructor(args: readonly string[], env: Environment, options: { readonly command?: string } = {}) {
    this.#asGroup = options.command !== undefined;
    this.#child = spawn(options.command ?? process.execPath, [...args], {
      cwd: ROOT,
      detached: this.#asGroup,
      env: environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#said.push(text));
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
    this.ended.catch(() => undefined); // whoever waits hears it
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the program did not start');
    return pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Everything it has printed until now, both streams in the order of arrival. */
  get said(): string {
    return this.#said.join('');
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#asGroup) process.kill(-this.pid, signal);
    else this.#child.kill(signal);
  }
}

/** Runs a program to its end. */
export async function runProgram(
  args: readonly string[],
  env: Environment,
  options: { readonly input?: string; readonly timeoutMs?: number } = {},
): Promise<Output> {
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    env: environment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  child.stdin.on('error', () => undefined); // it ended without reading
  child.stdin.end(options.input ?? '');
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 60_000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, ...said };
  } finally {
    clearTimeout(timer);
  }
}

/** The command line, exactly as `npx tsukasa` runs it. */
export function tsukasa(args: readonly string[], env: Environment): Promise<Output> {
  return runProgram(['cli/src/main.ts', ...args], env);
}
