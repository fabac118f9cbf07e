import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '@tsukasa/api';
import { enrol, PASSWORD, PUBLIC_URL, testAccounts } from './testing/app.ts';
import type { Browser } from './testing/browser.ts';
import { SoftPasskey } from './testing/passkey.ts';
import { forgetExpired } from './upkeep.ts';

const t = await testAccounts();
const contractorId = await t.contractor();

const session = async (page: Browser) => (await page.ok('GET', '/api/v1/session')) as Session;
const signIn = (page: Browser, email: string, password = PASSWORD) =>
  page.send('POST', '/api/auth/sign-in/email', { email, password });
const someContractor = `/api/v1/contractors/${contractorId}`;

async function registerPasskey(page: Browser, passkey: SoftPasskey) {
  const { challenge } = (await page.ok('GET', '/api/auth/passkey/generate-register-options')) as { challenge: string };
  return page.send('POST', '/api/auth/passkey/verify-registration', {
    response: passkey.register(challenge),
    name: 'key',
  });
}

async function passkeySignIn(page: Browser, passkey: SoftPasskey) {
  const { challenge } = (await page.ok('GET', '/api/auth/passkey/generate-authenticate-options')) as {
    challenge: string;
  };
  return page.send('POST', '/api/auth/passkey/verify-authentication', { response: passkey.authenticate(challenge) });
}

test('a new person may only see the session and enrol, and may do the rest once a second factor is given', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const page = t.browser();
  assert.equal((await signIn(page, email)).status, 200);
  const before = await session(page);
  assert.deepEqual(before.secondFactor, { given: false, enrolled: [] });
  assert.deepEqual([before.contractors, before.permissions, before.providerRole], [[], [], null]);
  await page.refused(403, 'session.second_factor_required', 'GET', someContractor);
  await page.refused(403, 'session.second_factor_required', 'POST', '/api/v1/session/reauthentication', {
    password: PASSWORD,
  });
  await enrol(page);
  const after = await session(page);
  assert.deepEqual(after.secondFactor, { given: true, enrolled: ['totp'] });
  assert.equal(after.contractors[0]?.role, 'auditor');
  await page.ok('GET', someContractor);
});

test('with an authenticator app the password alone makes no session', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const { totp } = await t.signedIn(email);
  const page = t.browser();
  assert.equal(((await signIn(page, email)).body as { twoFactorRedirect?: boolean }).twoFactorRedirect, true);
  await page.refused(401, 'session.missing', 'GET', '/api/v1/session');
  await page.refused(401, 'INVALID_CODE', 'POST', '/api/auth/two-factor/verify-totp', { code: '000000' });
  await page.refused(401, 'session.missing', 'GET', '/api/v1/session');
  await page.ok('POST', '/api/auth/two-factor/verify-totp', { code: await totp.code(), trustDevice: true });
  assert.equal((await session(page)).secondFactor.given, true);
  assert.ok(![...page.cookies.keys()].some((name) => name.includes('trust')));
});

test('a backup code signs in once', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const { totp } = await t.signedIn(email);
  const code = totp.backupCodes[0];
  const page = t.browser();
  await signIn(page, email);
  await page.ok('POST', '/api/auth/two-factor/verify-backup-code', { code });
  assert.equal((await session(page)).secondFactor.given, true);
  const again = t.browser();
  await signIn(again, email);
  assert.equal((await again.send('POST', '/api/auth/two-factor/verify-backup-code', { code })).status, 401);
});

test('a passkey signs in by itself and counts as the second factor', async () => {
  const { email } = await t.member(contractorId, 'helpdesk');
  const passkey = new SoftPasskey(PUBLIC_URL);
  const page = t.browser();
  await signIn(page, email);
  assert.equal((await registerPasskey(page, passkey)).status, 200);
  assert.deepEqual((await session(page)).secondFactor, { given: true, enrolled: ['passkey'] });
  const other = t.browser();
  const asked = (await other.ok('GET', '/api/auth/passkey/generate-authenticate-options')) as object;
  assert.ok('userVerification' in asked && asked.userVerification === 'required' && 'challenge' in asked);
  assert.equal((await passkeySignIn(other, passkey)).status, 200);
  assert.equal((await session(other)).secondFactor.given, true);
  await other.ok('GET', someContractor);
});

test('a passkey that does not know its user is neither registered nor accepted', async () => {
  const { email } = await t.member(contractorId, 'helpdesk');
  const page = t.browser();
  await signIn(page, email);
  const passkey = new SoftPasskey(PUBLIC_URL);
  passkey.verifiesUser = false;
  assert.equal((await registerPasskey(page, passkey)).status, 401);
  assert.deepEqual((await session(page)).secondFactor, { given: false, enrolled: [] });
  passkey.verifiesUser = true;
  assert.equal((await registerPasskey(page, passkey)).status, 200);
  passkey.verifiesUser = false;
  const other = t.browser();
  assert.equal((await passkeySignIn(other, passkey)).status, 401);
  await other.refused(401, 'session.missing', 'GET', '/api/v1/session');
});

test('a passkey proves its person again inside a session, which goes on', async () => {
  const { email, userId } = await t.member(contractorId, 'helpdesk');
  const page = t.browser();
  const passkey = new SoftPasskey(PUBLIC_URL);
  await signIn(page, email);
  await registerPasskey(page, passkey);
  await t.query(
    `update auth.session_assurance set reauthenticated_at = reauthenticated_at - interval '1 hour'
     where session_id in (select id from auth.session where "userId" = $1)`,
    [userId],
  );
  const stale = 'session.reauthentication_required';
  await page.refused(401, stale, 'POST', '/api/auth/passkey/delete-passkey', { id: 'x' });
  const sessions = () => t.query<{ id: string }>('select id from auth.session where "userId" = $1', [userId]);
  const before = await sessions();
  const answer = await passkeySignIn(page, passkey);
  assert.equal(answer.status, 200);
  assert.deepEqual(await sessions(), before);
  await page.ok('GET', '/api/auth/passkey/generate-register-options'); // asks for a fresh proof
});

test('a passkey of somebody else proves nothing inside a session, and changes nobody', async () => {
  const [mine, theirs] = [await t.member(contractorId, 'helpdesk'), await t.member(contractorId, 'auditor')];
  const passkey = new SoftPasskey(PUBLIC_URL);
  const other = t.browser();
  await signIn(other, theirs.email);
  await registerPasskey(other, passkey);
  const page = t.browser();
  await signIn(page, mine.email);
  await registerPasskey(page, new SoftPasskey(PUBLIC_URL));
  const proven = (await session(page)).reauthenticatedAt;
  const answer = await passkeySignIn(page, passkey);
  assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status));
  const after = await session(page);
  assert.equal(after.principal.id, mine.userId);
  assert.equal(after.reauthenticatedAt, proven);
  const sessions = await t.query('select id from auth.session where "userId" = $1', [theirs.userId]);
  assert.equal(sessions.length, 1);
});

test('a passkey for another origin is refused', async () => {
  const { email } = await t.member(contractorId, 'helpdesk');
  const page = t.browser();
  await signIn(page, email);
  assert.ok((await registerPasskey(page, new SoftPasskey('http://elsewhere.example'))).status >= 400);
});

test('a stolen password adds no second factor to an account that has one', async () => {
  const { email } = await t.member(contractorId, 'contractor_administrator');
  const owner = t.browser();
  await signIn(owner, email);
  await registerPasskey(owner, new SoftPasskey(PUBLIC_URL));
  const thief = t.browser();
  assert.equal((await signIn(thief, email)).status, 200);
  const code = 'session.second_factor_required';
  await thief.refused(403, code, 'POST', '/api/auth/two-factor/enable', { password: PASSWORD });
  await thief.refused(403, code, 'GET', '/api/auth/passkey/generate-register-options');
  await thief.refused(403, code, 'GET', '/api/auth/passkey/list-user-passkeys');
  await thief.refused(403, code, 'POST', '/api/auth/change-password', {
    currentPassword: PASSWORD,
    newPassword: 'x'.repeat(20),
  });
  await thief.refused(403, code, 'POST', '/api/auth/two-factor/disable', { password: PASSWORD });
  await thief.refused(403, code, 'GET', someContractor);
});

test('the first second factor ends the sessions that have none', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const [one, two] = [t.browser(), t.browser()];
  await signIn(one, email);
  await signIn(two, email);
  await enrol(one);
  await two.refused(401, 'session.missing', 'GET', '/api/v1/session');
});

test('dangerous endpoints of the library need a fresh re-authentication', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const { page } = await t.signedIn(email);
  t.clock.advance('PT6M');
  for (const [path, body] of [
    ['two-factor/disable', { password: PASSWORD }],
    ['two-factor/generate-backup-codes', { password: PASSWORD }],
    ['two-factor/enable', { password: PASSWORD }],
    ['change-password', { currentPassword: PASSWORD, newPassword: 'another long password' }],
    ['passkey/delete-passkey', { id: 'x' }],
  ] as const) {
    await page.refused(401, 'session.reauthentication_required', 'POST', `/api/auth/${path}`, body);
  }
  await page.refused(401, 'session.reauthentication_required', 'GET', '/api/auth/passkey/generate-register-options');
  await page.ok('POST', '/api/v1/session/reauthentication', { password: PASSWORD });
  await page.ok('POST', '/api/auth/two-factor/generate-backup-codes', { password: PASSWORD });
});

test('what is not listed does not exist', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const { page } = await t.signedIn(email);
  for (const path of [
    'sign-up/email',
    'delete-user',
    'change-email',
    'update-user',
    'request-password-reset',
    'reset-password',
    'verify-password',
    'revoke-session',
    'two-factor/get-totp-uri',
    'two-factor/send-otp',
    'sign-in/social',
    'constructor',
    'sign-in/email/',
    '%73ign-up/email',
  ]) {
    assert.equal((await page.send('POST', `/api/auth/${path}`, {})).status, 404, path);
  }
  for (const path of ['list-sessions', 'get-session', 'list-accounts', 'sign-in/email', 'ok']) {
    assert.equal((await page.send('GET', `/api/auth/${path}`)).status, 404, path);
  }
});

test('changing the password keeps this session and ends the others', async () => {
  const { email, userId } = await t.member(contractorId, 'auditor');
  const { page, totp } = await t.signedIn(email);
  const other = t.browser();
  await signIn(other, email);
  await other.ok('POST', '/api/auth/two-factor/verify-totp', { code: await totp.code() });
  const short = { currentPassword: PASSWORD, newPassword: 'too short' };
  assert.equal((await page.send('POST', '/api/auth/change-password', short)).status, 400);
  const wrong = { currentPassword: 'not the password', newPassword: 'another long password' };
  await page.refused(400, 'INVALID_PASSWORD', 'POST', '/api/auth/change-password', wrong);
  await other.ok('GET', '/api/v1/session');
  await page.ok('POST', '/api/auth/change-password', {
    currentPassword: PASSWORD,
    newPassword: 'another long password',
  });
  assert.equal((await session(page)).secondFactor.given, true);
  await other.refused(401, 'session.missing', 'GET', '/api/v1/session');
  assert.equal((await signIn(t.browser(), email)).status, 401);
  assert.equal((await signIn(t.browser(), email, 'another long password')).status, 200);
  const trail = await t.query(`select 1 from audit_entries where action = 'password.changed' and target_id = $1`, [
    userId,
  ]);
  assert.equal(trail.length, 1);
});

test('removing the last second factor puts the session back to the password', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const { page } = await t.signedIn(email);
  await page.ok('POST', '/api/auth/two-factor/disable', { password: PASSWORD });
  assert.deepEqual((await session(page)).secondFactor, { given: false, enrolled: [] });
  await page.refused(403, 'session.second_factor_required', 'GET', someContractor);
});

test('removing one of two second factors keeps the session', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const { page } = await t.signedIn(email);
  await registerPasskey(page, new SoftPasskey(PUBLIC_URL));
  await page.ok('POST', '/api/auth/two-factor/disable', { password: PASSWORD });
  assert.deepEqual((await session(page)).secondFactor, { given: true, enrolled: ['passkey'] });
  const keys = (await page.ok('GET', '/api/auth/passkey/list-user-passkeys')) as readonly { id: string }[];
  await page.ok('POST', '/api/auth/passkey/delete-passkey', { id: keys[0]?.id });
  assert.deepEqual((await session(page)).secondFactor, { given: false, enrolled: [] });
});

test('changes of second factors and passwords stand in the trail', async () => {
  const mine = await t.contractor('Trail');
  const { email } = await t.member(mine, 'auditor');
  const { page } = await t.signedIn(email);
  await registerPasskey(page, new SoftPasskey(PUBLIC_URL));
  await page.send('POST', '/api/v1/session/reauthentication', { password: 'wrong password' });
  await page.ok('POST', '/api/auth/two-factor/disable', { password: PASSWORD });
  const trail = (await page.ok('GET', `/api/v1/contractors/${mine}/audit`)) as { items: { action: string }[] };
  assert.deepEqual(
    trail.items.map((item) => item.action),
    ['second_factor.removed', 'session.reauthentication_failed', 'second_factor.added', 'second_factor.added'],
  );
});

test('re-authentication takes the password or a code, not both, and counts wrong ones', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const { page, totp } = await t.signedIn(email);
  t.clock.advance('PT6M');
  const path = '/api/v1/session/reauthentication';
  await page.refused(422, 'reauthentication.one_proof', 'POST', path, {});
  await page.refused(422, 'reauthentication.one_proof', 'POST', path, { password: PASSWORD, totp: '123456' });
  await page.refused(403, 'reauthentication.failed', 'POST', path, { password: 'wrong password' });
  const stale = await session(page);
  await page.ok('POST', path, { totp: await totp.code() });
  assert.notEqual((await session(page)).reauthenticatedAt, stale.reauthenticatedAt);
  for (let guess = 0; guess < 10; guess += 1) {
    await page.refused(403, 'reauthentication.failed', 'POST', path, { password: 'wrong password' });
  }
  const limited = await page.send('POST', path, { password: PASSWORD });
  assert.equal(limited.status, 429);
  assert.ok(Number(limited.headers['retry-after']) > 0);
  t.clock.advance('PT16M');
  await page.ok('POST', path, { password: PASSWORD });
});

test('a session ends after twelve hours, whatever happened in it', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const { page } = await t.signedIn(email);
  const before = t.clock.now();
  t.clock.set(Temporal.Now.instant().add({ hours: 11, minutes: 58 }));
  await page.ok('GET', someContractor);
  t.clock.set(Temporal.Now.instant().add({ hours: 12, minutes: 2 }));
  await page.refused(401, 'session.missing', 'GET', someContractor);
  t.clock.set(before);
});

test('signing out ends the session', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const { page } = await t.signedIn(email);
  const cookies = new Map(page.cookies);
  await page.ok('POST', '/api/auth/sign-out', {});
  for (const [name, value] of cookies) page.cookies.set(name, value);
  await page.refused(401, 'session.missing', 'GET', '/api/v1/session');
});

test('the session cookie is ours alone, for this site only, and its signature is checked', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const page = t.browser();
  await signIn(page, email);
  const line = page.lastSet.find((one) => one.startsWith('tsukasa.session_token='));
  assert.match(line ?? '', /HttpOnly/i);
  assert.match(line ?? '', /SameSite=Lax/i);
  const value = decodeURIComponent(page.cookies.get('tsukasa.session_token') ?? '');
  const [token = ''] = value.split('.');
  for (const forged of [token, `${token}.`, `${token}.AAAA`, `x${value}`, '%', '.']) {
    page.cookies.set('tsukasa.session_token', forged === '%' ? '%' : encodeURIComponent(forged));
    await page.refused(401, 'session.missing', 'GET', '/api/v1/session');
  }
});

test('another site can neither sign a browser in nor use its session', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  const page = t.browser();
  const foreign = { origin: 'https://evil.example' };
  const body = { email, password: PASSWORD };
  assert.equal((await page.send('POST', '/api/auth/sign-in/email', body, foreign)).status, 403);
  await signIn(page, email);
  assert.equal((await page.send('POST', '/api/auth/sign-out', {}, foreign)).status, 403);
});

test('a wrong password and an unknown person are refused in the same words, as a problem', async () => {
  const { email } = await t.staff();
  const answers = [];
  for (const address of [email, 'nobody@example.jp']) {
    const answer = await t
      .browser()
      .send('POST', '/api/auth/sign-in/email', { email: address, password: `${PASSWORD}?` });
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    answers.push({ ...(answer.body as object), instance: '' });
  }
  assert.deepEqual(answers[0], {
    type: 'urn:tsukasa:problem:unauthenticated',
    title: 'Sign-in required',
    status: 401,
    reason: 'INVALID_EMAIL_OR_PASSWORD',
    detail: 'The e-mail address or the password is not right.',
    instance: '',
  });
  assert.deepEqual(answers[0], answers[1]);
});

test('a sign-in that is malformed is refused as a problem, whatever it holds', async () => {
  const page = t.browser();
  for (const body of [null, [], {}, { email: 1, password: [] }, { email: { $ne: '' }, password: 'x' }, 'x']) {
    const { status, headers } = await page.send('POST', '/api/auth/sign-in/email', body);
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(String(headers['content-type']), /^application\/problem\+json/);
  }
  await page.refused(422, 'request.text', 'POST', '/api/auth/sign-in/email', { email: 'a\0@b.jp', password: PASSWORD });
});

test('many wrong passwords for one account from many addresses are stopped', async () => {
  const { email } = await t.member(contractorId, 'auditor');
  await signIn(t.browser(), email, 'wrong password 1');
  await t.query(`update auth.attempts set count = 50 where key like 'sign-in:%'`);
  await t.browser().refused(429, 'accounts.too_many_guesses', 'POST', '/api/auth/sign-in/email', {
    email: email.toUpperCase(),
    password: PASSWORD,
  });
});

test('what is past its time is deleted, and nothing else', async () => {
  t.clock.set(Temporal.Now.instant()); // the library dates its challenges by the machine's clock
  const { email } = await t.member(contractorId, 'auditor');
  const { page } = await t.signedIn(email);
  await t.browser().ok('GET', '/api/auth/passkey/generate-authenticate-options');
  const left = async () => {
    const [row] = await t.query<{ sessions: string; challenges: string }>(
      'select (select count(*) from auth.session) as sessions, (select count(*) from auth.verification) as challenges',
    );
    return row;
  };
  await t.db.unbound((tx) => forgetExpired(tx, t.clock.now()));
  await page.ok('GET', someContractor);
  assert.notEqual((await left())?.challenges, '0');
  await t.db.unbound((tx) => forgetExpired(tx, t.clock.now().add({ hours: 13 })));
  assert.deepEqual(await left(), { sessions: '0', challenges: '0' });
});
