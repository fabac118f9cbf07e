import { createHash } from 'node:crypto';
import type { AuditEntryInput } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';

/** A value as JSON has it, with the keys of every object in code unit order. */
export type Canonical = null | boolean | number | string | readonly Canonical[] | { readonly [key: string]: Canonical };
export type Details = { readonly [key: string]: Canonical };

/** One link of a chain, in the very values that its hash covers. */
export type Entry = {
  readonly contractorId: ContractorId;
  readonly seq: number;
  readonly at: Temporal.Instant;
  readonly actorKind: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly action: string;
  readonly targetKind: string;
  readonly targetId: string;
  readonly targetName: string;
  readonly reason: string | null;
  readonly details: Details;
  readonly requestId: string | null;
  readonly sourceIp: string | null;
};

/** What stands before the first entry of every chain. */
export const GENESIS: Buffer = Buffer.alloc(32);

/** Begins every hashed text, so that a later form can be told apart. */
const FORMAT = 'tsukasa-audit-1';

/** Text as PostgreSQL can keep it: well-formed Unicode without NUL. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** What `details` is after a way through JSON, storable, with sorted keys. */
export function canonicalDetails(details: Readonly<Record<string, unknown>> | undefined): Details {
  const plain: unknown = JSON.parse(JSON.stringify(details ?? {}));
  const canonical = canonicalValue(plain);
  return isObject(canonical) ? canonical : {};
}

function isObject(value: Canonical): value is Details {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function canonicalValue(value: unknown): Canonical {
  if (typeof value === 'string') return storable(value);
  if (typeof value === 'boolean') return value;
  // PostgreSQL knows no negative zero.
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (Array.isArray(value)) return value.map(canonicalValue);
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value).map(([key, inner]) => [storable(key), canonicalValue(inner)] as const);
  // By code unit, not by a collation; of two keys that became one the last counts, as in JSON.
  return Object.fromEntries([...new Map(entries)].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)));
}

/** The entry that becomes number `seq` of the chain. Times are cut to the microseconds that PostgreSQL keeps. */
export function entryOf(contractorId: ContractorId, seq: number, input: AuditEntryInput): Entry {
  const optional = (text: string | undefined) => (text === undefined ? null : storable(text));
  return {
    contractorId,
    seq,
    at: input.at.round({ smallestUnit: 'microsecond', roundingMode: 'floor' }),
    actorKind: input.actor.kind,
    actorId: storable(input.actor.id),
    actorName: storable(input.actor.name),
    action: storable(input.action),
    targetKind: storable(input.target.kind),
    targetId: storable(input.target.id),
    targetName: storable(input.target.name),
    reason: optional(input.reason),
    details: canonicalDetails(input.details),
    requestId: optional(input.requestId),
    sourceIp: optional(input.sourceIp),
  };
}

/**
 * SHA-256 over the entry and the hash before it. The hashed text is one JSON array in UTF-8: format name, hash before
 * (hex), contractor, number, time with six digits of a second in UTC, and the columns in the order of the table.
 */
export function hashOf(entry: Entry, previous: Uint8Array): Buffer {
  const text = JSON.stringify([
    FORMAT,
    Buffer.from(previous).toString('hex'),
    entry.contractorId,
    entry.seq,
    entry.at.toString({ fractionalSecondDigits: 6 }),
    entry.actorKind,
    entry.actorId,
    entry.actorName,
    entry.action,
    entry.targetKind,
    entry.targetId,
    entry.targetName,
    entry.reason,
    canonicalDetails(entry.details),
    entry.requestId,
    entry.sourceIp,
  ]);
  return createHash('sha256').update(text).digest();
}
