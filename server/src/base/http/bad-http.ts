import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorCode } from '../errors.ts';
import { TITLES } from './messages.ts';
import { PROBLEM_TYPE } from './problem.ts';

/**
 * What arrived is no HTTP request, too long for one, or did not arrive in time: says so as a problem, in English as no
 * header could be read, and ends the connection. For `clientError` of a server.
 */
export function answerBadHttp(error: Error, socket: Duplex): void {
  // Nothing to read from or nobody to tell: the connection is gone, or never was HTTP (a failed TLS handshake).
  if (errorCode(error) === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusOf(errorCode(error));
  const body = JSON.stringify({
    type: 'urn:tsukasa:problem:invalid',
    title: TITLES.invalid.en,
    status,
    detail: STATUS_CODES[status],
  });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function statusOf(code: string | undefined): 400 | 408 | 431 {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
}
