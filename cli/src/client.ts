import { randomUUID } from 'node:crypto';
import { type Route, type RouteName, routes } from '@tsukasa/api';
import type { Static, TSchema } from 'typebox';
import { CliError, EXIT, type ExitCode } from './exit.ts';

type Routes = typeof routes;
type Part<R, K extends string> = K extends keyof R ? (R[K] extends TSchema ? Static<R[K]> : undefined) : undefined;
/** By name, so that the compiler reads the one that a call asks for, not the union of all. */
type Answers = {
  readonly [N in RouteName]: Routes[N]['response'] extends TSchema ? Static<Routes[N]['response']> : undefined;
};

export type Target = {
  readonly url: string;
  readonly token: string;
  readonly language: 'ja' | 'en';
  /** A person's session, instead of the token. */
  readonly cookie?: string;
};
export type Request<N extends RouteName> = {
  readonly params?: Part<Routes[N], 'params'>;
  readonly query?: Part<Routes[N], 'query'>;
  readonly body?: Part<Routes[N], 'body'>;
};

const TIMEOUT_MS = 30_000;
/** A closing goes through all contractors before it answers. */
const LONG_MS = 600_000;
const LONG: readonly RouteName[] = ['previewClosing', 'draftClosing', 'approveClosing', 'listClosings', 'getForecast'];

/**
 * Calls one route of the HTTP contract and answers its body. Throws `CliError` with the problem's words: `forbidden`,
 * `notFound`, `refused` or `unavailable`.
 */
export async function call<N extends RouteName>(
  target: Target,
  name: N,
  request: Request<N> = {},
): Promise<Answers[N]> {
  const text = await (await exchange(target, name, request)).text();
  const isText = (routes[name] as Route).contentType !== undefined;
  return (text === '' ? undefined : isText ? text : JSON.parse(text)) as Answers[N];
}

/** The same for what may be no text: the bytes as they came. */
export async function download<N extends RouteName>(
  target: Target,
  name: N,
  request: Request<N> = {},
): Promise<Uint8Array> {
  return new Uint8Array(await (await exchange(target, name, request)).arrayBuffer());
}

async function exchange<N extends RouteName>(target: Target, name: N, request: Request<N>): Promise<Response> {
  const route: Route = routes[name];
  const url = new URL(fillPath(route.path, request.params ?? {}), target.url);
  for (const [key, value] of Object.entries(request.query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined) url.searchParams.append(key, String(each));
  }
  const headers: Record<string, string> = {
    ...(target.cookie === undefined
      ? { authorization: `Bearer ${target.token}` }
      : { cookie: target.cookie, origin: new URL(target.url).origin }),
    'accept-language': target.language,
    accept: `application/json, ${route.contentType ?? 'text/csv'}, application/problem+json`,
  };
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  if (route.method !== 'GET') headers['idempotency-key'] = randomUUID();
  const response = await send(url, LONG.includes(name) ? LONG_MS : TIMEOUT_MS, {
    method: route.method,
    headers,
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
  if (!response.ok) throw refusal(response.status, await response.text());
  return response;
}

function fillPath(path: string, params: object): string {
  const values = new Map(Object.entries(params));
  return path.replace(/:([A-Za-z]+)/g, (_, key: string) => encodeURIComponent(String(values.get(key) ?? '')));
}

async function send(url: URL, timeout: number, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(timeout), redirect: 'error' });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new CliError(EXIT.unavailable, `${url.origin} cannot be reached: ${cause}`);
  }
}

function refusal(status: number, text: string): CliError {
  const problem = parseProblem(text);
  const words = [problem.title, problem.detail, ...problem.errors].filter((part) => part !== '').join('\n  ');
  return new CliError(
    exitCodeOf(status),
    words === '' ? `the server answered ${status}` : words,
    problem.raw ?? { status },
  );
}

function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.forbidden;
  if (status === 404) return EXIT.notFound;
  if (status === 429 || status >= 500) return EXIT.unavailable;
  return EXIT.refused;
}

function parseProblem(text: string): { title: string; detail: string; errors: string[]; raw: unknown } {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { title: '', detail: '', errors: [], raw: undefined };
  }
  const at = (key: string): unknown =>
    typeof raw === 'object' && raw !== null && key in raw ? Reflect.get(raw, key) : undefined;
  const string = (value: unknown): string => (typeof value === 'string' ? value : '');
  const list = at('errors');
  const errors = (Array.isArray(list) ? list : []).map((each: unknown) => {
    const pick = (key: string) => (typeof each === 'object' && each !== null ? string(Reflect.get(each, key)) : '');
    return `${pick('pointer')}: ${pick('detail')}`;
  });
  return { title: string(at('title')), detail: string(at('detail')), errors, raw };
}
