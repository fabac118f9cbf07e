import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Target } from './client.ts';
import { CliError, EXIT } from './exit.ts';

type Saved = { readonly url?: string; readonly token?: string; readonly contractor?: string };

/** Where the sign-in is kept: `TSUKASA_CLI_CONFIG`, else the XDG configuration folder. Readable by its owner only. */
export function settingsFile(env: NodeJS.ProcessEnv): string {
  if (env['TSUKASA_CLI_CONFIG']) return env['TSUKASA_CLI_CONFIG'];
  return join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'tsukasa', 'cli.json');
}

export async function loadSettings(env: NodeJS.ProcessEnv): Promise<Saved> {
  const file = settingsFile(env);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return {};
  }
  try {
    const value: unknown = JSON.parse(text);
    const at = (key: string): string | undefined => {
      const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
      return typeof found === 'string' ? found : undefined;
    };
    const [url, token, contractor] = [at('url'), at('token'), at('contractor')];
    return { ...(url && { url }), ...(token && { token }), ...(contractor && { contractor }) };
  } catch {
    throw new CliError(EXIT.usage, `${file} is not valid JSON; remove it and sign in again`);
  }
}

export async function saveSettings(env: NodeJS.ProcessEnv, saved: Saved): Promise<string> {
  const file = settingsFile(env);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return file;
}

export async function forgetSettings(env: NodeJS.ProcessEnv): Promise<void> {
  await rm(settingsFile(env), { force: true });
}

/** The installation and the token to use: the flag before the environment before what was saved. */
export function targetOf(
  flags: { url?: string | undefined; token?: string | undefined; language?: string | undefined },
  env: NodeJS.ProcessEnv,
  saved: Saved,
): Target {
  const token = flags.token ?? env['TSUKASA_TOKEN'] ?? saved.token;
  if (!token) throw new CliError(EXIT.forbidden, 'no token: use "tsukasa login", --token or TSUKASA_TOKEN');
  return {
    url: checkUrl(flags.url ?? env['TSUKASA_URL'] ?? saved.url ?? 'http://localhost:8420'),
    token,
    language: languageOf(flags.language, env),
  };
}

export function checkUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new CliError(EXIT.usage, `not an http or https address: ${text}`);
  return url.origin;
}

/** The language of words: the flag before the locale of the environment. */
export function languageOf(flag: string | undefined, env: NodeJS.ProcessEnv): 'ja' | 'en' {
  if (flag === 'ja' || flag === 'en') return flag;
  if (flag !== undefined) throw new CliError(EXIT.usage, `--language takes ja or en, not ${flag}`);
  return (env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '').startsWith('ja') ? 'ja' : 'en';
}
