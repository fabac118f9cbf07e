import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeWns } from './server.ts';

const MAX_BODY = 64 * 1024;
/** An empty line now and then, so that a stream that broke is noticed. */
const KEEP_ALIVE_MS = 15_000;

/**
 * The stand-in's own door, on a loopback port and without any lock. `POST /apps` registers an app; `POST /channels {pfn}`
 * answers with lines of JSON for as long as the PC lives: first its channel, then each push.
 */
export class WnsControl {
  readonly #wns: FakeWns;
  readonly #server: Server;

  private constructor(wns: FakeWns) {
    this.#wns = wns;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => reply(response, 400, { error: String(error) }));
    });
  }

  static async start(wns: FakeWns, options: { host?: string; port?: number } = {}): Promise<WnsControl> {
    const control = new WnsControl(wns);
    await new Promise<void>((resolve, reject) => {
      control.#server.once('error', reject);
      control.#server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
    return control;
  }

  get origin(): string {
    const { port } = this.#server.address() as AddressInfo; // listening on a port, never on a pipe
    return `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const fields = await readJson(request);
    switch (`${request.method} ${pathname}`) {
      case 'GET /':
        return reply(response, 200, { origin: this.#wns.origin, channels: this.#wns.channels.size });
      case 'POST /apps':
        return reply(response, 201, this.#wns.apps.register());
      case 'POST /channels':
        return this.#channel(request, response, String(fields['pfn']));
      default:
        return reply(response, 404, { error: 'not found' });
    }
  }

  async #channel(request: IncomingMessage, response: ServerResponse, pfn: string): Promise<void> {
    const channel = await this.#wns.openChannel(pfn, () => response.write('{"push":true}\n'));
    if (channel === undefined) return reply(response, 404, { error: 'no such app' });
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(`${JSON.stringify({ uri: channel.uri })}\n`);
    const alive = setInterval(() => response.write('\n'), KEEP_ALIVE_MS);
    request.socket.once('close', () => {
      clearInterval(alive);
      channel.close();
    });
  }
}

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > MAX_BODY) throw new Error('too large');
    chunks.push(chunk as Buffer);
  }
  const value: unknown = length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new Error('not an object');
  return value as Readonly<Record<string, unknown>>;
}

function reply(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
