import { DomainError, type FieldError } from '../errors.ts';

/** Levels of arrays and objects in a body; our own schemas need five. Deeper ones exhaust the stack of what reads them. */
export const DEEPEST = 32;
const MOST_ERRORS = 20;

type Parts = { readonly params: unknown; readonly query: unknown; readonly body: unknown };

/**
 * Refuses what no part of the server could keep, whatever the route's schema says: U+0000 (no `text` or `jsonb` of
 * PostgreSQL takes it), half of a surrogate pair (not expressible in UTF-8), and bodies nested deeper than `DEEPEST`.
 * Throws `invalid` (`request.text`, `request.too_deep`) naming the places.
 */
export function requireStorable({ params, query, body }: Parts): void {
  const errors = [...findUnstorable(params, ':'), ...findUnstorable(query, '?'), ...findUnstorable(body, '')];
  if (errors.length === 0) return;
  throw new DomainError('invalid', 'the request holds U+0000 or half of a surrogate pair', {
    reason: 'request.text',
    errors: errors.slice(0, MOST_ERRORS),
  });
}

/** Whether PostgreSQL can keep this text as it is. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

type Place = { readonly value: unknown; readonly pointer: string; readonly depth: number };

/** Without recursion: what it guards against is exactly that. */
function findUnstorable(whole: unknown, root: ':' | '?' | ''): readonly FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (pointer: string, what: string) =>
    errors.push({
      pointer: root === '' ? pointer : `${root}${pointer.slice(1)}`,
      detail: `${what}must be Unicode text without U+0000 and without half of a surrogate pair`,
    });
  const waiting: Place[] = [{ value: whole, pointer: '', depth: 0 }];
  for (let place = waiting.pop(); place !== undefined && errors.length < MOST_ERRORS; place = waiting.pop()) {
    const { value, pointer, depth } = place;
    if (typeof value === 'string') {
      if (!isStorable(value)) refuse(pointer, '');
    } else if (typeof value === 'object' && value !== null) {
      if (depth >= DEEPEST) throw tooDeep();
      for (const [key, below] of Object.entries(value)) {
        if (!isStorable(key)) refuse(pointer, 'the name of each member ');
        else waiting.push({ value: below, pointer: `${pointer}/${escaped(key)}`, depth: depth + 1 });
      }
    }
  }
  return errors;
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function tooDeep(): DomainError {
  return new DomainError('invalid', 'the body is nested too deeply', {
    reason: 'request.too_deep',
    params: { most: DEEPEST },
  });
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a body. JSON between systems is UTF-8 (RFC 8259 §8.1): throws `invalid` (`request.utf8`) for other bytes. */
export function decodeBody(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new DomainError('invalid', 'the body is not UTF-8', { reason: 'request.utf8', cause });
  }
}

/** Throws `invalid` (`request.address`) when the query's percent-encoding is broken or not UTF-8. */
export function requireReadableQuery(url: string): void {
  const at = url.indexOf('?');
  if (at < 0 || !url.includes('%', at)) return;
  try {
    decodeURIComponent(url.slice(at));
  } catch (cause) {
    throw new DomainError('invalid', 'the query is not percent-encoded UTF-8', { reason: 'request.address', cause });
  }
}
