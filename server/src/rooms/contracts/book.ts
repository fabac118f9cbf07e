import {
  BOOK,
  type Book,
  bookOf,
  catalogueToJson,
  parseCatalogue,
  parseRevision,
  type Revision,
  revisionToJson,
} from '@tsukasa/terms';
import type { Tx } from '../../base/db.ts';
import * as store from './book-store.ts';

/** The book in effect, with the number by which it is told from others. */
export type KeptBook = { readonly version: number; readonly book: Book };

const BUILT_IN = 'Tsukasa';

/**
 * Reads the provider's book. Parsed once for each version: the version is read in the caller's transaction before anything
 * else, so that what is kept is never older than what the transaction sees.
 */
export class BookKeeper {
  readonly #now: () => Temporal.Instant;
  #kept: KeptBook | undefined;

  constructor(now: () => Temporal.Instant) {
    this.#now = now;
  }

  async current(tx: Tx): Promise<KeptBook> {
    return this.at(tx, (await store.bookVersion(tx)) ?? (await this.#seed(tx)));
  }

  /** The book for a version that the caller has just read in `tx`; 0 for a book that was never opened. */
  async at(tx: Tx, version: number): Promise<KeptBook> {
    const wanted = version === 0 ? await this.#seed(tx) : version;
    if (this.#kept?.version === wanted) return this.#kept;
    const catalogue = parseCatalogue((await store.currentCatalogue(tx)).content);
    const rows = await store.listRevisions(tx);
    const revisions = rows.filter(({ state }) => state === 'published').map(revisionOf);
    this.#kept = { version: wanted, book: bookOf(revisions, catalogue) };
    return this.#kept;
  }

  async #seed(tx: Tx): Promise<number> {
    const revisions = BOOK.revisions.map((revision) => ({
      effectiveOn: revision.effectiveOn,
      content: contentOf(revision),
    }));
    await store.seedBook(tx, { catalogue: catalogueToJson(BOOK.catalogue), revisions }, BUILT_IN, this.#now());
    return (await store.bookVersion(tx)) ?? 1;
  }
}

/** A stored revision, draft or published. Throws `TermsError` for one that is none. */
export function revisionOf({ effective_on, content }: store.RevisionRow): Revision {
  return parseRevision({ ...(content as object), effectiveOn: effective_on.toString() });
}

/** What is stored and shown of a revision beside its day. */
export function contentOf(revision: Revision): object {
  const { effectiveOn: _, ...content } = revisionToJson(revision);
  return content;
}

/** The book as it would be with a draft in it. */
export function withRevision({ revisions, catalogue }: Book, draft: Revision): Book {
  const others = revisions.filter(({ effectiveOn }) => !effectiveOn.equals(draft.effectiveOn));
  return bookOf([...others, draft], catalogue);
}
