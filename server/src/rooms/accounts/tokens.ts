import type { ApiToken, accountRoutes } from '@tsukasa/api';
import { DomainError } from '../../base/errors.ts';
import type { Handlers } from '../../base/http/context.ts';
import { type ContractorId, newId, parseUuid } from '../../base/ids.ts';
import type { AccountsDeps } from './deps.ts';
import { newSecret, secretHash, type TokenId, tokenText } from './model.ts';
import {
  insertProviderToken,
  insertToken,
  listProviderTokens,
  listTokens,
  type NewToken,
  revokeProviderToken,
  revokeToken,
} from './tokens-store.ts';
import { authorOf, record } from './trail.ts';

type Routes = Pick<
  typeof accountRoutes,
  | 'listApiTokens'
  | 'createApiToken'
  | 'revokeApiToken'
  | 'listProviderApiTokens'
  | 'createProviderApiToken'
  | 'revokeProviderApiToken'
>;

const page = (items: ApiToken[]) => ({ items, nextCursor: null });
const contractorOf = (params: { readonly contractorId: string }): ContractorId =>
  parseUuid(params.contractorId, 'contractorId');

export function tokenHandlers(deps: AccountsDeps): Handlers<Routes> {
  const { db, clock } = deps;
  return {
    listApiTokens: async ({ params }) => {
      const contractorId = contractorOf(params);
      return page(await db.asContractor(contractorId, (tx) => listTokens(tx, contractorId)));
    },
    createApiToken: async ({ params, body }, context) => {
      const contractorId = contractorOf(params);
      const { secret, token } = newToken(body, { name: context.actor.name, behind: context.behind }, clock.now());
      const made = await db.asContractor(contractorId, async (tx) => {
        const inserted = await insertToken(tx, contractorId, token);
        await record(deps, tx, [contractorId], authorOf(context), created(inserted));
        return inserted;
      });
      return { token: tokenText(contractorId, secret), apiToken: made };
    },
    revokeApiToken: async ({ params }, context) => {
      const contractorId = contractorOf(params);
      await db.asContractor(contractorId, async (tx) => {
        const { token, now } = found(await revokeToken(tx, contractorId, idOf(params), clock.now()));
        if (now) await record(deps, tx, [contractorId], authorOf(context), revoked(token));
      });
      return undefined;
    },
    listProviderApiTokens: async () => page(await db.asProvider(listProviderTokens)),
    createProviderApiToken: async ({ body }, context) => {
      const { secret, token } = newToken(body, { name: context.actor.name, behind: context.behind }, clock.now());
      const made = await db.asProvider(async (tx) => {
        const inserted = await insertProviderToken(tx, token);
        await record(deps, tx, ['provider'], authorOf(context), created(inserted));
        return inserted;
      });
      return { token: tokenText(undefined, secret), apiToken: made };
    },
    revokeProviderApiToken: async ({ params }, context) => {
      await db.asProvider(async (tx) => {
        const { token, now } = found(await revokeProviderToken(tx, idOf(params), clock.now()));
        if (now) await record(deps, tx, ['provider'], authorOf(context), revoked(token));
      });
      return undefined;
    },
  };
}

type Wanted<Role> = { readonly name: string; readonly role: Role; readonly expiresInDays: number };

/** A secret, and what is kept of it. A day is 24 hours. */
export function newToken<Role>(
  { name, role, expiresInDays }: Wanted<Role>,
  by: { readonly name: string; readonly behind: string | undefined },
  now: Temporal.Instant,
): { readonly secret: string; readonly token: NewToken<Role> } {
  const secret = newSecret();
  const expiresAt = now.add({ hours: 24 * expiresInDays });
  const made = { createdBy: by.name, createdBehind: by.behind };
  const token = { tokenId: newId<'ApiToken'>(), name, role, hash: secretHash(secret), ...made, now, expiresAt };
  return { secret, token };
}

const idOf = (params: { readonly tokenId: string }): TokenId => parseUuid(params.tokenId, 'tokenId');

function found<T>(token: T | undefined): T {
  if (token === undefined) throw new DomainError('not_found', 'there is no such token', { reason: 'token.unknown' });
  return token;
}

const target = ({ tokenId, name }: ApiToken) => ({ kind: 'api_token', id: tokenId, name });

export function created(token: ApiToken) {
  const { role, expiresAt } = token;
  return { action: 'api_token.created', target: target(token), details: { role, expiresAt } };
}

function revoked(token: ApiToken) {
  return { action: 'api_token.revoked', target: target(token), details: { role: token.role } };
}
