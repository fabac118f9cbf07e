import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { childText, enrollmentLink, readXml } from '@tsukasa/windows-mdm';
import { testDatabase } from '../../base/testing.ts';
import {
  at,
  byToken,
  discoverBody,
  type EnrollmentBench,
  enrollmentBench,
  faultIn,
  newKey,
  policiesBody,
  post,
  provisionedBy,
  quirkyCsr,
  soap,
  TestPc,
} from './testing-enrollment.ts';

const database = await testDatabase();
const bench: EnrollmentBench = await enrollmentBench(database);
const APPRU = 'ms-app://windows.immersivecontrolpanel';
const SIGNIN = `${bench.url}/enroll/windows/signin`;

type Form = { readonly action: string; readonly fields: Readonly<Record<string, string>> };

const plain = (text: string) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

/** The only form of a page, as the browser inside Windows would send it. */
function formIn(html: string): Form {
  const forms = [...html.matchAll(/<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/g)];
  assert.equal(forms.length, 1);
  const [, action = '', content = ''] = forms[0] ?? [];
  const inputs = [...content.matchAll(/<input type="\w+" name="(\w+)" value="([^"]*)"/g)];
  const fields = Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, plain(value)]));
  return { action: plain(action), fields };
}

const open = (url: string, appru: string = APPRU, more = '') =>
  fetch(`${url}?appru=${encodeURIComponent(appru)}&login_hint=ana%40example.jp${more}`, {
    headers: { 'accept-language': 'en' },
  });

const submit = ({ action, fields }: Form, more: Readonly<Record<string, string>> = {}) =>
  fetch(new URL(action, bench.url), {
    method: 'POST',
    body: new URLSearchParams({ ...fields, ...more }),
    redirect: 'error',
  });

/** Signs in by typing the code; the token that Windows gets. */
async function tokenFor(code: string): Promise<string> {
  const page = await submit(formIn(await (await open(SIGNIN)).text()), { code });
  assert.equal(page.status, 200);
  const { action, fields } = formIn(await page.text());
  assert.equal(action, APPRU);
  return fields['wresult'] ?? '';
}

test('a deep link needs no typing: discovery, one press, policy and enrollment with the token', async () => {
  const contractorId = await bench.newContractor();
  const invited = await bench.invite(contractorId);
  const methods = await bench.methods(contractorId, invited);
  const link = methods.find(({ kind }) => kind === 'deep_link')?.value ?? '';
  const server = new URL(link).searchParams.get('servername') ?? '';
  const answer = await post(server, soap(discoverBody(['OnPremise', 'Federated'])));
  const result = at(answer.body, 'DiscoverResult');
  const signin = childText(result, 'AuthenticationServiceUrl') ?? '';
  const first = await open(signin);
  assert.equal(first.status, 200);
  const html = await first.text();
  assert.match(html, /management by 株式会社 &#60;テスト&#62; &#38; Co/);
  const last = await submit(formIn(html));
  const { action, fields } = formIn(await last.text());
  assert.equal(action, APPRU);
  const token = byToken(fields['wresult'] ?? '');
  const policy = await post(childText(result, 'EnrollmentPolicyServiceUrl') ?? '', soap(policiesBody, token));
  assert.equal(policy.body.name, 'GetPoliciesResponse');
  const pc = new TestPc(bench.url);
  provisionedBy(await pc.request(token));
  assert.equal(await bench.uses(invited), 1);
});

test('the last page runs its own script and no other, and may be sent to Windows', async () => {
  const contractorId = await bench.newContractor();
  const { code } = await bench.invite(contractorId);
  const page = await submit(formIn(await (await open(`${SIGNIN}/${code}`)).text()));
  const html = await page.text();
  const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.ok(policy.includes(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`));
  assert.doesNotMatch(policy, /unsafe|form-action/);
  assert.match(policy, /^default-src 'none'/);
});

for (const appru of [
  'javascript:alert(1)',
  'https://evil.example/take',
  'http://127.0.0.1/',
  'data:text/html,x',
  'ms-app://x"><script>alert(1)</script>',
  'MS-APPX://x',
  'ms-app:x',
  '',
]) {
  test(`the token goes nowhere but to Windows: ${appru || 'nothing'} is refused`, async () => {
    const contractorId = await bench.newContractor();
    const { code } = await bench.invite(contractorId);
    const shown = await open(`${SIGNIN}/${code}`, appru);
    assert.equal(shown.status, 400);
    const text = await shown.text();
    assert.doesNotMatch(text, /<form|<script|evil/);
    const sent = await submit({ action: '/enroll/windows/signin', fields: { appru, code } });
    assert.equal(sent.status, 400);
    assert.doesNotMatch(await sent.text(), /wresult/);
  });
}

test('a code that lets nobody in is told as what it is, and gives no token', async () => {
  const contractorId = await bench.newContractor();
  const [revoked, expired] = [await bench.invite(contractorId), await bench.invite(contractorId)];
  const apple = await bench.invite(contractorId, { platform: 'apple' });
  await bench.revokeInvitation(contractorId, revoked);
  const told = async (code: string) => {
    const page = await submit({ action: '/enroll/windows/signin', fields: { appru: APPRU, lang: 'en', code } });
    assert.equal(page.status, 403);
    const html = await page.text();
    assert.doesNotMatch(html, /wresult/);
    return /<strong>(.*?)<\/strong>/.exec(html)?.[1];
  };
  assert.match((await told('nonsense')) ?? '', /does not work/);
  assert.match((await told(revoked.code)) ?? '', /withdrawn/);
  assert.match((await told(apple.code)) ?? '', /not for Windows/);
  bench.clock.advance('P8D');
  assert.match((await told(expired.code)) ?? '', /expired/);
});

test('a token is good for its invitation, for half an hour, and for one key', async () => {
  const contractorId = await bench.newContractor();
  const invited = await bench.invite(contractorId, { maxUses: 5 });
  const token = await tokenFor(invited.code);
  const pc = new TestPc(bench.url);
  const csr = quirkyCsr(pc.key);
  provisionedBy(await pc.request(byToken(token), csr));
  provisionedBy(await pc.request(byToken(token), csr)); // the answer was lost
  const copied = faultIn(await new TestPc(bench.url).request(byToken(token)));
  assert.equal(copied.subcode, 's:Authentication');
  assert.equal(await bench.uses(invited), 1);
  assert.deepEqual(await bench.events(contractorId), ['enrollment.token_reused']);
  const slow = await tokenFor(invited.code);
  bench.clock.advance('PT31M');
  assert.equal(faultIn(await new TestPc(bench.url).request(byToken(slow))).subcode, 's:Authentication');
});

test('a token that was changed anywhere, or made for another purpose, is none', async () => {
  const contractorId = await bench.newContractor();
  const other = await bench.newContractor();
  const token = Buffer.from(await tokenFor((await bench.invite(contractorId)).code), 'base64url');
  const url = `${bench.url}/EnrollmentServer/Policy.svc`;
  const moved = Buffer.concat([Buffer.from(other.replaceAll('-', ''), 'hex'), token.subarray(16)]);
  const flipped = [0, 20, 40, 50, 53, 60, 85].map((index) => {
    const copy = Buffer.from(token);
    copy.writeUInt8(copy.readUInt8(index) ^ 1, index);
    return copy;
  });
  for (const bytes of [moved, ...flipped, token.subarray(1), Buffer.concat([token, Buffer.from([0])])]) {
    const answer = await post(url, soap(policiesBody, byToken(bytes.toString('base64url'))));
    assert.equal(faultIn(answer).subcode, 's:Authentication');
  }
  assert.deepEqual(await bench.events(other), []);
});

test('a program may give the invitation code itself as its token', async () => {
  const contractorId = await bench.newContractor();
  const { code } = await bench.invite(contractorId);
  provisionedBy(await new TestPc(bench.url).request(byToken(code)));
});

test('who guesses codes is made to wait', async () => {
  const own = await enrollmentBench(database);
  const guess = () =>
    fetch(`${own.url}/enroll/windows/signin`, {
      method: 'POST',
      body: new URLSearchParams({ appru: APPRU, code: 'guess' }),
    });
  const statuses: number[] = [];
  for (let tries = 0; tries < 61; tries++) statuses.push((await guess()).status);
  assert.equal(statuses[59], 403);
  assert.equal(statuses[60], 429);
  const soapToo = await post(`${own.url}/EnrollmentServer/Policy.svc`, soap(policiesBody));
  assert.deepEqual([faultIn(soapToo).type, soapToo.headers.has('retry-after')], ['InMaintenance', true]);
  own.clock.advance('PT1M');
  assert.equal((await guess()).status, 403);
});

test('the page for people shows what the company sees, the button, and what to type', async () => {
  const contractorId = await bench.newContractor();
  const invited = await bench.invite(contractorId, { usageMode: 'personally-owned' });
  const page = await fetch(invited.url, { headers: { accept: 'text/html', 'accept-language': 'en' } });
  assert.equal(page.status, 200);
  const html = await page.text();
  assert.match(html, /<meta name="tsukasa-platform" content="windows">/);
  assert.match(html, /What the company sees/);
  assert.match(html, /Windows itself gives management the same powers on a personal PC/);
  const discoveryUrl = `${bench.url}/EnrollmentServer/${invited.code}/Discovery.svc`;
  const link = enrollmentLink({ userName: 'enroll@127.0.0.1', discoveryUrl, ownership: 'personal' });
  assert.ok(plain(html).includes(`href="${link}"`));
  for (const value of [`${bench.url}/EnrollmentServer/Discovery.svc`, 'enroll@127.0.0.1', invited.code]) {
    assert.ok(html.includes(`value="${value}"`), value);
  }
  const japanese = await (await fetch(`${invited.url}?lang=ja`, { headers: { accept: 'text/html' } })).text();
  assert.match(japanese, /会社から見えるもの/);
});

test('the other language of a sign-in page still knows where Windows waits', async () => {
  const html = await (await open(SIGNIN)).text();
  const other = plain(/<a href="(\?lang=ja[^"]*)"/.exec(html)?.[1] ?? '');
  const japanese = await fetch(`${SIGNIN}${other}`);
  assert.equal(japanese.status, 200);
  assert.match(await japanese.text(), /招待コードを入れてください/);
});

test('an invitation can be used in every way that Windows has; a package is not for personal PCs', async () => {
  const contractorId = await bench.newContractor();
  const invited = await bench.invite(contractorId);
  const methods = await bench.methods(contractorId, invited);
  const kinds = ['link', 'deep_link', 'server_address', 'user_name', 'password', 'provisioning_package'];
  assert.deepEqual(
    methods.map(({ kind }) => kind),
    kinds,
  );
  const file = Buffer.from(methods.at(-1)?.value ?? '');
  const upn = at(
    readXml(file, { maxBytes: 10_000 }),
    'Settings',
    'Customizations',
    'Common',
    'Workplace',
    'Enrollments',
    'UPN',
  );
  const discovered = await post(childText(upn, 'DiscoveryServiceFullUrl') ?? '', soap(discoverBody(['OnPremise'])));
  assert.equal(childText(at(discovered.body, 'DiscoverResult'), 'AuthPolicy'), 'OnPremise');
  assert.equal(childText(upn, 'Secret'), invited.code);
  const personal = await bench.invite(contractorId, { usageMode: 'personally-owned' });
  assert.ok((await bench.methods(contractorId, personal)).every(({ kind }) => kind !== 'provisioning_package'));
});

test('a key of another length is of no use to the token either', async () => {
  const contractorId = await bench.newContractor();
  const token = await tokenFor((await bench.invite(contractorId)).code);
  const pc = new TestPc(bench.url, {}, newKey(1024));
  assert.equal(faultIn(await pc.request(byToken(token))).subcode, 's:CertificateRequest');
  pc.key = newKey();
  provisionedBy(await pc.request(byToken(token)));
});
