import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { buildName, type IssueOptions, issueCertificate, parseCsr, spkiOf, toPem, verifyCsr } from '@tsukasa/cms';
import type { Actor, RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { dueAlarm, raiseExpiryAlarms } from './push-alarms.ts';
import { certificatesBench } from './testing.ts';

const database = await testDatabase();
const { db, query } = database;
const bench = certificatesBench(database);
const { clock, certificates } = bench;
const { handlers } = certificates;

const newKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const [key, otherKey] = [newKey(), newKey()];
const pkcs8 = (of: KeyObject) => of.export({ format: 'pem', type: 'pkcs8' }).toString();
const TOPIC = 'com.apple.mgmt.External.11111111-2222-3333-4444-555555555555';
const OTHER_TOPIC = 'com.apple.mgmt.External.99999999-2222-3333-4444-555555555555';

type Pushed = { readonly uid?: string; readonly of?: KeyObject; readonly days?: number; readonly from?: number };
function pushPem(
  { uid = TOPIC, of = key, days = 365, from = -1 }: Pushed = {},
  more: Partial<IssueOptions> = {},
): string {
  const at = clock.now().epochMilliseconds;
  const { der } = issueCertificate({
    issuer: 'self',
    issuerKey: of,
    subject: buildName([...(uid === '' ? [] : [['UID', uid] as const]), ['CN', 'APSP:1'], ['C', 'JP']]),
    spki: spkiOf(of),
    serial: Buffer.from([2, Math.floor(Math.random() * 255)]),
    notBefore: at + from * 86_400_000,
    notAfter: at + days * 86_400_000,
    extendedKeyUsage: ['clientAuth'],
    ...more,
  });
  return toPem('CERTIFICATE', der);
}

const actor: Actor = { kind: 'user', id: 'u1', name: '管理者' };
const context = (contractorId: ContractorId): RequestContext => ({
  actor,
  behind: actor.id,
  contractorId,
  requestId: 'r1',
  sourceIp: '127.0.0.1',
  language: 'ja',
  can: () => true,
  require: () => undefined,
  requireFresh: () => undefined,
});
type Body = { readonly certificate: string; readonly privateKey?: string; readonly force?: boolean };
const put = (contractorId: ContractorId, body: Body) =>
  handlers.putPushCertificate({ params: { contractorId }, query: undefined, body }, context(contractorId));
const get = (contractorId: ContractorId) =>
  handlers.getPushCertificate({ params: { contractorId }, query: undefined, body: undefined }, context(contractorId));
const request = (contractorId: ContractorId) =>
  handlers.requestPushCertificate(
    { params: { contractorId }, query: undefined, body: undefined },
    context(contractorId),
  );
const current = (contractorId: ContractorId) =>
  db.asContractor(contractorId, (tx) => certificates.currentPushCertificate(tx, contractorId));

test('a certificate uploaded with its key becomes the current one', async () => {
  const contractorId = await bench.newContractor();
  assert.equal((await get(contractorId)).state, 'missing');
  assert.equal(await current(contractorId), undefined);
  const issuer = pushPem({ uid: '', of: otherKey });
  bench.enrolledDevices = 3;
  const shown = await put(contractorId, {
    certificate: `Bag Attributes\n${issuer}${pushPem()}`,
    privateKey: pkcs8(key),
  });
  assert.deepEqual([shown.state, shown.topic, shown.daysLeft, shown.enrolledDevices], ['ok', TOPIC, 365, 3]);
  assert.match(shown.subject ?? '', /^UID=com\.apple\.mgmt/);
  const identity = await current(contractorId);
  assert.equal(identity?.topic, TOPIC);
  assert.ok(identity?.privateKey.equals(key));
  assert.equal(identity?.certificate.match(/BEGIN/g)?.length, 2);
  assert.equal(await current(contractorId), identity);
  assert.deepEqual(bench.replaced, [contractorId]);
  const entry = bench.audited.at(-1);
  assert.deepEqual([entry?.action, entry?.actor], ['push_certificate.uploaded', actor]);
  assert.ok(!JSON.stringify(entry).includes('PRIVATE'));
  const [row] = await query<{ sealed_key: Buffer }>(
    'select sealed_key from push_certificates where contractor_id = $1',
    [contractorId],
  );
  assert.ok(!row?.sealed_key.includes(key.export({ format: 'der', type: 'pkcs8' }).subarray(100, 160)));
});

test('the same certificate again changes nothing', async () => {
  const contractorId = await bench.newContractor();
  const body = { certificate: pushPem(), privateKey: pkcs8(key) };
  await put(contractorId, body);
  const audited = bench.audited.length;
  await put(contractorId, body);
  assert.equal(bench.audited.length, audited);
});

test('a request made here is answered by its certificate alone', async () => {
  const contractorId = await bench.newContractor();
  const { csr } = await request(contractorId);
  clock.advance('PT1M');
  const later = await request(contractorId);
  assert.equal((await get(contractorId)).state, 'requested');
  assert.equal((await get(contractorId)).request?.csr, later.csr);
  const parsed = parseCsr(Buffer.from(csr.replace(/-----[A-Z ]+-----/g, ''), 'base64'));
  assert.ok(verifyCsr(parsed));
  const signer = newKey();
  const ca = issueCertificate({
    issuer: 'self',
    issuerKey: signer,
    subject: buildName([['CN', 'CA']]),
    spki: spkiOf(signer),
    serial: Buffer.from([1]),
    notBefore: clock.now().epochMilliseconds,
    notAfter: clock.now().epochMilliseconds + 86_400_000,
    ca: {},
  });
  const shown = await put(contractorId, {
    certificate: pushPem({}, { issuer: ca, issuerKey: signer, spki: parsed.spki }),
  });
  assert.equal(shown.topic, TOPIC);
  assert.equal(shown.request?.csr, later.csr);
  assert.ok(await current(contractorId));
  // Renewed at Apple with the same request: the key in use is found.
  const renewed = pushPem({ days: 500 }, { issuer: ca, issuerKey: signer, spki: parsed.spki });
  assert.equal((await put(contractorId, { certificate: renewed })).daysLeft, 500);
});

test('each thing that can be wrong with an upload has its reason', async (t) => {
  const encrypted = key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();
  const mine = pkcs8(key);
  const cases: readonly (readonly [reason: string, body: Body])[] = [
    ['unreadable', { certificate: 'nonsense', privateKey: mine }],
    ['unreadable', { certificate: toPem('CERTIFICATE', Buffer.alloc(20, 1)), privateKey: mine }],
    ['key_unreadable', { certificate: pushPem(), privateKey: 'nonsense' }],
    ['key_encrypted', { certificate: pushPem(), privateKey: encrypted }],
    ['key_mismatch', { certificate: pushPem(), privateKey: pkcs8(otherKey) }],
    ['key_missing', { certificate: pushPem() }],
    ['expired', { certificate: pushPem({ days: -0.5 }), privateKey: mine }],
    ['not_yet_valid', { certificate: pushPem({ from: 1 }), privateKey: mine }],
    ['no_topic', { certificate: pushPem({ uid: '' }), privateKey: mine }],
    ['foreign_topic', { certificate: pushPem({ uid: 'com.example.app' }), privateKey: mine }],
  ];
  const contractorId = await bench.newContractor();
  for (const [reason, body] of cases) {
    await t.test(reason, () =>
      assert.rejects(put(contractorId, body), { code: 'invalid', reason: `push_certificate.${reason}` }),
    );
  }
  assert.equal((await get(contractorId)).state, 'missing');
});

test('another topic is refused, counting who would be cut off, unless forced; the old one still wakes its devices', async () => {
  const contractorId = await bench.newContractor();
  await put(contractorId, { certificate: pushPem(), privateKey: pkcs8(key) });
  bench.enrolledDevices = 12;
  const other = { certificate: pushPem({ uid: OTHER_TOPIC, of: otherKey }), privateKey: pkcs8(otherKey) };
  await assert.rejects(put(contractorId, other), {
    code: 'conflict',
    reason: 'push_certificate.topic_changed',
    params: { enrolledDevices: 12, currentTopic: TOPIC, newTopic: OTHER_TOPIC },
  });
  assert.equal((await get(contractorId)).topic, TOPIC);
  assert.equal((await put(contractorId, { ...other, force: true })).topic, OTHER_TOPIC);
  const { orphanedDevices, previousTopic } = bench.audited.at(-1)?.details ?? {};
  assert.deepEqual([orphanedDevices, previousTopic], [12, TOPIC]);
  const topics = await db.asContractor(contractorId, async (tx) => [
    (await certificates.pushCertificateFor(tx, contractorId, TOPIC))?.topic,
    (await certificates.pushCertificateFor(tx, contractorId, OTHER_TOPIC))?.topic,
    await certificates.pushCertificateFor(tx, contractorId, 'com.apple.mgmt.none'),
  ]);
  assert.deepEqual(topics, [TOPIC, OTHER_TOPIC, undefined]);
});

test('two uploads at once leave one current certificate', async () => {
  const contractorId = await bench.newContractor();
  const body = () => ({ certificate: pushPem(), privateKey: pkcs8(key) });
  await Promise.all([put(contractorId, body()), put(contractorId, body())]);
  const rows = await query("select 1 from push_certificates where contractor_id = $1 and state = 'current'", [
    contractorId,
  ]);
  assert.equal(rows.length, 1);
});

test('a certificate that is not for clients is taken with a warning', async () => {
  const contractorId = await bench.newContractor();
  await put(contractorId, { certificate: pushPem({}, { extendedKeyUsage: ['serverAuth'] }), privateKey: pkcs8(key) });
  assert.deepEqual(await bench.events(contractorId), ['push_certificate.no_client_auth']);
});

for (const { days, alarm } of [
  { days: 61, alarm: undefined },
  { days: 60, alarm: 60 },
  { days: 31, alarm: 60 },
  { days: 30, alarm: 30 },
  { days: 8, alarm: 14 },
  { days: 7, alarm: 7 },
  { days: 0, alarm: 7 },
  { days: -1, alarm: -1 },
]) {
  test(`${days} days before the end the alarm is ${alarm}`, () => assert.equal(dueAlarm(days), alarm));
}

test('each alarm is raised once, rising in severity, and the state follows', async () => {
  const contractorId = await bench.newContractor();
  const start = clock.now();
  await put(contractorId, { certificate: pushPem({ days: 70 }), privateKey: pkcs8(key) });
  for (const day of [0, 5, 10, 11, 39, 40, 56, 63, 65, 71, 80]) {
    clock.set(start.add({ hours: day * 24 }));
    await Promise.all([raiseExpiryAlarms({ db, clock }), raiseExpiryAlarms({ db, clock })]);
  }
  const events = await query<{ kind: string; severity: string; count: number }>(
    'select kind, severity, count from device_events where contractor_id = $1 order by first_at',
    [contractorId],
  );
  assert.deepEqual(
    events.map(({ kind, severity, count }) => [kind.replace('push_certificate.', ''), severity, count]),
    [
      ['expiring', 'notice', 1],
      ['expiring', 'warning', 1],
      ['expiring', 'warning', 1],
      ['expiring', 'alarm', 1],
      ['expired', 'alarm', 1],
    ],
  );
  assert.equal((await get(contractorId)).state, 'expired');
  clock.set(start.add({ hours: 15 * 24 }));
  assert.equal((await get(contractorId)).state, 'expiring');
});
