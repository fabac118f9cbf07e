import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** What `/metrics` shows. Rooms register their own on `registry`; never anything of a tenant as a label. */
export type Metrics = {
  readonly registry: Registry;
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly problems: Counter<'code'>;
};

/** The registry of one server, with the process's own figures. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'tsukasa_http_request_duration_seconds',
    help: 'Requests of people and programs, by route. Device endpoints have their own.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const problems = new Counter({
    name: 'tsukasa_http_problems_total',
    help: 'Answers with problem details, by code.',
    labelNames: ['code'],
    registers: [registry],
  });
  return { registry, requests, problems };
}
