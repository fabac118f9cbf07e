import { type DestinationStream, pino } from 'pino';
import type { LogLevel } from './config.ts';
import { DomainError, errorCode } from './errors.ts';
import type { LogEvent, LogFields } from './vocabulary.ts';

export type { LogEvent, LogFields } from './vocabulary.ts';

/** Structured lines on standard output: an event name and fields of the vocabulary. */
export interface Log {
  debug(event: LogEvent, fields?: LogFields): void;
  info(event: LogEvent, fields?: LogFields): void;
  warn(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
  /** The same log with fields that every line carries. */
  with(fields: LogFields): Log;
}

/** A log that writes JSON lines; `destination` is for tests. */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    messageKey: 'event',
    timestamp: () => `,"time":"${Temporal.Now.instant().toString({ smallestUnit: 'millisecond' })}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger = destination === undefined ? pino(options) : pino(options, destination);
  return wrap(logger, {});
}

/** A log that says nothing. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => silentLog,
};

function wrap(logger: pino.Logger, always: LogFields): Log {
  const line = (level: 'debug' | 'info' | 'warn' | 'error') => (event: LogEvent, fields?: LogFields) => {
    if (logger.isLevelEnabled(level)) logger[level](redact({ ...always, ...fields }), event);
  };
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    with: (fields) => wrap(logger, { ...always, ...fields }),
  };
}

const SECRET = /pass(word|code|phrase)|secret|token|cookie|authorization|credential|private|^pin$|(^|_|[a-z])key$/i;

/** A copy fit for a log: anything named like a secret is replaced, errors become plain, depth and length are bounded. */
export function redact(fields: object, depth = 0): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) clean[name] = SECRET.test(name) ? '[redacted]' : plain(value, depth);
  }
  return clean;
}

function plain(value: unknown, depth: number): unknown {
  if (value instanceof Error) return describeError(value);
  if (typeof value === 'string') return value.length > 2000 ? `${value.slice(0, 2000)}…` : value;
  if (typeof value === 'bigint') return value.toString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= 3) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, 50).map((entry) => plain(entry, depth + 1));
  if (value.toString !== Object.prototype.toString) return String(value);
  return redact(value, depth + 1);
}

/** Name, code, message and stack of an error and its causes. PostgreSQL's `detail` is left out: it quotes row values. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? plain(error, 0) : `[${typeof error} thrown]`;
  const described: Record<string, unknown> = { name: error.name, message: plain(error.message, 0) };
  const code = errorCode(error);
  if (code !== undefined) described.code = code;
  if (error instanceof DomainError && error.reason !== undefined) described.reason = error.reason;
  if (error.stack !== undefined) described.stack = error.stack.split('\n').slice(1, 12).join('\n');
  if (error.cause !== undefined && depth < 5) described.cause = describeError(error.cause, depth + 1);
  return described;
}
