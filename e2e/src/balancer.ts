import { request as ask, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A load balancer before several copies of the server: each request goes to the next copy that takes the connection. */
export class Balancer {
  readonly url: string;
  readonly #server: Server;
  /** The origins of the copies, in turn. */
  targets: readonly string[] = [];
  #turn = 0;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://localhost:${port}`;
    server.on('request', (incoming, outgoing) => void this.#serve(incoming, outgoing));
  }

  static start(): Promise<Balancer> {
    const server = createServer();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(new Balancer(server, typeof address === 'object' && address ? address.port : 0));
      });
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const first = this.#turn++;
    for (const index of this.targets.keys()) {
      const target = this.targets[(first + index) % this.targets.length] ?? '';
      const answer = await pass(target, incoming, body).catch(() => undefined); // that copy is away: the next one
      if (answer === undefined) continue;
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      return;
    }
    outgoing.writeHead(502).end();
  }
}

function pass(target: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = ask(new URL(url ?? '/', target), { method, headers }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
