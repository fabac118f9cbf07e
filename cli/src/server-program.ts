import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CliError, EXIT } from './exit.ts';

/**
 * Runs a program of the server's own, which alone may touch the data, and answers what it printed, as JSON. The request
 * travels by standard input. Throws `refused` with the words `otherwise`; the program itself has said why.
 */
export async function runServerProgram(file: string, request: object, otherwise: string): Promise<object> {
  const program = fileURLToPath(new URL(`../../server/src/${file}`, import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined); // it ended without reading, and said why
  child.stdin.end(JSON.stringify(request));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
  if (code !== 0) throw new CliError(EXIT.refused, otherwise);
  const value: unknown = JSON.parse(out);
  if (typeof value !== 'object' || value === null) throw new CliError(EXIT.bug, `${file} printed no answer`);
  return value;
}

/** A text that the program must have printed. */
export function printed(answer: object, name: string): string {
  const value: unknown = Reflect.get(answer, name);
  if (typeof value !== 'string') throw new CliError(EXIT.bug, `the server printed no ${name}`);
  return value;
}
