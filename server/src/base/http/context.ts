import type { Permission, Route } from '@tsukasa/api';
import type { Static, TSchema } from 'typebox';
import type { Tx } from '../db.ts';
import type { ContractorId } from '../ids.ts';

/** Who did something, as the audit trail names it. */
export type Actor = {
  readonly kind: 'user' | 'token' | 'system' | 'device';
  readonly id: string;
  readonly name: string;
};

/** The server itself, for what happens on schedule. */
export const SYSTEM: Actor = { kind: 'system', id: 'tsukasa', name: 'Tsukasa' };

/** Everything a use case may know of the request that called it. */
export interface RequestContext {
  readonly actor: Actor;
  /** The person behind it: the one who is signed in, or who made the token; absent where nobody is known. */
  readonly behind: string | undefined;
  /** The contractor of the path, already checked; absent on provider, public and session routes. */
  readonly contractorId: ContractorId | undefined;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly language: 'ja' | 'en';
  /** Holds `permission` in the contractor of the path (or in the provider's scope when there is none). */
  can(permission: Permission): boolean;
  /** Throws `forbidden` unless `can`; for permissions that depend on the body. */
  require(permission: Permission): void;
  /** Throws `reauthentication_required` unless a person's session proved itself within five minutes; API tokens pass. */
  requireFresh(): void;
}

type Part<S> = S extends TSchema ? Static<S> : undefined;
type Field<R, K extends string> = K extends keyof R ? Part<R[K]> : undefined;

/** What a handler gets: the parts of the request, validated against the route's schemas. */
export type Input<R extends Route> = {
  readonly params: Field<R, 'params'>;
  readonly query: Field<R, 'query'>;
  readonly body: Field<R, 'body'>;
};
/** What a handler answers: the body of the route's success status, bytes where it is a file; `undefined` where there is none. */
export type Output<R extends Route> = R['response'] extends TSchema
  ? Static<R['response']> | (R extends { readonly contentType: infer Type } ? Bytes<Type> : never)
  : undefined;
type Bytes<Type> = Type extends `text/${string}` ? never : Uint8Array;

export type Handler<R extends Route> = (input: Input<R>, context: RequestContext) => Promise<Output<R>>;
/** One handler for each route of a room's table: `deviceHandlers(deps): Handlers<typeof deviceRoutes>`. */
export type Handlers<T extends Readonly<Record<string, Route>>> = { readonly [K in keyof T]: Handler<T[K]> };

/** One fact for the audit trail. `details` holds no secrets. */
export type AuditEntryInput = {
  readonly at: Temporal.Instant;
  readonly actor: Actor;
  /** `thing.verb`: `action.asked`, `member.role_changed`. */
  readonly action: string;
  readonly target: { readonly kind: string; readonly id: string; readonly name: string };
  readonly reason?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly requestId?: string | undefined;
  readonly sourceIp?: string | undefined;
};
/** Writes into the contractor's chain inside the caller's transaction, bound to that contractor (`PROVIDER_ID`: the provider's own). */
export type RecordAudit = (tx: Tx, contractorId: ContractorId, entry: AuditEntryInput) => Promise<void>;
