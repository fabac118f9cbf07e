import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { startTestServer, TEST_POSTGRES } from '../server/src/base/testing.ts';
import { checkArchitecture } from './architecture.ts';
import { findBrowser } from './browser.ts';
import { buildConsole } from './build-console.ts';

/**
 * `npm test`: everything. `npm test -- unit e2e` runs only those parts, `npm test -- unit server/src/base` only the files
 * below a path. A gate counts as one test; what is skipped or marked todo counts as failed. The last line is always
 * `N passed, N failed`.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PARTS = ['types', 'lint', 'architecture', 'console', 'unit', 'e2e'] as const;
type Part = (typeof PARTS)[number];

type Count = { readonly passed: number; readonly failed: number };

const UNIT_FOLDERS = ['packages', 'server/src', 'console/src', 'cli', 'fakes', 'bench', 'scripts'];
const MINUTE = 60_000;

async function main(args: readonly string[]): Promise<Count> {
  const parts = PARTS.filter((part) => args.includes(part));
  const only = args.filter((arg) => !PARTS.some((part) => part === arg));
  const wanted = (part: Part) => parts.includes(part) || (parts.length === 0 && (only.length === 0 || part === 'unit'));
  const counts: Count[] = [];
  const tests: Readonly<Record<Part, () => Promise<Count>>> = {
    types: checkTypes,
    lint: () => gate('lint', () => command('biome', ['check', '.'])),
    architecture: () => gate('architecture', architecture),
    console: () => gate('console build', async () => void (await buildConsole())),
    unit: () => unitTests(only),
    e2e: () => browserTests(only),
  };
  for (const part of PARTS) if (wanted(part)) counts.push(await tests[part]());
  return sum(counts);
}

function sum(counts: readonly Count[]): Count {
  return counts.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }), {
    passed: 0,
    failed: 0,
  });
}

/** One check that is no test file. What it throws is printed and counts as a failure. */
async function gate(name: string, check: () => Promise<void>): Promise<Count> {
  const started = performance.now();
  try {
    await check();
    process.stdout.write(`✔ ${name} (${Math.round(performance.now() - started)} ms)\n`);
    return { passed: 1, failed: 0 };
  } catch (error) {
    process.stdout.write(`✖ ${name}\n${error instanceof Error ? error.message : String(error)}\n`);
    return { passed: 0, failed: 1 };
  }
}

async function checkTypes(): Promise<Count> {
  const projects = ['tsconfig.json', 'console/tsconfig.json'].filter((project) => existsSync(join(ROOT, project)));
  const counts: Count[] = [];
  for (const project of projects) counts.push(await gate(`types of ${project}`, () => command('tsc', ['-p', project])));
  return sum(counts);
}

async function architecture(): Promise<void> {
  const findings = await checkArchitecture(ROOT);
  if (findings.length > 0) throw new Error(findings.join('\n'));
}

async function command(name: string, args: readonly string[]): Promise<void> {
  const PATH = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  const child = spawn(name, args, {
    cwd: ROOT,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('exit', done));
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}`);
}

async function unitTests(only: readonly string[]): Promise<Count> {
  const files = (await Promise.all(UNIT_FOLDERS.map((folder) => testFiles(folder)))).flat();
  return withPostgres(() => runFiles('unit tests', selected(files, only), 2, 5 * MINUTE));
}

async function browserTests(only: readonly string[]): Promise<Count> {
  try {
    process.env['CHROMIUM_PATH'] = await findBrowser();
    await buildConsole();
  } catch (error) {
    return gate('browser tests', () => Promise.reject(error));
  }
  return runFiles('browser tests', selected(await testFiles('e2e/src'), only), 1, 20 * MINUTE);
}

function selected(files: readonly string[], only: readonly string[]): readonly string[] {
  return only.length === 0 ? files : files.filter((file) => only.some((part) => relative(ROOT, file).includes(part)));
}

async function testFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && /\.test\.tsx?$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function withPostgres(tests: () => Promise<Count>): Promise<Count> {
  const server = await startTestServer();
  const { host, port, password } = server;
  process.env[TEST_POSTGRES] = JSON.stringify({ host, port, password });
  try {
    return await tests();
  } finally {
    delete process.env[TEST_POSTGRES];
    await server.end();
  }
}

/** Runs test files, each in a process of its own. A run without files is a failure: it would say nothing. */
async function runFiles(name: string, files: readonly string[], concurrency: number, timeout: number): Promise<Count> {
  if (files.length === 0) return gate(name, () => Promise.reject(new Error('no test file was found')));
  const counted = { passed: 0, failed: 0 };
  const stream = run({ files: [...files], concurrency, timeout, cwd: ROOT });
  stream.on('test:summary', ({ file, counts }) => {
    if (file !== undefined) return;
    const { passed, tests } = counts;
    counted.passed = passed;
    counted.failed = tests - passed;
  });
  const printed = stream.compose(new spec());
  for await (const text of printed) process.stdout.write(String(text));
  return counted;
}

// Leaving through `exit` lets everything that was started be stopped.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  const { passed, failed } = await main(process.argv.slice(2));
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.stack : String(error)}\n\n0 passed, 1 failed\n`);
  process.exitCode = 1;
}
