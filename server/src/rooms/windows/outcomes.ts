import { type CommandOutcome, type FoundPlace, isGood, readPlace } from '@tsukasa/windows-mdm';
import type { ActionOutcome, Failure } from '../actions/index.ts';
import type { FailureCode, ResultNote } from './codes.ts';
import type { FinishedCommand } from './model.ts';

/** Longest value shown with an action, and all of its result, in characters. */
const LONGEST_VALUE = 4_096;
const LONGEST_RESULT = 64 * 1024;

const done = (note?: ResultNote, more: Readonly<Record<string, unknown>> = {}): ActionOutcome =>
  note === undefined && Object.keys(more).length === 0
    ? { state: 'done' }
    : { state: 'done', result: { ...(note === undefined ? {} : { note }), ...more } };

const failed = (code: FailureCode, more: Omit<Failure, 'code'> = {}): ActionOutcome => ({
  state: 'failed',
  failure: { code, ...more },
});

/**
 * What a command that came to its end says of its action; undefined when it says nothing (yet): it was taken back, or the
 * device only said that it will begin. A good status of an Exec says that the device accepted it, and the result says so.
 */
export function outcomeOfAction({ end, outcome, note }: FinishedCommand): ActionOutcome | undefined {
  if (end === 'quarantined') return failed('format_error', outcome && refusalOf(outcome));
  if (end === 'unknown') return failed('outcome_unknown');
  if (end !== 'answered' || outcome === undefined) return undefined;
  if (!isGood(outcome.status)) return failed(failureCode(outcome.status), refusalOf(outcome));
  switch (note.action) {
    case 'restart':
      return done('windows.restarts_within_minutes');
    case 'erase':
      return done('windows.wipe_begins', { method: note.method });
    case 'rename':
      return done('windows.renamed_after_restart', { name: note.name });
    case 'remove_management':
      return done('windows.accepted_only');
    case 'rotate_recovery_key':
      return undefined; // the status node says when it is over
    default:
      return done();
  }
}

function failureCode(status: number): FailureCode {
  switch (status) {
    case 400:
      return 'format_error';
    case 404:
      return 'windows.node_missing';
    case 403:
    case 405:
    case 425:
      return 'windows.not_allowed';
    default:
      return 'device_refused';
  }
}

/** Status and HRESULT in the device's own words. */
function refusalOf({ status, originalError }: CommandOutcome): Omit<Failure, 'code'> {
  return {
    params: { status, ...(originalError === undefined ? {} : { hresult: originalError }) },
    chain: [{ domain: 'SyncML', code: status, description: originalError ?? '' }],
  };
}

/** Where the device found itself, or that it did not. `at`: when it was there. */
export function outcomeOfFinding({
  end,
  outcome,
  finishedAt,
}: FinishedCommand):
  | { readonly action: ActionOutcome; readonly place?: FoundPlace & { readonly at: Temporal.Instant } }
  | undefined {
  if (end === 'unknown') return { action: failed('outcome_unknown') };
  if (end === 'quarantined') return { action: failed('format_error', outcome && refusalOf(outcome)) };
  if (end !== 'answered' || outcome === undefined) return undefined;
  const found = readPlace(outcome.results);
  if (found === undefined) {
    const refused = !isGood(outcome.status) && outcome.status !== 404;
    return { action: refused ? failed(failureCode(outcome.status), refusalOf(outcome)) : failed('windows.no_fix') };
  }
  const at = finishedAt.subtract({ minutes: Math.min(found.ageMinutes ?? 0, 60 * 24 * 366) });
  const { latitude, longitude, accuracyMeters } = found;
  const result = {
    latitude,
    longitude,
    at: at.toString(),
    ...(accuracyMeters === undefined ? {} : { accuracyMeters }),
  };
  return { action: { state: 'done', result }, place: { ...found, at } };
}

export type RawAnswer = {
  readonly verb: string;
  readonly end: string;
  readonly status: number | null;
  readonly hresult?: string;
  readonly items?: readonly { readonly target: string; readonly status: number; readonly hresult?: string }[];
  readonly values?: readonly { readonly node: string; readonly format?: string; readonly value: string }[];
};

/** What is kept of the answer to one of an expert's commands. Values of nodes that are named like secrets are hidden. */
export function rawAnswer({ end, outcome, command }: FinishedCommand): RawAnswer {
  if (outcome === undefined) return { verb: command.verb, end, status: null };
  const parts = [outcome, ...(outcome.commands ?? [])];
  const items = parts.flatMap((part) =>
    part.items.map(({ target, status, originalError }) => ({ target, status, ...hresultOf(originalError) })),
  );
  const values = outcome.results.map(({ source, format, data }) => ({
    node: source,
    ...(format === undefined ? {} : { format }),
    value: SECRET.test(source.split('?', 1)[0] ?? '') ? '[hidden]' : shortened(data),
  }));
  return {
    verb: command.verb,
    end,
    status: outcome.status,
    ...hresultOf(outcome.originalError),
    ...(items.length === 0 ? {} : { items }),
    ...(values.length === 0 ? {} : { values }),
  };
}

const SECRET =
  /\/[^/]*(?:password|secret|passcode|\bpin\b|privatekey|channeluri|pfxcertblob|preshared|challenge|token)[^/]*$/i;

function hresultOf(originalError: string | undefined): { readonly hresult?: string } {
  return originalError === undefined ? {} : { hresult: originalError };
}

function shortened(text: string): string {
  const clean = text.replaceAll('\u0000', '').toWellFormed();
  return clean.length <= LONGEST_VALUE ? clean : `${clean.slice(0, LONGEST_VALUE)}…`;
}

/** How a raw action ended: done only if every command went well. */
export function outcomeOfRaw(answers: readonly RawAnswer[]): ActionOutcome {
  const whole = { commands: answers };
  const short = { commands: answers.map(({ verb, end, status }) => ({ verb, end, status })), truncated: true };
  const result = JSON.stringify(whole).length <= LONGEST_RESULT ? whole : short;
  const bad = answers.find(({ status, end }) => end !== 'answered' || status === null || !isGood(status));
  if (bad === undefined) return { state: 'done', result };
  const { status, hresult, end } = bad;
  const params = { ...(status === null ? {} : { status }), ...(hresult === undefined ? {} : { hresult }) };
  const code: FailureCode =
    end === 'unknown'
      ? 'outcome_unknown'
      : status === null || end === 'quarantined'
        ? 'format_error'
        : failureCode(status);
  return { state: 'failed', failure: { code, params }, result };
}
