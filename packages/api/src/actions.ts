import { type Static, Type } from 'typebox';
import { Text } from './schemas/common.ts';

/** Every remote action, platform-neutral. Which of them a device has, and what each does there, its dialect says. */
export const ACTION_TYPES = [
  'refresh',
  'lock',
  'clear_passcode',
  'restart',
  'shut_down',
  'erase',
  'lost_mode_on',
  'lost_mode_off',
  'locate',
  'play_sound',
  'rename',
  'reset_passcode',
  'clear_app_data',
  'rotate_recovery_key',
  'relinquish_ownership',
  'remove_management',
  'raw',
] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

export const ACTION_STATES = [
  'awaiting_approval', // a second person must agree
  'held', // the breaker holds it until somebody else releases it
  'queued',
  'sent',
  'deferred',
  'done',
  'failed',
  'cancelled',
  'expired',
  'superseded',
  'rejected', // the second person said no, or nobody said anything in time
] as const;
export type ActionState = (typeof ACTION_STATES)[number];
export const OPEN_ACTION_STATES = [
  'awaiting_approval',
  'held',
  'queued',
  'sent',
  'deferred',
] as const satisfies readonly ActionState[];

/** The steps of an action, in order. `at` is absent until it happened; the first absent one is what it waits for. */
export const ACTION_STEPS = ['asked', 'approved', 'queued', 'woken', 'fetched', 'answered'] as const;
export type ActionStepName = (typeof ACTION_STEPS)[number];

const Closed = { additionalProperties: false };

/** Ways to wipe a Windows PC: nodes of the RemoteWipe CSP. */
export const WINDOWS_WIPE_METHODS = [
  'doWipe',
  'doWipeProtected',
  'doWipePersistProvisionedData',
  'doWipePersistUserData',
  'doWipeCloud',
  'doWipeCloudPersistUserData',
  'doWipeCloudPersistProvisionedData',
] as const;
export type WindowsWipeMethod = (typeof WINDOWS_WIPE_METHODS)[number];

/** What is asked, by type. Unknown fields are refused. */
export const ACTION_PARAMS = {
  refresh: Type.Object({}, Closed),
  lock: Type.Object(
    {
      message: Type.Optional(Text(1000)),
      phoneNumber: Type.Optional(Text(40)),
      pin: Type.Optional(
        Type.String({ pattern: '^[0-9]{6}$', description: 'Mac only; made by the server when absent.' }),
      ),
    },
    Closed,
  ),
  clear_passcode: Type.Object({}, Closed),
  restart: Type.Object({ notifyUser: Type.Optional(Type.Boolean()) }, Closed),
  shut_down: Type.Object({}, Closed),
  erase: Type.Object(
    {
      pin: Type.Optional(Type.String({ pattern: '^[0-9]{6}$' })),
      preserveDataPlan: Type.Optional(Type.Boolean()),
      disallowProximitySetup: Type.Optional(Type.Boolean()),
      obliterationBehavior: Type.Optional(Type.Enum(['Default', 'DoNotObliterate', 'ObliterateWithWarning', 'Always'])),
      returnToService: Type.Optional(Type.Boolean()),
      wipeMethod: Type.Optional(Type.Enum([...WINDOWS_WIPE_METHODS], { description: 'Windows only; default doWipe.' })),
      preserveResetProtection: Type.Optional(Type.Boolean({ description: 'Android, company-owned.' })),
      wipeExternalStorage: Type.Optional(Type.Boolean({ description: 'Android, company-owned.' })),
      wipeEsims: Type.Optional(Type.Boolean({ description: 'Android, company-owned.' })),
      wipeMessage: Type.Optional(
        Type.String({ maxLength: 200, description: 'Android, personally-owned: shown when the work profile goes.' }),
      ),
    },
    Closed,
  ),
  lost_mode_on: Type.Object(
    {
      message: Type.Optional(Text(1000)),
      phoneNumber: Type.Optional(Text(40)),
      footnote: Type.Optional(Text(200)),
      email: Type.Optional(Text(254)),
      streetAddress: Type.Optional(Text(500)),
    },
    Closed,
  ),
  lost_mode_off: Type.Object({}, Closed),
  locate: Type.Object({}, Closed),
  play_sound: Type.Object({}, Closed),
  rename: Type.Object({ name: Text(100) }, Closed),
  reset_passcode: Type.Object(
    {
      passcode: Type.Optional(
        Type.String({
          pattern: '^[\\x20-\\x7e]{4,64}$',
          description: 'The new passcode; made by the server, and readable once, when absent.',
        }),
      ),
      lockNow: Type.Optional(Type.Boolean()),
      requireEntry: Type.Optional(
        Type.Boolean({ description: 'Nobody but this passcode opens the device from now on.' }),
      ),
    },
    Closed,
  ),
  clear_app_data: Type.Object(
    {
      packageNames: Type.Array(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z0-9_]+)+$', maxLength: 255 }), {
        minItems: 1,
        maxItems: 50,
        uniqueItems: true,
      }),
    },
    Closed,
  ),
  rotate_recovery_key: Type.Object({}, Closed),
  relinquish_ownership: Type.Object({}, Closed),
  remove_management: Type.Object({}, Closed),
  /** Exactly one of them: the form that the device's platform speaks. */
  raw: Type.Object(
    {
      plist: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 1_000_000,
          description: 'Apple: the Command dictionary as an XML property list.',
        }),
      ),
      syncml: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 1_000_000,
          description: 'Windows: SyncML commands (Get, Add, Replace, Delete, Exec, Atomic) without their SyncBody.',
        }),
      ),
    },
    Closed,
  ),
} as const;

/** Permission that each action needs; `raw` and the destructive ones have their own. */
export const ACTION_PERMISSIONS = {
  refresh: 'actions.refresh',
  lock: 'actions.control',
  clear_passcode: 'actions.control',
  restart: 'actions.control',
  shut_down: 'actions.control',
  erase: 'actions.destroy',
  lost_mode_on: 'actions.control',
  lost_mode_off: 'actions.control',
  locate: 'actions.control',
  play_sound: 'actions.control',
  rename: 'actions.control',
  reset_passcode: 'actions.destroy',
  clear_app_data: 'actions.destroy',
  rotate_recovery_key: 'actions.control',
  relinquish_ownership: 'actions.destroy',
  remove_management: 'actions.destroy',
  raw: 'actions.raw',
} as const;

/** Actions that need a reason and, from a person, a fresh re-authentication: what they do cannot be undone from here. */
export const DESTRUCTIVE_ACTIONS: readonly ActionType[] = [
  'erase',
  'remove_management',
  'relinquish_ownership',
  'raw',
  'clear_passcode',
  'reset_passcode',
  'clear_app_data',
];

/** Actions that need a second person, and that the breaker counts: what is lost by them cannot be brought back from here. */
export const SECOND_PERSON_ACTIONS: readonly ActionType[] = [
  'erase',
  'remove_management',
  'relinquish_ownership',
  'clear_app_data',
  'raw',
];
/** Parameters that are secrets: sealed, never shown with the action, readable once. */
export const SECRET_PARAMS = { lock: 'pin', erase: 'pin', reset_passcode: 'passcode' } as const;
export const ACTION_SECRET_KINDS = ['lock_pin', 'erase_pin', 'new_passcode'] as const;
export type ActionSecretKind = (typeof ACTION_SECRET_KINDS)[number];

/** Actions that overtake routine ones in the device's queue. */
export const URGENT_ACTIONS: readonly ActionType[] = ['lock', 'lost_mode_on', 'erase'];

export const ActionRequest = Type.Object(
  {
    type: Type.Enum([...ACTION_TYPES]),
    params: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    reason: Type.Optional(Text(1000)),
    expiresIn: Type.Optional(Type.String({ description: 'ISO 8601 duration, PT1M to P90D; default by type.' })),
  },
  Closed,
);
export type ActionRequest = Static<typeof ActionRequest>;
