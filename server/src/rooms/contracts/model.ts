import { createHash } from 'node:crypto';
import type { ContractPhase } from '@tsukasa/api';
import type { Fact } from '@tsukasa/terms';
import type { Actor } from '../../base/http/context.ts';
import type { ContractorId, Id } from '../../base/ids.ts';

export type ContractId = Id<'Contract'>;
export type ApplicationId = Id<'Application'>;
export type DocumentId = Id<'ContractDocument'>;

/** Where the provider's days begin and end. */
export const TIME_ZONE = 'Asia/Tokyo';

/** The day in Asia/Tokyo. */
export function dayOf(at: Temporal.Instant): Temporal.PlainDate {
  return at.toZonedDateTimeISO(TIME_ZONE).toPlainDate();
}

/** A fact's JSON form without its place in the history: `type` and its own fields, days and months as text. */
export type FactJson = { readonly [key: string]: unknown; readonly type: string };

/** An entry of the history as recorded, in the very values that its hash covers. */
export type StoredFact = {
  readonly contractorId: ContractorId;
  /** 1, 2, 3 … over all contracts of the contractor: the order of the chain. */
  readonly chainSeq: number;
  readonly contractId: ContractId;
  /** 1, 2, 3 … within the contract. */
  readonly seq: number;
  readonly on: Temporal.PlainDate;
  readonly body: FactJson;
  readonly documentId: DocumentId | undefined;
  readonly note: string;
  readonly actor: Actor;
  readonly recordedAt: Temporal.Instant;
};
export type Link = { readonly fact: StoredFact; readonly previousHash: Buffer; readonly hash: Buffer };

/** A contract with its history as read from the database. */
export type ContractRecord = {
  readonly contractId: ContractId;
  readonly contractNumber: string;
  readonly createdAt: Temporal.Instant;
  readonly links: readonly Link[];
  readonly history: readonly Fact[];
};

/** What lists show of a contract; derived from its history. */
export type Projection = {
  readonly item: string;
  readonly kind: string | undefined;
  readonly phase: ContractPhase;
  readonly startOn: Temporal.PlainDate | undefined;
  readonly endsOn: Temporal.PlainDate | undefined;
  readonly options: readonly ProjectedOption[];
};
export type ProjectedOption = {
  readonly subject: string;
  readonly phase: ContractPhase;
  readonly deviceCount: number | null;
  readonly endsOn: string | null;
};

/** What stands before the first fact of every chain. */
export const GENESIS: Buffer = Buffer.alloc(32);
const FORMAT = 'tsukasa-contract-fact-1';

/**
 * SHA-256 over a fact and the hash before it. The hashed text is one JSON array in UTF-8: format name, hash before (hex),
 * and the columns in the order of the table. `canonical` puts the keys of the body in order.
 */
export function factHash(
  fact: StoredFact,
  previous: Uint8Array,
  canonical: (body: Readonly<Record<string, unknown>>) => unknown,
): Buffer {
  const text = JSON.stringify([
    FORMAT,
    Buffer.from(previous).toString('hex'),
    fact.contractorId,
    fact.chainSeq,
    fact.contractId,
    fact.seq,
    fact.body.type,
    fact.on.toString(),
    canonical(fact.body),
    fact.documentId ?? null,
    fact.note,
    fact.actor.kind,
    fact.actor.id,
    fact.actor.name,
    fact.recordedAt.toString({ fractionalSecondDigits: 6 }),
  ]);
  return createHash('sha256').update(text).digest();
}
