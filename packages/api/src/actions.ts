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
  'remove_management',
  'raw',
] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

export const ACTION_STATES = [
  'queued',
  'sent',
  'deferred',
  'done',
  'failed',
  'cancelled',
  'expired',
  'superseded',
] as const;
export type ActionState = (typeof ACTION_STATES)[number];
export const OPEN_ACTION_STATES = ['queued', 'sent', 'deferred'] as const satisfies readonly ActionState[];

/** The steps of an action, in order. `at` is absent until it happened; the first absent one is what it waits for. */
export const ACTION_STEPS = ['asked', 'approved', 'queued', 'woken', 'fetched', 'answered'] as const;
export type ActionStepName = (typeof ACTION_STEPS)[number];

const Closed = { additionalProperties: false };

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
    },
    Closed,
  ),
  lost_mode_on: Type.Object(
    { message: Type.Optional(Text(1000)), phoneNumber: Type.Optional(Text(40)), footnote: Type.Optional(Text(200)) },
    Closed,
  ),
  lost_mode_off: Type.Object({}, Closed),
  locate: Type.Object({}, Closed),
  play_sound: Type.Object({}, Closed),
  rename: Type.Object({ name: Text(100) }, Closed),
  remove_management: Type.Object({}, Closed),
  raw: Type.Object(
    {
      plist: Type.String({
        minLength: 1,
        maxLength: 1_000_000,
        description: 'The Command dictionary as an XML property list.',
      }),
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
  remove_management: 'actions.destroy',
  raw: 'actions.raw',
} as const;

/** Actions that need a reason and, from a person, a fresh re-authentication: what they do cannot be undone from here. */
export const DESTRUCTIVE_ACTIONS: readonly ActionType[] = ['erase', 'remove_management', 'raw', 'clear_passcode'];

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
