import type { ContractorRole } from '@tsukasa/api';
import { Client } from './api-client.ts';
import { Authenticator } from './totp.ts';

/** Somebody who can sign in: password, authenticator app, and a client with the session of a first sign-in. */
export type Person = {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly authenticator: Authenticator;
  readonly client: Client;
  /** The cookies of that session, as a browser sends them. */
  readonly cookie: string;
};

export const PASSWORD = 'correct horse battery staple';

/** Invites somebody into a contractor, who accepts the link, signs in and sets up an authenticator app. */
export async function join(
  administrator: Client,
  contractorId: string,
  role: ContractorRole,
  name: string,
): Promise<Person> {
  const email = `${name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@example.jp`;
  const link = await administrator.call('inviteMember', { params: { contractorId }, body: { email, role } });
  return acceptLink(administrator.url, link.url, { email, name });
}

/** Lets another administrator agree to everything that waits in a contractor; how many it were. */
export async function approveAll(administrator: Client, contractorId: string, name = 'Second Person'): Promise<number> {
  const second = await join(administrator, contractorId, 'contractor_administrator', name);
  await second.client.call('reauthenticate', { body: { password: second.password } });
  const { items } = await second.client.call('listPending', { params: { contractorId } });
  for (const { kind, id, approval } of items) {
    if (approval?.mine !== true) continue;
    const body = { decision: 'approve' } as const;
    if (kind === 'action') {
      await second.client.call('decideAction', { params: { contractorId, actionId: id }, body });
    } else if (kind === 'batch') {
      await second.client.call('decideBatch', { params: { contractorId, batchId: id }, body });
    }
  }
  return items.length;
}

/** Does what a person does with a one-time link that they were given. */
export async function acceptLink(
  url: string,
  link: string,
  person: { readonly email: string; readonly name: string },
): Promise<Person> {
  const stranger = new Client(url);
  const code = codeOf(link);
  const { email } = await stranger.call('acceptAccountLink', { body: { code, name: person.name, password: PASSWORD } });
  return setUpAuthenticator(url, { email, name: person.name, password: PASSWORD });
}

/** Signs in with a password for the first time, and sets up an authenticator app, which counts as its second factor. */
export async function setUpAuthenticator(
  url: string,
  person: { readonly email: string; readonly name: string; readonly password: string },
): Promise<Person> {
  const { email, password } = person;
  const session = new BetterAuth(url);
  await session.post('/sign-in/email', { email, password });
  const { totpURI } = await session.post('/two-factor/enable', { password });
  if (typeof totpURI !== 'string') throw new Error('no authenticator address was given');
  const authenticator = new Authenticator(totpURI);
  await session.post('/two-factor/verify-totp', { code: authenticator.next() });
  return { ...person, authenticator, client: session.client(), cookie: session.cookie() };
}

type Credentials = { readonly email: string; readonly password: string; readonly authenticator: Authenticator };

/** Signs in with password and code, as everybody does from the second time on. */
export async function signIn(url: string, person: Credentials): Promise<Client> {
  return (await signInWithCookie(url, person)).client;
}

/** The same, and the session's cookies for a browser. */
export async function signInWithCookie(
  url: string,
  person: Credentials,
): Promise<{ readonly client: Client; readonly cookie: string }> {
  const session = new BetterAuth(url);
  const { twoFactorRedirect } = await session.post('/sign-in/email', {
    email: person.email,
    password: person.password,
  });
  if (twoFactorRedirect !== true) throw new Error('no second factor is asked for');
  await session.post('/two-factor/verify-totp', { code: person.authenticator.next() });
  return { client: session.client(), cookie: session.cookie() };
}

/** The code of a one-time link stands in its fragment, which browsers do not send. */
export function codeOf(link: string): string {
  const code = new URLSearchParams(new URL(link).hash.slice(1)).get('code');
  if (code === null) throw new Error(`the link carries no code in its fragment: ${new URL(link).pathname}`);
  return code;
}

/** The sign-in interface as a browser uses it: JSON in, cookies kept. */
class BetterAuth {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  async post(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    const response = await fetch(`${this.#url}/api/auth${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.#url, cookie: this.cookie() },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${text.slice(0, 300)}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  client(): Client {
    return new Client(this.#url, { cookie: this.cookie() });
  }

  cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const ended = attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute));
    if (ended) this.#cookies.delete(name);
    else this.#cookies.set(name, pair.slice(at + 1));
  }
}
