import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { writePlist } from '@tsukasa/apple-mdm';
import { buildName, buildSignedData, issueCertificate, spkiOf, toPem } from '@tsukasa/cms';
import fc from 'fast-check';
import type { ContractorId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { certificateHeader, IdentityRefusal } from '../certificates/index.ts';
import { appleBench, CERT_HEADER, put, serialOf, TestDevice } from './testing.ts';

const database = await testDatabase();
const { query } = database;
const bench = await appleBench(database);

/** Everything an answer may not change. */
async function state(contractorId: ContractorId): Promise<unknown> {
  const tables = ['apple_enrollments', 'apple_identities', 'apple_commands', 'apple_answers', 'devices', 'actions'];
  const rows = await Promise.all(
    tables.map((table) =>
      query(`select md5(array_agg(t::text order by t::text)::text) from ${table} t where contractor_id = $1`, [
        contractorId,
      ]),
    ),
  );
  return rows;
}

const kinds = async (contractorId: ContractorId) =>
  (await bench.events(contractorId)).filter((kind) => kind.startsWith('channel.'));

async function ready(): Promise<{ readonly contractorId: ContractorId; readonly device: TestDevice }> {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  await device.drain();
  await device.ask({ type: 'lock' });
  return { contractorId, device };
}

const CHECKIN = 'application/x-apple-aspen-mdm-checkin';

test('what is not a message is refused with its reason, is an event, and changes nothing', async () => {
  const { contractorId, device } = await ready();
  const before = await state(contractorId);
  const bad: readonly (readonly [string, Buffer])[] = [
    ['syntax', Buffer.from('<plist><dict>')],
    ['binary_plist', Buffer.from('bplist00xxxx')],
    ['not_a_dict', writePlist([])],
    ['missing_key', writePlist({ Status: 'Idle' })],
    ['encoding', Buffer.from([0xff, 0xfe, 0x3c, 0x00])],
    ['syntax', Buffer.alloc(0)],
  ];
  for (const url of [device.serverUrl, device.checkInUrl]) {
    for (const [code, body] of bad) {
      const answer = await device.send(url, body, CHECKIN);
      assert.equal(answer.status, 400);
      assert.match(answer.contentType ?? '', /^text\/plain/);
      assert.match(answer.body.toString(), new RegExp(`^channel.malformed: (${code}|missing_key)`));
    }
  }
  assert.deepEqual(await state(contractorId), before);
  assert.deepEqual(await kinds(contractorId), ['channel.malformed']);
});

test('random bytes never get anything but 400', async () => {
  const { device } = await ready();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), async (bytes, checkin) => {
      const url = checkin ? device.checkInUrl : device.serverUrl;
      assert.equal((await device.send(url, Buffer.from(bytes))).status, 400);
    }),
    { numRuns: 60 },
  );
});

test('an oversized message is refused before it is read', async () => {
  const { contractorId, device } = await ready();
  const { status, closed } = await new Promise<{ status: number | undefined; closed: boolean }>((resolve, reject) => {
    const sent = httpRequest(device.serverUrl, {
      method: 'PUT',
      headers: { 'content-length': String(17 * 1024 * 1024), [CERT_HEADER]: ':AA==:' },
    });
    sent.on('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode, closed: response.headers.connection === 'close' });
      sent.destroy();
    });
    sent.on('error', reject);
    sent.write('x');
  });
  assert.deepEqual([status, closed], [413, true]);
  assert.deepEqual(await kinds(contractorId), ['channel.too_large']);
});

test('a body that only turns out to be too large is refused too', async () => {
  const { device } = await ready();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let i = 0; i < 17; i++) controller.enqueue(new Uint8Array(1024 * 1024));
      controller.close();
    },
  });
  const init = { method: 'PUT', body: stream, duplex: 'half' } as RequestInit;
  const result = await fetch(device.serverUrl, init).then(
    (response) => response.status,
    () => 'closed',
  );
  assert.ok(result === 413 || result === 'closed');
});

test('who shows no certificate, or something else, is refused', async () => {
  const { contractorId, device } = await ready();
  const before = await state(contractorId);
  const body = writePlist({ UDID: device.udid, Status: 'Idle' });
  const refused = async (headers: Record<string, string>, kind: string) => {
    const answer = await put(device.serverUrl, body, headers);
    assert.equal(answer.status, 400);
    assert.match(answer.body.toString(), new RegExp(`^channel.${kind}`));
  };
  await refused({}, 'no_identity');
  await refused({ [CERT_HEADER]: 'nonsense' }, 'bad_certificate: format');
  await refused({ [CERT_HEADER]: ':AAAA:' }, 'bad_certificate: malformed');
  await refused({ 'mdm-signature': 'AAAA' }, 'bad_signature');
  const { certificate, privateKey } = device.identity;
  const other = buildSignedData({ content: Buffer.from('other'), detached: true, certificate, privateKey });
  await refused({ 'mdm-signature': other.toString('base64') }, 'bad_signature: bad_signature');
  assert.deepEqual(await state(contractorId), before);
});

test('a certificate of nobody we know, and one of another contractor, are refused', async () => {
  const { contractorId, device } = await ready();
  const before = await state(contractorId);
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const now = bench.clock.now().epochMilliseconds;
  const self = issueCertificate({
    issuer: 'self',
    issuerKey: key,
    subject: buildName([['CN', 'device']]),
    spki: spkiOf(key),
    serial: Buffer.from([9]),
    notBefore: now - 1000,
    notAfter: now + 86_400_000,
  });
  const stranger = new TestDevice(bench, contractorId, {}, device.udid);
  Object.assign(stranger, { serverUrl: device.serverUrl, checkInUrl: device.checkInUrl });
  stranger.identity = { certificate: self.der, privateKey: key };
  assert.match((await stranger.idle()).body.toString(), /^channel.foreign_certificate/);
  assert.match((await stranger.authenticate()).body.toString(), /^channel.foreign_certificate/);
  const elsewhere = await ready();
  stranger.identity = elsewhere.device.identity;
  assert.match((await stranger.idle()).body.toString(), /^channel.foreign_certificate/);
  assert.match((await stranger.authenticate()).body.toString(), /^channel.foreign_certificate/);
  assert.deepEqual(await state(contractorId), before);
});

test('a certificate speaks for its own device only', async () => {
  const contractorId = await bench.newContractor();
  const [mine, other] = [await bench.enroll(contractorId), await bench.enroll(contractorId)];
  const before = await state(contractorId);
  const thief = new TestDevice(bench, contractorId, {}, mine.udid);
  Object.assign(thief, { serverUrl: mine.serverUrl, checkInUrl: mine.checkInUrl, identity: other.identity });
  for (const answer of [
    await thief.idle(),
    await thief.authenticate(),
    await thief.tokenUpdate(),
    await thief.checkIn({ MessageType: 'CheckOut', Topic: 'x' }),
    await thief.checkIn({ MessageType: 'GetBootstrapToken' }),
  ]) {
    assert.equal(answer.status, 400);
    assert.match(answer.body.toString(), /^channel.certificate_of_another_device/);
  }
  assert.deepEqual(await state(contractorId), before);
  assert.deepEqual(await kinds(contractorId), ['channel.certificate_of_another_device']);
});

test('a certificate that never authenticated, and a UDID nobody knows, are refused', async () => {
  const contractorId = await bench.newContractor();
  const device = new TestDevice(bench, contractorId);
  await device.install(await bench.invite(contractorId));
  for (const answer of [await device.idle(), await device.tokenUpdate()]) {
    assert.equal(answer.status, 400);
    assert.match(answer.body.toString(), /^channel.unknown_device/);
  }
  assert.deepEqual(await kinds(contractorId), ['channel.unknown_device']);
});

test('a header and a signature must name the same certificate', async () => {
  const contractorId = await bench.newContractor();
  const [one, two] = [await bench.enroll(contractorId), await bench.enroll(contractorId)];
  for (const transport of ['header', 'signature', 'both'] as const) {
    one.transport = transport;
    assert.equal((await one.idle()).status, 200, transport);
  }
  const body = writePlist({ UDID: one.udid, Status: 'Idle' });
  const { certificate, privateKey } = two.identity;
  const signature = buildSignedData({ content: body, detached: true, certificate, privateKey }).toString('base64');
  const header = `:${Buffer.from(one.identity.certificate).toString('base64')}:`;
  const answer = await put(one.serverUrl, body, { [CERT_HEADER]: header, 'mdm-signature': signature });
  assert.match(answer.body.toString(), /^channel.identities_differ/);
});

test('the certificate header is believed from a trusted proxy only, in both forms', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  const body = writePlist({ UDID: device.udid, Status: 'Idle' });
  const pem = encodeURIComponent(toPem('CERTIFICATE', device.identity.certificate));
  assert.equal((await put(device.serverUrl, body, { [CERT_HEADER]: pem })).status, 200);
  const open = await appleBench(database, { trusted: false });
  const direct = device.serverUrl.replace(bench.url, open.url);
  const answer = await put(direct, body, { [CERT_HEADER]: pem });
  assert.match(answer.body.toString(), /^channel.no_identity/);
  device.transport = 'signature';
  assert.equal((await device.send(direct, body)).status, 200);
});

test('a header of any form gives a certificate or a refusal', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String().map((text) => `:${text}:`),
      ),
      (header) => {
        try {
          assert.ok(Buffer.isBuffer(certificateHeader(header)));
        } catch (error) {
          assert.ok(error instanceof IdentityRefusal);
        }
      },
    ),
  );
});

test('a revoked certificate opens nothing from the next contact on, on every copy', async () => {
  const { contractorId, device } = await ready();
  const copy = await appleBench(database);
  const there = device.serverUrl.replace(bench.url, copy.url);
  const body = writePlist({ UDID: device.udid, Status: 'Idle' });
  assert.equal((await device.send(there, body)).status, 200);
  await database.db.asContractor(contractorId, (tx) =>
    bench.certificates.revoke(tx, contractorId, {
      serial: serialOf(device),
      reason: 'lost',
      actor: { kind: 'system', id: 'x', name: 'x' },
      now: bench.clock.now(),
    }),
  );
  for (const answer of [
    await device.idle(),
    await device.send(there, body),
    await device.tokenUpdate(),
    await device.authenticate(),
    await device.checkIn({ MessageType: 'GetBootstrapToken' }),
  ]) {
    assert.equal(answer.status, 403);
    assert.equal(answer.body.toString(), 'channel.revoked_certificate\n');
  }
  assert.ok((await kinds(contractorId)).includes('channel.revoked_certificate'));
});

test('requests that are no messages are told what this is', async () => {
  const contractorId = await bench.newContractor();
  const url = `${bench.url}/mdm/apple/${contractorId}/connect`;
  const get = await fetch(url);
  assert.equal(get.status, 405);
  assert.equal(get.headers.get('allow'), 'PUT');
  assert.match(await get.text(), /link of an invitation/);
  assert.equal((await put(`${bench.url}/mdm/apple/nobody/connect`, Buffer.alloc(0), {})).status, 404);
  assert.equal((await put(`${url}/more`, Buffer.alloc(0), {})).status, 404);
  assert.equal((await put(url, Buffer.alloc(0), { 'content-encoding': 'gzip' })).status, 400);
});
