import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Random } from '../apple-device/random.ts';
import { Api, answerFailure } from './api.ts';
import { StandInClock } from './clock.ts';
import { Cloud } from './cloud.ts';
import { Controls } from './control.ts';
import { discovery } from './discovery.ts';
import { ApiFailures } from './failures.ts';
import { htmlError, readBody, sendHtml, sendJson } from './http.ts';
import { Journal } from './journal.ts';
import { OAuth } from './oauth.ts';
import { PubSub } from './pubsub.ts';
import { signupPage } from './signup.ts';
import { type Project, World } from './world.ts';

/** How the stand-in is set up; everything has a default. */
export type AndroidManagementOptions = {
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Epoch milliseconds; the machine's time by default. What `advance` moves comes on top of it. */
  readonly now?: () => number;
  /** The same seed gives the same names and tokens. Without one they cannot be guessed. */
  readonly seed?: string;
  /** Sign-ups may come back to `http:` on this machine, which Google would refuse. */
  readonly httpCallbacks?: boolean;
};

/** A service account's key file, as Google gives it. */
export type ServiceAccountKey = {
  readonly type: 'service_account';
  readonly project_id: string;
  readonly private_key_id: string;
  readonly private_key: string;
  readonly client_email: string;
  readonly client_id: string;
  readonly auth_uri: string;
  readonly token_uri: string;
};

const DEVICE_QUOTA = 500;
const REQUESTS_PER_MINUTE = 600;

/**
 * A running stand-in for the Android Management API with Google's token endpoint, its key set, the pages of signing up,
 * Pub/Sub push and the devices themselves. One port for everything; `/_sim` is the control.
 */
export class FakeAndroidManagement {
  readonly world: World;
  readonly clock: StandInClock;
  readonly pubsub: PubSub;
  readonly journal = new Journal();
  readonly failures = new ApiFailures();
  readonly cloud: Cloud;
  readonly oauth: OAuth;
  readonly #api: Api;
  readonly #controls: Controls;
  readonly #server: Server;

  private constructor(options: AndroidManagementOptions) {
    this.clock = new StandInClock(options.now);
    this.pubsub = new PubSub(this.clock);
    const random = options.seed === undefined ? undefined : new Random(options.seed);
    this.world = new World(discovery(), this.clock, this.pubsub, {
      random: random === undefined ? undefined : () => random.next(),
      httpCallbacks: options.httpCallbacks,
    });
    this.cloud = new Cloud(this.world);
    this.oauth = new OAuth(this.world.projects);
    this.#api = new Api(this.world, this.oauth, this.journal, this.failures);
    this.#controls = new Controls(this);
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else
          sendJson(response, 500, { error: { code: 500, status: 'INTERNAL', message: `stand-in: ${String(error)}` } });
      });
    });
  }

  /** Starts and listens. */
  static async start(options: AndroidManagementOptions = {}): Promise<FakeAndroidManagement> {
    const standIn = new FakeAndroidManagement(options);
    await new Promise<void>((resolve, reject) => {
      standIn.#server.once('error', reject);
      standIn.#server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
    return standIn;
  }

  /** `http://127.0.0.1:port`: the origin of the API, of the token endpoint (`/token`) and of the key set. */
  get origin(): string {
    const { address, family, port } = this.#server.address() as AddressInfo; // listening on a port, never on a pipe
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async close(): Promise<void> {
    this.#controls.close();
    this.clock.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** As Google Cloud's console: a project with a service account; the key is given once. */
  createProject(
    projectId: string,
    limits: { readonly deviceQuota?: number; readonly requestsPerMinute?: number } = {},
  ): ServiceAccountKey {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keyId = randomBytes(20).toString('hex');
    const clientEmail = `tsukasa@${projectId}.iam.gserviceaccount.com`;
    const project: Project = {
      projectId,
      clientEmail,
      keyId,
      publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      deviceQuota: limits.deviceQuota ?? DEVICE_QUOTA,
      requestsPerMinute: limits.requestsPerMinute ?? REQUESTS_PER_MINUTE,
      recent: [],
    };
    this.world.projects.set(projectId, project);
    return {
      type: 'service_account',
      project_id: projectId,
      private_key_id: keyId,
      private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      client_email: clientEmail,
      client_id: '113774264463038321964',
      auth_uri: 'https://accounts.google.com/o/oauth2/auth',
      token_uri: `${this.origin}/token`,
    };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    if (url.pathname.startsWith('/_sim/')) return this.#controls.handle(request, response, url);
    if (url.pathname.startsWith('/signup/') || url.pathname.startsWith('/upgrade/'))
      return signupPage(this.world, request, response, url);
    if (url.pathname === '/token' && request.method === 'POST') return this.#token(request, response);
    if (url.pathname === '/oauth2/v3/certs' && request.method === 'GET')
      return sendJson(response, 200, this.pubsub.keySet(), { 'cache-control': 'public, max-age=19800' });
    if (url.pathname.startsWith('/v1/')) return this.#api.handle(request, response, url, this.origin);
    sendHtml(response, 404, htmlError(404, 'The requested URL was not found on this server.'));
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams((await readBody(request))?.toString('utf8') ?? '');
    const failure = this.failures.take('token');
    if (failure !== undefined) {
      answerFailure(response, failure);
      return;
    }
    const { status, body } = this.oauth.exchange(form, this.origin);
    this.journal.add({
      at: this.clock.stamp(),
      httpMethod: 'POST',
      path: '/token',
      query: '',
      status,
      verdict: status === 200 ? 'ok' : 'refused',
      violations: [],
      notes: status === 200 ? [] : [`${String(body['error'])}: ${String(body['error_description'])}`],
    });
    sendJson(response, status, body, { 'cache-control': 'no-store' });
  }
}
