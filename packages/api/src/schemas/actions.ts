import { type Static, Type } from 'typebox';
import { ACTION_SECRET_KINDS, ACTION_STATES, ACTION_STEPS, ACTION_TYPES, ActionRequest } from '../actions.ts';
import { Actor, Closed, Instant, Note, Nullable, Text, Uuid } from './common.ts';
import { DeviceQuery, PLATFORMS } from './devices.ts';

/** What an action will really do on this device, or why it cannot work there. */
export const ActionAssessment = Type.Object({
  type: Type.Enum([...ACTION_TYPES]),
  possible: Type.Boolean(),
  /** Why it is refused (possible = false). */
  refusal: Nullable(Note),
  /** What will happen on this device, in order of importance. */
  effects: Type.Array(Note),
  /** What the person who asks should know: nothing may be heard for a while, the device is silent, ... */
  warnings: Type.Array(Note),
  destructive: Type.Boolean(),
  urgent: Type.Boolean(),
  needsReason: Type.Boolean(),
  needsSecondPerson: Type.Boolean({ description: 'Somebody else must approve before the device is told.' }),
  permitted: Type.Boolean({ description: 'The caller holds the permission.' }),
  /** Parameters that this device understands: names of fields of the action. */
  options: Type.Array(Type.String()),
  requiredOptions: Type.Array(Type.String()),
  defaultExpiresIn: Type.String(),
});
export type ActionAssessment = Static<typeof ActionAssessment>;

export const ActionStep = Type.Object({
  step: Type.Enum([...ACTION_STEPS]),
  /** null: has not happened (yet). Steps that this action does not need are left out. */
  at: Nullable(Instant),
  detail: Nullable(Note),
});
export type ActionStep = Static<typeof ActionStep>;

/** The second person's part. Exists from the asking on, for actions that need one. */
export const Approval = Type.Object({
  state: Type.Enum(['awaited', 'approved', 'rejected', 'lapsed']),
  /** Until when somebody must have decided. */
  expiresAt: Instant,
  decidedBy: Nullable(Actor),
  decidedAt: Nullable(Instant),
  reason: Nullable(Type.String()),
  /** The caller may decide. */
  mine: Type.Boolean(),
  /** Why not: `approval.own_request`, `approval.needs_person`, `approval.not_permitted`. */
  whyNot: Nullable(Note),
});
export type Approval = Static<typeof Approval>;

/** Why the breaker holds something, and who may let it go. */
export const Hold = Type.Object({
  scope: Type.Enum(['contractor', 'installation']),
  /** Destructive actions allowed within an hour, those of the last hour, and how many this would add. */
  limit: Type.Integer(),
  inLastHour: Type.Integer(),
  wanted: Type.Integer(),
  heldAt: Instant,
  releasedBy: Nullable(Actor),
  releasedAt: Nullable(Instant),
  /** The caller may release it. */
  mine: Type.Boolean(),
  whyNot: Nullable(Note),
});
export type Hold = Static<typeof Hold>;

export const ApprovalDecision = Type.Object(
  { decision: Type.Enum(['approve', 'reject']), reason: Type.Optional(Type.String({ maxLength: 1000 })) },
  Closed,
);
export const HoldRelease = Type.Object({ reason: Text(1000) }, Closed);

export const Action = Type.Object({
  actionId: Uuid,
  deviceId: Uuid,
  deviceName: Nullable(Type.String()),
  type: Type.Enum([...ACTION_TYPES]),
  params: Type.Record(Type.String(), Type.Unknown()),
  state: Type.Enum([...ACTION_STATES]),
  steps: Type.Array(ActionStep),
  /** The step that it waits for; null when finished. */
  waitingFor: Nullable(Type.Enum([...ACTION_STEPS])),
  reason: Nullable(Type.String()),
  askedBy: Actor,
  askedAt: Instant,
  expiresAt: Instant,
  finishedAt: Nullable(Instant),
  effects: Type.Array(Note),
  result: Nullable(Type.Record(Type.String(), Type.Unknown())),
  failure: Nullable(
    Type.Object({
      code: Type.String(),
      params: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      chain: Type.Optional(
        Type.Array(Type.Object({ domain: Type.String(), code: Type.Integer(), description: Type.String() })),
      ),
    }),
  ),
  cancellable: Type.Boolean(),
  /** Somebody asked to cancel what the platform has already: it may still happen. */
  cancelRequestedAt: Nullable(Instant),
  /** The bulk action that it is part of. */
  batchId: Nullable(Uuid),
  approval: Nullable(Approval),
  hold: Nullable(Hold),
  /** Secrets kept with this action that may be read once. */
  secrets: Type.Array(
    Type.Object({
      kind: Type.Enum([...ACTION_SECRET_KINDS]),
      readAt: Nullable(Instant),
      readBy: Nullable(Type.String()),
    }),
  ),
});
export type Action = Static<typeof Action>;

export const ActionSecret = Type.Object({ kind: Type.String(), value: Type.String() });
export const ActionCancellation = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 1000 })) }, Closed);

/** One command of the platform's own catalogue, for experts. */
export const RawCommand = Type.Object({
  requestType: Type.String(),
  possible: Type.Boolean(),
  refusal: Nullable(Note),
  keys: Type.Array(Type.Object({ name: Type.String(), type: Type.String(), required: Type.Boolean() })),
});

/** Devices by name, or all that a filter of the device list shows (paging and order are ignored). */
export const BatchSelection = Type.Union([
  Type.Object({ deviceIds: Type.Array(Uuid, { minItems: 1, maxItems: 10_000, uniqueItems: true }) }, Closed),
  Type.Object({ filter: Type.Omit(DeviceQuery, ['cursor', 'limit', 'sort', 'order'], Closed) }, Closed),
]);
export type BatchSelection = Static<typeof BatchSelection>;

const batchRequest = {
  ...ActionRequest.properties,
  selection: BatchSelection,
};
export const BatchPreviewRequest = Type.Object(batchRequest, Closed);
export const BatchRequest = Type.Object(
  {
    ...batchRequest,
    /** The preview's `possible`: refused as `conflict` when the selection means other devices by now. */
    expectedPossible: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  Closed,
);
export type BatchRequest = Static<typeof BatchRequest>;

/** Devices on which the action means the same. */
export const BatchGroup = Type.Object({
  platform: Type.Enum([...PLATFORMS]),
  possible: Type.Boolean(),
  refusal: Nullable(Note),
  effects: Type.Array(Note),
  /** Includes `bulk.param_not_taken` for parameters that these devices do not have. */
  warnings: Type.Array(Note),
  count: Type.Integer(),
  /** The first ten by name. */
  devices: Type.Array(Type.Object({ deviceId: Uuid, name: Nullable(Type.String()) })),
});
/** What a bulk action will do, before it is asked. */
export const BatchPreview = Type.Object({
  type: Type.Enum([...ACTION_TYPES]),
  total: Type.Integer(),
  possible: Type.Integer(),
  impossible: Type.Integer(),
  /** Possible ones first, then by number of devices. */
  groups: Type.Array(BatchGroup),
  destructive: Type.Boolean(),
  needsReason: Type.Boolean(),
  needsSecondPerson: Type.Boolean(),
  permitted: Type.Boolean(),
  /** The breaker would hold it: the numbers. */
  hold: Nullable(Hold),
});
export type BatchPreview = Static<typeof BatchPreview>;

export const BATCH_STATES = ['awaiting_approval', 'held', 'running', 'finished', 'rejected', 'cancelled'] as const;
export type BatchState = (typeof BATCH_STATES)[number];
export const ActionBatch = Type.Object({
  batchId: Uuid,
  type: Type.Enum([...ACTION_TYPES]),
  params: Type.Record(Type.String(), Type.Unknown()),
  state: Type.Enum([...BATCH_STATES]),
  reason: Nullable(Type.String()),
  askedBy: Actor,
  askedAt: Instant,
  finishedAt: Nullable(Instant),
  approval: Nullable(Approval),
  hold: Nullable(Hold),
  /** All of the selection; the rest adds up to it. */
  total: Type.Integer(),
  counts: Type.Object({
    /** Could not be asked of the device, and never was. */
    skipped: Type.Integer(),
    /** Not yet asked of the device. */
    waiting: Type.Integer(),
    open: Type.Integer(),
    done: Type.Integer(),
    failed: Type.Integer(),
    /** Cancelled, expired, superseded or rejected. */
    ended: Type.Integer(),
  }),
  cancellable: Type.Boolean(),
});
export type ActionBatch = Static<typeof ActionBatch>;

export const BATCH_DEVICE_STATES = ['skipped', 'waiting', ...ACTION_STATES] as const;
export const BatchDevice = Type.Object({
  deviceId: Uuid,
  deviceName: Nullable(Type.String()),
  platform: Type.Enum([...PLATFORMS]),
  state: Type.Enum([...BATCH_DEVICE_STATES]),
  /** Why it was left out. */
  refusal: Nullable(Note),
  actionId: Nullable(Uuid),
  waitingFor: Nullable(Type.Enum([...ACTION_STEPS])),
  failure: Nullable(Type.Object({ code: Type.String() })),
});
export type BatchDevice = Static<typeof BatchDevice>;

/** What waits for a second person or a release: a single action or a bulk action. */
export const PendingDecision = Type.Object({
  kind: Type.Enum(['action', 'batch', 'safety']),
  id: Uuid,
  /** Absent for a change of the safety settings. */
  type: Nullable(Type.Enum([...ACTION_TYPES])),
  /** The device's name, or null for several. */
  deviceName: Nullable(Type.String()),
  devices: Type.Integer(),
  askedBy: Actor,
  askedAt: Instant,
  reason: Nullable(Type.String()),
  approval: Nullable(Approval),
  hold: Nullable(Hold),
});
export type PendingDecision = Static<typeof PendingDecision>;

/** How dangerous hands are tied in one contractor, or in the whole installation. */
export const SafetySettings = Type.Object({
  /** A second person approves destructive actions. Contractor only: null for the installation. */
  secondPerson: Nullable(Type.Boolean()),
  /** Destructive actions within an hour that pass without being held; null: no limit. */
  destructivePerHour: Nullable(Type.Integer({ minimum: 1, maximum: 100_000 })),
  inLastHour: Type.Integer(),
  /** A change that loosens them and waits for a second person. */
  pending: Nullable(
    Type.Object({
      changeId: Uuid,
      secondPerson: Nullable(Type.Boolean()),
      destructivePerHour: Nullable(Type.Integer()),
      askedBy: Actor,
      askedAt: Instant,
      approval: Approval,
    }),
  ),
});
export type SafetySettings = Static<typeof SafetySettings>;
export const SafetyChange = Type.Object(
  {
    secondPerson: Type.Optional(Type.Boolean()),
    destructivePerHour: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: 100_000 }))),
    reason: Text(1000),
  },
  Closed,
);
export const ProviderSafetyChange = Type.Omit(SafetyChange, ['secondPerson'], Closed);
