import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

type Environment = Readonly<Record<string, string | undefined>>;

const program = (name: string) => fileURLToPath(new URL(`../../../server/src/${name}`, import.meta.url));

const LAST_LINES = 30;
const PATIENCE_MS = 20_000;

/** The server as a child process. What it says goes to a file, and its last lines are kept for when it dies. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #last: string[] = [];
  readonly #ended: Promise<string>;
  #stopping = false;

  constructor(environment: Environment, logFile: string) {
    this.#child = spawn(process.execPath, [program('main.ts')], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(logFile);
    log.on('error', () => undefined); // the folder may be gone before the last line
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        log.write(text);
        this.#last.push(...text.split('\n').filter((line) => line !== ''));
        this.#last.splice(0, this.#last.length - LAST_LINES);
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    });
  }

  /** Resolves when it ended without being asked to; says how, and its last words. */
  async died(): Promise<string> {
    const how = await this.#ended;
    if (this.#stopping) return new Promise(() => undefined);
    return `${how}\n${this.#last.join('\n')}`;
  }

  /** Waits until it is ready; throws when it died or needs longer than a minute. */
  async ready(origin: string): Promise<void> {
    const dead = this.died().then((how) => {
      throw new Error(`the server ended: ${how}`);
    });
    await Promise.race([dead, answers(`${origin}/readyz`)]);
  }

  /** Asks it to end and waits; what does not end in time is killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGTERM');
    const late = sleep(PATIENCE_MS, 'late', { ref: false });
    if ((await Promise.race([this.#ended, late])) === 'late') this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/**
 * Ends the database that a killed server left behind in its data directory; a real start would take it over, but here
 * the directory goes.
 */
export async function endOrphan(dataDir: string): Promise<void> {
  const pidFile = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => ''); // ended cleanly
  const pid = Number.parseInt(pidFile, 10);
  if (!(pid > 1)) return;
  try {
    process.kill(pid, 'SIGQUIT');
    for (let tries = 0; tries < 50; tries++) {
      await sleep(100);
      process.kill(pid, 0);
    }
  } catch {
    // it has ended, which is what was wanted
  }
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined); // not yet
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await sleep(250);
  }
  throw new Error('the server was not ready within a minute');
}

/** Makes the first provider administrator directly in the data directory; the token is the API's. */
export async function bootstrap(
  environment: Environment,
  who: { readonly email: string; readonly password: string; readonly name: string },
): Promise<string> {
  const child = spawn(process.execPath, [program('bootstrap.ts')], {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  child.stdin.end(JSON.stringify(who));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const token = code === 0 ? /"token"\s*:\s*"([^"]+)"/.exec(out)?.[1] : undefined;
  if (token === undefined) throw new Error(`the first administrator was not created: ${complaint.trim()}`);
  return token;
}
