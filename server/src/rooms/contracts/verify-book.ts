import { createHash } from 'node:crypto';
import type * as api from '@tsukasa/api';
import { BOOK, catalogueToJson } from '@tsukasa/terms';
import type { Tx } from '../../base/db.ts';
import { PROVIDER_ID } from '../../base/ids.ts';
import { canonicalDetails, listDetails } from '../audit/index.ts';
import { contentOf } from './book.ts';
import * as store from './book-store.ts';
import { BY_ITSELF, type LedgerDeps } from './ledger.ts';

type Problem = api.ContractVerification['problems'][number];

/** SHA-256 (hex) over a catalogue or a revision, whatever the order of its keys: what the trail keeps of each. */
export function bookHash(content: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(canonicalDetails({ content })))
    .digest('hex');
}

/** As the program brought them, by the names under which the trail knows them. */
const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ['catalogue 1', bookHash(catalogueToJson(BOOK.catalogue))],
  ...BOOK.revisions.map((each) => [`revision ${each.effectiveOn}`, bookHash(contentOf(each))] as const),
]);

/** Every version of the catalogue and every published revision, with its hash. */
async function standing(tx: Tx): Promise<ReadonlyMap<string, string>> {
  const catalogues = await store.listCatalogues(tx);
  const revisions = (await store.listRevisions(tx)).filter(({ state }) => state === 'published');
  return new Map([
    ...catalogues.map(({ version, content }) => [`catalogue ${version}`, bookHash(content)] as const),
    ...revisions.map(({ effective_on, content }) => [`revision ${effective_on}`, bookHash(content)] as const),
  ]);
}

async function audited(tx: Tx): Promise<ReadonlyMap<string, string>> {
  const entries = await listDetails(tx, PROVIDER_ID, 'terms');
  return new Map(
    entries.flatMap(({ details: { sha256, version, effectiveOn } }) => {
      if (typeof sha256 !== 'string') return [];
      return [[version === undefined ? `revision ${effectiveOn}` : `catalogue ${version}`, sha256] as const];
    }),
  );
}

/**
 * Finds what was changed in the provider's book outside the program, in the scope of the provider's own chain: a version of
 * the catalogue or a published revision that is not as the trail (or, until it is sealed, the program) has it, or is gone.
 */
export async function bookProblems(tx: Tx): Promise<Problem[]> {
  const [now, trail] = [await standing(tx), await audited(tx)];
  if (now.size === 0 && trail.size === 0) return []; // never opened
  const expected = new Map([...BUILT_IN, ...trail]);
  const names = new Set([...now.keys(), ...expected.keys()]);
  return [...names]
    .filter((name) => now.get(name) !== expected.get(name))
    .map((what) => ({ kind: now.has(what) ? 'unaudited' : 'fact_missing', what, seq: null }));
}

/**
 * Puts the built-in book into the trail once, as far as it stands as the program brought it: a later release may bring
 * another one, and what was put in here stays checkable.
 */
export async function sealBook(deps: Pick<LedgerDeps, 'db' | 'books' | 'clock' | 'recordAudit'>): Promise<void> {
  await deps.db.jobs(async (tx) => {
    await deps.books.current(tx);
    await store.lockBook(tx);
    const [now, trail] = [await standing(tx), await audited(tx)];
    for (const [name, sha256] of BUILT_IN) {
      if (trail.has(name) || now.get(name) !== sha256) continue;
      const [kind, which = ''] = name.split(' ');
      const details = kind === 'catalogue' ? { version: Number(which), sha256 } : { effectiveOn: which, sha256 };
      await deps.recordAudit(tx, PROVIDER_ID, {
        at: deps.clock.now(),
        ...BY_ITSELF,
        action: 'terms.sealed',
        target: { kind: 'terms', id: kind === 'catalogue' ? 'catalogue' : which, name: '' },
        details,
      });
    }
  });
}
