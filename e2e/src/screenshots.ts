import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Client } from './api-client.ts';
import { openBrowser, type Scheme, standStill, Visitor } from './browser.ts';
import { Demonstration } from './demonstration.ts';
import { contractorPages, contractPages, type Place, PROVIDER_PAGES } from './pages.ts';
import { signInWithCookie } from './people.ts';
import { until } from './wait.ts';
import type { Language } from './words.ts';

/**
 * By hand: `node e2e/src/screenshots.ts OUT_DIR [PAGE …]` runs the demonstration and takes a picture of every page (or of
 * the pages named) in both languages and colour schemes, on a desk and on a phone.
 */
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
const LANGUAGES: readonly Language[] = ['ja', 'en'];
const SCHEMES: readonly Scheme[] = ['light', 'dark'];

async function main([out, ...only]: readonly string[]): Promise<void> {
  if (out === undefined) throw new Error('usage: node e2e/src/screenshots.ts OUT_DIR [PAGE …]');
  await mkdir(resolve(out), { recursive: true });
  const demo = await Demonstration.start();
  const browser = await openBrowser();
  try {
    const [first] = await demo.logins();
    if (first === undefined) throw new Error('the demonstration printed no login');
    const { client, cookie } = await signInWithCookie(demo.url, first);
    const places = (await placesOf(client)).filter(({ name }) => only.length === 0 || only.includes(name));
    for (const language of LANGUAGES) {
      for (const scheme of SCHEMES) {
        for (const size of WIDTHS) {
          const look = { language, scheme, cookie, ...size };
          const visitor = await Visitor.arrive(browser, demo.url, look);
          const ending = `${language}-${scheme}-${size.width}.png`;
          for (const { name, path } of places) {
            await visitor.open(path);
            await standStill(visitor.page);
            await visitor.page.screenshot({ path: join(out, `${name}-${ending}`), fullPage: true });
          }
          await visitor.leave();
        }
      }
    }
    if (only.length === 0) await signInPictures(browser, demo, out, client);
  } finally {
    await browser.close();
    await demo.remove();
  }
}

/** The pages of the first contractor, and a device of it to which something has happened. */
async function placesOf(client: Client): Promise<readonly Place[]> {
  const { items } = await client.call('listContractors', { query: {} });
  const [contractor] = items;
  if (contractor === undefined) throw new Error('there is no contractor');
  const { contractorId } = contractor;
  const deviceId = await until('an action is done', 60_000, async () => {
    const query = { state: ['done' as const], type: ['lock' as const], limit: 1 };
    const page = await client.call('listActions', { params: { contractorId }, query });
    return page.items[0]?.deviceId;
  });
  const contracts = await client.call('listContracts', { params: { contractorId } });
  const inbox = await client.call('listApplicationInbox', { query: { limit: 1 } });
  const invoices = await client.call('listAllInvoices', { query: { limit: 1 } });
  const closings = await client.call('listClosings');
  return [
    ...PROVIDER_PAGES,
    ...contractorPages(contractorId, deviceId),
    ...contractPages({
      contractorId,
      contractId: contracts.items[0]?.contractId ?? '',
      ...(inbox.items[0] === undefined ? {} : { application: inbox.items[0] }),
      ...(invoices.items[0] === undefined ? {} : { invoice: invoices.items[0] }),
      ...(closings.next === null ? {} : { month: closings.next }),
    }),
  ];
}

type OpenBrowser = Awaited<ReturnType<typeof openBrowser>>;

/** Before anybody has signed in, and the page that a person sees who is to enroll a device. */
async function signInPictures(browser: OpenBrowser, demo: Demonstration, out: string, client: Client): Promise<void> {
  const { items } = await client.call('listContractors', { query: {} });
  const contractorId = items[0]?.contractorId ?? '';
  const body = { platform: 'apple' as const, usageMode: 'personally-owned' as const };
  const invitation = await client.call('createInvitation', { params: { contractorId }, body });
  for (const language of LANGUAGES) {
    for (const scheme of SCHEMES) {
      for (const size of WIDTHS) {
        const visitor = await Visitor.arrive(browser, demo.url, { language, scheme, ...size });
        const ending = `${language}-${scheme}-${size.width}.png`;
        await visitor.open('/sign-in');
        await visitor.page.screenshot({ path: join(out, `sign-in-${ending}`), fullPage: true });
        await visitor.page.goto(invitation.url ?? demo.url);
        await visitor.page.screenshot({ path: join(out, `enroll-${ending}`), fullPage: true });
        await visitor.leave();
      }
    }
  }
}

await main(process.argv.slice(2));
