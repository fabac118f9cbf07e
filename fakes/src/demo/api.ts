/** The API answered with a problem. */
export class ApiRefused extends Error {
  readonly status: number;
  readonly reason: string | undefined;

  constructor(what: string, status: number, reason: string | undefined, detail: string | undefined) {
    super(`${what}: ${status}${reason === undefined ? '' : ` ${reason}`}${detail === undefined ? '' : ` (${detail})`}`);
    this.name = 'ApiRefused';
    this.status = status;
    this.reason = reason;
  }
}

/** What came back, with readers that complain by name when something is not as expected. */
export class Answer {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  /** The text at a path such as `contractor.name`. */
  text(path: string): string {
    const found = this.#at(path);
    if (typeof found !== 'string') throw new Error(`the answer has no text at ${path}`);
    return found;
  }

  /** The same, `undefined` for null or nothing. */
  optionalText(path: string): string | undefined {
    const found = this.#at(path);
    return typeof found === 'string' ? found : undefined;
  }

  /** The entries of the list at a path. */
  list(path: string): readonly Answer[] {
    const found = this.#at(path);
    if (!Array.isArray(found)) throw new Error(`the answer has no list at ${path}`);
    return found.map((item) => new Answer(item));
  }

  #at(path: string): unknown {
    return path.split('.').reduce<unknown>((value, name) => {
      return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    }, this.value);
  }
}

/** Somebody who calls the API: a program with a token, or a person's browser with its cookies. */
export class Caller {
  readonly #origin: string;
  readonly #token: string | undefined;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string, token?: string) {
    this.#origin = origin;
    this.#token = token;
  }

  get(path: string): Promise<Answer> {
    return this.#send('GET', path);
  }

  post(path: string, body?: object): Promise<Answer> {
    return this.#send('POST', path, body);
  }

  put(path: string, body?: object): Promise<Answer> {
    return this.#send('PUT', path, body);
  }

  patch(path: string, body: object): Promise<Answer> {
    return this.#send('PATCH', path, body);
  }

  async #send(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(this.#origin + path, {
      method,
      headers: {
        origin: this.#origin,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(this.#cookies.size === 0
          ? {}
          : { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    this.#keepCookies(response);
    const text = await response.text();
    const answer = new Answer(text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined);
    if (response.ok) return answer;
    const reason = answer.optionalText('reason') ?? answer.optionalText('code');
    const detail = answer.optionalText('detail') ?? answer.optionalText('message');
    throw new ApiRefused(`${method} ${path}`, response.status, reason, detail);
  }

  #keepCookies(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';', 1);
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === '' || /;\s*max-age=0(?:;|$)/i.test(cookie)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}
