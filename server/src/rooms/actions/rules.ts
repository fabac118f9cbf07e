import {
  ACTION_PARAMS,
  type Action,
  type ActionState,
  type ActionStep,
  type ActionType,
  type Note,
} from '@tsukasa/api';
import { Value } from 'typebox/value';
import { DomainError, type ErrorParams, type FieldError } from '../../base/errors.ts';
import type { ActionParams, Assessment, Progress } from './model.ts';

/** How long an action waits for its device when nobody says otherwise. An erase never outlives a new enrollment. */
export const DEFAULT_EXPIRY: Readonly<Record<ActionType, string>> = {
  refresh: 'P1D',
  lock: 'P7D',
  clear_passcode: 'P3D',
  restart: 'P3D',
  shut_down: 'P3D',
  erase: 'P7D',
  lost_mode_on: 'P7D',
  lost_mode_off: 'P7D',
  locate: 'P3D',
  play_sound: 'P3D',
  rename: 'P3D',
  reset_passcode: 'P3D',
  clear_app_data: 'P3D',
  rotate_recovery_key: 'P3D',
  relinquish_ownership: 'P7D',
  remove_management: 'P3D',
  raw: 'P3D',
};

/** Under this failure an action expired although the device had fetched it: a late answer is still taken. */
export const NO_ANSWER = 'no_answer';

/** Which secret the PIN of an action is kept as. */
export const pinKind = (type: ActionType): 'lock_pin' | 'erase_pin' => (type === 'erase' ? 'erase_pin' : 'lock_pin');

type ParamError = { readonly keyword: string; readonly instancePath: string; readonly message: string };

/** Throws `invalid` with a pointer for each wrong place. */
export function checkParams(type: ActionType, params: ActionParams): void {
  const schema = ACTION_PARAMS[type];
  const errors = Value.Check(schema, params) ? unstorable(params) : Value.Errors(schema, params).flatMap(fieldErrors);
  if (errors.length > 0) throw invalidParams(errors);
}

function fieldErrors(error: ParamError & { readonly params: object }): readonly FieldError[] {
  const pointer = `/params${error.instancePath}`;
  switch (error.keyword) {
    case 'additionalProperties':
      return []; // each unknown field is named by an error of its own
    case 'boolean':
      return [{ pointer, detail: 'is not a field of this action' }];
    case 'required': {
      const missing = 'requiredProperties' in error.params ? error.params.requiredProperties : [];
      const names: readonly unknown[] = Array.isArray(missing) ? missing : [];
      return names.map((name) => ({ pointer: `${pointer}/${String(name)}`, detail: 'must be given' }));
    }
    default:
      return [{ pointer, detail: error.message }];
  }
}

/** Text that neither a jsonb column nor a property list can hold. */
function unstorable(params: ActionParams): readonly FieldError[] {
  return Object.entries(params)
    .filter(([, value]) => typeof value === 'string' && (value.includes('\u0000') || !value.isWellFormed()))
    .map(([name]) => ({ pointer: `/params/${name}`, detail: 'holds characters that no device takes' }));
}

function invalidParams(errors: readonly FieldError[]): DomainError {
  return new DomainError('invalid', 'the parameters do not fit the action', { reason: 'request.validation', errors });
}

/** Throws `precondition_failed` with the refusal as its reason, `invalid` for parameters that this device does not take. */
export function requirePossible(type: ActionType, params: ActionParams, assessment: Assessment): void {
  const { refusal } = assessment;
  if (refusal !== undefined) {
    throw new DomainError('precondition_failed', `${type} cannot work on this device`, {
      reason: refusal.code,
      params: errorParams(refusal),
    });
  }
  requireFitting(type, params, assessment);
}

/** Throws `invalid` with a pointer for each parameter that this device does not take, lacks, or cannot make sense of. */
export function requireFitting(type: ActionType, params: ActionParams, assessment: Assessment): void {
  const { errors = [], options, requiredOptions, needsPin = false } = assessment;
  const unknown = Object.keys(params)
    .filter((name) => !options.includes(name) && !(type === 'raw' && name === 'plist'))
    .map((name) => ({ pointer: `/params/${name}`, detail: 'this device does not take it' }));
  const missing = requiredOptions
    .filter((name) => params[name] === undefined && !(needsPin && name === 'pin'))
    .map((name) => ({ pointer: `/params/${name}`, detail: 'this device needs it' }));
  const all = [...errors, ...unknown, ...missing];
  if (all.length > 0) throw invalidParams(all);
}

function errorParams(note: Note): ErrorParams {
  const plain = Object.entries(note.params ?? {}).filter((entry): entry is [string, string | number | boolean] =>
    ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return Object.fromEntries(plain);
}

/** What the parameters leave behind: no PIN, and of a raw command only what the dialect says of it. */
export function shownParams(type: ActionType, params: ActionParams, assessment: Assessment): ActionParams {
  if (assessment.summary !== undefined) return assessment.summary;
  if (type === 'raw') return {};
  const { pin: _, ...shown } = params;
  return shown;
}

export type Followed = Pick<Action, 'state' | 'steps' | 'waitingFor' | 'cancellable'>;

/** An action's row as its steps need it. */
export type Course = {
  readonly state: ActionState;
  readonly askedAt: Temporal.Instant;
  readonly queuedAt: Temporal.Instant | undefined;
  readonly finishedAt: Temporal.Instant | undefined;
};

/**
 * The steps of an action from its row and its channel's progress. An open action shows how far the channel is; a final
 * one keeps its state, and a step that never came stays empty. A device that came by itself needs no waking.
 */
export function follow(course: Course, progress: Progress): Followed {
  const open = course.finishedAt === undefined;
  const deferred = open && progress.deferredAt !== undefined;
  const cameByItself = progress.wokenAt === undefined && progress.fetchedAt !== undefined;
  const answered = course.state === 'done' || course.state === 'failed' ? course.finishedAt : undefined;
  const fetchedAt = deferred ? undefined : progress.fetchedAt;
  const steps: ActionStep[] = [
    step('asked', course.askedAt),
    step('queued', progress.queuedAt ?? course.queuedAt),
    ...(cameByItself
      ? []
      : [step('woken', progress.wokenAt, progress.fetchedAt === undefined ? progress.wakeProblem : undefined)]),
    step('fetched', fetchedAt, deferred ? notNow(progress) : undefined),
    step('answered', progress.answeredAt ?? answered),
  ];
  return {
    state: open ? openState(progress) : course.state,
    steps,
    waitingFor: open ? (steps.find(({ at }) => at === null)?.step ?? null) : null,
    cancellable: open && fetchedAt === undefined && progress.answeredAt === undefined,
  };
}

function openState(progress: Progress): ActionState {
  if (progress.deferredAt !== undefined) return 'deferred';
  return progress.fetchedAt === undefined ? 'queued' : 'sent';
}

const notNow = ({ deferredAt, deferredCount = 1 }: Progress): Note => ({
  code: 'device_said_not_now',
  params: { count: deferredCount, ...(deferredAt === undefined ? {} : { at: deferredAt.toString() }) },
});

function step(name: ActionStep['step'], at: Temporal.Instant | undefined, detail?: Note): ActionStep {
  return { step: name, at: at?.toString() ?? null, detail: detail ?? null };
}
