import { routes } from '@tsukasa/api';
import { OPENAPI_PATH, serveOpenApi } from './base/http/openapi.ts';
import type { Compose } from './base/server.ts';

/** Builds the rooms on the foundation and joins them. */
export const compose: Compose = async () => ({
  messages: {},
  bind: (app) => {
    serveOpenApi(app, routes, { title: 'Tsukasa', version: '0.1.0' });
  },
  started: async () => [`OpenAPI ${OPENAPI_PATH}`],
});
