import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long we go on dropping what a client sends after it was refused, in milliseconds. */
const LINGER_MS = 2_000;

/**
 * Ends an answer that was given before its request had been read, `connection: close`. Closing at once would reset the
 * connection under what the client still sends, and with it the answer on its way; so the rest is dropped until the client
 * has said all, or for two seconds. The head must have been written, with a `content-length`.
 */
export function endLingering(request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
  if (request.complete || request.destroyed) {
    response.end(body);
    return;
  }
  response.write(body);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.once('end', end);
  request.once('close', end);
  request.resume();
}
