import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD, PUBLIC_URL, testAccounts } from './testing/app.ts';

const t = await testAccounts();
const INSPECT = '/api/v1/account-links/inspection';
const ACCEPT = '/api/v1/account-links/acceptance';
const NEW_PASSWORD = 'a fresh long password';

type Link = { readonly url: string; readonly email: string; readonly expiresAt: string };

function codeOf(url: string): string {
  const prefix = `${PUBLIC_URL}/setup#code=`;
  assert.ok(url.startsWith(prefix), url);
  return url.slice(prefix.length);
}

async function invite(contractorId: string, email: string, role = 'helpdesk') {
  const page = t.browser(await t.providerToken());
  const link = (await page.ok('POST', `/api/v1/contractors/${contractorId}/members`, { email, role })) as Link;
  return codeOf(link.url);
}

test('the first administrator makes the account by the printed link, once, and then no link is made', async () => {
  const first = await t.accounts.firstAdministratorLink();
  const second = await t.accounts.firstAdministratorLink();
  assert.ok(first && second);
  const page = t.browser();
  await page.refused(404, 'account_link.unknown', 'POST', INSPECT, { code: codeOf(first) });
  const code = codeOf(second);
  assert.deepEqual(await page.ok('POST', INSPECT, { code }).then((body) => ({ ...(body as object), expiresAt: '' })), {
    purpose: 'first_administrator',
    email: null,
    contractorName: null,
    role: 'provider_administrator',
    accountExists: false,
    expiresAt: '',
  });
  await page.refused(422, 'request.validation', 'POST', ACCEPT, { code, password: NEW_PASSWORD });
  await page.refused(422, 'request.validation', 'POST', ACCEPT, {
    code,
    email: 'a@b.jp',
    name: 'A',
    password: 'short',
  });
  const wanted = { code, email: 'First@Example.JP', name: ' 最初の管理者 ', password: NEW_PASSWORD };
  assert.deepEqual(await page.ok('POST', ACCEPT, wanted), { email: 'first@example.jp' });
  await page.refused(410, 'account_link.used', 'POST', ACCEPT, wanted);
  assert.equal(await t.accounts.firstAdministratorLink(), undefined);
  await page.ok('POST', '/api/auth/sign-in/email', { email: 'first@example.jp', password: NEW_PASSWORD });
});

test('a first-administrator link is worth nothing once somebody was made in another way', async () => {
  await t.query(
    `insert into account_links (code_hash, purpose, role, created_by, created_at, expires_at)
     values (sha256('forgotten'), 'first_administrator', 'provider_administrator', 'x', now(), now() + interval '1 day')`,
  );
  const body = { code: 'forgotten', email: 'late@example.jp', name: 'Late', password: NEW_PASSWORD };
  await t.browser().refused(410, 'account_link.used', 'POST', ACCEPT, body);
});

test('a link is used once, however many try at the same moment', async () => {
  const contractorId = await t.contractor();
  const code = await invite(contractorId, 'race@example.jp');
  const tries = Array.from({ length: 5 }, (_, at) =>
    t.browser().send('POST', ACCEPT, { code, name: `R${at}`, password: NEW_PASSWORD }),
  );
  const statuses = (await Promise.all(tries)).map(({ status }) => status).sort();
  assert.equal(statuses.filter((status) => status === 201).length, 1);
  const rows = await t.query(`select 1 from auth."user" where email = 'race@example.jp'`);
  assert.equal(rows.length, 1);
  await t.chain(contractorId);
});

test('a link ends at its time, and the newest of an address is the one that works', async () => {
  const contractorId = await t.contractor('Acme');
  const old = await invite(contractorId, 'newest@example.jp', 'auditor');
  const code = await invite(contractorId, 'Newest@Example.jp', 'helpdesk');
  const page = t.browser();
  await page.refused(404, 'account_link.unknown', 'POST', INSPECT, { code: old });
  const shown = (await page.ok('POST', INSPECT, { code })) as { contractorName: string; role: string; email: string };
  assert.deepEqual([shown.contractorName, shown.role, shown.email], ['Acme', 'helpdesk', 'newest@example.jp']);
  const now = t.clock.now();
  t.clock.advance('P7D');
  await page.refused(410, 'account_link.expired', 'POST', ACCEPT, { code, name: 'N', password: NEW_PASSWORD });
  t.clock.set(now);
});

test('a person with an account joins with its password, and keeps it', async () => {
  const contractorId = await t.contractor();
  const { email } = await t.user('existing');
  const code = await invite(contractorId, email, 'auditor');
  const page = t.browser();
  assert.equal(((await page.ok('POST', INSPECT, { code })) as { accountExists: boolean }).accountExists, true);
  await page.refused(403, 'account_link.wrong_password', 'POST', ACCEPT, { code, password: NEW_PASSWORD });
  await page.ok('POST', ACCEPT, { code, password: PASSWORD });
  const { page: mine } = await t.signedIn(email);
  await mine.ok('GET', `/api/v1/contractors/${contractorId}`);
});

test('guesses at the password of an existing account run out', async () => {
  const { email } = await t.user('guessed');
  const code = await invite(await t.contractor(), email);
  for (let guess = 0; guess < 10; guess += 1) {
    await t
      .browser()
      .refused(403, 'account_link.wrong_password', 'POST', ACCEPT, { code, password: `wrong password ${guess}` });
  }
  await t.browser().refused(429, 'accounts.too_many_guesses', 'POST', ACCEPT, { code, password: PASSWORD });
});

test('only the hash of a code is stored', async () => {
  const code = await invite(await t.contractor(), 'hashed@example.jp');
  const rows = await t.query<{ n: string }>('select count(*) as n from account_links where code_hash = sha256($1)', [
    code,
  ]);
  assert.equal(rows[0]?.n, '1');
});

test('a reset starts the account over: new password, no second factor, no session', async () => {
  const contractorId = await t.contractor();
  const { email, userId } = await t.member(contractorId, 'helpdesk');
  const { page: old } = await t.signedIn(email);
  const administrator = t.browser(await t.contractorToken(contractorId, 'contractor_administrator'));
  const link = (await administrator.ok('POST', `/api/v1/contractors/${contractorId}/members/${userId}/reset`)) as Link;
  assert.equal(link.email, email);
  await old.ok('GET', '/api/v1/session'); // nothing has happened yet
  await t.browser().ok('POST', ACCEPT, { code: codeOf(link.url), password: NEW_PASSWORD });
  await old.refused(401, 'session.missing', 'GET', '/api/v1/session');
  const page = t.browser();
  assert.equal((await page.send('POST', '/api/auth/sign-in/email', { email, password: PASSWORD })).status, 401);
  await page.ok('POST', '/api/auth/sign-in/email', { email, password: NEW_PASSWORD });
  const session = (await page.ok('GET', '/api/v1/session')) as { secondFactor: object };
  assert.deepEqual(session.secondFactor, { given: false, enrolled: [] });
  await t.chain(contractorId);
});

test('an administrator cannot take over, by a reset, an account that acts elsewhere too', async () => {
  const [mine, theirs] = [await t.contractor(), await t.contractor()];
  const administrator = t.browser(await t.contractorToken(mine, 'contractor_administrator'));
  const { userId } = await t.member(mine, 'auditor');
  await t.join(theirs, userId, 'contractor_administrator');
  const reset = (id: string) => `/api/v1/contractors/${mine}/members/${id}/reset`;
  await administrator.refused(403, 'member.shared_account', 'POST', reset(userId));
  const staff = await t.staff();
  await t.join(mine, staff.userId, 'auditor');
  await administrator.refused(403, 'member.shared_account', 'POST', reset(staff.userId));
  await t.browser(await t.providerToken()).ok('POST', reset(userId));
});

test('staff who belong to no contractor are reset by other staff, in the trail of the provider', async () => {
  const { userId, email } = await t.staff();
  const { page: old } = await t.signedIn(email);
  const reset = (id: string) => `/api/v1/provider/staff/${id}/reset`;
  const provider = t.browser(await t.providerToken());
  const link = (await provider.ok('POST', reset(userId))) as Link;
  assert.equal(link.email, email);
  const code = codeOf(link.url);
  const seen = (await t.browser().ok('POST', INSPECT, { code })) as { purpose: string; contractorName: string | null };
  assert.deepEqual([seen.purpose, seen.contractorName], ['reset', null]);
  await t.browser().ok('POST', ACCEPT, { code, password: NEW_PASSWORD });
  await t.browser().refused(410, 'account_link.used', 'POST', ACCEPT, { code, password: NEW_PASSWORD });
  await old.refused(401, 'session.missing', 'GET', '/api/v1/session');
  await t.browser().ok('POST', '/api/auth/sign-in/email', { email, password: NEW_PASSWORD });
  const rows = await t.query<{ action: string }>(
    `select action from audit_entries where target_id = $1 and contractor_id = $2 order by seq`,
    [userId, '00000000-0000-0000-0000-000000000000'],
  );
  assert.deepEqual(
    rows.map((row) => row.action).filter((action) => /reset|started/.test(action)),
    ['staff.reset_offered', 'account.started_over'],
  );
});

test('only staff is reset as staff', async () => {
  const contractorId = await t.contractor();
  const { userId } = await t.member(contractorId, 'contractor_administrator');
  const path = `/api/v1/provider/staff/${userId}/reset`;
  await t.browser(await t.providerToken()).refused(404, 'member.unknown', 'POST', path);
  const administrator = t.browser(await t.contractorToken(contractorId, 'contractor_administrator'));
  assert.equal((await administrator.send('POST', path)).status, 403);
});

test('an open reset link dies when the person joins another place', async () => {
  const [mine, theirs] = [await t.contractor(), await t.contractor()];
  const { userId, email } = await t.member(mine, 'auditor');
  const administrator = t.browser(await t.contractorToken(mine, 'contractor_administrator'));
  const link = (await administrator.ok('POST', `/api/v1/contractors/${mine}/members/${userId}/reset`)) as Link;
  const code = await invite(theirs, email, 'contractor_administrator');
  await t.browser().ok('POST', ACCEPT, { code, password: PASSWORD });
  await t.browser().refused(404, 'account_link.unknown', 'POST', ACCEPT, {
    code: codeOf(link.url),
    password: NEW_PASSWORD,
  });
});

test('the trail of both sides tells who joined', async () => {
  const contractorId = await t.contractor();
  const code = await invite(contractorId, 'trail@example.jp', 'auditor');
  await t.browser().ok('POST', ACCEPT, { code, name: 'Trail', password: NEW_PASSWORD });
  const rows = await t.query<{ action: string; actor_name: string }>(
    'select action, actor_name from audit_entries where contractor_id = $1 order by seq',
    [contractorId],
  );
  assert.deepEqual(
    rows.map((row) => [row.action, row.actor_name]),
    [
      ['member.invited', 'p'],
      ['member.joined', 'Trail'],
    ],
  );
  await t.chain(contractorId);
});

test('the first two whom the provider lets in to approve are marked; nobody after them, and nobody let in by others', async () => {
  const contractorId = await t.contractor();
  const founding = async (email: string) => {
    const [row] = await t.query<{ founding: boolean }>('select founding from account_links where email = $1', [email]);
    return row?.founding;
  };
  const join = async (email: string) => {
    const code = await invite(contractorId, email, 'contractor_administrator');
    await t.browser().ok('POST', ACCEPT, { code, name: 'A', password: NEW_PASSWORD });
    return founding(email);
  };
  assert.equal(await join('founder-1@example.jp'), true);
  assert.equal(await join('founder-2@example.jp'), true);
  assert.equal(await join('third@example.jp'), false);
});
