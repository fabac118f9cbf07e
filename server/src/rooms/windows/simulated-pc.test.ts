import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownKeys, sharedKeys, WindowsDevice, type WindowsDeviceChoice, WindowsEnrollmentRefused } from '@tsukasa/fakes';
import { testDatabase } from '../../base/testing.ts';
import { enrollmentBench } from './testing-enrollment.ts';

const database = await testDatabase();
const { query } = database;
const bench = await enrollmentBench(database);
const keys = sharedKeys(3);
const discoveryUrl = `${bench.url}/EnrollmentServer/Discovery.svc`;

function makePc(choice: Partial<WindowsDeviceChoice> = {}): WindowsDevice {
  return new WindowsDevice({ seed: 'one', keys, now: () => bench.clock.now().epochMilliseconds, ...choice });
}

async function enrollments(
  contractorId: string,
): Promise<readonly { readonly state: string; readonly device: string }[]> {
  return query<{ state: string; device: string }>(
    'select state, device_id as device from windows_enrollments where contractor_id = $1 order by requested_at',
    [contractorId],
  );
}

test('a simulated PC finds nothing to object to, whatever its edition, build and version', async () => {
  const contractorId = await bench.newContractor();
  const { code } = await bench.invite(contractorId, { maxUses: 10 });
  const pcs = [
    makePc({ seed: 'a', edition: 'home', build: 19045, requestVersion: '5.0' }),
    makePc({ seed: 'b', edition: 'pro', build: 22631, requestVersion: '9.0' }),
    makePc({ seed: 'c', edition: 'enterprise', build: 26200, requestVersion: '12.0', enrollmentType: 'Device' }),
  ];
  for (const pc of pcs) {
    await pc.enroll({ discoveryUrl, userName: 'sato', password: code, offers: ['OnPremise'] });
    assert.equal(pc.state.phase, 'enrolled');
    assert.equal(pc.account?.providerId, 'Tsukasa');
  }
  assert.equal((await enrollments(contractorId)).length, 3);
});

test('it signs in on the page, with a typed code and with one that the address names', async () => {
  const contractorId = await bench.newContractor();
  const { code } = await bench.invite(contractorId, { maxUses: 2 });
  await makePc({ seed: 'typed' }).enroll({ discoveryUrl, userName: 'ana@example.jp', password: code });
  const named = `${bench.url}/EnrollmentServer/${code}/Discovery.svc`;
  await makePc({ seed: 'named' }).enroll({ discoveryUrl: named, userName: 'ana@example.jp', password: '' });
  assert.equal((await enrollments(contractorId)).length, 2);
});

test('it opens the link of an invitation and goes where the button leads', async () => {
  const contractorId = await bench.newContractor();
  const invited = await bench.invite(contractorId);
  const link = await makePc({ seed: 'link' }).enrollFromLink(invited.url);
  assert.equal(link.code, invited.code);
  assert.equal((await enrollments(contractorId)).length, 1);
});

test('a wrong code, a used one and a forged request show the person what Windows has for them', async () => {
  const contractorId = await bench.newContractor();
  const { code } = await bench.invite(contractorId);
  const refused = (hresult: string) => (error: unknown) =>
    error instanceof WindowsEnrollmentRefused && error.hresult === hresult;
  const choice = { discoveryUrl, userName: 'x', offers: ['OnPremise'] as const };
  await assert.rejects(makePc({ seed: 'w' }).enroll({ ...choice, password: 'guess' }), refused('0x80180002'));
  await assert.rejects(
    makePc({ seed: 'f', forgedCsr: true }).enroll({ ...choice, password: code }),
    refused('0x80180004'),
  );
  await makePc({ seed: 'first' }).enroll({ ...choice, password: code });
  await assert.rejects(makePc({ seed: 'second' }).enroll({ ...choice, password: code }), WindowsEnrollmentRefused);
});

test('a PC that was installed anew enrolls again as the same device', async () => {
  const contractorId = await bench.newContractor();
  const { code } = await bench.invite(contractorId, { maxUses: 2 });
  const pc = makePc({ seed: 'again' });
  const choice = { discoveryUrl, userName: 'x', password: code, offers: ['OnPremise'] as const };
  await pc.enroll(choice);
  pc.reinstall();
  await pc.enroll(choice);
  const rows = await enrollments(contractorId);
  assert.equal(new Set(rows.map(({ device }) => device)).size, 1);
  assert.equal(rows.filter(({ state }) => state !== 'gone').length, 1);
});

test('it renews in its window for a new key, and is refused before and in a foreign name', async () => {
  const contractorId = await bench.newContractor();
  const { code } = await bench.invite(contractorId, { maxUses: 2 });
  const pc = makePc({ seed: 'renews', keys: ownKeys });
  const stranger = makePc({ seed: 'stranger', keys: ownKeys });
  for (const one of [pc, stranger]) {
    await one.enroll({ discoveryUrl, userName: 'x', password: code, offers: ['OnPremise'] });
  }
  assert.equal(await pc.renewIfDue(), false);
  assert.equal(await pc.renew(), false);
  assert.equal(pc.state.renewal.errorCode, 0x80180016 | 0);
  bench.clock.advance('P320D');
  const before = pc.identity;
  assert.equal(await pc.renewIfDue(), true);
  assert.notDeepEqual(pc.identity?.certificate.spki, before?.certificate.spki);
  assert.equal(pc.state.renewal.status, 2);
  const impostor = { certificate: stranger.identity?.certificate, privateKey: await ownKeys(2048) };
  assert.ok(impostor.certificate);
  const forged = await stranger.renew({
    signer: { certificate: impostor.certificate, privateKey: impostor.privateKey },
  });
  assert.equal(forged, false);
});
