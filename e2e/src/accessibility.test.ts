import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser, overflow, type Scheme, seriousFindings, Visitor } from './browser.ts';
import { enroll } from './fleet.ts';
import { type Contractor, useStage } from './harness.ts';
import { contractorPages, outsidePages, type Place, PROVIDER_PAGES } from './pages.ts';
import { codeOf, join, type Person } from './people.ts';
import { until } from './wait.ts';
import type { Language } from './words.ts';

const LANGUAGES: readonly Language[] = ['ja', 'en'];
const SCHEMES: readonly Scheme[] = ['light', 'dark'];
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };

let browser: Browser;
let contractor: Contractor;
let inside: readonly Place[];
let administrator: Person;
let setupCode: string;
let link: string;

const stage = useStage(async (opened) => {
  contractor = await opened.contractor('青葉商事株式会社', 'あおばしょうじ');
  const { contractorId } = contractor;
  const people = ['佐藤 花子', '鈴木 一郎'];
  for (const name of people) {
    await opened.provider.call('createPerson', {
      params: { contractorId },
      body: { name, kana: 'さとう', department: '営業部' },
    });
  }
  await opened.provider.call('createGroup', { params: { contractorId }, body: { name: '営業' } });
  await opened.provider.call('createApiToken', {
    params: { contractorId },
    body: { name: '連携', role: 'auditor', expiresInDays: 30 },
  });
  link = await opened.invite(contractorId, { maxUses: 5, label: '配布用' });
  const device = await enroll(opened, link);
  const { deviceId } = await until('the device is managed', 20_000, async () => {
    const { items } = await opened.provider.call('listDevices', { params: { contractorId } });
    return items.find((item) => item.serialNumber === device.serialNumber && item.lastObservedAt !== null);
  });
  await opened.provider.call('askAction', { params: { contractorId, deviceId }, body: { type: 'lock' } });
  administrator = await opened.administrator();
  await join(opened.provider, contractorId, 'auditor', 'Akira Audit');
  const invited = await opened.provider.call('inviteMember', {
    params: { contractorId },
    body: { email: 'new@example.jp', role: 'helpdesk' },
  });
  setupCode = codeOf(invited.url);
  inside = [...PROVIDER_PAGES, ...contractorPages(contractorId, deviceId)];
});

before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Looks at a page in both schemes, and in the width of a phone: everything that is wrong with it, one line each. */
async function inspect(visitor: Visitor, place: Place): Promise<readonly string[]> {
  const { page } = visitor;
  const wrong: string[] = [];
  await visitor.open(place.path);
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme });
    const findings = await seriousFindings(page);
    wrong.push(...findings.map((finding) => `${place.name} ${visitor.language} ${scheme}: ${finding}`));
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(PHONE);
  await visitor.settle();
  const wide = await overflow(page);
  if (wide > 0) wrong.push(`${place.name} ${visitor.language}: ${wide} px wider than a phone`);
  const findings = await seriousFindings(page);
  wrong.push(...findings.map((finding) => `${place.name} ${visitor.language} on a phone: ${finding}`));
  await page.setViewportSize(DESK);
  return wrong;
}

for (const language of LANGUAGES) {
  describe(`the console in ${language}`, () => {
    test('every page inside, in both colour schemes and on a phone', async () => {
      const visitor = await Visitor.arrive(browser, stage().url, { language });
      try {
        await visitor.signIn(administrator);
        const wrong: string[] = [];
        for (const place of inside) wrong.push(...(await inspect(visitor, place)));
        assert.deepEqual(wrong, []);
        assert.deepEqual(visitor.complaints, []);
      } finally {
        await visitor.leave();
      }
    });

    test('sign-in, its second step, and the page of a one-time link', async () => {
      const visitor = await Visitor.arrive(browser, stage().url, { language });
      try {
        const wrong: string[] = [];
        for (const place of outsidePages(setupCode)) wrong.push(...(await inspect(visitor, place)));
        assert.deepEqual(wrong, []);
        assert.deepEqual(visitor.complaints, []);
      } finally {
        await visitor.leave();
      }
    });

    test('the page that a person sees who is to enroll a device', async () => {
      const visitor = await Visitor.arrive(browser, stage().url, { language });
      const { page } = visitor;
      try {
        const wrong: string[] = [];
        for (const address of [link, `${stage().url}/enroll/AAAAAAAAAAAAAAAAAAAAAA`]) {
          await page.goto(address);
          for (const scheme of SCHEMES) {
            await page.emulateMedia({ colorScheme: scheme });
            wrong.push(...(await seriousFindings(page)).map((finding) => `${scheme}: ${finding}`));
          }
          await page.setViewportSize(PHONE);
          const wide = await overflow(page);
          if (wide > 0) wrong.push(`${address}: ${wide} px wider than a phone`);
          await page.setViewportSize(DESK);
        }
        assert.deepEqual(wrong, []);
        assert.deepEqual(visitor.complaints, []);
      } finally {
        await visitor.leave();
      }
    });
  });
}
