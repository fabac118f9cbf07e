import { request } from 'node:http';
import type { WnsChannel } from './channels.ts';

/** The stand-in of another process, by its control port: where the PCs of this one get their channels. */
export class WnsClient {
  readonly #control: string;
  readonly #open = new Set<WnsChannel>();

  constructor(control: string) {
    this.#control = control;
  }

  /** A channel that hears its pushes until it is closed; `undefined` for an app that nobody registered. */
  openChannel(pfn: string, listener: () => void): Promise<WnsChannel | undefined> {
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.#control}/channels`, { method: 'POST' }, (incoming) => {
        if (incoming.statusCode !== 200) {
          incoming.resume();
          return resolve(undefined);
        }
        incoming.on('error', () => undefined); // closed by us, or the stand-in is gone
        onLines(incoming, (line) => {
          if (typeof line['uri'] !== 'string') return void (line['push'] === true && listener());
          const channel: WnsChannel = {
            uri: line['uri'],
            setConnected: () => undefined,
            close: () => {
              this.#open.delete(channel);
              outgoing.destroy();
            },
          };
          this.#open.add(channel);
          resolve(channel);
        });
      });
      outgoing.on('error', reject);
      outgoing.end(JSON.stringify({ pfn }));
    });
  }

  close(): void {
    for (const channel of [...this.#open]) channel.close();
  }
}

function onLines(stream: NodeJS.ReadableStream, take: (line: Readonly<Record<string, unknown>>) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') take(JSON.parse(line) as Readonly<Record<string, unknown>>);
  });
}
