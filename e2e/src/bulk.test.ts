import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sharedKeys, WindowsDevice } from '@tsukasa/fakes';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser, type StorageState, Visitor } from './browser.ts';
import { type EnrolledDevice, enroll } from './fleet.ts';
import { bindEnterprise, enrollAndroid, Google, giveProject } from './google.ts';
import { type Contractor, type Stage, useStage } from './harness.ts';
import { join, type Person } from './people.ts';
import { until } from './wait.ts';

const google = await Google.start();
const keys = sharedKeys(2);

let browser: Browser;
let contractor: Contractor;
let asking: Person;
let deciding: Person;
const phones: EnrolledDevice[] = [];
const pcs: WindowsDevice[] = [];
const androids: string[] = [];

const stage = useStage(
  async (opened) => {
    contractor = await opened.contractor('青葉商事株式会社', 'あおばしょうじ');
    const { contractorId } = contractor;
    await giveProject(opened, google);
    await bindEnterprise(opened, google, contractorId);
    await enrollAll(opened, contractorId);
    asking = await join(opened.provider, contractorId, 'contractor_administrator', 'Aoi Asks');
    deciding = await join(opened.provider, contractorId, 'contractor_administrator', 'Dai Decides');
  },
  { env: google.env },
);

/** Four iPhones, two PCs and four Android devices, all of them the company's. */
async function enrollAll(opened: Stage, contractorId: string): Promise<void> {
  const apple = await opened.invite(contractorId, { maxUses: 4 });
  for (let n = 0; n < 4; n++) phones.push(await enroll(opened, apple, { passcode: true }));
  const windows = await opened.invite(contractorId, { platform: 'windows', maxUses: 2 });
  for (let n = 0; n < 2; n++) pcs.push(await enrollPc(opened, windows, n));
  const android = await opened.invite(contractorId, {
    platform: 'android',
    managementMode: 'fully-managed',
    maxUses: 4,
  });
  for (let n = 0; n < 4; n++) androids.push((await enrollAndroid(google, android, `bulk ${n}`)).name);
  const params = { contractorId };
  let seen = '';
  await until('ten devices are managed and observed', 90_000, async () => {
    const { items } = await opened.provider.call('listDevices', { params });
    seen = items
      .map((one) => `${one.platform} ${one.managementState} ${one.openActions} ${one.lastObservedAt}`)
      .join(', ');
    const ready = items.filter(
      (one) => one.managementState === 'managed' && one.openActions === 0 && one.lastObservedAt !== null,
    );
    return ready.length === 10;
  }).catch((cause: unknown) => {
    throw new Error(`there are: ${seen}`, { cause });
  });
}

async function enrollPc(opened: Stage, link: string, n: number): Promise<WindowsDevice> {
  const pc = new WindowsDevice({ seed: `bulk ${n}`, keys, edition: 'pro', pace: 60 });
  await pc.enrollFromLink(link);
  await pc.connectOnce();
  const ending = new AbortController();
  const life = pc.live(ending.signal);
  life.catch(() => undefined); // heard when the stage closes
  opened.onLeave(async () => {
    ending.abort();
    await life;
  });
  return pc;
}

before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser.close();
  await google.close();
});

/** Where somebody has signed in before: they come again with the same session. */
const sessions = new Map<string, StorageState>();

async function visit(person: Person, what: (visitor: Visitor) => Promise<void>): Promise<void> {
  const kept = sessions.get(person.email);
  const look = { language: 'en', width: 1280 } as const;
  const visitor = await Visitor.arrive(browser, stage().url, kept === undefined ? look : { ...look, session: kept });
  try {
    if (kept === undefined) await visitor.signIn(person);
    else await visitor.open('/');
    sessions.set(person.email, await visitor.context.storageState());
    await what(visitor);
    assert.deepEqual(visitor.complaints, []);
  } catch (error) {
    const body = visitor.page.locator('body');
    const seen = await body.ariaSnapshot().catch(() => '');
    throw new Error(`at ${visitor.page.url()}\n${visitor.complaints.join('\n')}\n${seen.slice(0, 6000)}`, {
      cause: error,
    });
  } finally {
    await visitor.leave();
  }
}

async function openDevices({ page, words }: Visitor): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: words.devices, exact: true }).click();
  await page.getByRole('table', { name: words.deviceTable }).waitFor();
}

/** The dialog of a bulk action, once the server has said what it would do. */
async function openDialog({ page }: Visitor, action: string): Promise<Locator> {
  await page
    .getByRole('region', { name: 'Actions on the chosen devices' })
    .getByRole('button', { name: action })
    .click();
  const dialog = page.getByRole('dialog', { name: 'Act on the chosen devices' });
  await dialog.getByRole('region', { name: 'Where it will happen' }).waitFor();
  return dialog;
}

test('of ten devices of three platforms eight are locked, and what the other two cannot is said before', async () => {
  await visit(asking, async (visitor) => {
    const { page } = visitor;
    await openDevices(visitor);
    await page.getByRole('checkbox', { name: 'Choose all devices shown' }).check();
    await page.getByRole('status').filter({ hasText: '10 devices chosen' }).waitFor();
    const dialog = await openDialog(visitor, 'Lock');
    await dialog.getByText('Of 10 devices, 8 will do it and 2 cannot.').waitFor();
    const cannot = dialog.getByRole('region', { name: 'Where it cannot happen' }).getByRole('listitem');
    assert.equal(await cannot.count(), 1);
    const why = await cannot.innerText();
    assert.match(why, /Windows/);
    assert.match(why, /2 devices/);
    assert.match(why, /cannot be locked/);
    assert.doesNotMatch(await dialog.innerText(), /\b[a-z]+[._][a-z]+[._][a-z_]+\b/, 'a code, not words');
    await dialog.getByRole('button', { name: /^Lock: Ask 8 devices/ }).click();
    await page.waitForURL(/\/bulk-actions\/[0-9a-f-]{36}/);
    await page.getByRole('heading', { level: 1, name: 'Lock – 10 devices' }).waitFor();
    await page.getByText('Done 8').waitFor({ timeout: 60_000 });
    await page.getByText('Left out 2').waitFor();
    const rows = page.getByRole('table', { name: 'Device by device' }).getByRole('row');
    const leftOut = rows.filter({ hasText: 'Left out' });
    assert.equal(await leftOut.count(), 2);
    for (const text of await leftOut.allInnerTexts()) assert.match(text, /cannot be locked/);
  });
  for (const pc of pcs) assert.equal(pc.state.locks, 0);
});

test('a wipe of three is held until another administrator approves, and then done', async () => {
  await visit(asking, async (visitor) => {
    const { page } = visitor;
    await openDevices(visitor);
    for (const platform of ['Apple', 'Windows', 'Android']) {
      await page.getByRole('row').filter({ hasText: platform }).first().getByRole('checkbox').check();
    }
    const dialog = await openDialog(visitor, 'Erase');
    await dialog.getByText('All 3 devices will do it.').waitFor();
    await dialog.getByText('Somebody else must approve it').waitFor();
    const send = dialog.getByRole('button', { name: /^Erase: Ask 3 devices/ });
    assert.equal(await send.isDisabled(), true, 'without a reason');
    await dialog.getByLabel('Reason').fill('Returned to the leasing company');
    await send.click();
    await page.getByRole('heading', { level: 1, name: 'Erase – 3 devices' }).waitFor();
    await page.getByText('Waits for somebody else to approve').waitFor();
    await page.getByText(/^Nobody decides on their own request/).waitFor();
    assert.equal(await page.getByRole('button', { name: /^Approve/ }).count(), 0);
    await page.getByText('Waiting its turn 3').waitFor();
  });
  await visit(deciding, async (visitor) => {
    const { page } = visitor;
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /Decisions/ })
      .click();
    await page.getByLabel('1 waits for a decision').waitFor();
    const waiting = page.getByRole('article', { name: 'Erase – 3 devices' });
    await waiting.getByText('Reason: Returned to the leasing company').waitFor();
    await waiting.getByRole('button', { name: 'Approve: Erase – 3 devices' }).click();
    const dialog = page.getByRole('dialog', { name: 'Approve this?' });
    await dialog.getByLabel('Reason').fill('Seen the list');
    await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByText('Nothing waits for a decision.').waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Bulk actions' }).click();
    await page.getByRole('link', { name: 'Erase – 3 devices' }).click();
    await page.getByText('Approved by Aoi Asks').waitFor({ state: 'detached' });
    await page.getByText(/Approved by Dai Decides/).waitFor();
    await page.getByText('Done 3').waitFor({ timeout: 120_000 });
  });
  assert.equal(pcs.filter((pc) => pc.state.phase === 'wiped').length, 1);
});
