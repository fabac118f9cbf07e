import { json, type Tx, tables } from '../../base/db.ts';
import type { ContractTables } from './tables.ts';

const over = (tx: Tx) => tables<ContractTables>(tx);

export type CatalogueRow = {
  readonly version: number;
  readonly content: unknown;
  readonly changed_at: Temporal.Instant;
  readonly changed_by: string;
};
export type RevisionRow = {
  readonly effective_on: Temporal.PlainDate;
  readonly state: 'draft' | 'published';
  readonly content: unknown;
  readonly changed_at: Temporal.Instant | null;
  readonly changed_by: string | null;
};
const REVISION = ['effective_on', 'state', 'content', 'changed_at', 'changed_by'] as const;

/** Undefined on a database whose book was never opened. */
export async function bookVersion(tx: Tx): Promise<number | undefined> {
  const row = await over(tx).selectFrom('terms_book').select('version').executeTakeFirst();
  return row?.version;
}

/** Locks the book: whoever changes it next waits. */
export async function lockBook(tx: Tx): Promise<void> {
  await over(tx).selectFrom('terms_book').select('version').forUpdate().executeTakeFirst();
}

export async function raiseBook(tx: Tx): Promise<void> {
  await over(tx)
    .updateTable('terms_book')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .execute();
}

/** Puts the built-in book in, unless somebody has: each row on its own, so that two copies may do it at once. */
export async function seedBook(
  tx: Tx,
  built: {
    readonly catalogue: unknown;
    readonly revisions: readonly { readonly effectiveOn: Temporal.PlainDate; readonly content: unknown }[];
  },
  by: string,
  now: Temporal.Instant,
): Promise<void> {
  const db = over(tx);
  await db
    .insertInto('catalogue_versions')
    .values({ version: 1, content: json(built.catalogue), changed_at: now, changed_by: by })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  for (const { effectiveOn, content } of built.revisions) {
    await db
      .insertInto('terms_revisions')
      .values({
        effective_on: effectiveOn,
        state: 'published',
        content: json(content),
        changed_at: now,
        changed_by: by,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  await db
    .insertInto('terms_book')
    .values({ only_row: true, version: 1 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function currentCatalogue(tx: Tx): Promise<CatalogueRow> {
  return over(tx)
    .selectFrom('catalogue_versions')
    .select(['version', 'content', 'changed_at', 'changed_by'])
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
}

/** Every version, oldest first. */
export function listCatalogues(tx: Tx): Promise<Pick<CatalogueRow, 'version' | 'content'>[]> {
  return over(tx).selectFrom('catalogue_versions').select(['version', 'content']).orderBy('version').execute();
}

export async function insertCatalogue(tx: Tx, row: CatalogueRow): Promise<void> {
  await over(tx)
    .insertInto('catalogue_versions')
    .values({ ...row, content: json(row.content) })
    .execute();
}

/** In the order of their days. */
export async function listRevisions(tx: Tx): Promise<RevisionRow[]> {
  return over(tx).selectFrom('terms_revisions').select(REVISION).orderBy('effective_on').execute();
}

export async function findRevision(tx: Tx, effectiveOn: Temporal.PlainDate): Promise<RevisionRow | undefined> {
  return over(tx)
    .selectFrom('terms_revisions')
    .select(REVISION)
    .where('effective_on', '=', effectiveOn)
    .executeTakeFirst();
}

export async function putDraft(
  tx: Tx,
  effectiveOn: Temporal.PlainDate,
  draft: { readonly content: unknown; readonly changed_at: Temporal.Instant; readonly changed_by: string },
): Promise<void> {
  const row = { ...draft, content: json(draft.content) };
  await over(tx)
    .insertInto('terms_revisions')
    .values({ effective_on: effectiveOn, state: 'draft', ...row })
    .onConflict((conflict) => conflict.column('effective_on').doUpdateSet(row))
    .execute();
}

export async function deleteDraft(tx: Tx, effectiveOn: Temporal.PlainDate): Promise<void> {
  await over(tx)
    .deleteFrom('terms_revisions')
    .where('effective_on', '=', effectiveOn)
    .where('state', '=', 'draft')
    .execute();
}

export async function publish(
  tx: Tx,
  effectiveOn: Temporal.PlainDate,
  by: string,
  now: Temporal.Instant,
): Promise<void> {
  await over(tx)
    .updateTable('terms_revisions')
    .set({ state: 'published', changed_at: now, changed_by: by })
    .where('effective_on', '=', effectiveOn)
    .where('state', '=', 'draft')
    .execute();
}
