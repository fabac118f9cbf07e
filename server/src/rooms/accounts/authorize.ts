import type { IncomingHttpHeaders } from 'node:http';
import type { Permission, Route } from '@tsukasa/api';
import type { Actor, RequestContext } from '../../base/http/context.ts';
import { languageOf } from '../../base/http/messages.ts';
import { type ContractorId, isUuid, PROVIDER_ID, parseUuid } from '../../base/ids.ts';
import type { Auth } from './auth.ts';
import type { AccountsDeps } from './deps.ts';
import {
  contractorPermissions,
  isFresh,
  isPermission,
  isProviderPermission,
  type Principal,
  providerPermissions,
  readBearer,
  type Standing,
  type TokenCredential,
} from './model.ts';
import { forbidden, reauthenticationRequired, secondFactorRequired, unauthenticated } from './refusals.ts';
import { findSession, findStanding, findToken } from './sessions-store.ts';

/** What of a request is looked at; Fastify's fits. */
export type AuthRequest = {
  readonly headers: IncomingHttpHeaders;
  readonly params: unknown;
  readonly id: string;
  readonly ip: string;
};

export type Authorize = (route: Route, request: AuthRequest) => Promise<RequestContext>;

/** Who calls where nobody has to be signed in. */
const ANONYMOUS: Actor = { kind: 'system', id: 'anonymous', name: 'Anonymous' };

const principals = new WeakMap<RequestContext, Principal>();

/** Who called. The context must be the one that `authorize` made, not a copy. */
export function principalOf(context: RequestContext): Principal {
  const principal = principals.get(context);
  if (!principal) throw new Error('the context of this request was not made by authorize');
  return principal;
}

/** Under whom an Idempotency-Key is kept: nobody, where nobody is signed in. */
export function idempotencyPrincipal(context: RequestContext): string | undefined {
  return context.actor === ANONYMOUS ? undefined : `${context.actor.kind}:${context.actor.id}`;
}

type Credential = { readonly session: string } | { readonly token: TokenCredential };

/**
 * Decides whether a request may go on: the one place where that is done. In this order: `unauthenticated` without a valid
 * session or token; `forbidden` (`session.second_factor_required`); `not_found` for a contractor that does not exist or is
 * none of the caller's business; `forbidden`; `reauthentication_required` where the route asks for it.
 */
export function createAuthorize(deps: AccountsDeps, auth: Auth): Authorize {
  return async (route, request) => {
    if (route.access === 'public') return contextOf(deps, request, ANONYMOUS, undefined, new Set());
    const credential = await credentialOf(auth, request.headers);
    if (!credential) throw unauthenticated();
    const contractorId = contractorOf(route, request.params);
    const { principal, standing } = await lookUp(deps, credential, contractorId);
    if (!principal) throw unauthenticated();
    if (principal.kind === 'user' && principal.assurance === 'password' && route.assurance !== 'password') {
      throw secondFactorRequired();
    }
    const permissions =
      contractorId === undefined
        ? providerPermissions(principal)
        : contractorPermissions(principal, contractorId === 'malformed' ? undefined : contractorId, standing);
    if (isPermission(route.access) && !permissions.has(route.access)) throw forbidden();
    const known = contractorId === 'malformed' ? undefined : contractorId;
    const context = contextOf(deps, request, actorOf(principal), known, permissions, principal);
    if (route.fresh === true) context.requireFresh();
    return context;
  };
}

async function credentialOf(auth: Auth, headers: IncomingHttpHeaders): Promise<Credential | undefined> {
  // Whoever sends a token means the token, whatever cookies a browser adds.
  if (headers.authorization !== undefined) {
    const token = readBearer(headers.authorization);
    return token && { token };
  }
  const session = await auth.sessionToken(headers.cookie);
  return session === undefined ? undefined : { session };
}

/** The contractor in which the route's permission is asked for; undefined where it is not asked for in one. */
function contractorOf(route: Route, params: unknown): ContractorId | 'malformed' | undefined {
  if (!isPermission(route.access) || isProviderPermission(route.access)) return undefined;
  const given =
    typeof params === 'object' && params !== null && 'contractorId' in params ? params.contractorId : undefined;
  return typeof given === 'string' && isUuid(given.toLowerCase()) ? parseUuid(given, 'contractorId') : 'malformed';
}

type Found = { readonly principal: Principal | undefined; readonly standing: Standing | undefined };

/** Principal and contractor in one transaction: bound to the token's contractor, else to the one of the path. */
async function lookUp(
  deps: AccountsDeps,
  credential: Credential,
  wanted: ContractorId | 'malformed' | undefined,
): Promise<Found> {
  const { db, clock, sessionLifetime } = deps;
  const now = clock.now();
  const path = wanted === undefined || wanted === 'malformed' ? undefined : wanted;
  const token = 'token' in credential ? credential.token : undefined;
  const bound = token?.scope === 'contractor' ? token.contractorId : (path ?? PROVIDER_ID);
  return db.asContractor(bound, async (tx) => {
    const principal =
      'token' in credential
        ? await findToken(tx, credential.token, now)
        : await findSession(tx, credential.session, now, now.subtract(sessionLifetime));
    const userId = principal?.kind === 'user' ? principal.userId : undefined;
    const standing = principal && path === bound ? await findStanding(tx, bound, userId) : undefined;
    return { principal, standing };
  });
}

function actorOf(principal: Principal): Actor {
  const id = principal.kind === 'user' ? principal.userId : principal.tokenId;
  return { kind: principal.kind, id, name: principal.name };
}

function contextOf(
  deps: AccountsDeps,
  request: AuthRequest,
  actor: Actor,
  contractorId: ContractorId | undefined,
  permissions: ReadonlySet<Permission>,
  principal?: Principal,
): RequestContext {
  const can = (permission: Permission) => permissions.has(permission);
  const context: RequestContext = {
    actor,
    behind: principal?.kind === 'user' ? principal.userId : principal?.madeBy,
    contractorId,
    requestId: request.id,
    sourceIp: request.ip,
    language: languageOf(request.headers['accept-language']),
    can,
    require: (permission) => {
      if (!can(permission)) throw forbidden();
    },
    requireFresh: () => {
      if (!principal || !isFresh(principal, deps.clock.now())) throw reauthenticationRequired();
    },
  };
  if (principal) principals.set(context, principal);
  return context;
}
