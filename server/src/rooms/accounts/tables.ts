import type { ContractorRole, ContractorSettings, ProviderRole } from '@tsukasa/api';
import type { ContractorId } from '../../base/ids.ts';
import type { TokenId } from './model.ts';

type Instant = Temporal.Instant;

export const LINK_PURPOSES = ['first_administrator', 'join', 'reset'] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];

/** The tables of this room. Those of schema `auth` have better-auth's own column names. */
export type AccountTables = {
  'auth.user': {
    id: string;
    name: string;
    email: string;
    emailVerified: boolean;
    createdAt: Instant;
    updatedAt: Instant;
    twoFactorEnabled: boolean | null;
  };
  'auth.session': { id: string; token: string; userId: string; createdAt: Instant; expiresAt: Instant };
  'auth.account': {
    id: string;
    accountId: string;
    providerId: string;
    userId: string;
    password: string | null;
    createdAt: Instant;
    updatedAt: Instant;
  };
  'auth.twoFactor': { id: string; userId: string; secret: string; verified: boolean | null };
  'auth.passkey': { id: string; userId: string };
  'auth.session_assurance': {
    session_id: string;
    second_factor_at: Instant | null;
    second_factor: string | null;
    reauthenticated_at: Instant | null;
  };
  'auth.verification': { id: string; expiresAt: Instant };
  'auth.sign_ins': { user_id: string; last_at: Instant };
  'auth.attempts': { key: string; count: number; started_at: Instant };
  provider_staff: { user_id: string; role: ProviderRole; created_at: Instant; disabled_at: Instant | null };
  contractors: {
    contractor_id: ContractorId;
    name: string;
    name_kana: string;
    state: 'active' | 'suspended';
    settings: Partial<ContractorSettings>;
    search_key: string;
    created_at: Instant;
    updated_at: Instant;
  };
  contractor_members: {
    contractor_id: ContractorId;
    user_id: string;
    role: ContractorRole;
    created_at: Instant;
    disabled_at: Instant | null;
  };
  api_tokens: TokenTable<ContractorRole> & { contractor_id: ContractorId };
  provider_api_tokens: TokenTable<ProviderRole>;
  account_links: {
    code_hash: Buffer;
    purpose: LinkPurpose;
    email: string | null;
    contractor_id: ContractorId | null;
    role: ContractorRole | ProviderRole | null;
    created_by: string;
    created_behind: string | null;
    by_provider: boolean;
    founding: boolean;
    created_at: Instant;
    expires_at: Instant;
    used_at: Instant | null;
  };
};

type TokenTable<Role> = {
  token_id: TokenId;
  name: string;
  role: Role;
  secret_hash: Buffer;
  created_by: string;
  /** The person behind it. */
  created_behind: string | null;
  created_at: Instant;
  expires_at: Instant;
  last_used_at: Instant | null;
  revoked_at: Instant | null;
};
