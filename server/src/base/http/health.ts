import type { App } from './app.ts';
import type { Metrics } from './metrics.ts';

/**
 * `/healthz` (the process runs), `/readyz` (it can serve: `ready` answers true) and `/metrics` (Prometheus). All three are
 * for the machines around the server and say nothing of any tenant.
 */
export function serveHealth(
  app: App,
  deps: { readonly metrics: Metrics; readonly ready: () => Promise<boolean> },
): void {
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const ready = await deps.ready();
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready' });
  });
  app.get('/metrics', async (_request, reply) => {
    const text = await deps.metrics.registry.metrics();
    return reply.header('content-type', deps.metrics.registry.contentType).send(text);
  });
}
