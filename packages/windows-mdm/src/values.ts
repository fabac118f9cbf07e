import type { ResultItem } from './model.ts';
import { pathOf } from './nodes.ts';

/** What a device answered, by LocURI as `pathOf` writes it. */
export type Values = ReadonlyMap<string, string>;

/** One fact in Windows' own terms; the room adds when it was said. */
export type Detail = {
  readonly group: DetailGroup;
  readonly code: string;
  /** Which of several. */
  readonly of?: string;
  readonly value: string | number | boolean;
  readonly meaning?: { readonly code: string; readonly params?: Record<string, unknown> };
};
export const DETAIL_GROUPS = ['system', 'hardware', 'network', 'security', 'bitlocker', 'defender', 'channel'] as const;
export type DetailGroup = (typeof DETAIL_GROUPS)[number];

export function valuesOf(results: readonly ResultItem[]): Values {
  return new Map(results.map(({ source, data }) => [pathOf(source), data]));
}

/** Undefined when it was not said; null when it was said to be empty. */
export function textAt(values: Values, uri: string): string | null | undefined {
  const value = values.get(pathOf(uri));
  if (value === undefined) return undefined;
  const text = value.trim();
  return text === '' ? null : text;
}

/** Undefined also for what is no whole number. Windows writes some of them in hexadecimal. */
export function numberAt(values: Values, uri: string): number | undefined {
  const text = values.get(pathOf(uri))?.trim();
  if (text === undefined || !/^(?:-?[0-9]{1,15}|0x[0-9a-fA-F]{1,8})$/.test(text)) return undefined;
  return Number(text);
}

/** Nodes of format bool answer `true` or `1`, by CSP and build. */
export function booleanAt(values: Values, uri: string): boolean | undefined {
  const text = values.get(pathOf(uri))?.trim().toLowerCase();
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  return undefined;
}

/** Names of the children that a Get of an interior node answers, percent-encoded as they stand in a LocURI. */
export function childNames(data: string): readonly string[] {
  return [...new Set(data.split('/').map((name) => name.trim()))].filter((name) => name !== '');
}

/** `aa:bb:cc:dd:ee:ff` of any usual writing of a MAC address. */
export function macAddress(text: string | null | undefined): string | undefined {
  const hex = (text ?? '').replace(/[:.\-\s]/g, '').toLowerCase();
  if (!/^[0-9a-f]{12}$/.test(hex) || /^0+$/.test(hex)) return undefined;
  return hex.replace(/..(?!$)/g, '$&:');
}
