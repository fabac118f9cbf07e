import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server as PlainServer, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { type App, type DeviceHandler, firstDevices, SERVER_LIMITS } from './app.ts';
import { answerBadHttp } from './bad-http.ts';

export interface Listening {
  /** The port of the plain listener, useful when the configuration says 0. */
  readonly port: number;
  readonly tlsPort: number | undefined;
  /**
   * Takes no more requests and waits for the running ones, at most `patience` milliseconds; those that have not arrived
   * whole within a second are not waited for.
   */
  close(patience?: number): Promise<void>;
}

/** Opens the plain listener, and the TLS one when it is configured. */
export async function listen(app: App, config: Config, log: Log, devices?: DeviceHandler): Promise<Listening> {
  const connections = [watchConnections(app.server, 'connection')];
  await app.listen({ host: config.host, port: config.port });
  const port = portOf(app.server.address());
  const tls = config.tls ? await listenTls(app, config, config.tls, devices) : undefined;
  if (tls) connections.push(watchConnections(tls, 'secureConnection'));
  const tlsPort = tls && portOf(tls.address());
  log.info('http.listening', { address: config.host, port });
  if (tlsPort !== undefined) log.info('http.listening_tls', { address: config.host, port: tlsPort });
  return {
    port,
    tlsPort,
    close: async (patience = 10_000) => {
      for (const each of connections) each.finish();
      const drop = setTimeout(() => {
        for (const each of connections) each.cut();
      }, ARRIVAL_PATIENCE_MS);
      const cut = setTimeout(() => {
        app.server.closeAllConnections();
        tls?.closeAllConnections();
      }, patience);
      const tlsClosed = tls && new Promise((done) => tls.close(done));
      tls?.closeIdleConnections();
      await Promise.all([app.close(), tlsClosed]);
      clearTimeout(drop);
      clearTimeout(cut);
    },
  };
}

const ARRIVAL_PATIENCE_MS = 1000;

type Connections = {
  /** From now on a connection ends with the answer that runs on it: kept open it would hold the server until it is cut. */
  finish(): void;
  /** Cuts those on which no request has arrived whole. */
  cut(): void;
};

/** Keeps in mind which request runs on which connection. `connected` is the server's event of a new one. */
function watchConnections(server: PlainServer | Server, connected: 'connection' | 'secureConnection'): Connections {
  const running = new Map<Socket, IncomingMessage | undefined>();
  let finishing = false;
  server.on(connected, (socket: Socket) => {
    running.set(socket, undefined);
    socket.once('close', () => running.delete(socket));
  });
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    running.set(request.socket, request);
    response.once('close', () => {
      if (running.get(request.socket) === request) running.set(request.socket, undefined);
      if (finishing) request.socket.end();
    });
  });
  return {
    finish: () => {
      finishing = true;
    },
    cut: () => {
      for (const [socket, request] of running) if (!request?.complete) socket.destroy();
    },
  };
}

/**
 * Mutual TLS for devices: the client's certificate is asked for, and judged by the device endpoints, which know who issued
 * it to whom; a browser without one is served too. SIGHUP reads the files again, after a renewal.
 */
async function listenTls(
  app: App,
  config: Config,
  files: NonNullable<Config['tls']>,
  devices: DeviceHandler | undefined,
): Promise<Server> {
  const read = () => ({ cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) });
  const options = {
    ...SERVER_LIMITS,
    ...read(),
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
  } as const;
  const server = createServer(options, firstDevices(devices, app.routing));
  server.on('clientError', answerBadHttp);
  process.on('SIGHUP', () => server.setSecureContext(read()));
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(files.port, config.host, done);
  });
  return server;
}

function portOf(address: ReturnType<Server['address']>): number {
  return typeof address === 'object' && address ? address.port : 0;
}
