import { Problem, type Route } from '@tsukasa/api';
import type { TSchema } from 'typebox';
import type { App } from './app.ts';
import { KEY_PATTERN } from './idempotency.ts';
import type { RouteTable } from './routes.ts';

export const OPENAPI_PATH = '/api/v1/openapi.json';

/** The OpenAPI 3.1 document of a route table; each operation names its permission in `x-permission`. */
export function openApiDocument(
  routes: RouteTable,
  about: { readonly title: string; readonly version: string },
): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries(routes)) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: about.title, version: about.version },
    paths,
    components: {
      schemas: { Problem },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'session' },
      },
    },
  };
}

/** Serves the document; made once. */
export function serveOpenApi(
  app: App,
  routes: RouteTable,
  about: { readonly title: string; readonly version: string },
): void {
  const document = JSON.stringify(openApiDocument(routes, about));
  app.get(OPENAPI_PATH, async (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(document),
  );
}

function operation(name: string, route: Route): unknown {
  const media = route.contentType?.split(';')[0] ?? 'application/json';
  const success = route.response === null ? {} : { content: { [media]: { schema: route.response } } };
  const problem = {
    description: 'Problem details (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    operationId: name,
    summary: route.summary,
    'x-permission': route.access,
    ...(route.access === 'public' ? { security: [] } : { security: [{ token: [] }, { session: [] }] }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query'), ...idempotencyKey(route)],
    ...(route.body ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } } : {}),
    responses: { [route.status]: { description: 'Success', ...success }, default: problem },
  };
}

type ObjectSchema = { readonly properties?: Readonly<Record<string, unknown>>; readonly required?: readonly string[] };

function parameters(schema: TSchema | undefined, place: 'path' | 'query'): readonly unknown[] {
  const { properties = {}, required = [] } = (schema ?? {}) as ObjectSchema;
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: one,
  }));
}

function idempotencyKey(route: Route): readonly unknown[] {
  if (route.method === 'GET') return [];
  const schema = { type: 'string', pattern: KEY_PATTERN };
  return [{ name: 'Idempotency-Key', in: 'header', required: false, schema }];
}
