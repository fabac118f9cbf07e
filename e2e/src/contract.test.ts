import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Browser, Download, Locator } from 'playwright-core';
import { openBrowser, type StorageState, Visitor } from './browser.ts';
import { useStage } from './harness.ts';
import { join, type Person } from './people.ts';

/**
 * A contract from its application to the notice that ends it, by two people at two browsers: an administrator of the
 * contractor in Japanese, and the provider in English.
 */
const DEVICES = 40;
const QUOTED = { initial: 50_000, monthly: 300 };

let browser: Browser;
let contractorId: string;
let customer: Person;
let staff: Person;

const stage = useStage(
  async (opened) => {
    contractorId = await opened.bareContractor('青葉商事株式会社');
    customer = await join(opened.provider, contractorId, 'contractor_administrator', 'Hanako Sato');
    staff = await opened.administrator();
    const settings = await opened.provider.call('getBillingSettings');
    const issuer = { ...settings.issuer, name: '司通信株式会社', registrationNumber: 'T1234567890123' };
    await opened.provider.call('putBillingSettings', { body: { ...settings, issuer } });
  },
  { preload: ['moved-clock.ts'] },
);

before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Where somebody signed in through the console before: they come back with what their browser kept. */
const sessions = new Map<string, StorageState>();

/** Runs with one person at a browser; afterwards the browser must have had nothing to complain about. */
async function visit(
  person: Person,
  language: 'ja' | 'en',
  entrance: 'session' | 'sign in',
  what: (visitor: Visitor) => Promise<void>,
): Promise<void> {
  const kept = sessions.get(person.email);
  const session = kept === undefined ? { cookie: person.cookie } : { session: kept };
  const visitor = await Visitor.arrive(browser, stage().url, { language, ...(entrance === 'session' ? session : {}) });
  try {
    if (entrance === 'sign in') {
      await visitor.signIn(person);
      sessions.set(person.email, await visitor.context.storageState());
    }
    await what(visitor);
    assert.deepEqual(visitor.complaints, []);
  } catch (error) {
    const seen = await visitor.page
      .locator('body')
      .ariaSnapshot()
      .catch(() => '');
    throw new Error(`at ${visitor.page.url()}: ${visitor.complaints.join('\n')}\n${seen.slice(0, 6000)}`, {
      cause: error,
    });
  } finally {
    await visitor.leave();
  }
}

/** Presses what the server wants a fresh proof for, and gives it when it is asked for. */
async function press({ page, words }: Visitor, button: Locator, person: Person, done: Locator): Promise<void> {
  await button.click();
  const proof = page.getByRole('dialog', { name: words.reauthentication });
  await proof.or(done).first().waitFor();
  if (await proof.isVisible()) {
    await proof.getByRole('textbox', { name: words.password }).fill(person.password);
    await proof.getByRole('button', { name: words.reauthenticate }).click();
  }
  await done.waitFor();
}

/** Lets hours pass: for the server, and for the authenticator apps. */
async function later(hours: number): Promise<void> {
  await stage().server.moveClock(hours);
  for (const person of [customer, staff]) person.authenticator.moveClock(hours);
}

/** Today in Japan by the server's clock, and days after it. */
async function japaneseDay(days = 0): Promise<Temporal.PlainDate> {
  const { on } = await stage().provider.call('getEntitlements', { params: { contractorId } });
  return Temporal.PlainDate.from(on).add({ days });
}
const inJapanese = (day: Temporal.PlainDate) => `${day.year}年${day.month}月${day.day}日`;

async function bytesOf(download: Download): Promise<Buffer> {
  return readFile(await download.path());
}

describe('a contract, from its application to the notice', { concurrency: 1 }, () => {
  test('the contractor sees that there is none, applies, and sees the price as far as it is known', async () => {
    await visit(customer, 'ja', 'session', async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/c/${contractorId}`);
      await page.getByText('まだ契約がありません').waitFor();
      await page.getByRole('link', { name: '契約と請求を開く' }).click();
      await page.getByRole('main').getByRole('link', { name: '申し込む' }).click();
      await page.getByRole('radio', { name: 'デバイス・アプリ管理' }).check();
      await page.getByRole('textbox', { name: '対象端末の台数' }).fill(String(DEVICES));
      await page.getByRole('checkbox', { name: 'オペレーション代行オプション' }).check();
      const count = page.getByRole('textbox', { name: '台数 (オペレーション代行オプション)' });
      assert.equal(await count.inputValue(), String(DEVICES));
      await page.getByText('申し込めます', { exact: true }).waitFor();
      const prices = page.getByRole('table', { name: '料金' });
      await prices.getByText('個別見積').first().waitFor();
      await prices.getByText('￥6,000').waitFor(); // 150 yen for each of 40 devices
      await page.getByRole('button', { name: 'この内容で申し込む' }).click();
      await page.getByRole('table', { name: '申込' }).getByText('回答待ち').waitFor();
    });
  });

  test('the provider quotes what Schedule 1 leaves open, and accepts', async () => {
    const today = await japaneseDay();
    await visit(staff, 'en', 'session', async (visitor) => {
      const { page } = visitor;
      await visitor.open('/provider/applications');
      await page.getByRole('link', { name: /Device and app management 40 devices/ }).click();
      await page.getByText('A quote is needed').waitFor();
      await page.getByRole('button', { name: 'Quote', exact: true }).click();
      const quote = page.getByRole('dialog', { name: 'Quote' });
      const lines = quote.getByRole('group', { name: /^Price \d/ });
      assert.equal(await lines.count(), 2, 'a line for each price that is not known');
      const initial = lines.nth(0);
      const monthly = lines.nth(1);
      assert.equal(await initial.getByRole('combobox', { name: 'Fee' }).inputValue(), 'Initial');
      assert.equal(await monthly.getByRole('combobox', { name: 'Fee' }).inputValue(), 'Monthly');
      await initial.getByRole('textbox', { name: 'Unit price' }).fill(String(QUOTED.initial));
      await monthly.getByRole('textbox', { name: 'Unit price' }).fill(String(QUOTED.monthly));
      await monthly.getByRole('combobox', { name: 'Per' }).click();
      await page.getByRole('option', { name: 'per device' }).click();
      await quote.getByRole('button', { name: 'Show it to the contractor' }).click();
      await quote.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Accept', exact: true }).click();
      const acceptance = page.getByRole('dialog', { name: 'Accept' });
      await acceptance.getByLabel('Billing start date').fill(today.toString());
      await acceptance.getByRole('button', { name: 'Accept', exact: true }).click();
      await acceptance.waitFor({ state: 'detached' });
      await page.getByText('Accepted', { exact: true }).first().waitFor();
    });
  });

  test('it begins when the contractor has agreed to the licence', async () => {
    await visit(customer, 'ja', 'session', async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/c/${contractorId}/contract`);
      await page.getByText('使用許諾への同意待ち').first().waitFor();
      for (;;) {
        const waiting = page.getByRole('button', { name: /^読んで同意する/ });
        const left = await waiting.count();
        if (left === 0) break;
        await waiting.first().click();
        const licence = page.getByRole('dialog');
        const agree = licence.getByRole('button', { name: '同意する', exact: true });
        assert.ok(await agree.isDisabled(), 'it can be agreed to without saying that it was read');
        await licence.getByRole('checkbox').check();
        await agree.click();
        await licence.waitFor({ state: 'detached' });
      }
      await page.getByRole('link', { name: 'デバイス・アプリ管理' }).waitFor();
      await page.getByText('契約中', { exact: true }).first().waitFor();
      await visitor.open(`/c/${contractorId}/enrollment`);
      assert.equal(await page.getByText('いまの契約では端末を登録できません').count(), 0);
    });
  });

  test('the provider closes the month, after it has ended', async () => {
    const month = (await japaneseDay()).toPlainYearMonth();
    await later(24 * 32);
    assert.notEqual((await japaneseDay()).toPlainYearMonth().toString(), month.toString());
    await visit(staff, 'en', 'sign in', async (visitor) => {
      const { page } = visitor;
      await visitor.open('/provider/closings');
      await page.getByRole('link', { name: 'Begin the closing' }).click();
      await page.waitForURL(new RegExp(`/closings/${month}`));
      await page.getByRole('button', { name: 'Make the draft' }).click();
      const approve = page.getByRole('button', { name: 'Approve and issue' });
      await approve.click();
      const question = page.getByRole('dialog', { name: 'Approve and issue' });
      const issued = page.getByRole('link', { name: 'Open the invoices of the month' });
      await press(visitor, question.getByRole('button', { name: 'Approve and issue' }), staff, issued);
      await issued.click();
      await page.getByRole('table', { name: 'Invoices' }).getByRole('link').first().waitFor();
    });
  });

  test('the contractor downloads the invoice, with what was quoted on it', async () => {
    const net = QUOTED.initial + 20_000 + DEVICES * (QUOTED.monthly + 150);
    await visit(customer, 'ja', 'sign in', async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/c/${contractorId}/invoices`);
      await page.getByRole('table', { name: '請求書' }).getByRole('link').first().click();
      const totals = page.getByRole('table', { name: '税率ごとの合計' });
      await totals.getByText(`￥${net.toLocaleString('ja-JP')}`).waitFor();
      await totals.getByText(`￥${(net * 1.1).toLocaleString('ja-JP')}`).waitFor();
      const downloading = page.waitForEvent('download');
      await page.getByRole('link', { name: 'PDF' }).click();
      const download = await downloading;
      assert.match(download.suggestedFilename(), /\.pdf$/);
      const pdf = await bytesOf(download);
      assert.equal(pdf.subarray(0, 5).toString('latin1'), '%PDF-');
      assert.ok(pdf.length > 5_000, `${pdf.length} bytes`);
    });
  });

  test('a notice says beforehand on which day it ends, and why, in the words of the terms', async () => {
    const last = inJapanese(await japaneseDay(30));
    await visit(customer, 'ja', 'session', async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/c/${contractorId}/contract`);
      await page.getByRole('main').getByRole('link', { name: 'デバイス・アプリ管理', exact: true }).click();
      await page.getByRole('button', { name: '解約を通知' }).click();
      const notice = page.getByRole('dialog', { name: '解約を通知' });
      const preview = notice.getByRole('alert', { name: 'この通知で終了するもの' });
      await preview.getByText(last).first().waitFor();
      await preview.getByText('オペレーション代行オプション').first().waitFor();
      await preview
        .getByRole('button', { name: /第10条/ })
        .first()
        .click();
      await preview
        .getByText(/到達した日から/)
        .first()
        .waitFor();
      await notice.getByRole('checkbox').check();
      const ending = page.getByText('終了予定', { exact: true }).first();
      await press(visitor, notice.getByRole('button', { name: '通知する' }), customer, ending);
      await notice.waitFor({ state: 'detached' });
      await page.getByRole('main').getByText(last).first().waitFor();
      await visitor.open(`/c/${contractorId}`);
      await page.getByText('まもなく終了します').waitFor();
    });
  });
});
