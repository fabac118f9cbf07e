import { type Problem, type Route, type RouteName, routes } from '@tsukasa/api';
import type { Static, TSchema } from 'typebox';

type Routes = typeof routes;
type Part<N extends RouteName, K extends string> = K extends keyof Routes[N]
  ? Routes[N][K] extends TSchema
    ? Static<Routes[N][K]>
    : undefined
  : undefined;

/** By name, so that the compiler reads the one that a call asks for, not the union of all. */
type Answers = { readonly [N in RouteName]: Part<N, 'response'> };
/** What a route answers; `undefined` for an empty answer. */
export type Answer<N extends RouteName> = Answers[N];
export type Request<N extends RouteName> = {
  readonly params?: Part<N, 'params'>;
  readonly query?: Part<N, 'query'>;
  readonly body?: Part<N, 'body'>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The server refused; `problem` is its problem details document. */
export class Refused extends Error {
  readonly status: number;
  readonly problem: Problem;
  constructor(route: string, status: number, problem: Problem) {
    super(
      `${route} was answered ${status} ${problem.reason ?? problem.type}: ${problem.title} ${problem.detail ?? ''}`,
    );
    this.status = status;
    this.problem = problem;
  }
}

/** Calls the HTTP contract with one credential: a token, a browser session's cookie, or none. */
export class Client {
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, credential: { readonly token?: string; readonly cookie?: string } = {}) {
    this.url = url;
    this.#headers = {
      ...(credential.token === undefined ? {} : { authorization: `Bearer ${credential.token}` }),
      ...(credential.cookie === undefined ? {} : { cookie: credential.cookie, origin: url }),
    };
  }

  /** The body of the success answer. Throws `Refused`. */
  async call<N extends RouteName>(name: N, request: Request<N> = {}): Promise<Answer<N>> {
    const { response, text } = await this.send(name, request);
    const route: Route = routes[name];
    if (response.status === route.status) {
      return (text === '' ? undefined : route.contentType === undefined ? JSON.parse(text) : text) as Answer<N>;
    }
    throw new Refused(name, response.status, problemOf(name, response, text));
  }

  /** How the server refuses; fails when it does not. */
  async refusal<N extends RouteName>(name: N, request: Request<N> = {}): Promise<Refused> {
    try {
      await this.call(name, request);
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
    throw new Error(`${name} was not refused`);
  }

  /** The answer as it comes, whatever its status. */
  async send<N extends RouteName>(
    name: N,
    request: Request<N> = {},
  ): Promise<{ readonly response: Response; readonly text: string }> {
    const route: Route = routes[name];
    const url = new URL(fillPath(route.path, request.params ?? {}), this.url);
    for (const [key, value] of Object.entries(request.query ?? {})) {
      for (const each of [value].flat()) if (each !== undefined) url.searchParams.append(key, String(each));
    }
    const response = await fetch(url, {
      method: route.method,
      headers: {
        ...this.#headers,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal: AbortSignal.timeout(30_000),
    });
    return { response, text: await response.text() };
  }
}

function problemOf(name: string, response: Response, text: string): Problem {
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('application/problem+json')) {
    throw new Error(
      `${name} was answered ${response.status} ${type}, which is no problem document: ${text.slice(0, 500)}`,
    );
  }
  return JSON.parse(text) as Problem;
}

function fillPath(path: string, params: object): string {
  const values = new Map<string, unknown>(Object.entries(params));
  return path.replace(/:([A-Za-z]+)/g, (_, key: string) => {
    const value = values.get(key);
    if (value === undefined) throw new Error(`${path} needs ${key}`);
    return encodeURIComponent(String(value));
  });
}
