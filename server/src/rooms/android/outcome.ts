import type { ActionOutcome } from '../actions/index.ts';
import { field, isRecord, type Json, numberOf, textOf } from './json.ts';

/** An `Operation` as Google tells it (fact sheet 4.6). */
export type OperationReport = {
  readonly name: string;
  readonly done: boolean;
  readonly type: string | undefined;
  readonly createdAt: string | undefined;
  readonly outcome: ActionOutcome | undefined;
};

/** Code of `google.rpc.Status`: cancelled by the caller. */
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
const LOST_MODE_FINE = ['SUCCESS'];

/** Reads an operation; undefined when it names none. `outcome` is absent until it is done. */
export function readOperation(body: unknown): OperationReport | undefined {
  const name = textOf(field(body, 'name'), 500);
  if (!isRecord(body) || name === undefined || !name.includes('/operations/')) return undefined;
  const done = field(body, 'done') === true;
  const metadata = field(body, 'metadata');
  return {
    name,
    done,
    type: textOf(field(metadata, 'type'), 60),
    createdAt: textOf(field(metadata, 'createTime'), 40),
    outcome: done ? outcomeOf(body, metadata) : undefined,
  };
}

/** In this order: what the command itself tells, its error code, the operation's error. */
function outcomeOf(body: Json, metadata: unknown): ActionOutcome {
  const own = ownStatus(metadata);
  const errorCode = textOf(field(metadata, 'errorCode'), 60);
  const error = field(body, 'error');
  if (own?.failed === true) return { state: 'failed', failure: { code: own.code }, result: own.result };
  if (errorCode !== undefined && errorCode !== 'COMMAND_ERROR_CODE_UNSPECIFIED') {
    const failure = { code: `android.${errorCode.toLowerCase()}` };
    return { state: 'failed', failure, ...(own === undefined ? {} : { result: own.result }) };
  }
  if (isRecord(error)) return byError(error);
  return { state: 'done', ...(own === undefined ? {} : { result: own.result }) };
}

function byError(error: Json): ActionOutcome {
  const code = numberOf(field(error, 'code')) ?? 2;
  if (code === CANCELLED) return { state: 'cancelled' };
  const description = textOf(field(error, 'message'), 500) ?? '';
  return {
    state: 'failed',
    failure: {
      code: code === DEADLINE_EXCEEDED ? 'android.not_fetched_in_time' : 'android.operation_failed',
      chain: [{ domain: 'google.rpc', code: Math.trunc(code), description }],
    },
  };
}

type Own = { readonly failed: boolean; readonly code: string; readonly result: Readonly<Record<string, unknown>> };

function ownStatus(metadata: unknown): Own | undefined {
  const start = textOf(field(metadata, 'startLostModeStatus', 'status'), 60);
  if (start !== undefined) return lostMode(start);
  const stop = textOf(field(metadata, 'stopLostModeStatus', 'status'), 60);
  if (stop !== undefined) return lostMode(stop);
  const cleared = field(metadata, 'clearAppsDataStatus', 'results');
  return isRecord(cleared) ? clearedApps(cleared) : undefined;
}

/** A command that is "done" may still say that nothing was done. */
function lostMode(status: string): Own {
  const failed = !LOST_MODE_FINE.includes(status);
  return { failed, code: `android.${status.toLowerCase()}`, result: { status } };
}

/** By app; a failure only when none was cleared. */
function clearedApps(results: Json): Own {
  const told = Object.entries(results)
    .slice(0, 100)
    .map(([name, result]) => [name.slice(0, 255), textOf(field(result, 'clearingResult'), 60) ?? 'UNKNOWN'] as const);
  const failed = told.length > 0 && told.every(([, result]) => result !== 'SUCCESS');
  return { failed, code: 'android.nothing_cleared', result: { apps: Object.fromEntries(told) } };
}
