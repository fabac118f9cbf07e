import type { Readable } from 'node:stream';
import type { Route } from '@tsukasa/api';
import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { App } from './app.ts';
import type { Idempotency } from './idempotency.ts';
import { type Language, languageOf } from './messages.ts';
import { answerChecker } from './validation.ts';

type PartOf<R, Part extends string> = R extends { readonly [P in Part]: infer S extends TSchema }
  ? Static<S>
  : undefined;

/** What a route's handler gives back: its schema's type, nothing for 204, text or a stream for other content types. */
export type Answer<R extends Route> = R extends { readonly contentType: string }
  ? string | Uint8Array | Readable
  : R extends { readonly response: infer S extends TSchema }
    ? Static<S>
    : undefined;

/** A parsed and authorized request. */
export type Call<R extends Route, Caller> = {
  readonly params: PartOf<R, 'params'>;
  readonly query: PartOf<R, 'query'>;
  readonly body: PartOf<R, 'body'>;
  readonly caller: Caller;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly language: Language;
  /** Sets a header of the answer. */
  header(name: string, value: string): void;
};

export type Handler<R extends Route, Caller> = (call: Call<R, Caller>) => Promise<Answer<R>>;

export type RouteTable = Readonly<Record<string, Route>>;

/** One handler for each route of a table; a room gives those of its own routes. */
export type Handlers<Table extends RouteTable, Caller> = {
  readonly [Name in keyof Table]: Handler<Table[Name], Caller>;
};

export type BindOptions<Caller> = {
  /**
   * Who calls, and whether they may: throws `unauthenticated`, `forbidden`, `reauthentication_required`, or `not_found`
   * for what must not even be known to exist. Runs before the body is read.
   */
  readonly authorize: (route: Route, request: FastifyRequest) => Promise<Caller>;
  /** Under whom an Idempotency-Key is kept; undefined where keys are not honoured (nobody is signed in). */
  readonly principalOf: (caller: Caller) => string | undefined;
  readonly idempotency: Idempotency;
  /** Checks every answer against its schema: in tests. */
  readonly checkAnswers?: boolean;
};

const WRITES: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Binds the whole table. Throws at once when a route has no handler, or a handler no route: the types say so too, but
 * handlers come together from many rooms.
 */
export function bindRoutes<const Table extends RouteTable, Caller>(
  app: App,
  routes: Table,
  handlers: Handlers<Table, Caller>,
  options: BindOptions<Caller>,
): void {
  const missing = Object.keys(routes).filter((name) => !(name in handlers));
  const unknown = Object.keys(handlers).filter((name) => !(name in routes));
  if (missing.length > 0) throw new Error(`routes without a handler: ${missing.join(', ')}`);
  if (unknown.length > 0) throw new Error(`handlers without a route: ${unknown.join(', ')}`);
  for (const [name, route] of Object.entries(routes)) {
    // What the handler takes and gives is what this very route's schemas check.
    bindRoute(app, name, route, handlers[name] as unknown as Handler<Route, Caller>, options);
  }
}

function bindRoute<Caller>(
  app: App,
  name: string,
  route: Route,
  handler: Handler<Route, Caller>,
  options: BindOptions<Caller>,
): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  const check = options.checkAnswers && route.response !== null ? answerChecker(route.response, name) : undefined;
  app.route({
    method: route.method,
    url: route.path,
    schema: schemaOf(route),
    ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
    onRequest: async (request) => {
      callers.set(request, await options.authorize(route, request));
    },
    handler: async (request, reply) => {
      const caller = callers.get(request) as Caller;
      const run = async () => {
        const answer: unknown = await handler(callOf(request, reply, caller));
        if (route.contentType === undefined) check?.(answer);
        return answer;
      };
      if (!WRITES.includes(route.method)) return answerWith(route, reply, await run());
      const replayed = await options.idempotency.run(request, options.principalOf(caller), route.status, run);
      if (replayed.again) reply.header('idempotency-replayed', 'true');
      return answerWith(route, reply, replayed.answer);
    },
  });
}

function callOf<Caller>(request: FastifyRequest, reply: FastifyReply, caller: Caller): Call<Route, Caller> {
  const call = {
    params: request.params,
    query: request.query,
    body: request.body,
    caller,
    requestId: request.id,
    sourceIp: request.ip,
    language: languageOf(request.headers['accept-language']),
    header: (name: string, value: string) => {
      reply.header(name, value);
    },
  };
  return call as unknown as Call<Route, Caller>;
}

function answerWith(route: Route, reply: FastifyReply, answer: unknown): FastifyReply {
  reply.code(route.status);
  if (route.response === null) return reply.send();
  if (route.contentType !== undefined) return reply.header('content-type', route.contentType).send(answer);
  return reply.send(answer);
}

function schemaOf(route: Route): FastifySchema {
  const answers =
    route.response !== null && route.contentType === undefined ? { response: { [route.status]: route.response } } : {};
  return {
    ...(route.params ? { params: route.params } : {}),
    ...(route.query ? { querystring: route.query } : {}),
    ...(route.body ? { body: route.body } : {}),
    ...answers,
  };
}
