import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { Client } from './api-client.ts';
import { openBrowser, Visitor } from './browser.ts';
import { type EnrolledDevice, enroll } from './fleet.ts';
import { useStage } from './harness.ts';
import { approveAll, codeOf, join, PASSWORD, signIn } from './people.ts';
import { until } from './wait.ts';

/** Somebody who joined, and has signed in nowhere yet. */
const member = { name: 'Pia Passkey', email: 'pia@example.jp' };

let browser: Browser;
let contractorId: string;
let phone: EnrolledDevice;

const stage = useStage(
  async (opened) => {
    contractorId = (await opened.contractor('青葉商事株式会社')).contractorId;
    phone = await enroll(opened, await opened.invite(contractorId));
    const { email, name } = member;
    const body = { email, role: 'contractor_administrator' } as const;
    const link = await opened.provider.call('inviteMember', { params: { contractorId }, body });
    const accepted = { code: codeOf(link.url), name, password: PASSWORD };
    await new Client(opened.url).call('acceptAccountLink', { body: accepted });
  },
  { preload: ['moved-clock.ts'] },
);

before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** A security key inside the browser, which knows its owner and agrees to everything, as Chromium's own tests use it. */
async function plugInAuthenticator({ context, page }: Visitor): Promise<() => Promise<number>> {
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length;
}

/** Answers the question for a fresh proof with the passkey. */
async function proveWithPasskey({ page, words }: Visitor): Promise<void> {
  const proof = page.getByRole('dialog', { name: words.reauthentication });
  await proof.getByText(words.passkey, { exact: true }).click();
  await proof.getByRole('button', { name: words.reauthenticate }).click();
  await proof.waitFor({ state: 'detached' });
}

const inMenu = ({ page, words }: Visitor) => page.getByRole('button', { name: words.accountOf(member.name) });

test('a passkey is the second factor, signs in by itself, and is the fresh proof before an erasure', async () => {
  const visitor = await Visitor.arrive(browser, stage().url);
  const { page, words } = visitor;
  const credentials = await plugInAuthenticator(visitor);
  await visitor.open('/sign-in');
  await page.getByLabel(words.email).fill(member.email);
  await page.getByLabel(words.password, { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: words.signIn, exact: true }).click();
  await page.getByRole('button', { name: `${words.passkey}: ${words.choose}` }).click();
  await page.getByRole('button', { name: words.registerPasskey }).click();
  await inMenu(visitor).waitFor();
  assert.equal(await credentials(), 1);

  await inMenu(visitor).click();
  await page.getByRole('menuitem', { name: words.signOut }).click();
  await page.getByRole('button', { name: words.signInWithPasskey }).click();
  await inMenu(visitor).waitFor();

  await erase(visitor);
  stage().server.program.kill('SIGUSR2'); // six minutes later
  await visitor.open('/account');
  await page.getByRole('button', { name: words.addAuthenticatorApp }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: words.password }).fill(PASSWORD);
  await page.getByRole('button', { name: words.next }).click();
  await proveWithPasskey(visitor);
  await page.getByText(words.scanned).waitFor();
  assert.deepEqual(visitor.complaints, []);
  await visitor.leave();
});

test('a password is changed with a fresh proof: the other sessions end, this one goes on, and the trail tells', async () => {
  const person = await join(stage().provider, contractorId, 'helpdesk', 'Nao New');
  const elsewhere = await signIn(stage().url, person);
  const visitor = await Visitor.arrive(browser, stage().url, { language: 'en', cookie: person.cookie });
  const { page, words } = visitor;
  await visitor.open('/account');
  stage().server.program.kill('SIGUSR2'); // six minutes later
  await page.getByRole('button', { name: words.forms.account }).click();
  const form = page.getByRole('dialog', { name: words.forms.account });
  const field = (name: string) => form.getByLabel(name, { exact: true });
  const send = form.getByRole('button', { name: words.forms.account });
  await field(words.currentPassword).fill('not the password');
  await field(words.newPassword).fill('too short');
  await form.getByText(words.passwordTooShort).waitFor();
  await field(words.newPassword).fill('an entirely new password');
  await field(words.newPasswordAgain).fill('an entirely new pasword');
  await form.getByText(words.passwordsDiffer).waitFor();
  assert.ok(await send.isDisabled(), 'it can be sent though the two differ');
  await field(words.newPasswordAgain).fill('an entirely new password');
  await send.click();
  const proof = page.getByRole('dialog', { name: words.reauthentication });
  await proof.getByRole('textbox', { name: words.password }).fill(person.password);
  await proof.getByRole('button', { name: words.reauthenticate }).click();
  await form.getByText(words.wrongPassword).waitFor();
  await elsewhere.call('getSession'); // nothing has happened yet
  await field(words.currentPassword).fill(person.password);
  await send.click();
  await form.waitFor({ state: 'detached' });

  assert.equal((await elsewhere.refusal('getSession')).status, 401);
  await visitor.open('/account');
  await page.getByRole('button', { name: words.forms.account }).waitFor();
  const params = { contractorId };
  const { items } = await stage().provider.call('listAudit', { params, query: { action: 'password.changed' } });
  assert.deepEqual(
    items.map(({ actor }) => actor.name),
    [person.name],
  );
  assert.deepEqual(visitor.complaints, []);
  await visitor.leave();
});

test('a reset link asks for a new password and nothing else, then for a new second factor', async () => {
  const person = await join(stage().provider, contractorId, 'helpdesk', 'Rei Reset');
  const { principal } = await person.client.call('getSession');
  const link = await stage().provider.call('resetMember', { params: { contractorId, userId: principal.id } });
  const visitor = await Visitor.arrive(browser, stage().url);
  const { page, words } = visitor;
  await visitor.open(new URL(link.url).pathname + new URL(link.url).hash);
  assert.equal(await page.getByLabel(words.email).inputValue(), person.email);
  const password = page.getByLabel(words.newPassword, { exact: true });
  assert.equal(await page.locator('form input:not([readonly])').count(), 1);
  await password.fill('too long '.repeat(30));
  await page.getByText(words.passwordTooLong).waitFor();
  await password.fill('an entirely new password');
  await password.press('Enter');
  await page.getByRole('button', { name: words.signIn, exact: true }).waitFor();
  await page.getByLabel(words.email).fill(person.email);
  await page.getByLabel(words.password, { exact: true }).fill('an entirely new password');
  await page.getByRole('button', { name: words.signIn, exact: true }).click();
  await page.getByRole('button', { name: `${words.authenticatorApp}: ${words.choose}` }).waitFor();
  assert.equal((await person.client.refusal('getSession')).status, 401);
  assert.deepEqual(visitor.complaints, []);
  await visitor.leave();
});

async function erase(visitor: Visitor): Promise<void> {
  const { page, words } = visitor;
  const query = { q: phone.serialNumber };
  const deviceId = await until('the device is listed', 30_000, async () => {
    const { items } = await stage().provider.call('listDevices', { params: { contractorId }, query });
    return items.find((item) => item.managementState === 'managed')?.deviceId;
  });
  await visitor.open(`/c/${contractorId}/devices/${deviceId}?tab=actions`);
  stage().server.program.kill('SIGUSR2'); // six minutes later
  await page
    .getByRole('tabpanel')
    .getByRole('button', { name: new RegExp(`^${words.erase}`) })
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(words.reason).fill('紛失のため');
  await dialog.getByRole('button', { name: words.erase, exact: true }).click();
  await proveWithPasskey(visitor);
  await until('somebody else may agree', 20_000, async () => {
    const { items } = await stage().provider.call('listPending', { params: { contractorId } });
    return items.length === 1;
  });
  assert.equal(await approveAll(stage().provider, contractorId), 1);
  await until('the device is as new', 30_000, () => phone.device.state.phase === 'wiped');
}
