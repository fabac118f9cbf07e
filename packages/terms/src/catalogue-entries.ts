import { isAfter } from './days.ts';
import type { Catalogue, Dated, EntitledFunction, Kind, Option } from './model.ts';

/** Whether an entry of the catalogue holds on a day. */
export function holdsOn(entry: Dated, day: Temporal.PlainDate): boolean {
  return !isAfter(entry.from, day) && (entry.until === undefined || !isAfter(day, entry.until));
}

/** The entry with this id on a day: one that holds, else the newest one before, for what was sold and still runs. */
export function entryOn<E extends Dated & { readonly id: string }>(
  entries: readonly E[],
  id: string,
  day: Temporal.PlainDate,
): E | undefined {
  let past: E | undefined;
  for (const entry of entries) {
    if (entry.id !== id || isAfter(entry.from, day)) continue;
    if (holdsOn(entry, day)) return entry;
    if (past === undefined || isAfter(entry.from, past.from)) past = entry;
  }
  return past;
}

export const kindOn = (catalogue: Catalogue, id: string, day: Temporal.PlainDate): Kind | undefined =>
  entryOn(catalogue.kinds, id, day);
export const optionOn = (catalogue: Catalogue, id: string, day: Temporal.PlainDate): Option | undefined =>
  entryOn(catalogue.options, id, day);
export const functionsOn = (
  entries: readonly (Kind | Option)[],
  id: string,
  day: Temporal.PlainDate,
): readonly EntitledFunction[] => entryOn(entries, id, day)?.functions ?? [];
