import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** An account of the operating system. */
export type Account = { readonly name: string; readonly uid: number; readonly gid: number };

/**
 * The account that PostgreSQL, which refuses to run as root, is started under when this process is root (as in a
 * container): `postgres`, made when it is missing. Undefined when this process is an ordinary user.
 */
export async function postgresAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = await lookUp('postgres');
  if (known) return known;
  const attempts: readonly (readonly [string, readonly string[]])[] = [
    [
      'useradd',
      [
        '--system',
        '--user-group',
        '--no-create-home',
        '--home-dir',
        '/nonexistent',
        '--shell',
        '/usr/sbin/nologin',
        'postgres',
      ],
    ],
    ['adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', 'postgres']],
  ];
  const failures: string[] = [];
  for (const [command, args] of attempts) {
    try {
      await execute(command, args);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : command);
    }
    const made = await lookUp('postgres');
    if (made) return made;
  }
  throw new Error(
    `PostgreSQL does not run as root, and the user "postgres" could not be made (${failures.join('; ')}); make it, run the server as an ordinary user, or set DATABASE_URL`,
  );
}

async function lookUp(name: string): Promise<Account | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const local = passwd.split('\n').find((line) => line.startsWith(`${name}:`));
  if (local) {
    const [, , uid, gid] = local.split(':');
    return { name, uid: Number(uid), gid: Number(gid) };
  }
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await execute('id', [flag, name])).stdout)),
    );
    if (uid !== undefined && gid !== undefined) return { name, uid, gid };
  } catch {
    // No such user, also not in a directory service.
  }
  return undefined;
}
