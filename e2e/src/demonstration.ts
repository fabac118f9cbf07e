import { type Ended, Program } from './program.ts';
import { freePort, temporaryFolder } from './server.ts';
import { Authenticator } from './totp.ts';
import { until } from './wait.ts';

/** Somebody whom the demonstration lets in. */
export type Login = {
  readonly title: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly authenticator: Authenticator;
};

/** `npm run demo` on a port of its own, as a newcomer runs it. */
export class Demonstration {
  readonly url: string;
  readonly program: Program;
  readonly folder: string;
  readonly #remove: () => Promise<void>;
  readonly #began = performance.now();

  private constructor(port: number, program: Program, folder: Awaited<ReturnType<typeof temporaryFolder>>) {
    this.url = `http://localhost:${port}`;
    this.program = program;
    this.folder = folder.path;
    this.#remove = folder.remove;
  }

  /** Starts it; everything it makes is below a folder of its own. */
  static async start(): Promise<Demonstration> {
    const folder = await temporaryFolder('demo');
    const port = await freePort();
    const program = new Program(
      ['run', 'demo', '--', '--port', String(port)],
      { TMPDIR: folder.path, TSUKASA_HOST: '127.0.0.1' },
      { command: 'npm' },
    );
    return new Demonstration(port, program, folder);
  }

  /** Seconds since it was started. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** Waits until it has printed its logins, and answers them. */
  async logins(): Promise<readonly Login[]> {
    await until('the demonstration prints its logins', 120_000, () => {
      if (!this.program.running) throw new Error(`the demonstration ended:\n${this.program.said}`);
      return this.program.said.includes('Ctrl-C');
    });
    const printed = this.program.said.matchAll(/^ {2}(\S.*)\n {4}(\S+@\S+) +(\S+)\n {4}(otpauth:\S+)/gm);
    return [...printed].map(([, title = '', email = '', password = '', uri = '']) => ({
      title,
      name: email,
      email,
      password,
      authenticator: new Authenticator(uri),
    }));
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<Ended> {
    if (this.program.running) this.program.kill('SIGINT');
    const late = setTimeout(() => this.program.kill('SIGKILL'), 60_000);
    const ended = await this.program.ended;
    clearTimeout(late);
    return ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.#remove();
  }
}
