import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** An answer, read to its end. */
export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Where it came from, after redirects. */
  readonly url: string;
};

/** The connection failed, or the answer did not come in time or was too large. */
export class ConnectionFailed extends Error {}

export type HttpRequest = {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly agent?: Agent;
  /** PEM of the roots to trust, in place of the system's. */
  readonly ca?: readonly string[];
  readonly timeoutMs?: number;
  /** The device loses its connection after the server answered and before it read the answer. */
  readonly dropAnswer?: boolean;
};

const MAX_ANSWER = 32 * 1024 * 1024;

/** One exchange. Throws `ConnectionFailed`; any status is an answer. Redirects are the caller's. */
export function exchange(asked: HttpRequest): Promise<HttpAnswer> {
  const send = asked.url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(new ConnectionFailed('no answer', { cause }));
    const outgoing = send(
      asked.url,
      {
        method: asked.method,
        headers: { ...asked.headers, ...(asked.body ? { 'content-length': String(asked.body.length) } : {}) },
        timeout: asked.timeoutMs ?? 30_000,
        ...(asked.agent === undefined ? {} : { agent: asked.agent }),
        ...(asked.ca === undefined ? {} : { ca: [...asked.ca] }),
      },
      (incoming) => {
        if (asked.dropAnswer === true) {
          outgoing.destroy(new Error('connection dropped on purpose'));
          return;
        }
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > MAX_ANSWER) outgoing.destroy(new Error('answer too large'));
          else chunks.push(chunk);
        });
        incoming.on('error', fail);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks),
            url: asked.url,
          }),
        );
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', fail);
    outgoing.end(asked.body);
  });
}

/** As `exchange` for a GET, following at most five redirects. */
export async function fetchFollowing(asked: Omit<HttpRequest, 'method' | 'body'>): Promise<HttpAnswer> {
  let url = asked.url;
  for (let hop = 0; hop < 6; hop++) {
    const answer = await exchange({ ...asked, url, method: 'GET' });
    const { location } = answer.headers;
    if (answer.status < 300 || answer.status > 399 || location === undefined) return answer;
    url = new URL(location, url).href;
  }
  throw new ConnectionFailed('too many redirects');
}
