import { type Static, Type } from 'typebox';
import { Closed, Instant, Note, Nullable, Text, Uuid } from './common.ts';

/** A Google Cloud project through which the Android Management API is called. The key is never shown. */
export const GoogleProject = Type.Object({
  projectId: Type.String(),
  clientEmail: Type.String(),
  keyId: Type.String(),
  pubsubTopic: Nullable(Type.String({ description: 'projects/{project}/topics/{topic}' })),
  /** Whom push messages must come from, and for whom they must be meant. */
  pushServiceAccount: Nullable(Type.String()),
  pushAudience: Nullable(Type.String()),
  /** Where the push subscription must deliver to. */
  pushEndpoint: Type.String(),
  requestsPerMinute: Type.Integer(),
  savedAt: Instant,
  savedBy: Type.String(),
  /** When a request with this key last worked, and what the last failure said, in Google's words. */
  lastSuccessAt: Nullable(Instant),
  lastFailure: Nullable(Type.Object({ at: Instant, status: Nullable(Type.Integer()), message: Type.String() })),
  /** Notifications that came in over push: the last one, and those refused within a day. */
  lastMessageAt: Nullable(Instant),
  refusedLast24h: Type.Integer(),
});
export type GoogleProject = Static<typeof GoogleProject>;
export const GoogleProjectRequest = Type.Object(
  {
    /** The service account's key file as Google gives it (JSON). */
    serviceAccountKey: Type.String({ minLength: 2, maxLength: 20_000 }),
    pubsubTopic: Type.Optional(Nullable(Text(300))),
    pushServiceAccount: Type.Optional(Nullable(Text(254))),
    pushAudience: Type.Optional(Nullable(Text(500))),
    /** What Google grants the project, shared by all its contractors. Default 600. */
    requestsPerMinute: Type.Optional(Type.Integer({ minimum: 10, maximum: 100_000 })),
  },
  Closed,
);
export type GoogleProjectRequest = Static<typeof GoogleProjectRequest>;

export const ANDROID_BINDING_STATES = ['not_bound', 'signing_up', 'bound', 'lost'] as const;
/** A contractor's Android enterprise. */
export const AndroidBinding = Type.Object({
  /** Whose project is used; null: neither has one. */
  projectOf: Nullable(Type.Enum(['installation', 'contractor'])),
  project: Nullable(GoogleProject),
  state: Type.Enum([...ANDROID_BINDING_STATES]),
  enterprise: Nullable(
    Type.Object({
      name: Type.String(),
      displayName: Nullable(Type.String()),
      type: Nullable(Type.String()),
      boundAt: Instant,
      boundBy: Type.String(),
    }),
  ),
  signup: Nullable(Type.Object({ url: Type.String(), startedAt: Instant, startedBy: Type.String() })),
  /** What the real service demands and forbids, and what is missing here, to be read before somebody runs into it. */
  gates: Type.Array(Type.Object({ note: Note, state: Type.Enum(['ok', 'missing', 'unknown', 'information']) })),
  notifications: Type.Object({
    lastMessageAt: Nullable(Instant),
    refusedLast24h: Type.Integer(),
    waiting: Type.Integer({ description: 'Received and not yet worked on.' }),
  }),
  reconciliation: Type.Object({
    lastAt: Nullable(Instant),
    nextAt: Nullable(Instant),
    /** Of the last one. */
    found: Nullable(
      Type.Object({ listed: Type.Integer(), unknown: Type.Integer(), gone: Type.Integer(), stale: Type.Integer() }),
    ),
    problem: Nullable(Note),
  }),
  budget: Type.Object({ perMinute: Type.Integer(), usedLastMinute: Type.Integer(), waiting: Type.Integer() }),
});
export type AndroidBinding = Static<typeof AndroidBinding>;
export const AndroidSignupRequest = Type.Object(
  {
    adminEmail: Type.Optional(Text(254)),
    allowedDomains: Type.Optional(Type.Array(Text(253), { maxItems: 20 })),
  },
  Closed,
);
export const AndroidRelease = Type.Object(
  {
    /** `delete`: at Google too, with every device record. `forget`: only here, when Google refuses or has lost it. */
    how: Type.Enum(['delete', 'forget']),
    reason: Text(1000),
  },
  Closed,
);

/** A BitLocker recovery key in custody. The key itself is read by `readRecoveryKey`, which is audited. */
export const RecoveryKey = Type.Object({
  recoveryKeyId: Uuid,
  deviceId: Uuid,
  volume: Type.String({ description: 'C:' }),
  protectorId: Type.String({ description: 'The key id that the recovery screen shows.' }),
  state: Type.Enum(['current', 'superseded']),
  escrowedAt: Instant,
  supersededAt: Nullable(Instant),
  lastReadAt: Nullable(Instant),
  lastReadBy: Nullable(Type.String()),
});
export type RecoveryKey = Static<typeof RecoveryKey>;
export const RecoveryKeyRead = Type.Object({ reason: Text(1000) }, Closed);
export const RecoveryKeyValue = Type.Object({ protectorId: Type.String(), recoveryPassword: Type.String() });
