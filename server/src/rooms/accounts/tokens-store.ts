import type { ApiToken, ContractorRole, ProviderRole } from '@tsukasa/api';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { TokenId } from './model.ts';
import type { AccountTables } from './tables.ts';

type Instant = Temporal.Instant;
const over = (tx: Tx) => tables<AccountTables>(tx);
const COLUMNS = [
  'token_id',
  'name',
  'role',
  'created_by',
  'created_at',
  'expires_at',
  'last_used_at',
  'revoked_at',
] as const;

export type NewToken<Role> = {
  readonly tokenId: TokenId;
  readonly name: string;
  readonly role: Role;
  readonly hash: Buffer;
  readonly createdBy: string;
  readonly createdBehind: string | undefined;
  readonly now: Instant;
  readonly expiresAt: Instant;
};

type Row = Pick<AccountTables['provider_api_tokens'], Exclude<(typeof COLUMNS)[number], 'role'>> & {
  role: ContractorRole | ProviderRole;
};

const tokenOf = (row: Row): ApiToken => ({
  tokenId: row.token_id,
  name: row.name,
  role: row.role,
  createdBy: row.created_by,
  createdAt: row.created_at.toString(),
  expiresAt: row.expires_at.toString(),
  lastUsedAt: row.last_used_at?.toString() ?? null,
  revokedAt: row.revoked_at?.toString() ?? null,
});

function rowOf<Role>(token: NewToken<Role>) {
  return {
    token_id: token.tokenId,
    name: token.name,
    role: token.role,
    secret_hash: token.hash,
    created_by: token.createdBy,
    created_behind: token.createdBehind ?? null,
    created_at: token.now,
    expires_at: token.expiresAt,
    last_used_at: null,
    revoked_at: null,
  };
}

/** Newest first. */
export async function listTokens(tx: Tx, contractorId: ContractorId): Promise<ApiToken[]> {
  const rows = await over(tx)
    .selectFrom('api_tokens')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .orderBy('created_at', 'desc')
    .orderBy('token_id')
    .execute();
  return rows.map(tokenOf);
}

export async function listProviderTokens(tx: Tx): Promise<ApiToken[]> {
  const rows = await over(tx)
    .selectFrom('provider_api_tokens')
    .select(COLUMNS)
    .orderBy('created_at', 'desc')
    .orderBy('token_id')
    .execute();
  return rows.map(tokenOf);
}

export async function insertToken(
  tx: Tx,
  contractorId: ContractorId,
  token: NewToken<ContractorRole>,
): Promise<ApiToken> {
  const row = { contractor_id: contractorId, ...rowOf(token) };
  return tokenOf(await over(tx).insertInto('api_tokens').values(row).returning(COLUMNS).executeTakeFirstOrThrow());
}

export async function insertProviderToken(tx: Tx, token: NewToken<ProviderRole>): Promise<ApiToken> {
  const insert = over(tx).insertInto('provider_api_tokens').values(rowOf(token));
  return tokenOf(await insert.returning(COLUMNS).executeTakeFirstOrThrow());
}

/** The token, and whether it was revoked just now rather than before; undefined when there is none. */
export type Revoked = { readonly token: ApiToken; readonly now: boolean } | undefined;

export async function revokeToken(tx: Tx, contractorId: ContractorId, tokenId: TokenId, at: Instant): Promise<Revoked> {
  const db = over(tx);
  const row = await db
    .updateTable('api_tokens')
    .set({ revoked_at: at })
    .where('contractor_id', '=', contractorId)
    .where('token_id', '=', tokenId)
    .where('revoked_at', 'is', null)
    .returning(COLUMNS)
    .executeTakeFirst();
  if (row) return { token: tokenOf(row), now: true };
  const old = await db
    .selectFrom('api_tokens')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('token_id', '=', tokenId)
    .executeTakeFirst();
  return old && { token: tokenOf(old), now: false };
}

export async function revokeProviderToken(tx: Tx, tokenId: TokenId, at: Instant): Promise<Revoked> {
  const db = over(tx);
  const row = await db
    .updateTable('provider_api_tokens')
    .set({ revoked_at: at })
    .where('token_id', '=', tokenId)
    .where('revoked_at', 'is', null)
    .returning(COLUMNS)
    .executeTakeFirst();
  if (row) return { token: tokenOf(row), now: true };
  const old = await db
    .selectFrom('provider_api_tokens')
    .select(COLUMNS)
    .where('token_id', '=', tokenId)
    .executeTakeFirst();
  return old && { token: tokenOf(old), now: false };
}
