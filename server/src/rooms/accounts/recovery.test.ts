import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVIDER_ID } from '../../base/ids.ts';
import { PASSWORD, PUBLIC_URL, testAccounts } from './testing/app.ts';

const t = await testAccounts();
const ACCEPT = '/api/v1/account-links/acceptance';
const NEW_PASSWORD = 'a fresh long password';
const operatingSystemUser = 'ops';

const recover = (email: string) => t.accounts.recover({ email, operatingSystemUser });
const codeOf = (url: string) => url.slice(`${PUBLIC_URL}/setup#code=`.length);
const count = async (table: string) => (await t.query(`select 1 from ${table}`)).length;

test('an administrator without password and second factor comes back by the link, once', async () => {
  const { email, userId } = await t.staff('Sole');
  const { page: old } = await t.signedIn(email);
  const before = t.clock.now();
  const link = await recover(` ${email.toUpperCase()}`);
  assert.equal(link.email, email);
  assert.equal(link.expiresAt, before.add({ hours: 24 }).toString());
  await old.ok('GET', '/api/v1/session'); // nothing has happened yet
  const code = codeOf(link.url);
  await t.browser().ok('POST', ACCEPT, { code, password: NEW_PASSWORD });
  await t.browser().refused(410, 'account_link.used', 'POST', ACCEPT, { code, password: NEW_PASSWORD });
  await old.refused(401, 'session.missing', 'GET', '/api/v1/session');
  const page = t.browser();
  assert.equal((await page.send('POST', '/api/auth/sign-in/email', { email, password: PASSWORD })).status, 401);
  await page.ok('POST', '/api/auth/sign-in/email', { email, password: NEW_PASSWORD });
  const trail = await t.query(
    `select action, actor_kind, details from audit_entries where contractor_id = $1 and target_id = $2
     order by seq desc limit 2`,
    [PROVIDER_ID, userId],
  );
  const offered = { operatingSystemUser, expiresAt: link.expiresAt };
  assert.deepEqual(trail.reverse(), [
    { action: 'staff.recovery_offered', actor_kind: 'system', details: offered },
    { action: 'account.started_over', actor_kind: 'user', details: { email } },
  ]);
  await t.chain(PROVIDER_ID);
});

test('the newest link is the one that works, until its time is over', async () => {
  const { email } = await t.staff('Twice');
  const [first, second] = [await recover(email), await recover(email)];
  const accept = (url: string) => ({ code: codeOf(url), password: NEW_PASSWORD });
  await t.browser().refused(404, 'account_link.unknown', 'POST', ACCEPT, accept(first.url));
  const now = t.clock.now();
  t.clock.advance('PT24H');
  await t.browser().refused(410, 'account_link.expired', 'POST', ACCEPT, accept(second.url));
  t.clock.set(now);
  await t.browser().ok('POST', ACCEPT, accept(second.url));
});

test('nobody but an enabled administrator of the provider is recovered, and nothing is written', async () => {
  const contractorId = await t.contractor();
  const customer = await t.member(contractorId, 'contractor_administrator');
  const sales = await t.user('Sales');
  const disabled = await t.staff('Gone');
  await t.query(`insert into provider_staff (user_id, role, created_at) values ($1, 'provider_sales', now())`, [
    sales.userId,
  ]);
  await t.query('update provider_staff set disabled_at = now() where user_id = $1', [disabled.userId]);
  const before = [await count('account_links'), await count('audit_entries')];
  for (const email of ['nobody@example.jp', customer.email, sales.email]) {
    await assert.rejects(recover(email), {
      code: 'not_found',
      reason: 'recovery.unknown',
      message: new RegExp(`no provider administrator .* ${email}`),
    });
  }
  await assert.rejects(recover(disabled.email), { code: 'conflict', reason: 'recovery.disabled' });
  await assert.rejects(recover('nobody'), { code: 'invalid', reason: 'account.email' });
  assert.deepEqual([await count('account_links'), await count('audit_entries')], before);
});
