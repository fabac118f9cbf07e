import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnrollmentProfile } from '@tsukasa/apple-mdm';
import { testDatabase } from '../../base/testing.ts';
import { appleBench, TestDevice } from './testing.ts';

const database = await testDatabase();
const { query } = database;
const bench = await appleBench(database);

const page = (link: string, headers: Record<string, string> = {}) =>
  fetch(link, { headers: { accept: 'text/html,*/*', ...headers } });

test('a device enrolls from the link alone, is asked everything, and answers', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  const [row] = await query('select management_state, os_version, os_family from devices where device_id = $1', [
    device.deviceId,
  ]);
  assert.deepEqual(row, { management_state: 'managed', os_version: '17.4', os_family: 'iOS' });
  assert.deepEqual(await device.drain(), [
    'DeviceInformation',
    'SecurityInfo',
    'InstalledApplicationList',
    'ProfileList',
    'CertificateList',
    'DeclarativeManagement',
  ]);
  const [seen] = await query('select name, supervised, passcode_present, encrypted from devices where device_id = $1', [
    device.deviceId,
  ]);
  assert.deepEqual(seen, { name: 'iPhone', supervised: true, passcode_present: true, encrypted: true });
  assert.equal((await query('select 1 from apple_answers')).length, 0);
  assert.equal(await device.poll(), undefined);
});

test('a refresh is done when all of its commands are', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  await device.drain();
  const { actionId } = await device.ask({ type: 'refresh' });
  assert.equal(await device.actionState(actionId), 'queued');
  const first = await device.poll();
  assert.equal(first?.requestType, 'DeviceInformation');
  assert.equal(await device.actionState(actionId), 'sent');
  assert.equal((await device.drain()).length, 5);
  const action = await bench.action(contractorId, actionId);
  assert.equal(action.state, 'done');
  assert.deepEqual(action.result?.refused, []);
});

test('the page says what the company sees, in both languages, and offers the profile', async () => {
  const contractorId = await bench.newContractor();
  const link = await bench.invite(contractorId);
  const japanese = await page(link, { 'accept-language': 'ja-JP,en;q=0.5' });
  assert.equal(japanese.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.match(japanese.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/);
  const text = await japanese.text();
  assert.match(text, /<html lang="ja">/);
  assert.match(text, /会社から見えるもの/);
  assert.match(text, new RegExp(`href="${new URL(link).pathname}/profile"`));
  assert.match(await (await page(`${link}?lang=en`, { 'accept-language': 'ja' })).text(), /What the company sees/);
  const personal = await bench.invite(contractorId, { usageMode: 'personally-owned' });
  assert.match(await (await page(personal, { 'accept-language': 'en' })).text(), /cannot lock or erase your device/);
  assert.equal((await query('select 1 from scep_challenges where contractor_id = $1', [contractorId])).length, 0);
});

test('every fetch of the profile has a challenge of its own; a personal one asks for fewer rights', async () => {
  const contractorId = await bench.newContractor();
  const fetchProfile = async (link: string) => {
    const response = await fetch(link);
    assert.equal(response.headers.get('content-type'), 'application/x-apple-aspen-config');
    assert.match(response.headers.get('content-disposition') ?? '', /^attachment/);
    return parseEnrollmentProfile(Buffer.from(await response.arrayBuffer()));
  };
  const link = await bench.invite(contractorId);
  const [one, two] = [await fetchProfile(link), await fetchProfile(`${link}/profile`)];
  assert.notEqual(one.scep.challenge, two.scep.challenge);
  assert.equal(one.accessRights, 8191);
  assert.equal(one.serverUrl, `${bench.url}/mdm/apple/${contractorId}/connect`);
  const personal = await fetchProfile(await bench.invite(contractorId, { usageMode: 'personally-owned' }));
  assert.equal(personal.accessRights & (4 | 8 | 32 | 256), 0);
});

test('a link that does not work says why, as a page or in a line', async () => {
  const contractorId = await bench.newContractor();
  const unknown = `${bench.url}/enroll/nothing`;
  assert.equal((await page(unknown)).status, 404);
  assert.equal((await fetch(unknown)).status, 404);
  const link = await bench.invite(contractorId);
  const device = new TestDevice(bench, contractorId);
  await device.install(link);
  await device.enroll();
  const used = await page(link, { 'accept-language': 'en' });
  assert.equal(used.status, 410);
  assert.match(await used.text(), /This link has been used/);
  assert.match(await (await fetch(link, { headers: { 'accept-language': 'ja' } })).text(), /もう使われています/);
  const late = await bench.invite(contractorId);
  bench.clock.advance('P8D');
  assert.equal((await fetch(late)).status, 410);
  const early = await bench.invite(contractorId);
  await query("update push_certificates set state = 'superseded' where contractor_id = $1", [contractorId]);
  assert.equal((await fetch(early)).status, 503);
  await assert.rejects(bench.invite(contractorId), { reason: 'push_certificate.missing' });
});

test('the link answers only GET and HEAD, and a look costs nothing', async () => {
  const contractorId = await bench.newContractor();
  const link = await bench.invite(contractorId);
  assert.equal((await fetch(link, { method: 'POST' })).status, 405);
  const head = await fetch(link, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal((await query('select 1 from scep_challenges where contractor_id = $1', [contractorId])).length, 0);
});
