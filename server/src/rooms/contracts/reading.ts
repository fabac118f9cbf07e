import type { Book } from '@tsukasa/terms';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import { noContract } from './contract-store.ts';
import type { Customer } from './deps.ts';
import { contractsOf } from './fact-store.ts';
import type { LedgerDeps } from './ledger.ts';
import { type ContractId, type ContractRecord, dayOf } from './model.ts';
import type { Language } from './present.ts';

/** One contractor's contracts as one transaction sees them. */
export type Read = {
  readonly tx: Tx;
  readonly book: Book;
  readonly customer: Customer;
  readonly contracts: readonly ContractRecord[];
  readonly today: Temporal.PlainDate;
  readonly now: Temporal.Instant;
  readonly language: Language;
};

/** Reads everything of one contractor. Throws `not_found` for one that does not exist. */
export function reading<R>(
  deps: LedgerDeps,
  contractorId: ContractorId,
  language: Language,
  fn: (read: Read) => Promise<R> | R,
): Promise<R> {
  return deps.db.asContractor(contractorId, async (tx) => fn(await readIn(deps, tx, contractorId, language)));
}

/** The same in a transaction that is open already, as after a write. */
export async function readIn(deps: LedgerDeps, tx: Tx, contractorId: ContractorId, language: Language): Promise<Read> {
  const customer = await requireCustomer(deps, tx, contractorId);
  const { book } = await deps.books.current(tx);
  const now = deps.clock.now();
  const contracts = await contractsOf(tx, contractorId);
  return { tx, book, customer, contracts, today: dayOf(now), now, language };
}

/** Throws `not_found` for a contractor that does not exist: the provider's paths name one that nobody has checked. */
export async function requireCustomer(deps: LedgerDeps, tx: Tx, contractorId: ContractorId): Promise<Customer> {
  const customer = await deps.findCustomer(tx, contractorId);
  if (customer !== undefined) return customer;
  throw new DomainError('not_found', 'there is no such contractor', { reason: 'contractor.unknown' });
}

/** Throws `not_found`. */
export function contractIn(contracts: readonly ContractRecord[], contractId: ContractId): ContractRecord {
  const found = contracts.find((contract) => contract.contractId === contractId);
  if (found === undefined) throw noContract();
  return found;
}

/** A day that the request names. Throws `invalid` for one that does not exist. */
export function parseDay(text: string, pointer: string): Temporal.PlainDate {
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch {
    throw wrongDate(pointer);
  }
}

/** A month that the request names. Throws `invalid`. */
export function parseMonth(text: string, pointer: string): Temporal.PlainYearMonth {
  try {
    return Temporal.PlainYearMonth.from(text, { overflow: 'reject' });
  } catch {
    throw wrongDate(pointer);
  }
}

function wrongDate(pointer: string): DomainError {
  return new DomainError('invalid', 'no such day', {
    reason: 'contract.no_such_day',
    errors: [{ pointer, detail: 'is no day of the calendar' }],
  });
}
