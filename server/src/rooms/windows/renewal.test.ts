import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { buildName, findNameValue, issueCertificate, parseCertificate, spkiOf } from '@tsukasa/cms';
import type { ContractorId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { tellExpiries } from './expiry.ts';
import { forgetTokens } from './signin-token.ts';
import {
  byPassword,
  CERT_HEADER,
  characteristic,
  enrollmentBench,
  faultIn,
  newKey,
  parms,
  post,
  provisionedBy,
  requestBody,
  soap,
  TestPc,
} from './testing-enrollment.ts';

const database = await testDatabase();
const { query } = database;
const bench = await enrollmentBench(database);

async function enrolled(): Promise<{ readonly contractorId: ContractorId; readonly pc: TestPc }> {
  const contractorId = await bench.newContractor();
  const pc = new TestPc(bench.url);
  await pc.enroll((await bench.invite(contractorId)).code);
  return { contractorId, pc };
}

const subjectOf = (certificate: Buffer) => findNameValue(parseCertificate(certificate).subject, 'CN');

async function identities(contractorId: ContractorId) {
  return query<{ superseded: boolean; revoked: boolean }>(
    `select superseded_at is not null as superseded, revoked_at is not null as revoked
     from windows_identities where contractor_id = $1 order by issued_at, serial`,
    [contractorId],
  );
}

const notEligible = { subcode: 's:Authorization', type: 'NotEligibleToRenew' };
const seen = ({ subcode, type }: { subcode: string; type: string | undefined }) => ({ subcode, type });

test('a certificate is renewed with a new key in its last 60 days; the old one stays good beside it', async () => {
  const { contractorId, pc } = await enrolled();
  bench.clock.advance('P320D');
  const key = newKey();
  const renewed = provisionedBy(await pc.renew(key));
  assert.deepEqual(parseCertificate(renewed.certificate).spki, spkiOf(key));
  assert.equal(subjectOf(renewed.certificate), subjectOf(pc.provisioned?.certificate ?? Buffer.alloc(0)));
  assert.equal(parms(characteristic(renewed.document, 'APPLICATION'))['PROVIDER-ID'], 'Tsukasa');
  assert.equal(characteristic(renewed.document, 'DMClient'), undefined);
  const both = await identities(contractorId);
  assert.deepEqual(both, [
    { superseded: false, revoked: false },
    { superseded: false, revoked: false },
  ]);
});

test('the same renewal again gets the same certificate; another key takes the place of what was not used', async () => {
  const { contractorId, pc } = await enrolled();
  bench.clock.advance('P320D');
  const key = newKey();
  const all = await Promise.all([pc.renew(key), pc.renew(key)]);
  all.push(await pc.renew(key));
  const [one, two, three] = all.map(provisionedBy);
  assert.deepEqual(one?.certificate, two?.certificate);
  assert.deepEqual(one?.certificate, three?.certificate);
  assert.equal((await identities(contractorId)).length, 2);
  bench.clock.advance('PT1M');
  provisionedBy(await pc.renew(newKey()));
  const states = (await identities(contractorId)).map(({ superseded }) => superseded);
  assert.deepEqual(states, [false, true, false]);
  const replaced = { certificate: one?.certificate ?? Buffer.alloc(0), privateKey: key };
  assert.deepEqual(seen(faultIn(await pc.renew(newKey(), replaced))), notEligible);
});

test('a certificate is not renewed before its time, unless the server asked for it, and not long after its end', async () => {
  const { contractorId, pc } = await enrolled();
  assert.deepEqual(seen(faultIn(await pc.renew(newKey()))), notEligible);
  await query('update windows_enrollments set renewal_asked_at = now() where contractor_id = $1', [contractorId]);
  const key = newKey();
  pc.provisioned = provisionedBy(await pc.renew(key));
  pc.key = key;
  assert.deepEqual(seen(faultIn(await pc.renew(newKey()))), notEligible); // once
  bench.clock.advance('P440D');
  provisionedBy(await pc.renew(newKey())); // was off for a while
  bench.clock.advance('P30D');
  assert.deepEqual(seen(faultIn(await pc.renew(newKey()))), notEligible);
});

test('a forged renewal is refused, whoever forged it', async () => {
  const { contractorId, pc } = await enrolled();
  bench.clock.advance('P320D');
  const other = newKey();
  const stolen = faultIn(await pc.renew(newKey(), { privateKey: other })); // the certificate without its key
  assert.equal(stolen.subcode, 'a:InvalidSecurity');
  const name = subjectOf(pc.provisioned?.certificate ?? Buffer.alloc(0)) ?? '';
  const made = issueCertificate({
    issuer: 'self',
    issuerKey: other,
    subject: buildName([['CN', name]]),
    spki: spkiOf(other),
    serial: Buffer.from([1]),
    notBefore: bench.clock.now().epochMilliseconds - 1000,
    notAfter: bench.clock.now().epochMilliseconds + 86_400_000,
  }).der;
  assert.deepEqual(seen(faultIn(await pc.renew(newKey(), { certificate: made, privateKey: other }))), notEligible);
  const url = `${bench.url}/EnrollmentServer/Enrollment.svc`;
  const garbage = requestBody({ type: 'Renew', token: Buffer.from('300100', 'hex') });
  assert.equal(faultIn(await post(url, soap(garbage, byPassword('x', '')))).subcode, 'a:InvalidSecurity');
  assert.equal((await identities(contractorId)).length, 1);
  assert.deepEqual(await bench.events(contractorId), ['renewal.unknown_certificate']);
});

test('a certificate that a trusted proxy saw on the connection must be the one that signed', async () => {
  const trusting = await enrollmentBench(database, { trusted: true });
  const contractorId = await trusting.newContractor();
  const { code } = await trusting.invite(contractorId, { maxUses: 2 });
  const [pc, other] = [new TestPc(trusting.url), new TestPc(trusting.url)];
  const [own, foreign] = [await pc.enroll(code), await other.enroll(code)];
  trusting.clock.advance('P320D');
  const shown = (value: string) => ({ [CERT_HEADER]: value });
  const encoded = (certificate: Buffer) => shown(`:${certificate.toString('base64')}:`);
  for (const headers of [encoded(foreign.certificate), shown('garbage')]) {
    assert.equal(faultIn(await pc.renew(newKey(), {}, headers)).subcode, 'a:InvalidSecurity');
  }
  for (const headers of [encoded(own.certificate), shown(''), {}]) {
    provisionedBy(await pc.renew(newKey(), {}, headers));
  }
  const { pc: untrusting } = await enrolled(); // who is no trusted proxy is not listened to
  bench.clock.advance('P320D');
  provisionedBy(await untrusting.renew(newKey(), {}, encoded(foreign.certificate)));
});

test('a revoked certificate renews nothing, nor does one of an enrollment that ended', async () => {
  const { contractorId, pc } = await enrolled();
  bench.clock.advance('P320D');
  const { serialHex } = parseCertificate(pc.provisioned?.certificate ?? Buffer.alloc(0));
  await database.db.asContractor(contractorId, (tx) =>
    bench.certificates.revoke(tx, contractorId, {
      serial: serialHex,
      reason: 'lost',
      actor: { kind: 'user', id: 'u1', name: '管理者' },
      now: bench.clock.now(),
    }),
  );
  assert.deepEqual(seen(faultIn(await pc.renew(newKey()))), notEligible);
  const again = await enrolled();
  bench.clock.advance('P320D');
  await query("update windows_enrollments set state = 'gone' where contractor_id = $1", [again.contractorId]);
  assert.deepEqual(seen(faultIn(await again.pc.renew(newKey()))), notEligible);
  assert.deepEqual(await bench.events(contractorId), ['renewal.not_valid']);
});

test('a renewal needs a new key: neither the present one nor one that was replaced', async () => {
  const { contractorId, pc } = await enrolled();
  bench.clock.advance('P320D');
  assert.equal(faultIn(await pc.renew(pc.key)).subcode, 's:CertificateRequest');
  const replaced = newKey();
  provisionedBy(await pc.renew(replaced));
  provisionedBy(await pc.renew(newKey()));
  assert.equal(faultIn(await pc.renew(replaced)).subcode, 's:CertificateRequest');
  assert.deepEqual(await bench.events(contractorId), ['enrollment.key_reused']);
});

test('the record of certificates says which one follows which', async () => {
  const { contractorId, pc } = await enrolled();
  bench.clock.advance('P320D');
  const renewed = provisionedBy(await pc.renew(newKey()));
  const text = 'select renews, state, subject from issued_certificates where sha256 = $1';
  const [row] = await query(text, [hash('sha256', renewed.certificate, 'buffer')]);
  const { serialHex } = parseCertificate(pc.provisioned?.certificate ?? Buffer.alloc(0));
  assert.deepEqual(row, { renews: serialHex, state: 'issued', subject: `CN=${subjectOf(renewed.certificate)}` });
  const bound = await database.db.asContractor(contractorId, (tx) =>
    bench.windows.bindings.ofSerial(tx, contractorId, serialHex),
  );
  assert.equal(bound?.live, true);
});

test('an administrator is told once that a certificate was not renewed, once that it ended, and nothing when it was', async () => {
  const [silent, renewing] = [await enrolled(), await enrolled()];
  const tell = () => tellExpiries({ db: database.db, clock: bench.clock, enqueue: bench.windows.enqueue });
  bench.clock.advance('P340D');
  await tell();
  provisionedBy(await renewing.pc.renew(newKey()));
  assert.deepEqual(await bench.events(silent.contractorId), []);
  bench.clock.advance('P12D');
  await Promise.all([tell(), tell()]);
  bench.clock.advance('PT2H');
  await tell();
  assert.deepEqual(await bench.events(silent.contractorId), ['identity.expiring']);
  bench.clock.advance('P15D');
  await tell();
  await tell();
  assert.deepEqual(await bench.events(silent.contractorId), ['identity.expiring', 'identity.expired']);
  assert.deepEqual(await bench.events(renewing.contractorId), []);
  const [row] = await query<{ details: { daysLeft: number } }>(
    "select details from device_events where contractor_id = $1 and kind = 'identity.expiring'",
    [silent.contractorId],
  );
  assert.equal(row?.details.daysLeft, 13);
  const asked = await query<{ contractor_id: string; target: string }>(
    `select contractor_id, request->'items'->0->>'target' as target
     from windows_commands where purpose = 'upkeep' and contractor_id in ($1, $2)`,
    [silent.contractorId, renewing.contractorId],
  );
  assert.deepEqual(asked, [
    { contractor_id: silent.contractorId, target: './Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew/RenewNow' },
  ]);
});

test('used sign-in tokens are forgotten when nobody could present them any more', async () => {
  const { contractorId } = await enrolled();
  const [invitation] = await query<{ invitation_id: string }>(
    'select invitation_id from enrollment_invitations where contractor_id = $1',
    [contractorId],
  );
  const insert = (expires: Temporal.Instant, id: string) =>
    query(
      `insert into windows_signin_tokens (contractor_id, token_id, invitation_id, used_by_sha256, used_at, expires_at)
       values ($1, $2, $3, '\\x00', now(), $4)`,
      [contractorId, id, invitation?.invitation_id, expires.toString()],
    );
  const now = bench.clock.now();
  await insert(now.subtract({ hours: 25 }), '00000000-0000-7000-8000-000000000001');
  await insert(now.subtract({ hours: 23 }), '00000000-0000-7000-8000-000000000002');
  await database.db.jobs((tx) => forgetTokens(tx, now));
  const left = await query('select token_id from windows_signin_tokens where contractor_id = $1', [contractorId]);
  assert.deepEqual(left, [{ token_id: '00000000-0000-7000-8000-000000000002' }]);
});
