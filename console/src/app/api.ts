import { routes } from '@tsukasa/api';
import type { Static, TSchema } from 'typebox';
import { currentLanguage } from './language.ts';
import { ApiError, problemOf, wantsReauthentication } from './problem.ts';

type Routes = typeof routes;
type RouteName = keyof Routes;
type Part<N extends RouteName, K extends string> = K extends keyof Routes[N]
  ? Routes[N][K] extends TSchema
    ? Static<Routes[N][K]>
    : undefined
  : undefined;
/** Optional fields may also be given as `undefined`: they are left out on the wire. */
type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];
type LooseFields<T> = T extends unknown
  ? { [K in Exclude<keyof T, OptionalKeys<T>>]: T[K] } & { [K in OptionalKeys<T>]?: T[K] | undefined }
  : never;

type Given<K extends string, P> = [P] extends [undefined]
  ? object
  : object extends P
    ? { readonly [X in K]?: LooseFields<P> | undefined }
    : { readonly [X in K]: LooseFields<P> };
/** What a route is called with: its path parameters, query and body. */
export type Input<N extends RouteName> = Given<'params', Part<N, 'params'>> &
  Given<'query', Part<N, 'query'>> &
  Given<'body', Part<N, 'body'>>;
/** By name, so that the compiler reads the one that a call asks for, not the union of all. */
type Outputs = { readonly [N in RouteName]: Part<N, 'response'> };
/** What a route answers; `undefined` for an empty answer. */
export type Output<N extends RouteName> = Outputs[N];
export type Query<N extends RouteName> = LooseFields<Part<N, 'query'>>;

type Parts = {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
};

/** Asks the person to prove themselves again; resolves `true` when they did. Set by the dialog that is mounted once. */
let prove: () => Promise<boolean> = async () => false;
export function onReauthentication(ask: () => Promise<boolean>): void {
  prove = ask;
}

/**
 * Calls a route of the contract by its name. Throws `ApiError` with the server's problem details. Where the server wants
 * a re-authentication the dialog opens, and the request is repeated with the same `Idempotency-Key`.
 */
export async function call<N extends RouteName>(
  name: N,
  ...[input]: object extends Input<N> ? [(Input<N> & { signal?: AbortSignal })?] : [Input<N> & { signal?: AbortSignal }]
): Promise<Output<N>> {
  const parts: Parts = input ?? {};
  const key = crypto.randomUUID();
  const { method } = routes[name];
  return withProof(async () => (await request(method, urlOf(name, parts), parts, key)) as Output<N>);
}

/** Runs a request, and once more after the person has proven themselves when the server asks for that. */
export async function withProof<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!wantsReauthentication(error) || !(await prove())) throw error;
    return run();
  }
}

/** The address of a route, for links that the browser follows itself (CSV). */
export function urlOf(name: RouteName, { params = {}, query = {} }: Parts): string {
  const path = routes[name].path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(String(params[key] ?? '')));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') search.append(key, String(one));
    }
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

async function request(method: string, url: string, parts: Parts, key: string): Promise<unknown> {
  const headers = new Headers({ Accept: 'application/json', 'Accept-Language': currentLanguage() });
  if (method !== 'GET') headers.set('Idempotency-Key', key);
  if (parts.body !== undefined) headers.set('Content-Type', 'application/json');
  const response = await fetch(url, {
    method,
    headers,
    credentials: 'same-origin',
    ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
    ...(parts.signal === undefined ? {} : { signal: parts.signal }),
  }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError({ type: 'about:blank', title: 'unreachable', status: 0, reason: 'console.unreachable' });
  });
  if (!response.ok) throw new ApiError(await problemOf(response));
  if (response.status === 204) return undefined;
  return response.headers.get('content-type')?.includes('json') ? response.json() : response.text();
}
