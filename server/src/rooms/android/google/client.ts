import { createHash } from 'node:crypto';
import { androidmanagement, type androidmanagement_v1 } from '@googleapis/androidmanagement';
import { JWT } from 'google-auth-library';
import type { Clock } from '../../../base/clock.ts';
import { field, isRecord, type Json, numberOf } from '../json.ts';
import { type Answered, GoogleError, readRefusal } from './errors.ts';
import type { ServiceAccountKey } from './key-file.ts';

export type Api = androidmanagement_v1.Androidmanagement;
/** What every request carries; the method's second argument. */
export type CallOptions = Pick<
  androidmanagement_v1.Options,
  'headers' | 'retry' | 'timeout' | 'maxContentLength' | 'maxRedirects'
>;
/** One request: `(api, options) => api.enterprises.get({ name }, options)`. */
export type Request = (api: Api, options: CallOptions) => Promise<{ readonly data: unknown }>;

const SCOPE = 'https://www.googleapis.com/auth/androidmanagement';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const TIMEOUT_MS = 30_000;
/** A page of 100 devices with their application reports. */
const LARGEST_ANSWER = 64 * 1024 * 1024;
/** Keys whose access tokens are kept. */
const MOST_KEYS = 200;

export type GoogleClientOptions = {
  readonly amapiOrigin: string;
  readonly tokenOrigin: string;
  readonly clock: Clock;
};

/** The Android Management API with one key after the other. It repeats nothing by itself: who calls knows what may be. */
export class GoogleClient {
  readonly #options: GoogleClientOptions;
  readonly #api: Api;
  readonly #accounts = new Map<string, JWT>();

  constructor(options: GoogleClientOptions) {
    this.#options = options;
    this.#api = androidmanagement({ version: 'v1', rootUrl: `${options.amapiOrigin}/` });
  }

  /** The answer, which is an object. Throws `GoogleError`. */
  async call(key: ServiceAccountKey, request: Request): Promise<Json> {
    const kept = this.#accounts.has(accountName(key));
    try {
      return await this.#once(key, request);
    } catch (error) {
      // A token that was kept may have been taken back: nothing was done, and a new one may be good.
      if (!kept || !(error instanceof GoogleError) || error.kind !== 'key') throw error;
      return this.#once(key, request);
    }
  }

  async #once(key: ServiceAccountKey, request: Request): Promise<Json> {
    const token = await this.#token(key);
    const options: CallOptions = {
      headers: { authorization: `Bearer ${token}` },
      retry: false,
      timeout: TIMEOUT_MS,
      maxContentLength: LARGEST_ANSWER,
      // A redirect would carry the token to somebody else.
      maxRedirects: 0,
    };
    let data: unknown;
    try {
      ({ data } = await request(this.#api, options));
    } catch (error) {
      const refusal = this.#refusal(error);
      if (refusal.kind === 'key') this.#accounts.delete(accountName(key));
      throw refusal;
    }
    // Half a JSON, or a page: whatever was asked may have been done.
    if (!isRecord(data)) throw new GoogleError('passing', 'the answer cannot be read', { status: 200 });
    return data;
  }

  async #token(key: ServiceAccountKey): Promise<string> {
    try {
      const { token } = await this.#account(key).getAccessToken();
      if (typeof token === 'string' && token !== '') return token;
      throw new GoogleError('passing', 'the token endpoint gave no token');
    } catch (error) {
      if (error instanceof GoogleError) throw error;
      const refusal = this.#refusal(error);
      const isKey = refusal.status !== undefined && refusal.status >= 400 && refusal.status < 429;
      if (!isKey) throw refusal;
      throw new GoogleError('key', refusal.message, { status: refusal.status, code: refusal.code, cause: error });
    }
  }

  /** The library keeps the token, renews it early and asks for it once at a time. */
  #account(key: ServiceAccountKey): JWT {
    const name = accountName(key);
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    const { clientEmail: email, privateKey, keyId } = key;
    const account = new JWT({ email, key: privateKey, keyId, scopes: [SCOPE] });
    const { tokenOrigin } = this.#options;
    account.transporter.interceptors.request.add({
      resolved: async (config) => {
        if (String(config.url) === TOKEN_URL) config.url = new URL('/token', tokenOrigin);
        config.timeout = TIMEOUT_MS;
        config.retry = false;
        return config;
      },
    });
    for (const oldest of this.#accounts.keys()) {
      if (this.#accounts.size < MOST_KEYS) break;
      this.#accounts.delete(oldest);
    }
    this.#accounts.set(name, account);
    return account;
  }

  #refusal(error: unknown): GoogleError {
    return readRefusal(answerOf(error), this.#options.clock.now(), Math.random(), error);
  }
}

/** With the key itself: whoever names somebody else's account and key id must not get the token that is kept for them. */
function accountName({ clientEmail, keyId, privateKey }: ServiceAccountKey): string {
  return `${clientEmail} ${keyId} ${createHash('sha256').update(privateKey).digest('base64')}`;
}

/** Both generations of the HTTP library put the answer into the error's `response`; without one there was none. */
function answerOf(error: unknown): Answered {
  const response = (typeof error === 'object' && error !== null && 'response' in error && error.response) || undefined;
  return {
    status: numberOf(readPart(response, 'status')),
    body: bodyOf(readPart(response, 'data')),
    retryAfter: headerOf(readPart(response, 'headers'), 'retry-after'),
  };
}

const readPart = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

function bodyOf(data: unknown): unknown {
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function headerOf(headers: unknown, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = field(headers, name);
  return typeof value === 'string' ? value : undefined;
}
