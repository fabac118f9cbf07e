import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Member } from '@tsukasa/api';
import { testAccounts } from './testing/app.ts';

const t = await testAccounts();
const members = (contractorId: string, userId = '') =>
  `/api/v1/contractors/${contractorId}/members${userId === '' ? '' : `/${userId}`}`;

test('members are listed with their second factors and last sign-in', async () => {
  const contractorId = await t.contractor();
  const { email } = await t.member(contractorId, 'contractor_administrator', 'ヤマダ');
  await t.member(contractorId, 'auditor', 'アイカワ');
  const { page } = await t.signedIn(email);
  const { items } = (await page.ok('GET', members(contractorId))) as { items: Member[] };
  assert.deepEqual(
    items.map((member) => [member.name, member.role, member.secondFactors, member.lastSignInAt !== null]),
    [
      ['アイカワ', 'auditor', [], false],
      ['ヤマダ', 'contractor_administrator', ['totp'], true],
    ],
  );
});

test('roles change, members are disabled and come back, each in the trail', async () => {
  const contractorId = await t.contractor();
  const page = t.browser(await t.contractorToken(contractorId, 'contractor_administrator'));
  const { userId } = await t.member(contractorId, 'auditor');
  const changed = (await page.ok('PATCH', members(contractorId, userId), {
    role: 'helpdesk',
    disabled: true,
  })) as Member;
  assert.equal(changed.role, 'helpdesk');
  assert.ok(changed.disabledAt);
  await page.ok('PATCH', members(contractorId, userId), { disabled: true });
  await page.ok('PATCH', members(contractorId, userId), { disabled: false });
  const rows = await t.query<{ action: string }>(
    'select action from audit_entries where contractor_id = $1 order by seq',
    [contractorId],
  );
  assert.deepEqual(
    rows.map((row) => row.action),
    ['member.role_changed', 'member.disabled', 'member.enabled'],
  );
  await page.refused(404, 'member.unknown', 'PATCH', members(contractorId, 'nobody'), { disabled: true });
});

test('a member of another contractor is unknown', async () => {
  const [mine, theirs] = [await t.contractor(), await t.contractor()];
  const { userId } = await t.member(theirs, 'auditor');
  const page = t.browser(await t.contractorToken(mine, 'contractor_administrator'));
  await page.refused(404, 'member.unknown', 'PATCH', members(mine, userId), { disabled: true });
  await page.refused(404, 'member.unknown', 'POST', `${members(mine, userId)}/reset`);
});

test('the last administrator of a contractor stays, also when two remove each other at once', async () => {
  const contractorId = await t.contractor();
  const page = t.browser(await t.contractorToken(contractorId, 'contractor_administrator'));
  const one = await t.member(contractorId, 'contractor_administrator');
  const last = 'member.last_administrator';
  await page.refused(409, last, 'PATCH', members(contractorId, one.userId), { disabled: true });
  await page.refused(409, last, 'PATCH', members(contractorId, one.userId), { role: 'auditor' });
  const two = await t.member(contractorId, 'contractor_administrator');
  const answers = await Promise.all([
    page.send('PATCH', members(contractorId, one.userId), { disabled: true }),
    page.send('PATCH', members(contractorId, two.userId), { role: 'helpdesk' }),
  ]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
});

test('the last provider administrator stays, also when two remove each other at once', async () => {
  await t.query('delete from provider_staff');
  const [one, two] = [await t.staff(), await t.staff()];
  const page = t.browser(await t.providerToken());
  const path = (userId: string) => `/api/v1/provider/staff/${userId}`;
  const answers = await Promise.all(
    [one, two].map(({ userId }) => page.send('PATCH', path(userId), { disabled: true })),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
  const { items } = (await page.ok('GET', '/api/v1/provider/staff')) as { items: Member[] };
  assert.equal(items.filter((member) => member.disabledAt === null).length, 1);
  const disabled = items.find((member) => member.disabledAt !== null);
  await page.ok('PATCH', path(disabled?.userId ?? ''), { disabled: false });
});

test('who is a member already cannot be invited again; who was disabled can', async () => {
  const contractorId = await t.contractor();
  const page = t.browser(await t.contractorToken(contractorId, 'contractor_administrator'));
  const { email, userId } = await t.member(contractorId, 'auditor');
  const body = { email: email.toUpperCase(), role: 'helpdesk' };
  await page.refused(409, 'member.exists', 'POST', members(contractorId), body);
  await page.ok('PATCH', members(contractorId, userId), { disabled: true });
  await page.ok('POST', members(contractorId), body);
});

test('staff is invited by a link without a contractor', async () => {
  const page = t.browser(await t.providerToken());
  const email = 'new.staff@example.jp';
  const { url } = (await page.ok('POST', '/api/v1/provider/staff', { email, role: 'provider_administrator' })) as {
    url: string;
  };
  const code = url.split('#code=')[1];
  await t
    .browser()
    .ok('POST', '/api/v1/account-links/acceptance', { code, name: 'Staff', password: 'a long password' });
  const { items } = (await page.ok('GET', '/api/v1/provider/staff')) as { items: Member[] };
  assert.ok(items.some((member) => member.email === email));
  await page.refused(409, 'member.exists', 'POST', '/api/v1/provider/staff', { email, role: 'provider_administrator' });
});
