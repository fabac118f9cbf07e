import { createHmac, randomInt } from 'node:crypto';
import { Caller } from './api.ts';

/** Somebody who may sign in, with everything that a person needs to do so. */
export type Login = {
  readonly title: string;
  readonly email: string;
  readonly password: string;
  /** For an authenticator app; the code of this moment is `totp(secret, now)`. */
  readonly otpauth: string;
  readonly secret: string;
  /** A signed-in browser. */
  readonly browser: Caller;
};

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A new one for every demonstration: the server may be reachable by others. */
export function newPassword(): string {
  const word = () => Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `${word()}-${word()}-${word()}`;
}

/** Bytes of a base32 text (RFC 4648). */
function fromBase32(text: string): Buffer {
  let bits = '';
  for (const character of text.toUpperCase().replace(/=+$/, '')) {
    bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character).toString(2).padStart(5, '0');
  }
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)));
}

/** The six digits of a moment (RFC 6238: SHA-1, 30 seconds). `secret` is base32, `now` in epoch milliseconds. */
export function totp(secret: string, now: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const at = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Signs in with the password and enrols an authenticator app, as everybody does the first time. */
export async function signInFirst(
  origin: string,
  { title, email, password }: Pick<Login, 'title' | 'email' | 'password'>,
): Promise<Login> {
  const browser = new Caller(origin);
  await browser.post('/api/auth/sign-in/email', { email, password });
  const otpauth = (await browser.post('/api/auth/two-factor/enable', { password })).text('totpURI');
  const secret = new URL(otpauth).searchParams.get('secret') ?? '';
  const now = Temporal.Now.instant().epochMilliseconds;
  await browser.post('/api/auth/two-factor/verify-totp', { code: totp(secret, now) });
  return { title, email, password, otpauth, secret, browser };
}

/** Invites a member, accepts the link as that person, and signs in. */
export async function addMember(
  origin: string,
  provider: Caller,
  contractorId: string,
  member: { readonly title: string; readonly email: string; readonly name: string; readonly role: string },
): Promise<Login> {
  const { title, email, name, role } = member;
  const link = await provider.post(`/api/v1/contractors/${contractorId}/members`, { email, role });
  const code = /[#&]code=([^&]+)/.exec(link.text('url'))?.[1];
  if (code === undefined) throw new Error('the member link carries no code');
  const password = newPassword();
  await new Caller(origin).post('/api/v1/account-links/acceptance', { code: decodeURIComponent(code), name, password });
  return signInFirst(origin, { title, email, password });
}
