/** Search parameters as people write them: `?state=managed&state=enrolling&q=…`, never JSON. */
export type RawSearch = Record<string, string | readonly string[] | undefined>;

export function parseSearch(text: string): RawSearch {
  const params = new URLSearchParams(text);
  const search: RawSearch = {};
  for (const key of new Set(params.keys())) {
    const values = params.getAll(key);
    search[key] = values.length === 1 ? values[0] : values;
  }
  return search;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') params.append(key, String(one));
    }
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Readers for `validateSearch`: what is not understood is dropped, so that an old link still opens the page. */
export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((a) => a === value);
}
export function manyOf<T extends string>(value: unknown, allowed: readonly T[]): T[] | undefined {
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const known = allowed.filter((a) => given.includes(a));
  return known.length === 0 ? undefined : known;
}
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
export function flagOf(value: unknown): boolean | undefined {
  return value === 'true' || value === true ? true : value === 'false' || value === false ? false : undefined;
}
/** Leaves out what is absent, so that `exactOptionalPropertyTypes` and the URL both stay clean. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
