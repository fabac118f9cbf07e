import type { IncomingMessage, ServerResponse } from 'node:http';

const MAX_BODY = 8 * 1024 * 1024;

/** The body, or undefined when it is larger than anything the API takes. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= MAX_BODY) chunks.push(chunk);
  }
  return length <= MAX_BODY ? Buffer.concat(chunks) : undefined;
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const json = JSON.stringify(body, undefined, 2);
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers }).end(json);
}

export function sendHtml(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=UTF-8' }).end(body);
}

/** What Google's front end answers by itself: no JSON. */
export function htmlError(status: number, words: string): string {
  return `<!DOCTYPE html><html lang=en><title>Error ${status}</title><p><b>${status}.</b> ${words}</html>\n`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
