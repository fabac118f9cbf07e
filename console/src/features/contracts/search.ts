import { APPLICATION_STATES, type Application, type ContractPhase, PHASES } from '@tsukasa/api';
import { oneOf, present, textOf } from '../../app/search.ts';

type Raw = Record<string, unknown>;
/** Reads a day of the URL; anything else is dropped, so that an old link still opens the page. */
export function dayOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;
}
export function monthOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(value) ? value : undefined;
}

export type BookSearch = { q?: string; phase?: ContractPhase; kind?: string; endingWithinDays?: number };
export function readBookSearch(search: Raw): BookSearch {
  const days = textOf(search['endingWithinDays']);
  return present({
    q: textOf(search['q']),
    phase: oneOf(search['phase'], PHASES),
    kind: textOf(search['kind']),
    endingWithinDays: days !== undefined && /^\d{1,4}$/.test(days) && Number(days) <= 3660 ? Number(days) : undefined,
  });
}

export type InboxSearch = { q?: string; state?: Application['state'] };
export function readInboxSearch(search: Raw): InboxSearch {
  return present({ q: textOf(search['q']), state: oneOf(search['state'], APPLICATION_STATES) });
}
