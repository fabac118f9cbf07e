import { type Expression, type SqlBool, sql } from 'kysely';
import { searchKey } from '../../base/search-key.ts';

/** What somebody typed into a search field, as keys of its words; empty when nothing searchable is left. */
export function searchWords(typed: string | undefined): readonly string[] {
  const words = (typed ?? '').split(/\s+/u).map((word) => searchKey(word));
  return [...new Set(words.filter((word) => word !== ''))];
}

/** True for rows whose key contains every word. `strpos`, because words may contain what `like` gives a meaning to. */
export function containsWords(key: Expression<string>, words: readonly string[]): Expression<SqlBool> {
  const conditions = words.map((word) => sql<boolean>`strpos(${key}, ${word}) > 0`);
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`(${sql.join(conditions, sql` and `)})`;
}
