import { createSign } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AndroidManagementControl } from './client.ts';
import { SCOPE } from './oauth.ts';
import { type AndroidManagementOptions, FakeAndroidManagement, type ServiceAccountKey } from './server.ts';
import type { Message } from './validate.ts';

export type ApiAnswer = { readonly status: number; readonly body: Message; readonly headers: Headers };

/** A caller of the API as a server is one: its own key, an access token, requests by path. */
export class Caller {
  readonly key: ServiceAccountKey;
  readonly #origin: string;
  #token: string | undefined;

  constructor(origin: string, key: ServiceAccountKey) {
    this.#origin = origin;
    this.key = key;
  }

  async call(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    this.#token ??= (await exchange(this.#origin, assertionOf(this.key, {})))['access_token'] as string;
    return ask(`${this.#origin}${path}`, method, { authorization: `Bearer ${this.#token}` }, body);
  }

  /** The next call asks for a new access token. */
  forgetToken(): void {
    this.#token = undefined;
  }

  /** As `call`; throws unless it worked. */
  async get(method: string, path: string, body?: unknown): Promise<Message> {
    const answer = await this.call(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}

export async function ask(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
): Promise<ApiAnswer> {
  const json = { ...headers, 'content-type': 'application/json' };
  const init = { method, headers: json, redirect: 'manual' as const };
  const response = await fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : { text }, headers: response.headers };
}

/** A signed assertion of a service account. */
export function assertionOf(key: ServiceAccountKey, claims: Message): string {
  const now = Math.floor(Temporal.Now.instant().epochMilliseconds / 1000);
  const all = { iss: key.client_email, scope: SCOPE, aud: key.token_uri, iat: now, exp: now + 3600, ...claims };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'RS256', typ: 'JWT', kid: key.private_key_id })}.${part(all)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key.private_key).toString('base64url')}`;
}

export async function exchange(origin: string, assertion: string): Promise<Message> {
  const response = await fetch(`${origin}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
  });
  return (await response.json()) as Message;
}

export type Received = { readonly headers: IncomingHttpHeaders; readonly message: Message; readonly data: Message };

/** An endpoint for push subscriptions, which answers as the test wants. */
export class Inbox {
  readonly received: Received[] = [];
  /** Statuses of the next answers; 204 when there is none left. */
  answers: number[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const body = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString('utf8')) as { message: Message };
      const data = Buffer.from(String(body.message['data'] ?? ''), 'base64').toString('utf8');
      this.received.push({
        headers: request.headers,
        message: body.message,
        data: data === '' ? {} : (JSON.parse(data) as Message),
      });
      response.writeHead(this.answers.shift() ?? 204).end();
    });
  }

  static async start(): Promise<Inbox> {
    const inbox = new Inbox();
    await new Promise<void>((resolve) => inbox.#server.listen(0, '127.0.0.1', resolve));
    return inbox;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/push`;
  }

  /** The data of every message of a kind, as they came. */
  of(type: string): readonly Message[] {
    return this.received
      .filter(({ message }) => (message['attributes'] as Message)['notificationType'] === type)
      .map(({ data }) => data);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const TOPIC = 'projects/tsukasa-test/topics/amapi';
export const PUSH_ACCOUNT = 'push@tsukasa-test.iam.gserviceaccount.com';
const TYPES = ['ENROLLMENT', 'STATUS_REPORT', 'COMMAND', 'USAGE_LOGS'];
const EVERYTHING = [
  'applicationReportsEnabled',
  'deviceSettingsEnabled',
  'softwareInfoEnabled',
  'memoryInfoEnabled',
  'networkInfoEnabled',
  'displayInfoEnabled',
  'powerManagementEventsEnabled',
  'hardwareStatusEnabled',
  'systemPropertiesEnabled',
];
/** A policy that asks for every section of a report. */
export const REPORTING = { statusReportingSettings: Object.fromEntries(EVERYTHING.map((name) => [name, true])) };

/** A stand-in with a project, a caller, a push endpoint and an enterprise with a default policy. */
export async function makeStage(options: AndroidManagementOptions = {}) {
  const standIn = await FakeAndroidManagement.start(options);
  const control = new AndroidManagementControl(standIn.origin);
  const inbox = await Inbox.start();
  const caller = new Caller(standIn.origin, await control.createProject('tsukasa-test'));
  await control.createTopic(TOPIC);
  await control.subscribe({ topic: TOPIC, pushEndpoint: inbox.url, serviceAccountEmail: PUSH_ACCOUNT });
  const enterprise = await bind(control, caller, { pubsubTopic: TOPIC, enabledNotificationTypes: TYPES });
  await caller.get('PATCH', `/v1/${enterprise}/policies/default`, REPORTING);
  const close = () => Promise.all([standIn.close(), inbox.close()]);
  return { standIn, control, inbox, caller, enterprise, close };
}

/** Signs up and creates the enterprise; gives its name. */
export async function bind(control: AndroidManagementControl, caller: Caller, body: Message): Promise<string> {
  const query = new URLSearchParams({ projectId: caller.key.project_id, callbackUrl: 'https://tsukasa.example/cb/1' });
  const signup = await caller.get('POST', `/v1/signupUrls?${query}`);
  const callback = new URL(await control.completeSignup(String(signup['url'])));
  const create = new URLSearchParams({
    projectId: caller.key.project_id,
    signupUrlName: String(signup['name']),
    enterpriseToken: callback.searchParams.get('enterpriseToken') ?? '',
  });
  return String((await caller.get('POST', `/v1/enterprises?${create}`, body))['name']);
}
