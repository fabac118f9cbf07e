import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONSOLE = join(ROOT, 'console');
/** Says from which sources `dist` was built. */
const STAMP = join(CONSOLE, 'dist', '.sources');
const TEXTS = new Set(['.css', '.html', '.js', '.svg']);
const SOURCES = ['console/src', 'console/public', 'packages/api/src'];
const FILES = [
  'console/index.html',
  'console/vite.config.ts',
  'console/package.json',
  'scripts/build-console.ts',
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
  await compress(join(CONSOLE, 'dist'));
  await writeFile(STAMP, sources);
  return 'built';
}

/** Puts a compressed copy beside each text file: the server hands that out, and compresses nothing itself. */
async function compress(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = entries.filter((entry) => entry.isFile() && TEXTS.has(extname(entry.name)));
  await Promise.all(
    texts.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = await readFile(path);
      await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
      await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
    }),
  );
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
