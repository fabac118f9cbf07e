import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { newId } from '../ids.ts';
import type { Log } from '../log.ts';
import { answerBadHttp } from './bad-http.ts';
import { decodeBody, requireReadableQuery, requireStorable } from './content.ts';
import { languageOf, type Messages } from './messages.ts';
import type { Metrics } from './metrics.ts';
import { missingRouteProblem, PROBLEM_TYPE, type ProblemAnswer, problemOf } from './problem.ts';
import { proxyTrust } from './proxies.ts';
import { requireSameSite } from './same-site.ts';
import { validatorCompiler } from './validation.ts';

/**
 * Device endpoints, answered on plain `node:http` before Fastify sees the request: returns false, having touched nothing,
 * when the request is not for a device.
 */
export type DeviceHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

export type AppOptions = {
  readonly publicUrl: string;
  readonly trustProxy: readonly string[];
  readonly log: Log;
  readonly metrics: Metrics;
  /** Wording of all rooms, for problem details. */
  readonly messages: Messages;
  readonly deviceHandler?: DeviceHandler;
};

/** A Fastify application on one `node:http` server, which tests drive by `inject`. */
export type App = FastifyInstance;

export const DEFAULT_BODY_LIMIT = 64 * 1024;

/** The application without routes: problem details, request ids, security headers, the same-site rule, metrics. */
export function createApp(options: AppOptions): App {
  const trusts = proxyTrust(options.trustProxy);
  const app: FastifyInstance = Fastify({
    bodyLimit: DEFAULT_BODY_LIMIT,
    trustProxy: trusts,
    genReqId: () => newId(),
    routerOptions: { maxParamLength: 200, caseSensitive: true, ignoreTrailingSlash: false },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => sendProblem(options, error, request, reply),
    clientErrorHandler: answerBadHttp,
    serverFactory: (handler) => plainServer(firstDevices(options.deviceHandler, handler)),
  });
  app.setValidatorCompiler(validatorCompiler());
  app.removeContentTypeParser('text/plain');
  readJson(app);
  addHooks(app, options);
  addProblems(app, options);
  return app;
}

/** Bodies are JSON in UTF-8; `__proto__` and `constructor.prototype` in them are refused. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    let text: string;
    try {
      text = decodeBody(Buffer.from(bytes));
    } catch (error) {
      done(error as Error);
      return;
    }
    parse(request, text, done);
  });
}

/** The listener that both the plain and the TLS server use. */
export function firstDevices(
  devices: DeviceHandler | undefined,
  others: (request: IncomingMessage, response: ServerResponse) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  if (!devices) return others;
  return (request, response) => {
    if (!devices(request, response)) others(request, response);
  };
}

/**
 * Headers may be 32 KiB: a device's signature and a proxy's certificate header are several thousand bytes each. A request
 * must arrive within a minute, and a silent connection is kept a little longer than load balancers keep theirs.
 */
export const SERVER_LIMITS = {
  maxHeaderSize: 32 * 1024,
  requestTimeout: 60_000,
  headersTimeout: 20_000,
  keepAliveTimeout: 75_000,
} as const;

function plainServer(listener: (request: IncomingMessage, response: ServerResponse) => void): Server {
  return createServer(SERVER_LIMITS, listener);
}

function securityHeaders(publicUrl: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'self'",
    "script-src 'self'",
    // The component library writes style elements at run time.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  const headers = {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  };
  return publicUrl.startsWith('https:') ? { ...headers, 'strict-transport-security': 'max-age=31536000' } : headers;
}

function addHooks(app: FastifyInstance, options: AppOptions): void {
  const headers = securityHeaders(options.publicUrl);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...headers, 'x-request-id': request.id });
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    requireSameSite(request.method, request.headers, options.publicUrl);
  });
  app.addHook('preValidation', async ({ url, params, query, body }) => {
    requireReadableQuery(url);
    requireStorable({ params, query, body });
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    options.metrics.requests.observe(labels, reply.elapsedTime / 1000);
    options.log.debug('http.answered', {
      requestId: request.id,
      method: request.method,
      path: route,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
    });
  });
}

function addProblems(app: FastifyInstance, options: AppOptions): void {
  const known: { readonly method: string; readonly pattern: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    if (url.includes('*')) return;
    const pattern = new RegExp(`^${url.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '[^/]+')}$`);
    for (const one of [method].flat()) known.push({ method: one, pattern });
  });
  app.setErrorHandler((error, request, reply) => sendProblem(options, error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allow = new Set(known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
    return send(options, missingRouteProblem([...allow], readerOf(options, request)), reply);
  });
}

function readerOf(options: AppOptions, request: FastifyRequest) {
  return {
    language: languageOf(request.headers['accept-language']),
    requestId: request.id,
    messages: options.messages,
  };
}

function sendProblem(options: AppOptions, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, readerOf(options, request));
  if (problem.internal) {
    options.log.error('http.failed', {
      requestId: request.id,
      method: request.method,
      path: request.routeOptions?.url,
      error,
    });
  }
  return send(options, problem, reply);
}

function send(options: AppOptions, problem: ProblemAnswer, reply: FastifyReply): FastifyReply {
  // A request that the router cannot read never reaches the hook that sets this.
  if (problem.body.instance !== undefined) reply.header('x-request-id', problem.body.instance);
  options.metrics.problems.inc({ code: problem.body.type.slice('urn:tsukasa:problem:'.length) });
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .header('content-type', PROBLEM_TYPE)
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problem.body);
}
