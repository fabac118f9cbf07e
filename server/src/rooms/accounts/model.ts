import { createHash, randomBytes } from 'node:crypto';
import {
  type Access,
  type ContractorRole,
  type ContractorSettings,
  type Permission,
  type ProviderRole,
  ROLE_PERMISSIONS,
} from '@tsukasa/api';
import { DomainError } from '../../base/errors.ts';
import { type ContractorId, type Id, isUuid, parseUuid } from '../../base/ids.ts';

export type TokenId = Id<'ApiToken'>;

export const FACTORS = ['totp', 'passkey'] as const;
export type Factor = (typeof FACTORS)[number];

/** Somebody who may ask: a person with a session, or a program with a token. */
export type Principal = Person | ProviderToken | ContractorToken;
export type Person = {
  readonly kind: 'user';
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly sessionId: string;
  readonly staffRole: ProviderRole | undefined;
  readonly factors: readonly Factor[];
  /** `full` once the session has given a second factor. */
  readonly assurance: 'password' | 'full';
  readonly reauthenticatedAt: Temporal.Instant | undefined;
};
type Token = {
  readonly kind: 'token';
  readonly tokenId: TokenId;
  readonly name: string;
  /** The person who made it, also through another token. */
  readonly madeBy: string | undefined;
};
export type ProviderToken = Token & { readonly scope: 'provider'; readonly role: ProviderRole };
export type ContractorToken = Token & {
  readonly scope: 'contractor';
  readonly contractorId: ContractorId;
  readonly role: ContractorRole;
};

/** A contractor as one principal meets it: its state, and the person's role in it if there is one. */
export type Standing = { readonly state: 'active' | 'suspended'; readonly role: ContractorRole | undefined };

const NOTHING: ReadonlySet<Permission> = new Set();

/** The role that a principal has in the provider's scope and, through it, in every contractor. */
export function providerRoleOf(principal: Principal): ProviderRole | undefined {
  if (principal.kind === 'user') return principal.staffRole;
  return principal.scope === 'provider' ? principal.role : undefined;
}

/** What a principal may do in the provider's scope. */
export function providerPermissions(principal: Principal): ReadonlySet<Permission> {
  const role = providerRoleOf(principal);
  return role === undefined ? NOTHING : ROLE_PERMISSIONS[role];
}

/**
 * What a principal may do in one contractor. Throws `not_found` for a contractor that does not exist and, in the very same
 * words, for one that the principal has nothing to do with; `forbidden` (`contractor.suspended`) to those who belong to it.
 */
export function contractorPermissions(
  principal: Principal,
  contractorId: ContractorId | undefined,
  standing: Standing | undefined,
): ReadonlySet<Permission> {
  if (contractorId === undefined || standing === undefined) throw unknownContractor();
  const provider = providerRoleOf(principal);
  if (provider !== undefined) return ROLE_PERMISSIONS[provider];
  const role = roleIn(principal, contractorId, standing);
  if (role === undefined) throw unknownContractor();
  if (standing.state === 'suspended') {
    throw new DomainError('forbidden', 'the contractor is suspended', { reason: 'contractor.suspended' });
  }
  return ROLE_PERMISSIONS[role];
}

function roleIn(principal: Principal, contractorId: ContractorId, standing: Standing): ContractorRole | undefined {
  if (principal.kind === 'user') return standing.role;
  return principal.scope === 'contractor' && principal.contractorId === contractorId ? principal.role : undefined;
}

function unknownContractor(): DomainError {
  return new DomainError('not_found', 'there is no such contractor', { reason: 'contractor.unknown' });
}

export function isPermission(access: Access): access is Permission {
  return access !== 'public' && access !== 'signed_in';
}

/** Whether a permission is asked for in the provider's scope rather than in a contractor. */
export function isProviderPermission(permission: Permission): boolean {
  return permission.startsWith('provider.');
}

/** A re-authentication counts for this long. */
const FRESH = Temporal.Duration.from({ minutes: 5 });

/** A program's token was shown once, expires and is audited: it cannot prove itself again, and need not. */
export function isFresh(principal: Principal, now: Temporal.Instant): boolean {
  if (principal.kind === 'token') return true;
  const at = principal.reauthenticatedAt;
  return at !== undefined && Temporal.Instant.compare(at.add(FRESH), now) > 0;
}

const SECRET_BYTES = 32;
const SECRET = '[A-Za-z0-9_-]{43}';
const BEARER = new RegExp(`^Bearer +(?:tsp_(${SECRET})|tsc_([0-9a-f-]{36})_(${SECRET}))$`, 'i');

/** 256 random bits in base64url, 43 characters. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** What is kept of a secret. It is random and long, so a plain hash cannot be turned back. */
export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

export type TokenCredential =
  | { readonly scope: 'provider'; readonly hash: Buffer }
  | { readonly scope: 'contractor'; readonly contractorId: ContractorId; readonly hash: Buffer };

/** The text of a token, shown once. A contractor's names its contractor, so that the look-up is bound to it. */
export function tokenText(contractorId: ContractorId | undefined, secret: string): string {
  return contractorId === undefined ? `tsp_${secret}` : `tsc_${contractorId}_${secret}`;
}

/** Reads an `Authorization` header; undefined when it holds no token of ours. */
export function readBearer(header: string): TokenCredential | undefined {
  const [, provider, contractorId, contractor] = BEARER.exec(header) ?? [];
  if (provider !== undefined) return { scope: 'provider', hash: secretHash(provider) };
  if (contractor === undefined || !isUuid(contractorId?.toLowerCase())) return undefined;
  return { scope: 'contractor', contractorId: parseUuid(contractorId, 'token'), hash: secretHash(contractor) };
}

/** One spelling of an address, as better-auth compares it too. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** What better-auth takes at sign-in (the pattern of its validator): another address would be an account without a door. */
const SIGN_IN_ADDRESS = /^(?!\.)(?!.*\.\.)[a-z0-9_'+\-.]*[a-z0-9_+-]@(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/;

/** The one spelling of an address that can sign in. Throws `invalid` (`account.email`). */
export function parseEmail(given: string): string {
  const email = normaliseEmail(given);
  if (email.length <= 254 && SIGN_IN_ADDRESS.test(email)) return email;
  throw new DomainError('invalid', 'nobody can sign in with this e-mail address', {
    reason: 'account.email',
    errors: [{ pointer: '/email', detail: 'must be an e-mail address such as name@example.jp' }],
  });
}

export const DEFAULT_SETTINGS: ContractorSettings = {
  observeEvery: 'PT6H',
  silentAfter: 'P3D',
  language: 'ja',
  helpdeskPhone: '',
};

const DURATION_RANGES = {
  observeEvery: { least: 'PT15M', most: 'P7D' },
  silentAfter: { least: 'PT1H', most: 'P90D' },
} as const;

/** Throws `invalid` when a duration of the change is none, or outside its range. Days are 24 hours here. */
export function checkSettings(change: Partial<ContractorSettings>): void {
  const errors = (['observeEvery', 'silentAfter'] as const).flatMap((field) => {
    const value = change[field];
    const { least, most } = DURATION_RANGES[field];
    if (value === undefined || isWithin(value, least, most)) return [];
    return [{ pointer: `/${field}`, detail: `must be an ISO 8601 duration from ${least} to ${most}` }];
  });
  if (errors.length > 0) {
    throw new DomainError('invalid', 'a duration is outside its range', { reason: 'settings.duration', errors });
  }
}

function isWithin(value: string, least: string, most: string): boolean {
  try {
    const duration = Temporal.Duration.from(value);
    if (duration.years !== 0 || duration.months !== 0 || duration.weeks !== 0) return false;
    return Temporal.Duration.compare(duration, least) >= 0 && Temporal.Duration.compare(duration, most) <= 0;
  } catch {
    return false; // a RangeError: no duration at all
  }
}
