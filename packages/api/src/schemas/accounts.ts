import { type Static, Type } from 'typebox';
import { CONTRACTOR_ROLES, PERMISSIONS, PROVIDER_ROLES } from '../permissions.ts';
import { Closed, Instant, Nullable, Text, Uuid } from './common.ts';

export const ContractorRoleSchema = Type.Enum([...CONTRACTOR_ROLES]);
export const ProviderRoleSchema = Type.Enum([...PROVIDER_ROLES]);
export const Email = Type.String({ format: 'email', maxLength: 254 });

/** Who is signed in and what that person or token may do. */
export const Session = Type.Object({
  principal: Type.Object({
    kind: Type.Enum(['user', 'token']),
    id: Type.String(),
    name: Type.String(),
    email: Nullable(Type.String()),
  }),
  secondFactor: Type.Object({
    /** The session has given its second factor (tokens count as having). */
    given: Type.Boolean(),
    enrolled: Type.Array(Type.Enum(['totp', 'passkey'])),
  }),
  reauthenticatedAt: Nullable(Instant),
  providerRole: Nullable(ProviderRoleSchema),
  contractors: Type.Array(
    Type.Object({
      contractorId: Uuid,
      name: Type.String(),
      role: Nullable(ContractorRoleSchema),
      permissions: Type.Array(Type.Enum([...PERMISSIONS])),
    }),
    { description: 'Memberships. Provider staff reach every contractor through the provider routes as well.' },
  ),
  permissions: Type.Array(Type.Enum([...PERMISSIONS]), { description: 'Held everywhere (provider staff).' }),
});
export type Session = Static<typeof Session>;

export const Reauthentication = Type.Object(
  { password: Type.Optional(Text(200)), totp: Type.Optional(Type.String({ pattern: '^[0-9]{6}$' })) },
  Closed,
);

export const AccountLinkCode = Type.Object({ code: Text(200) }, Closed);
export const AccountLink = Type.Object({
  purpose: Type.Enum(['first_administrator', 'join', 'reset']),
  email: Nullable(Type.String()),
  contractorName: Nullable(Type.String()),
  role: Nullable(Type.String()),
  /** An account with this address exists already: only its password is asked for. */
  accountExists: Type.Boolean(),
  expiresAt: Instant,
});
/** Of a new password, in characters. */
export const PASSWORD_LENGTH = { least: 12, most: 200 } as const;

export const AccountLinkAcceptance = Type.Object(
  {
    code: Text(200),
    email: Type.Optional(Email),
    name: Type.Optional(Text(200)),
    password: Type.String({ minLength: PASSWORD_LENGTH.least, maxLength: PASSWORD_LENGTH.most }),
  },
  Closed,
);

export const Member = Type.Object({
  userId: Type.String(),
  name: Type.String(),
  email: Type.String(),
  role: Type.Union([ContractorRoleSchema, ProviderRoleSchema]),
  secondFactors: Type.Array(Type.Enum(['totp', 'passkey'])),
  createdAt: Instant,
  lastSignInAt: Nullable(Instant),
  disabledAt: Nullable(Instant),
});
export type Member = Static<typeof Member>;
export const MemberInvitation = Type.Object({ email: Email, role: ContractorRoleSchema }, Closed);
export const StaffInvitation = Type.Object({ email: Email, role: ProviderRoleSchema }, Closed);
export const MemberLink = Type.Object({ url: Type.String(), email: Type.String(), expiresAt: Instant });

export const ApiToken = Type.Object({
  tokenId: Uuid,
  name: Type.String(),
  role: Type.Union([ContractorRoleSchema, ProviderRoleSchema]),
  createdBy: Type.String(),
  createdAt: Instant,
  expiresAt: Instant,
  lastUsedAt: Nullable(Instant),
  revokedAt: Nullable(Instant),
});
export type ApiToken = Static<typeof ApiToken>;
export const ApiTokenRequest = Type.Object(
  { name: Text(100), role: ContractorRoleSchema, expiresInDays: Type.Integer({ minimum: 1, maximum: 366 }) },
  Closed,
);
export const ProviderApiTokenRequest = Type.Object(
  { name: Text(100), role: ProviderRoleSchema, expiresInDays: Type.Integer({ minimum: 1, maximum: 366 }) },
  Closed,
);
export const NewApiToken = Type.Object({ token: Type.String({ description: 'Shown once.' }), apiToken: ApiToken });
