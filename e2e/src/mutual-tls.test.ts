import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { writePlist } from '@tsukasa/apple-mdm';
import { buildName, issueCertificate, spkiOf, toPem } from '@tsukasa/cms';
import { Device, type DeviceChoice, MdmConnection } from '@tsukasa/fakes';
import { type Contractor, useStage } from './harness.ts';
import { freePort, temporaryFolder } from './server.ts';
import { until } from './wait.ts';

const folder = await temporaryFolder('mutual-tls');
after(() => folder.remove());
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const now = () => Temporal.Now.instant().epochMilliseconds;
const { der } = issueCertificate({
  issuer: 'self',
  issuerKey: privateKey,
  subject: buildName([['CN', 'localhost']]),
  spki: spkiOf(privateKey),
  serial: Buffer.from([1]),
  notBefore: now() - 3_600_000,
  notAfter: now() + 86_400_000,
  subjectAltNames: [{ type: 'dNSName', value: 'localhost' }],
});
const ca = [toPem('CERTIFICATE', der)];
const [certFile, keyFile] = [join(folder.path, 'tls.crt'), join(folder.path, 'tls.key')];
await writeFile(certFile, ca);
await writeFile(keyFile, privateKey.export({ format: 'pem', type: 'pkcs8' }));
const port = await freePort();

let contractor: Contractor;
const stage = useStage(
  async (opened) => {
    contractor = await opened.contractor('青葉商事');
  },
  {
    env: {
      TSUKASA_PUBLIC_URL: `https://localhost:${port}`,
      TSUKASA_TLS_PORT: String(port),
      TSUKASA_TLS_CERT_FILE: certFile,
      TSUKASA_TLS_KEY_FILE: keyFile,
    },
  },
);

function make(seed: string, more: Partial<DeviceChoice> = {}): Device {
  const device = new Device({
    seed,
    kind: 'iPhone',
    osVersion: '17',
    supervised: true,
    passcode: true,
    behaviour: { think: [0, 0] },
    push: stage().apns,
    ca,
    unsigned: true,
    ...more,
  });
  stage().onLeave(() => device.close());
  return device;
}

async function deviceIdOf({ blueprint }: Device): Promise<string> {
  const { contractorId } = contractor;
  const { items } = await stage().provider.call('listDevices', { params: { contractorId }, query: { limit: 200 } });
  const found = items.find(({ serialNumber }) => serialNumber === blueprint.serialNumber);
  assert.ok(found);
  return found.deviceId;
}

test('by mutual TLS alone a device enrolls, is woken, does what it is asked and says so', async () => {
  const { contractorId } = contractor;
  const device = make('alone');
  const { connection } = await device.enroll(await stage().invite(contractorId));
  assert.match(connection.instructions.serverUrl, /^https:/);
  await device.connectOnce();
  const params = { contractorId, deviceId: await deviceIdOf(device) };
  const { actionId } = await stage().provider.call('askAction', { params, body: { type: 'lock' } });
  await device.nextPush(AbortSignal.timeout(10_000));
  const { answered } = await device.connectOnce();
  assert.deepEqual(
    answered.filter(({ requestType }) => requestType === 'DeviceLock'),
    [{ requestType: 'DeviceLock', status: 'Acknowledged' }],
  );
  await until('the action is done', 10_000, async () => {
    const { state } = await stage().provider.call('getAction', { params: { contractorId, actionId } });
    return state === 'done';
  });
  assert.equal(device.state.locked, true);
});

test('the certificate of the connection and the signature may both be there', async () => {
  const device = make('both', { unsigned: false });
  await device.enroll(await stage().invite(contractor.contractorId));
  assert.ok((await device.connectOnce()).answered.length > 0);
});

test('a certificate of another contractor, or of another device, is nobody here', async () => {
  const link = await stage().invite(contractor.contractorId, { maxUses: 2 });
  const [victim, neighbour, stranger] = [make('victim'), make('neighbour'), make('stranger')];
  const { connection } = await victim.enroll(link);
  await neighbour.enroll(link);
  await stranger.enroll(await stage().invite((await stage().contractor('若葉商店')).contractorId));
  const speak = async ({ enrollment }: Device) => {
    assert.ok(enrollment);
    const { instructions } = connection;
    const other = new MdmConnection({
      instructions,
      identity: enrollment.connection.identity,
      ca,
      unsigned: true,
      now,
    });
    const { status, body } = await other.report(writePlist({ UDID: victim.udid, Status: 'Idle' }));
    other.close();
    return `${status} ${body.toString('utf8').trim()}`;
  };
  assert.equal(await speak(stranger), '400 channel.foreign_certificate');
  assert.equal(await speak(neighbour), '400 channel.certificate_of_another_device');
  assert.ok((await victim.connectOnce()).answered.length > 0);
});

test('without a certificate there is nobody, whatever a header says', async () => {
  const device = make('header');
  const { connection } = await device.enroll(await stage().invite(contractor.contractorId));
  const header = `:${connection.identity.certificate.der.toString('base64')}:`;
  const body = writePlist({ UDID: device.udid, Status: 'Idle' });
  const outgoing = request(connection.instructions.serverUrl, {
    method: 'PUT',
    ca,
    headers: { 'client-cert': header, 'x-client-cert': header },
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  assert.deepEqual([incoming.statusCode, (await text(incoming)).trim()], [400, 'channel.no_identity']);
});
