import assert from 'node:assert/strict';
import { createPublicKey, hash, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { findNameValue, isValidAt, parseCertificate, spkiOf, verifyIssuedBy } from '@tsukasa/cms';
import { childText, xml } from '@tsukasa/windows-mdm';
import { testDatabase } from '../../base/testing.ts';
import {
  at,
  byPassword,
  byToken,
  characteristic,
  discoverBody,
  enrollmentBench,
  faultIn,
  newKey,
  parms,
  policiesBody,
  post,
  provisionedBy,
  quirkyCsr,
  soap,
  TestPc,
} from './testing-enrollment.ts';

const database = await testDatabase();
const { query } = database;
const bench = await enrollmentBench(database);
const discovery = `${bench.url}/EnrollmentServer/Discovery.svc`;

test('discovery answers a probe with nothing, with a length', async () => {
  for (const path of ['/EnrollmentServer/Discovery.svc', '/enrollmentserver/discovery.svc?x=1']) {
    const probe = await fetch(`${bench.url}${path}`);
    assert.equal(probe.status, 200);
    assert.equal(probe.headers.get('content-length'), '0');
    assert.equal(probe.headers.get('content-type'), 'text/html');
  }
  assert.equal((await fetch(`${bench.url}/EnrollmentServer/Policy.svc`)).status, 405);
  assert.equal((await fetch(discovery, { method: 'PUT', body: 'x' })).status, 405);
});

test('discovery answers with a policy that was offered, and relates to the question', async () => {
  for (const { offered, chosen } of [
    { offered: ['OnPremise'], chosen: 'OnPremise' },
    { offered: ['OnPremise', 'Federated'], chosen: 'Federated' },
    { offered: ['Certificate', 'Federated'], chosen: 'Federated' },
    { offered: ['Something', 'OnPremise'], chosen: 'OnPremise' },
  ]) {
    const answer = await post(discovery, soap(discoverBody(offered), undefined, 'urn:uuid:42'));
    assert.equal(at(answer.header, 'RelatesTo').text, 'urn:uuid:42');
    const result = at(answer.body, 'DiscoverResult');
    assert.equal(childText(result, 'AuthPolicy'), chosen);
    const page = childText(result, 'AuthenticationServiceUrl');
    assert.equal(page, chosen === 'Federated' ? `${bench.url}/enroll/windows/signin` : undefined);
    assert.equal(childText(result, 'EnrollmentServiceUrl'), `${bench.url}/EnrollmentServer/Enrollment.svc`);
  }
  const none = faultIn(await post(discovery, soap(discoverBody(['Certificate']))));
  assert.deepEqual([none.subcode, none.type], ['s:Authentication', 'NotSupported']);
});

test('what discovery does not know never makes it fail', async () => {
  const odd = [xml`<RequestVersion2>99</RequestVersion2>`, xml`<Nested><OSEdition>x</OSEdition></Nested>`];
  const answer = await post(discovery, soap(discoverBody(['OnPremise'], odd)));
  assert.equal(answer.body.name, 'DiscoverResponse');
});

test('a discovery address with an invitation in it leads to the page of that invitation, for ever', async () => {
  const contractorId = await bench.newContractor();
  const { code } = await bench.invite(contractorId);
  const url = `${bench.url}/EnrollmentServer/${code}/Discovery.svc`;
  const page = async () => {
    const answer = await post(url, soap(discoverBody(['Federated'])));
    return childText(at(answer.body, 'DiscoverResult'), 'AuthenticationServiceUrl');
  };
  assert.equal(await page(), `${bench.url}/enroll/windows/signin/${code}`);
  bench.clock.advance('P400D');
  assert.equal(await page(), `${bench.url}/enroll/windows/signin/${code}`);
});

test('the policy tells a wrong code at once, and the truth to everybody else', async () => {
  const contractorId = await bench.newContractor();
  const { code } = await bench.invite(contractorId);
  const url = `${bench.url}/EnrollmentServer/Policy.svc`;
  for (const security of [byPassword('x', code), byToken(code), byPassword('x', ''), undefined]) {
    const answer = await post(url, soap(policiesBody, security));
    assert.equal(answer.body.name, 'GetPoliciesResponse');
  }
  const wrong = faultIn(await post(url, soap(policiesBody, byPassword('x', 'guess'))));
  assert.equal(wrong.subcode, 's:Authentication');
  const other = await bench.newContractor();
  const stranger = Buffer.concat([Buffer.from(other.replaceAll('-', ''), 'hex'), Buffer.alloc(16, 1)]);
  const guessed = faultIn(await post(url, soap(policiesBody, byPassword('x', stranger.toString('base64url')))));
  assert.equal(guessed.subcode, 's:Authentication');
  assert.deepEqual(await bench.events(other), ['enrollment.wrong_code']);
});

test('a PC enrolls with the invitation code as its password and gets everything it needs', async () => {
  const contractorId = await bench.newContractor();
  const invited = await bench.invite(contractorId);
  const pc = new TestPc(bench.url);
  const { document, certificate, root, store } = await pc.enroll(invited.code);
  assert.equal(store, 'User');
  const [client, authority] = [parseCertificate(certificate), parseCertificate(root)];
  assert.ok(verifyIssuedBy(client, authority));
  assert.deepEqual(client.spki, spkiOf(createPublicKey(pc.key)));
  assert.ok(isValidAt(client, bench.clock.now().epochMilliseconds));
  assert.deepEqual(new X509Certificate(certificate).keyUsage, ['1.3.6.1.5.5.7.3.2']);
  const account = parms(characteristic(document, 'APPLICATION'));
  const criteria = new URLSearchParams(account['SSLCLIENTCERTSEARCHCRITERIA']);
  assert.equal(criteria.get('Subject'), `CN=${findNameValue(client.subject, 'CN')}`);
  assert.equal(client.subject.attributes.length, 1);
  assert.equal(criteria.get('Stores'), 'My\\User');
  assert.equal(account['ADDR'], `${bench.url}/ManagementServer/${contractorId}/MDM.svc`);
  assert.equal(account['NAME'], '株式会社 <テスト> & Co');
  const provider = parms(characteristic(document, 'DMClient', 'Provider', 'Tsukasa'));
  assert.equal(provider['UPN'], 'ana@example.jp');
  const [device] = await query(
    'select platform, os_family, os_version, name, management_state, hardware_id, device_id from devices where device_id = $1',
    [provider['EntDMID']],
  );
  assert.equal(device?.['platform'], 'windows');
  assert.equal(device?.['os_version'], '10.0.26100.1742');
  assert.equal(device?.['hardware_id'], pc.context['HWDevID']);
  assert.equal(device?.['management_state'], 'enrolling');
  assert.equal(await bench.uses(invited), 1);
});

test('the hash that is kept is that of the name and secret that the PC got', async () => {
  const contractorId = await bench.newContractor();
  const pc = new TestPc(bench.url, { EnrollmentType: 'Device' });
  const { document, store } = await pc.enroll((await bench.invite(contractorId)).code);
  assert.equal(store, 'System');
  const application = characteristic(document, 'APPLICATION');
  const credentials = (application?.children ?? []).filter(({ name }) => name === 'characteristic').map(parms);
  const own = credentials.find((credential) => credential['AAUTHLEVEL'] === 'APPSRV');
  const [row] = await query<{ enrollment_id: string; sealed_md5: Buffer; md5_name: string; md5_nonce: Buffer }>(
    'select enrollment_id, sealed_md5, md5_name, md5_nonce from windows_enrollments where contractor_id = $1',
    [contractorId],
  );
  assert.ok(row);
  const purpose = { use: 'windows.md5', row: row.enrollment_id };
  const kept = await database.db.asContractor(contractorId, (tx) =>
    bench.secrets.openFor(tx, contractorId, purpose, row.sealed_md5),
  );
  assert.equal(kept.toString('hex'), hash('md5', `${own?.['AAUTHNAME']}:${own?.['AAUTHSECRET']}`, 'hex'));
  assert.equal(row.md5_nonce.toString('base64'), own?.['AAUTHDATA']);
  assert.notEqual(own?.['AAUTHSECRET'], credentials.find((one) => one['AAUTHLEVEL'] === 'CLIENT')?.['AAUTHSECRET']);
});

test('the same request again changes nothing and gets the same document, at the same time too', async () => {
  const contractorId = await bench.newContractor();
  const invited = await bench.invite(contractorId);
  const pc = new TestPc(bench.url);
  const csr = quirkyCsr(pc.key);
  const ask = async () => provisionedBy(await pc.request(byPassword('ana', invited.code), csr));
  const all = await Promise.all([ask(), ask(), ask()]);
  all.push(await ask());
  for (const { document } of all) assert.deepEqual(document, all[0]?.document);
  assert.equal(await bench.uses(invited), 1);
  const rows = await query('select 1 from windows_identities where contractor_id = $1', [contractorId]);
  assert.equal(rows.length, 1);
});

test('an invitation for one PC lets a second one in no more, but the first one again', async () => {
  const contractorId = await bench.newContractor();
  const invited = await bench.invite(contractorId);
  const pc = new TestPc(bench.url);
  await pc.enroll(invited.code);
  const late = faultIn(await new TestPc(bench.url).request(byPassword('x', invited.code)));
  assert.deepEqual([late.subcode, late.type], ['s:Authorization', 'DeviceCapReached']);
  pc.key = newKey();
  await pc.enroll(invited.code);
  assert.equal(await bench.uses(invited), 1);
});

test('a PC that enrolls anew takes the place of what it was: enrollment ended, certificates revoked', async () => {
  const contractorId = await bench.newContractor();
  const pc = new TestPc(bench.url);
  const first = await pc.enroll((await bench.invite(contractorId)).code);
  bench.clock.advance('PT1M');
  const again = new TestPc(bench.url, { HWDevID: pc.context['HWDevID'] ?? '' }); // after a reset: another DeviceID
  const second = await again.enroll((await bench.invite(contractorId)).code);
  const deviceOf = (provisioned: typeof first) =>
    parms(characteristic(provisioned.document, 'DMClient', 'Provider', 'Tsukasa'))['EntDMID'];
  assert.equal(deviceOf(first), deviceOf(second));
  const states = await query(
    'select dev_id, state, gone_reason from windows_enrollments where contractor_id = $1 order by state',
    [contractorId],
  );
  assert.deepEqual(states, [
    { dev_id: pc.devId, state: 'gone', gone_reason: 'reenrolled' },
    { dev_id: again.devId, state: 'pending', gone_reason: null },
  ]);
  const revoked = await query<{ revoked: boolean }>(
    'select revoked_at is not null as revoked from windows_identities where certificate_sha256 = $1',
    [hash('sha256', first.certificate, 'buffer')],
  );
  assert.deepEqual(revoked, [{ revoked: true }]);
  assert.deepEqual(await bench.events(contractorId), ['enrollment.replaced']);
  const audited = "select 1 from audit_entries where contractor_id = $1 and action = 'certificate.revoked'";
  assert.equal((await query(audited, [contractorId])).length, 1);
});

test('many PCs enroll through one invitation, each for itself', async () => {
  const contractorId = await bench.newContractor();
  const invited = await bench.invite(contractorId, { maxUses: 5 });
  const pcs = Array.from({ length: 4 }, () => new TestPc(bench.url));
  await Promise.all(pcs.map((pc) => pc.enroll(invited.code)));
  assert.equal(await bench.uses(invited), 4);
  const rows = await query('select distinct device_id from windows_enrollments where contractor_id = $1', [
    contractorId,
  ]);
  assert.equal(rows.length, 4);
});

test('the same key on another PC is another enrollment, and again on the same PC after it left a new one', async () => {
  const contractorId = await bench.newContractor();
  const invited = await bench.invite(contractorId, { maxUses: 5 });
  const [one, two] = [new TestPc(bench.url), new TestPc(bench.url)];
  two.key = one.key;
  const first = await one.enroll(invited.code);
  const second = await two.enroll(invited.code);
  assert.notDeepEqual(first.certificate, second.certificate);
  await query("update windows_enrollments set state = 'gone' where contractor_id = $1 and dev_id = $2", [
    contractorId,
    one.devId,
  ]);
  const third = await one.enroll(invited.code);
  assert.notDeepEqual(first.certificate, third.certificate);
  const enrollments = 'select 1 from windows_enrollments where contractor_id = $1';
  assert.equal((await query(enrollments, [contractorId])).length, 3);
});
