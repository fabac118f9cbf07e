import { type PlistDict, PlistError, type Problem, readPlistDict } from '@tsukasa/apple-mdm';
import type { FieldError } from '../../base/errors.ts';
import type { ActionParams } from '../actions/index.ts';

export type RawCommandParams = { readonly command?: PlistDict; readonly errors: readonly FieldError[] };

/** The command in a raw action's parameters, or what is wrong with its property list. Never throws. */
export function parseRawCommand(params: ActionParams): RawCommandParams {
  const { plist } = params;
  if (typeof plist !== 'string') return { errors: [{ pointer: '/params/plist', detail: 'missing' }] };
  try {
    return { command: readPlistDict(Buffer.from(plist, 'utf8'), { maxDepth: 32, maxNodes: 50_000 }), errors: [] };
  } catch (error) {
    if (!(error instanceof PlistError)) throw error;
    const place = error.offset < 0 ? '' : ` (${error.offset})`;
    return { errors: [{ pointer: '/params/plist', detail: `${error.code}${place}` }] };
  }
}

/** Where in the property list a problem is, as a JSON pointer into it behind the parameter: `/params/plist/Settings/0/Item`. */
export function pointerOf({ path }: Problem): string {
  const parts = path.split(/[.[\]]+/).filter((part) => part !== '');
  return ['/params/plist', ...parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}
