import { createInterface } from 'node:readline/promises';
import type { Target } from './client.ts';
import { CliError, EXIT, usage } from './exit.ts';

export type Credentials = {
  readonly email: string;
  readonly password: string | undefined;
  /** Of the authenticator app; asked for at the terminal when absent. */
  readonly code: string | undefined;
};

const TIMEOUT_MS = 30_000;

/**
 * Signs a person in with password and authenticator code, for what no token may do, and gives a target with that session.
 * `end` signs out. Throws `forbidden` when the server refuses, usage when no code can be had.
 */
export async function asPerson(
  target: Pick<Target, 'url' | 'language'>,
  { email, password, code }: Credentials,
): Promise<{ readonly target: Target; end(): Promise<void> }> {
  if (password === undefined || password === '') throw usage('set TSUKASA_PASSWORD to the password of --as');
  const cookies = new Map<string, string>();
  const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const post = async (path: string, body: object): Promise<void> => {
    const response = await fetch(new URL(`/api/auth${path}`, target.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: new URL(target.url).origin, cookie: cookie() },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new CliError(EXIT.unavailable, `${target.url} cannot be reached: ${String(error)}`);
    });
    for (const line of response.headers.getSetCookie()) keep(cookies, line);
    if (!response.ok) throw new CliError(EXIT.forbidden, `the sign-in as ${email} was refused (${response.status})`);
  };
  await post('/sign-in/email', { email, password });
  await post('/two-factor/verify-totp', { code: code ?? (await askCode()) });
  return {
    target: { ...target, token: '', cookie: cookie() },
    end: () => post('/sign-out', {}).catch(() => undefined),
  };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const at = pair.indexOf('=');
  if (at < 1) return;
  const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  if (value === '' || /;\s*max-age=0\b/i.test(line)) cookies.delete(name);
  else cookies.set(name, value);
}

async function askCode(): Promise<string> {
  if (!process.stdin.isTTY) throw usage('give the code of the authenticator app with --code');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question('Code of the authenticator app: ')).trim();
  } finally {
    terminal.close();
  }
}
