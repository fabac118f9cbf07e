import { type Static, Type } from 'typebox';
import { Actor, Instant, Nullable } from './common.ts';

export const AuditEntry = Type.Object({
  seq: Type.Integer(),
  at: Instant,
  actor: Actor,
  action: Type.String({ description: 'e.g. action.asked, push_certificate.replaced, member.role_changed' }),
  target: Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }),
  reason: Nullable(Type.String()),
  details: Type.Record(Type.String(), Type.Unknown()),
  requestId: Nullable(Type.String()),
  sourceIp: Nullable(Type.String()),
  hash: Type.String({ description: 'SHA-256, hex, over this entry and the hash before it.' }),
});
export type AuditEntry = Static<typeof AuditEntry>;

export const AuditVerification = Type.Object({
  ok: Type.Boolean(),
  entries: Type.Integer(),
  head: Nullable(Type.Object({ seq: Type.Integer(), hash: Type.String() })),
  /** The first break: what is wrong and where. */
  problem: Nullable(
    Type.Object({ kind: Type.Enum(['changed', 'missing', 'reordered', 'head_mismatch']), seq: Type.Integer() }),
  ),
});
export type AuditVerification = Static<typeof AuditVerification>;
