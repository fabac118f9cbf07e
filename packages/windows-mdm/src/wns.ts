/** What a token is asked with: the identity of the push package (Windows Notification Service). */
export type PushIdentity = { readonly sid: string; readonly secret: string };

/** Path of the token request below the origin, `https://login.live.com`. */
export const TOKEN_PATH = '/accesstoken.srf';

/** Body of the token request, `application/x-www-form-urlencoded`. Holds the secret. */
export function tokenRequest({ sid, secret }: PushIdentity): string {
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: sid,
    client_secret: secret,
    scope: 'notify.windows.com',
  }).toString();
}

/** Undefined for what is no answer to a token request. `expiresIn` in seconds. */
export function readToken(body: string): { readonly token: string; readonly expiresIn: number } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { access_token: token, token_type: type, expires_in: given } = value as Readonly<Record<string, unknown>>;
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,8192}$/.test(token)) return undefined;
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') return undefined;
  const expiresIn = Number(given);
  return { token, expiresIn: Number.isFinite(expiresIn) && expiresIn > 0 ? Math.min(expiresIn, 86_400) : 3600 };
}

/**
 * Where a channel may lead. The address comes from the device, so it could be any: only WNS itself, over TLS, on its own
 * port and without credentials. `standIn` is the origin of a stand-in that the configuration names.
 */
export function isChannelUri(text: string, standIn?: string): boolean {
  if (text.length > 2048 || !URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false;
  if (standIn !== undefined && url.origin === standIn) return true;
  return (
    url.protocol === 'https:' &&
    url.port === '' &&
    /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.notify\.windows\.com$/.test(url.hostname)
  );
}

/** What the client sends; Windows' MDM client reads nothing of it. */
export const WAKE_BODY = Buffer.from('wake', 'utf8');

/** Headers of a raw notification (fact sheet 4.9). `ttlSeconds`: how long WNS keeps it for a device that is off. */
export function wakeHeaders(token: string, ttlSeconds: number): Readonly<Record<string, string>> {
  return {
    authorization: `Bearer ${token}`,
    'content-type': 'application/octet-stream',
    'content-length': String(WAKE_BODY.length),
    'x-wns-type': 'wns/raw',
    'x-wns-cache-policy': 'cache',
    'x-wns-ttl': String(ttlSeconds),
    'x-wns-requestforstatus': 'true',
  };
}

/**
 * What to do about an answer. `accepted`: received or kept for later; `dropped`: WNS threw it away; `token`: get another
 * token once; `channel_gone`: wait for another channel; `wrong_identity`: the channel belongs to another package; `later`:
 * throttled or in trouble; `bug`: ours.
 */
export const WAKE_OUTCOMES = [
  'accepted',
  'dropped',
  'token',
  'channel_gone',
  'wrong_identity',
  'later',
  'bug',
] as const;
export type WakeOutcome = (typeof WAKE_OUTCOMES)[number];

export type WakeAnswer = {
  readonly outcome: WakeOutcome;
  readonly status: number;
  /** Of WNS's headers: `received`, `dropped`, `channelthrottled`; `connected`, `disconnected`; the id for its support. */
  readonly notification: string | undefined;
  readonly connection: string | undefined;
  readonly messageId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
};

type Header = (name: string) => string | null | undefined;

export function readWakeAnswer(status: number, header: Header): WakeAnswer {
  const notification = word(header('x-wns-status') ?? header('x-wns-notificationstatus'));
  return {
    outcome: outcomeOfStatus(status, notification),
    status,
    notification,
    connection: word(header('x-wns-deviceconnectionstatus')),
    messageId: word(header('x-wns-msg-id')),
    retryAfterSeconds: retryAfter(header('retry-after')),
  };
}

function outcomeOfStatus(status: number, notification: string | undefined): WakeOutcome {
  if (status === 200)
    return notification === 'dropped' ? 'dropped' : notification === 'channelthrottled' ? 'later' : 'accepted';
  if (status === 401) return 'token';
  if (status === 403) return 'wrong_identity';
  if (status === 404 || status === 410) return 'channel_gone';
  if (status === 406 || status === 429 || status >= 500) return 'later';
  return 'bug';
}

function word(text: string | null | undefined): string | undefined {
  const value = text?.trim().slice(0, 100);
  return value === undefined || !/^[\x21-\x7e]+$/.test(value) ? undefined : value.toLowerCase();
}

function retryAfter(text: string | null | undefined): number | undefined {
  const seconds = Number(text?.trim() || Number.NaN);
  return Number.isInteger(seconds) && seconds > 0 ? Math.min(seconds, 86_400) : undefined;
}
