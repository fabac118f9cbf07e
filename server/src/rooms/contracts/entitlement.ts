import {
  type EntitledFunction,
  type Entitlements,
  entitlementRefusal,
  entitlements,
  type Reason,
} from '@tsukasa/terms';
import { sql } from 'kysely';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import { contractsOf } from './fact-store.ts';
import type { LedgerDeps } from './ledger.ts';
import { dayOf } from './model.ts';
import { wordsOf } from './refusals.ts';

/** Contractors whose answer is kept in memory. Our choice: about 1 kB each. */
const MOST_KEPT = 20_000;

type Kept = { readonly head: number; readonly book: number; readonly day: string; readonly answer: Entitlements };

/**
 * What contracts entitle to. Today's answer is kept in memory under the version of the contractor's head and of the book,
 * which are read in the caller's transaction each time (one statement on two indexed rows): a change that is committed on
 * any copy of the server is seen by the next question on every copy.
 */
export class EntitlementDesk {
  readonly #deps: LedgerDeps;
  readonly #kept = new Map<ContractorId, Kept>();

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
  }

  /** For today. */
  async today(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<Entitlements> {
    const { head, book } = await versions(tx, contractorId);
    const today = dayOf(now);
    const day = today.toString();
    const kept = this.#kept.get(contractorId);
    if (kept !== undefined && kept.head === head && kept.book === book && kept.day === day) return kept.answer;
    const answer = await this.#derive(tx, contractorId, book, today);
    this.#keep(contractorId, { head, book, day, answer });
    return answer;
  }

  /** For any day, as far as is known now. */
  async on(tx: Tx, contractorId: ContractorId, day: Temporal.PlainDate): Promise<Entitlements> {
    const { book } = await versions(tx, contractorId);
    return this.#derive(tx, contractorId, book, day);
  }

  /**
   * Throws `precondition_failed` (`entitlement.<function>`) with the clause and what to do, unless the contracts entitle to it
   * today.
   */
  async require(tx: Tx, contractorId: ContractorId, what: EntitledFunction, now: Temporal.Instant): Promise<void> {
    const answer = await this.today(tx, contractorId, now);
    const reason = entitlementRefusal(answer, what);
    if (reason !== undefined) throw notEntitled(what, answer, reason);
  }

  async #derive(tx: Tx, contractorId: ContractorId, version: number, day: Temporal.PlainDate): Promise<Entitlements> {
    const { book } = await this.#deps.books.at(tx, version);
    const contracts = await contractsOf(tx, contractorId);
    return entitlements(book, contracts, day, { retentionDays: this.#deps.keepAfterContract.total('days') });
  }

  #keep(contractorId: ContractorId, kept: Kept): void {
    this.#kept.delete(contractorId);
    this.#kept.set(contractorId, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** 0 for what does not exist yet. */
async function versions(tx: Tx, contractorId: ContractorId): Promise<{ readonly head: number; readonly book: number }> {
  const { rows } = await sql<{ head: number; book: number }>`select
    coalesce((select version from contract_heads where contractor_id = ${contractorId}), 0) as head,
    coalesce((select version from terms_book), 0) as book`.execute(tx);
  return rows[0] ?? { head: 0, book: 0 };
}

/** The refusal in the words of the terms: the clause, and what to do. */
function notEntitled(what: EntitledFunction, answer: Entitlements, reason: Reason): DomainError {
  const { clause, params = {} } = reason;
  return new DomainError('precondition_failed', `the contracts do not entitle to ${what}`, {
    reason: `entitlement.${what}`,
    params: { ...params, state: answer.state, ...(clause === undefined ? {} : { clause }) },
    clause,
    words: wordsOf(reason),
  });
}
