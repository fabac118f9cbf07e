import type * as api from '@tsukasa/api';
import { type Book, type Fact, type Licence, licencesNeeded } from '@tsukasa/terms';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type LedgerDeps, writingIn } from './ledger.ts';
import type { ContractRecord, Link } from './model.ts';
import { stateIfApplied } from './projection.ts';
import { readIn, reading } from './reading.ts';

/** A contract, and what of it needs the licence. */
type Need = { readonly contract: ContractRecord; readonly subject: string };

/** Contracts that are or may come in force, with the licences that they need on the day (Art. 7, 8-3, 9-2). */
function needs(book: Book, contracts: readonly ContractRecord[], day: Temporal.PlainDate): Map<Licence, Need[]> {
  const found = new Map<string, { licence: Licence; needs: Need[] }>();
  for (const contract of contracts) {
    const state = stateIfApplied(book, contract.history, day);
    if (state === undefined) continue;
    for (const { subject, phase } of [state, ...state.options]) {
      if (!LIVE.includes(phase)) continue;
      const options = subject === state.subject ? [] : [subject];
      const { kind } = subject === state.subject ? state : { kind: undefined };
      for (const licence of licencesNeeded(book.catalogue, { ...(kind === undefined ? {} : { kind }), options }, day)) {
        const entry = found.get(licence.document) ?? { licence, needs: [] };
        found.set(licence.document, entry);
        entry.needs.push({ contract, subject });
      }
    }
  }
  return new Map([...found.values()].map((entry) => [entry.licence, entry.needs]));
}

const LIVE: readonly string[] = ['applied', 'quoted', 'accepted', 'in_force', 'ending'];

/** The agreement of a contract to this very version, if there is one. */
function agreementOf({ links, history }: ContractRecord, { document, version }: Licence): Link | undefined {
  const agreed = (fact: Fact) =>
    fact.type === 'licence_agreed' && fact.document === document && fact.version === version;
  const fact = history.find(agreed);
  return fact && links.find((link) => link.fact.seq === fact.seq);
}

function present(licence: Licence, entries: readonly Need[]): api.LicenceToAgree {
  const agreements = entries.map(({ contract }) => agreementOf(contract, licence));
  const last = agreements.includes(undefined) ? undefined : agreements.at(-1);
  return {
    document: licence.document,
    version: licence.version,
    title: { ...licence.title },
    text: { ...licence.text },
    sha256: licence.sha256,
    neededFor: entries.map(({ contract, subject }) => ({
      contractId: contract.contractId,
      contractNumber: contract.contractNumber,
      subject,
    })),
    agreedOn: last?.fact.on.toString() ?? null,
    agreedBy: last?.fact.actor.name ?? null,
  };
}

/** Licence documents that the contracts need, each agreed to only when every contract that needs it has agreed. */
export function licencesIn(
  book: Book,
  contracts: readonly ContractRecord[],
  day: Temporal.PlainDate,
): api.LicenceToAgree[] {
  return [...needs(book, contracts, day)].map(([licence, entries]) => present(licence, entries));
}

export function listLicences(
  deps: LedgerDeps,
  contractorId: ContractorId,
  context: RequestContext,
): Promise<api.LicenceToAgree[]> {
  return reading(deps, contractorId, context.language, ({ book, contracts, today }) =>
    licencesIn(book, contracts, today),
  );
}

/**
 * Agrees to a version of a document for every contract that needs it; doing it again changes nothing. What is agreed to is
 * named by its hash. The provider's administrator may do so on a contractor's behalf: who agreed stands in the history and in
 * the trail. Throws `not_found`, and `conflict` when another version, or another text, is the one to agree to.
 */
export function agreeToLicence(
  deps: LedgerDeps,
  contractorId: ContractorId,
  request: { readonly document: string; readonly version: string; readonly sha256: string },
  context: RequestContext,
): Promise<api.LicenceToAgree> {
  const { document, version, sha256 } = request;
  return deps.db.asContractor(contractorId, async (tx) => {
    await writingIn(deps, tx, contractorId, context, async (ledger) => {
      const wanted = findNeed(ledger.book, ledger.contracts, ledger.today, document);
      const [licence, entries] = wanted;
      if (licence.version !== version || licence.sha256 !== sha256) throw otherText(licence);
      for (const { contractId } of new Set(entries.map(({ contract }) => contract))) {
        if (agreementOf(ledger.contract(contractId), licence) !== undefined) continue;
        await ledger.record(contractId, { type: 'licence_agreed', on: ledger.today, document, version, sha256 });
      }
    });
    const { book, contracts, today } = await readIn(deps, tx, contractorId, context.language);
    return present(...findNeed(book, contracts, today, document));
  });
}

function findNeed(
  book: Book,
  contracts: readonly ContractRecord[],
  day: Temporal.PlainDate,
  document: string,
): [Licence, Need[]] {
  const found = [...needs(book, contracts, day)].find(([licence]) => licence.document === document);
  if (found !== undefined) return found;
  throw new DomainError('not_found', 'no contract needs this licence', {
    reason: 'licence.not_needed',
    clause: 'art-9-2',
  });
}

function otherText({ version }: Licence): DomainError {
  return new DomainError('conflict', 'the licence to agree to has another text', {
    reason: 'licence.other_text',
    params: { version },
    clause: 'art-9-2',
  });
}
