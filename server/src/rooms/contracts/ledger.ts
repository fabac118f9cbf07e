import { type Book, checkFact, entitlements, type Fact, factToJson } from '@tsukasa/terms';
import type { Tx } from '../../base/db.ts';
import { type AuditEntryInput, SYSTEM } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { canonicalDetails } from '../audit/index.ts';
import * as applications from './application-store.ts';
import type { BookKeeper, KeptBook } from './book.ts';
import * as contracts from './contract-store.ts';
import type { ContractsDeps } from './deps.ts';
import * as facts from './fact-store.ts';
import {
  type ContractId,
  type ContractRecord,
  type DocumentId,
  dayOf,
  type FactJson,
  factHash,
  type Link,
} from './model.ts';
import { projectionOf, stateIfApplied, statesOfApplications } from './projection.ts';
import { underTerms } from './refusals.ts';

export type LedgerDeps = ContractsDeps & { readonly books: BookKeeper };
/** Who writes, and from where. */
export type Author = Pick<AuditEntryInput, 'actor' | 'requestId' | 'sourceIp'>;
export const BY_ITSELF: Author = { actor: SYSTEM };

type Unplaced<F> = F extends { readonly seq: number } ? Omit<F, 'seq'> : never;
/** A fact that has no place in its history yet. */
export type NewFact = Unplaced<Fact>;
export type Recording = {
  readonly documentId?: DocumentId | undefined;
  readonly note?: string | undefined;
  /** Absent: whoever opened the ledger. */
  readonly author?: Author;
  /** What a refusal of the terms becomes; `conflict` unless the request itself was wrong. */
  readonly refusal?: 'conflict' | 'invalid';
};

/**
 * The histories of one contractor, open for writing: while it is open nobody else writes to them. Facts are checked by the
 * terms against what is there, chained, and audited one by one; `settle` derives the rest. A refusal leaves the transaction
 * to be rolled back, and with it everything.
 */
export class Ledger {
  readonly contractorId: ContractorId;
  readonly book: Book;
  readonly now: Temporal.Instant;
  readonly today: Temporal.PlainDate;
  readonly #bookVersion: number;
  readonly #deps: LedgerDeps;
  readonly #tx: Tx;
  readonly #author: Author;
  readonly #contracts = new Map<ContractId, ContractRecord>();
  readonly #touched = new Set<ContractId>();
  #head: facts.Head;

  private constructor(
    deps: LedgerDeps,
    tx: Tx,
    contractorId: ContractorId,
    author: Author,
    read: { readonly kept: KeptBook; readonly head: facts.Head; readonly contracts: readonly ContractRecord[] },
  ) {
    this.#deps = deps;
    this.#tx = tx;
    this.#author = author;
    this.contractorId = contractorId;
    this.now = deps.clock.now().round({ smallestUnit: 'microsecond', roundingMode: 'floor' });
    this.today = dayOf(this.now);
    this.book = read.kept.book;
    this.#bookVersion = read.kept.version;
    this.#head = read.head;
    for (const contract of read.contracts) this.#contracts.set(contract.contractId, contract);
  }

  /** Waits until whoever writes to this contractor's histories is done. */
  static async open(deps: LedgerDeps, tx: Tx, contractorId: ContractorId, author: Author): Promise<Ledger> {
    const kept = await deps.books.current(tx);
    const head = await facts.lockHead(tx, contractorId);
    const read = { kept, head, contracts: await facts.contractsOf(tx, contractorId) };
    return new Ledger(deps, tx, contractorId, author, read);
  }

  get contracts(): readonly ContractRecord[] {
    return [...this.#contracts.values()];
  }

  /** Throws `not_found`. */
  contract(contractId: ContractId): ContractRecord {
    const found = this.#contracts.get(contractId);
    if (found === undefined) throw contracts.noContract();
    return found;
  }

  async newContract(): Promise<ContractId> {
    const { contractId, contractNumber } = await contracts.insertContract(this.#tx, this.contractorId, this.now);
    this.#contracts.set(contractId, { contractId, contractNumber, createdAt: this.now, links: [], history: [] });
    return contractId;
  }

  /** Adds to a history. Throws what the terms refuse, as `conflict` unless said otherwise. */
  async record(contractId: ContractId, entry: NewFact, how: Recording = {}): Promise<Fact> {
    const contract = this.contract(contractId);
    const fact = { ...entry, seq: contract.history.length + 1 } as Fact;
    underTerms(how.refusal ?? 'conflict', () => checkFact(this.book, contract.history, fact, this.today));
    const link = this.#linkOf(contract, fact, how);
    await facts.insertFact(this.#tx, link);
    await this.#audit(contract, link, how.author ?? this.#author);
    this.#head = { ...this.#head, chainSeq: link.fact.chainSeq, hash: link.hash };
    this.#touched.add(contractId);
    this.#contracts.set(contractId, {
      ...contract,
      links: [...contract.links, link],
      history: [...contract.history, fact],
    });
    return fact;
  }

  #linkOf(contract: ContractRecord, fact: Fact, { documentId, note, author }: Recording): Link {
    const { seq: _, on: __, ...body } = factToJson(fact);
    const { actor } = author ?? this.#author;
    const stored = {
      contractorId: this.contractorId,
      chainSeq: this.#head.chainSeq + 1,
      contractId: contract.contractId,
      seq: fact.seq,
      on: fact.on,
      // In the order and the characters in which the database gives it back.
      body: canonicalDetails(body) as FactJson,
      documentId,
      note: note ?? '',
      actor,
      recordedAt: this.now,
    };
    const previousHash = this.#head.hash;
    return { fact: stored, previousHash, hash: factHash(stored, previousHash, canonicalDetails) };
  }

  async #audit(contract: ContractRecord, { fact, hash }: Link, author: Author): Promise<void> {
    const { body } = fact;
    await this.#deps.recordAudit(this.#tx, this.contractorId, {
      ...author,
      at: this.now,
      action: `contract.${body.type}`,
      target: { kind: 'contract', id: contract.contractId, name: contract.contractNumber },
      reason: typeof body['reason'] === 'string' ? body['reason'] : undefined,
      details: {
        seq: fact.seq,
        on: fact.on.toString(),
        body,
        chainSeq: fact.chainSeq,
        hash: hash.toString('hex'),
        ...(fact.documentId === undefined ? {} : { documentId: fact.documentId }),
      },
    });
  }

  /** Activates what waits for nothing any more, and brings what is derived up to the histories. */
  async settle(options: { readonly historical?: boolean } = {}): Promise<void> {
    for (const contractId of [...this.#touched]) await this.#activate(contractId, options.historical === true);
    await this.derive([...this.#touched]);
    if (this.#touched.size === 0) return;
    this.#head = { ...this.#head, version: this.#head.version + 1 };
    await facts.moveHead(this.#tx, this.contractorId, this.#head);
  }

  /**
   * Rebuilds the projections of these contracts, and the days of service of the contractor; of all its contracts when they
   * were derived with another version of the book.
   */
  async derive(given: readonly ContractId[] = [...this.#contracts.keys()]): Promise<void> {
    const contractIds = this.#head.bookVersion === this.#bookVersion ? given : [...this.#contracts.keys()];
    for (const contractId of contractIds) {
      const { history } = this.contract(contractId);
      const state = stateIfApplied(this.book, history, this.today);
      const asOf = { seq: history.length, day: this.today };
      await contracts.putProjection(this.#tx, this.contractorId, contractId, projectionOf(state), asOf);
    }
    await this.#deriveApplications(new Set(contractIds));
    const retentionDays = this.#deps.keepAfterContract.total('days');
    const { servicePeriods } = entitlements(this.book, this.contracts, this.today, { retentionDays });
    await facts.putServiceDays(this.#tx, this.contractorId, servicePeriods, this.#bookVersion);
    this.#head = { ...this.#head, bookVersion: this.#bookVersion };
  }

  async #deriveApplications(contractIds: ReadonlySet<ContractId>): Promise<void> {
    for (const application of await applications.applicationsOf(this.#tx, this.contractorId)) {
      if (!contractIds.has(application.contractId)) continue;
      const states = statesOfApplications(this.contract(application.contractId).history);
      const state = states.get(application.applicationId) ?? application.state;
      if (state === application.state) continue;
      await applications.setState(this.#tx, this.contractorId, application.applicationId, state);
    }
  }

  /** The system activates by itself: at the acceptance or at the last agreement to a licence, whichever comes last. */
  async #activate(contractId: ContractId, historical: boolean): Promise<void> {
    const { history } = this.contract(contractId);
    const state = stateIfApplied(this.book, history, this.today);
    const states = state === undefined ? [] : [state, ...state.options];
    const waiting = states.filter(
      ({ acceptedOn, activatedOn, phase, waitingFor }) =>
        phase === 'accepted' &&
        acceptedOn !== undefined &&
        activatedOn === undefined &&
        !waitingFor.includes('licence'),
    );
    const byDay = Map.groupBy(waiting, ({ startOn = this.today }) =>
      (historical ? startOn : later(startOn, this.today)).toString(),
    );
    for (const [on, activated] of byDay) {
      const subjects = activated.map(({ subject }) => subject);
      const fact = { type: 'activated', on: Temporal.PlainDate.from(on), subjects } as const;
      await this.record(contractId, fact, { author: BY_ITSELF });
    }
  }
}

function later(a: Temporal.PlainDate, b: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(a, b) < 0 ? b : a;
}

/** Opens the ledger in the caller's transaction, runs `fn`, and settles. */
export async function writingIn<R>(
  deps: LedgerDeps,
  tx: Tx,
  contractorId: ContractorId,
  author: Author,
  fn: (ledger: Ledger) => Promise<R>,
  options: { readonly historical?: boolean } = {},
): Promise<R> {
  const ledger = await Ledger.open(deps, tx, contractorId, author);
  const result = await fn(ledger);
  await ledger.settle(options);
  return result;
}
