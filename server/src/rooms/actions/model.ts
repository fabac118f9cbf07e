import type { ActionType, Note, Platform, RawCommand as RawCommandSchema } from '@tsukasa/api';
import type { Static } from 'typebox';
import type { Tx } from '../../base/db.ts';
import type { FieldError } from '../../base/errors.ts';
import type { ContractorId, Id } from '../../base/ids.ts';
import type { DeviceFacts } from '../devices/index.ts';

export type ActionId = Id<'Action'>;
export type RawCommand = Static<typeof RawCommandSchema>;
/** Parameters as asked, checked against `ACTION_PARAMS`. */
export type ActionParams = Readonly<Record<string, unknown>>;

/** What an action will really do on one device. */
export type Assessment = {
  /** Why it cannot work there; becomes the `reason` of `precondition_failed`, so a name like `action.not_supervised`. */
  readonly refusal?: Note | undefined;
  readonly effects: readonly Note[];
  readonly warnings: readonly Note[];
  /** Fields of the action that this device understands; others are refused. */
  readonly options: readonly string[];
  readonly requiredOptions: readonly string[];
  /** The device takes a PIN with this action: one is made when none was given, sealed, and readable once. */
  readonly needsPin?: boolean;
  /** Overrides whether the action's type needs a second person: the dialect knows what a `raw` command does. */
  readonly secondPerson?: boolean;
  /** What is wrong with the parameters beyond their schema; pointers like `/params/plist`. Refused as `invalid`. */
  readonly errors?: readonly FieldError[];
  /**
   * What to keep and show of the parameters instead of them. `raw` must give it (`{ requestType }`): a property list may
   * hold passwords and is itself neither stored nor shown by this room.
   */
  readonly summary?: Readonly<Record<string, unknown>>;
};

export type ActionSecrets = { readonly pin?: string | undefined; readonly passcode?: string | undefined };

export type EnqueueRequest = {
  readonly contractorId: ContractorId;
  readonly actionId: ActionId;
  readonly device: DeviceFacts;
  readonly type: ActionType;
  /** Without the secret parameters, which are in `secrets`. With the whole command of `raw`: keep it sealed. */
  readonly params: ActionParams;
  readonly secrets: ActionSecrets;
  /** Higher goes first: 10 for urgent actions, 0 otherwise. */
  readonly priority: number;
  readonly expiresAt: Temporal.Instant;
  readonly now: Temporal.Instant;
};

/** How far the platform's channel has come with one action; absent is "not yet". */
export type Progress = {
  readonly queuedAt?: Temporal.Instant | undefined;
  readonly wokenAt?: Temporal.Instant | undefined;
  /** What waking means here: `{ code: 'android.handed_to_google' }`. */
  readonly wokenNote?: Note | undefined;
  /** Why the device could not be woken: `{ code: 'no_push_certificate' }`, `{ code: 'push_token_dead' }`. */
  readonly wakeProblem?: Note | undefined;
  readonly fetchedAt?: Temporal.Instant | undefined;
  /** The device said "not now" and has not fetched it again since. */
  readonly deferredAt?: Temporal.Instant | undefined;
  readonly deferredCount?: number | undefined;
  readonly answeredAt?: Temporal.Instant | undefined;
};

/** Why the channel takes an action back. */
export type Withdrawal = 'cancelled' | 'expired' | 'superseded';

/**
 * What became of a withdrawal. `stopped`: the device will not get it any more. `too_late`: it has fetched it; nothing was
 * changed, except that it must not be delivered again. `requested`: the platform was asked to take it back and tells the end
 * through `finish`.
 */
export type Fate = 'stopped' | 'too_late' | 'requested';

/** One platform's way of doing actions: declared here, implemented by the dialect's room. */
export interface Dialect {
  readonly platform: Platform;
  /** The channel knows when a device fetches an action; otherwise the step `fetched` is left out. */
  readonly reportsFetch: boolean;
  /** Pure: no database, no clock. `params` are checked; in an assessment of everything they are empty. */
  assess(device: DeviceFacts, type: ActionType, params: ActionParams): Assessment;
  /** Queues the commands and asks for a wake-up, inside the caller's transaction. */
  enqueue(tx: Tx, request: EnqueueRequest): Promise<void>;
  cancel(
    tx: Tx,
    contractorId: ContractorId,
    actionId: ActionId,
    outcome: Withdrawal,
    now: Temporal.Instant,
  ): Promise<Fate>;
  progress(
    tx: Tx,
    contractorId: ContractorId,
    actionIds: readonly ActionId[],
  ): Promise<ReadonlyMap<ActionId, Progress>>;
  rawCommands(device: DeviceFacts): readonly RawCommand[];
}

/** One of the failures in a device's own words: Apple's `ErrorChain`. */
export type FailureLink = { readonly domain: string; readonly code: number; readonly description: string };
export type Failure = {
  /** A fixed name: `device_refused`, `format_error`, `no_answer`, or one of the dialect's. */
  readonly code: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly chain?: readonly FailureLink[];
};

/** What the device said in the end. `result` is shown to readers of the action: no secrets. */
export type ActionOutcome =
  | { readonly state: 'cancelled' }
  | { readonly state: 'done'; readonly result?: Readonly<Record<string, unknown>> | undefined }
  | { readonly state: 'failed'; readonly failure: Failure; readonly result?: Readonly<Record<string, unknown>> };

/** Why all open actions of a device end at once. */
export type SupersedeReason = 'reenrolled' | 'unenrolled' | 'contract_ended';
