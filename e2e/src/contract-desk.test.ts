import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser, Visitor } from './browser.ts';
import { contractPlaces } from './contract-places.ts';
import { useStage } from './harness.ts';
import type { ContractPlaces } from './pages.ts';
import { acceptLink, type Person } from './people.ts';

/**
 * What the provider's desk does with a contract that runs: it corrects an entry, decides an adjustment by two people, takes a
 * payment back, and publishes a revision of the terms after its trial.
 */
const FEE = { wrong: 12_000, right: 10_500 };
const DRAFTED_FEE = 200;
const DRAFT = '2098-04-01';

let browser: Browser;
let places: ContractPlaces;
let administrator: Person;
let billing: Person;

const stage = useStage(async (opened) => {
  const { contractorId } = await opened.contractor('青葉商事株式会社');
  places = await contractPlaces(opened, contractorId);
  const { contractId } = places;
  administrator = await opened.administrator();
  const email = 'billing@example.jp';
  const link = await opened.provider.call('inviteStaff', { body: { email, role: 'provider_billing' } });
  billing = await acceptLink(opened.url, link.url, { email, name: 'Jun Kato' });
  const { on } = await opened.provider.call('getEntitlements', { params: { contractorId } });
  const fee = { subject: 'service', amount: FEE.wrong, on, cause: 'On-site work' };
  const place = { contractorId, contractId };
  const { facts } = await opened.provider.call('getContract', { params: place });
  const seq = facts.find(({ type }) => type === 'notice_arrived')?.seq ?? 0;
  await opened.provider.call('withdrawNotice', { params: { ...place, seq }, body: { reason: 'The option goes on' } });
  await opened.provider.call('addOneTimeFee', { params: place, body: fee });
});

before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Runs with one person at a browser, in English; afterwards the browser must have had nothing to complain about. */
async function visit(person: Person, path: string, what: (visitor: Visitor) => Promise<void>): Promise<void> {
  const visitor = await Visitor.arrive(browser, stage().url, { language: 'en', cookie: person.cookie });
  try {
    await visitor.open(path);
    await what(visitor);
    assert.deepEqual(visitor.complaints, []);
  } catch (error) {
    const seen = await visitor.page
      .locator('body')
      .ariaSnapshot()
      .catch(() => '');
    throw new Error(`at ${visitor.page.url()}: ${seen.slice(0, 6000)}`, { cause: error });
  } finally {
    await visitor.leave();
  }
}

const gone = (dialog: Locator) => dialog.waitFor({ state: 'detached' });

describe('the desk of the provider', { concurrency: 1 }, () => {
  test('an entry is corrected by another one; both stay to be read, and the charge follows', async () => {
    const { contractorId, contractId } = places;
    const { facts } = await stage().provider.call('getContract', { params: { contractorId, contractId } });
    const seq = facts.find(({ type }) => type === 'one_time_fee')?.seq;
    await visit(administrator, `/provider/contracts/${contractorId}/${contractId}`, async ({ page }) => {
      const charges = page.getByRole('table', { name: 'Charges' });
      await charges.getByText('¥12,000').first().waitFor();
      await page.getByRole('button', { name: `Correct: Entry ${seq}`, exact: true }).click();
      const dialog = page.getByRole('dialog', { name: `Correct: Entry ${seq}` });
      await dialog.getByRole('textbox', { name: 'Amount (excluding tax)' }).fill(String(FEE.right));
      const correct = dialog.getByRole('button', { name: 'Correct', exact: true });
      assert.ok(await correct.isDisabled(), 'it can be corrected without a reason');
      await dialog.getByRole('textbox', { name: 'Reason' }).fill('Mistyped');
      await correct.click();
      await gone(dialog);
      const entries = page.getByRole('list', { name: 'History of the contract' }).getByRole('listitem');
      const old = entries.filter({ hasText: `Entry ${seq}` }).filter({ hasText: 'On-site work' });
      await old.filter({ hasText: 'corrected' }).first().waitFor();
      await entries.filter({ hasText: 'Mistyped' }).filter({ hasText: '¥10,500' }).waitFor();
      await charges.getByText('¥10,500').first().waitFor();
      assert.equal(await charges.getByText('¥12,000').count(), 0);
      assert.equal(await page.getByRole('button', { name: `Correct: Entry ${seq}`, exact: true }).count(), 0);
    });
  });

  test('an adjustment is asked by one person and decided by another', async () => {
    const description = 'Apology for the outage';
    const approve = { name: `Approve: ${description}` };
    await visit(administrator, '/provider/adjustments', async ({ page }) => {
      await page.getByRole('button', { name: 'Ask for an adjustment' }).click();
      const dialog = page.getByRole('dialog', { name: 'Ask for an adjustment' });
      await dialog.getByRole('combobox', { name: 'Contractor' }).click();
      await page.getByRole('option', { name: '青葉商事株式会社' }).click();
      await dialog.getByRole('textbox', { name: 'Description' }).fill(description);
      await dialog.getByRole('textbox', { name: 'Amount (excluding tax)' }).fill('-3000');
      await dialog.getByRole('textbox', { name: 'Reason' }).fill('Agreed on the telephone');
      await dialog.getByRole('button', { name: 'Ask for an adjustment' }).click();
      await gone(dialog);
      await page.getByRole('row', { name: description }).getByText('Somebody else decides').waitFor();
      assert.equal(await page.getByRole('button', approve).count(), 0);
    });
    const { items } = await stage().provider.call('listAdjustments', { query: {} });
    const asked = items.find((one) => one.description === description);
    assert.ok(asked);
    const { contractorId, adjustmentId } = asked;
    const body = { approve: true, note: '' };
    const own = administrator.client.call('decideAdjustment', { params: { contractorId, adjustmentId }, body });
    await assert.rejects(own, 'who asked decides too');
    await visit(billing, '/provider/adjustments', async ({ page }) => {
      await page.getByRole('button', approve).click();
      const dialog = page.getByRole('dialog', { name: 'Approve' });
      await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
      await gone(dialog);
      const row = page.getByRole('row', { name: description });
      await row.getByText('Approved').waitFor();
      await row.getByText('Jun Kato').waitFor();
    });
  });

  test('a payment is recorded and taken back by another entry; what is open follows', async () => {
    const { contractorId = '', invoiceId = '' } = places.invoice ?? {};
    const openAmount = async () => {
      const { total, payments } = await stage().provider.call('getInvoice', { params: { contractorId, invoiceId } });
      return payments.reduce((open, { amount }) => open - amount, total);
    };
    const before = await openAmount();
    await visit(billing, `/provider/invoices/${contractorId}/${invoiceId}`, async ({ page }) => {
      await page.getByRole('button', { name: 'Record a payment' }).click();
      const form = page.getByRole('dialog', { name: 'Record a payment' });
      await form.getByRole('textbox', { name: 'Amount' }).fill('4321');
      await form.getByRole('button', { name: 'Record', exact: true }).click();
      await gone(form);
      const payments = page.getByRole('table', { name: 'Payments' });
      await payments.getByText('¥4,321', { exact: true }).waitFor();
      assert.equal(await openAmount(), before - 4321);
      const takeBack = payments.getByRole('button', { name: /^Take the payment back: ¥4,321/ });
      await takeBack.click();
      const dialog = page.getByRole('dialog', { name: 'Take the payment back' });
      await dialog.getByRole('textbox', { name: 'Reason' }).fill('Another customer’s money');
      await dialog.getByRole('button', { name: 'Take the payment back' }).click();
      await gone(dialog);
      await payments.getByText('-¥4,321', { exact: true }).waitFor();
      assert.equal(await openAmount(), before);
      assert.equal(await takeBack.count(), 0, 'a payment can be taken back twice');
    });
  });

  test('a revision is tried on all contracts, published, and never changes again', async () => {
    const { provider } = stage();
    const { title, rules, transitions } = (await provider.call('listRevisions')).items.at(-1) ?? {};
    assert.ok(title && rules && transitions);
    const monthly = { type: 'fixed' as const, amount: DRAFTED_FEE, per: 'device' as const };
    const fees = rules.fees.map((fee) => (fee.subject === 'operation-proxy' ? { ...fee, monthly } : fee));
    const params = { effectiveOn: DRAFT };
    const content = { title, rules: { ...rules, fees }, transitions };
    await provider.call('putRevisionDraft', { params, body: content });
    await visit(administrator, `/provider/terms/${DRAFT}`, async ({ page }) => {
      await page.getByRole('button', { name: 'Try it' }).click();
      const trial = page.getByRole('table', { name: 'Try it on all contracts' });
      const row = trial.getByRole('row', { name: '青葉商事株式会社' });
      await row.getByText('¥36,000').waitFor();
      await row.getByText('¥38,000').waitFor(); // 50 yen more for each of 40 devices
      await page.getByRole('button', { name: 'Publish', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Publish' });
      const publish = dialog.getByRole('button', { name: 'Publish', exact: true });
      assert.ok(await publish.isDisabled(), 'it can be published without typing its day');
      await dialog.getByRole('textbox', { name: /to confirm$/ }).fill(DRAFT);
      await publish.click();
      await gone(dialog);
      assert.equal(await page.getByRole('button', { name: 'Publish', exact: true }).count(), 0);
      assert.equal(await page.getByRole('button', { name: 'Save the draft' }).count(), 0);
      await page.getByText('¥200').first().waitFor();
    });
    await assert.rejects(
      provider.call('putRevisionDraft', { params, body: content }),
      'published terms can be changed',
    );
  });
});
