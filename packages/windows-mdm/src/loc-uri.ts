import type { Command, Item } from './model.ts';

/** What can be wrong with a LocURI (fact sheet 4.4). */
export const LOC_URI_PROBLEMS = ['not_relative', 'empty_segment', 'dot_segment', 'bad_escape', 'too_long'] as const;
export type LocUriProblem = (typeof LOC_URI_PROBLEMS)[number];

/** The longest LocURI we send, in characters. Our choice: `DevDetail/URI/MaxTotLen` of Windows is about that. */
export const LONGEST_LOC_URI = 1_024;

/** A segment: no control or space, `%` only before two hex digits. */
const SEGMENT = /^(?:[^%\s\p{Cc}]|%[0-9A-Fa-f]{2})+$/u;

/** `undefined` when the form is right. A question such as `?list=StructData` may follow the path. */
export function locUriProblem(locUri: string): LocUriProblem | undefined {
  if (locUri.length > LONGEST_LOC_URI) return 'too_long';
  if (!locUri.startsWith('./')) return 'not_relative';
  const [path = ''] = locUri.slice(2).split('?', 1);
  for (const segment of path.split('/')) {
    if (segment === '') return 'empty_segment';
    if (segment === '.' || segment === '..') return 'dot_segment';
    if (!SEGMENT.test(segment) || !decodes(segment)) return 'bad_escape';
  }
  return undefined;
}

function decodes(segment: string): boolean {
  try {
    decodeURIComponent(segment);
    return true;
  } catch {
    return false; // decision: a sequence that is no UTF-8 names no node
  }
}

/**
 * One spelling per node, for comparing: lower case, unescaped, `./Device/…` and `./Vendor/…` alike, without a question.
 * Only of what `locUriProblem` lets pass.
 */
export function nodeKey(locUri: string): string {
  const [path = ''] = locUri.split('?', 1);
  const segments = path
    .slice(2)
    .split('/')
    .map((segment) => decodeURIComponent(segment).toLowerCase());
  return (segments[0] === 'device' ? segments.slice(1) : segments).join('/');
}

export function itemsOf(command: Command): readonly Item[] {
  return command.verb === 'Atomic' ? command.commands.flatMap(({ items }) => items) : command.items;
}

/** Addresses the tree of the enrolled user, which exists only while that user is signed in (fact sheet 4.6). */
export function isUserScoped(command: Command): boolean {
  return itemsOf(command).some(({ target }) => /^\.\/user\//i.test(target));
}
