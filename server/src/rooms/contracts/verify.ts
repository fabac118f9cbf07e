import type * as api from '@tsukasa/api';
import { entitlements, type History, TermsError } from '@tsukasa/terms';
import type { Tx } from '../../base/db.ts';
import { type ContractorId, PROVIDER_ID } from '../../base/ids.ts';
import { canonicalDetails, listDetails, verifyChain } from '../audit/index.ts';
import { applicationsOf } from './application-store.ts';
import { projectionsOf } from './contract-store.ts';
import { changedDocuments, documentHashes } from './documents.ts';
import { findHead, type Head, historyOf, sameServiceDays, selectFacts } from './fact-store.ts';
import { BY_ITSELF, Ledger, type LedgerDeps } from './ledger.ts';
import { type ContractId, dayOf, factHash, GENESIS, type Link } from './model.ts';
import { projectionOf, stateIfApplied, statesOfApplications } from './projection.ts';
import { requireCustomer } from './reading.ts';
import { bookProblems } from './verify-book.ts';

type Problem = api.ContractVerification['problems'][number];

/** What a room below checks of its own; problems of its kinds are added to ours. */
export type InvoiceCheck = (
  tx: Tx,
  contractorId: ContractorId,
) => Promise<{ readonly invoices: number; readonly problems: readonly Problem[] }>;
export type VerifyDeps = LedgerDeps & { readonly checkInvoices: InvoiceCheck };

/**
 * Finds what was changed in the recorded history outside the program: the chain of facts and its head, each fact's hash in
 * the audit trail (and that trail itself), documents, what was derived, invoices, and the book that it is read by. All problems, not only the first.
 */
export async function verifyContracts(deps: VerifyDeps, contractorId: ContractorId): Promise<api.ContractVerification> {
  const trail = await verifyChain(deps.db, contractorId);
  const book = await deps.db.asContractor(PROVIDER_ID, bookProblems);
  return deps.db.asContractor(contractorId, async (tx) => {
    await requireCustomer(deps, tx, contractorId);
    await catchUp(deps, tx, contractorId);
    const links = await selectFacts(tx, contractorId);
    const head = await findHead(tx, contractorId);
    const invoices = await deps.checkInvoices(tx, contractorId);
    const problems = [
      ...chainProblems(links),
      ...headProblems(links, head),
      ...(await trailProblems(tx, contractorId, links)),
      ...(trail.ok
        ? []
        : [
            { kind: 'unaudited', what: `audit ${trail.problem?.kind ?? ''}`, seq: trail.problem?.seq ?? null } as const,
          ]),
      ...(await documentProblems(tx, contractorId)),
      ...(await derivedProblems(deps, tx, contractorId, links)),
      ...invoices.problems,
      ...book,
    ];
    const last =
      head === undefined || head.chainSeq === 0 ? null : { seq: head.chainSeq, hash: head.hash.toString('hex') };
    return { ok: problems.length === 0, facts: links.length, invoices: invoices.invoices, head: last, problems };
  });
}

/**
 * After a change of the book what is derived follows in the background. Whoever verifies meanwhile does not wait for that,
 * and is not told of a difference that nobody made.
 */
async function catchUp(deps: LedgerDeps, tx: Tx, contractorId: ContractorId): Promise<void> {
  const head = await findHead(tx, contractorId);
  const { version } = await deps.books.current(tx);
  if (head === undefined || head.bookVersion === version) return;
  try {
    await (await Ledger.open(deps, tx, contractorId, BY_ITSELF)).derive();
  } catch (error) {
    if (!(error instanceof TermsError)) throw error; // a fact that was changed into nonsense: it is reported below
  }
}

const whatOf = ({ fact }: Link) => `${fact.contractId} ${fact.seq} ${fact.body.type}`;

/** Each fact against its own hash, and against the one before it. */
function chainProblems(links: readonly Link[]): Problem[] {
  const problems: Problem[] = [];
  const known = new Set(links.map(({ hash }) => hash.toString('hex')));
  let expected = 1;
  let previous = GENESIS;
  for (const link of links) {
    const { chainSeq } = link.fact;
    for (let seq = expected; seq < chainSeq; seq += 1) problems.push({ kind: 'fact_missing', what: String(seq), seq });
    const follows = link.previousHash.equals(previous);
    const whole = factHash(link.fact, link.previousHash, canonicalDetails).equals(link.hash);
    const gap = chainSeq !== expected;
    if (!whole) problems.push({ kind: 'fact_changed', what: whatOf(link), seq: chainSeq });
    else if (!follows && !gap) {
      // Whole in itself, but it follows another: a neighbour that moved, or one that was given a new hash or taken out.
      const moved = link.previousHash.equals(GENESIS) || known.has(link.previousHash.toString('hex'));
      problems.push({ kind: moved ? 'fact_reordered' : 'fact_missing', what: whatOf(link), seq: chainSeq });
    }
    expected = Math.max(expected, chainSeq) + 1;
    previous = link.hash;
  }
  return problems;
}

function headProblems(links: readonly Link[], head: Head | undefined): Problem[] {
  const last = links.at(-1);
  const [seq, hash] = [last?.fact.chainSeq ?? 0, last?.hash ?? GENESIS];
  const headSeq = head?.chainSeq ?? 0;
  if (headSeq > seq) {
    return Array.from({ length: Math.min(headSeq - seq, 100) }, (_, at) => ({
      kind: 'fact_missing' as const,
      what: String(seq + at + 1),
      seq: seq + at + 1,
    }));
  }
  if (headSeq === seq && (head?.hash ?? GENESIS).equals(hash)) return [];
  return [{ kind: 'head_changed', what: `${headSeq} ${seq}`, seq: headSeq }];
}

/** Every fact stands in the audit trail with its hash: a chain that was rewritten as a whole does not. */
async function trailProblems(tx: Tx, contractorId: ContractorId, links: readonly Link[]): Promise<Problem[]> {
  const entries = await listDetails(tx, contractorId, 'contract');
  const audited = new Map(
    entries.flatMap(({ details }) => {
      const { chainSeq, hash } = details;
      return typeof chainSeq === 'number' && typeof hash === 'string' ? [[chainSeq, hash] as const] : [];
    }),
  );
  const problems: Problem[] = links
    .filter(({ fact, hash }) => audited.get(fact.chainSeq) !== hash.toString('hex'))
    .map((link) => ({ kind: 'unaudited', what: whatOf(link), seq: link.fact.chainSeq }));
  const there = new Set(links.map(({ fact }) => fact.chainSeq));
  for (const seq of audited.keys())
    if (!there.has(seq)) problems.push({ kind: 'fact_missing', what: String(seq), seq });
  return problems;
}

async function documentProblems(tx: Tx, contractorId: ContractorId): Promise<Problem[]> {
  const changed = new Set<string>(await changedDocuments(tx, contractorId));
  const hashes: ReadonlyMap<string, string> = await documentHashes(tx, contractorId);
  const added = await listDetails(tx, contractorId, 'contract_document');
  for (const { targetId, details } of added) if (hashes.get(targetId) !== details['sha256']) changed.add(targetId);
  return [...changed].map((what) => ({ kind: 'document_changed', what, seq: null }));
}

/** What lists and the device channel read, against what the facts say for the day up to which it was derived. */
async function derivedProblems(
  deps: LedgerDeps,
  tx: Tx,
  contractorId: ContractorId,
  links: readonly Link[],
): Promise<Problem[]> {
  const { book } = await deps.books.current(tx);
  const histories = await historiesOf(tx, contractorId, links);
  const problems: Problem[] = [];
  for (const { asOfSeq, asOfDay, contractId, ...stored } of await projectionsOf(tx, contractorId)) {
    const history = histories.get(contractId);
    const derived = history && projectionOf(stateIfApplied(book, history, asOfDay));
    const same = history !== undefined && asOfSeq === history.length && text(derived ?? {}) === text(stored);
    if (!same) problems.push({ kind: 'state_differs', what: contractId, seq: null });
  }
  for (const { applicationId, contractId, state } of await applicationsOf(tx, contractorId)) {
    const states = statesOfApplications(histories.get(contractId) ?? []);
    if (states.get(applicationId) === state) continue;
    problems.push({ kind: 'state_differs', what: `application ${applicationId}`, seq: null });
  }
  const contracts = [...histories].map(([contractId, history]) => ({ contractId, history }));
  const retentionDays = deps.keepAfterContract.total('days');
  const { servicePeriods } = entitlements(book, contracts, dayOf(deps.clock.now()), { retentionDays });
  if (links.length > 0 && !(await sameServiceDays(tx, contractorId, servicePeriods)))
    problems.push({ kind: 'state_differs', what: 'service days', seq: null });
  return problems;
}

/** Histories by contract. One that was changed so that it cannot be read is left out, and differs from what was derived. */
async function historiesOf(
  tx: Tx,
  contractorId: ContractorId,
  links: readonly Link[],
): Promise<ReadonlyMap<ContractId, History>> {
  const histories = new Map<ContractId, History>();
  const byContract = Map.groupBy(links, ({ fact }) => fact.contractId);
  for (const { contractId } of await projectionsOf(tx, contractorId)) {
    try {
      histories.set(contractId, historyOf(byContract.get(contractId) ?? []));
    } catch (error) {
      if (!(error instanceof TermsError)) throw error;
    }
  }
  return histories;
}

function text(projection: object): string {
  return JSON.stringify(canonicalDetails({ ...projection }));
}
