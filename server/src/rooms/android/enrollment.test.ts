import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EnrollmentInvitationRequest } from '@tsukasa/api';
import { testDatabase } from '../../base/testing.ts';
import { refusal } from '../directory/testing.ts';
import { androidBench } from './testing.ts';

const database = await testDatabase();
const bench = await androidBench(database);
const { control, clock, devices, admin } = bench;
const contractorId = await bench.newContractor();

const methodsOf = async (invitationId: string) => {
  const params = { contractorId, invitationId };
  const { items } = await devices.listEnrollmentMethods(
    { params, query: undefined, body: undefined },
    admin(contractorId),
  );
  return new Map(items.map((method) => [method.kind, method]));
};
const made = async () =>
  (await control.requests()).filter(
    ({ httpMethod, path }) => httpMethod === 'POST' && path.endsWith('/enrollmentTokens'),
  );

const MODES: readonly (readonly [Partial<EnrollmentInvitationRequest>, string])[] = [
  [{ usageMode: 'company-owned', managementMode: 'fully-managed' }, 'fully-managed'],
  [{ usageMode: 'company-owned', managementMode: 'dedicated' }, 'dedicated'],
  [{ usageMode: 'company-owned', managementMode: 'work-profile' }, 'work-profile'],
  [{ usageMode: 'personally-owned' }, 'work-profile'],
];
for (const [request, managementMode] of MODES) {
  test(`an invitation of ${request.usageMode} ${managementMode} enrolls into that mode`, async () => {
    const enrolled = await bench.enroll(contractorId, request);
    const device = await bench.device(contractorId, enrolled.deviceId);
    assert.deepEqual(
      [device.managementState, device.usageMode, device.managementMode],
      ['managed', request.usageMode, managementMode],
    );
  });
}

test('every way is offered that the mode has, and each works', async () => {
  const company = await bench.invite(contractorId, { maxUses: 3 });
  const ways = await methodsOf(company.invitationId);
  assert.deepEqual([...ways.keys()], ['link', 'qr_code', 'dpc_identifier', 'token', 'zero_touch']);
  for (const kind of ['qr_code', 'zero_touch'] as const) {
    const { name } = await control.enroll({ seed: kind, qrCode: ways.get(kind)?.value ?? '' });
    await bench.settle();
    assert.ok(await bench.deviceIdOf(name), kind);
  }
  const personal = await bench.invite(contractorId, { usageMode: 'personally-owned' });
  const own = await methodsOf(personal.invitationId);
  assert.deepEqual([...own.keys()], ['link', 'deep_link', 'token']);
  const link = own.get('deep_link')?.value ?? '';
  assert.match(link, /^https:\/\/enterprise\.google\.com\/android\/enroll\?et=/);
  await control.enroll({ seed: 'deep', link });
});

test('the token is made when it is first wanted, once, and is in no row in clear', async () => {
  await control.clearRequests();
  const { invitationId, url } = await bench.invite(contractorId);
  assert.equal((await made()).length, 0);
  const pages = await Promise.all([bench.visit(url), bench.visit(url), methodsOf(invitationId)]);
  assert.equal((await made()).length, 1);
  const token = pages[2].get('token')?.value ?? 'none';
  const rows = await database.query<{ found: boolean }>(
    "select position(convert_to($1, 'UTF8') in sealed) > 0 as found from android_enrollment_tokens where invitation_id = $2",
    [token, invitationId],
  );
  assert.deepEqual(rows, [{ found: false }]);
});

test('a token that is gone at Google is made anew', async () => {
  const { invitationId } = await bench.invite(contractorId);
  const first = (await methodsOf(invitationId)).get('token')?.value;
  const [row] = await database.query<{ token_name: string }>(
    'select token_name from android_enrollment_tokens where invitation_id = $1',
    [invitationId],
  );
  for (const enterprise of bench.ground.standIn.world.enterprises.values()) enterprise.tokens.clear();
  assert.ok(row?.token_name);
  clock.advance('PT2H');
  const second = (await methodsOf(invitationId)).get('token')?.value;
  assert.ok(second !== undefined && second !== first);
});

test('a withdrawn invitation lets nobody in at Google either', async () => {
  const { invitationId, url } = await bench.invite(contractorId, { maxUses: 5 });
  const token = (await methodsOf(invitationId)).get('token')?.value ?? '';
  const params = { contractorId, invitationId };
  await devices.revokeInvitation({ params, query: undefined, body: undefined }, admin(contractorId));
  assert.equal((await bench.visit(url)).status, 410);
  await bench.settle();
  await assert.rejects(control.enroll({ seed: 'late', token }));
});

test('the page tells a person what happens, in both languages, and shows the code', async () => {
  const { url } = await bench.invite(contractorId, { managementMode: 'work-profile' });
  const html = { accept: 'text/html' };
  const japanese = await (await bench.visit(`${url}?lang=ja`, html)).text();
  assert.match(japanese, /<html lang="ja">/);
  assert.match(japanese, /仕事用プロファイル/);
  assert.match(japanese, /<svg role="img"/);
  assert.match(japanese, /name="tsukasa-platform" content="android"/);
  const english = await bench.visit(`${url}?lang=en`, html);
  assert.match(await english.text(), /What the company cannot see or do/);
  assert.match(english.headers.get('content-security-policy') ?? '', /default-src 'none'/);
});

test('while Google does not answer the page says to come again, and nothing is half made', async () => {
  const { url } = await bench.invite(contractorId);
  await control.fail({ fail: '503', method: 'enrollmentTokens.create', count: 1 });
  assert.equal((await bench.visit(url, { accept: 'text/html' })).status, 503);
  assert.equal((await bench.visit(url, { accept: 'text/html' })).status, 200);
});

test('nobody is invited without an enterprise', async () => {
  const empty = await bench.emptyContractor();
  await assert.rejects(bench.invite(empty), refusal('precondition_failed', 'android.not_bound'));
  const input = { params: { contractorId: empty }, query: undefined, body: undefined };
  const { items } = await devices.listEnrollmentOptions(input, admin(empty));
  assert.ok(items.every(({ ready, missing }) => !ready && missing?.code === 'android.not_bound'));
});

test('a device that is known again by its hardware keeps its history', async () => {
  const first = await bench.enroll(contractorId, {}, { seed: 'same' });
  await control.vanish(first.name);
  const again = await bench.enroll(contractorId, {}, { seed: 'same' });
  assert.equal(again.deviceId, first.deviceId);
  assert.notEqual(again.name, first.name);
});
