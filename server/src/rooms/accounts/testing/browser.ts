import assert from 'node:assert/strict';
import type { Method } from '@tsukasa/api';
import type { App } from '../../../base/http/app.ts';

export type Answer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
};

/** One browser with its cookies, or one program with its token. */
export class Browser {
  readonly #app: App;
  readonly #origin: string;
  readonly #bearer: string | undefined;
  readonly cookies = new Map<string, string>();
  /** The `Set-Cookie` lines of the last answer. */
  lastSet: readonly string[] = [];

  constructor(app: App, origin: string, bearer?: string) {
    this.#app = app;
    this.#origin = origin;
    this.#bearer = bearer;
  }

  async send(
    method: Method,
    url: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#app.inject({
      method,
      url,
      headers: {
        'accept-language': 'en',
        ...(this.#bearer === undefined ? { origin: this.#origin } : { authorization: `Bearer ${this.#bearer}` }),
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    this.lastSet = [answer.headers['set-cookie'] ?? []].flat();
    for (const line of this.lastSet) this.#keep(line);
    return { status: answer.statusCode, body: parse(answer.body), headers: answer.headers };
  }

  /** Asserts that the answer is a success, and gives its body. */
  async ok(method: Method, url: string, body?: unknown): Promise<unknown> {
    const answer = await this.send(method, url, body);
    assert.ok(answer.status < 300, `${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Asserts that the answer is this refusal. */
  async refused(status: number, reason: string, method: Method, url: string, body?: unknown): Promise<void> {
    const answer = await this.send(method, url, body);
    assert.deepEqual([answer.status, reasonOf(answer.body)], [status, reason], `${method} ${url}`);
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const gone = attributes.some((attribute) => /^max-age=0$/i.test(attribute));
    if (gone) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

/** Our `reason`, or the library's `code`. */
export function reasonOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  if ('reason' in body) return body.reason;
  return 'code' in body ? body.code : undefined;
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
