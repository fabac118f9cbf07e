import { createHash } from 'node:crypto';
import { exchange } from '../apple-device/http.ts';
import { type HttpAnswer, insistOnUrl, type Reach } from './http.ts';
import { insist } from './mistakes.ts';
import { WindowsEnrollmentRefused } from './soap.ts';

/** What the person types: by the name of the field where one is given, else into the first field. */
export type SignInAnswers = { readonly code: string; readonly fields?: Readonly<Record<string, string>> };

const STEP = 'sign-in';
const MOST_PAGES = 6;
/** What the client gives as its own address; it looks for nothing else. */
export const APPRU = 'ms-app://windows.immersivecontrolpanel';

type Form = {
  readonly method: string;
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly type: string; readonly value: string }[];
};

/**
 * Acts as the embedded browser: opens the sign-in page, types the code, and takes `wresult` from the form whose action is
 * its own address. Throws `WindowsEnrollmentRefused` when the page does not let the person through.
 */
export async function signIn(
  reach: Reach,
  authenticationUrl: string,
  loginHint: string,
  answers: SignInAnswers,
  appru = APPRU,
): Promise<string> {
  const browser = new Browser(reach);
  const start = new URL(authenticationUrl);
  start.searchParams.set('appru', appru);
  start.searchParams.set('login_hint', loginHint);
  let answer = await browser.open('GET', start.href);
  for (let page = 0; page < MOST_PAGES; page++) {
    if (answer.status >= 400)
      throw new WindowsEnrollmentRefused(STEP, `0x8019${answer.status.toString(16).padStart(4, '0').toUpperCase()}`);
    const html = answer.body.toString('utf8');
    const forms = formsOf(html);
    const final = forms.find(({ action }) => action === appru);
    if (final !== undefined) return wresultOf(final, html, answer, appru);
    const form = forms.find(({ method }) => method === 'post') ?? forms[0];
    insist(form !== undefined, STEP, 'has a page without any form');
    const url = new URL(form.action === '' ? answer.url : form.action, answer.url).href;
    const body = fill(form, answers);
    answer =
      form.method === 'post'
        ? await browser.open('POST', url, body)
        : await browser.open('GET', `${url.split('?')[0]}?${body}`);
  }
  throw new WindowsEnrollmentRefused(STEP, '0x80180002', {
    reason: 'the sign-in page does not let the person through',
  });
}

/** Posts itself: a script in the page that its own policy lets run. */
function wresultOf(form: Form, html: string, { headers }: HttpAnswer, appru: string): string {
  insist(form.method === 'post', STEP, 'has a final form of another method');
  const fields = form.fields.filter(({ name }) => name === 'wresult');
  insist(fields.length === 1 && fields[0]?.type === 'hidden', STEP, 'has not exactly one hidden wresult');
  const scripts = [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)];
  const submits = scripts.some(
    ([, attributes = '', code = '']) => /\.submit\(\)/.test(code) && mayRun(attributes, code, headers),
  );
  insist(submits, STEP, 'has a final form that does not post itself');
  insist(mayPostTo(appru, headers), STEP, 'forbids the final form its action');
  return fields[0]?.value ?? '';
}

function directive(headers: HttpAnswer['headers'], names: readonly string[]): readonly string[] | undefined {
  const policy = headers['content-security-policy'];
  if (typeof policy !== 'string') return undefined;
  const directives = policy.split(';').map((text) => text.trim().split(/\s+/));
  for (const name of names) {
    const found = directives.find(([first]) => first?.toLowerCase() === name);
    if (found !== undefined) return found.slice(1);
  }
  return undefined;
}

function mayRun(attributes: string, code: string, headers: HttpAnswer['headers']): boolean {
  const allowed = directive(headers, ['script-src-elem', 'script-src', 'default-src']);
  if (allowed === undefined) return true;
  const [, nonce] = /\bnonce="([^"]+)"/.exec(attributes) ?? [];
  const digest = createHash('sha256').update(code).digest('base64');
  const strict = allowed.some((source) => source.startsWith("'nonce-") || source.startsWith("'sha"));
  return (
    allowed.includes(`'sha256-${digest}'`) ||
    (nonce !== undefined && allowed.includes(`'nonce-${nonce}'`)) ||
    (!strict && allowed.includes("'unsafe-inline'"))
  );
}

/** `form-action` has no fallback. */
function mayPostTo(url: string, headers: HttpAnswer['headers']): boolean {
  const allowed = directive(headers, ['form-action']);
  const { protocol } = new URL(url);
  return (
    allowed === undefined ||
    allowed.includes(protocol) ||
    allowed.includes('*') ||
    allowed.some((one) => url.startsWith(one))
  );
}

function fill({ fields }: Form, { code, fields: given = {} }: SignInAnswers): string {
  const body = new URLSearchParams();
  let typed = false;
  for (const { name, type, value } of fields) {
    const open = type === 'text' || type === 'password' || type === '';
    if (given[name] !== undefined) body.append(name, given[name]);
    else if (open && !typed && value === '') body.append(name, code);
    else if (type !== 'checkbox' || value !== '') body.append(name, value);
    typed ||= open;
  }
  return body.toString();
}

function formsOf(html: string): readonly Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head = '', inside = '']) => ({
    method: (attribute(head, 'method') ?? 'get').toLowerCase(),
    action: attribute(head, 'action') ?? '',
    fields: [...inside.matchAll(/<(?:input|button)\b([^>]*)>/gi)]
      .map(([, attributes = '']) => ({
        name: attribute(attributes, 'name') ?? '',
        type: (attribute(attributes, 'type') ?? '').toLowerCase(),
        value: attribute(attributes, 'value') ?? '',
      }))
      .filter(({ name }) => name !== ''),
  }));
}

function attribute(attributes: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(attributes);
  const value = match?.[1] ?? match?.[2];
  return value === undefined ? undefined : decodeHtml(value);
}

/** References in attribute values. */
export function decodeHtml(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return named[name?.toLowerCase() ?? ''] ?? whole;
    },
  );
}

/** Cookies and redirects, within the embedded browser's one visit. */
class Browser {
  readonly #reach: Reach;
  readonly #cookies = new Map<string, string>();

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  async open(method: 'GET' | 'POST', url: string, body?: string): Promise<HttpAnswer> {
    let next = { method, url, body };
    for (let hop = 0; hop < MOST_PAGES; hop++) {
      insistOnUrl(this.#reach, next.url, 'a page of the sign-in');
      const answer = await this.#load(next.method, next.url, next.body);
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status > 399 || location === undefined) return answer;
      next = { method: 'GET', url: new URL(location, next.url).href, body: undefined };
    }
    throw new WindowsEnrollmentRefused(STEP, '0x80190137');
  }

  async #load(method: 'GET' | 'POST', url: string, body: string | undefined): Promise<HttpAnswer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await exchange({
      method,
      url,
      headers: {
        accept: 'text/html',
        'accept-language': 'ja',
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin }),
      },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      ...(this.#reach.ca === undefined ? {} : { ca: this.#reach.ca }),
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined) this.#cookies.set(name.trim(), value);
    }
    return answer;
  }
}
