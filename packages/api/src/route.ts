import type { TSchema } from 'typebox';
import type { Permission } from './permissions.ts';

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/**
 * Who may call: `public` needs no sign-in, `signed_in` any principal (also one that has not yet given its second factor
 * when `assurance` is `password`), otherwise a permission in the contractor of the path, or in the provider's scope.
 */
export type Access = 'public' | 'signed_in' | Permission;

/** One route of the HTTP contract. `path` is in Fastify's form: `/api/v1/contractors/:contractorId/devices`. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  /** `password`: a session without its second factor may call it (to enrol or give that factor). Default `full`. */
  readonly assurance?: 'password' | 'full';
  /** Cookie sessions need a re-authentication within the last five minutes; API tokens are exempt (they are shown once, expire and are audited). */
  readonly fresh?: boolean;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** Body limit in bytes; default 64 KiB. */
  readonly bodyLimit?: number;
  /** Success status and schema; `null` for an empty answer. `text/csv` answers use `contentType`. */
  readonly status: 200 | 201 | 202 | 204;
  readonly response: TSchema | null;
  readonly contentType?: string;
}

export function defineRoutes<const T extends Readonly<Record<string, Route>>>(routes: T): T {
  return routes;
}
