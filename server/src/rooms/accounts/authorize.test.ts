import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '@tsukasa/api';
import { testAccounts } from './testing/app.ts';

const t = await testAccounts();
const at = (contractorId: string) => `/api/v1/contractors/${contractorId}`;

test('a suspended contractor refuses its members and tokens, and lets the provider in', async () => {
  const contractorId = await t.contractor();
  const { email } = await t.member(contractorId, 'contractor_administrator');
  const { page } = await t.signedIn(email);
  const token = t.browser(await t.contractorToken(contractorId, 'auditor'));
  const provider = t.browser(await t.providerToken());
  await provider.ok('PATCH', `/api/v1/provider/contractors/${contractorId}`, { state: 'suspended' });
  await page.refused(403, 'contractor.suspended', 'GET', at(contractorId));
  await token.refused(403, 'contractor.suspended', 'GET', at(contractorId));
  assert.deepEqual(((await page.ok('GET', '/api/v1/session')) as Session).contractors, []);
  assert.deepEqual(((await token.ok('GET', '/api/v1/session')) as Session).contractors, []);
  await provider.ok('GET', at(contractorId));
  const stranger = t.browser(await t.contractorToken(await t.contractor(), 'auditor'));
  await stranger.refused(404, 'contractor.unknown', 'GET', at(contractorId));
  await provider.ok('PATCH', `/api/v1/provider/contractors/${contractorId}`, { state: 'active' });
  await page.ok('GET', at(contractorId));
});

test('a disabled member is a stranger', async () => {
  const contractorId = await t.contractor();
  const { email, userId } = await t.member(contractorId, 'helpdesk');
  const { page } = await t.signedIn(email);
  const administrator = t.browser(await t.contractorToken(contractorId, 'contractor_administrator'));
  await administrator.ok('PATCH', `${at(contractorId)}/members/${userId}`, { disabled: true });
  await page.refused(404, 'contractor.unknown', 'GET', at(contractorId));
  assert.deepEqual(((await page.ok('GET', '/api/v1/session')) as Session).contractors, []);
});

test('disabled staff has nothing left', async () => {
  const contractorId = await t.contractor();
  const { email, userId } = await t.staff();
  await t.staff();
  const { page } = await t.signedIn(email);
  await page.ok('GET', at(contractorId));
  await t.browser(await t.providerToken()).ok('PATCH', `/api/v1/provider/staff/${userId}`, { disabled: true });
  await page.refused(404, 'contractor.unknown', 'GET', at(contractorId));
  await page.refused(403, 'permission.missing', 'GET', '/api/v1/provider/contractors');
});

test('a person may be in two contractors with two roles', async () => {
  const [one, two] = [await t.contractor('一'), await t.contractor('二')];
  const { email, userId } = await t.member(one, 'contractor_administrator');
  await t.join(two, userId, 'auditor');
  const { page } = await t.signedIn(email);
  const { contractors } = (await page.ok('GET', '/api/v1/session')) as Session;
  assert.deepEqual(
    contractors.map(({ name, role }) => [name, role]),
    [
      ['一', 'contractor_administrator'],
      ['二', 'auditor'],
    ],
  );
  await page.ok('PATCH', `${at(one)}/settings`, { language: 'en' });
  await page.refused(403, 'permission.missing', 'PATCH', `${at(two)}/settings`, { language: 'en' });
});

test('an expired, a revoked and a mangled token are nobody', async () => {
  const contractorId = await t.contractor();
  const text = await t.contractorToken(contractorId, 'auditor', 1);
  const other = await t.contractor();
  const page = t.browser(text);
  await page.ok('GET', at(contractorId));
  const secret = text.split('_')[2] ?? '';
  for (const mangled of [`tsc_${other}_${secret}`, `tsp_${secret}`, `${text}x`, text.slice(0, -1), 'tsc__', '']) {
    await t.browser(mangled).refused(401, 'session.missing', 'GET', at(contractorId));
  }
  const { items } = (await t.browser(await t.providerToken()).ok('GET', `${at(contractorId)}/api-tokens`)) as {
    items: { tokenId: string }[];
  };
  await t.browser(await t.providerToken()).ok('DELETE', `${at(contractorId)}/api-tokens/${items[0]?.tokenId}`);
  await page.refused(401, 'session.missing', 'GET', at(contractorId));
  const short = t.browser(await t.contractorToken(contractorId, 'auditor', 1));
  await short.ok('GET', at(contractorId));
  const now = t.clock.now();
  t.clock.advance('PT24H');
  await short.refused(401, 'session.missing', 'GET', at(contractorId));
  t.clock.set(now);
});

test('a token means itself, whatever cookies come along', async () => {
  const contractorId = await t.contractor();
  const { page } = await t.signedIn((await t.staff()).email);
  const refused = await page.send('GET', at(contractorId), undefined, { authorization: 'Bearer nonsense' });
  assert.equal(refused.status, 401);
});

test('the last use of a token is written at most once a minute', async () => {
  const contractorId = await t.contractor();
  const page = t.browser(await t.contractorToken(contractorId, 'auditor'));
  const lastUsed = async () => {
    const [row] = await t.query<{ at: string }>(
      'select last_used_at::text as at from api_tokens where contractor_id = $1',
      [contractorId],
    );
    return row?.at;
  };
  await page.ok('GET', at(contractorId));
  const first = await lastUsed();
  assert.ok(first);
  t.clock.advance('PT59S');
  await page.ok('GET', at(contractorId));
  assert.equal(await lastUsed(), first);
  t.clock.advance('PT2S');
  await page.ok('GET', at(contractorId));
  assert.notEqual(await lastUsed(), first);
});

test('a token describes itself as the session', async () => {
  const contractorId = await t.contractor('Acme');
  const session = (await t
    .browser(await t.contractorToken(contractorId, 'helpdesk'))
    .ok('GET', '/api/v1/session')) as Session;
  assert.equal(session.principal.kind, 'token');
  assert.equal(session.secondFactor.given, true);
  assert.deepEqual(
    session.contractors.map(({ name, role }) => [name, role]),
    [['Acme', 'helpdesk']],
  );
  assert.ok(!session.contractors[0]?.permissions.includes('actions.destroy'));
  const provider = (await t.browser(await t.providerToken()).ok('GET', '/api/v1/session')) as Session;
  assert.equal(provider.providerRole, 'provider_administrator');
  await t
    .browser(await t.providerToken())
    .refused(403, 'reauthentication.token', 'POST', '/api/v1/session/reauthentication', { password: 'x' });
});
