#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/**
 * Builds the web console unless `console/dist` was made from exactly these sources. The stamp is a hash over contents, not
 * times: a fresh clone, a checkout of another branch and a touched file all give the right answer.
 */
const root = join(import.meta.dirname, '..');
const stampFile = join(root, 'console/dist/.sources');
const SOURCES = ['console/src', 'console/public', 'packages/api/src'];
const FILES = ['console/index.html', 'console/vite.config.ts', 'console/package.json', 'package-lock.json'];

const stamp = hashSources();
if (readStamp() === stamp) process.exit(0);
process.stderr.write('building the web console...\n');
const vite = join(dirname(createRequire(join(root, 'console/')).resolve('vite/package.json')), 'bin/vite.js');
const built = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
  cwd: join(root, 'console'),
  // Standard output belongs to the program that we run before.
  stdio: ['ignore', 2, 'inherit'],
});
if (built.status !== 0) process.exit(built.status ?? 1);
writeFileSync(stampFile, stamp);

function hashSources(): string {
  const hash = createHash('sha256').update(process.version.split('.')[0] ?? '');
  for (const file of [...SOURCES.flatMap(filesUnder), ...FILES.map((name) => join(root, name))]) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readStamp(): string | undefined {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return undefined;
  }
}
