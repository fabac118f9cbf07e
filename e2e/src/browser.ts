import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, type ConsoleMessage, chromium, type Page } from 'playwright-core';
import type { Person } from './people.ts';
import { until } from './wait.ts';
import { type Language, WORDS } from './words.ts';

export type Scheme = 'light' | 'dark';

/** Without a network and as root, as in a container (design, section 7); a fresh profile folder is Playwright's own. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
const PATIENCE_MS = 15_000;

/** `CHROMIUM_PATH`, which the test runner sets, or Debian's. Rejects when there is no browser: nothing is skipped. */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) throw new Error(`there is no browser at ${executablePath}; set CHROMIUM_PATH`);
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

/** Cookies and what pages keep: enough to come back signed in. */
export type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

export type Look = {
  readonly session?: StorageState;
  /** The cookies of a session that was begun elsewhere. */
  readonly cookie?: string;
  readonly language?: Language;
  readonly scheme?: Scheme;
  readonly width?: number;
  readonly height?: number;
};

/** One person at one browser window; what the browser complains about is kept. */
export class Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly language: Language;
  readonly #url: string;
  readonly #complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page, language: Language, url: string) {
    this.context = context;
    this.page = page;
    this.language = language;
    this.#url = url;
    page.on('console', (message) => {
      if (isComplaint(message)) this.#complaints.push(`${page.url()}: ${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.#complaints.push(`${page.url()}: ${error.stack ?? error.message}`));
    page.on('response', (response) => {
      if (response.status() >= 500) this.#complaints.push(`${response.url()} answered ${response.status()}`);
    });
  }

  static async arrive(browser: Browser, url: string, look: Look = {}): Promise<Visitor> {
    const { language = 'ja', scheme = 'light', width = 1440, height = 900 } = look;
    const context = await browser.newContext({
      locale: language === 'ja' ? 'ja-JP' : 'en-GB',
      timezoneId: 'Asia/Tokyo',
      colorScheme: scheme,
      reducedMotion: 'reduce',
      ...(look.session === undefined ? {} : { storageState: look.session }),
      viewport: { width, height },
    });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addCookies(cookiesOf(look.cookie ?? '', url));
    const page = await context.newPage();
    return new Visitor(context, page, language, url);
  }

  get words(): (typeof WORDS)[Language] {
    return WORDS[this.language];
  }

  /** Errors in the page, refused resources, answers of 500 and above; an expected refusal of the API is none. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  /** Opens a page of the console and waits until nothing on it loads any more. */
  async open(path: string): Promise<void> {
    if (path.includes('#')) await this.page.goto('about:blank'); // another fragment alone would load nothing
    await this.page.goto(`${this.#url}${path}`);
    await this.settle();
  }

  /** As when the person's system turns dark in the evening. */
  async turn(scheme: Scheme): Promise<void> {
    await this.page.emulateMedia({ colorScheme: scheme });
    await this.page.locator(`html[data-mantine-color-scheme="${scheme}"]`).waitFor();
  }

  async settle(): Promise<void> {
    await this.page.waitForLoadState('load');
    await this.page.locator('main h1, main form').first().waitFor();
    const loading = this.page.locator('[aria-busy="true"], .mantine-Loader-root');
    await until('nothing loads any more', PATIENCE_MS, async () => (await loading.count()) === 0);
  }

  /** Password, then the code of the authenticator app; waits for the console. */
  async signIn(person: Person): Promise<void> {
    const { page, words } = this;
    if (!page.url().startsWith(this.#url)) await this.open('/sign-in');
    await page.getByLabel(words.email).fill(person.email);
    await page.getByLabel(words.password, { exact: true }).fill(person.password);
    await page.getByRole('button', { name: words.signIn, exact: true }).click();
    await page.getByLabel(words.code).fill(person.authenticator.next());
    await page.getByRole('button', { name: words.verify, exact: true }).click();
    await page.getByRole('button', { name: words.accountOf(person.name) }).waitFor();
    await this.settle();
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}

function cookiesOf(header: string, url: string): { name: string; value: string; url: string }[] {
  const pairs = header.split('; ').filter((pair) => pair !== '');
  return pairs.map((pair) => ({
    name: pair.slice(0, pair.indexOf('=')),
    value: pair.slice(pair.indexOf('=') + 1),
    url,
  }));
}

/** The API's own refusals (401 before signing in, 404 of a foreign contractor) are shown by the page, and are no faults. */
function isComplaint(message: ConsoleMessage): boolean {
  if (message.type() !== 'error' && message.type() !== 'warning') return false;
  return !/^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text());
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type AxeResults = {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly help: string;
    readonly nodes: readonly {
      readonly html: string;
      readonly target: readonly unknown[];
      readonly failureSummary?: string;
    }[];
  }[];
};

/**
 * What axe-core finds on the page as it stands, serious and critical only; one line for each element. `colours` asks only
 * what a colour scheme can change.
 */
export async function seriousFindings(page: Page, what: 'all' | 'colours' = 'all'): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>(`'axe' in globalThis`))) await page.evaluate(AXE);
  const only = what === 'all' ? '' : `, runOnly: { type: 'rule', values: ['color-contrast'] }`;
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, { resultTypes: ['violations']${only} })`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(
        (node) =>
          `${impact} ${id}: ${node.target.join(' ')} ${node.html.slice(0, 160)} | ${node.failureSummary?.replaceAll(/\s+/g, ' ').slice(0, 300) ?? ''}`,
      ),
    );
}

/** Without transitions: what is measured is how the page looks in the end, not on the way there. */
export async function standStill(page: Page): Promise<void> {
  const content = '*, *::before, *::after { transition: none !important; animation: none !important }';
  await page.addStyleTag({ content });
}

const OVERFLOW = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return '';
  const wide = [...document.querySelectorAll('main *')].filter((element) => {
    if (element.getBoundingClientRect().right <= clientWidth + 1) return false;
    for (let up = element.parentElement; up; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== 'visible') return false;
    }
    return true;
  });
  const inner = wide.filter((element) => !wide.some((other) => other !== element && element.contains(other)));
  return (scrollWidth - clientWidth) + ' px wider: ' + inner.slice(0, 3).map((element) => element.outerHTML.slice(0, 120)).join(' | ');
})()`;

/** What makes the page wider than its window, so that people must scroll sideways; empty when nothing does. */
export async function overflow(page: Page): Promise<string> {
  const asked = performance.now();
  for (;;) {
    const wide = await page.evaluate<string>(OVERFLOW);
    if (wide === '' || performance.now() - asked > 1_500) return wide; // lists are laid out anew for the new width
  }
}
