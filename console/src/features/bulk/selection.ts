import type { BatchSelection } from '@tsukasa/api';
import type { Query } from '../../app/api.ts';

type Filter = Omit<Query<'listDevices'>, 'cursor' | 'limit'>;
/** Which devices of the list are chosen: some by name, or all that its filter shows, however many there are. */
export type Selection =
  | { readonly kind: 'some'; readonly ids: ReadonlySet<string> }
  | { readonly kind: 'all'; readonly filter: Filter };
export const NONE: Selection = { kind: 'some', ids: new Set() };

export function isChosen(selection: Selection, deviceId: string): boolean {
  return selection.kind === 'all' || selection.ids.has(deviceId);
}

/** How many are chosen; `total` is what the filter shows. */
export function countChosen(selection: Selection, total: number): number {
  return selection.kind === 'all' ? total : selection.ids.size;
}

/**
 * One row is ticked or unticked, with the shift key everything from the row before (`from`) to it as well. Of a list of
 * which all are chosen, unticking one leaves the rows that are shown, without it.
 */
export function toggle(
  selection: Selection,
  rows: readonly string[],
  at: number,
  { chosen, from }: { readonly chosen: boolean; readonly from?: number | undefined },
): Selection {
  const ids = new Set(selection.kind === 'all' ? rows : selection.ids);
  const first = from === undefined ? at : Math.min(from, at);
  const last = from === undefined ? at : Math.max(from, at);
  for (const id of rows.slice(first, last + 1)) {
    if (chosen) ids.add(id);
    else ids.delete(id);
  }
  return { kind: 'some', ids };
}

/** All rows read so far, or none. */
export function toggleShown(selection: Selection, rows: readonly string[]): Selection {
  if (selection.kind === 'all') return NONE;
  const all = rows.every((id) => selection.ids.has(id));
  const ids = new Set(selection.ids);
  for (const id of rows) {
    if (all) ids.delete(id);
    else ids.add(id);
  }
  return { kind: 'some', ids };
}

/** What is sent: the order of a list has no meaning for what is done with it. */
export function requestOf(selection: Selection): BatchSelection {
  if (selection.kind === 'some') return { deviceIds: [...selection.ids] };
  const { sort: _sort, order: _order, ...filter } = selection.filter;
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return { filter: Object.fromEntries(given) };
}
