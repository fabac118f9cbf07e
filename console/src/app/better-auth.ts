import type { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import { withProof } from './api.ts';
import { currentLanguage } from './language.ts';
import { ApiError, problemOf } from './problem.ts';

/** Sign-in itself is better-auth's, under /api/auth; these are its addresses that we use. */
function ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  return withProof(() => send<T>(method, path, body));
}

async function send<T>(method: 'GET' | 'POST', path: string, body: unknown): Promise<T> {
  const response = await fetch(`/api/auth${path}`, {
    method,
    credentials: 'same-origin',
    headers: {
      Accept: 'application/json',
      'Accept-Language': currentLanguage(),
      ...(method === 'POST' ? { 'Content-Type': 'application/json' } : {}),
    },
    ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
  }).catch(() => {
    throw new ApiError({ type: 'about:blank', title: 'unreachable', status: 0, reason: 'console.unreachable' });
  });
  if (!response.ok) throw new ApiError(await problemOf(response));
  return (await response.json().catch(() => ({}))) as T;
}

/** Answers whether a second factor is asked for before a session exists. */
export async function signInWithPassword(email: string, password: string): Promise<'signed_in' | 'second_factor'> {
  const answer = await ask<{ twoFactorRedirect?: boolean }>('POST', '/sign-in/email', { email, password });
  return answer.twoFactorRedirect === true ? 'second_factor' : 'signed_in';
}
export const verifyTotp = (code: string) => ask<unknown>('POST', '/two-factor/verify-totp', { code });
export const verifyBackupCode = (code: string) => ask<unknown>('POST', '/two-factor/verify-backup-code', { code });
export const enableTotp = (password: string) =>
  ask<{ totpURI: string; backupCodes: readonly string[] }>('POST', '/two-factor/enable', { password });
export const newBackupCodes = (password: string) =>
  ask<{ backupCodes: readonly string[] }>('POST', '/two-factor/generate-backup-codes', { password });
export const changePassword = (currentPassword: string, newPassword: string) =>
  ask<unknown>('POST', '/change-password', { currentPassword, newPassword });
export const signOut = () => ask<unknown>('POST', '/sign-out');

type RequestOptions = Parameters<typeof startAuthentication>[0]['optionsJSON'];
type CreationOptions = Parameters<typeof startRegistration>[0]['optionsJSON'];

/** True where the browser knows passkeys at all. */
export const canPasskey = (): boolean => typeof globalThis.PublicKeyCredential === 'function';

/** Comes when the first passkey is used. */
const webauthn = () => import('@simplewebauthn/browser');

/** Signs in; inside a session that is complete already it proves the person again, and the session goes on. */
export async function signInWithPasskey(): Promise<void> {
  const optionsJSON = await ask<RequestOptions>('GET', '/passkey/generate-authenticate-options');
  const response = await (await webauthn()).startAuthentication({ optionsJSON });
  await ask<unknown>('POST', '/passkey/verify-authentication', { response });
}
export async function registerPasskey(name: string): Promise<void> {
  const optionsJSON = await ask<CreationOptions>('GET', '/passkey/generate-register-options');
  const response = await (await webauthn()).startRegistration({ optionsJSON });
  await ask<unknown>('POST', '/passkey/verify-registration', { response, name });
}

export type Passkey = { readonly id: string; readonly name?: string | null; readonly createdAt?: string | null };
export const listPasskeys = () => ask<readonly Passkey[]>('GET', '/passkey/list-user-passkeys');
export const deletePasskey = (id: string) => ask<unknown>('POST', '/passkey/delete-passkey', { id });
