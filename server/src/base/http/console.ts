import { existsSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import type { App } from './app.ts';

/**
 * Serves the built console from `dir`: its files, and its first page for every other address that a browser opens. Without
 * a build (a server that was not started through npm) says so instead.
 */
export async function serveConsole(app: App, dir: string): Promise<void> {
  if (!existsSync(dir)) {
    app.get('/', async (_request, reply) =>
      reply
        .code(503)
        .type('text/plain; charset=utf-8')
        .send('The console is not built: run "node scripts/build-console.ts".\n'),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: dir,
    wildcard: false,
    index: ['index.html'],
    cacheControl: false,
    preCompressed: true, // the build puts .br and .gz beside each file
    setHeaders: (reply, path) => {
      // Built assets carry a hash of their content in their names.
      const forever = /[/\\]assets[/\\]/.test(path);
      reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.get('/*', async (request, reply) => {
    const page = request.headers.accept?.includes('text/html') === true && !request.url.startsWith('/api/');
    if (!page) return reply.callNotFound();
    return reply.sendFile('index.html');
  });
}
