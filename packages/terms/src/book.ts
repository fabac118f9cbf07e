import { CATALOGUE } from './book/catalogue.ts';
import { REVISIONS } from './book/revisions.ts';
import type { Book } from './model.ts';

/** The terms and the catalogue as delivered: every version since 2011-05-01, and what the provider specifies. */
export const BOOK: Book = { revisions: REVISIONS, catalogue: CATALOGUE };
