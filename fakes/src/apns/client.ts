import { request } from 'node:http';
import { createInterface } from 'node:readline';
import type { Push } from './registry.ts';

/**
 * Where a simulated device's pushes come from. `FakeApns` itself is one for devices of the same process; `ApnsClient`
 * is one over the control port.
 */
export interface PushSource {
  /** Registers the token, and hands over pushes until the returned function is called. */
  subscribe(token: string, topic: string, listener: (push: Push) => void): (() => void) | Promise<() => void>;
  /** The token is no longer valid: the service answers 410 from now on. */
  unregister(token: string): Promise<void> | undefined;
}

/** The control port of a stand-in in another process: one stream for any number of devices. */
export class ApnsClient implements PushSource {
  readonly #origin: string;
  readonly #listeners = new Map<string, (push: Push) => void>();
  readonly #topics = new Map<string, string>();
  #stream: string | undefined;
  #close: () => void = () => undefined;
  #closed = false;

  private constructor(origin: string) {
    this.#origin = origin.replace(/\/$/, '');
  }

  static async connect(origin: string): Promise<ApnsClient> {
    const client = new ApnsClient(origin);
    await client.#open();
    return client;
  }

  async subscribe(token: string, topic: string, listener: (push: Push) => void): Promise<() => void> {
    const hex = token.toLowerCase();
    this.#listeners.set(hex, listener);
    this.#topics.set(hex, topic);
    await this.#send('POST', `/streams/${this.#stream}/subscriptions`, { token: hex, topic });
    return () => {
      if (this.#listeners.get(hex) !== listener) return;
      this.#listeners.delete(hex);
      this.#topics.delete(hex);
      if (!this.#closed) {
        this.#send('DELETE', `/streams/${this.#stream}/subscriptions`, { token: hex }).catch(() => undefined); // it went away
      }
    };
  }

  async unregister(token: string): Promise<void> {
    await this.#send('DELETE', `/tokens/${token.toLowerCase()}`);
  }

  close(): void {
    this.#closed = true;
    this.#close();
  }

  async #open(): Promise<void> {
    const stream = await new Promise<string>((resolve, reject) => {
      const asked = request(`${this.#origin}/streams`, { method: 'POST', agent: false }, (response) => {
        const lines = createInterface({ input: response });
        lines.on('line', (line) => this.#line(line, resolve));
        lines.on('error', () => undefined);
        response.on('error', () => undefined); // 'close' follows
        response.on('close', () => this.#reopen());
      });
      asked.on('error', reject);
      asked.end();
      this.#close = () => asked.destroy();
    });
    this.#stream = stream;
  }

  #line(line: string, opened: (stream: string) => void): void {
    if (line === '') return;
    const message: Push | { readonly stream: string } = JSON.parse(line); // our own control port wrote it
    if ('stream' in message) opened(message.stream);
    else this.#listeners.get(message.token)?.(message);
  }

  /** The stand-in went away: come back when it does, and subscribe again. */
  #reopen(): void {
    if (this.#closed) return;
    setTimeout(() => {
      this.#open()
        .then(() =>
          Promise.all(
            [...this.#topics].map(([token, topic]) =>
              this.#send('POST', `/streams/${this.#stream}/subscriptions`, { token, topic }),
            ),
          ),
        )
        .catch(() => this.#reopen());
    }, 1000).unref();
  }

  async #send(method: string, path: string, body?: object): Promise<void> {
    const response = await fetch(this.#origin + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    if (!response.ok && response.status !== 404) throw new Error(`push control answered ${response.status}`);
  }
}
