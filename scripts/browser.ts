import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/**
 * The path of a Chromium for the browser tests: `CHROMIUM_PATH`, one that is installed, Debian's package when we may
 * install it, Playwright's own download elsewhere. Rejects when none can be had.
 */
export async function findBrowser(): Promise<string> {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') {
    if (!isExecutable(given)) throw new Error(`CHROMIUM_PATH names no program: ${given}`);
    return given;
  }
  const present = installed();
  if (present !== undefined) return present;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update'], env);
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], env);
    const now = installed();
    if (now !== undefined) return now;
  }
  return downloaded();
}

function installed(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), MAC];
  return candidates.find(isExecutable);
}

async function downloaded(): Promise<string> {
  const near = createRequire(fileURLToPath(new URL('../e2e/package.json', import.meta.url)));
  const cli = join(near.resolve('playwright-core/package.json'), '..', 'cli.js');
  await run(process.execPath, [cli, 'install', 'chromium'], process.env);
  const { chromium } = near('playwright-core') as { chromium: { executablePath(): string } };
  const path = chromium.executablePath();
  if (!isExecutable(path)) throw new Error('no browser could be found or installed; set CHROMIUM_PATH');
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('exit', done));
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}`);
}
