import {
  ACTION_PARAMS,
  type Action,
  type ActionSecretKind,
  type ActionState,
  type ActionStep,
  type ActionType,
  type Note,
  SECOND_PERSON_ACTIONS,
  SECRET_PARAMS,
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

/** The secret parameter of a type, and what it is kept as. */
export function secretOf(
  type: ActionType,
): { readonly param: 'pin' | 'passcode'; readonly kind: ActionSecretKind } | undefined {
  switch (type) {
    case 'lock':
      return { param: SECRET_PARAMS.lock, kind: 'lock_pin' };
    case 'erase':
      return { param: SECRET_PARAMS.erase, kind: 'erase_pin' };
    case 'reset_passcode':
      return { param: SECRET_PARAMS.reset_passcode, kind: 'new_passcode' };
    default:
      return undefined;
  }
}

/** Whether somebody else must agree before the device is told, where that is on; the breaker counts these. */
export const needsSecondPerson = (type: ActionType, assessment: Pick<Assessment, 'secondPerson'>): boolean =>
  assessment.secondPerson ?? SECOND_PERSON_ACTIONS.includes(type);

/** The forms of a raw command: exactly one is given. */
const RAW_FORMS = ['plist', 'syncml'] as const;

type ParamError = { readonly keyword: string; readonly instancePath: string; readonly message: string };

/** Throws `invalid` with a pointer for each wrong place. */
export function checkParams(type: ActionType, params: ActionParams): void {
  const schema = ACTION_PARAMS[type];
  const errors = Value.Check(schema, params)
    ? [...unstorable(params), ...rawErrors(type, params)]
    : Value.Errors(schema, params).flatMap(fieldErrors);
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

function rawErrors(type: ActionType, params: ActionParams): readonly FieldError[] {
  if (type !== 'raw' || RAW_FORMS.filter((form) => params[form] !== undefined).length === 1) return [];
  return [{ pointer: '/params', detail: `must have exactly one of ${RAW_FORMS.join(', ')}` }];
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
  requireFitting(params, assessment);
}

/** Throws `invalid` with a pointer for each parameter that this device does not take, lacks, or cannot make sense of. */
export function requireFitting(params: ActionParams, assessment: Assessment): void {
  const all = misfits(params, assessment);
  if (all.length > 0) throw invalidParams(all);
}

/** What of the parameters does not fit this device. */
export function misfits(params: ActionParams, assessment: Assessment): readonly FieldError[] {
  const { errors = [], options, requiredOptions, needsPin = false } = assessment;
  const unknown = Object.keys(params)
    .filter((name) => !options.includes(name))
    .map((name) => ({ pointer: `/params/${name}`, detail: 'this device does not take it' }));
  const missing = requiredOptions
    .filter((name) => params[name] === undefined && !(needsPin && name === 'pin'))
    .map((name) => ({ pointer: `/params/${name}`, detail: 'this device needs it' }));
  return [...errors, ...unknown, ...missing];
}

function errorParams(note: Note): ErrorParams {
  const plain = Object.entries(note.params ?? {}).filter((entry): entry is [string, string | number | boolean] =>
    ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return Object.fromEntries(plain);
}

/** What the parameters leave behind: no secret, and of a raw command only what the dialect says of it. */
export function shownParams(type: ActionType, params: ActionParams, assessment: Assessment): ActionParams {
  if (assessment.summary !== undefined) return assessment.summary;
  if (type === 'raw') return {};
  return withoutSecret(type, params);
}

/** The parameters without the one that is a secret. */
export function withoutSecret(type: ActionType, params: ActionParams): ActionParams {
  const secret = secretOf(type)?.param;
  return Object.fromEntries(Object.entries(params).filter(([name]) => name !== secret));
}

export type Followed = Pick<Action, 'state' | 'steps' | 'waitingFor' | 'cancellable'>;

/** An action's row as its steps need it. */
export type Course = {
  readonly state: ActionState;
  readonly askedAt: Temporal.Instant;
  /** Absent while it waits for a person: the channel has not been told. */
  readonly queuedAt: Temporal.Instant | undefined;
  readonly finishedAt: Temporal.Instant | undefined;
  readonly cancelRequestedAt?: Temporal.Instant | undefined;
  /** Absent: it needs no second person. `undefined` inside: nobody has approved it (yet). */
  readonly approval?: { readonly approvedAt: Temporal.Instant | undefined } | undefined;
  /** The platform knows when a device fetches an action. */
  readonly reportsFetch: boolean;
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
  const wokenDetail = progress.fetchedAt === undefined ? progress.wakeProblem : undefined;
  const steps: ActionStep[] = [
    step('asked', course.askedAt),
    ...(course.approval === undefined ? [] : [step('approved', course.approval.approvedAt)]),
    step('queued', progress.queuedAt ?? course.queuedAt),
    ...(cameByItself ? [] : [step('woken', progress.wokenAt, wokenDetail ?? progress.wokenNote)]),
    ...(course.reportsFetch ? [step('fetched', fetchedAt, deferred ? notNow(progress) : undefined)] : []),
    step('answered', progress.answeredAt ?? answered),
  ];
  return {
    state: open ? openState(course, progress) : course.state,
    steps,
    waitingFor: open ? (steps.find(({ at }) => at === null)?.step ?? null) : null,
    cancellable:
      open && fetchedAt === undefined && progress.answeredAt === undefined && course.cancelRequestedAt === undefined,
  };
}

function openState(course: Course, progress: Progress): ActionState {
  if (course.state === 'awaiting_approval' || course.state === 'held') return course.state;
  if (progress.deferredAt !== undefined) return 'deferred';
  // Where nobody hears of the fetching, the last that is known is that the channel passed it on.
  const sentAt = course.reportsFetch ? progress.fetchedAt : progress.wokenAt;
  return sentAt === undefined ? 'queued' : 'sent';
}

const notNow = ({ deferredAt, deferredCount = 1 }: Progress): Note => ({
  code: 'device_said_not_now',
  params: { count: deferredCount, ...(deferredAt === undefined ? {} : { at: deferredAt.toString() }) },
});

function step(name: ActionStep['step'], at: Temporal.Instant | undefined, detail?: Note): ActionStep {
  return { step: name, at: at?.toString() ?? null, detail: detail ?? null };
}
