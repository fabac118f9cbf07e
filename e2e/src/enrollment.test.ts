import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { WindowsDevice } from '@tsukasa/fakes';
import type { Browser, Locator, Page } from 'playwright-core';
import { openBrowser, Visitor } from './browser.ts';
import { makeDevice } from './fleet.ts';
import { bindEnterprise, enrollAndroid, Google, giveProject } from './google.ts';
import { type Contractor, useStage } from './harness.ts';
import { join, type Person } from './people.ts';
import { until } from './wait.ts';

const google = await Google.start();
let browser: Browser;
let contractor: Contractor;
let unready: string;
let administrator: Person;
let helpdesk: Person;

const stage = useStage(
  async (opened) => {
    contractor = await opened.contractor('青葉商事株式会社', 'あおばしょうじ');
    const { contractorId } = contractor;
    await giveProject(opened, google);
    await bindEnterprise(opened, google, contractorId);
    unready = await opened.bareContractor('準備中株式会社');
    administrator = await join(opened.provider, contractorId, 'contractor_administrator', 'Aoi Admin');
    helpdesk = await join(opened.provider, unready, 'helpdesk', 'Hana Help');
  },
  { env: google.env },
);

before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser.close();
  await google.close();
});

async function visit(person: Person, path: string, what: (page: Page) => Promise<void>): Promise<void> {
  const { cookie } = person;
  const visitor = await Visitor.arrive(browser, stage().url, { language: 'en', width: 1280, cookie });
  try {
    await visitor.open(path);
    await what(visitor.page);
    assert.deepEqual(visitor.complaints, []);
  } finally {
    await visitor.leave();
  }
}

const KIND = { apple: 'iPhone, iPad, Mac', windows: 'Windows PC', android: 'Android phone or tablet' } as const;
const COMPANY = 'Company-owned';
const OWN = 'Personally-owned';
const LINK = 'Open the link on the device';
const WINDOWS = [LINK, 'Press a button on the PC itself', 'Type it into the settings of the PC'];
const RESET = [
  'Scan the QR code while setting up',
  'Open the page on another screen',
  'Type it while setting up',
  'Zero-touch enrollment',
];

/** The answers, what they lead to, and the ways that are offered then. */
type Path = {
  readonly platform: keyof typeof KIND;
  readonly answers: readonly (string | RegExp)[];
  readonly mode: string;
  readonly ways: readonly string[];
};
const PATHS: Readonly<Record<string, Path>> = {
  "the company's iPhone": { platform: 'apple', answers: [COMPANY], mode: 'Whole device', ways: [LINK] },
  "a person's own iPhone": { platform: 'apple', answers: [OWN], mode: 'Whole device', ways: [LINK] },
  "the company's PC": {
    platform: 'windows',
    answers: [COMPANY],
    mode: 'Whole device',
    ways: [...WINDOWS, 'Many at once with a provisioning package'],
  },
  "a person's own PC": { platform: 'windows', answers: [OWN], mode: 'Whole device', ways: WINDOWS },
  'an Android phone for work only': {
    platform: 'android',
    answers: [COMPANY, /^No: it is for work only/, /^One person works with it/],
    mode: 'Fully managed',
    ways: RESET,
  },
  'an Android tablet for a purpose': {
    platform: 'android',
    answers: [COMPANY, /^No: it is for work only/, /^It serves a purpose/],
    mode: 'Dedicated device',
    ways: RESET,
  },
  "the company's Android phone with a private part": {
    platform: 'android',
    answers: [COMPANY, /^Yes: work and private life/],
    mode: 'Work profile',
    ways: RESET,
  },
  "a person's own Android phone": {
    platform: 'android',
    answers: [OWN],
    mode: 'Work profile',
    ways: [LINK, 'Open the enrollment on the device itself', 'Type the enrollment code'],
  },
};

/** Answers the questions one after the other; nothing can be created before the last. Answers the invitation's dialog. */
async function invite(page: Page, name: string, { platform, answers, mode }: Path): Promise<Locator> {
  await page.getByRole('button', { name: 'Create an invitation' }).click();
  const form = page.getByRole('dialog', { name: 'Create an invitation' });
  const create = form.getByRole('button', { name: 'Create', exact: true });
  await form.getByRole('radio', { name: KIND[platform] }).check();
  for (const answer of answers) {
    assert.equal(await create.isDisabled(), true, `before ${answer}`);
    await form.getByRole('radio', { name: answer }).check();
  }
  await form.getByText(`Once enrolled: ${mode}`).waitFor();
  await form.getByLabel('Label').fill(name);
  await create.click();
  const dialog = page.getByRole('dialog', { name });
  await dialog.getByRole('region').first().waitFor();
  return dialog;
}

/** A device of the platform comes in with what stands in the dialog. */
async function comeIn(platform: Path['platform'], link: string, seed: string): Promise<void> {
  if (platform === 'apple') await makeDevice(stage()).enroll(link);
  else if (platform === 'windows') await new WindowsDevice({ seed, edition: 'pro' }).enrollFromLink(link);
  else await enrollAndroid(google, link, seed);
}

describe('every path of questions leads to the ways of its device, and one of them works', { concurrency: 1 }, () => {
  for (const [name, path] of Object.entries(PATHS)) {
    test(name, async () => {
      await visit(administrator, `/c/${contractor.contractorId}/enrollment`, async (page) => {
        const dialog = await invite(page, name, path);
        const ways = dialog.getByRole('region');
        assert.deepEqual(await ways.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))), path.ways);
        const foreign = path.platform === 'windows' ? /Android|iPhone/ : /\bPC that is|Windows/;
        assert.doesNotMatch(await dialog.innerText(), foreign, 'words of another platform');
        const link = await dialog.getByRole('textbox', { name: 'Enrollment link' }).inputValue();
        await comeIn(path.platform, link, name);
        await dialog.getByText('Used: 1 of 1').waitFor({ timeout: 60_000 });
        await dialog.getByText('This invitation has ended').waitFor();
      });
    });
  }
});

test('what is handed over is whole: the QR code, the extras as JSON, and the package as a file', async () => {
  await visit(administrator, `/c/${contractor.contractorId}/enrollment`, async (page) => {
    const phone = PATHS['an Android phone for work only'];
    const pc = PATHS["the company's PC"];
    assert.ok(phone !== undefined && pc !== undefined);
    let dialog = await invite(page, 'whole phone', phone);
    await dialog.getByRole('img', { name: 'QR code to scan while setting up the device' }).waitFor();
    const extras: unknown = JSON.parse(await dialog.getByRole('textbox', { name: 'DPC extras (JSON)' }).inputValue());
    assert.match(JSON.stringify(extras), /android\.app\.extra\.PROVISIONING_ADMIN_EXTRAS_BUNDLE/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    dialog = await invite(page, 'whole pc', pc);
    const opens = dialog.getByRole('link', { name: 'Enroll this PC' });
    assert.match((await opens.getAttribute('href')) ?? '', /^ms-device-enrollment:\?mode=mdm&/);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download customizations.xml' }).click(),
    ]);
    assert.equal(file.suggestedFilename(), 'customizations.xml');
  });
});

test('how many devices may use it can be typed anew', async () => {
  await visit(administrator, `/c/${contractor.contractorId}/enrollment`, async (page) => {
    await page.getByRole('button', { name: 'Create an invitation' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('radio', { name: KIND.windows }).check();
    await form.getByRole('radio', { name: COMPANY }).check();
    const uses = form.getByRole('textbox', { name: /devices/i });
    await uses.click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Backspace');
    assert.equal(await uses.inputValue(), '');
    await page.keyboard.type('25');
    assert.equal(await uses.inputValue(), '25');
    await form.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('dialog').getByText('Used: 0 of 25').waitFor();
  });
});

test('what is missing is said for each platform, and to those who cannot set it up, whom to ask', async () => {
  await visit(helpdesk, `/c/${unready}/enrollment`, async (page) => {
    const main = page.getByRole('main');
    await main.getByText(`${KIND.apple}: Something has to be set up first`).waitFor();
    await main.getByText(`${KIND.android}: Something has to be set up first`).waitFor();
    assert.equal(await main.getByRole('link', { name: /^Set up/ }).count(), 0);
    assert.equal(await main.getByRole('button', { name: 'Create an invitation' }).isDisabled(), true);
  });
  await until('the contractor has no invitation', 5_000, async () => {
    const { items } = await stage().provider.call('listInvitations', { params: { contractorId: unready } });
    return items.length === 0;
  });
});
