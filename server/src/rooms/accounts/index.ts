/** Contractors, people, sessions, second factors, roles and API tokens; every request's permission is decided here. */
import type { accountRoutes, ContractorSettings, contractorRoutes } from '@tsukasa/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tx } from '../../base/db.ts';
import type { Handlers } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Jobs } from '../../base/jobs.ts';
import { AUTH_PATH, createAuth } from './auth.ts';
import { createAuthHandler } from './auth-handler.ts';
import { type Authorize, createAuthorize } from './authorize.ts';
import { type Bootstrapped, type BootstrapRequest, bootstrap, firstAdministratorLink } from './bootstrap.ts';
import { contractorHandlers } from './contractors.ts';
import { readSettings } from './contractors-store.ts';
import type { AccountsDeps } from './deps.ts';
import { linkHandlers } from './links.ts';
import { peopleHandlers } from './people.ts';
import { type Recovery, type RecoveryRequest, recover } from './recovery.ts';
import { sessionHandlers } from './sessions.ts';
import { tokenHandlers } from './tokens.ts';
import { registerUpkeep } from './upkeep.ts';

export type { Authorize, AuthRequest } from './authorize.ts';
export { idempotencyPrincipal } from './authorize.ts';
export type { Bootstrapped, BootstrapRequest } from './bootstrap.ts';
export { contractorsAfter, findContractor, listFleetSettings } from './contractors-store.ts';
export type { AccountsDeps } from './deps.ts';
export { mayShareHands } from './links-store.ts';
export { accountMessages } from './messages.ts';
export { firstMember, membersWith } from './people-store.ts';
export type { Recovery, RecoveryRequest } from './recovery.ts';

export interface Accounts {
  /** To be mounted: `app.route({ ...authRoute })`. Sign-in, second factors and passkeys, under `/api/auth/`. */
  readonly authRoute: {
    readonly method: ('GET' | 'POST')[];
    readonly url: string;
    readonly handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
  };
  /** Fits `bindRoutes`. Throws `unauthenticated`, `forbidden`, `not_found` or `reauthentication_required`. */
  readonly authorize: Authorize;
  /** All account routes, and those of the contractors that are not reports. */
  readonly handlers: Handlers<typeof accountRoutes> &
    Handlers<Omit<typeof contractorRoutes, 'getDashboard' | 'getProviderStatus'>>;
  /** See `bootstrap.ts`: throws `conflict` (`bootstrap.done`) and `invalid`. */
  bootstrap(request: BootstrapRequest): Promise<Bootstrapped>;
  /** A one-time link for 24 hours, or undefined once there is provider staff. */
  firstAdministratorLink(): Promise<string | undefined>;
  /** See `recovery.ts`: throws `not_found` (`recovery.unknown`), `conflict` (`recovery.disabled`) and `invalid`. */
  recover(request: RecoveryRequest): Promise<Recovery>;
  /** Daily deletion of ended sessions, challenges and links. Before the jobs start. */
  registerJobs(jobs: Jobs): void;
}

/** Builds the room. Opens a small pool of its own for better-auth, closed with `db`. */
export function createAccounts(deps: AccountsDeps): Accounts {
  const pool = deps.db.library('app', { max: 4, searchPath: 'auth', name: 'sign-in' });
  const auth = createAuth({ ...deps, pool });
  return {
    authRoute: { method: ['GET', 'POST'], url: `${AUTH_PATH}/*`, handler: createAuthHandler(deps, auth) },
    authorize: createAuthorize(deps, auth),
    handlers: {
      ...sessionHandlers(deps, auth),
      ...linkHandlers(deps),
      ...peopleHandlers(deps),
      ...tokenHandlers(deps),
      ...contractorHandlers(deps),
    },
    bootstrap: (request) => bootstrap(deps, request),
    firstAdministratorLink: () => firstAdministratorLink(deps),
    recover: (request) => recover(deps, request),
    registerJobs: (jobs) => registerUpkeep(deps, jobs),
  };
}

/** What a contractor decided for itself, with the defaults for the rest. `tx` is bound to that contractor. */
export function contractorSettings(tx: Tx, contractorId: ContractorId): Promise<ContractorSettings> {
  return readSettings(tx, contractorId);
}
