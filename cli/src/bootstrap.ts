import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CliError, EXIT } from './exit.ts';

/**
 * Makes the first provider administrator directly in the data directory: the one command that does not go through the
 * API. It runs the server's own program, which alone may touch the data; the password travels by standard input.
 */
export async function bootstrap(options: {
  email: string;
  password: string;
  name: string;
}): Promise<{ token: string }> {
  const program = fileURLToPath(new URL('../../server/src/bootstrap.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(options));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
  if (code !== 0) throw new CliError(EXIT.refused, 'the first administrator was not created');
  const value: unknown = JSON.parse(out);
  const token: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'token') : undefined;
  if (typeof token !== 'string') throw new CliError(EXIT.bug, 'the server printed no token');
  return { token };
}
