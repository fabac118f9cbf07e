import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser, overflow, type Scheme, seriousFindings, standStill, Visitor } from './browser.ts';
import { contractPlaces } from './contract-places.ts';
import { enroll } from './fleet.ts';
import { type Contractor, useStage } from './harness.ts';
import { contractorPages, contractPages, outsidePages, type Place, PROVIDER_PAGES } from './pages.ts';
import { codeOf, join } from './people.ts';
import { until } from './wait.ts';
import type { Language } from './words.ts';

const LANGUAGES: readonly Language[] = ['ja', 'en'];
const SCHEMES: readonly Scheme[] = ['light', 'dark'];
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };

let browser: Browser;
let contractor: Contractor;
let inside: readonly Place[];
let cookie: string;
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
  ({ cookie } = await opened.administrator());
  await join(opened.provider, contractorId, 'auditor', 'Akira Audit');
  const invited = await opened.provider.call('inviteMember', {
    params: { contractorId },
    body: { email: 'new@example.jp', role: 'helpdesk' },
  });
  setupCode = codeOf(invited.url);
  const places = await contractPlaces(opened, contractorId);
  inside = [...PROVIDER_PAGES, ...contractorPages(contractorId, deviceId), ...contractPages(places)];
});

before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

/** Looks at a page in both schemes, and in the width of a phone: everything that is wrong with it, one line each. */
async function inspect(visitor: Visitor, place: Place): Promise<readonly string[]> {
  await visitor.open(place.path);
  await standStill(visitor.page);
  return look(visitor, place, 'page');
}

/** The same for a form that a button of the page opens. */
async function inspectForm(visitor: Visitor, place: Place, button: Locator): Promise<readonly string[]> {
  const { page } = visitor;
  await button.click();
  await page.getByRole('dialog').waitFor();
  const wrong = await look(visitor, { ...place, name: `form of ${place.name}` }, 'form');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  return wrong;
}

async function look(visitor: Visitor, place: Place, what: 'page' | 'form'): Promise<readonly string[]> {
  const { page } = visitor;
  const wrong: string[] = [];
  for (const scheme of SCHEMES) {
    await visitor.turn(scheme);
    const findings = await seriousFindings(page, scheme === 'light' ? 'all' : 'colours');
    wrong.push(...findings.map((finding) => `${place.name} ${visitor.language} ${scheme}: ${finding}`));
  }
  await visitor.turn('light');
  await page.setViewportSize(PHONE);
  await visitor.settle();
  const wide = await overflow(page);
  if (wide !== '') wrong.push(`${place.name} ${visitor.language} on a phone: ${wide}`);
  // Lists become cards; forms stay what they are.
  const findings = what === 'page' ? await seriousFindings(page) : [];
  wrong.push(...findings.map((finding) => `${place.name} ${visitor.language} on a phone: ${finding}`));
  await page.setViewportSize(DESK);
  return wrong;
}

function placeOf(name: string): Place {
  const found = inside.find((place) => place.name === name);
  if (found === undefined) throw new Error(`there is no page ${name}`);
  return found;
}

describe('the console', { concurrency: true }, () => {
  for (const language of LANGUAGES) {
    describe(`in ${language}`, { concurrency: 1 }, () => {
      test('every page inside, in both colour schemes and on a phone', async () => {
        const visitor = await Visitor.arrive(browser, stage().url, { language, cookie });
        try {
          const wrong: string[] = [];
          for (const place of inside) wrong.push(...(await inspect(visitor, place)));
          assert.equal(wrong.join('\n'), '');
          assert.equal(visitor.complaints.join('\n'), '');
        } finally {
          await visitor.leave();
        }
      });

      test('every form', async () => {
        const visitor = await Visitor.arrive(browser, stage().url, { language, cookie });
        const { page, words } = visitor;
        try {
          const wrong: string[] = [];
          for (const [name, button] of Object.entries(words.forms)) {
            const place = placeOf(name);
            await visitor.open(place.path);
            await standStill(page);
            wrong.push(...(await inspectForm(visitor, place, page.getByRole('button', { name: button, exact: true }))));
          }
          const place = placeOf('device-actions');
          await visitor.open(place.path);
          await standStill(page);
          const choices = page.getByRole('tabpanel').locator('button.pick');
          await choices.first().waitFor();
          for (const choice of await choices.all()) wrong.push(...(await inspectForm(visitor, place, choice)));
          assert.equal(wrong.join('\n'), '');
          assert.equal(visitor.complaints.join('\n'), '');
        } finally {
          await visitor.leave();
        }
      });

      test('sign-in, its second step, and the page of a one-time link', async () => {
        const visitor = await Visitor.arrive(browser, stage().url, { language });
        try {
          const wrong: string[] = [];
          for (const place of outsidePages(setupCode)) wrong.push(...(await inspect(visitor, place)));
          assert.equal(wrong.join('\n'), '');
          assert.equal(visitor.complaints.join('\n'), '');
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
            if (wide !== '') wrong.push(`${address} on a phone: ${wide}`);
            await page.setViewportSize(DESK);
          }
          assert.equal(wrong.join('\n'), '');
          assert.equal(visitor.complaints.join('\n'), '');
        } finally {
          await visitor.leave();
        }
      });
    });
  }
});
