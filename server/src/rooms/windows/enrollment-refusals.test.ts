import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { FAULT_SUBCODES, xml } from '@tsukasa/windows-mdm';
import fc from 'fast-check';
import type { ContractorId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { ENROLLMENT_REFUSALS, type EnrollmentRefusalKind } from './enrollment-refusal.ts';
import {
  byPassword,
  byToken,
  discoverBody,
  enrollmentBench,
  faultIn,
  type Invited,
  newKey,
  policiesBody,
  post,
  quirkyCsr,
  requestBody,
  type SoapAnswer,
  soap,
  TestPc,
} from './testing-enrollment.ts';

const database = await testDatabase();
const { query } = database;
const bench = await enrollmentBench(database);
const key = newKey();
const enrollment = `${bench.url}/EnrollmentServer/Enrollment.svc`;

type Ground = { readonly contractorId: ContractorId; readonly invited: Invited; readonly pc: TestPc };

/** Every refusal of an enrollment whose credential names a contractor: fault, event, and nothing left behind. */
const CASES: Partial<Record<EnrollmentRefusalKind, (ground: Ground) => Promise<SoapAnswer>>> = {
  'enrollment.other_platform': async ({ contractorId, pc }) =>
    pc.request(byPassword('x', (await bench.invite(contractorId, { platform: 'apple' })).code)),
  'enrollment.invitation_not_usable': async ({ contractorId, invited, pc }) => {
    await bench.revokeInvitation(contractorId, invited);
    return pc.request(byPassword('x', invited.code));
  },
  'enrollment.not_entitled': async ({ invited, pc }) => {
    bench.entitlement.missing.add('enroll');
    const answer = await pc.request(byPassword('x', invited.code));
    bench.entitlement.missing.clear();
    return answer;
  },
  'enrollment.not_supported': async ({ invited, pc }) => {
    pc.context['OSVersion'] = '10.0.10240.1';
    bench.unsupported.set('10.0.10240.1', { code: 'os.version', what: 'os', supported: 'Windows 10.0.19044+' });
    return pc.request(byPassword('x', invited.code));
  },
  'enrollment.no_device_id': async ({ invited, pc }) => {
    delete pc.context['DeviceID'];
    return pc.request(byPassword('x', invited.code));
  },
  'enrollment.bad_request': ({ invited, pc }) => {
    const broken = quirkyCsr(key, (tbs) => {
      const copy = Buffer.from(tbs);
      const cn = copy.indexOf('b1c43cd0');
      copy.writeUInt8(copy.readUInt8(cn) ^ 1, cn);
      return copy;
    });
    return pc.request(byPassword('x', invited.code), broken);
  },
  'enrollment.weak_key': ({ invited, pc }) => pc.request(byPassword('x', invited.code), quirkyCsr(newKey(1024))),
};

for (const [kind, act] of Object.entries(CASES)) {
  test(`${kind}: a fault, an event with the same trace, no enrollment, no use of the invitation`, async () => {
    const contractorId = await bench.newContractor();
    const invited = await bench.invite(contractorId);
    const answer = await act({ contractorId, invited, pc: new TestPc(bench.url, {}, key) });
    const fault = faultIn(answer);
    const expected: { subcode: string; detail?: string } = ENROLLMENT_REFUSALS[kind as EnrollmentRefusalKind];
    assert.equal(fault.subcode.slice(2), expected.subcode);
    assert.equal(fault.type, expected.detail ?? expected.subcode);
    const events = await query<{ kind: string; details: { traceId: string } }>(
      'select kind, details from device_events where contractor_id = $1',
      [contractorId],
    );
    assert.deepEqual(
      events.map((event) => [event.kind, event.details.traceId]),
      [[kind, fault.traceId]],
    );
    assert.equal((await query('select 1 from windows_enrollments where contractor_id = $1', [contractorId])).length, 0);
    assert.equal((await query('select 1 from devices where contractor_id = $1', [contractorId])).length, 0);
    assert.equal(await bench.uses(invited), 0);
  });
}

test('a request that is signed by another key is refused even when it names the right one', async () => {
  const { code } = await bench.invite(await bench.newContractor());
  const [mine, theirs] = [quirkyCsr(key), quirkyCsr(newKey())];
  const spki = (csr: Buffer) => csr.subarray(csr.indexOf(Buffer.from('300d06092a864886f70d010101', 'hex')), -256);
  const mixed = Buffer.from(mine);
  spki(theirs).copy(mixed, mixed.length - 256 - spki(theirs).length);
  const fault = faultIn(await new TestPc(bench.url, {}, key).request(byPassword('x', code), mixed));
  assert.equal(fault.subcode, 's:CertificateRequest');
});

test('a live device id belongs to its hardware; when its enrollment has ended it is free', async () => {
  const contractorId = await bench.newContractor();
  const pc = new TestPc(bench.url);
  await pc.enroll((await bench.invite(contractorId)).code);
  const impostor = new TestPc(bench.url, { DeviceID: pc.devId });
  const invited = await bench.invite(contractorId);
  assert.equal(faultIn(await impostor.request(byPassword('x', invited.code))).subcode, 's:Authorization');
  assert.deepEqual(await bench.events(contractorId), ['enrollment.hardware_differs']);
  await query("update windows_enrollments set state = 'gone' where contractor_id = $1", [contractorId]);
  await impostor.enroll(invited.code);
  assert.equal((await query('select 1 from devices where contractor_id = $1', [contractorId])).length, 2);
});

test('a client that does not say its hardware is known again by what it said before', async () => {
  const contractorId = await bench.newContractor();
  const pc = new TestPc(bench.url);
  await pc.enroll((await bench.invite(contractorId)).code);
  delete pc.context['HWDevID'];
  pc.key = newKey();
  await pc.enroll((await bench.invite(contractorId)).code);
  assert.equal((await query('select 1 from devices where contractor_id = $1', [contractorId])).length, 1);
});

test('the credential of one contractor is nothing to another, whatever the message says', async () => {
  const [own, other] = [await bench.newContractor(), await bench.newContractor()];
  const { code } = await bench.invite(own);
  const bytes = Buffer.from(code, 'base64url');
  const moved = Buffer.concat([Buffer.from(other.replaceAll('-', ''), 'hex'), bytes.subarray(16)]).toString(
    'base64url',
  );
  assert.equal(
    faultIn(await new TestPc(bench.url, {}, key).request(byPassword('x', moved))).subcode,
    's:Authentication',
  );
  assert.deepEqual([await bench.events(own), await bench.events(other)], [[], ['enrollment.wrong_code']]);
});

test('sign-ins that we do not have are refused by name', async () => {
  const pc = new TestPc(bench.url, {}, key);
  const jwt = faultIn(await pc.request(byToken('a.b.c', 'urn:ietf:params:oauth:token-type:jwt')));
  assert.deepEqual([jwt.subcode, jwt.type], ['s:Authentication', 'NotSupported']);
  const signature = xml`<wsse:Security xmlns:wsse="x"><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></wsse:Security>`;
  assert.equal(faultIn(await pc.request(signature)).type, 'NotSupported');
  assert.equal(faultIn(await pc.request(byPassword('x', ''))).subcode, 's:Authentication');
});

test('a message that cannot be read is a fault that tells nothing of it', async () => {
  const bomb = `<!DOCTYPE s [<!ENTITY a "secret">${'<!ENTITY b "&a;&a;">'.repeat(20)}]><s>&b;</s>`;
  for (const body of ['', 'secret', '<secret', '<a/>', bomb, soap(xml`<secret/>`)]) {
    const answer = await post(enrollment, Buffer.from(body));
    assert.equal(faultIn(answer).subcode, 's:MessageFormat');
    assert.ok(!answer.text.includes('secret'));
  }
  const packed = await post(enrollment, soap(policiesBody), { 'content-encoding': 'gzip' });
  assert.equal(faultIn(packed).subcode, 's:MessageFormat');
});

test('a body that is too large is refused, announced or not', async () => {
  const large = Buffer.alloc(1024 * 1024 + 1, 0x20);
  assert.equal(faultIn(await post(enrollment, large)).subcode, 's:MessageFormat');
  const status = await new Promise<number | undefined>((done, fail) => {
    const sent = httpRequest(enrollment, { method: 'POST' }, (response) => {
      response.resume();
      done(response.statusCode);
    });
    sent.on('error', fail);
    for (let chunk = 0; chunk < 17; chunk++) sent.write(Buffer.alloc(64 * 1024, 0x20)); // chunked: no length
    sent.end();
  });
  assert.equal(status, 500);
});

test('no answer is a redirect or of unknown length, and every fault has a known subcode', async () => {
  const own = await enrollmentBench(database);
  const whole = soap(
    requestBody({ token: quirkyCsr(key), context: { DeviceID: 'x' } }),
    byPassword('x', 'y'),
  ).toString();
  const paths = fc.constantFrom('Discovery', 'Policy', 'Enrollment');
  const texts = fc.constantFrom(whole, soap(discoverBody(['OnPremise'])).toString(), soap(policiesBody).toString());
  const cuts = fc.tuple(fc.nat(whole.length), fc.nat(30), fc.string({ maxLength: 8 }));
  await fc.assert(
    fc.asyncProperty(paths, texts, cuts, async (path, text, [from, length, put]) => {
      const body = Buffer.from(text.slice(0, from) + put + text.slice(from + length));
      const answer = await post(`${own.url}/EnrollmentServer/${path}.svc`, body);
      if (answer.status === 200) return;
      const { subcode } = faultIn(answer);
      assert.ok(FAULT_SUBCODES.some((known) => subcode.endsWith(`:${known}`)) && subcode !== 'a:InternalServiceFault');
    }),
    { numRuns: 60 },
  );
});

test('the room takes the paths of enrollment and leaves all others to whose they are', async () => {
  for (const { path, status } of [
    { path: '/', status: 418 },
    { path: '/EnrollmentServer/', status: 418 },
    { path: '/EnrollmentServer/x/Discovery.svc', status: 418 },
    { path: '/EnrollmentServer/Discovery.svc/x', status: 418 },
    { path: '/enroll/windows', status: 404 },
    { path: '/enroll/windows/other', status: 404 },
  ]) {
    assert.equal((await fetch(`${bench.url}${path}`)).status, status, path);
  }
});
