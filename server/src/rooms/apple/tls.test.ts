import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { writePlist } from '@tsukasa/apple-mdm';
import { buildName, issueCertificate, spkiOf, toPem } from '@tsukasa/cms';
import { testDatabase } from '../../base/testing.ts';
import { appleBench, TestDevice } from './testing.ts';

const database = await testDatabase();
const bench = await appleBench(database, { trusted: false });

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const pem = key.export({ format: 'pem', type: 'pkcs8' }).toString();
const { der } = issueCertificate({
  issuer: 'self',
  issuerKey: key,
  subject: buildName([['CN', 'localhost']]),
  spki: spkiOf(key),
  serial: Buffer.from([1]),
  notBefore: Date.now() - 60_000,
  notAfter: Date.now() + 3_600_000,
});
// As `base/http/listen.ts` opens it: the certificate is asked for and judged by the device endpoints.
const options = { key: pem, cert: toPem('CERTIFICATE', der), requestCert: true, rejectUnauthorized: false };
const server = createServer(options, (request, response) => {
  if (!bench.apple.deviceHandler(request, response)) response.writeHead(418).end();
});
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
const { port } = server.address() as AddressInfo;
after(() => {
  server.closeAllConnections();
  server.close();
});

function idleOverTls(device: TestDevice, agent: Agent): Promise<number | undefined> {
  const body = writePlist({ UDID: device.udid, Status: 'Idle' });
  const path = new URL(device.serverUrl).pathname;
  return new Promise((resolve, reject) => {
    const sent = httpsRequest({
      port,
      host: '127.0.0.1',
      path,
      method: 'PUT',
      agent,
      headers: { 'content-length': body.length },
    });
    sent.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

test('the certificate of the TLS connection is the identity; without one there is none', async () => {
  const contractorId = await bench.newContractor();
  const device = new TestDevice(bench, contractorId);
  device.transport = 'signature';
  await device.install(await bench.invite(contractorId));
  await device.enroll();
  const cert = toPem('CERTIFICATE', device.identity.certificate);
  const privateKey = device.identity.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const known = new Agent({ cert, key: privateKey, rejectUnauthorized: false, keepAlive: true });
  assert.equal(await idleOverTls(device, known), 200);
  assert.equal(await idleOverTls(device, known), 200);
  const anonymous = new Agent({ rejectUnauthorized: false });
  assert.equal(await idleOverTls(device, anonymous), 400);
  known.destroy();
  anonymous.destroy();
});
