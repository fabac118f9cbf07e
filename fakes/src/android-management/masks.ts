import type { Discovery, Schema } from './discovery.ts';
import { invalidField } from './errors.ts';
import { camelCase } from './scalars.ts';
import { isObject, type Message, nameOf } from './validate.ts';

/**
 * What a resource is after a change. Without a mask every modifiable field is replaced by the body; with one only the
 * listed paths change: a listed field that the body lacks is cleared, a list is replaced whole. Fields of `kept` are the
 * service's own and stay. Throws 400 for a path the schema does not have.
 */
export function merge(
  discovery: Discovery,
  schema: string,
  current: Message,
  body: Message,
  options: {
    readonly mask: string | undefined;
    readonly kept: readonly string[];
    readonly modifiable?: readonly string[];
  },
): Message {
  const may = (name: string) => !options.kept.includes(name) && (options.modifiable?.includes(name) ?? true);
  const paths = options.mask === undefined ? undefined : readMask(discovery, schema, options.mask);
  if (paths === undefined || paths.some(([first]) => first === '*')) {
    const stays = Object.entries(current).filter(([name]) => !may(name));
    return Object.fromEntries([...stays, ...Object.entries(body).filter(([name]) => may(name))]);
  }
  let merged = current;
  for (const path of paths) if (may(path[0] ?? '')) merged = copyPath(merged, body, path);
  return merged;
}

/** The paths of a field mask in camelCase. */
export function readMask(discovery: Discovery, schema: string, mask: string): readonly (readonly string[])[] {
  const paths = mask.split(',').map((path) => path.trim());
  if (paths.length === 1 && paths[0] === '') return [];
  return paths.map((path) => readPath(discovery, schema, path));
}

function readPath(discovery: Discovery, schema: string, path: string): readonly string[] {
  if (path === '*') return ['*'];
  const names: string[] = [];
  let at: Schema | undefined = discovery.resolve({ $ref: schema });
  for (const word of path.split('.')) {
    const inMap: boolean = at?.properties === undefined && at?.additionalProperties !== undefined;
    const name: string | undefined = inMap ? word : at === undefined ? undefined : nameOf(at, word);
    if (name === undefined || name === '') throw invalidField('updateMask', `Invalid field path "${path}".`);
    names.push(inMap ? name : camelCase(name));
    const next: Schema | undefined = inMap ? at?.additionalProperties : at?.properties?.[name];
    at = next === undefined ? undefined : discovery.resolve(next);
    if (at?.type !== 'object') at = undefined; // nothing can follow a list or a scalar
  }
  return names;
}

function copyPath(target: Message, source: Message, [name = '', ...rest]: readonly string[]): Message {
  const { [name]: old, ...others } = target;
  const given = source[name];
  if (rest.length === 0) return given === undefined ? others : { ...others, [name]: given };
  const inner = copyPath(isObject(old) ? old : {}, isObject(given) ? given : {}, rest);
  return old === undefined && Object.keys(inner).length === 0 ? others : { ...others, [name]: inner };
}
