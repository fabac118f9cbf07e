/** APNs hosts. MDM certificates are production ones; the other host is for tests. */
export const APNS_HOSTS = { production: 'api.push.apple.com', development: 'api.development.push.apple.com' } as const;

/** What a push needs: the topic the device enrolled with, its token and its `PushMagic`. */
export type PushTarget = { readonly topic: string; readonly token: Uint8Array; readonly pushMagic: string };

/** Path of the push request for a device token. */
export function pushPath(token: Uint8Array): string {
  return `/3/device/${Buffer.from(token).toString('hex')}`;
}

/** Headers of a push (fact sheet 4.2). `expiresAt` lets APNs keep it for a device that is off; some days is usual. */
export function pushHeaders(push: {
  readonly topic: string;
  readonly expiresAt: Temporal.Instant;
  readonly priority?: 5 | 10;
  readonly id?: string;
}): { readonly [name: string]: string } {
  return {
    'apns-push-type': 'mdm',
    'apns-topic': push.topic,
    'apns-priority': String(push.priority ?? 10),
    'apns-expiration': String(Math.floor(push.expiresAt.epochMilliseconds / 1000)),
    ...(push.id === undefined ? {} : { 'apns-id': push.id }),
  };
}

/** Body of a push: the magic and nothing else. */
export function pushBody(pushMagic: string): Buffer {
  return Buffer.from(JSON.stringify({ mdm: pushMagic }), 'utf8');
}

/**
 * What to do about an answer. `token_gone`: stop pushing to this token unless a newer `TokenUpdate` exists;
 * `token_refused`: a fault of this device's token alone, try it seldom; `wrong_topic`: the certificate may not push to
 * its topic, and `tenant_fault`: the certificate itself is refused: pause this tenant's pushes; `retry`: later, with
 * jitter; `bug`: ours, retrying will not help.
 */
export const PUSH_OUTCOMES = [
  'accepted',
  'token_gone',
  'token_refused',
  'wrong_topic',
  'tenant_fault',
  'retry',
  'bug',
] as const;
export type PushOutcome = (typeof PUSH_OUTCOMES)[number];

const BY_REASON: { readonly [reason: string]: PushOutcome } = {
  BadDeviceToken: 'token_refused',
  DeviceTokenNotForTopic: 'token_refused',
  BadTopic: 'wrong_topic',
  TopicDisallowed: 'wrong_topic',
  MissingTopic: 'bug',
  BadExpirationDate: 'bug',
  BadMessageId: 'bug',
  BadPriority: 'bug',
  BadCollapseId: 'bug',
  InvalidPushType: 'bug',
  MissingDeviceToken: 'bug',
  DuplicateHeaders: 'bug',
  PayloadEmpty: 'bug',
  PayloadTooLarge: 'bug',
  BadPath: 'bug',
  MethodNotAllowed: 'bug',
  IdleTimeout: 'retry',
  BadCertificate: 'tenant_fault',
  BadCertificateEnvironment: 'tenant_fault',
  Forbidden: 'tenant_fault',
  ExpiredProviderToken: 'tenant_fault',
  InvalidProviderToken: 'tenant_fault',
  MissingProviderToken: 'tenant_fault',
  Unregistered: 'token_gone',
  ExpiredToken: 'token_gone',
  TooManyRequests: 'retry',
  TooManyProviderTokenUpdates: 'retry',
  InternalServerError: 'retry',
  ServiceUnavailable: 'retry',
  Shutdown: 'retry',
};

/** Every `reason` of fact sheet 4.3. */
export const PUSH_REASONS: readonly string[] = Object.keys(BY_REASON);

/** Classifies an answer by status and `reason`, never by text. An unknown reason falls back to its status. */
export function classifyPushAnswer(status: number, reason?: string): PushOutcome {
  if (status === 200) return 'accepted';
  if (reason !== undefined && Object.hasOwn(BY_REASON, reason)) return BY_REASON[reason] ?? 'bug';
  if (status === 410) return 'token_gone';
  if (status === 403) return 'tenant_fault';
  if (status === 429 || status >= 500) return 'retry';
  return 'bug';
}

/** Body of a refusal: `reason`, and with a 410 since when the token is gone. Never throws; absent when not as described. */
export function parsePushAnswer(body: Uint8Array): { readonly reason?: string; readonly goneSince?: Temporal.Instant } {
  if (body.length === 0 || body.length > 4096) return {};
  try {
    const answer: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof answer !== 'object' || answer === null) return {};
    const reason = 'reason' in answer && typeof answer.reason === 'string' ? answer.reason.slice(0, 100) : undefined;
    const at = 'timestamp' in answer && Number.isSafeInteger(answer.timestamp) ? Number(answer.timestamp) : undefined;
    const inRange = at !== undefined && Math.abs(at) <= 8.64e15;
    return {
      ...(reason === undefined ? {} : { reason }),
      ...(inRange ? { goneSince: Temporal.Instant.fromEpochMilliseconds(at) } : {}),
    };
  } catch {
    return {}; // decision: the status alone then tells what to do
  }
}

/** OID of the UID attribute that carries the topic in a push certificate's subject (fact sheet 4.1). */
export const UID_OID = '0.9.2342.19200300.100.1.1';

/** Topic of a push certificate from its subject attributes; `undefined` unless exactly one UID has the MDM prefix. */
export function topicOf(subject: readonly { readonly oid: string; readonly value: string }[]): string | undefined {
  const [uid, ...others] = subject.filter(({ oid }) => oid === UID_OID || oid === 'UID');
  if (uid === undefined || others.length > 0) return undefined;
  return /^com\.apple\.mgmt\.[\x21-\x7e]{1,200}$/.test(uid.value) ? uid.value : undefined;
}
