import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const MAIN = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url));

export type BenchServer = { readonly port: number; readonly pid: number; stop(): Promise<void> };

/** The real server with its embedded PostgreSQL, as a process of its own on an empty data directory; `settings`: more environment. */
export async function startServer(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const port = await freePort();
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: '',
      TSUKASA_HOST: '127.0.0.1',
      TSUKASA_PORT: String(port),
      TSUKASA_DATA_DIR: dataDir,
      TSUKASA_TRUST_PROXY: 'loopback',
      TSUKASA_CLIENT_CERT_HEADER: 'client-cert',
      TSUKASA_LOG_LEVEL: 'error',
      ...settings,
    },
  });
  await untilReady(child, port);
  return { port, pid: child.pid ?? 0, stop: () => stop(child) };
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  for (const until = performance.now() + 60_000; performance.now() < until; ) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('the server did not become ready within a minute');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await gone;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The owner's connection to that server's database, to put a fleet into it. */
export async function connectOwner(dataDir: string): Promise<pg.Client> {
  const address: unknown = JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8'));
  if (typeof address !== 'object' || address === null || !('host' in address) || !('port' in address)) {
    throw new Error('postgres.json does not say where PostgreSQL is');
  }
  const password = (await readFile(join(dataDir, 'keys', 'postgres.password'), 'utf8')).trim();
  const client = new pg.Client({
    host: String(address.host),
    port: Number(address.port),
    database: 'tsukasa',
    user: 'tsukasa_owner',
    password,
  });
  await client.connect();
  return client;
}
