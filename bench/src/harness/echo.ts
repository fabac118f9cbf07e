// The yardstick: bare node:http that reads a body and sends it back.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer({ maxHeaderSize: 32 * 1024 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    response.writeHead(200, { 'content-length': String(body.length) }).end(body);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
