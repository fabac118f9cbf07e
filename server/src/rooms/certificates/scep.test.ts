import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import {
  buildCsr,
  buildName,
  type Certificate,
  findNameValue,
  issueCertificate,
  parseCertificate,
  publicKeyOf,
  sequence,
  spkiOf,
  verifyIssuedBy,
} from '@tsukasa/cms';
import { buildRequest, type CertRep, type Identity, issuerAndSubject, parseCaCert, parseCertRep } from '@tsukasa/scep';
import fc from 'fast-check';
import { type ContractorId, newId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { bindingOf, certificatesBench, serveScep } from './testing.ts';

const database = await testDatabase();
const bench = certificatesBench(database);
const { certificates, clock } = bench;
const { db, query } = database;
const url = await serveScep(certificates);

const newKey = (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength }).privateKey;
const [keyA, keyB] = [newKey(), newKey()];

function selfSigned(privateKey: KeyObject): Identity & { certificate: Buffer } {
  const { der } = issueCertificate({
    issuer: 'self',
    issuerKey: privateKey,
    subject: buildName([['CN', 'whatever the device says']]),
    spki: spkiOf(privateKey),
    serial: Buffer.from([1]),
    notBefore: clock.now().epochMilliseconds,
    notAfter: clock.now().epochMilliseconds + 86_400_000,
  });
  return { certificate: der, privateKey };
}

async function caOf(contractorId: ContractorId): Promise<Certificate> {
  const response = await fetch(`${url}/scep/${contractorId}?operation=GetCACert&message=x`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/x-x509-ca-cert');
  const [der] = parseCaCert('application/x-x509-ca-cert', Buffer.from(await response.arrayBuffer()));
  assert.ok(der);
  return parseCertificate(der);
}

function challengeFor(contractorId: ContractorId, minutes = 60): Promise<string> {
  const now = clock.now();
  return db.asContractor(contractorId, (tx) =>
    certificates.createChallenge(tx, contractorId, { now, expiresAt: now.add({ minutes }) }),
  );
}

type Ask = {
  readonly contractorId: ContractorId;
  readonly ca: Certificate;
  readonly signer: Identity;
  readonly key?: KeyObject;
  readonly challenge?: string;
  readonly messageType?: 'PKCSReq' | 'RenewalReq' | 'UpdateReq' | 'GetCert' | 'CertPoll' | 'GetCRL';
  readonly content?: Uint8Array;
  readonly get?: 'base64' | 'base64url';
  readonly old?: boolean;
};

function csrFor(key: KeyObject, challenge: string | undefined): Buffer {
  const subject = buildName([
    ['CN', 'evil'],
    ['O', 'another contractor'],
  ]);
  return buildCsr({ subject, privateKey: key, ...(challenge !== undefined && { challengePassword: challenge }) });
}

async function ask(what: Ask): Promise<CertRep> {
  const { contractorId, ca, signer, key = signer.privateKey, messageType = 'PKCSReq' } = what;
  const senderNonce = randomBytes(16);
  const transactionId = randomBytes(16).toString('hex');
  const request = buildRequest({
    messageType,
    content: what.content ?? csrFor(key, what.challenge),
    signer,
    recipient: ca.der,
    transactionId,
    senderNonce,
    ...(what.old && { cipher: 'des-ede3-cbc', digest: 'sha1' }),
  });
  const response = await post(contractorId, request, what.get);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/x-pki-message');
  const bytes = Buffer.from(await response.arrayBuffer());
  return parseCertRep(bytes, { caCertificates: [ca.der], transactionId, senderNonce, recipient: signer });
}

function post(contractorId: string, body: Uint8Array, get?: 'base64' | 'base64url'): Promise<Response> {
  const address = `${url}/scep/${contractorId}?operation=PKIOperation`;
  if (get === undefined) return fetch(address, { method: 'POST', body: new Uint8Array(body) });
  const message = Buffer.from(body).toString(get);
  return fetch(`${address}&message=${get === 'base64' ? encodeURIComponent(message) : message}`);
}

/** A body whose length nobody announced: how it is answered while it is still being sent. */
async function sendUnannounced(address: string, chunks: number): Promise<number | undefined> {
  const signal = AbortSignal.timeout(20_000);
  const outgoing = request(address, { method: 'POST', signal });
  const answered = once(outgoing, 'response', { signal });
  for (let sent = 0; sent < chunks && !outgoing.destroyed; sent += 1) {
    if (!outgoing.write(Buffer.alloc(16_384))) await once(outgoing, 'drain', { signal });
  }
  outgoing.end();
  const [incoming] = (await answered) as [IncomingMessage];
  await buffer(incoming);
  return incoming.statusCode;
}

async function enrolled(
  contractorId: ContractorId,
  key = keyA,
): Promise<{ identity: Identity; certificate: Certificate }> {
  const ca = await caOf(contractorId);
  const challenge = await challengeFor(contractorId);
  const certificate = leafOf(await ask({ contractorId, ca, signer: selfSigned(key), challenge }));
  return { identity: { certificate: certificate.der, privateKey: key }, certificate };
}

function leafOf(rep: CertRep): Certificate {
  assert.equal(rep.status, 'SUCCESS');
  assert.ok(rep.status === 'SUCCESS' && rep.certificates[0]);
  return parseCertificate(rep.certificates[0]);
}

type Row = {
  state: string;
  sha256: Buffer | null;
  serial: string;
  renews: string | null;
  enrollment_id: string | null;
};
const issuedBy = (contractorId: ContractorId) =>
  query<Row>(
    'select state, sha256, serial, renews, enrollment_id from issued_certificates where contractor_id = $1 order by reserved_at, serial',
    [contractorId],
  );

test('a device enrolls: the certificate is ours in everything but the key, and on record', async () => {
  const contractorId = await bench.newContractor();
  const ca = await caOf(contractorId);
  const challenge = await challengeFor(contractorId);
  const leaf = leafOf(await ask({ contractorId, ca, signer: selfSigned(keyA), challenge }));
  assert.ok(verifyIssuedBy(leaf, ca));
  assert.ok(publicKeyOf(leaf).equals(createPublicKey(keyA)));
  assert.equal(findNameValue(leaf.subject, 'CN'), leaf.serialHex);
  assert.equal(findNameValue(leaf.subject, 'O'), '株式会社テスト');
  assert.deepEqual(leaf.extensions.extendedKeyUsage, ['clientAuth']);
  assert.deepEqual(leaf.extensions.keyUsage, ['digitalSignature', 'keyEncipherment']);
  assert.equal(leaf.extensions.basicConstraints, undefined);
  assert.ok(leaf.extensions.subjectKeyId);
  assert.deepEqual(leaf.extensions.authorityKeyId, ca.extensions.subjectKeyId);
  assert.equal(leaf.notBefore, clock.now().subtract({ minutes: 10 }).epochMilliseconds);
  assert.equal(leaf.notAfter, clock.now().add({ hours: 730 * 24 }).epochMilliseconds);
  const [row, ...others] = await issuedBy(contractorId);
  assert.equal(others.length, 0);
  assert.deepEqual([row?.state, row?.serial, row?.sha256], ['issued', leaf.serialHex, leaf.sha256]);
  const found = await db.asContractor(contractorId, (tx) => certificates.findIssued(tx, contractorId, leaf.sha256));
  assert.equal(found?.serial, leaf.serialHex);
  assert.deepEqual(await bench.events(contractorId), []);
});

for (const { name, options } of [
  { name: 'by GET in base64', options: { get: 'base64' } },
  { name: 'by GET in URL-safe base64', options: { get: 'base64url' } },
  { name: 'with triple DES and SHA-1', options: { old: true } },
] as const) {
  test(`a device enrolls ${name}`, async () => {
    const contractorId = await bench.newContractor();
    const ca = await caOf(contractorId);
    const challenge = await challengeFor(contractorId);
    leafOf(await ask({ contractorId, ca, signer: selfSigned(keyA), challenge, ...options }));
  });
}

test('first requests at once find one authority', async () => {
  const contractorId = await bench.newContractor();
  const found = await Promise.all(Array.from({ length: 4 }, () => caOf(contractorId)));
  assert.equal(new Set(found.map(({ serialHex }) => serialHex)).size, 1);
  const rows = await query('select 1 from certificate_authorities where contractor_id = $1', [contractorId]);
  assert.equal(rows.length, 1);
  const [authority] = await db.asContractor(contractorId, (tx) => certificates.authorityCertificates(tx, contractorId));
  assert.deepEqual(authority?.der, found[0]?.der);
});

test('a lost answer is given again to the same key, and to no other', async () => {
  const contractorId = await bench.newContractor();
  const ca = await caOf(contractorId);
  const challenge = await challengeFor(contractorId);
  const first = leafOf(await ask({ contractorId, ca, signer: selfSigned(keyA), challenge }));
  const second = leafOf(await ask({ contractorId, ca, signer: selfSigned(keyA), challenge }));
  assert.deepEqual(second.der, first.der);
  assert.deepEqual(await ask({ contractorId, ca, signer: selfSigned(keyB), challenge }), {
    status: 'FAILURE',
    failInfo: 'badRequest',
  });
  assert.deepEqual(await bench.events(contractorId), ['scep.challenge_reused']);
  assert.equal((await issuedBy(contractorId)).length, 1);
});

test('the same request many times at once makes one certificate; two keys at once make one too', async () => {
  const contractorId = await bench.newContractor();
  const ca = await caOf(contractorId);
  const same = await challengeFor(contractorId);
  const signer = selfSigned(keyA);
  const reps = await Promise.all(Array.from({ length: 4 }, () => ask({ contractorId, ca, signer, challenge: same })));
  assert.equal(new Set(reps.map((rep) => leafOf(rep).serialHex)).size, 1);
  const challenge = await challengeFor(contractorId);
  const both = await Promise.all(
    [keyA, keyB].map((key) => ask({ contractorId, ca, signer: selfSigned(key), challenge })),
  );
  assert.equal(both.filter(({ status }) => status === 'SUCCESS').length, 1);
  assert.equal((await issuedBy(contractorId)).filter(({ state }) => state === 'issued').length, 2);
});

test('a reservation left by a crash does not lock the device out', async () => {
  const contractorId = await bench.newContractor();
  const ca = await caOf(contractorId);
  const challenge = await challengeFor(contractorId);
  leafOf(await ask({ contractorId, ca, signer: selfSigned(keyA), challenge }));
  // As it was between the two transactions.
  await query(
    "update issued_certificates set state = 'reserved', sha256 = null, certificate = null where contractor_id = $1",
    [contractorId],
  );
  await query('update scep_challenges set used_at = null where contractor_id = $1', [contractorId]);
  const leaf = leafOf(await ask({ contractorId, ca, signer: selfSigned(keyB), challenge }));
  const rows = await issuedBy(contractorId);
  assert.deepEqual(rows.map(({ state }) => state).sort(), ['issued', 'reserved']);
  assert.ok(rows.some(({ serial, state }) => serial === leaf.serialHex && state === 'issued'));
});

test('refusals of a first enrollment: each with its failInfo and its event, nothing issued', async (t) => {
  const weak = newKey(1024);
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const cases = [
    { event: 'scep.wrong_challenge', failInfo: 'badRequest', ask: { challenge: 'f'.repeat(48) } },
    { event: 'scep.wrong_challenge', failInfo: 'badRequest', ask: { challenge: '' } },
    { event: 'scep.challenge_missing', failInfo: 'badRequest', ask: {} },
    { event: 'scep.challenge_expired', failInfo: 'badRequest', ask: { challenge: 'expired' } },
    { event: 'scep.weak_key', failInfo: 'badAlg', ask: { challenge: 'good', key: weak } },
    { event: 'scep.unsupported_algorithm', failInfo: 'badAlg', ask: { challenge: 'good', key: ec } },
    { event: 'scep.unreadable_request', failInfo: 'badMessageCheck', ask: { content: randomBytes(300) } },
    { event: 'scep.unsupported_operation', failInfo: 'badRequest', ask: { messageType: 'GetCRL' } },
    { event: 'scep.unknown_certificate', failInfo: 'badCertId', ask: { messageType: 'CertPoll', content: 'poll' } },
    { event: 'scep.foreign_certificate', failInfo: 'badMessageCheck', ask: { messageType: 'RenewalReq' } },
    { event: 'scep.foreign_certificate', failInfo: 'badMessageCheck', ask: { messageType: 'GetCert' } },
  ] as const;
  for (const { event, failInfo, ask: asked } of cases) {
    await t.test(`${event} ${JSON.stringify(Object.keys(asked))}`, async () => {
      const contractorId = await bench.newContractor();
      const ca = await caOf(contractorId);
      const signer = selfSigned(keyA);
      const { challenge, content, ...rest } = { challenge: undefined, content: undefined, ...asked };
      const rep = await ask({
        contractorId,
        ca,
        signer,
        ...rest,
        ...(challenge === 'good' && { challenge: await challengeFor(contractorId) }),
        ...(challenge === 'expired' && { challenge: await challengeFor(contractorId, -1) }),
        ...(challenge !== undefined && challenge !== 'good' && challenge !== 'expired' && { challenge }),
        ...(content === 'poll' && { content: issuerAndSubject(ca.der, buildName([['CN', 'x']])) }),
        ...(content instanceof Uint8Array && { content }),
      });
      assert.deepEqual(rep, { status: 'FAILURE', failInfo });
      assert.deepEqual(await bench.events(contractorId), [event]);
      assert.deepEqual(await issuedBy(contractorId), []);
      const used = await query('select 1 from scep_challenges where contractor_id = $1 and used_by_key is not null', [
        contractorId,
      ]);
      assert.equal(used.length, 0);
    });
  }
});

test("another contractor's challenge is worth nothing", async () => {
  const [here, there] = [await bench.newContractor(), await bench.newContractor()];
  const ca = await caOf(here);
  const challenge = await challengeFor(there);
  const rep = await ask({ contractorId: here, ca, signer: selfSigned(keyA), challenge });
  assert.deepEqual(rep, { status: 'FAILURE', failInfo: 'badRequest' });
  assert.deepEqual(await bench.events(there), []);
});

test('a renewal follows the present certificate of the same enrollment', async () => {
  const contractorId = await bench.newContractor();
  const ca = await caOf(contractorId);
  const { identity, certificate } = await enrolled(contractorId);
  const binding = bindingOf(certificate.serialHex);
  bench.bindings.push(binding);
  const renewal = { contractorId, ca, signer: identity, key: keyB, messageType: 'RenewalReq' } as const;
  const renewed = leafOf(await ask(renewal));
  assert.ok(publicKeyOf(renewed).equals(createPublicKey(keyB)));
  assert.notEqual(renewed.serialHex, certificate.serialHex);
  const again = leafOf(await ask({ ...renewal, messageType: 'UpdateReq' }));
  assert.equal(again.serialHex, renewed.serialHex);
  const row = (await issuedBy(contractorId)).find(({ serial }) => serial === renewed.serialHex);
  assert.deepEqual([row?.renews, row?.enrollment_id], [certificate.serialHex, binding.enrollmentId]);
  const found = await db.asContractor(contractorId, (tx) => certificates.findIssued(tx, contractorId, renewed.sha256));
  assert.equal(found?.enrollmentId, binding.enrollmentId);
  const wanted = sequence(ca.subject.der, certificateSerial(certificate));
  const got = await ask({ contractorId, ca, signer: identity, messageType: 'GetCert', content: wanted });
  assert.deepEqual(leafOf(got).der, certificate.der);
  const unknown = sequence(ca.subject.der, Buffer.from([2, 1, 5]));
  assert.deepEqual(await ask({ contractorId, ca, signer: identity, messageType: 'GetCert', content: unknown }), {
    status: 'FAILURE',
    failInfo: 'badCertId',
  });
});

function certificateSerial({ serial }: Certificate): Buffer {
  return Buffer.concat([Buffer.from([2, serial.length]), serial]);
}

test('refusals of a renewal: unbound, gone, revoked, expired, of another contractor, by a stranger, without end', async () => {
  const contractorId = await bench.newContractor();
  const ca = await caOf(contractorId);
  const { identity, certificate } = await enrolled(contractorId);
  const serial = certificate.serialHex;
  const renewal = { contractorId, ca, signer: identity, messageType: 'RenewalReq' } as const;
  const refused = async (event: string, failInfo: string, change: Partial<Ask> = {}) => {
    assert.deepEqual(await ask({ ...renewal, ...change }), { status: 'FAILURE', failInfo });
    assert.ok((await bench.events(contractorId)).includes(event), event);
  };
  await refused('scep.unbound_certificate', 'badRequest');
  bench.bindings.push(bindingOf(serial, { live: false }));
  await refused('scep.unbound_certificate', 'badRequest');
  bench.bindings.pop();
  const binding = bindingOf(serial);
  bench.bindings.push(binding);

  const foreign = await enrolled(await bench.newContractor());
  await refused('scep.foreign_certificate', 'badMessageCheck', { signer: foreign.identity });
  const forged = issueCertificate({
    issuer: 'self',
    issuerKey: keyB,
    subject: ca.subject.der,
    spki: spkiOf(keyB),
    serial: certificate.serial,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
  });
  await refused('scep.foreign_certificate', 'badMessageCheck', {
    signer: { certificate: forged.der, privateKey: keyB },
  });

  await query(
    `insert into issued_certificates (contractor_id, serial, authority_id, purpose, state, subject, renews, certificate, reserved_at)
     select $1, 'aa' || n, (select authority_id from certificate_authorities where contractor_id = $1), 'device-identity',
       'issued', '', $2, $3, now() from generate_series(1, 10) n`,
    [contractorId, serial, foreign.certificate.der],
  );
  await refused('scep.too_many_renewals', 'badRequest', { key: keyB });

  const revocation = { serial, reason: 'lost', actor: { kind: 'user', id: 'u', name: 'U' }, now: clock.now() } as const;
  await db.asContractor(contractorId, (tx) => certificates.revoke(tx, contractorId, revocation));
  await refused('scep.revoked_certificate', 'badRequest');
  const events = await query<{ device_id: string }>(
    "select device_id from device_events where contractor_id = $1 and kind = 'scep.revoked_certificate'",
    [contractorId],
  );
  assert.equal(events[0]?.device_id, binding.deviceId);

  const late = await enrolled(contractorId, keyB);
  clock.advance('PT17521H');
  await refused('scep.expired_certificate', 'badRequest', { signer: late.identity });
});

test('a certificate revoked before its signature is recorded is not handed out', async () => {
  const contractorId = await bench.newContractor();
  const ca = await caOf(contractorId);
  const challenge = await challengeFor(contractorId);
  const first = leafOf(await ask({ contractorId, ca, signer: selfSigned(keyA), challenge }));
  const by = { kind: 'user', id: 'u', name: 'U' } as const;
  const request = { serial: first.serialHex, reason: 'wrong person', actor: by, now: clock.now() };
  const revoke = () => db.asContractor(contractorId, (tx) => certificates.revoke(tx, contractorId, request));
  assert.equal((await revoke()).state, 'revoked');
  assert.equal((await revoke()).state, 'revoked');
  assert.equal(bench.revoked.filter(({ serial }) => serial === first.serialHex).length, 1);
  assert.equal(bench.audited.filter(({ target }) => target.id === first.serialHex).length, 1);
  const rep = await ask({ contractorId, ca, signer: selfSigned(keyA), challenge });
  assert.deepEqual(rep, { status: 'FAILURE', failInfo: 'badRequest' });
  const unknown = { ...request, serial: 'abcd' };
  await assert.rejects(
    db.asContractor(contractorId, (tx) => certificates.revoke(tx, contractorId, unknown)),
    { code: 'not_found' },
  );
});

test('the HTTP side: capabilities, unknown contractors and operations, methods, sizes', async () => {
  const contractorId = await bench.newContractor();
  const at = `${url}/scep/${contractorId}`;
  const caps = await fetch(`${at}?operation=GetCACaps`);
  assert.equal(caps.headers.get('content-type'), 'text/plain');
  const lines = (await caps.text()).split('\n');
  for (const one of ['AES', 'SHA-256', 'POSTPKIOperation', 'SCEPStandard', 'Renewal']) assert.ok(lines.includes(one));
  const statuses = [
    ['GET', `${url}/scep/${newId()}?operation=GetCACert`, 404],
    ['GET', `${url}/scep/nonsense?operation=GetCACert`, 404],
    ['GET', `${url}/scep`, 404],
    ['GET', `${url}/other`, 418],
    ['GET', at, 400],
    ['GET', `${at}?operation=GetNextCACert`, 400],
    ['GET', `${at}?operation=PKIOperation`, 400],
    ['GET', `${at}?operation=PKIOperation&message=%%%`, 400],
    ['HEAD', `${at}?operation=GetCACert`, 200],
    ['HEAD', `${at}?operation=PKIOperation`, 405],
    ['PUT', `${at}?operation=PKIOperation`, 405],
  ] as const;
  for (const [method, address, status] of statuses) {
    const response = await fetch(address, { method });
    await response.arrayBuffer();
    assert.equal(response.status, status, `${method} ${address}`);
  }
  assert.equal((await post(contractorId, Buffer.alloc(65 * 1024))).status, 413);
  assert.equal(await sendUnannounced(`${at}?operation=PKIOperation`, 200), 413);
  const events = await bench.events(contractorId);
  assert.deepEqual([...new Set(events)].sort(), ['scep.malformed', 'scep.too_large']);
});

test('who has many messages refused must wait; successes do not count, and other contractors are not concerned', async () => {
  const contractorId = await bench.newContractor();
  const ca = await caOf(contractorId);
  const signer = selfSigned(keyA);
  const refused = async () => {
    const response = await post(contractorId, Buffer.from('nonsense'));
    await response.arrayBuffer();
    return response;
  };
  for (let count = 0; count < 119; count += 1) assert.equal((await refused()).status, 400);
  for (let count = 0; count < 3; count += 1) {
    const challenge = await challengeFor(contractorId);
    assert.equal((await ask({ contractorId, ca, signer, challenge })).status, 'SUCCESS');
  }
  assert.equal((await refused()).status, 400);
  const before = (await bench.events(contractorId)).length;
  const turnedAway = await refused();
  assert.deepEqual([turnedAway.status, turnedAway.headers.get('retry-after')], [429, '1']);
  assert.equal((await bench.events(contractorId)).length, before, 'it costs no row either');
  assert.equal((await fetch(`${url}/scep/${contractorId}?operation=GetCACert`)).status, 200);
  const elsewhere = await bench.newContractor();
  const challenge = await challengeFor(elsewhere);
  assert.equal(
    (await ask({ contractorId: elsewhere, ca: await caOf(elsewhere), signer, challenge })).status,
    'SUCCESS',
  );
  bench.clock.advance('PT1S');
  assert.equal((await refused()).status, 400);
});

test('random and damaged messages get 400 or a failure, never more', async () => {
  const contractorId = await bench.newContractor();
  const ca = await caOf(contractorId);
  const challenge = await challengeFor(contractorId);
  const good = buildRequest({
    messageType: 'PKCSReq',
    content: csrFor(keyA, challenge),
    signer: selfSigned(keyA),
    recipient: ca.der,
    transactionId: 'x',
  });
  const check = async (bytes: Uint8Array) => {
    const response = await post(contractorId, bytes);
    const body = Buffer.from(await response.arrayBuffer());
    assert.ok(response.status === 400 || (response.status === 200 && body.length > 0), String(response.status));
  };
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), check), { numRuns: 20 });
  const damage = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }));
  await fc.assert(
    fc.asyncProperty(damage, async ([at, by]) => {
      const bytes = Buffer.from(good);
      bytes.writeUInt8(bytes.readUInt8(at) ^ by, at);
      await check(bytes);
    }),
    { numRuns: 60 },
  );
  // Damage outside of what is signed (an unused certificate field) may leave the message good.
  assert.ok((await issuedBy(contractorId)).length <= 1);
});
