import { type Static, Type } from 'typebox';
import { ACTION_STATES, ACTION_STEPS, ACTION_TYPES } from '../actions.ts';
import { Actor, Closed, Instant, Nullable, Uuid } from './common.ts';

/** A fact in words: a fixed name and its parameters; the console words it in Japanese and English. */
export const Note = Type.Object({
  code: Type.String(),
  params: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type Note = Static<typeof Note>;

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
  /** Secrets kept with this action that may be read once. */
  secrets: Type.Array(
    Type.Object({
      kind: Type.Enum(['lock_pin', 'erase_pin']),
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
