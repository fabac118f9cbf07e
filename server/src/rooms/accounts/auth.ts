import { passkey } from '@better-auth/passkey';
import { createOTP } from '@better-auth/utils/otp';
import { PASSWORD_LENGTH } from '@tsukasa/api';
import { APIError, betterAuth } from 'better-auth';
import { constantTimeEqual, makeSignature, symmetricDecrypt } from 'better-auth/crypto';
import { twoFactor } from 'better-auth/plugins';
import type pg from 'pg';
import type { Log } from '../../base/log.ts';
import type { Secrets } from '../../base/secrets.ts';

declare module '../../base/vocabulary.ts' {
  interface LogFields {
    readonly userId?: string | undefined;
  }
}

export const AUTH_PATH = '/api/auth';
/** In which the library finds the address that we established; whatever the caller sends under this name is dropped. */
export const SOURCE_IP_HEADER = 'x-tsukasa-source-ip';
const COOKIE_PREFIX = 'tsukasa';

export type AuthOptions = {
  readonly pool: pg.Pool;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly publicUrl: string;
  readonly sessionLifetime: Temporal.Duration;
};

/** The parts of better-auth that the rest of this room touches. */
export interface Auth {
  /** Answers a request under `AUTH_PATH`. */
  handle(request: Request): Promise<Response>;
  /** The token of a session cookie whose signature is ours; undefined for anything else. */
  sessionToken(cookieHeader: string | undefined): Promise<string | undefined>;
  /** The token in a `Set-Cookie` that begins a session. */
  newSessionToken(response: Response): Promise<string | undefined>;
  /** Whether a code is right now for a sealed TOTP secret. */
  checkTotp(sealedSecret: string, code: string): Promise<boolean>;
}

/** Sign-in by password, TOTP with backup codes, and passkeys, on the schema `auth`. Accounts are made by our links only. */
export function createAuth(options: AuthOptions): Auth {
  const secret = options.secrets.derive('sign-in').toString('base64url');
  const auth = build(options, secret);
  const secure = options.publicUrl.startsWith('https:') ? '__Secure-' : '';
  const cookieName = `${secure}${COOKIE_PREFIX}.session_token`;
  const open = async (value: string | undefined) => {
    const at = value?.lastIndexOf('.') ?? -1;
    if (value === undefined || at < 1) return undefined;
    const token = value.slice(0, at);
    return constantTimeEqual(value.slice(at + 1), await makeSignature(token, secret)) ? token : undefined;
  };
  return {
    handle: (request) => auth.handler(request),
    sessionToken: (header) => open(cookieOf(header?.split(';') ?? [], cookieName)),
    newSessionToken: (response) =>
      open(
        cookieOf(
          response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? ''),
          cookieName,
        ),
      ),
    checkTotp: async (sealedSecret, code) => {
      const { secretConfig } = await auth.$context;
      return createOTP(await symmetricDecrypt({ key: secretConfig, data: sealedSecret })).verify(code);
    },
  };
}

function cookieOf(pairs: readonly string[], name: string): string | undefined {
  const pair = pairs.map((one) => one.trim()).find((one) => one.startsWith(`${name}=`));
  const value = pair?.slice(name.length + 1);
  if (value === undefined || value === '') return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined; // a stray percent sign: none of ours
  }
}

function build({ pool, log, publicUrl, sessionLifetime }: AuthOptions, secret: string) {
  return betterAuth({
    appName: 'Tsukasa',
    baseURL: publicUrl,
    basePath: AUTH_PATH,
    secret,
    database: pool,
    telemetry: { enabled: false },
    // Messages of the library may name addresses of people; only that something went wrong is ours to log.
    logger: { level: 'error', log: () => log.warn('accounts.library_reported') },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.least,
      maxPasswordLength: PASSWORD_LENGTH.most,
    },
    session: {
      expiresIn: Math.floor(sessionLifetime.total('seconds')),
      disableSessionRefresh: true,
      freshAge: 0, // we ask for a re-authentication instead
      cookieCache: { enabled: false },
    },
    // Per address, and generous because an office shares one; guesses per account are counted by us and by twoFactor.
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 300,
      customRules: {
        '/sign-in/email': { window: 60, max: 60 },
        '/two-factor/*': { window: 60, max: 60 },
        '/passkey/*': { window: 60, max: 120 },
      },
    },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: publicUrl.startsWith('https:'),
      ipAddress: { ipAddressHeaders: [SOURCE_IP_HEADER] },
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
    },
    plugins: [
      twoFactor({ issuer: 'Tsukasa', accountLockout: { enabled: true, maxFailedAttempts: 10, durationSeconds: 900 } }),
      passkey({
        rpID: new URL(publicUrl).hostname,
        rpName: 'Tsukasa',
        origin: publicUrl,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        // A passkey stands for two factors only when its device knew its owner (PIN, finger, face).
        registration: {
          afterVerification: async ({ verification }) => {
            requireUserVerified(verification.registrationInfo?.userVerified);
          },
        },
        authentication: {
          afterVerification: async ({ verification }) => {
            requireUserVerified(verification.authenticationInfo.userVerified);
          },
        },
      }),
    ],
  });
}

function requireUserVerified(verified: boolean | undefined): void {
  if (verified !== true) {
    throw new APIError('UNAUTHORIZED', { code: 'USER_NOT_VERIFIED', message: 'The passkey did not verify its user' });
  }
}
