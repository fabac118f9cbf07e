import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONSOLE = join(ROOT, 'console');
/** Says from which sources `dist` was built. */
const STAMP = join(CONSOLE, 'dist', '.sources');
const SOURCES = ['console/src', 'console/public', 'packages/api/src'];
const FILES = [
  'console/index.html',
  'console/vite.config.ts',
  'console/package.json',
  'console/postcss.config.cjs',
  'package-lock.json',
];

/** Builds the console with Vite unless `dist` was built from exactly these sources. Rejects when the build fails. */
export async function buildConsole(): Promise<'built' | 'current'> {
  const sources = await hashSources();
  if ((await readFile(STAMP, 'utf8').catch(() => '')) === sources) return 'current';
  await rm(STAMP, { force: true });
  const vite = createRequire(join(CONSOLE, 'package.json')).resolve('vite/package.json');
  const child = spawn(process.execPath, [join(vite, '..', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: CONSOLE,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('exit', done));
  if (code !== 0) throw new Error(`the console could not be built (vite ended with ${code})`);
  await writeFile(STAMP, sources);
  return 'built';
}

/** Names and contents, so that a checkout with new file times is not a change. */
async function hashSources(): Promise<string> {
  const hash = createHash('sha256');
  const below = await Promise.all(
    SOURCES.map(async (folder) => {
      const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true }).catch(() => []);
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  for (const file of [...below.flat(), ...FILES.map((name) => join(ROOT, name))].sort()) {
    const content = await readFile(file).catch(() => undefined);
    if (content) hash.update(`${relative(ROOT, file)} ${content.byteLength}\n`).update(content);
  }
  return hash.digest('hex');
}

if (import.meta.main) {
  try {
    if ((await buildConsole()) === 'built') process.stdout.write('console built\n');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
