#!/usr/bin/env node
// The sources are TypeScript for Node 26. Called under an older Node, this hands over to the one that npm installed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const own = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= 26) {
  await import(main);
} else if (existsSync(own)) {
  const { status, signal } = spawnSync(own, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(signal === null ? (status ?? 1) : 1);
} else {
  process.stderr.write(`tsukasa needs Node 26; this is ${process.version}. Run "npm ci" in the installation first.\n`);
  process.exit(2);
}
