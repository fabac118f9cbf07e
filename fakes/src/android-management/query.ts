import type { Discovery, Method, Parameter } from './discovery.ts';
import type { FieldViolation } from './errors.ts';
import { readScalar } from './validate.ts';

/** Query parameters, each as its type. */
export type Query = Readonly<Record<string, unknown>>;

/** Judges the query of a request by the parameters of its method and those that every method takes. */
export function judgeQuery(
  discovery: Discovery,
  method: Method,
  query: URLSearchParams,
): { readonly value: Query; readonly violations: readonly FieldViolation[] } {
  const value: Record<string, unknown> = {};
  const violations: FieldViolation[] = [];
  const bad = (field: string, description: string) => violations.push({ field, description });
  for (const name of new Set(query.keys())) {
    const given = query.getAll(name);
    const own = method.parameters?.[name];
    const parameter = own?.location === 'query' ? own : discovery.common[name];
    if (parameter === undefined) {
      bad(name, `Unknown name "${name}": the method has no such query parameter.`);
    } else if (parameter.repeated === true) {
      const read = given.map((text) => readParameter(parameter, text));
      if (read.includes(undefined)) bad(name, 'Invalid value.');
      else value[name] = read;
    } else if (given.length > 1) {
      bad(name, 'is given more than once');
    } else {
      const read = readParameter(parameter, given[0] ?? '');
      if (read === undefined) bad(name, 'Invalid value.');
      else value[name] = read;
    }
  }
  return { value, violations };
}

function readParameter(parameter: Parameter, text: string): unknown {
  if (parameter.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return readScalar(parameter, text);
}
