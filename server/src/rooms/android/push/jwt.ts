import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { field, numberOf, parseObject, textOf } from '../json.ts';

/** Why a push message's token is refused. Named for administrators; nothing of the token is repeated. */
export const TOKEN_PROBLEMS = [
  'missing',
  'malformed',
  'unknown_key',
  'bad_signature',
  'wrong_issuer',
  'wrong_audience',
  'wrong_sender',
  'expired',
] as const;
export type TokenProblem = (typeof TOKEN_PROBLEMS)[number];

/** A token that was read and not yet believed. */
export type UnverifiedToken = {
  readonly kid: string;
  readonly signed: Buffer;
  readonly signature: Buffer;
  readonly claims: Readonly<Record<string, unknown>>;
};

const LONGEST_TOKEN = 8192;
/** Seconds by which clocks may differ. */
const SKEW = 60;
const ISSUERS: readonly unknown[] = ['https://accounts.google.com', 'accounts.google.com'];

/** Reads `Authorization: Bearer <JWT>`, of RS256 only (RFC 7515, fact sheet 5.3). */
export function readToken(header: string | undefined): UnverifiedToken | 'missing' | 'malformed' {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? '')?.[1];
  if (token === undefined) return header === undefined || header === '' ? 'missing' : 'malformed';
  if (token.length > LONGEST_TOKEN) return 'malformed';
  const [head = '', body = '', signature = ''] = token.split('.');
  const headObject = parseObject(Buffer.from(head, 'base64url'));
  const claims = parseObject(Buffer.from(body, 'base64url'));
  const kid = textOf(field(headObject, 'kid'), 200);
  if (claims === undefined || kid === undefined || field(headObject, 'alg') !== 'RS256') return 'malformed';
  return { kid, signed: Buffer.from(`${head}.${body}`), signature: Buffer.from(signature, 'base64url'), claims };
}

export function isSignedBy({ signed, signature }: UnverifiedToken, key: KeyObject): boolean {
  return verify('sha256', signed, key, signature);
}

export type Expected = { readonly audience: string; readonly sender: string; readonly now: Temporal.Instant };

/** What is wrong with the claims of a token whose signature holds; undefined when it is meant for us and comes from the sender. */
export function claimsProblem(
  { claims }: UnverifiedToken,
  { audience, sender, now }: Expected,
): TokenProblem | undefined {
  if (!ISSUERS.includes(claims.iss)) return 'wrong_issuer';
  if (claims.aud !== audience) return 'wrong_audience';
  if (claims.email !== sender || claims.email_verified !== true) return 'wrong_sender';
  const seconds = now.epochMilliseconds / 1000;
  const [expires, issued] = [numberOf(claims.exp), numberOf(claims.iat)];
  if (expires === undefined || expires + SKEW < seconds) return 'expired';
  return issued === undefined || issued - SKEW > seconds ? 'expired' : undefined;
}

/** The usable keys of a JWK set (RFC 7517), by their id; others are left out. */
export function readKeySet(body: unknown): ReadonlyMap<string, KeyObject> {
  const keys = field(body, 'keys');
  const found = new Map<string, KeyObject>();
  for (const entry of Array.isArray(keys) ? keys.slice(0, 50) : []) {
    const [kid, n, e] = [textOf(field(entry, 'kid'), 200), textOf(field(entry, 'n')), textOf(field(entry, 'e'), 20)];
    if (kid === undefined || n === undefined || e === undefined || field(entry, 'kty') !== 'RSA') continue;
    const key = rsaKey({ kty: 'RSA', n, e });
    if (key !== undefined) found.set(kid, key);
  }
  return found;
}

/** No key shorter than 2048 bits is believed. */
function rsaKey(jwk: { kty: string; n: string; e: string }): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048 ? key : undefined;
  } catch {
    return undefined;
  }
}
