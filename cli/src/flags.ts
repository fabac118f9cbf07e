import type { Context } from './commands.ts';
import { usage } from './exit.ts';

/** The text of a flag, if it was given. */
export function flag(c: Context, name: string): string | undefined {
  const value = c.flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** `{ field: value }` when the flag was given. */
export function text<const K extends string>(c: Context, name: string, field: K): { [key in NoInfer<K>]?: string } {
  const value = flag(c, name);
  return (value === undefined ? {} : { [field]: value }) as { [key in K]?: string };
}

/** `{ field: number }` when the flag was given. Throws usage for anything but a whole number. */
export function number<const K extends string>(c: Context, name: string, field: K): { [key in NoInfer<K>]?: number } {
  const value = flag(c, name);
  if (value === undefined) return {} as { [key in K]?: number };
  if (!/^\d{1,9}$/.test(value)) throw usage(`--${name} takes a whole number, not ${value}`);
  return { [field]: Number(value) } as { [key in K]?: number };
}

export function paging(c: Context): { cursor?: string; limit?: number } {
  return { ...text(c, 'cursor', 'cursor'), ...number(c, 'limit', 'limit') };
}

/** Throws usage when it was not given. */
export function needed(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw usage(`${what} is missing`);
  return value;
}

export function ofContractor(c: Context): { contractorId: string } {
  return { contractorId: needed(c.contractor, '--contractor (or TSUKASA_CONTRACTOR)') };
}
